"""A show clock that can be sped up, stopped and moved, and whose machine's wall clock can be set without anybody being told."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from bot.clock import LONGEST_NAP, Clock


class RehearsalClock(Clock):
    """Show time that runs `rate` times as fast as real time; at rate 0 it stands still until it is moved."""

    def __init__(self, start: datetime | None = None, rate: float = 0.0) -> None:
        self._anchor = start or datetime.now(UTC)
        self._real = time.monotonic()
        self._rate = rate
        self._past = 0.0
        self._unnoticed = timedelta()
        self._adopted = timedelta()
        self._wakes: list[Callable[[], None]] = []
        self._stepped = asyncio.Event()

    @property
    def rate(self) -> float:
        """Show seconds per real second."""
        return self._rate

    def now(self) -> datetime:
        """The present instant of the show, aware, in UTC."""
        return self._anchor + timedelta(seconds=(time.monotonic() - self._real) * self._rate)

    def elapsed(self) -> float:
        """Show seconds that have passed; what `step` does to the wall clock, and moving it back, is none of that."""
        return self._past + (time.monotonic() - self._real) * self._rate

    def drift(self) -> timedelta:
        """What `step` did and nobody has noticed yet."""
        return self._unnoticed

    def adopt(self, by: timedelta) -> None:
        """Let `now` show what the wall clock was set to."""
        self._anchor += by
        self._unnoticed -= by
        self._adopted += by

    def of_others(self) -> Clock:
        """The clock of everybody else, whom it does not concern that the one of the bot's machine is set."""
        return OthersClock(self)

    @property
    def adopted(self) -> timedelta:
        """By how much `now` follows what `step` did."""
        return self._adopted

    def step(self, by: timedelta | None = None, **units: float) -> None:
        """Set the machine's wall clock by so much, as an administrator or NTP does: nobody is told, and no time passes."""
        self._unnoticed += (by or timedelta()) + timedelta(**units)

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
        super().on_step(wake)

    def advance(self, by: timedelta | None = None, **units: float) -> None:
        """Move the clock, forwards or backwards: `advance(minutes=5)`."""
        self.set(self.now() + (by or timedelta()) + timedelta(**units))

    def set(self, when: datetime) -> None:
        """Let the clock show `when`: so much time passes, or, if that is earlier, the clock is set back and everybody is told."""
        ahead = (when - self.now()).total_seconds()
        self._keep_elapsed(max(ahead, 0.0))
        self._anchor = when.astimezone(UTC)
        self.announce()

    def run_at(self, rate: float) -> None:
        """Go on from the present instant at another rate."""
        self._anchor = self.now()
        self._keep_elapsed()
        self._rate = rate
        self.announce()

    def announce(self) -> None:
        """Tell everybody that the clock was moved, and those who nap on it."""
        self._stepped.set()
        self._stepped = asyncio.Event()
        super().announce()

    def _keep_elapsed(self, more: float = 0.0) -> None:
        """Count what has passed up to now; the anchor is the caller's to move."""
        self._past = self.elapsed() + more
        self._real = time.monotonic()

    def _in_real_seconds(self, seconds: float) -> float:
        return seconds / self._rate if self._rate else math.inf

    async def nap(self, seconds: float) -> None:
        """Sleep so many real seconds, at most `LONGEST_NAP`, or until the clock is moved."""
        await self._nap(min(seconds, LONGEST_NAP))

    async def _nap(self, seconds: float) -> None:
        stepped = self._stepped
        with suppress(TimeoutError):
            await asyncio.wait_for(stepped.wait(), seconds)


class OthersClock(Clock):
    """The same show time without the steps of the bot's wall clock."""

    def __init__(self, clock: RehearsalClock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return self._clock.now() - self._clock.adopted

    def elapsed(self) -> float:
        """Show seconds that have passed."""
        return self._clock.elapsed()

    def real_delay(self, due: datetime) -> float:
        """Real seconds until `due`; infinite while the clock stands still before it."""
        return self._clock.real_delay(due + self._clock.adopted)

    def in_real(self, seconds: float) -> datetime:
        """What the clock will show after so many real seconds, if nobody moves it."""
        return self._clock.in_real(seconds) - self._clock.adopted

    async def sleep_until(self, due: datetime) -> None:
        """Return when the clock shows `due` or later."""
        while (delay := self.real_delay(due)) > 0:
            await self._clock.nap(delay)

    async def sleep(self, seconds: float) -> None:
        """Return when so many show seconds have passed."""
        await self._clock.sleep(seconds)

    def on_step(self, wake: Callable[[], None]) -> None:
        """Call `wake` after every move of the clock."""
        self._clock.on_step(wake)
