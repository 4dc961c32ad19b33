"""The one thread that writes: whole closures, as many in one transaction as are waiting when it begins."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from sqlite_utils import Database

from bot.errors import DamagedStore, ShowcallerError, StoreError
from bot.passing import Passing, unheeded
from bot.store.base import Touched

T = TypeVar("T")

Work = Callable[[Database], tuple[T, Touched]]
"""What is to be written, in one go: its answer, and what it touched. It never awaits and never begins or commits."""

LARGEST_GROUP = 256
"""Closures in one transaction, so that the first does not wait for ever for the last."""

NOTHING = Touched()

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """A closure, and the future of whoever waits for it."""

    work: Work[Any]
    done: asyncio.Future[Any]
    one_statement: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an order."""

    order: Order
    answer: Any = None
    touched: Touched = NOTHING
    error: BaseException | None = None


class Writer:
    """Runs closures one after the other, each in a savepoint; an answer is given once the transaction around it is on the disk.

    A closure that raises is undone alone. When the transaction is lost (disk full, a lock that never came), all of its closures
    fail with StoreError. Cancelling a caller does not undo what it asked for.
    """

    def __init__(self, db: Database, loop: asyncio.AbstractEventLoop, passing: Passing = unheeded) -> None:
        self._db = db
        self._passing = passing
        self.loop = loop
        """Where the answers are given."""
        self._orders: SimpleQueue[Order | None] = SimpleQueue()
        self._listeners: list[Callable[[Touched], None]] = []
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="store-writer", daemon=True)
        self._thread.start()

    def on_commit(self, listener: Callable[[Touched], None]) -> None:
        """Call `listener` on the event loop after each commit that touched anything."""
        self._listeners.append(listener)

    async def run(self, work: Work[T], *, one_statement: bool = False) -> T:
        """Write; durable when this returns. Raises what `work` raises, or StoreError.

        `one_statement`: it is no more than that, so SQLite itself undoes it if it fails, and no savepoint is spent on it.
        """
        if self._closed:
            raise StoreError("The store is closed: the bot is shutting down.")
        done: asyncio.Future[T] = self.loop.create_future()
        self._orders.put(Order(work, done, one_statement))
        return await done

    async def close(self) -> None:
        """Write everything that was asked for before, then let go of the connection."""
        self._closed = True
        self._orders.put(None)
        await asyncio.to_thread(self._thread.join)

    # -- in the thread ------------------------------------------------------------------------------------------------
    def _serve(self) -> None:
        try:
            while group := self._next_group():
                outcomes = self._transact(group)
                with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                    self.loop.call_soon_threadsafe(self._settle, outcomes)
            with suppress(sqlite3.Error):
                self._db.execute("PRAGMA optimize")
        finally:
            self._db.close()

    def _next_group(self) -> list[Order]:
        """All that is waiting, at least one; empty once the writer is to end."""
        group: list[Order] = []
        order = self._orders.get()
        with suppress(Empty):
            while order is not None:
                group.append(order)
                if len(group) == LARGEST_GROUP:
                    return group
                order = self._orders.get_nowait()
            if group:
                self._orders.put(None)  # the end waits until this group is written; nothing can come after it
        return group

    def _transact(self, group: list[Order]) -> list[Outcome]:
        if len(group) == 1 and group[0].one_statement:
            return [self._alone(group[0])]
        try:
            self._boundary("BEGIN", "BEGIN IMMEDIATE")
            outcomes = [self._attempt(order) for order in group]
            self._boundary("COMMIT", "COMMIT")
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):
                self._db.rollback()
            log.exception("a transaction of %d writes was lost", len(group))
            return [Outcome(order, error=explained(error)) for order in group]
        return outcomes

    def _alone(self, order: Order) -> Outcome:
        """SQLite makes a statement outside of any transaction one of its own: begun, committed and waited for in one call."""
        self._passing("before STATEMENT")
        try:
            answer, touched = order.work(self._db)
        except BaseException as error:  # as in a group: the caller's, never the thread's
            with suppress(sqlite3.Error):
                self._db.rollback()
            if isinstance(error, sqlite3.Error):
                log.exception("a transaction of one write was lost")
            return Outcome(order, error=explained(error))
        self._passing("after STATEMENT")
        return Outcome(order, answer, touched)

    def _boundary(self, name: str, statement: str) -> None:
        self._passing(f"before {name}")
        self._db.execute(statement)
        self._passing(f"after {name}")

    def _attempt(self, order: Order) -> Outcome:
        """Run one closure; sqlite3.Error only where the transaction around it is lost."""
        if not order.one_statement:
            self._db.execute("SAVEPOINT attempt")
        try:
            answer, touched = order.work(self._db)
        except BaseException as error:  # whatever it is belongs to the caller, and must not end the thread
            if not self._db.conn.in_transaction:
                raise _lost(error) from None
            if not order.one_statement:
                self._db.execute("ROLLBACK TO attempt")
                self._db.execute("RELEASE attempt")
            return Outcome(order, error=explained(error))
        if not order.one_statement:
            self._db.execute("RELEASE attempt")
        return Outcome(order, answer, touched)

    # -- on the loop --------------------------------------------------------------------------------------------------
    def _settle(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            done = outcome.order.done
            if done.done():
                continue
            if outcome.error is not None:
                done.set_exception(outcome.error)
            else:
                done.set_result(outcome.answer)
        touched = together([outcome.touched for outcome in outcomes if outcome.touched != NOTHING])
        if touched != NOTHING:
            self._tell(touched)

    def _tell(self, touched: Touched) -> None:
        for listener in self._listeners:
            try:
                listener(touched)
            except Exception:
                log.exception("a listener of the store failed")


def _lost(error: BaseException) -> sqlite3.Error:
    """Why SQLite rolled the whole transaction back under a closure."""
    return error if isinstance(error, sqlite3.Error) else sqlite3.OperationalError("the transaction was rolled back")


def together(several: list[Touched]) -> Touched:
    """What one transaction touched, from what its closures did."""
    if len(several) == 1:
        return several[0]
    return Touched(
        shows=frozenset().union(*(touched.shows for touched in several)),
        operations=frozenset().union(*(touched.operations for touched in several)),
        streams=frozenset().union(*(touched.streams for touched in several)),
        schedule=any(touched.schedule for touched in several),
        posts=any(touched.posts for touched in several),
        inbox=any(touched.inbox for touched in several),
    )


def explained(error: BaseException) -> BaseException:
    """What the caller is told: SQLite's failures as StoreError, anything else as it is."""
    if isinstance(error, sqlite3.Error):
        found = _sentence(error)
        found.__cause__ = error
        return found
    if isinstance(error, StopIteration):  # a future refuses it
        wrapped = RuntimeError("a rule let StopIteration escape")
        wrapped.__cause__ = error
        return wrapped
    return error


def _sentence(error: sqlite3.Error) -> ShowcallerError:
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return DamagedStore(f"The database is damaged ({error}). Stop the bot and put back the newest backup.")
    if code == sqlite3.SQLITE_FULL:
        return StoreError("The disk is full, so nothing can be written. Make room; the bot goes on by itself.")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreError("Another program holds the database, so nothing can be written. Close whatever has the file open.")
    return StoreError(f"The database refused: {error}.")
