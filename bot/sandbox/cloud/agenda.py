"""What will happen at a simulated vendor, and when: a heap of due actions that one task works off in show time."""

from __future__ import annotations

import asyncio
import heapq
import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.clock import Clock

Action = Callable[[], None]


@dataclass(order=True)
class Entry:
    """One planned action. Entries of the same instant happen in the order in which they were planned."""

    due: datetime
    number: int
    action: Action = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """Let it not happen. Cancelling what already happened changes nothing."""
        self.cancelled = True


class Agenda:
    """Runs each action when the clock shows its due time; during the action, `now()` is that due time.

    So a clock that jumps by an hour produces the same history, with the same instants, as one that runs through it.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heap: list[Entry] = []
        self._planned = 0
        self._moment: datetime | None = None
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def now(self) -> datetime:
        """The instant at which things happen now: the running action's due time, else what the clock shows."""
        return self._moment or self._clock.now()

    def at(self, due: datetime, action: Action) -> Entry:
        """Plan `action` for `due`; the past means now."""
        self._planned += 1
        entry = Entry(max(due, self.now()), self._planned, action)
        heapq.heappush(self._heap, entry)
        self._changed.set()
        return entry

    def after(self, seconds: float, action: Action) -> Entry:
        """Plan `action` for so many show seconds from now; infinity means never."""
        if math.isinf(seconds):
            return Entry(datetime.max.replace(tzinfo=self.now().tzinfo), 0, action, cancelled=True)
        return self.at(self.now() + timedelta(seconds=seconds), action)

    def run_due(self) -> int:
        """Do everything that is due at the present clock time and return how many actions that were."""
        done = 0
        while self._heap and self._heap[0].due <= self._clock.now():
            entry = heapq.heappop(self._heap)
            if entry.cancelled:
                continue
            self._moment = entry.due
            try:
                entry.action()
            finally:
                self._moment = None
            done += 1
        return done

    def start(self) -> None:
        """Begin to follow the clock."""
        self._task = asyncio.create_task(self._follow(), name="sandbox agenda")

    async def stop(self) -> None:
        """Stop following; raises what an action raised."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _follow(self) -> None:
        while True:
            self.run_due()
            self._changed.clear()
            waits: set[asyncio.Task[Any]] = {asyncio.create_task(self._changed.wait())}
            if self._heap:
                waits.add(asyncio.create_task(self._clock.sleep_until(self._heap[0].due)))
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()
