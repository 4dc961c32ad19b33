"""One simulated Gcore account: its objects, limits and records, shared by everything that acts on them."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from bot.sandbox.cloud import Agenda, Books
from bot.sandbox.gcore import events
from bot.sandbox.gcore.habits import Habits
from bot.sandbox.gcore.refusals import Refusal, not_found
from bot.sandbox.gcore.state import Broadcast, Clip, Restream, Stream, Video

CLIENT_ID = 2675


class _Appearing(Protocol):
    id: int
    appears_at: datetime


T = TypeVar("T", bound=_Appearing)


class Account(Books):
    """The state behind the API. It has no behaviour of its own beyond finding, numbering and telling."""

    def __init__(self, agenda: Agenda, webhook_url: str | None, active_limit: int, storage_limit_mb: float | None) -> None:
        super().__init__(agenda, webhook_url)
        self.habits = Habits()
        self.client_id = CLIENT_ID
        self.active_limit = active_limit
        self.restream_limit = 1
        self.storage_limit_mb = storage_limit_mb
        self.storage_usage_mb = 0.0
        self.streams: dict[int, Stream] = {}
        self.broadcasts: dict[int, Broadcast] = {}
        self.restreams: dict[int, Restream] = {}
        self.videos: dict[int, Video] = {}
        self.clips: dict[str, Clip] = {}
        self.stream_ids, self.broadcast_ids = itertools.count(201693), itertools.count(58001)
        self.restream_ids, self.video_ids = itertools.count(9101), itertools.count(4400123)

    def apply(self, effect: Callable[[], None]) -> None:
        """Let an accepted request take effect: at once, or late where the vendor is being slow."""
        if self.habits.apply_delay:
            self.agenda.after(self.habits.apply_delay, effect)
        else:
            effect()

    def appearance(self) -> datetime:
        """When an object created now becomes visible."""
        return self.now() + timedelta(seconds=self.habits.appear_delay)

    def find(self, objects: dict[int, T], text: str) -> T:
        """The object with the id in a path; raises a 404 `Refusal`."""
        found = objects.get(int(text)) if text.isdecimal() else None
        if found is None or found.appears_at > self.now():
            raise not_found()
        return found

    def visible(self, objects: dict[int, T]) -> list[T]:
        """What a list shows, newest first (our choice: the vendor documents no order)."""
        return [o for o in sorted(objects.values(), key=lambda o: o.id, reverse=True) if o.appears_at <= self.now()]

    def check_quota(self, stream: Stream | None) -> None:
        """Raise the `Refusal` of one active stream too many, `stream` being the one to enable."""
        if stream is not None and stream.active:
            return
        if sum(s.active for s in self.streams.values()) >= self.active_limit:
            text = f"You have reached the limit of {self.active_limit} active streams. Contact support to raise it."
            raise Refusal(self.habits.quota_status, text, self.habits.quota_shape, "active")

    def tell_stream(self, stream: Stream) -> None:
        """Send a `stream` webhook with the stream's state as it is now."""
        self._tell("stream", "stream", events.stream_event(self, stream))

    def tell_video(self, video: Video) -> None:
        """Send a `video` webhook."""
        self._tell("video", "video", events.video_event(self, video))

    def tell_video_deleted(self, video: Video) -> None:
        """Send a `video_delete` webhook, where the edition of the webhooks knows it."""
        if self.habits.webhook_style != "short":
            self._tell("video_delete", "video", events.video_deleted_event(self, video))

    def tell_broadcast(self, broadcast: Broadcast) -> None:
        """Send a `broadcast` webhook unless these are switched off."""
        if self.habits.broadcast_webhooks:
            self._tell("broadcast", "broadcast", {"id": broadcast.id, "status": broadcast.status})

    def tell_restream(self, restream: Restream) -> None:
        """Send a `restream` webhook, where the edition of the webhooks knows it."""
        if self.habits.webhook_style != "short":
            keys = ("id", "name", "stream_id", "live")
            self._tell("restream", "restream", {k: getattr(restream, k) for k in keys})

    def _tell(self, kind: str, entity_key: str, entity: dict[str, Any]) -> None:
        self.webhooks.send(kind, entity["id"], {"type": kind, "message": {entity_key: entity}}, self.now())

    def restreams_of(self, stream: Stream) -> Iterable[Restream]:
        """The restreams fed by `stream`."""
        return [r for r in self.restreams.values() if r.stream_id == stream.id]


def new_token() -> str:
    """A push token of the vendor's kind."""
    return secrets.token_hex(16)
