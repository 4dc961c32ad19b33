"""One simulated Videograph environment: its livestreams, their recordings, and its contents, which clips are as well."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox.cloud import Agenda, Books, Entry
from bot.sandbox.videograph.habits import Habits
from bot.sandbox.videograph.refusals import Refusal

RECORDED_INGEST, PLAIN_INGEST = "rc-ingest.us.videograph.ai/rec/vg", "ingest.us.videograph.ai/live/vg"
"""Two ingest bases, one for recorded and one for plain streams; the first is of the form of the docs' sample."""


@dataclass
class Recording:
    """What is kept of a livestream from its start on: the spans in which there was signal; the last may be open."""

    start: datetime
    spans: list[tuple[datetime, datetime | None]] = field(default_factory=list)


@dataclass
class Livestream:
    """A durable ingest point; `settings` are the fields of its creation in the vendor's names."""

    id: str
    key: str
    created: datetime
    settings: dict[str, Any]
    status: str = "Idle"
    fed: bool = False
    recording: Recording | None = None
    turn: Entry | None = None
    """The change of `status` that is coming."""

    @property
    def server(self) -> str:
        """Where its encoder pushes, without scheme and key."""
        return RECORDED_INGEST if self.settings["record"] else PLAIN_INGEST


@dataclass
class Content:
    """An on-demand video."""

    id: str
    created: datetime
    settings: dict[str, Any]
    status: str = "Pending"
    duration_ms: int = 60_000
    fails: bool = False


class Account(Books):
    """The state behind the API, and what happens to it by itself."""

    def __init__(self, agenda: Agenda) -> None:
        super().__init__(agenda)
        self.habits = Habits()
        self.livestreams: dict[str, Livestream] = {}
        self.contents: dict[str, Content] = {}
        self.failing = 0
        """How many of the next contents end as `Failed`."""

    # -- livestreams
    def create(self, settings: dict[str, Any]) -> Livestream:
        """A new ingest point, `Idle`; creating starts nothing."""
        key = str(secrets.randbelow(9 * 10**14) + 10**14)
        stream = Livestream(str(uuid.uuid4()), key, self.now(), settings)
        self.livestreams[stream.id] = stream
        self.note("stream created", stream.id)
        return stream

    def delete(self, stream: Livestream) -> None:
        """`Deleting` at once; a little later its encoder is cut off and it is not found any more."""
        if stream.status != "Deleting":
            live = stream.status == "Active"
            self._turn(stream, self.habits.delete_delay, lambda: self._remove(stream, live))
            stream.status = "Deleting"
            self.note("stream deleting", stream.id)

    def _remove(self, stream: Livestream, live: bool) -> None:
        del self.livestreams[stream.id]
        self._go_dark(stream)
        if live:
            self.note("off", stream.id)
        self.note("stream deleted", stream.id)

    # -- the encoder
    def connect(self, stream: Livestream) -> bool:
        """An encoder pushes; refused where one does already, or where the stream is being deleted."""
        if stream.fed or stream.status == "Deleting":
            return False
        stream.fed = True
        self._turn(stream, self.habits.live_delay, lambda: self._go_live(stream))
        return True

    def drop(self, stream: Livestream) -> bool:
        """The encoder falls silent; False where none was connected."""
        if not stream.fed:
            return False
        stream.fed = False
        if stream.status != "Deleting":
            self._turn(stream, self.habits.silence_delay, lambda: self._go_off(stream))
        return True

    def _turn(self, stream: Livestream, delay: float, action: Any) -> None:
        if stream.turn is not None:
            stream.turn.cancel()
        stream.turn = self.agenda.after(delay, action)

    def _go_live(self, stream: Livestream) -> None:
        if stream.status == "Active":
            return
        stream.status = "Active"
        self.note("live", stream.id)
        if stream.settings["record"]:
            self._record(stream)

    def _go_off(self, stream: Livestream) -> None:
        if stream.status == "Active":
            stream.status = "Idle"
            self._go_dark(stream)
            self.note("off", stream.id)

    # -- recordings
    def _record(self, stream: Livestream) -> None:
        """A recording begins with the signal; a signal that returns within its twelve hours goes on with it (our choice)."""
        if stream.recording is None:
            recording = stream.recording = Recording(self.now())
            self.note("recording started", stream.id)
            self.agenda.after(self.habits.recording_kept, lambda: self._let_go(stream, recording))
        stream.recording.spans.append((self.now(), None))

    def _go_dark(self, stream: Livestream) -> None:
        recording = stream.recording
        if recording is not None and recording.spans and recording.spans[-1][1] is None:
            recording.spans[-1] = (recording.spans[-1][0], self.now())

    def _let_go(self, stream: Livestream, recording: Recording) -> None:
        """Its twelve hours are over: it expires, or becomes a content; what is still live begins another one (our choice)."""
        self._go_dark(stream)
        if self.habits.recording_end == "expires":
            self.note("recording expired", stream.id)
        else:
            self.note("recording became a content", stream.id)
            self.add_content({"title": stream.settings["title"]}, sum(_lengths(recording), timedelta()))
        stream.recording = None
        if stream.status == "Active" and stream.id in self.livestreams:
            self._record(stream)

    def cut(self, stream: Livestream, settings: dict[str, Any], start: int, end: int) -> Content:
        """A clip of a recorded range, or the `Refusal`. Its words are ours: the vendor documents none."""
        if not stream.settings["record"]:
            raise Refusal(400, "Clips can be created only for streams with recording")
        if end <= start:
            raise Refusal(400, "endTime must be after startTime")
        recording = stream.recording
        if recording is None:
            raise Refusal(400, "No recording is available for this stream")
        if start < int(recording.start.timestamp()) or end > int(self.now().timestamp()) + 1:
            raise Refusal(400, "startTime and endTime must be within the recording")
        content = self.add_content(settings, timedelta(seconds=end - start))
        self.note("clip created", stream.id)
        return content

    # -- contents
    def add_content(self, settings: dict[str, Any], length: timedelta) -> Content:
        """A new content, which becomes `Ready` after a while."""
        milliseconds = round(length.total_seconds() * 1000)
        content = Content(secrets.token_hex(12), self.now(), settings, duration_ms=milliseconds, fails=self.failing > 0)
        self.failing = max(0, self.failing - 1)
        self.contents[content.id] = content
        self.note("content created", content.id)
        self.agenda.after(self.habits.pending_delay, lambda: self._prepare(content))
        return content

    def _prepare(self, content: Content) -> None:
        content.status = "Preparing"
        self.agenda.after(self.habits.preparing_delay, lambda: self._process(content))

    def _process(self, content: Content) -> None:
        content.status = "Processing"
        self.agenda.after(self.habits.processing_delay, lambda: self._complete(content))

    def _complete(self, content: Content) -> None:
        if content.id in self.contents:
            content.status = "Failed" if content.fails else "Ready"
            self.note(f"content {content.status.lower()}", content.id)

    def delete_content(self, content: Content) -> None:
        """Gone at once."""
        del self.contents[content.id]
        self.note("content deleted", content.id)


def _lengths(recording: Recording) -> list[timedelta]:
    return [end - start for start, end in recording.spans if end is not None]
