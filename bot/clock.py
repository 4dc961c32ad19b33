"""Show time: the wall clock by which cues are due, and the steady clock by which rhythms, naps and ages are measured."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

LONGEST_NAP = 1.0
"""Real seconds a waiter sleeps before it looks at the clock again, so that a stepped wall clock is noticed."""

READ_WITHIN = 0.01
"""Real seconds between two readings of the steady clock around one of the wall clock; if it took longer, they are read again."""

READINGS = 5
"""How often the pair is read until it is that close."""

_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""CLOCK_MONOTONIC stands still while a Linux machine is suspended, CLOCK_BOOTTIME does not (clock_gettime(2))."""


class Clock:
    """The wall clock as it was when it was last checked, carried on by the steady clock.

    So a wall clock that is set takes effect at one moment, in `adopt`, together with whatever else has to follow it, and not in
    the middle of a rule. Due times are compared with `now`; rhythms, naps and time-outs use `elapsed` and `sleep`.
    """

    def __init__(self) -> None:
        self._wakes: list[Callable[[], None]] = []
        self._offset = _wall_minus_steady()

    def now(self) -> datetime:
        """The present instant of the show, aware, in UTC."""
        return datetime.fromtimestamp(self._offset + self.elapsed(), UTC)

    def elapsed(self) -> float:
        """Show seconds on a clock that nobody sets; only differences mean anything."""
        return time.clock_gettime(_STEADY)

    def drift(self) -> timedelta:
        """By how much the machine's wall clock was set since it was last adopted; a little of it is drift."""
        return timedelta(seconds=_wall_minus_steady() - self._offset)

    def adopt(self, by: timedelta) -> None:
        """Let `now` follow the machine's wall clock, that was set by so much. Callable from any thread."""
        self._offset += by.total_seconds()

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

    async def sleep(self, seconds: float) -> None:
        """Return when so many show seconds have passed, wherever the wall clock is set meanwhile."""
        until = self.elapsed() + seconds
        while (left := until - self.elapsed()) > 0:
            await self._nap(min(self._in_real_seconds(left), LONGEST_NAP))

    def on_step(self, wake: Callable[[], None]) -> None:
        """Call `wake` on the event loop whenever the wall clock was set and `now` follows it."""
        self._wakes.append(wake)

    def announce(self) -> None:
        """Tell everybody that `now` has been moved."""
        for wake in self._wakes:
            wake()

    def _in_real_seconds(self, seconds: float) -> float:
        return seconds

    async def _nap(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class SteadyTime:
    """Real time that goes on evenly when somebody sets the machine's clock: an hour back must not silence us for an hour."""

    def __init__(self) -> None:
        self._epoch = time.time() - time.monotonic()

    def time(self) -> float:
        """The present moment in epoch seconds."""
        return self._epoch + time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Return when so many seconds have passed."""
        await asyncio.sleep(seconds)


def _wall_minus_steady() -> float:
    """Epoch seconds less steady seconds, read together: a process that is stopped in between would see a step that never was."""
    closest, found = float("inf"), 0.0
    for _ in range(READINGS):
        before = time.clock_gettime(_STEADY)
        wall = time.time()
        took = time.clock_gettime(_STEADY) - before
        if took < closest:
            closest, found = took, wall - before
        if took <= READ_WITHIN:
            break
    return found
