"""A show and what the crew wishes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.model.words import JSON


class ShowState(StrEnum):
    """Where a show stands. What people read on the card is derived from this, from what was seen and from what is running."""

    PLANNED = "planned"
    OPEN = "open"
    LIVE = "live"
    PAUSED = "paused"
    OFF = "off"
    DONE = "done"
    CANCELLED = "cancelled"

    @property
    def on_air(self) -> bool:
        """Whether viewers have been let in and not yet sent home."""
        return self in (ShowState.LIVE, ShowState.PAUSED)

    @property
    def closed(self) -> bool:
        """Whether nothing more is going to happen to it."""
        return self in (ShowState.DONE, ShowState.CANCELLED)


class FinishPolicy(StrEnum):
    """What happens at the planned end."""

    AT_END = "at-end"
    ASK = "ask"
    BY_HAND = "by-hand"


class PageState(StrEnum):
    """What the viewers' page (a Gcore broadcast) shows."""

    PENDING = "pending"
    LIVE = "live"
    PAUSED = "paused"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True, order=True)
class StreamKey:
    """A stream of one provider; as text `gcore:123`."""

    provider: str
    id: str

    def __str__(self) -> str:
        return f"{self.provider}:{self.id}"


@dataclass(frozen=True, slots=True)
class Hold:
    """Somebody's wish that the show does not go live by itself."""

    by: str
    since: datetime
    until: datetime | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Trouble on air that somebody has to take; `rung` counts the rungs of the ladder climbed so far."""

    kind: str
    since: datetime
    number: int
    rung: int = 0
    rung_at: datetime | None = None
    taken_by: str = ""
    taken_at: datetime | None = None
    quiet_until: datetime | None = None
    flaps: int = 0
    """How often it came back within the flap window, while ringing or after the all-clear."""
    down_at: datetime | None = None
    """The last loss of signal that was counted."""
    cleared_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something about the picture that has been worse `since`. `told`: the crew knows; `better_at`: since when it is well again."""

    since: datetime
    told: bool = False
    better_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """What the picture of a show was shortly before its start (frames/s, kbit/s, seen `at`), and what has become worse since."""

    at: datetime
    fps: float | None = None
    kbps: float | None = None
    flaws: Mapping[str, Flaw] = field(default_factory=dict)
    """By kind."""
    told: Mapping[str, datetime] = field(default_factory=dict)
    """When the crew was last told of a kind."""


@dataclass(frozen=True, slots=True)
class Show:
    """What the crew plans. `stream` and `page` are the provider's ids, empty until they are known."""

    id: str
    title: str
    channel: str
    provider: str
    zone: str
    start: datetime
    end: datetime
    planned_by: str
    planned_at: datetime
    start_offset: int | None = None
    """Seconds east of UTC at the start, by the rules that the zone had when it was confirmed; None: not known any more."""
    end_offset: int | None = None
    """The same at the end."""
    state: ShowState = ShowState.PLANNED
    stream: str = ""
    stream_name: str = ""
    new_stream: Mapping[str, JSON] | None = None
    fetched: bool = False
    """The provider fetches its picture from a source: no encoder connects, and the stream is not turned on as early."""
    page: str = ""
    page_name: str = ""
    page_fields: Mapping[str, JSON] = field(default_factory=dict)
    wants_page: bool = True
    page_gates: bool = True
    """Viewers see nothing before the page is live; where it does not gate, the encoder is what they see, page or not."""
    page_made_here: bool = False
    wants_recording: bool = True
    recording_failed: bool = False
    """The provider would not record; tried again when the signal returns or somebody asks."""
    cut_noted: datetime | None = None
    """The last cut of a long recording into parts that was told."""
    finish: FinishPolicy = FinishPolicy.AT_END
    keep_on: bool = False
    hold: Hold | None = None
    on_air_at: datetime | None = None
    on_air_by: str = ""
    off_at: datetime | None = None
    off_by: str = ""
    paused_at: datetime | None = None
    paused_by: str = ""
    stopped_at: datetime | None = None
    viewer_link: str = ""
    alarm: Alarm | None = None
    alarms: int = 0
    quiet_until: datetime | None = None
    """No alarm is raised before: somebody restarts something on purpose."""
    tidied_at: datetime | None = None
    """When recording and ingest were last asked to be closed after viewers were sent home elsewhere."""
    picture: Picture | None = None
    peak_viewers: int = 0
    left_public: bool = False
    """Its books were closed while the encoder went on, which nothing here can stop: it is not off air for viewers."""
    saved_to: datetime | None = None
    """Up to where a recording that expires was cut out and so is kept."""
    save_again_at: datetime | None = None
    """Cutting it out failed and is not tried again before."""
    card: int = 1
    numbered: int = 0
    """Its marks and clips are numbered from the next one on: lower ones may have been given in a time that is not remembered."""
    named: Mapping[str, str] = field(default_factory=dict)
    """The names asked for the parts of its recording, by video."""
    note: str = ""

    @property
    def key(self) -> StreamKey | None:
        """The stream of this show, once it is known."""
        return StreamKey(self.provider, self.stream) if self.stream else None

    def held(self, now: datetime) -> Hold | None:
        """The hold that is in force now, if any: one with an end releases itself."""
        return self.hold if self.hold and (self.hold.until is None or now < self.hold.until) else None

    @property
    def gated(self) -> bool:
        """Whether viewers are let in by the page rather than by the encoder itself."""
        return self.wants_page and self.page_gates

    @property
    def ringing(self) -> Alarm | None:
        """The alarm that is not cleared yet."""
        return self.alarm if self.alarm and self.alarm.cleared_at is None else None

    @property
    def card_key(self) -> str:
        """The key of the post that is this show's present card."""
        return f"card:{self.id}:{self.card}"
