"""Makes a running store's database refuse, as SQLite would: whatever the disk or another program is up to."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.store.sqlite import SqliteStore

KINDS = {
    "disk full": sqlite3.SQLITE_FULL,
    "disk unplugged": sqlite3.SQLITE_IOERR,
    "made read-only": sqlite3.SQLITE_READONLY,
    "held by another program": sqlite3.SQLITE_BUSY,
    "file that cannot be opened": sqlite3.SQLITE_CANTOPEN,
    "no memory": sqlite3.SQLITE_NOMEM,
}


@dataclass
class Refusals:
    """How many transactions were refused."""

    count: int = 0


def error_of(kind: str) -> Exception:
    """What the sqlite3 module raises for it."""
    if kind == "no memory":
        return MemoryError()
    error = sqlite3.OperationalError(kind)
    error.sqlite_errorcode = KINDS[kind]
    return error


@contextmanager
def refusing(store: object, kind: str) -> Iterator[Refusals]:
    """Every transaction fails meanwhile, at its begin."""
    assert isinstance(store, SqliteStore)
    writer, refusals = store._writer, Refusals()
    kept = writer._passing

    def refuse(name: str) -> None:
        if name in ("before BEGIN", "before STATEMENT"):
            refusals.count += 1
            raise error_of(kind)

    writer._passing = refuse
    try:
        yield refusals
    finally:
        writer._passing = kept
