"""News that come in a burst: a few are posted, the others are counted in one message that is kept up to date."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic_core import from_json
from sqlite_utils import Database

from bot.model import Post
from bot.store.codec import to_ms
from bot.store.rows import write_json

MOST = 5
"""Posts of one burst that go out one after the other."""

REFILL_MS = 60_000
"""Show time after which another one does."""


def admit(db: Database, post: Post, redraw: set[str]) -> Post | None:
    """What is to be queued for this post: itself, the message that counts, or nothing because that is queued already.

    `redraw` is given the subject of the message whose count rose.
    """
    name = f"burst:{post.burst}"
    state = _fact(db, name) or {"tokens": MOST, "at": to_ms(post.at), "more": ""}
    now = to_ms(post.at)
    if int(state["at"]) - now > MOST * REFILL_MS:
        state["at"] = now  # the clock was set back; by less, it is news that took a little longer
    now = max(now, int(state["at"]))
    tokens = min(float(MOST), float(state["tokens"]) + (now - int(state["at"])) / REFILL_MS)
    if tokens >= 1:
        _keep(db, name, {"tokens": tokens - 1, "at": now, "more": ""})
        return post
    key, first = str(state["more"]), not state["more"]
    if first:
        key = f"more:{post.burst}:{now}"
    _keep(db, name, {"tokens": tokens, "at": now, "more": key})
    count = (_fact(db, key) or {"count": 0})["count"]
    _keep(db, key, {"count": int(count) + 1})
    redraw.add(key)
    return replace(post, key=key, text="", blocks=(), view="more", subject=key) if first else None


def forget(db: Database) -> int:
    """Forget the counts whose message is forgotten."""
    statement = "DELETE FROM facts WHERE name LIKE 'more:%' AND NOT EXISTS (SELECT 1 FROM posts WHERE posts.key = facts.name)"
    return int(db.execute(statement).rowcount)


def _fact(db: Database, name: str) -> dict[str, Any] | None:
    row = db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
    return None if row is None else from_json(row[0])


def _keep(db: Database, name: str, value: dict[str, Any]) -> None:
    db.execute("INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)", (name, write_json(value)))
