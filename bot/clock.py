"""Show time: the one source of every due time, and the one place where a due time becomes a real delay."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

LONGEST_NAP = 1.0
"""Real seconds a waiter sleeps before it looks at the clock again, so that a stepped wall clock is noticed."""


class Clock:
    """The wall clock. Cues, graces, hysteresis and rhythms are measured with it, never HTTP timeouts or Slack's pace."""

    def now(self) -> datetime:
        """The present instant of the show, aware, in UTC."""
        return datetime.now(UTC)

    def real_delay(self, due: datetime) -> float:
        """Real seconds until `due`, never negative."""
        return max(0.0, (due - self.now()).total_seconds())

    def in_real(self, seconds: float) -> datetime:
        """What the clock will show after so many real seconds, if nobody moves it."""
        return self.now() + timedelta(seconds=seconds)

    async def sleep_until(self, due: datetime) -> None:
        """Return when the clock shows `due` or later, however it got there."""
        while (delay := self.real_delay(due)) > 0:
            await self._nap(min(delay, LONGEST_NAP))

    def on_step(self, wake: Callable[[], None]) -> None:
        """Call `wake` whenever somebody moves this clock. Nobody moves the wall clock through us."""

    async def _nap(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
