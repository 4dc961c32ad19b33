"""Backups of the bot's memory: whole copies made while it is written, checked before they count, the newest few kept."""

from __future__ import annotations

import fcntl
import glob
import logging
import os
import re
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.errors import DamagedStore, StoreError
from bot.store.migrations import APPLICATION_ID

KEEP = 48
"""Backups kept where nobody said: two days of hourly ones."""

UNFINISHED = ".partial"
"""Ends the name of a copy that is being made. Its maker holds a lock on it, so one without a lock was left by the dead."""

STAMP = "%Y%m%dT%H%M%SZ"
"""The time in the name of a backup, in UTC."""

DAMAGED = "No backup was made of it, the older ones stay. Stop the bot and put back the newest: python -m bot restore latest."
"""What to do about a database that is found damaged while it is copied."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup, by the real time at which its copying began."""

    path: Path
    made: datetime


@dataclass(frozen=True, slots=True)
class Shelf:
    """The backups of one database: in which folder, and how many of them are kept (at least one)."""

    database: Path
    folder: Path
    keep: int = KEEP

    def backups(self) -> list[Backup]:
        """What is there by name, the newest first; nothing where there is no folder. Raises StoreError if it cannot be read."""
        form = re.compile(rf"{re.escape(self.database.stem)}-(\d{{8}}T\d{{6}}Z)\.db")
        try:
            names = [path.name for path in self.folder.iterdir()] if self.folder.exists() else []
        except OSError as error:
            raise StoreError(f"The backup folder {self.folder} cannot be read ({error.strerror}). Check BACKUP_FOLDER.") from error
        found: list[Backup] = []
        for name in names:
            with suppress(ValueError):  # digits that are no date
                if fits := form.fullmatch(name):
                    found.append(Backup(self.folder / name, datetime.strptime(fits[1], STAMP).replace(tzinfo=UTC)))
        return sorted(found, key=lambda backup: backup.made, reverse=True)

    def make(self, at: datetime) -> Backup:
        """Copy the database as it stands, check the copy, let the oldest go beyond `keep`; needs no lock, disturbs no writer.

        `at` is real time. Raises DamagedStore if the database is damaged, else StoreError; then no older backup is touched.
        """
        if not self.database.is_file():
            raise StoreError(f"There is no database {self.database} to back up. Check DATABASE_URL.")
        path = self.folder / f"{self.database.stem}-{at.astimezone(UTC):{STAMP}}.db"
        self._prepare_folder()
        with unfinished(path) as copy:
            copy_database(self.database, copy, advice=DAMAGED)
            belong_with(copy, self.database)
            copy.replace(path)
            keep_names(self.folder)
        made = Backup(path, at)
        self._let_go(made)
        return made

    def _prepare_folder(self) -> None:
        try:
            if not self.folder.exists():
                self.folder.mkdir(mode=0o700)
                belong_with(self.folder, self.database.parent)
            sweep(self.folder, self.database)
        except OSError as error:
            raise StoreError(f"The backup folder {self.folder} cannot be used ({error.strerror}). Check BACKUP_FOLDER.") from error

    def _let_go(self, made: Backup) -> None:
        """The one just made is known to be good and stays, whatever a clock that was wrong once called the others."""
        for old in self.backups()[max(1, self.keep) :]:
            if old.path != made.path:
                try:
                    old.path.unlink(missing_ok=True)
                except OSError as error:
                    log.warning("the old backup %s cannot be removed (%s)", old.path, error.strerror)


@contextmanager
def unfinished(path: Path) -> Iterator[Path]:
    """A new empty file beside `path` that only its owner can read. The block renames it; what it leaves or fails with is removed.

    Raises StoreError for whatever the disk refuses.
    """
    name = path.with_name(f"{path.stem}-{secrets.token_hex(4)}{UNFINISHED}")
    try:
        file = _create(name)
    except OSError as error:
        raise StoreError(f"{path.parent} takes no new file ({error.strerror}). Give the bot write access to it.") from error
    try:
        yield name
    except OSError as error:
        raise StoreError(f"{path} cannot be written ({error.strerror}). Check the disk and the rights of its folder.") from error
    finally:
        name.unlink(missing_ok=True)
        os.close(file)


def copy_database(source: Path, copy: Path, *, advice: str) -> None:
    """Write the whole of `source`, its log included, into the empty file `copy`, and check both. Raises as `Shelf.make`.

    Copying in one go: `backup()` page by page begins anew with every commit and never ends beside a busy writer (measured). The
    source is checked as well, because VACUUM builds indexes anew and so can turn a damaged database into a sound one with gaps.
    `advice` is the sentence on what to do if it is damaged.
    """
    _require_room(source, copy)
    try:
        with closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True, isolation_level=None)) as conn:
            _check(conn, source, advice)
            conn.execute("VACUUM INTO ?", (str(copy),))
    except sqlite3.Error as error:
        raise _refusal(source, copy.parent, error, advice) from error
    flush(copy)
    check_copy(copy)


def _require_room(source: Path, copy: Path) -> None:
    """StoreError where the copy may not fit: one that fills the disk until it fails keeps the bot beside it from writing."""
    disk = os.statvfs(copy.parent)
    if disk.f_bavail * disk.f_frsize < source.stat().st_size:
        raise _no_room(source, copy.parent)


def check_copy(copy: Path) -> None:
    """DamagedStore if what was written does not read back as a sound database."""
    advice = f"Check the disk of {copy.parent}."
    try:
        with closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro&immutable=1", uri=True)) as conn:
            _check(conn, copy, advice)
    except sqlite3.Error as error:
        raise DamagedStore(f"The copy {copy} cannot be read back ({error}). {advice}") from error


def _check(conn: sqlite3.Connection, path: Path, advice: str) -> None:
    verdict = conn.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if verdict != "ok":
        raise DamagedStore(f"{path} is damaged ({' '.join(verdict.split())}). {advice}")
    if conn.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise StoreError(f"{path} holds nothing of Showcaller's. Check the name, and DATABASE_URL.")


def flush(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def keep_names(folder: Path) -> None:
    """Wait until new names in a folder are on the disk; some network disks cannot say."""
    with suppress(OSError):
        flush(folder)


def belong_with(path: Path, other: Path) -> None:
    """What root makes belongs to whom the database belongs, so that the bot can go on with it."""
    if os.geteuid() == 0:
        owner = other.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def _create(name: Path) -> int:
    """Make the file and hold its lock; again if somebody swept it away in between."""
    while True:
        file = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file).st_nlink:
            return file
        os.close(file)


def sweep(folder: Path, database: Path) -> None:
    """Remove from a folder the copies of a database that nobody is making any more."""
    for left in folder.glob(f"{glob.escape(database.stem)}-*{'[0-9a-f]' * 8}{UNFINISHED}"):
        with suppress(FileNotFoundError):  # just finished
            _remove_unlocked(left)


def _remove_unlocked(left: Path) -> None:
    file = os.open(left, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        left.unlink()
    except BlockingIOError:
        return
    finally:
        os.close(file)


def _no_room(source: Path, folder: Path) -> StoreError:
    return StoreError(f"There is no room in {folder} for a copy of {source}. Make room, or set BACKUP_FOLDER to another disk.")


def _refusal(source: Path, folder: Path, error: sqlite3.Error, advice: str) -> StoreError:
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return DamagedStore(f"{source} is damaged or no database ({error}). {advice}")
    if code == sqlite3.SQLITE_FULL:
        return _no_room(source, folder)
    return StoreError(f"{source} cannot be copied to {folder} ({error}). Check the disk and the rights of both folders.")
