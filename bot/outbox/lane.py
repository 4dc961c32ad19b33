"""One queue for each channel: order within an urgency, the more urgent first, nothing waits for what is unresolved elsewhere."""

from __future__ import annotations

import asyncio
from bisect import insort
from collections.abc import Awaitable, Callable, Collection, Mapping

from bot.model import Urgency
from bot.outbox.entry import Entry
from bot.outbox.pace import Bell, Bucket, Pace, RealTime

Deliver = Callable[[Entry], Awaitable[None]]


class Lane:
    """The posts of one channel (or response URL). Within an urgency only the head is ever sent.

    A call that takes longer than `patience` no longer keeps the other urgencies waiting.
    """

    def __init__(
        self,
        deliver: Deliver,
        queued: Mapping[str, Entry],
        bucket: Bucket,
        pace: Pace,
        clock: RealTime,
        progress: Bell,
        blocked_until: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """`blocked_until` tells until when the channel takes nothing (epoch seconds); then one post tries it for all."""
        self._deliver, self._queued, self.bucket = deliver, queued, bucket
        self._pace, self._clock, self._progress = pace, clock, progress
        self._blocked_until = blocked_until
        self._bell = Bell(clock)
        self._queues: dict[Urgency, list[Entry]] = {urgency: [] for urgency in Urgency}
        self._busy: dict[Urgency, asyncio.Task[None]] = {}

    def add(self, entry: Entry) -> None:
        """Queue it in its place."""
        insort(self._queues[entry.urgency], entry, key=lambda one: one.parcel.number)
        self._bell.ring()

    def ring(self) -> None:
        """Look again: the channel may take posts now."""
        self._bell.ring()

    def waiting(self) -> list[Entry]:
        """What is queued here and not being sent, oldest first."""
        busy = {queue[0].post.key for urgency, queue in self._queues.items() if urgency in self._busy and queue}
        entries = [entry for queue in self._queues.values() for entry in queue if entry.post.key not in busy]
        return sorted(entries, key=lambda entry: entry.parcel.number)

    def drop(self, entries: Collection[Entry]) -> None:
        """These are over without having been sent."""
        gone = {entry.post.key for entry in entries}
        for urgency, queue in self._queues.items():
            self._queues[urgency] = [entry for entry in queue if entry.post.key not in gone]

    @property
    def empty(self) -> bool:
        """Whether nothing is queued here."""
        return not any(self._queues.values())

    def at_rest(self) -> bool:
        """Whether nothing here is being sent or could be sent now (waiting for the pace does not count as rest)."""
        entry = self._ready(self._clock.time())
        return not self._busy and (entry is None or (entry.costs_budget and self.bucket.paused))

    async def run(self) -> None:
        """Send until nothing is left."""
        try:
            while not self.empty:
                ring = self._bell.listen()
                now = self._clock.time()  # one glance: what comes due between two would be neither sent nor waited for
                entry = self._ready(now)
                if entry is not None and (not entry.costs_budget or self.bucket.ready_at() <= now):
                    await self._hand_over(entry)
                else:
                    self._progress.ring()
                    await self._bell.wait(ring, self._look_again_at(entry, now))
        finally:
            for task in self._busy.values():
                task.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    def _ready(self, now: float) -> Entry | None:
        """The most urgent head that may go now, whatever the pace."""
        if (until := self._blocked_until()) > now or (until and self._busy):
            return None
        for urgency in Urgency:
            if entry := self._head(urgency, frozenset(), now):
                return entry
        return None

    def _head(self, urgency: Urgency, above: frozenset[Urgency], now: float) -> Entry | None:
        """The head of that urgency, or what must go before it because it is posted in its thread."""
        queue = self._queues[urgency]
        if urgency in self._busy or not queue or queue[0].not_before > now:
            return None
        head = queue[0]
        parent = self._queued.get(head.post.thread)
        if parent is None or parent.place != head.place or parent.urgency in above | {urgency}:
            return head  # nothing to wait for, or two that wait for each other
        return self._head(parent.urgency, above | {urgency}, now)

    def _look_again_at(self, ready: Entry | None, now: float) -> float | None:
        if ready is not None:
            return self.bucket.ready_at()
        blocked = self._blocked_until()
        moments = [max(queue[0].not_before, blocked) for queue in self._queues.values() if queue]
        return min((moment for moment in moments if moment > now), default=None)

    async def _hand_over(self, entry: Entry) -> None:
        if entry.costs_budget:
            self.bucket.take()
        task = asyncio.create_task(self._send(entry))
        self._busy[entry.urgency] = task
        await asyncio.wait({task}, timeout=self._pace.patience)

    async def _send(self, entry: Entry) -> None:
        try:
            await self._deliver(entry)
        finally:
            self._busy.pop(entry.urgency, None)
            if entry.done:
                self._queues[entry.urgency].remove(entry)
            self._bell.ring()
            self._progress.ring()
