"""Slack's own time: real, unless a test or a trainer moves it on."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TypeVar, cast

T = TypeVar("T")
LONGEST_NAP = 60.0
"""Real seconds a waiter sleeps before it looks at the time again."""


class SlackTime:
    """Epoch seconds, running at real pace; `advance` moves them and wakes everybody who waits for a moment.

    `ahead`: seconds by which Slack's clock is ahead of this machine's from the start, negative for behind.
    """

    def __init__(self, ahead: float = 0.0) -> None:
        self._ahead = ahead
        self._moved = asyncio.Event()

    def time(self) -> float:
        """The present moment, in epoch seconds."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Move on by so many seconds at once."""
        self._ahead += seconds
        self._moved.set()
        self._moved = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Return when so many seconds have passed, or were skipped."""
        await self.sleep_until(self.time() + seconds)

    async def sleep_until(self, due: float) -> None:
        """Return at that moment (epoch seconds), or at once when it is past."""
        while (left := due - self.time()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._moved.wait(), min(left, LONGEST_NAP))

    async def before(self, due: float, work: asyncio.Future[T]) -> T:
        """The result of `work`; raises TimeoutError, and leaves the work running, when it is not done at that moment."""
        alarm = asyncio.ensure_future(self.sleep_until(due))
        try:
            await asyncio.wait(
                [cast("asyncio.Future[object]", work), cast("asyncio.Future[object]", alarm)], return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            alarm.cancel()
        if not work.done():
            raise TimeoutError
        return work.result()
