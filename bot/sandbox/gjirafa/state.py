"""What a simulated project holds: channels, live videos, restreams, and the videos that were kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

PUSH, PULL = 1, 2
INPUTS = {PUSH: "RtmpPush", PULL: "RtmpPull"}
"""The words are documented, the numbers are ours."""


@dataclass
class Channel:
    """The standing entry: RTMP server and key, or a source that is fetched."""

    id: str
    title: str
    stream_id: str
    key: str = field(repr=False)
    input: int = PUSH
    file_path: str = field(default="", repr=False)
    encoder: bool = False
    """Packets arrive."""
    healthy: bool = False
    """What the API says, a little later."""
    turn: int = 0
    """Counts the encoder's comings and goings, so that an outdated one changes nothing."""


@dataclass
class LiveVideo:
    """One programme. `status` is the vendor's word."""

    id: str
    number: int
    title: str
    channel: str
    dvr: bool = False
    status: str = "Offline"
    began: datetime | None = None
    ended: datetime | None = None
    starting: bool = False
    stopping: bool = False
    fresh: bool = True
    extra: dict[str, Any] = field(default_factory=dict)
    """`description`, `author`, `rewindTypeId`, `rewindDuration`, `publishDate`, `publishEndDate`."""

    @property
    def on_air(self) -> bool:
        """Whether viewers see it."""
        return self.status in ("Live", "Interrupted")

    @property
    def over(self) -> bool:
        """Whether it was live and will not be again."""
        return self.ended is not None


@dataclass
class Restream:
    """Where a live video is sent on to."""

    id: int
    video: str
    title: str
    url: str = field(repr=False)
    key: str = field(repr=False)
    active: bool = False


@dataclass
class Kept:
    """An on-demand video made by a stop-and-cut: what was live between `start` and `end`."""

    id: str
    title: str
    live_video: str
    start: datetime
    end: datetime
    ready: bool = False
