"""Slack's time, running many times as fast as real time, so that Slack's pace can be kept in a short test."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from bot.sandbox.slack import SlackTime

NAP = 0.5
SNAIL = 1e-6


class Hurry(SlackTime):
    """Goes on at `rate` seconds a second, and can be moved besides."""

    def __init__(self, rate: float = 50.0, ahead: float = 0.0) -> None:
        super().__init__(ahead)
        self._began, self._real, self._rate = time.time(), time.monotonic(), rate

    def time(self) -> float:
        return self._began + (time.monotonic() - self._real) * self._rate + self._ahead

    def stand_still(self) -> None:
        """Go on only where it is moved: what is said does not depend any more on how long real sockets take."""
        self._began, self._real, self._rate = self.time() - self._ahead, time.monotonic(), SNAIL

    async def sleep(self, seconds: float) -> None:
        due = self.time() + seconds
        while (left := due - self.time()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._moved.wait(), min(left / self._rate, NAP))
