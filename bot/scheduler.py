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

TICK = 1.0
"""Real seconds."""


class Scheduler:
    """Claims what is due and hands it to be run. The rows are the schedule; APScheduler only knows when to look."""

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
        """A commit changed the schedule."""
        if touched.schedule:
            self.wake()

    def wake(self) -> None:
        """Claim soon: something may be due."""
        if self._draining:
            return
        if self._claiming.locked():
            self._again = True
            return
        task = asyncio.ensure_future(self._tick())
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
        if self._draining:
            return
        async with self._claiming:
            self._again = True
            while self._again:
                self._again = False
                try:
                    await self._claim()
                    self.last_tick = time.monotonic()
                except Exception:
                    log.exception("claiming due operations failed; the next tick tries again")

    async def _claim(self) -> None:
        now = self._clock.now()
        for operation in await self._store.claim_due(now, self._owner, self._alive()):
            self._run(operation)
        await self._arm(now)

    async def _arm(self, claimed: datetime) -> None:
        """Ring at the next due time. What was due but not claimed waits for its stream, and is woken by the end of that run."""
        due = await self._store.next_due(claimed)
        delay = self._clock.real_delay(due) if due is not None else math.inf
        self._again = self._again or delay <= 0
        if delay <= 0 or delay > timedelta(days=1).total_seconds():
            return
        self._clock_job.add_job(
            self._tick,
            "date",
            run_date=datetime.now(UTC) + timedelta(seconds=delay),
            id="alarm",
            replace_existing=True,
            misfire_grace_time=None,
        )
