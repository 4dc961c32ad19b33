"""Whose turn it is to call a vendor: a rate that is never exceeded, and effects before everything else."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from enum import IntEnum
from typing import Protocol

LONGEST_PAUSE = 60.0
"""Seconds that a vendor can silence us at a time; asked for more, we ask again after so long."""


class Priority(IntEnum):
    """What a request is for; the lower goes first."""

    EFFECT = 0
    VERIFY = 1
    LOOK = 2
    LIST = 3


PATIENCE = {Priority.EFFECT: 0.0, Priority.VERIFY: 0.0, Priority.LOOK: 10.0, Priority.LIST: 30.0}
"""Seconds that a request lets younger ones of a higher priority pass. Only effects pass without limit."""


class Timer(Protocol):
    """What can be called off."""

    def cancel(self) -> None:
        """Do not ring."""


class Ticker(Protocol):
    """Real time: an event loop is one."""

    def time(self) -> float:
        """Seconds on a clock that never goes back."""

    def call_later(self, delay: float, callback: Callable[[], None], /) -> Timer:
        """Ring in so many seconds."""


class Budget:
    """A token bucket with a queue, in real time. Equal requests are served in the order in which they came.

    `per_second` is the lasting rate, `burst` how many may go at once after a silence.
    """

    def __init__(self, per_second: float, *, burst: int = 3, ticker: Ticker | None = None) -> None:
        if per_second <= 0 or burst < 1:
            raise ValueError("a budget needs a rate above 0 and a burst of at least 1")
        self._per_second = per_second
        self._burst = float(burst)
        self._tokens = float(burst)
        self._ticker = ticker
        self._filled_at: float | None = None
        self._closed_until = 0.0
        self._queue: list[tuple[int, float, int, asyncio.Future[None]]] = []
        self._arrivals = 0
        self._timer: Timer | None = None

    @property
    def waiting(self) -> int:
        """How many requests wait for their turn."""
        return sum(not turn.done() for *_, turn in self._queue)

    async def turn(self, priority: Priority) -> None:
        """Return when this request may be sent. Cancelling the wait costs nobody a turn."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._arrivals += 1
        rank = 0 if priority is Priority.EFFECT else 1
        heapq.heappush(self._queue, (rank, self._now() + PATIENCE[priority], self._arrivals, turn))
        self._serve()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._tokens = min(self._burst, self._tokens + 1)
            self._serve()
            raise

    def pause(self, seconds: float) -> None:
        """Send nothing for so long, because the vendor asked for it (`Retry-After`); then effects first, one by one."""
        until = self._now() + min(max(seconds, 0.0), LONGEST_PAUSE)
        if until > self._closed_until:
            self._closed_until = until
            self._tokens = 1.0
            self._filled_at = until
            self._serve()

    def _now(self) -> float:
        if self._ticker is None:
            self._ticker = asyncio.get_running_loop()
        return self._ticker.time()

    def _refill(self, now: float) -> None:
        if self._filled_at is None:
            self._filled_at = now
        if now > self._filled_at:
            self._tokens = min(self._burst, self._tokens + (now - self._filled_at) * self._per_second)
            self._filled_at = now

    def _serve(self) -> None:
        """Give out the turns that there are, and set the alarm for the next."""
        now = self._now()
        self._refill(now)
        while self._queue and (self._queue[0][-1].done() or (now >= self._closed_until and self._tokens >= 1 - 1e-9)):
            *_, turn = heapq.heappop(self._queue)
            if not turn.done():
                self._tokens -= 1
                turn.set_result(None)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._queue and self._ticker is not None:
            delay = max(self._closed_until - now, (1 - self._tokens) / self._per_second, 0.0)
            self._timer = self._ticker.call_later(delay, self._serve)
