"""The list of the dead: webhooks that could not be opened, read and replayed by a person beside the running bot."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlite_utils import Database

from bot.errors import StoreError
from bot.store import mail
from bot.store.base import Letter
from bot.store.migrations import APPLICATION_ID, SCHEMA, newer_than_us
from bot.store.opening import BUSY_MS, path_of


def dead_letters(where: str) -> list[Letter]:
    """Those of the database that `where` names, oldest first. StoreError where there is no database of this version."""
    with _beside(path_of(where)) as db:
        return mail.dead_letters(db)


def replay_letters(where: str, ids: list[int]) -> list[int]:
    """Let these be opened again, by the running bot within a second, else at its next start; those that were dead.

    StoreError as `dead_letters`, or if another program holds the database.
    """
    with _beside(path_of(where)) as db:
        dead = {letter.id for letter in mail.dead_letters(db)}
        replayed = [number for number in ids if number in dead]
        db.execute("BEGIN IMMEDIATE")  # the bot's own writer waits for us as it does for a backup
        for number in replayed:
            mail.replay_letter(db, number)
        db.execute("COMMIT")
        return replayed


@contextmanager
def _beside(path: Path) -> Iterator[Database]:
    """A connection that creates and migrates nothing, and asks for no lock that a running bot has."""
    if not path.is_file():
        raise StoreError(f"There is no database {path}. Check DATABASE_URL.")
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, isolation_level=None)) as conn:
            db = Database(conn, recursive_triggers=False, execute_plugins=False)
            db.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
            db.execute("PRAGMA synchronous = FULL")
            if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                raise StoreError(f"{path} belongs to another program. Check DATABASE_URL.")
            if newer_than_us(db) or SCHEMA.pending(db):
                raise StoreError(f"{path} is of another version of Showcaller. Use the command of the version that the bot runs.")
            yield db
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be read or written now ({error}). Try again; the bot is not disturbed.") from error
