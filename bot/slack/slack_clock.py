"""How far this machine's clock is off Slack's, from the Date header of Slack's answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime

DRIFT = 0.001
"""Seconds per second by which two clocks may run apart between two answers; a quartz is good for a tenth of that."""

RESOLUTION = 1.0
"""Seconds within which a Date header is cut off (RFC 9110 5.6.7: whole seconds)."""


def steady() -> float:
    """Seconds that no setting of the wall clock moves, and that go on while the machine sleeps (Linux; elsewhere they may not)."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


class SlackClock:
    """Slack's time as far as its answers tell it: between two bounds, which each answer narrows.

    What is kept is held against a steady clock, so that a wall clock that is set afterwards changes the offset at once.
    """

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = steady) -> None:
        self._wall = wall
        self.steady = steady
        self._low = self._high = 0.0
        self._at: float | None = None

    def observe(self, date: str, sent: float) -> None:
        """An answer that carries this Date header has just come to a request that left at `sent` (by `steady`).

        What is no date is passed over. The header was written between the two moments, so it bounds Slack's time from both sides.
        """
        try:
            stamp = parsedate_to_datetime(date).timestamp()
        except (ValueError, TypeError, IndexError, OverflowError):
            return
        now = self.steady()
        low, high = stamp - now, stamp + RESOLUTION - sent
        if self._at is not None:
            apart = (now - self._at) * DRIFT
            narrowed = max(low, self._low - apart), min(high, self._high + apart)
            if narrowed[0] <= narrowed[1]:  # else one of the clocks was set: only what is said now counts
                low, high = narrowed
        self._low, self._high, self._at = low, high, now

    def observe_answer(self, headers: Mapping[str, str], sent: float) -> None:
        """`observe` for an answer; one that something on the way has kept (Age, RFC 9111 5.1) says nothing of the present."""
        if "Age" not in headers and (date := headers.get("Date")):
            self.observe(date, sent)

    @property
    def known(self) -> bool:
        """Whether Slack has told its time since the start."""
        return self._at is not None

    @property
    def age(self) -> float:
        """Real seconds since Slack last told its time; infinite before the first time."""
        return float("inf") if self._at is None else self.steady() - self._at

    def time(self) -> float:
        """Slack's time now, in epoch seconds; this machine's while Slack has not told its own."""
        return self._wall() if self._at is None else self.steady() + (self._low + self._high) / 2

    @property
    def offset(self) -> float:
        """Seconds by which this machine's clock is ahead of Slack's (negative: behind); 0.0 within what cannot be told apart."""
        if self._at is None:
            return 0.0
        local = self._wall() - self.steady()
        if self._low <= local <= self._high:
            return 0.0
        return local - (self._low + self._high) / 2
