"""One simulated AIOZ account: its objects and records, shared by everything that acts on them."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable
from typing import Any, Protocol, TypeVar

from bot.sandbox.aioz.habits import Habits
from bot.sandbox.aioz.refusals import Refusal
from bot.sandbox.aioz.state import Key, Media, Streaming
from bot.sandbox.cloud import Agenda, Books


class _Named(Protocol):
    id: str


T = TypeVar("T", bound=_Named)
USER_ID = "7d2c1b7e-5b0a-4c55-9d3e-2f6a1c0b9e88"
_DOTTED = {
    "file_received": "file.received",
    "encoding_started": "encoding.started",
    "partial_finished": "partial.finished",
    "encoding_finished": "encoding.finished",
    "encoding_failed": "encoding.failed",
}


class Account(Books):
    """The state behind the API. It has no behaviour of its own beyond finding, naming and telling."""

    def __init__(self, agenda: Agenda, webhook_url: str | None) -> None:
        super().__init__(agenda, webhook_url)
        self.habits = Habits()
        self.keys: dict[str, Key] = {}
        self.streamings: dict[str, Streaming] = {}
        self.media: dict[str, Media] = {}

    def refuse(self, status: int, text: str, reason: str = "") -> Refusal:
        """A refusal in the shape of the day."""
        return Refusal(self.habits.errors, status, text, reason)

    def find(self, objects: dict[str, T], text: str, what: str) -> T:
        """The object with that id; raises a 400 for what is no id and a 404 for what is not there."""
        try:
            uuid.UUID(text)
        except ValueError:
            raise self.refuse(400, f"{what}'s id is invalid.") from None
        if text not in objects:
            raise self.refuse(404, f"{what} not found.", f"{what.lower().replace(' ', '-')}-not-found")
        return objects[text]

    def streamings_of(self, key: Key) -> list[Streaming]:
        """The streamings on a key, newest first."""
        return list(reversed([one for one in self.streamings.values() if one.key_id == key.id]))

    def open_on(self, key: Key) -> Streaming | None:
        """The one that is not over, a live one before one that waits."""
        waiting = [one for one in self.streamings_of(key) if one.phase != "over"]
        return next((one for one in waiting if one.phase == "live"), waiting[-1] if waiting else None)

    def create_streaming(self, key: Key, title: str, *, save: bool, qualities: Iterable[Any]) -> Streaming:
        """Make a streaming on a key."""
        now = self.now()
        made = Streaming(new_id(), key.id, title, save, list(qualities), now, now)
        self.streamings[made.id] = made
        self.note("page created", made.id)
        return made

    def status_word(self, streaming: Streaming) -> str:
        """The vendor's word for its phase."""
        words = {"created": self.habits.status_before, "live": self.habits.status_live, "over": self.habits.status_over}
        return words[streaming.phase]

    def tell(self, event: str, media: Media) -> None:
        """Send one of the five webhooks."""
        kind = _DOTTED[event] if self.habits.event_names == "dotted" else event
        body: dict[str, Any] = {
            "type": kind,
            "emitted_at": self.now().isoformat(),
            "media_id": media.id,
            "media_type": "video",
            "qualities": ["720p", "360p"],
            "title": media.title,
            "status": media.status,
            "user_id": USER_ID,
        }
        self.webhooks.send(kind, media.id, body, self.now())


def new_id() -> str:
    """An id of the vendor's kind."""
    return str(uuid.uuid4())


def new_stream_key() -> str:
    """A push key of the vendor's kind: a UUID as well."""
    return str(uuid.UUID(hex=secrets.token_hex(16)))
