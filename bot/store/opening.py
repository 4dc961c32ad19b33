"""Opening the file: nobody else has it, it is whole, ours and not from the future; else one sentence says what to do."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

from sqlite_utils import Database

from bot.errors import DamagedStore, NewerSchema, StoreError, StoreLocked
from bot.store.backup import KEEP, Shelf
from bot.store.locks import FileLock
from bot.store.migrations import APPLICATION_ID, SCHEMA, newer_than_us

FULL = 2
"""What `PRAGMA synchronous` answers when every commit waits for the disk."""

BUSY_MS = 5000
"""How long the writer waits for a program that has the file open beside the bot (a backup, a shell)."""

LOG_BYTES = 1000 * 4120
"""How long the log gets before SQLite begins it anew (wal_autocheckpoint: 1000 pages, each with a header)."""

CACHE_BYTES = 2000 * 1024
"""SQLite's page cache (cache_size), beyond which an unfinished transaction goes to the log."""

SIDES = ("", "-wal", "-shm", "-journal")
"""Endings of the files of one database: itself, then what SQLite keeps beside it."""

RESTORING = ".restoring"
"""Ends the name of a backup while the present files are moved out of its way; no bot opens what is there until that is done."""

PUT_BACK = "Put back the newest backup: python -m bot restore latest"


def path_of(where: str) -> Path:
    """The file that a path or a `sqlite:///` address names, absolute; StoreError for any other address."""
    scheme, found, rest = where.partition("://")
    if found and scheme != "sqlite":
        raise StoreError(
            f"This version keeps its data in SQLite only, so it cannot use {scheme}://. Write sqlite:///showcaller.db."
        )
    name = unquote(rest).removeprefix("/") if found else where
    if not name or ":memory:" in name or "?" in name:
        raise StoreError("The database has to be a file on a local disk. Write sqlite:///showcaller.db.")
    return Path(os.path.realpath(Path(name).expanduser()))


def shelf_of(where: str, folder: str = "", keep: int = KEEP) -> Shelf:
    """Where the backups are of the database that `where` names: `folder`, or `backups` beside it. StoreError as `path_of`."""
    path = path_of(where)
    return Shelf(path, Path(folder).expanduser().absolute() if folder else path.parent / "backups", keep)


def check_access(path: Path) -> None:
    """StoreError where no database could be there, or none that can be written."""
    if not path.parent.is_dir():
        raise StoreError(f"The folder {path.parent} does not exist. Create it, or set DATABASE_URL to another file.")
    if path.is_dir():
        raise StoreError(f"{path} is a folder. Set DATABASE_URL to a file.")
    if path.exists() and not (os.access(path, os.R_OK | os.W_OK) and path.stat().st_mode & 0o222):
        raise StoreError(f"{path} is read-only. Give the bot write access to it.")


def keep_private(path: Path) -> None:
    """Take from everybody but the owner what the files of a database may have been open to since an earlier version.

    SQLite gives new files beside the database the rights that the database has. By name: a descriptor of the database that is
    opened and closed here would drop SQLite's own locks.
    """
    for side in (*SIDES, ".lock"):
        name = path.with_name(path.name + side)
        with suppress(OSError):  # not there, or another user's
            if stat.S_IMODE(name.stat().st_mode) & 0o077:
                name.chmod(stat.S_IMODE(name.stat().st_mode) & 0o700)


def open_file(path: Path, lock: FileLock, shelf: Shelf) -> Database:
    """The writer's connection, checked and migrated; before an older file is migrated, it is put on the shelf.

    Raises DamagedStore, NewerSchema or StoreError, each with a sentence.
    """
    if path.with_name(path.name + RESTORING).exists():
        raise StoreError(f"Restoring {path} was interrupted. Run it again before the bot starts: python -m bot restore latest")
    size = path.stat().st_size if path.exists() else None
    if size == 0 and lock.kept:
        raise DamagedStore(f"{path} is damaged: it was cut to nothing. Delete it to start anew, or better: {PUT_BACK}")
    lock.hold_file()
    try:
        db = _connect(path, None if not size else shelf)
    except sqlite3.Error as error:
        raise _refusal(path, error) from error
    keep_private(path)
    lock.write(kept=True)
    return db


def _connect(path: Path, shelf: Shelf | None) -> Database:
    """Without a shelf the file is a new one, which holds nothing."""
    conn = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        db = Database(conn, recursive_triggers=False, execute_plugins=False)
        db.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        if shelf is not None:
            _check_contents(path, db)
            _keep_older(shelf, db)
        _set_up(path, db)
        SCHEMA.apply(db)
        _make_room(db)
    except BaseException:
        conn.close()
        raise
    return db


def _check_contents(path: Path, db: Database) -> None:
    verdict = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        raise DamagedStore(f"{path} is damaged ({verdict}). {PUT_BACK}")
    if newer := newer_than_us(db):
        raise NewerSchema(
            f"{path} was written by a newer version ({newer[-1]}). Install that version, or put back an older backup."
        )
    ours = db.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    if not ours and set(db.table_names()) - {SCHEMA.migrations_table}:  # an interrupted first start leaves that one alone
        raise StoreError(f"{path} belongs to another program. Set DATABASE_URL to another file.")


def _keep_older(shelf: Shelf, db: Database) -> None:
    """What a migration does cannot be undone, so the way back is a backup, or there is no migration."""
    if SCHEMA.applied(db) and SCHEMA.pending(db):
        try:
            shelf.make(datetime.now(UTC))
        except StoreError as error:
            raise type(error)(
                f"{shelf.database} is of an older version and needs a backup before it is changed. {error}"
            ) from error


def _set_up(path: Path, db: Database) -> None:
    if db.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        raise StoreError(f"{path} is on a disk that cannot share memory (a network folder?). Put it on a local disk.")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    if db.execute("PRAGMA synchronous").fetchone()[0] != FULL:
        raise StoreError(f"SQLite does not promise that {path} survives a power cut. Use a build of SQLite that allows it.")


def _make_room(db: Database) -> None:
    """Let the log have its full length from the start.

    A commit that lengthens the file waits for the file system's own journal too, and takes about twice as long as one that writes
    over what is there. What does not fit into the cache goes to the log, and rolling back leaves the log as long as it became.
    """
    with suppress(sqlite3.Error):  # no room on the disk is for the first real write to report
        db.execute("BEGIN IMMEDIATE")
        db.execute("CREATE TABLE room (filling BLOB)")
        db.execute("INSERT INTO room VALUES (zeroblob(?))", (LOG_BYTES + CACHE_BYTES,))
    if db.conn.in_transaction:
        db.execute("ROLLBACK")


def _refusal(path: Path, error: sqlite3.Error) -> StoreError:
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return DamagedStore(f"{path} is damaged or no database ({error}). Name another file, or: {PUT_BACK}")
    if code == sqlite3.SQLITE_BUSY:
        return StoreLocked(f"Another program holds {path}. Close it, or set DATABASE_URL to another file.")
    return StoreError(f"{path} cannot be opened ({error}). Check the disk and the rights of its folder.")
