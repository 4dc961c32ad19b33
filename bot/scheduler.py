"""The alarm clock: rings when an operation is due, and every second in case a ring was lost or the wall clock was moved.

Its ticks and rings are the event loop's, which nobody sets. APScheduler keeps the housekeeping, that is due every so often by the
wall clock, and is told when that was set.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import Clock
from bot.errors import StoreError
from bot.log import RateLimitedLog
from bot.model import Operation
from bot.store.base import Store, Touched

log = logging.getLogger(__name__)

EVER = datetime.fromtimestamp(0, UTC)
"""Before anything is due."""

TICK = 1.0
"""Real seconds."""

EARLY = 0.05
"""Real seconds before its time that an operation is claimed: it is begun when it is due, and the commit is over by then."""


class Scheduler:
    """Claims what is due in a moment and hands it to whoever runs it when it is. The rows are the schedule."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        owner: str,
        run: Callable[[Operation], None],
        alive: Callable[[], frozenset[str]],
    ) -> None:
        self._store = store
        self._clock = clock
        self._owner = owner
        self._run = run
        self._alive = alive
        self._housekeeping = AsyncIOScheduler(timezone=UTC)
        self._ticking: asyncio.Task[None] | None = None
        self._ring: asyncio.TimerHandle | None = None
        self._claiming = asyncio.Lock()
        self._again = False
        self._moved = False
        self._armed: datetime | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._draining = False
        self._not_before = 0.0
        self._repeated = RateLimitedLog(log)
        self.last_tick = 0.0
        """Real time (monotonic seconds) of the last completed claim."""

    def start(self, jobs: Mapping[str, tuple[timedelta, Callable[[], Awaitable[None]]]] | None = None) -> None:
        """Begin to ring; `jobs` are housekeeping, by name, each every so often in real time."""
        for name, (every, job) in (jobs or {}).items():
            seconds = every.total_seconds()
            self._housekeeping.add_job(job, "interval", seconds=seconds, id=name, coalesce=True, misfire_grace_time=None)
        self._housekeeping.start()
        self._ticking = asyncio.create_task(self._tick_for_ever(), name="tick")
        self._clock.on_step(self.wake)
        self.wake()

    def clock_was_set(self) -> None:
        """The wall clock was set: housekeeping is due so long from now as if it had just been done, not at the old times."""
        for job in self._housekeeping.get_jobs():
            job.reschedule(job.trigger.__class__(seconds=job.trigger.interval_length, timezone=UTC))

    def touched(self, touched: Touched) -> None:
        """A commit changed the schedule: look, without writing, whether anything is due and when to ring next."""
        if touched.schedule:
            self._moved = True
            self._begin()

    def wake(self) -> None:
        """Claim soon: something may be due."""
        self._again = True
        self._begin()

    def _begin(self) -> None:
        if time.monotonic() < self._not_before:  # after a failure: the next tick looks
            return
        if self._draining or self._claiming.locked():  # whoever holds it goes on until nothing is asked for any more
            return
        task = asyncio.ensure_future(self._go_round())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def claiming(self) -> bool:
        """Whether a claim is under way."""
        return bool(self._tasks) or self._claiming.locked()

    async def stop(self) -> None:
        """Ring no more. Running operations are the engine's to drain, before this is called."""
        self._draining = True
        async with self._claiming:  # no claim is cut short in the middle: what it took would run only after the next start
            pass
        if self._ring is not None:
            self._ring.cancel()
        if self._ticking is not None:
            self._ticking.cancel()
            await asyncio.gather(self._ticking, return_exceptions=True)
        if self._housekeeping.running:
            self._housekeeping.shutdown(wait=False)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _tick_for_ever(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            self.wake()

    async def _go_round(self) -> None:
        async with self._claiming:
            while (self._again or self._moved) and not self._draining:
                claims = self._again
                self._again = self._moved = False
                try:
                    await (self._claim() if claims else self._look())
                    self.last_tick = time.monotonic()
                    self._repeated.over("claim")
                except Exception as failure:
                    self._again = self._moved = False  # what rings meanwhile is asked for again by the next tick
                    self._not_before = time.monotonic() + TICK / 2
                    traceback = not isinstance(failure, StoreError) and failure
                    self._repeated.error("claim", "due operations cannot be claimed: %s", failure, exc_info=traceback)

    async def _look(self) -> None:
        """What a commit changed is nearly always due later: that costs one question, and no transaction."""
        due = await self._store.next_due(EVER)
        if due is not None and due <= self._clock.in_real(EARLY):
            await self._claim()
        elif due != self._armed:
            self._arm(due)

    async def _claim(self) -> None:
        soon = self._clock.in_real(EARLY)
        for operation in await self._store.claim_due(soon, self._owner, self._alive()):
            self._run(operation)
        self._arm(await self._store.next_due(soon))

    def _arm(self, due: datetime | None) -> None:
        """Ring at the next due time. What was due but not claimed waits for its stream, and is woken by the end of that run."""
        self._armed = due
        if self._ring is not None:
            self._ring.cancel()
            self._ring = None
        delay = self._clock.real_delay(due) - EARLY if due is not None else math.inf
        self._again = self._again or delay <= 0
        if 0 < delay <= timedelta(days=1).total_seconds():
            self._ring = asyncio.get_running_loop().call_later(delay, self.wake)
