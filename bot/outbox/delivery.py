"""One try at delivering one post: look if it may be there already, write down the intent, send, write down what became of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.errors import StoreUnavailable
from bot.log import RateLimitedLog
from bot.model import JSON, Post, Urgency
from bot.outbox.address import Addresses
from bot.outbox.blocked import Blocked
from bot.outbox.digest import LONGEST_WAIT
from bot.outbox.entry import Entry, Metrics
from bot.outbox.message import REPEAT, View, as_late, as_possible_repeat, body, digest, marks
from bot.outbox.pace import Bucket, Pace, RealTime
from bot.outbox.remainder import Remainder, is_remainder
from bot.outbox.replies import ReplyBook
from bot.outbox.sighting import CannotLook, not_before, sighted
from bot.outbox.wire import Refused, Throttled, Unsent, Unsure, Wire
from bot.slack.blocks import Message
from bot.slack.methods import BLOCKED
from bot.slack.slack_clock import SlackClock
from bot.store.base import Store

log = logging.getLogger(__name__)

REST = "The rest of this message"
NOTHING_TO_SHOW = "nothing to show any more"
MOST_CRASHES = 8
"""Our own errors (a view that raises, a store that fails) after which a post is given up, so that others get through."""

SECTION_TEXT = 3000
"""Characters that a section takes; longer text goes without blocks, and so without a label."""

_NO_SUCH_THREAD = frozenset({"invalid_thread_ts", "thread_not_found", "cannot_reply_to_message", "restricted_action_thread_locked"})


@dataclass
class Delivery:
    """How entries get to Slack. `arrived` is called when a post is there and that is committed, `lost` when it was given up."""

    store: Store
    wire: Wire
    views: Mapping[str, View]
    addresses: Addresses
    remainder: Remainder
    replies: ReplyBook
    pace: Pace
    clock: RealTime
    metrics: Metrics
    bucket_of: Callable[[str], Bucket]
    arrived: Callable[[Post, str], None]
    lost: Callable[[Entry, str], None]
    lateness: Callable[[Entry], float]
    """Seconds for which an entry waited, also before this process began."""
    slack_clock: SlackClock
    """By which messages are found: their `ts` follow it, and not the clock of this machine."""
    blocked: Blocked
    held: Callable[[Entry, str], None]
    """Called when Slack refused a post for a reason that passes, so that it waits."""
    repeated: RateLimitedLog = field(default_factory=lambda: RateLimitedLog(log))

    async def deliver(self, entry: Entry) -> None:
        """Try once. Afterwards the entry is done, or knows when it may be tried again; never raises but when cancelled."""
        try:
            await self._try(entry)
        except Throttled as throttled:
            self.metrics.throttled += 1
            entry.not_before = self.clock.time() + throttled.seconds
        except (Unsent, Unsure) as passing:
            log.info("post %s is not delivered yet: %s", entry.post.key, passing.code)
            self._stay_away(entry)
        except StoreUnavailable as failure:  # it is no fault of the post's, which waits for as long as it takes
            self.repeated.error("store", "posts wait for the store: %s", failure)
            self._stay_away(entry)
        except Exception as error:
            log.exception("post %s could not be handled", entry.post.key)
            entry.crash, entry.crashes = type(error).__name__, entry.crashes + 1
            self._stay_away(entry)

    async def _try(self, entry: Entry) -> None:
        view = entry.post.view
        if entry.arrived is None and (view not in self.views and view != "text"):
            await self._give_up(entry, f"there is no view {view!r}")
        elif entry.arrived is None and entry.crashes >= MOST_CRASHES:
            await self._give_up(entry, entry.crash)
        elif entry.arrived is None and not (entry.unsure and await self._settled(entry)):
            message = await self._drawn(entry.post)
            if message is None:
                await self._bury(entry, NOTHING_TO_SHOW)
            else:
                await self._send(entry, message)
        if entry.arrived is not None and not entry.done:
            await self._record_arrival(entry, *entry.arrived)

    # -- what became of an earlier try --------------------------------------------------------------------------------
    async def _settled(self, entry: Entry) -> bool:
        """Whether an unsure post needs no more sending: it was found, or is cosmetic and nobody can tell."""
        post = entry.post
        try:
            if post.reply_to or post.user or is_remainder(post):
                raise CannotLook("not in the history")
            channel = await self.addresses.channel(post.channel)
            thread = await self.addresses.thread(post)
            since = not_before(entry.slack_tried, entry.first_tried, self.slack_clock.time())
            found = await sighted(self.wire, post.key, channel, thread, since)
            if found is None and thread:  # its thread may have refused it, so that it went to the channel
                found = await sighted(self.wire, post.key, channel, "", since)
        except CannotLook as unreadable:
            return await self._decided_blind(entry, unreadable)
        if found is not None:
            entry.arrived = (found, "")
            return True
        entry.unsure = False
        return False

    async def _decided_blind(self, entry: Entry, why: CannotLook) -> bool:
        if entry.urgency is Urgency.COSMETIC:
            await self._bury(entry, f"may have been sent, cannot tell ({why})")
            return True
        entry.unsure, entry.repeat = False, True
        return False

    # -- sending ------------------------------------------------------------------------------------------------------
    async def _drawn(self, post: Post) -> Message | None:
        if post.view == "text":
            return Message(post.text, post.blocks)
        return await self.views[post.view](post)

    async def _send(self, entry: Entry, message: Message) -> None:
        shown = self._labelled(entry, message)
        content, rest = body(shown)
        if rest and not is_remainder(entry.post):
            await self.remainder.queue(entry.post, rest)
        before = (entry.attempts, entry.first_tried, entry.slack_tried)
        await self._intend(entry)
        try:
            ts = await self._call(entry, content)
        except Unsure:
            raise
        except Refused as refused:
            entry.unsure = False
            if self._can_wait(entry, refused.code):
                await self._hold(entry, refused.code, *before)
            else:
                await self._refused(entry, refused.code)
        except (Throttled, Unsent) as stayed:
            entry.unsure = False
            await self._take_back(entry, stayed, *before)
            raise
        else:
            self.metrics.repeats += entry.repeat
            entry.arrived = (ts, digest(message))

    def _labelled(self, entry: Entry, message: Message) -> Message:
        """What is drawn when it is sent shows the present state; words of a moment say how long ago that was."""
        post, late = entry.post, self.lateness(entry)
        fits = len(message.text) <= SECTION_TEXT or bool(message.blocks)
        if late >= self.pace.late_after and post.view == "text" and fits and not (post.reply_to or post.user or is_remainder(post)):
            message = as_late(message, late)
        return as_possible_repeat(message) if entry.repeat else message

    async def _intend(self, entry: Entry) -> None:
        now, before = self.clock.time(), (entry.attempts, entry.first_tried, entry.slack_tried, entry.unsure, entry.not_before)
        entry.attempts += 1
        if not entry.first_tried:
            entry.first_tried = now
            entry.slack_tried = self.slack_clock.time() if self.slack_clock.known else 0.0
        entry.unsure = True
        entry.not_before = now + self.pace.http_timeout
        try:
            await self.store.update_parcel(
                entry.post.key,
                attempts=entry.attempts,
                first_tried=entry.first_tried,
                slack_tried=entry.slack_tried,
                next_try=entry.not_before,
            )
        except StoreUnavailable:  # so nothing is sent, and there is no doubt whether it arrived
            entry.attempts, entry.first_tried, entry.slack_tried, entry.unsure, entry.not_before = before
            raise

    async def _take_back(
        self, entry: Entry, stayed: Throttled | Unsent, attempts: int, first_tried: float, slack_tried: float
    ) -> None:
        """Slack did nothing: to be told to wait is not an attempt, and there is nothing to look for after a crash."""
        if isinstance(stayed, Throttled):
            entry.attempts = attempts
            if entry.costs_budget:
                self.bucket_of(entry.place).pause(stayed.seconds)
        entry.first_tried, entry.slack_tried = first_tried, slack_tried
        await self.store.update_parcel(
            entry.post.key,
            attempts=entry.attempts,
            first_tried=first_tried,
            slack_tried=slack_tried,
            next_try=0.0,
            error=stayed.code,
        )

    def _can_wait(self, entry: Entry, code: str) -> bool:
        """Whether the refusal passes once somebody mends the channel or the app, and the post is still of use then."""
        post = entry.post
        if code not in BLOCKED or post.reply_to or post.user or (code == "missing_scope" and is_remainder(post)):
            return False
        return self.clock.time() - entry.seen_at < LONGEST_WAIT

    async def _hold(self, entry: Entry, code: str, attempts: int, first_tried: float, slack_tried: float) -> None:
        """The channel takes nothing for now: its posts wait, and one of them tries it now and then."""
        self.blocked.note(self.addresses.current(entry.place), code)
        entry.attempts, entry.first_tried, entry.slack_tried, entry.not_before = attempts, first_tried, slack_tried, 0.0
        await self.store.update_parcel(
            entry.post.key, attempts=attempts, first_tried=first_tried, slack_tried=slack_tried, next_try=0.0, error=code
        )
        self.held(entry, code)

    async def _call(self, entry: Entry, content: dict[str, JSON]) -> str:
        """Send it, however such a post is sent; Slack's ts, empty where it gives none that could be used."""
        post = entry.post
        if post.reply_to:
            await self.replies.respond(post.reply_to, post.key, content, instead=False)
            return ""
        channel, thread = await self.addresses.channel(post.channel), await self.addresses.thread(post)
        if is_remainder(post):
            await self.remainder.share(post, channel, thread, f"{REST} {REPEAT}" if entry.repeat else REST)
            return ""
        arguments = {"channel": channel, **content}
        if post.user:
            arguments |= {"user": post.user}
            await self._call_in_thread("chat.postEphemeral", arguments, thread)
            return ""
        answer = await self._call_in_thread("chat.postMessage", arguments | marks(post), thread)
        return str(answer["ts"])

    async def _call_in_thread(self, method: str, arguments: dict[str, JSON], thread: str) -> Mapping[str, JSON]:
        try:
            return await self.wire.call(method, **arguments, **({"thread_ts": thread} if thread else {}))
        except Refused as refused:
            if not thread or refused.code not in _NO_SUCH_THREAD:
                raise
        return await self.wire.call(method, **arguments)  # somebody deleted or locked it: better in the channel than nowhere

    # -- what is written down -----------------------------------------------------------------------------------------
    async def _record_arrival(self, entry: Entry, ts: str, drawn: str) -> None:
        await self.store.update_parcel(entry.post.key, state="sent", ts=ts, drawn=drawn, error="")
        entry.done = True
        self.metrics.sent += 1
        self.metrics.latencies.append(self.clock.time() - entry.seen_at)
        self.arrived(entry.post, ts)

    async def _refused(self, entry: Entry, code: str) -> None:
        if is_remainder(entry.post):
            await self.remainder.in_words(entry.post)
            await self._bury(entry, code)
        else:
            await self._give_up(entry, code)

    async def _give_up(self, entry: Entry, code: str) -> None:
        log.error("post %s for channel %s was given up: %s", entry.post.key, entry.post.channel, code)
        await self._bury(entry, code)
        self.lost(entry, code)

    async def _bury(self, entry: Entry, reason: str) -> None:
        await self.store.update_parcel(entry.post.key, state="dead", error=reason)
        entry.done = True
        self.metrics.dead += 1

    def _stay_away(self, entry: Entry) -> None:
        entry.failures += 1
        entry.not_before = max(entry.not_before if entry.unsure else 0.0, self.clock.time() + self.pace.delay(entry.failures))
