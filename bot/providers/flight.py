"""Which requests to a provider are on their way for a piece of work, as against those that wait for their turn in our own queue."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Flight:
    """The requests of one piece of work."""

    now: Callable[[], float] = time.monotonic
    """Seconds on a steady clock."""
    first_sent: float | None = None
    """When the first of them left, by `now`."""
    _sent: dict[object, float] = field(default_factory=dict)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @contextmanager
    def request(self) -> Iterator[None]:
        """Around each request, from its sending to its answer or failure."""
        one = object()
        self.first_sent = self.now() if self.first_sent is None else self.first_sent
        self._sent[one] = asyncio.get_running_loop().time()
        self._tell()
        try:
            yield
        finally:
            del self._sent[one]
            self._tell()

    async def hangs(self, seconds: float) -> None:
        """Return when one request has had no answer for so long since it was sent."""
        while True:
            changed = self._changed
            if not self._sent:
                await changed.wait()
                continue
            left = min(self._sent.values()) + seconds - asyncio.get_running_loop().time()
            if left <= 0:
                return
            await asyncio.wait({waiting := asyncio.ensure_future(changed.wait())}, timeout=left)
            waiting.cancel()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


_present: ContextVar[Flight | None] = ContextVar("flight", default=None)


def present() -> Flight | None:
    """The piece of work in whose course this is called; None outside of any."""
    return _present.get()


@contextmanager
def flying(flight: Flight) -> Iterator[Flight]:
    """The calls made inside belong to this piece of work."""
    token = _present.set(flight)
    try:
        yield flight
    finally:
        _present.reset(token)
