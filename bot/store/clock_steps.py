"""Moves what is stored of shows that go on along with a wall clock that was set."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from bot.model import StreamKey
from bot.model.clock_steps import moved, moved_operation
from bot.store.base import Touched
from bot.store.rows import OPERATIONS, RESTREAMS, SEEN, SHOWS, STEPS, UNFINISHED

OPEN_SHOWS = "SELECT id FROM shows WHERE state NOT IN ('done', 'cancelled')"


def follow(db: Database, by: timedelta, before: datetime) -> Touched:
    """Move it all; `before` is what the clock showed before it was set."""
    shows = SHOWS.find(db, f"WHERE id IN ({OPEN_SHOWS})")
    for show in shows:
        SHOWS.put(db, moved(show, by))
    for target in RESTREAMS.find(db, f"WHERE gone = 0 AND show IN ({OPEN_SHOWS})"):
        RESTREAMS.put(db, moved(target, by))
    keys = {show.key for show in shows if show.key is not None}
    for key in keys:
        seen = SEEN.first(db, "WHERE provider = ? AND stream = ?", (key.provider, key.id))
        if seen is not None:
            SEEN.put(db, moved(seen, by))
    operations = _move_operations(db, by, before)
    return Touched(frozenset(show.id for show in shows), operations, frozenset[StreamKey](keys), schedule=True)


def _move_operations(db: Database, by: timedelta, before: datetime) -> frozenset[str]:
    operations = OPERATIONS.find(db, f"WHERE state IN {UNFINISHED}")
    for operation in operations:
        OPERATIONS.put(db, moved_operation(operation, by, before))
        for step in STEPS.find(db, "WHERE operation = ?", (operation.id,)):
            if step.intent_at is not None or step.done_at is not None:
                real = step.intent_real and step.intent_real + by.total_seconds()
                STEPS.put(db, replace(moved(step, by), intent_real=real))
    return frozenset(operation.id for operation in operations)
