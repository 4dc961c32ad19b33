"""Channels whose id has changed: what is kept under the old one goes along, and what still names it is kept under the new.

Slack gives a private channel another id for good when it is shared with another organisation (`channel_id_changed`).
"""

from __future__ import annotations

from sqlite_utils import Database

from bot.store.base import Touched

BODIES = frozenset({"body", "value"})
"""Columns of JSON, in which an id stands as a value of its own, in a mention, or in what a button carries."""

LEFT = frozenset({"inbox", "requests", "channel_moves"})
"""Tables in which no channel of Slack's stands: webhooks as they came, keys of requests, and the moves themselves."""


def current(db: Database, channel: str) -> str:
    """The id under which a channel is known now."""
    row = db.execute("SELECT new FROM channel_moves WHERE old = ?", (channel,)).fetchone()
    return row[0] if row else channel


def all_moves(db: Database) -> dict[str, str]:
    """Every earlier id, and what it is now."""
    return dict(db.execute("SELECT old, new FROM channel_moves"))


def move_channel(db: Database, old: str, new: str) -> tuple[bool, Touched]:
    """Put everything of `old` under `new`, in the transaction that is open; False where that is so already.

    Whatever table there is, so that a later one is not forgotten: a column of text that is the id, and JSON in which the id stands.
    """
    if old == new or current(db, old) == new:
        return False, Touched()
    db.execute("DELETE FROM channel_moves WHERE old = ?", (new,))  # a channel that got an earlier id back
    db.execute("UPDATE channel_moves SET new = ? WHERE new = ?", (new, old))
    db.execute("INSERT INTO channel_moves (old, new) VALUES (?, ?) ON CONFLICT (old) DO UPDATE SET new = excluded.new", (old, new))
    for table in db.table_names():
        if table in LEFT or table.startswith(("sqlite_", "_sqlite_")):
            continue
        for column in db[table].columns:
            if column.type == "TEXT":
                _rewrite(db, table, column.name, old, new)
    shows = frozenset(row[0] for row in db.execute("SELECT id FROM shows WHERE channel = ?", (new,)))
    return True, Touched(shows=shows, posts=True)


def _rewrite(db: Database, table: str, column: str, old: str, new: str) -> None:
    """Names come from the schema, values are parameters. A row that is there under the new id already stays as it is."""
    if column not in BODIES:
        db.execute(f'UPDATE OR IGNORE "{table}" SET "{column}" = ? WHERE "{column}" = ?', (new, old))  # noqa: S608
        return
    forms = [(f'"{old}"', f'"{new}"'), (f'\\"{old}\\"', f'\\"{new}\\"'), (f"<#{old}>", f"<#{new}>"), (f"<#{old}|", f"<#{new}|")]
    changed, values = f'"{column}"', list[str]()
    for before, after in forms:
        changed = f"replace({changed}, ?, ?)"
        values += [before, after]
    db.execute(f'UPDATE "{table}" SET "{column}" = {changed} WHERE instr("{column}", ?)', (*values, old))  # noqa: S608
