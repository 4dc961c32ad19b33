"""What people asked for, as rows: taken once, done in the very transaction of its effect, or told to have been lost."""

from __future__ import annotations

from collections.abc import Callable

from sqlite_utils import Database

from bot.model import Post
from bot.store.base import Asked, Touched
from bot.store.codec import from_ms
from bot.store.mail import queue

# a form whose request was lost may be sent again, and Slack gives it the same key
TAKE = """
INSERT INTO requests (key, user, what, at_ms, state) VALUES (?, ?, ?, ?, 'taken')
ON CONFLICT (key) DO UPDATE SET state = 'taken', at_ms = excluded.at_ms WHERE state = 'lost'"""

DONE = "UPDATE requests SET state = 'done' WHERE key = ? AND state = 'taken'"

LOSE = "UPDATE requests SET state = 'lost' WHERE state = 'taken' RETURNING key, user, what, at_ms"


def done(db: Database, key: str) -> None:
    """It was carried out; nothing happens to one that was already, or to no key."""
    if key:
        db.execute(DONE, (key,))


def lose(db: Database, word: Callable[[Asked], Post]) -> tuple[int, Touched]:
    """All that was taken and not carried out is lost, and each person gets word of it."""
    lost = [Asked(key, user, what, from_ms(at)) for key, user, what, at in db.execute(LOSE).fetchall()]
    queued = queue(db, [word(asked) for asked in lost], set())
    return len(lost), Touched(posts=queued > 0)
