"""Messages that are kept up to date: redrawn when their subject changes, edited when that looks different, newest state only."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from bot.errors import StoreUnavailable
from bot.log import RateLimitedLog
from bot.model import Post
from bot.outbox.address import Addresses
from bot.outbox.blocked import Blocked
from bot.outbox.entry import Metrics
from bot.outbox.message import View, body, digest
from bot.outbox.pace import Bell, Bucket, Pace, RealTime
from bot.outbox.remainder import Remainder
from bot.outbox.replies import SPENT, ReplyBook
from bot.outbox.wire import Refused, Throttled, Trouble, Wire
from bot.slack.blocks import Message
from bot.slack.methods import BLOCKED
from bot.store.base import Parcel, Store

log = logging.getLogger(__name__)

GONE = frozenset({"message_not_found", "used_url", "expired_url"})
"""Nobody can see or change that message any more."""

UNFIT = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "no_text", "block_mismatch"})
"""That drawing was refused; the next one may be fine."""

ON_AIR_IN_A_ROW = 3
"""After so many edits for those on air one goes to the others: four shows that are looked at every 5 s use up all edits."""

MOST_CRASHES = 8
"""Our own errors after which a message waits for its subject's next change."""


@dataclass(slots=True)
class _Live:
    """A message whose subject changed. Times are real epoch seconds."""

    post: Post
    not_before: float = 0.0
    failures: int = 0
    crashes: int = 0


@dataclass
class LiveMessages:
    """Redraws messages, one writer for each, those first whose subject is on air, then whoever waits longest.

    Others get their turn however much there is to redraw on air.
    """

    store: Store
    wire: Wire
    views: Mapping[str, View]
    addresses: Addresses
    remainder: Remainder
    replies: ReplyBook
    pace: Pace
    clock: RealTime
    metrics: Metrics
    progress: Bell
    first: Callable[[str], bool]
    blocked: Blocked
    settled: Callable[[Post, str], None] = lambda post, ts: None  # noqa: ARG005
    """Told when a message shows its final state: nothing will change in it any more."""
    repeated: RateLimitedLog = field(default_factory=lambda: RateLimitedLog(log))
    unknown: Callable[[str, str], None] = lambda channel, code: None  # noqa: ARG005
    """Told of a channel that takes no edits, with Slack's word for it."""
    _subjects: set[str] = field(default_factory=set)
    _dirty: dict[str, _Live] = field(default_factory=dict)
    _busy: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _last_words: dict[str, float] = field(default_factory=dict)
    _edited_at: dict[str, float] = field(default_factory=dict)
    _refused: dict[str, str] = field(default_factory=dict)
    _in_a_row: int = 0
    _hopeless: dict[str, Post] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._bell = Bell(self.clock)
        self._bucket = Bucket(60 / self.pace.edits_per_minute, self.pace.edit_burst, self.clock.time)

    # -- what is to be redrawn ----------------------------------------------------------------------------------------
    def changed(self, subjects: Iterable[str]) -> None:
        """These subjects may look different now."""
        before = len(self._subjects)
        self._subjects.update(subjects)
        if len(self._subjects) != before:
            self._bell.ring()

    def mark(self, post: Post) -> None:
        """This message may be out of date."""
        if post.view == "text" or post.user or post.key in self._hopeless:
            return
        live = self._dirty.setdefault(post.key, _Live(post))
        if post.reply_to and not live.failures:
            live.not_before = 0.0  # it may be final now, and the final state does not wait
        self._bell.ring()

    def lift(self, channel: str) -> None:
        """The channel may take edits again: its messages that are out of date, or were given up, are tried at once."""
        self.blocked.lift(channel)
        for key, post in list(self._hopeless.items()):
            if self.addresses.current(post.channel) == channel:
                del self._hopeless[key]
                self.mark(post)
        for live in self._dirty.values():
            if self.addresses.current(live.post.channel) == channel and not live.post.reply_to:
                live.not_before = 0.0
        self._bell.ring()

    def mark_sent(self, parcels: Iterable[Parcel]) -> None:
        """These messages were sent before this process began."""
        for parcel in parcels:
            if parcel.post.reply_to:
                self.replies.recall(parcel.post.reply_to, parcel.post.key, parcel.attempts, parcel.first_tried)
            self.mark(parcel.post)

    def at_rest(self) -> bool:
        """Whether nothing is being redrawn or could be now (waiting for the pace does not count as rest)."""
        due = self._due()
        waiting = due is None or (self._bucket.paused and not due.post.reply_to)
        return waiting and not self._busy and not self._subjects

    @property
    def pending(self) -> bool:
        """Whether anything is still to be redrawn, now or later; last words through a response URL do not count."""
        return bool(self._subjects or self._busy or self._dirty.keys() - self._last_words.keys())

    # -- the loop -----------------------------------------------------------------------------------------------------
    async def run(self) -> None:
        """Keep messages up to date until cancelled."""
        try:
            while True:
                ring = self._bell.listen()
                await self._gather()
                due = self._due()
                if due and (due.post.reply_to or self._bucket.ready_at() <= self.clock.time()):
                    await self._hand_over(due)
                else:
                    self.progress.ring()
                    await self._bell.wait(ring, self._look_again_at(due))
        finally:
            for task in self._busy.values():
                task.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def _gather(self) -> None:
        """Which messages show the subjects that changed."""
        for subject in tuple(self._subjects):
            for parcel in await self.store.live_parcels(subject):
                self.mark(parcel.post)
            self._subjects.discard(subject)

    def _due(self) -> _Live | None:
        now = self.clock.time()
        due = [live for key, live in self._dirty.items() if key not in self._busy and live.not_before <= now]
        return min(due, key=self._turn, default=None)

    def _turn(self, live: _Live) -> tuple[bool, bool, float]:
        held_up = not live.post.reply_to and self._bucket.ready_at() > self.clock.time()
        others_turn = self._in_a_row >= ON_AIR_IN_A_ROW
        return held_up, self.first(live.post.subject) is others_turn, self._edited_at.get(live.post.key, 0.0)

    def _look_again_at(self, due: _Live | None) -> float | None:
        if due is not None:
            return self._bucket.ready_at()
        return min((live.not_before for key, live in self._dirty.items() if key not in self._busy), default=None)

    async def _hand_over(self, live: _Live) -> None:
        del self._dirty[live.post.key]
        task = asyncio.create_task(self._refresh(live))
        self._busy[live.post.key] = task
        await asyncio.wait({task}, timeout=self.pace.patience)

    async def _refresh(self, live: _Live) -> None:
        try:
            await self._redraw(live)
        except Throttled as throttled:
            self.metrics.throttled += 1
            if not live.post.reply_to:
                self._bucket.pause(throttled.seconds)
            self._again(live, self.clock.time() + throttled.seconds)
        except Trouble as passing:
            log.info("message %s is not up to date yet: %s", live.post.key, passing.code)
            self._after_failure(live)
        except StoreUnavailable as failure:
            self.repeated.error("store", "messages are not redrawn: %s", failure)
            self._after_failure(live)
        except Exception:
            log.exception("message %s could not be redrawn", live.post.key)
            live.crashes += 1
            if live.crashes < MOST_CRASHES:
                self._after_failure(live)
        finally:
            self._busy.pop(live.post.key, None)
            self._bell.ring()
            self.progress.ring()

    def _after_failure(self, live: _Live) -> None:
        live.failures += 1
        self._again(live, self.clock.time() + self.pace.delay(live.failures))

    def _again(self, live: _Live, at: float) -> None:
        live.not_before = at
        self._dirty[live.post.key] = live

    # -- one message --------------------------------------------------------------------------------------------------
    async def _redraw(self, live: _Live) -> None:
        self._last_words.pop(live.post.key, None)
        parcel = await self.store.parcel(live.post.key)
        if parcel is None or parcel.state != "sent":
            return
        message = await self.views[parcel.post.view](parcel.post)
        if message is None or digest(message) in (parcel.drawn, self._refused.get(parcel.post.key)):
            return
        channel = self.addresses.current(parcel.post.channel)
        if not parcel.post.reply_to and (until := self.blocked.until(channel)) > self.clock.time():
            self._again(live, until)
            return
        try:
            sent = await (self._replace(live, parcel, message) if parcel.post.reply_to else self._edit(parcel, message))
        except Refused as refused:
            if refused.code in BLOCKED and not parcel.post.reply_to:
                self._wait_for(channel, live, refused.code)
            else:
                await self._note_refusal(parcel, message, refused.code)
            return
        if sent:
            self.blocked.clear(channel)
            await self.store.update_parcel(parcel.post.key, drawn=digest(message))
            self.metrics.edited += 1
            if message.final:
                self.settled(parcel.post, parcel.ts)

    async def _edit(self, parcel: Parcel, message: Message) -> bool:
        content, rest = body(message)
        if rest:
            await self.remainder.queue(parcel.post, rest)
        channel = await self.addresses.channel(parcel.post.channel)
        self._bucket.take()
        self._edited_at[parcel.post.key] = self.clock.time()
        self._in_a_row = self._in_a_row + 1 if self.first(parcel.post.subject) else 0
        # Without `blocks` Slack keeps the old ones; without `metadata` it keeps that too (chat.update page).
        await self.wire.call("chat.update", channel=channel, ts=parcel.ts, **{"blocks": [], **content})
        return True

    async def _replace(self, live: _Live, parcel: Parcel, message: Message) -> bool:
        """Use the response URL, if it is time for that; else say when."""
        url, key = parcel.post.reply_to, parcel.post.key
        when = self.replies.edit_at(url, final=message.final)
        if when is None:
            raise Refused(SPENT)
        if when > self.clock.time():
            self._again(live, when)
            if self.replies.keeps_last_words(url):
                self._last_words[key] = when
            return False
        content, _ = body(message)
        await self.store.update_parcel(key, attempts=parcel.attempts + 1)
        await self.replies.respond(url, key, content, instead=True)
        return True

    def _wait_for(self, channel: str, live: _Live, code: str) -> None:
        """The channel takes no edits until somebody mends it: the message is drawn again then."""
        if self.blocked.note(channel, code):
            log.warning("messages in %s cannot be edited now: %s", channel, code)
        self._again(live, self.blocked.until(channel))
        self.unknown(channel, code)

    async def _note_refusal(self, parcel: Parcel, message: Message, code: str) -> None:
        key = parcel.post.key
        if code in GONE:
            await self.store.update_parcel(key, state="dead", error=code)
            log.info("message %s is not kept up to date any more: %s", key, code)
            return
        if code in UNFIT:
            self._refused[key] = digest(message)
        else:
            self._hopeless[key] = parcel.post
        log.warning("message %s cannot be edited: %s", key, code)
