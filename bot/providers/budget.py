"""Whose turn it is to call a vendor: a rate that is never exceeded, and shows on air before everything else."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from enum import IntEnum
from typing import Protocol

LONGEST_PAUSE = 60.0
"""Seconds that a vendor can silence us at a time; asked for more, we ask again after so long."""

LONGEST_PAUSE_OF_URGENT = 5.0
"""The same for effects, and for seeing what is on air: a pause or a finish that is due does not wait out a minute."""


class Priority(IntEnum):
    """What a request is for; the lower goes first."""

    EFFECT = 0
    VERIFY = 1
    LOOK = 2
    LIST = 3


class Standing(IntEnum):
    """For whom a request is made, whatever it is."""

    URGENT = 0
    """Bringing a show on or off the air, pausing it, recording it."""
    ON_AIR = 1
    """Seeing a show that is on air or about to be."""
    ORDINARY = 2
    BACKGROUND = 3
    """Nobody waits: what belongs to no show, housekeeping."""


class Tier(IntEnum):
    """In which order requests are sent; a lower tier does not wait for a higher one."""

    BRAKE = 0
    SIGHT = 1
    EFFECT = 2
    LOOK = 3
    LIST = 4
    BACKGROUND = 5


PATIENCE = {
    Priority.EFFECT: 0.0,
    Priority.VERIFY: 0.0,
    Priority.LOOK: 10.0,
    Priority.LIST: 0.0,
}
"""Seconds that a request lets younger ones of its tier pass."""

OVERDUE = {Tier.EFFECT: 5.0, Tier.LOOK: 10.0, Tier.LIST: 30.0, Tier.BACKGROUND: 60.0}
"""Seconds after which a request has waited too long for lower tiers: then it has a share of the turns."""

SHARE = 4
"""One turn in so many goes to what is overdue. Sight and brake keep the others."""

PLACES = {Tier.LOOK: 16, Tier.LIST: 6, Tier.BACKGROUND: 1}
"""Requests of a tier under way or queued at a time: a mass of them, or a vendor that hangs, leaves connections to the others."""

CONNECTIONS = 40
"""At most, to one vendor: all those places, and as many for what has no such limit."""

_standing: ContextVar[Standing] = ContextVar("standing", default=Standing.ORDINARY)


@contextmanager
def standing(of: Standing) -> Iterator[None]:
    """What is asked of vendors meanwhile, in this task and in those that it begins, has this standing."""
    before = _standing.set(of)
    try:
        yield
    finally:
        _standing.reset(before)


def tier_of(priority: Priority) -> Tier:
    """The tier of a request, by what it is for and the standing of whoever makes it."""
    match _standing.get():
        case Standing.URGENT:
            return Tier.SIGHT if priority is Priority.LIST else Tier.BRAKE
        case Standing.ON_AIR if priority in (Priority.VERIFY, Priority.LOOK):
            return Tier.SIGHT
        case Standing.BACKGROUND if priority is not Priority.EFFECT:
            return Tier.BACKGROUND
    return {Priority.EFFECT: Tier.EFFECT, Priority.LIST: Tier.LIST}.get(priority, Tier.LOOK)


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

    `per_second` is the lasting rate, `burst` how many may go at once after a silence. A tier is served once those before it are
    empty; what is overdue for that has one turn in `SHARE`.
    """

    def __init__(self, per_second: float, *, burst: int = 3, ticker: Ticker | None = None) -> None:
        if per_second <= 0 or burst < 1:
            raise ValueError("a budget needs a rate above 0 and a burst of at least 1")
        self._per_second = per_second
        self._burst = float(burst)
        self._tokens = float(burst)
        self._ticker = ticker
        self._filled_at: float | None = None
        self._closed_until = self._closed_to_urgent_until = 0.0
        self._queues: dict[Tier, list[tuple[float, int, float, asyncio.Future[None]]]] = {tier: [] for tier in Tier}
        self._places = {tier: asyncio.Semaphore(count) for tier, count in PLACES.items()}
        self._turns = 0
        self._arrivals = 0
        self._timer: Timer | None = None

    @property
    def waiting(self) -> int:
        """How many requests wait for their turn."""
        return sum(not turn.done() for queue in self._queues.values() for *_, turn in queue)

    @asynccontextmanager
    async def place(self, priority: Priority) -> AsyncIterator[None]:
        """The whole of a request, from its turn to its answer."""
        places = self._places.get(tier_of(priority))
        if places is None:
            await self.turn(priority)
            yield
            return
        async with places:
            await self.turn(priority)
            yield

    async def turn(self, priority: Priority) -> None:
        """Return when this request may be sent. Cancelling the wait costs nobody a turn."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._arrivals += 1
        now = self.now()
        heapq.heappush(self._queues[tier_of(priority)], (now + PATIENCE[priority], self._arrivals, now, turn))
        self._serve()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._tokens = min(self._burst, self._tokens + 1)
            self._serve()
            raise

    def pause(self, seconds: float) -> None:
        """Send nothing for so long, because the vendor asked for it; then effects first, one by one. What is urgent waits less."""
        now, seconds = self.now(), max(seconds, 0.0)
        self._closed_until = max(self._closed_until, now + min(seconds, LONGEST_PAUSE))
        until = now + min(seconds, LONGEST_PAUSE_OF_URGENT)
        if until > self._closed_to_urgent_until:
            self._closed_to_urgent_until = until
            self._tokens = 1.0
            self._filled_at = until
        self._serve()

    def now(self) -> float:
        """The present moment by the clock that this budget keeps: seconds, never going back."""
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
        now = self.now()
        self._refill(now)
        while self._tokens >= 1 - 1e-6 and (queue := self._next_queue(now)):
            *_, turn = heapq.heappop(queue)
            self._tokens -= 1
            self._turns += 1
            turn.set_result(None)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        opens_at = min((self._opens_at(tier) for tier, queue in self._queues.items() if queue), default=None)
        if opens_at is not None and self._ticker is not None:
            delay = max(opens_at - now, (1 - self._tokens) / self._per_second, 0.0)
            self._timer = self._ticker.call_later(delay, self._serve)

    def _opens_at(self, tier: Tier) -> float:
        """From when on requests of this tier may be sent, as far as the vendor is concerned."""
        return self._closed_to_urgent_until if tier <= Tier.EFFECT else self._closed_until

    def _next_queue(self, now: float) -> list[tuple[float, int, float, asyncio.Future[None]]] | None:
        """The queue whose head goes next: the first that is not empty, or, one turn in `SHARE`, the first whose head is overdue."""
        for queue in self._queues.values():
            while queue and queue[0][-1].done():
                heapq.heappop(queue)
        there = {tier: queue for tier, queue in self._queues.items() if queue and now >= self._opens_at(tier) - 1e-6}
        if self._turns % SHARE == SHARE - 1:
            for tier, patience in OVERDUE.items():
                overdue = there.get(tier)
                if overdue and now - overdue[0][2] >= patience:
                    return overdue
        return next(iter(there.values()), None)
