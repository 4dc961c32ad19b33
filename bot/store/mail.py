"""What came in by webhook and what has to go out to Slack, as rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlite_utils import Database

from bot.model import Post
from bot.store import bursts, moves
from bot.store.base import Letter, Parcel, Touched
from bot.store.codec import to_ms
from bot.store.rows import LETTER_COLUMNS, PARCEL_COLUMNS, POST, UNFINISHED, letter, parcel, write_json

NOTHING = Touched()

DAY_MS = 24 * 60 * 60 * 1000

LONGEST_ERROR = 1000
"""Characters kept of what went wrong."""

LONGEST_RETRY = 3600
"""Real seconds: no letter waits longer for its next try. A time beyond was written before the machine's clock was set back."""

QUEUE = """
INSERT INTO posts (key, urgency, view, subject, show, at_ms, body) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING"""

# for each stream only its oldest letter: the ones behind it wait, those of other streams do not; those of our shows go first
HEADS = f"""
WITH ours (provider, id) AS (
    SELECT provider, stream FROM shows WHERE state NOT IN ('done', 'cancelled') AND stream <> ''
    UNION SELECT provider, coalesce(json_extract(body, '$.page'), '') FROM shows
    WHERE state NOT IN ('done', 'cancelled') AND coalesce(json_extract(body, '$.page'), '') <> ''
)
SELECT {LETTER_COLUMNS} FROM inbox
WHERE id IN (SELECT min(id) FROM inbox WHERE state = 'new' GROUP BY provider, stream)
AND (next_try_real <= :now OR next_try_real > :now + {LONGEST_RETRY})
ORDER BY substr(stream, instr(stream, ':') + 1) NOT IN (SELECT id FROM ours WHERE ours.provider = inbox.provider), id LIMIT :most"""  # noqa: S608  # names of ours, no input

LIVE = f"""
SELECT {PARCEL_COLUMNS} FROM posts
WHERE state = 'sent' AND view <> 'text'
AND NOT EXISTS (SELECT 1 FROM shows WHERE shows.id = posts.subject AND closed_ms <= :yesterday)
AND NOT EXISTS (
    SELECT 1 FROM operations
    WHERE operations.id = posts.subject AND operations.state NOT IN {UNFINISHED} AND coalesce(ended_ms, due_ms) <= :yesterday
)
ORDER BY number"""  # noqa: S608  # names of ours, no input

# a sent post keeps its key while its show goes on, so that it cannot be said twice
FORGET_POSTS = f"""
DELETE FROM posts WHERE state <> 'queued' AND at_ms < :before
AND NOT EXISTS (
    SELECT 1 FROM shows WHERE shows.id IN (posts.subject, posts.show) AND (closed_ms IS NULL OR closed_ms >= :before)
)
AND NOT EXISTS (SELECT 1 FROM operations WHERE operations.id = posts.subject AND operations.state IN {UNFINISHED})"""  # noqa: S608


# -- inbox ------------------------------------------------------------------------------------------------------------
def letters(db: Database, now_real: float, limit: int) -> list[Letter]:
    """The oldest unopened letter of each stream, unless it waits for its next try."""
    return [letter(row) for row in db.execute(HEADS, {"now": now_real, "most": limit})]


def dead_letters(db: Database) -> list[Letter]:
    """Letters given up on, oldest first."""
    return [letter(row) for row in db.execute(f"SELECT {LETTER_COLUMNS} FROM inbox WHERE state = 'dead' ORDER BY id")]  # noqa: S608


def fail_letter(db: Database, letter_id: int, error: str, next_try_real: float | None) -> tuple[None, Touched]:
    """Count the failure; without a next try the letter is dead and no longer in the way of those behind it."""
    db.execute(
        "UPDATE inbox SET attempts = attempts + 1, error = ?, state = ?, next_try_real = ? WHERE id = ? AND state <> 'opened'",
        (error[:LONGEST_ERROR], "dead" if next_try_real is None else "new", next_try_real or 0.0, letter_id),
    )
    return None, NOTHING


def replay_letter(db: Database, letter_id: int) -> tuple[None, Touched]:
    """Make a dead letter new again; nothing happens to one that is not dead. KeyError for an unknown id."""
    if db.execute("SELECT 1 FROM inbox WHERE id = ?", (letter_id,)).fetchone() is None:
        raise KeyError(letter_id)
    db.execute("UPDATE inbox SET state = 'new', attempts = 0, next_try_real = 0.0 WHERE id = ? AND state = 'dead'", (letter_id,))
    return None, Touched(inbox=True)


# -- outbox -----------------------------------------------------------------------------------------------------------
def queue(db: Database, posts: Iterable[Post], redraw: set[str]) -> int:
    """Queue the posts whose key is new; how many that were. `redraw` is given the subjects of messages that count others."""
    queued = 0
    for asked in posts:
        post = replace(asked, channel=moves.current(db, asked.channel))
        wanted: Post | None = post
        if post.burst:
            known = db.execute("SELECT 1 FROM posts WHERE key = ?", (post.key,)).fetchone()
            wanted = None if known else bursts.admit(db, post, redraw)
        queued += db.execute(QUEUE, _post_row(wanted)).rowcount if wanted is not None else 0
    return queued


def _post_row(post: Post) -> tuple[Any, ...]:
    return post.key, post.urgency, post.view, post.subject, post.show, to_ms(post.at), write_json(POST.dump(post))


def parcels(db: Database, limit: int) -> list[Parcel]:
    """Queued parcels, the most urgent first."""
    return _parcels(db, "WHERE state = 'queued' ORDER BY urgency, number LIMIT ?", (limit,))


def parcel_of(db: Database, key: str) -> Parcel | None:
    """The parcel of that key."""
    return next(iter(_parcels(db, "WHERE key = ?", (key,))), None)


def live_parcels(db: Database, subject: str, now_ms: int) -> list[Parcel]:
    """Sent parcels that are drawn again: of one subject, or of all whose show or operation did not end more than a day ago."""
    if subject:
        return _parcels(db, "WHERE state = 'sent' AND view <> 'text' AND subject = ? ORDER BY number", (subject,))
    return [parcel(row) for row in db.execute(LIVE, {"yesterday": now_ms - DAY_MS})]


def latest_in(db: Database, channel: str, limit: int) -> list[str]:
    """The `ts` of the newest messages that stand in a channel, outside of threads first."""
    rows = db.execute(
        "SELECT ts FROM posts WHERE state = 'sent' AND ts <> '' AND json_extract(body, '$.channel') = ? "
        "ORDER BY json_extract(body, '$.thread') <> '', number DESC LIMIT ?",
        (channel, limit),
    )
    return [ts for (ts,) in rows]


def collapse(db: Database, digest: Post, keys: Iterable[str]) -> tuple[None, Touched]:
    """Queue `digest` in the place of the queued posts with these keys, which are over."""
    queued = queue(db, [digest], set())
    for key in keys:
        db.execute("UPDATE posts SET state = 'dead', error = ? WHERE key = ? AND state = 'queued'", (f"told in {digest.key}", key))
    return None, Touched(posts=queued > 0)


def update_parcel(db: Database, key: str, changes: dict[str, Any]) -> tuple[None, Touched]:
    """Write what became of a delivery: only what is named. KeyError for an unknown key."""
    assignments = ", ".join(f"{column} = ?" for column in changes) or "key = key"
    if not db.execute(f"UPDATE posts SET {assignments} WHERE key = ?", (*changes.values(), key)).rowcount:  # noqa: S608
        raise KeyError(key)
    return None, NOTHING


def _parcels(db: Database, rest: str, values: tuple[Any, ...]) -> list[Parcel]:
    return [parcel(row) for row in db.execute(f"SELECT {PARCEL_COLUMNS} FROM posts {rest}", values)]  # noqa: S608


# -- housekeeping -----------------------------------------------------------------------------------------------------
def forget(db: Database, before_ms: int) -> int:
    """Delete what nobody asks for any more and happened before `before_ms`; how many rows, not counting steps."""
    ended = f"""
DELETE FROM operations WHERE state NOT IN {UNFINISHED} AND coalesce(ended_ms, due_ms) < :before
AND NOT EXISTS (SELECT 1 FROM shows WHERE shows.id = operations.show AND closed_ms IS NULL)"""  # noqa: S608
    opened = "DELETE FROM inbox WHERE state = 'opened' AND received_ms < :before"
    asked = "DELETE FROM requests WHERE state <> 'taken' AND at_ms < :before"
    statements = (opened, FORGET_POSTS, ended, asked)
    return sum(db.execute(statement, {"before": before_ms}).rowcount for statement in statements) + bursts.forget(db)
