"""Putting a backup in the place of the database: checked before, the present file kept aside, nothing half done after a crash."""

from __future__ import annotations

import glob
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlite_utils import Database

from bot.errors import NewerSchema, StoreError
from bot.store.backup import STAMP, Shelf, belong_with, check_copy, copy_database, flush, keep_names, sweep, unfinished
from bot.store.locks import FileLock
from bot.store.migrations import newer_than_us
from bot.store.opening import RESTORING, SIDES, check_access

LATEST = "latest"
"""Names the newest backup that is sound."""

SKIPPED_HANDLES = 100
"""Shows that may have been planned since the backup: their cards are still in Slack, so no new show gets one of their handles.
The same goes for restream targets, and within each show for clips, marks and alarms."""

NAME_ANOTHER = "Nothing was changed; name another backup."

MENDED = (
    "UPDATE counters SET value = value + :handles WHERE name IN ('show', 'restream')",
    # What was waiting may have been sent since: it is looked for before it is sent.
    "UPDATE posts SET first_tried = :made WHERE state = 'queued' AND first_tried = 0",
    # What is in Slack may have been edited since: it is drawn again.
    "UPDATE posts SET drawn = '' WHERE state = 'sent'",
    "UPDATE shows SET body = json_set(body, '$.alarms', coalesce(json_extract(body, '$.alarms'), 0) + :handles)",
)
"""What a memory of the past has to know of the time that it does not know."""

RENUMBERED = """
UPDATE shows SET body = json_set(body, '$.numbered', :handles + max(
    coalesce(json_extract(body, '$.numbered'), 0),
    (SELECT coalesce(max(number), 0) FROM clips WHERE clips.show = shows.id),
    (SELECT coalesce(max(number), 0) FROM markers WHERE markers.show = shows.id)
))
"""
"""The same for the numbers within a show, in a backup that is new enough to have any."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done: from which backup, made when; where the file is that was there before; damaged newer ones passed over."""

    source: Path
    made: datetime
    aside: Path | None
    passed_over: tuple[str, ...] = ()


def restore(shelf: Shelf, which: str, at: datetime) -> Restored:
    """Put the backup `which` (a file, a name on the shelf, or `latest`) in the place of the database; `at` is real time.

    Raises StoreLocked while a bot runs on the database, DamagedStore, NewerSchema or StoreError, each a sentence; then the database
    is as it was. Killed halfway, it leaves a database that no bot opens until `restore` was run again.
    """
    database = shelf.database
    check_access(database)
    lock = FileLock(database)
    try:
        if database.exists():
            lock.hold_file()
        sweep(database.parent, database)
        with unfinished(database) as copy:
            source, made, passed_over = _copied(shelf, which, copy)
            _prepare(copy, source, made)
            _look_like(copy, database)
            aside = _exchange(database, copy, at)
        lock.write(kept=True)
        belong_with(database.with_name(database.name + ".lock"), database)
    finally:
        lock.release()
    return Restored(source, made, aside, passed_over)


def _copied(shelf: Shelf, which: str, copy: Path) -> tuple[Path, datetime, tuple[str, ...]]:
    """Copy the backup that is meant; which it is, its time, and why newer ones were passed over."""
    if which != LATEST:
        source = _named(shelf, which)
        copy_database(source, copy, advice=NAME_ANOTHER)
        known = {backup.path.name: backup.made for backup in shelf.backups()}
        return source, known.get(source.name) or datetime.fromtimestamp(source.stat().st_mtime, UTC), ()
    passed_over: list[str] = []
    for backup in shelf.backups():
        try:
            copy_database(backup.path, copy, advice="It was passed over.")
        except StoreError as why:
            passed_over.append(str(why))
            os.truncate(copy, 0)
        else:
            return backup.path, backup.made, tuple(passed_over)
    first = f" {passed_over[0]}" if passed_over else ""
    raise StoreError(f"There is no backup of {shelf.database} in {shelf.folder} that can be used.{first} Check BACKUP_FOLDER.")


def _named(shelf: Shelf, which: str) -> Path:
    for path in (Path(which).expanduser(), shelf.folder / which):
        if path.is_file():
            if path.resolve() == shelf.database:
                raise StoreError(f"{path} is the database itself. Name a backup, or {LATEST}.")
            return path.resolve()
    raise StoreError(f"There is no file {which}, and no such backup in {shelf.folder}. Name a backup, or {LATEST}.")


def _prepare(copy: Path, source: Path, made: datetime) -> None:
    """Check the copy's version, and mend what a memory of the past would get wrong."""
    known = {"handles": SKIPPED_HANDLES, "made": made.timestamp()}
    try:
        with closing(sqlite3.connect(copy, isolation_level=None)) as conn:
            if newer := newer_than_us(Database(conn, execute_plugins=False)):
                raise NewerSchema(
                    f"{source} was written by a newer version ({newer[-1]}). Install that version, or name an older backup."
                )
            conn.execute("BEGIN IMMEDIATE")
            for statement in MENDED:
                conn.execute(statement, known)
            if conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'clips'").fetchone():
                conn.execute(RENUMBERED, known)
            conn.execute("COMMIT")
    except sqlite3.Error as error:
        raise StoreError(f"{source} cannot be put back ({error}). {NAME_ANOTHER}") from error
    flush(copy)
    check_copy(copy)


def _look_like(copy: Path, database: Path) -> None:
    """The same owner and mode as the file it replaces, so that the bot can open it."""
    if database.exists():
        copy.chmod(database.stat().st_mode & 0o777)
    belong_with(copy, database if database.exists() else database.parent)


def _exchange(database: Path, copy: Path, at: datetime) -> Path | None:
    """Set the present files aside under one name and put the copy in their place; where the old one is, if there was one.

    The log goes with its database: SQLite would write it into whatever database lies beside it. Between the first and the last
    renaming the copy's name keeps every bot from opening what is there.
    """
    ready = database.with_name(database.name + RESTORING)
    aside = _aside(database, at, again=ready.exists())
    copy.replace(ready)
    keep_names(database.parent)
    for side in SIDES:
        present = database.with_name(database.name + side)
        if present.exists():
            present.replace(aside.with_name(aside.name + side))
    keep_names(database.parent)
    ready.replace(database)
    keep_names(database.parent)
    return aside if aside.exists() else None


def _aside(database: Path, at: datetime, *, again: bool) -> Path:
    """The name of what is set aside; where restoring was interrupted, the one from then, so that a log stays with its database."""
    begun = f"{database.name}.before-restore-"
    if again:
        stamps = [path.name.removeprefix(begun)[:16] for path in database.parent.glob(f"{glob.escape(begun)}*")]
        return database.with_name(begun + max(stamps, default=f"{at.astimezone(UTC):{STAMP}}"))
    aside = database.with_name(f"{begun}{at.astimezone(UTC):{STAMP}}")
    if aside.exists():
        raise StoreError(f"{aside} is there already. Try again in a second.")
    return aside
