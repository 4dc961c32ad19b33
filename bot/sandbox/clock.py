"""A show clock that can be sped up, stopped and moved."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from bot.clock import Clock


class RehearsalClock(Clock):
    """Show time that runs `rate` times as fast as real time; at rate 0 it stands still until it is moved."""

    def __init__(self, start: datetime | None = None, rate: float = 0.0) -> None:
        self._anchor = start or datetime.now(UTC)
        self._real = time.monotonic()
        self._rate = rate
        self._wakes: list[Callable[[], None]] = []
        self._stepped = asyncio.Event()

    @property
    def rate(self) -> float:
        """Show seconds per real second."""
        return self._rate

    def now(self) -> datetime:
        """The present instant of the show, aware, in UTC."""
        return self._anchor + timedelta(seconds=(time.monotonic() - self._real) * self._rate)

    def real_delay(self, due: datetime) -> float:
        """Real seconds until `due`; infinite while the clock stands still before it."""
        ahead = (due - self.now()).total_seconds()
        if ahead <= 0:
            return 0.0
        return ahead / self._rate if self._rate else math.inf

    def in_real(self, seconds: float) -> datetime:
        """What the clock will show after so many real seconds, if nobody moves it."""
        return self.now() + timedelta(seconds=seconds * self._rate)

    def on_step(self, wake: Callable[[], None]) -> None:
        """Call `wake` after every move of the clock or change of its rate."""
        self._wakes.append(wake)

    def advance(self, by: timedelta | None = None, **units: float) -> None:
        """Move the clock, forwards or backwards: `advance(minutes=5)`."""
        self.set(self.now() + (by or timedelta()) + timedelta(**units))

    def set(self, when: datetime) -> None:
        """Let the clock show `when`."""
        self._anchor, self._real = when.astimezone(UTC), time.monotonic()
        self._announce()

    def run_at(self, rate: float) -> None:
        """Go on from the present instant at another rate."""
        self._anchor, self._real, self._rate = self.now(), time.monotonic(), rate
        self._announce()

    def _announce(self) -> None:
        self._stepped.set()
        self._stepped = asyncio.Event()
        for wake in self._wakes:
            wake()

    async def _nap(self, seconds: float) -> None:
        stepped = self._stepped
        with suppress(TimeoutError):
            await asyncio.wait_for(stepped.wait(), seconds)
