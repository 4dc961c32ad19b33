"""Real time for the calls to providers that is skipped where nothing but a wait goes on: an hour of tries in a moment."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

QUIET = 8
"""So often in a row nothing may have happened before time is skipped."""

A_BREATH = 0.002
"""Real seconds between two looks."""


@dataclass(eq=False)
class Ring:
    """A moment that somebody waits for."""

    due: float
    callback: Callable[[], object]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


class SkippingTime:
    """Stands still while anything goes on, then is at the next moment for which somebody waits, up to `until`.

    `state` changes whenever anything happens; while it is None something is under way.
    """

    def __init__(self) -> None:
        self.now = 1000.0
        self.until = self.now
        self.state: Callable[[], object] = lambda: 0
        self._rings: list[tuple[float, int, Ring]] = []
        self._number = itertools.count()

    @property
    def waiting(self) -> bool:
        """Whether somebody waits for a moment."""
        return any(not ring.cancelled for *_, ring in self._rings)

    def time(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        over = asyncio.Event()
        ring = self.call_later(seconds, over.set)
        try:
            await over.wait()
        finally:
            ring.cancel()

    def call_later(self, delay: float, callback: Callable[[], None], /) -> Ring:
        ring = Ring(self.now + max(0.0, delay), callback)
        heapq.heappush(self._rings, (ring.due, next(self._number), ring))
        return ring

    async def pass_by(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self.until = self.now + seconds
        while self.now < self.until:
            await self._quiet()
            while self._rings and self._rings[0][2].cancelled:
                heapq.heappop(self._rings)
            due = self._rings[0][0] if self._rings else self.until
            self.now = min(max(due, self.now), self.until)
            self._ring()
        await self._quiet()

    def _ring(self) -> None:
        while self._rings and self._rings[0][0] <= self.now:
            _, _, ring = heapq.heappop(self._rings)
            if not ring.cancelled:
                ring.callback()

    async def _quiet(self) -> None:
        before, quiet = self.state(), 0
        while quiet < QUIET:
            await asyncio.sleep(A_BREATH)
            self._ring()
            now = self.state()
            quiet = quiet + 1 if now is not None and now == before else 0
            before = now

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Time passes by itself, skipping whatever is only waited for."""

        async def run() -> None:
            while True:
                await self.pass_by(1.0)

        task = asyncio.create_task(run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
