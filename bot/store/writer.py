"""The one thread that writes: whole closures, as many in one transaction as are waiting when it begins."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from sqlite_utils import Database

from bot.backoff import Backoff
from bot.errors import DamagedStore, ShowcallerError, StoreError, StoreUnavailable
from bot.log import RateLimitedLog
from bot.passing import Passing, unheeded
from bot.store.base import Touched

T = TypeVar("T")

Work = Callable[[Database], tuple[T, Touched]]
"""What is to be written, in one go: its answer, and what it touched. It never awaits and never begins or commits."""

LARGEST_GROUP = 256
"""Closures in one transaction, so that the first does not wait for ever for the last."""

NOTHING = Touched()

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 0.5
"""Real seconds between two transactions while the database takes none. Everybody who writes waits here, so that no loop that tries
again at once can spin; a person who asks is still answered within three seconds."""

SETTLED = 10.0
"""Real seconds without trouble after which it counts as over: on a full disk small writes succeed beside larger ones that fail."""

TROUBLE = frozenset(
    {
        *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_BUSY),
        *(sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL),
        *(sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOLFS),
    }
)
"""Primary result codes (sqlite.org/rescode.html) of what is wrong with the database or its disk, and not with a statement."""

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
        self._closing = threading.Event()
        self._backoff = Backoff(FIRST_PAUSE, LONGEST_PAUSE)
        self._repeated = RateLimitedLog(log)
        self._trouble: BaseException | None = None
        self._troubled_at = 0.0
        self.lost = 0
        """Transactions and closures that were lost to trouble with the database or its disk."""
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
        self._closing.set()
        await asyncio.to_thread(self._thread.join)

    # -- in the thread ------------------------------------------------------------------------------------------------
    def _serve(self) -> None:
        try:
            while group := self._next_group():
                outcomes = self._transact(group)
                with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                    self.loop.call_soon_threadsafe(self._settle, outcomes)
                self._stay_away(len(group))
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
        except (sqlite3.Error, MemoryError) as error:  # sqlite3 says SQLITE_NOMEM by a MemoryError
            with suppress(sqlite3.Error):
                self._db.rollback()
            self._note(error)
            return [Outcome(order, error=explained(error)) for order in group]
        return outcomes

    def _note(self, error: BaseException) -> None:
        if is_trouble(error):
            self._trouble = error
        elif isinstance(error, sqlite3.Error):  # a statement of ours that SQLite does not take is a bug
            self._repeated.error("refused", "a write was refused", exc_info=error)

    def _stay_away(self, writes: int) -> None:
        """After trouble, let everybody wait a moment before the next transaction, and say so once; also when it is over."""
        error, self._trouble = self._trouble, None
        if error is None:
            if self._backoff.failures and time.monotonic() - self._troubled_at > SETTLED:
                log.info("the database takes writes again, after %d transactions were lost", self._backoff.succeeded())
                self._repeated.over("trouble")
            return
        self.lost += 1
        self._troubled_at = time.monotonic()
        pause = self._backoff.failed()
        self._repeated.error("trouble", "a transaction of %d writes was lost: %s", writes, error)
        self._closing.wait(pause)

    def _alone(self, order: Order) -> Outcome:
        """SQLite makes a statement outside of any transaction one of its own: begun, committed and waited for in one call."""
        try:
            self._passing("before STATEMENT")
            answer, touched = order.work(self._db)
        except BaseException as error:  # as in a group: the caller's, never the thread's
            with suppress(sqlite3.Error):
                self._db.rollback()
            self._note(error)
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
            self._note(error)
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
    if isinstance(error, (sqlite3.Error, MemoryError)):
        found = _sentence(error)
        found.__cause__ = error
        return found
    if isinstance(error, StopIteration):  # a future refuses it
        wrapped = RuntimeError("a rule let StopIteration escape")
        wrapped.__cause__ = error
        return wrapped
    return error


def is_trouble(error: BaseException) -> bool:
    """Whether the database or its disk is to blame, so that the next write will most likely fail as well."""
    return isinstance(error, MemoryError) or (isinstance(error, sqlite3.Error) and _code(error) in TROUBLE)


def _code(error: BaseException) -> int:
    """The primary result code; 0 where there is none."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def _sentence(error: BaseException) -> ShowcallerError:
    code = _code(error)
    if isinstance(error, MemoryError):
        return StoreUnavailable("The machine has no memory left, so nothing can be written. Free some; the bot goes on by itself.")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return DamagedStore(f"The database is damaged ({error}). Stop the bot and put back the newest backup.")
    if code == sqlite3.SQLITE_FULL:
        return StoreUnavailable("The disk is full, so nothing can be written. Make room; the bot goes on by itself.")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreUnavailable("Another program holds the database, so nothing can be written. Close whatever has the file open.")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return StoreUnavailable(
            "The database is readonly, so nothing can be written. Make it writable again; the bot goes on by itself."
        )
    if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN):
        return StoreUnavailable("The disk does not answer as it should. Check that it is there; the bot goes on by itself.")
    return StoreError(f"The database refused: {error}.")
