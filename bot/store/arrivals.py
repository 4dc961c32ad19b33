"""Webhooks that arrive while a commit is under way are written together, by one statement of the next commit."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress

from sqlite_utils import Database

from bot.store.base import Touched
from bot.store.writer import Writer

Row = tuple[str, str, str, int]
"""Provider, stream, body as JSON, received in epoch milliseconds."""

MOST_ROWS = 200
"""In one statement; SQLite takes 32,766 values."""

TOUCHED = Touched(inbox=True)


class Arrivals:
    """Each row has an answer of its own; what one statement costs is paid once for all that came meanwhile."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._queue: deque[tuple[Row, asyncio.Future[int]]] = deque()
        self._ordered = False
        self._tasks: set[asyncio.Task[None]] = set()

    async def take(self, row: Row) -> int:
        """Durable when this returns; the row's id. StoreError if it could not be written."""
        done: asyncio.Future[int] = self._writer.loop.create_future()
        self._queue.append((row, done))
        if not self._ordered:
            self._ordered = True
            task = self._writer.loop.create_task(self._write())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await done

    async def _write(self) -> None:
        while self._queue:
            await self._write_some()

    async def _write_some(self) -> None:
        taken: list[tuple[Row, asyncio.Future[int]]] = []
        try:
            last = await self._writer.run(lambda db: (self._insert(db, taken), TOUCHED), one_statement=True)
        except Exception as error:
            if not taken:  # the writer is closed, and nobody will take what waits
                self._ordered = False
                self._fill(taken, len(self._queue))
            for _, done in taken:
                if not done.done():
                    done.set_exception(error)
            return
        for number, (_, done) in enumerate(reversed(taken)):
            if not done.done():
                done.set_result(last - number)

    def _insert(self, db: Database, taken: list[tuple[Row, asyncio.Future[int]]]) -> int:
        """In the writer's thread. Whoever comes after the queue was read orders a statement of their own."""
        self._ordered = False
        self._fill(taken, MOST_ROWS)
        if not taken:
            return 0
        places = ", ".join(["(?, ?, ?, ?)"] * len(taken))
        values = [value for row, _ in taken for value in row]
        found = db.execute(f"INSERT INTO inbox (provider, stream, body, received_ms) VALUES {places}", values)  # noqa: S608
        return int(found.lastrowid or 0)

    def _fill(self, taken: list[tuple[Row, asyncio.Future[int]]], most: int) -> None:
        with suppress(IndexError):
            while len(taken) < most:
                taken.append(self._queue.popleft())
