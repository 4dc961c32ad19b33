"""A few read-only connections, each used by one thread at a time, so that a question never waits for the writer."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import TypeVar

from sqlite_utils import Database

from bot.errors import StoreError
from bot.store.writer import explained

T = TypeVar("T")

READERS = 2
"""Connections, and threads: more only fight over the interpreter lock."""


class Readers:
    """Answers questions from what is committed."""

    def __init__(self, path: Path, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._closed = False
        self._pool = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")
        self._idle: SimpleQueue[Database] = SimpleQueue()
        for _ in range(READERS):
            self._idle.put(_connect(path))

    async def ask(self, question: Callable[[Database], T]) -> T:
        """The answer to `question`, all of it from one moment; raises what it raises, or StoreError."""
        if self._closed:
            raise StoreError("The store is closed: the bot is shutting down.")
        return await self._loop.run_in_executor(self._pool, self._answer, question)

    async def close(self) -> None:
        """Let the questions be answered that were asked, then close the connections."""
        self._closed = True
        await asyncio.to_thread(self._pool.shutdown)
        while not self._idle.empty():
            self._idle.get().close()

    def _answer(self, question: Callable[[Database], T]) -> T:
        db = self._idle.get()
        try:
            db.execute("BEGIN")
            return question(db)
        except sqlite3.Error as error:
            raise explained(error) from error
        finally:
            db.rollback()
            self._idle.put(db)


def _connect(path: Path) -> Database:
    conn = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)
    db = Database(conn, recursive_triggers=False, execute_plugins=False)
    db.execute("PRAGMA query_only = ON")
    db.execute("PRAGMA busy_timeout = 5000")
    db.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # opens the log now: later its name might lead elsewhere
    return db
