"""The tasks of running operations: one each, stopped when somebody else takes the operation over, let go when the bot stops."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol, TypeVar

from bot.context import Context
from bot.errors import StoreError
from bot.providers.flight import Flight, flying
from bot.store.base import Touched

T = TypeVar("T")


class RealTime(Protocol):
    """Real time, as against the show's, on a clock that nobody sets."""

    def time(self) -> float:
        """Seconds; only differences mean anything."""

    async def sleep(self, seconds: float) -> None:
        """Return when so many seconds have passed."""


class LoopTime:
    """Real time as the event loop keeps it."""

    def time(self) -> float:
        """Seconds; only differences mean anything."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Return when so many seconds have passed."""
        await asyncio.sleep(seconds)


class Parked(Exception):
    """The operation waits and lets go of its stream."""


class Running:
    """Owns the tasks. What a task waits for other than an answer it waits for here, so that stopping need not wait for it."""

    def __init__(self, context: Context, time: RealTime | None = None) -> None:
        self._context = context
        self.time = time or LoopTime()
        self._tasks: dict[str, tuple[int, asyncio.Task[None]]] = {}
        self._stopping: set[asyncio.Task[None]] = set()
        self._resting: set[asyncio.Task[None]] = set()
        self._sleeping = 0
        self.draining = False

    @property
    def alive(self) -> frozenset[str]:
        """The ids of the operations that have a live task here."""
        return frozenset(self._tasks)

    @property
    def busy(self) -> int:
        """How many operations are doing something other than waiting for show time."""
        return len(self._tasks) - self._sleeping

    def start(self, operation_id: str, fence: int, work: Coroutine[Any, Any, None]) -> None:
        """Run a claimed operation as a tracked task, in the place of an older one; not while the bot stops: the next one does."""
        if self.draining:
            work.close()
            return
        old = self._tasks.pop(operation_id, None)
        if old is not None:
            old[1].cancel()
        task = asyncio.create_task(work, name=f"operation {operation_id}")
        self._tasks[operation_id] = (fence, task)
        task.add_done_callback(lambda done: self._forget(operation_id, done))

    def _forget(self, operation_id: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(operation_id, (0, None))[1] is task:
            del self._tasks[operation_id]
        self._context.wake()

    def touched(self, touched: Touched) -> None:
        """Stop at once the tasks of operations that somebody else took over (the commit that did so is already durable)."""
        if self.draining:
            return  # every task is stopped anyway, and memory is about to close
        for operation_id in touched.operations & self._tasks.keys():
            stopping = asyncio.ensure_future(self._stop_if_taken(operation_id))
            self._stopping.add(stopping)
            stopping.add_done_callback(self._stopping.discard)

    async def _stop_if_taken(self, operation_id: str) -> None:
        try:
            row = await self._context.store.operation(operation_id)
        except StoreError:  # the task finds out by itself: it writes nothing without its fence
            return
        held = self._tasks.get(operation_id)
        if row is not None and held is not None and row.fence != held[0]:
            held[1].cancel()

    async def drain(self, timeout: float) -> None:
        """Let requests under way come to an end for at most `timeout` real seconds; what only waits lets go at once.

        No further step begins: the journal knows where each operation stands.
        """
        self.draining = True
        tasks = [task for _, task in self._tasks.values()]
        for task in self._resting & set(tasks):
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=timeout)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, *self._stopping, return_exceptions=True)

    @contextmanager
    def _rest(self) -> Iterator[None]:
        if self.draining:
            raise Parked
        task = asyncio.current_task()
        assert task is not None
        self._resting.add(task)
        try:
            yield
        finally:
            self._resting.discard(task)

    async def sleep_until(self, due: datetime) -> None:
        """Wait for show time; Parked if the bot stops."""
        self._sleeping += 1
        try:
            with self._rest():
                await self._context.clock.sleep_until(due)
        finally:
            self._sleeping -= 1

    async def sleep(self, seconds: float) -> None:
        """Wait for so many show seconds, wherever the wall clock is set meanwhile; Parked if the bot stops."""
        self._sleeping += 1
        try:
            with self._rest():
                await self._context.clock.sleep(seconds)
        finally:
            self._sleeping -= 1

    async def pause(self, seconds: float) -> None:
        """Wait in real time; Parked if the bot stops."""
        with self._rest():
            await self.time.sleep(seconds)


async def watched(request: Awaitable[T], flight: Flight, slow: float, tell: Callable[[], Awaitable[None]]) -> T:
    """The answer to a request; `tell` is called once if the provider has not answered for `slow` real seconds.

    What waits for its turn in our own queue has not been sent: the provider owes no answer to it.
    """

    async def teller() -> None:
        await flight.hangs(slow)
        await tell()

    telling = asyncio.create_task(teller())
    try:
        with flying(flight):
            return await request
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
