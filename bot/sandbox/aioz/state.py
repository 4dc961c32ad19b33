"""The objects of the simulated account as they are at this moment: live stream keys, streamings and saved media."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bot.sandbox.cloud import Entry


@dataclass(frozen=True)
class Picture:
    """What an encoder sends: frames and kilobits per second."""

    fps: float = 50.0
    kbps: float = 2900.0


@dataclass
class Span:
    """Pictures without a gap."""

    start: datetime
    picture: Picture
    end: datetime | None = None


@dataclass
class Streaming:
    """One broadcast on a key."""

    id: str
    key_id: str
    title: str
    save: bool
    qualities: list[Any]
    created_at: datetime
    updated_at: datetime
    phase: Literal["created", "live", "over"] = "created"
    spans: list[Span] = field(default_factory=list)
    ending: Entry | None = None
    media_id: str = ""
    viewers: int = 0
    views: int = 0

    @property
    def on_air(self) -> bool:
        """Whether pictures arrive."""
        return bool(self.spans) and self.spans[-1].end is None

    def seconds(self, until: datetime) -> float:
        """How long pictures had arrived then."""
        return sum(max(0.0, (min(span.end or until, until) - span.start).total_seconds()) for span in self.spans)

    def picture_at(self, when: datetime) -> Picture | None:
        """What arrived then."""
        spans = (span for span in self.spans if span.start <= when and (span.end is None or when < span.end))
        return next((span.picture for span in spans), None)


@dataclass
class Key:
    """A live stream key: the reusable place to push to."""

    id: str
    stream_key: str = field(repr=False)
    name: str
    save: bool
    type: Literal["video", "audio"]
    created_at: datetime
    updated_at: datetime
    targets: list[str] = field(default_factory=list, repr=False)
    encoder: Picture | None = None
    coming_up: Entry | None = None
    going_off: Entry | None = None


@dataclass
class Media:
    """A saved item."""

    id: str
    title: str
    key_id: str
    streaming_id: str
    created_at: datetime
    updated_at: datetime
    duration_ms: int
    status: Literal["new", "transcoding", "done", "fail"] = "new"
