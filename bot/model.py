"""The nouns of a show, as frozen values; instants are aware and in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any, Generic, TypeVar

JSON = Any
"""A value that `json` can write and read."""

CLOCK = "clock"
"""Who asked for an operation that nobody asked for by hand."""


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
    state: ShowState = ShowState.PLANNED
    stream: str = ""
    stream_name: str = ""
    new_stream: Mapping[str, JSON] | None = None
    page: str = ""
    page_name: str = ""
    page_fields: Mapping[str, JSON] = field(default_factory=dict)
    wants_page: bool = True
    page_made_here: bool = False
    wants_recording: bool = True
    recording_failed: bool = False
    """The provider would not record; tried again when the signal returns or somebody asks."""
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
    peak_viewers: int = 0
    card: int = 1
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
    def ringing(self) -> Alarm | None:
        """The alarm that is not cleared yet."""
        return self.alarm if self.alarm and self.alarm.cleared_at is None else None

    @property
    def card_key(self) -> str:
        """The key of the post that is this show's present card."""
        return f"card:{self.id}:{self.card}"


class OperationState(StrEnum):
    """Where an operation stands in the journal."""

    SCHEDULED = "scheduled"
    RUNNING = "running"
    WAITING = "waiting"
    """Holds no stream; looked at again when due."""
    ASKING = "asking"
    """A question to people is posted; nothing happens until one answers."""
    DONE = "done"
    FAILED = "failed"
    NEEDS_HUMAN = "needs_human"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether the journal closed it."""
        return self not in (
            OperationState.SCHEDULED,
            OperationState.RUNNING,
            OperationState.WAITING,
            OperationState.ASKING,
        )


@dataclass(frozen=True, slots=True)
class Operation:
    """An effect that was asked for, by a person or by the clock: a row of the schedule and of the journal in one.

    `fence` rises whenever somebody else takes the operation over; a writer with an older fence is refused.
    `hold_stream` is the stream that no other operation may work on meanwhile (empty: none).
    `reply_to` is where the asker's progress message lives when there is no card: a Slack response URL.
    """

    id: str
    verb: str
    due: datetime
    by: str
    asked_at: datetime
    show: str = ""
    provider: str = ""
    stream: str = ""
    args: Mapping[str, JSON] = field(default_factory=dict)
    state: OperationState = OperationState.SCHEDULED
    rank: int = 0
    """The authority of its verb: the higher goes first and may supersede."""
    fence: int = 0
    owner: str = ""
    started: datetime | None = None
    ended: datetime | None = None
    note: str = ""
    reply_to: str = ""
    channel: str = ""

    @property
    def key(self) -> StreamKey | None:
        """The stream that it works on, if it does."""
        return StreamKey(self.provider, self.stream) if self.stream else None


class StepKind(StrEnum):
    """How a step may be repeated (classified per call, never by HTTP verb)."""

    SET = "set"
    """Brings the provider to a state; repeatable."""
    CREATE = "create"
    """Makes a new thing each time it is sent; an orphan is watched, then looked up, before it is sent again."""
    WAIT = "wait"
    """Sends nothing; lets time pass or something come true."""


class StepState(StrEnum):
    """Where a step stands in the journal."""

    PLANNED = "planned"
    INTENT = "intent"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One journalled step. `intent_real` is real time in epoch seconds: settling never follows the show clock."""

    operation: str
    seq: int
    name: str
    label: str
    kind: StepKind
    state: StepState = StepState.PLANNED
    how: str = ""
    intent_at: datetime | None = None
    intent_real: float = 0.0
    done_at: datetime | None = None
    result: Mapping[str, JSON] = field(default_factory=dict)


class Source(StrEnum):
    """Who saw it."""

    LOOK = "look"
    WEBHOOK = "webhook"


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
    page: str = ""
    page_state: str | None = None
    viewers: int | None = None
    quality: Quality | None = None
    trouble: str | None = None
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Doubt:
    """A claim by webhook that a look of our own has not borne out yet."""

    value: bool | str
    at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a stream: the newest value of each fact (`None`: never told) and since when it holds.

    `since` has the instants by fact: `signal`, `backup`, `enabled`, `recording`, `page:<id>`. `doubts` are values that only a
    webhook claimed and that wait for a look of our own, by fact, with the instant of the claim.
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
    doubts: Mapping[str, Doubt] = field(default_factory=dict)
    viewers: int | None = None
    viewers_at: datetime | None = None
    quality: Quality | None = None
    trouble: str = ""
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


class Urgency(IntEnum):
    """Which post goes first."""

    ALARM = 0
    STATE = 1
    COSMETIC = 2


@dataclass(frozen=True, slots=True)
class Post:
    """A Slack message that must be sent once, and perhaps kept up to date.

    `key` makes it unique. `view` names the renderer and `subject` what it draws: then the body is drawn from the store when it is
    sent and again whenever the subject changes; with view `text` the body is fixed here. `thread` is the key of the post whose
    thread it goes to (empty: the channel itself). `reply_to` is a Slack response URL, used instead of the channel.
    """

    key: str
    channel: str
    at: datetime
    urgency: Urgency = Urgency.STATE
    text: str = ""
    blocks: tuple[Mapping[str, JSON], ...] = ()
    view: str = "text"
    subject: str = ""
    thread: str = ""
    show: str = ""
    reply_to: str = ""
    user: str = ""
    """Only to this user (an ephemeral post), where it is set."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A line of the as-run log: what really happened, when, and by whom."""

    show: str
    at: datetime
    what: str
    by: str = ""
    detail: str = ""


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything known about a stream and the shows on it, read in one transaction.

    `shows` are those not closed, earliest first (plus the one asked about, whatever its state); `operations` those not ended of
    these shows or on this stream; `steps` the journal of these operations; `videos` those of the stream or its shows.
    """

    key: StreamKey | None
    seen: Seen | None
    shows: tuple[Show, ...]
    operations: tuple[Operation, ...]
    steps: Mapping[str, tuple[StepRecord, ...]] = field(default_factory=dict)
    videos: tuple[Video, ...] = ()

    def show(self, show_id: str) -> Show:
        """The show of that id; KeyError if it is not part of this dossier."""
        for show in self.shows:
            if show.id == show_id:
                return show
        raise KeyError(show_id)

    def of(self, show_id: str, *verbs: str) -> tuple[Operation, ...]:
        """The unfinished operations of a show, of these verbs where any are named."""
        return tuple(op for op in self.operations if op.show == show_id and (not verbs or op.verb in verbs))


@dataclass(frozen=True, slots=True)
class Decision(Generic[T]):
    """What a rule wants written, all of it or nothing, and its answer to whoever asked."""

    answer: T
    shows: tuple[Show, ...] = ()
    operations: tuple[Operation, ...] = ()
    steps: tuple[StepRecord, ...] = ()
    seen: Seen | None = None
    videos: tuple[Video, ...] = ()
    posts: tuple[Post, ...] = ()
    noted: tuple[Noted, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """A Slack user as the directory knows them."""

    id: str
    name: str
    zone: str = ""
    guest: bool = False
    stranger: bool = False
    admin: bool = False
    bot: bool = False
    seen_at: datetime | None = None
