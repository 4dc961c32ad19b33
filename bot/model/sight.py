"""What was seen of a stream and its videos, by whom and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.model.show import StreamKey


class Source(StrEnum):
    """Who saw it."""

    LOOK = "look"
    WEBHOOK = "webhook"
    INFERENCE = "inference"
    """Nobody: it is concluded from what moved between two looks, because the provider does not tell it."""


@dataclass(frozen=True, slots=True)
class Quality:
    """What the provider says of the picture it receives: pixels, frames/s, kbit/s, processing speed (1.0 is real time)."""

    height: int | None = None
    fps: float | None = None
    kbps: float | None = None
    speed: float | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """One observation of a stream. `None` means: this observer could not tell."""

    key: StreamKey
    at: datetime
    source: Source
    name: str | None = None
    enabled: bool | None = None
    signal: bool | None = None
    """Any ingest, primary or backup."""
    primary: bool | None = None
    backup: bool | None = None
    recording: bool | None = None
    recorded: float | None = None
    """Seconds for which the present part of the recording has been running, where the vendor tells."""
    page: str = ""
    page_state: str | None = None
    viewers: int | None = None
    quality: Quality | None = None
    trouble: str | None = None
    evidence: str = ""
    """From what the signal is inferred, where the vendor tells no live state: “duration +14 s”."""
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Doubt:
    """A claim by webhook that a look of our own has not borne out yet."""

    value: bool | str
    at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a stream: the newest value of each fact (`None`: never told) and since when it holds.

    `since` has the instants by fact: `signal`, `backup`, `enabled`, `recording`, `page:<id>`; `turned` those at which a fact
    last changed, where it ever did. `doubts` are values that only a webhook claimed and that wait for a look of our own, by fact,
    with the instant of the claim.
    """

    key: StreamKey
    name: str = ""
    enabled: bool | None = None
    signal: bool | None = None
    primary: bool | None = None
    backup: bool | None = None
    recording: bool | None = None
    pages: Mapping[str, str] = field(default_factory=dict)
    since: Mapping[str, datetime] = field(default_factory=dict)
    turned: Mapping[str, datetime] = field(default_factory=dict)
    doubts: Mapping[str, Doubt] = field(default_factory=dict)
    viewers: int | None = None
    viewers_at: datetime | None = None
    part_since: datetime | None = None
    """When the present part of the recording began, where the vendor tells."""
    quality: Quality | None = None
    trouble: str = ""
    evidence: str = ""
    looked_at: datetime | None = None
    heard_at: datetime | None = None
    blind_since: datetime | None = None
    gone: bool = False

    def steady_for(self, now: datetime) -> timedelta:
        """How long a signal has been there without a gap; zero without one."""
        since = self.since.get("signal")
        return now - since if self.signal and since else timedelta(0)

    @property
    def seen_at(self) -> datetime | None:
        """The newest of our looks and the webhooks."""
        return max((at for at in (self.looked_at, self.heard_at) if at), default=None)


class ChangeKind(StrEnum):
    """What may differ between two looks."""

    SIGNAL = "signal"
    PRIMARY = "primary"
    BACKUP = "backup"
    ENABLED = "enabled"
    RECORDING = "recording"
    PAGE = "page"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two states of a stream, to be told once. `confirmed` is false for what only a webhook said."""

    kind: ChangeKind
    key: StreamKey
    at: datetime
    source: Source
    value: bool | str
    before: bool | str | None
    page: str = ""
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class Rendition:
    """One converted quality of a video."""

    name: str
    status: str
    progress: int | None = None
    url: str = ""
    size: int | None = None
    """Bytes."""

    @property
    def is_done(self) -> bool:
        """Whether this quality can be watched (`complete` is Gcore's word)."""
        return self.status in ("complete", "ready")


@dataclass(frozen=True, slots=True)
class Video:
    """An on-demand asset; `status` in our words where known (pending, viewable, ready, error, deleted), else the vendor's."""

    provider: str
    id: str
    name: str = ""
    stream: str = ""
    show: str = ""
    status: str = ""
    duration: float | None = None
    """Seconds."""
    started_at: datetime | None = None
    renditions: tuple[Rendition, ...] = ()
    link: str = ""
    error: str = ""
    seen_at: datetime | None = None
