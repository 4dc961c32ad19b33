"""What the bot asks its memory, in the bot's words; every write is durable when the awaited call returns."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from bot.model import (
    JSON,
    Clip,
    Decision,
    Dossier,
    Grant,
    Marker,
    Noted,
    Operation,
    Owners,
    Person,
    Post,
    RestreamTarget,
    Seen,
    Show,
    ShowState,
    StepRecord,
    StreamKey,
    Video,
)

T = TypeVar("T")


class LostFence(Exception):
    """Somebody else took the operation over; whoever sees this stops at once and writes nothing more."""


@dataclass(frozen=True, slots=True)
class Touched:
    """What a commit changed: told to listeners on the event loop after it is durable.

    `shows` are those written and those whose operations, videos, clips or markers were: whatever shows them may look different now.
    """

    shows: frozenset[str] = frozenset()
    operations: frozenset[str] = frozenset()
    streams: frozenset[StreamKey] = frozenset()
    schedule: bool = False
    posts: bool = False
    inbox: bool = False
    redraw: frozenset[str] = frozenset()
    """Subjects of messages that are no show's and no operation's."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A webhook as it was accepted, redacted. `stream` is the ordering key: letters of one stream are opened in order of `id`."""

    id: int
    provider: str
    stream: str
    body: Mapping[str, JSON]
    received: datetime
    attempts: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A post with its state of delivery. Times of delivery are real (epoch seconds): Slack does not follow the show clock."""

    post: Post
    number: int
    state: str
    """`queued`, `sent` or `dead`."""
    attempts: int = 0
    first_tried: float = 0.0
    next_try: float = 0.0
    slack_tried: float = 0.0
    """`first_tried` by Slack's clock; 0 where Slack had not told its time."""
    ts: str = ""
    """Slack's message id, once sent."""
    drawn: str = ""
    """A digest of what was last drawn there."""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for. `key` is Slack's, `what` the first word of it or the control that was pressed; `at` is show time."""

    key: str
    user: str
    what: str
    at: datetime


class Store(Protocol):
    """The bot's memory. Rules given to it are pure: they may run more than once and must not keep what they are handed."""

    # -- life ---------------------------------------------------------------------------------------------------------
    async def close(self) -> None:
        """Finish what was begun and let go of the file."""

    async def healthy(self) -> bool:
        """Whether a write transaction succeeds now."""

    async def check(self) -> str:
        """Why the store is not well, in a sentence; empty if it is."""

    def on_commit(self, listener: Callable[[Touched], None]) -> None:
        """Call `listener` on the event loop after each durable commit that touched anything it names."""

    # -- decisions ----------------------------------------------------------------------------------------------------
    async def decide(self, about: str | StreamKey, rule: Callable[[Dossier], Decision[T]]) -> T:
        """Read the dossier of a show id or of a stream, let `rule` decide and write its decision, in one transaction.

        Raises KeyError for a show that does not exist; whatever `rule` raises is passed on and nothing is written. A post whose
        key exists already is not written again. Everything else that has an id is inserted or replaced by it.
        """

    async def plan(self, rule: Callable[[str], Decision[T]]) -> T:
        """Like `decide`, for a show that does not exist yet: `rule` is given its new handle (`s1`, `s2`, …)."""

    async def plan_on(self, key: StreamKey, rule: Callable[[Dossier, str], Decision[T]]) -> T:
        """Like `plan`, on a stream that exists: `rule` is given what was known of the stream before the show as well."""

    async def add_restreams(
        self, show_id: str, count: int, rule: Callable[[Dossier, tuple[str, ...]], Decision[T]], *, beside: str = ""
    ) -> T:
        """Like `decide`, for a show that gets so many restream targets: `rule` is given their new ids (`r1`, `r2`, …).

        Its dossier has the targets of the show `beside` as well, from which they may be copied.
        """

    async def advance(self, operation_id: str, fence: int, rule: Callable[[Dossier, Operation], Decision[T]]) -> T:
        """Like `decide`, for the dossier of an operation that is `running` under `fence`; LostFence if it is not."""

    # -- reading ------------------------------------------------------------------------------------------------------
    async def dossier(self, about: str | StreamKey) -> Dossier:
        """The dossier of a show id or of a stream; KeyError for an unknown show. A stream nobody knows has an empty one."""

    async def show(self, show_id: str) -> Show | None:
        """One show."""

    async def shows(
        self,
        *,
        channel: str | None = None,
        channels: Collection[str] | None = None,
        states: Collection[ShowState] | None = None,
        start_from: datetime | None = None,
        start_until: datetime | None = None,
        text: str = "",
        page: str = "",
        without_stream: bool = False,
        newest: bool = False,
        limit: int = 100,
    ) -> list[Show]:
        """Shows that fit all that is given, by start, with `newest` from the last one back.

        `text` is looked for in the title, ignoring case; `page` is the provider's id of their page; `channels` are those in which
        they are planned, None for all; `without_stream`: only those that have none yet.
        """

    async def show_channels(self, states: Collection[ShowState] | None = None) -> frozenset[str]:
        """The channels that have any show in these states."""

    async def grants(self, key: StreamKey) -> tuple[Grant, ...]:
        """Whose stream it is, each right with who gave it."""

    async def streams_by_owners(self) -> Mapping[Owners, frozenset[StreamKey]]:
        """Every stream that belongs to anybody, gathered by its owners."""

    async def owners_of_videos(self, videos: Sequence[Video]) -> list[Owners]:
        """Whose videos these are, in their order: by show, by clip, else by the stream that they came from."""

    async def operation(self, operation_id: str) -> Operation | None:
        """One operation."""

    async def operations(self, *, show: str | None = None, unfinished: bool = True, limit: int = 100) -> list[Operation]:
        """Operations by due time."""

    async def steps(self, operation_id: str) -> tuple[StepRecord, ...]:
        """The journal of an operation, by `seq`."""

    async def seen(self, key: StreamKey) -> Seen | None:
        """What is known of a stream."""

    async def streams_seen(self, provider: str) -> list[Seen]:
        """Every stream of a provider that was ever seen and is not gone."""

    async def videos(self, *, show: str | None = None, provider: str | None = None, limit: int = 50) -> list[Video]:
        """Videos, the newest first."""

    async def video(self, provider: str, video_id: str) -> Video | None:
        """One video."""

    async def observe_video(
        self, provider: str, video_id: str, rule: Callable[[Video | None, Dossier], Decision[T]], *, show: str = ""
    ) -> T:
        """Like `decide`, for a video: what was known of it and the dossier of its stream (or an empty one).

        `show` is known to be its show, also at its first sight.
        """

    async def restreams(self, show_id: str) -> list[RestreamTarget]:
        """The restream targets of a show that were not removed, in the order in which they were added."""

    async def restream(self, target_id: str) -> RestreamTarget | None:
        """One restream target, removed or not."""

    async def restream_shows(self, provider: str, remotes: Collection[str]) -> Mapping[str, str]:
        """Of those of the provider's targets that are a show's of ours, the show, by the provider's id."""

    async def clips(self, show: str) -> list[Clip]:
        """The clips of a show, by number."""

    async def markers(self, show: str) -> list[Marker]:
        """The moments noted in a show, by number."""

    async def as_run(self, show_id: str) -> list[Noted]:
        """The as-run log of a show, in order."""

    # -- schedule -----------------------------------------------------------------------------------------------------
    async def next_due(self, after: datetime) -> datetime | None:
        """The earliest due time later than `after` of an operation that is scheduled or waiting."""

    async def claim_due(self, now: datetime, owner: str, alive: Collection[str]) -> list[Operation]:
        """Take every due operation whose stream is free, at most one for a stream, by rank of its verb then due time.

        What runs on a stream with less authority than what is due there gives way: it waits, due at once, with a risen fence.
        Claimed rows become `running` under `owner` with a risen fence. Running rows that are not in `alive` (their process or task
        died) are claimed again. `alive` are the ids of operations with a live task in this process.
        """

    async def follow_clock(self, adopt: Callable[[], tuple[datetime, timedelta]]) -> timedelta:
        """Let the clock follow the machine's and move with it, in one transaction, what is noted of shows that go on.

        `adopt` moves the clock; it returns what it showed before and by how much it was moved, which is returned.
        """

    # -- requests -----------------------------------------------------------------------------------------------------
    async def accept_request(self, key: str, user: str, what: str, at: datetime) -> bool:
        """Record what a person asked, once: False if this very request is known already and was not lost.

        It is under way until a decision names it as its `request`, or until `request_done`.
        """

    async def request_done(self, key: str) -> None:
        """Nothing is left to do for it: it was carried out, or the person was told why not."""

    async def lose_requests(self, word: Callable[[Asked], Post]) -> int:
        """Give up what was under way in a process that died, each with `word` to the person; how many that were."""

    # -- inbox --------------------------------------------------------------------------------------------------------
    async def receive(self, provider: str, stream: str, body: Mapping[str, JSON], received: datetime) -> int:
        """Accept a webhook; returns its letter's id."""

    async def letters(self, limit: int = 100) -> list[Letter]:
        """Unopened letters whose time has come: for each stream only the oldest, oldest first."""

    async def opened(self, letter_id: int, *, forget: bool = False) -> None:
        """The letter is dealt with; with `forget`, nothing of it stays."""

    async def failed_letter(self, letter_id: int, error: str, retry_in: float | None) -> None:
        """Opening failed: again in `retry_in` real seconds, or put it on the list of the dead if None."""

    async def dead_letters(self) -> list[Letter]:
        """Letters given up on."""

    async def replay_letter(self, letter_id: int) -> None:
        """Open a dead letter again."""

    # -- outbox -------------------------------------------------------------------------------------------------------
    async def post(self, *posts: Post) -> None:
        """Queue posts on their own."""

    async def collapse_posts(self, digest: Post, keys: Collection[str]) -> None:
        """Queue `digest` and give up the queued posts with these keys, which it tells, in one commit."""

    async def latest_in(self, channel: str, limit: int = 3) -> list[str]:
        """The `ts` of the newest messages that were sent to a channel and stand in it."""

    async def move_channel(self, old: str, new: str) -> bool:
        """Slack gave a channel another id: shows, grants, operations and posts go along, and what still names the old one is kept
        under the new. False where that is so already."""

    async def channel_moves(self) -> Mapping[str, str]:
        """Earlier ids of channels, and what each is now."""

    async def parcels(self, limit: int = 200) -> list[Parcel]:
        """Queued parcels by urgency, then number; whether the time of `next_try` has come is the outbox's business."""

    async def parcel(self, key: str) -> Parcel | None:
        """One parcel."""

    async def live_parcels(self, subject: str = "") -> list[Parcel]:
        """Sent parcels with a view, of one subject or of all whose subject is not closed for more than a day."""

    async def update_parcel(
        self,
        key: str,
        *,
        state: str | None = None,
        attempts: int | None = None,
        first_tried: float | None = None,
        slack_tried: float | None = None,
        next_try: float | None = None,
        ts: str | None = None,
        drawn: str | None = None,
        error: str | None = None,
    ) -> None:
        """Write what became of a delivery."""

    # -- directory ----------------------------------------------------------------------------------------------------
    async def person(self, user_id: str) -> Person | None:
        """A Slack user, as last seen."""

    async def remember_people(self, *people: Person) -> None:
        """Keep what Slack says of these users."""

    async def get(self, name: str) -> JSON:
        """A small fact kept under a name (None if there is none)."""

    async def put(self, name: str, value: JSON) -> None:
        """Keep a small fact."""

    # -- housekeeping -------------------------------------------------------------------------------------------------
    async def prune(self, before: datetime) -> int:
        """Forget what is over and older than `before`: letters, posts, operations, requests; how many rows."""
