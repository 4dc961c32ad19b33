"""The outbox itself: reads what is queued, hands each post to its channel's lane, and knows when all is said."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Mapping
from datetime import datetime
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import SteadyTime
from bot.errors import StoreError
from bot.log import RateLimitedLog
from bot.model import Post, Urgency
from bot.outbox.address import Addresses
from bot.outbox.blocked import Blocked
from bot.outbox.delivery import Delivery
from bot.outbox.digest import by_thread, collapsible, digest_of
from bot.outbox.elsewhere import Elsewhere
from bot.outbox.entry import Entry, Metrics
from bot.outbox.lane import Lane
from bot.outbox.live import LiveMessages
from bot.outbox.message import View
from bot.outbox.pace import Bell, Bucket, Pace, RealTime
from bot.outbox.remainder import Remainder
from bot.outbox.replies import ReplyBook
from bot.outbox.wire import Throttled, Trouble, Wire
from bot.slack.methods import explain
from bot.slack.slack_clock import SlackClock
from bot.store.base import Store, Touched

log = logging.getLogger(__name__)

READ_AHEAD = 200
"""Parcels read beyond those already known: there may be more in the store, they are read when these are done."""

PIN_TRIES = 3


class Outbox:
    """Delivers what the store holds. Nothing on the way to air waits for it.

    `client` must have `retry_handlers=[]`. `views` draw what a post shows, by `Post.view`. `now` is show time and only dates the
    outbox's own posts; everything else follows `clock`, real time, but for what Slack dates, which follows `slack_clock`. `first`
    tells which subjects are edited before others (on air).
    """

    def __init__(
        self,
        store: Store,
        client: AsyncWebClient,
        views: Mapping[str, View],
        *,
        now: Callable[[], datetime],
        pace: Pace | None = None,
        ops_channel: str = "",
        clock: RealTime | None = None,
        slack_clock: SlackClock | None = None,
        first: Callable[[str], bool] = lambda subject: False,  # noqa: ARG005
        pinned_views: Collection[str] = (),
        on_unknown: Callable[[str], None] = lambda channel: None,  # noqa: ARG005
    ) -> None:
        """`on_unknown` is told of a channel of which Slack says that there is none."""
        self.metrics = Metrics()
        self._store, self._now, self._pinned_views = store, now, frozenset(pinned_views)
        self._pace, self._clock = pace or Pace(), clock or SteadyTime()
        self._wire = Wire(client, self._pace.http_timeout)
        self._addresses = Addresses(store, self._wire)
        self._progress, self._mail = Bell(self._clock), Bell(self._clock)
        self._entries: dict[str, Entry] = {}
        self._lanes: dict[str, Lane] = {}
        self._lane_tasks: dict[str, asyncio.Task[None]] = {}
        self._buckets: dict[str, Bucket] = {}
        self._alarms_told: set[str] = set()  # those that still wait for their channel
        self._loops: set[asyncio.Task[None]] = set()
        self._errands: set[asyncio.Task[None]] = set()
        self._reading = asyncio.Lock()
        self._unread, self._more, self._running, self._listening = True, False, False, False
        self._ended_while_reading: set[str] = set()
        shared = (store, self._wire, views, self._addresses, Remainder(store, self._wire))
        replies = ReplyBook(self._wire, self._pace, self._clock.time)
        self._replies = replies
        self._blocked, self._edits_blocked = (Blocked(self._pace, self._clock.time) for _ in range(2))
        self._on_unknown = on_unknown
        self._elsewhere = Elsewhere(store, self._addresses, views, self._pace, now, self._clock.time, ops_channel)
        self._live = LiveMessages(
            *(*shared, replies, self._pace, self._clock, self.metrics, self._progress, first, self._edits_blocked, self._final),
            unknown=self._unknown,
        )
        self._delivery = Delivery(
            *(*shared, replies, self._pace, self._clock, self.metrics, self._bucket, self._arrived, self._lost, self._lateness),
            *(slack_clock or SlackClock(), self._blocked, self._held),
        )
        self._began = now()

    # -- life ---------------------------------------------------------------------------------------------------------
    async def start(self) -> None:
        """Begin: with what lies in the store, and with every message that may have gone out of date meanwhile."""
        if not self._listening:
            self._store.on_commit(self.heard)
            self._listening = True
        self._running, self._began = True, self._now()
        await self.recover()
        self._loops = {
            asyncio.create_task(self._edge("reading what is queued", self._read_mail)),
            asyncio.create_task(self._edge("keeping messages up to date", self._live.run)),
        }

    async def stop(self, drain_timeout: float = 5.0) -> None:
        """Send what can be sent now, for at most so many real seconds, then stop.

        What is cut short on its way is looked for at the next start.
        """
        try:
            async with asyncio.timeout(drain_timeout):
                await self.drain()
        except TimeoutError:
            log.warning("stopping with %d posts still queued", len(self._entries))
        self._running = False
        tasks = [*self._loops, *self._errands, *self._lane_tasks.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._progress.ring()

    async def recover(self) -> None:
        """Let every message that is kept up to date be drawn again: edits are not journalled, what differs is corrected."""
        self._live.mark_sent(await self._store.live_parcels())

    async def drain(self) -> None:
        """Return when nothing is queued that could be sent now and no redraw is pending that could be made now.

        What waits for a Retry-After, for a refused connection or for an unresolved post to settle cannot be sent now.
        """
        await self._until(self._at_rest)

    async def settled(self) -> None:
        """Return when everything queued was sent or given up, and every message shows the newest state."""
        await self._until(lambda: self._at_rest() and not self._entries and not self._live.pending)

    def oldest_queued(self) -> float:
        """Real seconds since the oldest queued post was first seen; 0.0 when nothing is queued."""
        now = self._clock.time()
        return max((now - entry.seen_at for entry in self._entries.values()), default=0.0)

    def locked_out(self) -> str:
        """A sentence while Slack takes nothing from this bot, so that it can only be told elsewhere; else empty."""
        return explain(self._wire.locked_out) if self._wire.locked_out else ""

    # -- what others say and ask --------------------------------------------------------------------------------------
    def heard(self, touched: Touched) -> None:
        """The store has committed something; the outbox listens by itself once it is started."""
        if not self._running:
            return
        if touched.posts:
            self._unread = True
            self._mail.ring()
        self.changed([*touched.shows, *touched.operations, *touched.redraw])

    def changed(self, subjects: Iterable[str]) -> None:
        """Messages that show any of these subjects may look different now."""
        self._live.changed(subjects)

    async def address(self, key: str) -> tuple[str, str] | None:
        """Channel and ts of a post that was sent, for pins and permalinks; None if Slack keeps no such message."""
        return await self._addresses.of(key)

    # -- reading ------------------------------------------------------------------------------------------------------
    async def _read_mail(self) -> None:
        while True:
            ring = self._mail.listen()
            await self._read()
            self._progress.ring()
            await self._mail.wait(ring)

    async def _read(self) -> None:
        async with self._reading:
            self._ended_while_reading.clear()  # what ends from here on may still be in what is read
            self._unread = False
            limit = len(self._entries) + READ_AHEAD
            parcels = await self._store.parcels(limit=limit)
            self._more = len(parcels) == limit
            for parcel in parcels:
                key = parcel.post.key
                if key not in self._entries and key not in self._ended_while_reading:
                    self._enqueue(Entry.of(parcel, self._clock.time(), self._pace.http_timeout))

    def _enqueue(self, entry: Entry) -> None:
        self._entries[entry.post.key] = entry
        if entry.post.reply_to and entry.attempts:
            self._replies.recall(entry.post.reply_to, entry.post.key, entry.attempts, entry.first_tried)
        if entry.place not in self._lanes:
            bucket = self._new_bucket() if entry.post.reply_to else self._bucket(entry.place)
            place = entry.place
            self._lanes[place] = lane = Lane(
                *(self._deliver, self._entries, bucket, self._pace, self._clock, self._progress),
                lambda: self._blocked.until(self._addresses.current(place)),
            )
            lane.add(entry)
            self._lane_tasks[entry.place] = asyncio.create_task(self._run_lane(entry.place, lane))
        else:
            self._lanes[entry.place].add(entry)
        if entry.urgency is Urgency.ALARM and self._blocked.holds(self._addresses.current(entry.place)):
            self._tell_alarm(entry.post)

    def _bucket(self, place: str) -> Bucket:
        if place not in self._buckets:
            self._buckets[place] = self._new_bucket()
        return self._buckets[place]

    def _new_bucket(self) -> Bucket:
        return Bucket(self._pace.post_gap, self._pace.post_burst, self._clock.time)

    # -- delivering ---------------------------------------------------------------------------------------------------
    async def _run_lane(self, place: str, lane: Lane) -> None:
        await lane.run()
        del self._lanes[place], self._lane_tasks[place]
        self._progress.ring()

    async def _deliver(self, entry: Entry) -> None:
        await self._delivery.deliver(entry)
        if entry.done:
            self._entries.pop(entry.post.key, None)
            self._alarms_told.discard(entry.post.key)
            self._ended_while_reading.add(entry.post.key)
            if self._more:
                self._unread = True
                self._mail.ring()

    def _arrived(self, post: Post, ts: str) -> None:
        self._live.mark(post)  # its subject may have changed while it was under way
        channel = self._addresses.current(post.channel)
        if not (post.reply_to or post.user) and self._blocked.clear(channel):
            log.info("channel %s takes posts again", channel)
            self._collapse(channel)
            self._live.lift(channel)
        if ts and post.view in self._pinned_views:
            self._run_errand(self._pin(post.channel, ts))

    def _final(self, post: Post, ts: str) -> None:
        """What is over takes no pin away from what is not: a channel has only a hundred."""
        if ts and post.view in self._pinned_views:
            self._run_errand(self._pin(post.channel, ts, "pins.remove"))

    async def _pin(self, channel: str, ts: str, method: str = "pins.add") -> None:
        """Best effort: a card without a pin is still a card."""
        for _ in range(PIN_TRIES):
            try:
                await self._wire.call(method, channel=await self._addresses.channel(channel), timestamp=ts)
            except Throttled as throttled:
                await self._clock.sleep(throttled.seconds)
            except Trouble as trouble:
                log.warning("%s in %s failed: %s", method, channel, trouble.code)
                return
            else:
                return

    def _lateness(self, entry: Entry) -> float:
        """Real seconds; of what was queued before this process began only its show time is known."""
        before = (self._now() - entry.post.at).total_seconds() if entry.post.at < self._began else 0.0
        return max(before, self._clock.time() - entry.seen_at)

    def _lost(self, entry: Entry, code: str) -> None:
        if self._elsewhere.is_due(entry.post, code):
            self._run_errand(self._elsewhere.tell_loss(entry.post, code))

    # -- channels that take no posts for now --------------------------------------------------------------------------
    def healed(self, channel: str) -> None:
        """Something may have mended a channel (the bot was invited, it was unarchived): it is tried at once."""
        channel = self._addresses.current(channel)
        self._blocked.lift(channel)
        self._live.lift(channel)
        for lane in self._lanes_of(channel):
            lane.ring()

    def moved(self, old: str, new: str) -> None:
        """A channel has another id: what is on its way under the old one goes there."""
        moves = self._addresses.moves
        moves |= {earlier: new for earlier, later in moves.items() if later == old} | {old: new}
        moves.pop(new, None)
        self._blocked.move(old, new)
        self._edits_blocked.move(old, new)
        self.healed(new)
        for lane in self._lanes_of(new):
            lane.ring()

    def _lanes_of(self, channel: str) -> list[Lane]:
        return [lane for place, lane in self._lanes.items() if self._addresses.current(place) == channel]

    def _held(self, entry: Entry, code: str) -> None:
        """A channel refused a post for a reason that passes: whoever can be told is told, alarms in words of their own."""
        post = entry.post
        self._unknown(self._addresses.current(post.channel), code)
        if self._elsewhere.is_due(post, code):
            log.warning("channel %s takes no posts now (%s): they wait", post.channel, code)
            self._run_errand(self._elsewhere.tell_loss(post, code))
        waiting = [each.post for lane in self._lanes_of(self._addresses.current(post.channel)) for each in lane.waiting()]
        for each in {alarm.key: alarm for alarm in [post, *waiting] if alarm.urgency is Urgency.ALARM}.values():
            self._tell_alarm(each)

    def _tell_alarm(self, post: Post) -> None:
        if post.key not in self._alarms_told:
            self._alarms_told.add(post.key)
            self._run_errand(self._alarm_elsewhere(post))

    async def _alarm_elsewhere(self, post: Post) -> None:
        try:
            await self._elsewhere.tell_alarm(post)
        except Exception:  # nobody was told: the next refusal tries again
            self._alarms_told.discard(post.key)
            raise

    def _unknown(self, channel: str, code: str) -> None:
        if code == "channel_not_found":
            self._on_unknown(channel)

    def _collapse(self, channel: str) -> None:
        """The channel takes posts again: of what waited, the words of moments long past are told in one message."""
        for lane in self._lanes_of(channel):
            waited = {
                entry.post.key: entry
                for entry in lane.waiting()
                if collapsible(entry.post) and self._lateness(entry) >= self._pace.late_after
            }
            for posts in by_thread([entry.post for entry in waited.values()]):
                entries = [waited[post.key] for post in posts]
                lane.drop(entries)
                for entry in entries:
                    entry.done = True
                    self._entries.pop(entry.post.key, None)
                    self._ended_while_reading.add(entry.post.key)
                self._run_errand(self._store_digest(digest_of(posts, self._now()), [post.key for post in posts]))

    async def _store_digest(self, digest: Post, keys: list[str]) -> None:
        try:
            await self._store.collapse_posts(digest, keys)
        finally:  # what the store did not take is read again, and sent one by one
            self._unread = True
            self._mail.ring()

    def _run_errand(self, errand: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(errand)
        self._errands.add(task)
        task.add_done_callback(self._errand_over)

    def _errand_over(self, task: asyncio.Task[None]) -> None:
        self._errands.discard(task)
        self._progress.ring()
        if not task.cancelled() and (error := task.exception()):
            log.error("an errand of the outbox failed", exc_info=error)

    # -- knowing when all is said -------------------------------------------------------------------------------------
    @property
    def at_rest(self) -> bool:
        """Whether nothing is queued that could be sent now and no redraw is pending that could be made now."""
        return self._at_rest()

    def _at_rest(self) -> bool:
        read = not self._unread and not self._reading.locked()
        return read and not self._errands and self._live.at_rest() and all(lane.at_rest() for lane in self._lanes.values())

    async def _until(self, reached: Callable[[], bool]) -> None:
        while self._running and not reached():
            await self._progress.listen().wait()

    # -- the edge -----------------------------------------------------------------------------------------------------
    async def _edge(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """The one place where anything is caught: say it, wait a moment, go on."""
        failures, repeated = 0, RateLimitedLog(log)
        while True:
            began = self._clock.time()
            try:
                await work()
            except Exception as failure:
                if self._clock.time() - began > self._pace.longest_backoff:
                    failures = 0  # it went well for long: this is another trouble
                failures += 1
                traceback = not isinstance(failure, StoreError) and failure
                repeated.error(name, "the outbox stumbled while %s: %s", name, failure, exc_info=traceback)
            await self._clock.sleep(self._pace.delay(max(failures, 1)))
