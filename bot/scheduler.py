"""The alarm clock: rings when an operation is due, and every second in case a ring was lost or the wall clock was moved."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import Clock
from bot.model import Operation
from bot.store.base import Store, Touched

log = logging.getLogger(__name__)

EVER = datetime.fromtimestamp(0, UTC)
"""Before anything is due."""

TICK = 1.0
"""Real seconds."""

EARLY = 0.05
"""Real seconds before its time that an operation is claimed: it is begun when it is due, and the commit is over by then."""

AT_A_TIME = 1000
"""Rings under way at once: APScheduler drops one that comes while it still counts the last, even where that one is over."""


class Scheduler:
    """Claims what is due in a moment and hands it to whoever runs it when it is.

    The rows are the schedule; APScheduler only knows when to look.
    """

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
        self._clock_job = AsyncIOScheduler(timezone=UTC)
        self._claiming = asyncio.Lock()
        self._again = False
        self._moved = False
        self._armed: datetime | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._draining = False
        self.last_tick = 0.0
        """Real time (monotonic seconds) of the last completed claim."""

    def start(self, jobs: Mapping[str, tuple[timedelta, Callable[[], Awaitable[None]]]] | None = None) -> None:
        """Begin to ring; `jobs` are housekeeping, by name, each every so often in real time."""
        self._clock_job.add_job(
            self._tick, "interval", seconds=TICK, id="tick", max_instances=1, coalesce=True, misfire_grace_time=None
        )
        for name, (every, job) in (jobs or {}).items():
            seconds = every.total_seconds()
            self._clock_job.add_job(job, "interval", seconds=seconds, id=name, coalesce=True, misfire_grace_time=None)
        self._clock_job.start()
        self._clock.on_step(self.wake)
        self.wake()

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
        async with self._claiming:  # a claim cut short in the middle is logged by APScheduler as a failure
            pass
        if self._clock_job.running:
            self._clock_job.shutdown(wait=False)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _tick(self) -> None:
        self._again = True
        await self._go_round()

    async def _go_round(self) -> None:
        async with self._claiming:
            while (self._again or self._moved) and not self._draining:
                claims = self._again
                self._again = self._moved = False
                try:
                    await (self._claim() if claims else self._look())
                    self.last_tick = time.monotonic()
                except Exception:
                    log.exception("claiming due operations failed; the next tick tries again")

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
        delay = self._clock.real_delay(due) - EARLY if due is not None else math.inf
        self._again = self._again or delay <= 0
        if delay <= 0 or delay > timedelta(days=1).total_seconds():
            return
        self._clock_job.add_job(
            self._tick,
            "date",
            run_date=datetime.now(UTC) + timedelta(seconds=delay),
            id="alarm",
            replace_existing=True,
            max_instances=AT_A_TIME,
            misfire_grace_time=None,
        )
