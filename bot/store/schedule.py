"""The rows of `operations` as a schedule: what is due next, and who may begin."""

from __future__ import annotations

from collections.abc import Collection

from pydantic_core import to_json
from sqlite_utils import Database

from bot.model import Operation
from bot.store.rows import OPERATIONS

# S608: what is put together here are names of ours
CLAIM = "UPDATE operations SET state = 'running', owner = :owner, fence = fence + 1, started_ms = coalesce(started_ms, :now)"
TAKEN = f"RETURNING {OPERATIONS.columns}"

CLAIM_ORPHANS = f"{CLAIM} WHERE state = 'running' AND id NOT IN (SELECT value FROM json_each(:alive)) {TAKEN}"  # noqa: S608

CLAIM_DUE = f"""
WITH due AS (
    SELECT id, provider, stream, row_number() OVER (PARTITION BY provider, stream ORDER BY rank DESC, due_ms, rowid) AS place
    FROM operations WHERE state IN ('scheduled', 'waiting') AND due_ms <= :now
)
{CLAIM} WHERE id IN (
    SELECT id FROM due WHERE stream = '' OR (place = 1 AND NOT EXISTS (
        SELECT 1 FROM operations AS busy
        WHERE busy.provider = due.provider AND busy.stream = due.stream AND busy.stream <> '' AND busy.state = 'running'
    ))
)
{TAKEN}"""  # noqa: S608

GIVE_WAY = """
UPDATE operations SET state = 'waiting', owner = '', fence = fence + 1, due_ms = :now
WHERE state = 'running' AND stream <> '' AND EXISTS (
    SELECT 1 FROM operations AS higher
    WHERE higher.state IN ('scheduled', 'waiting') AND higher.due_ms <= :now AND higher.rank > operations.rank
    AND higher.provider = operations.provider AND higher.stream = operations.stream
)
RETURNING id"""
"""What is due takes the stream from what runs there with less authority, which goes on where it stands once it is free again."""

NEXT_DUE = """
SELECT min(due_ms) FROM (
    SELECT min(due_ms) AS due_ms FROM operations WHERE state = 'scheduled' AND due_ms > :after
    UNION ALL SELECT min(due_ms) FROM operations WHERE state = 'waiting' AND due_ms > :after
)"""


def next_due_ms(db: Database, after_ms: int) -> int | None:
    """Epoch milliseconds of the earliest operation due after that instant which is scheduled or waiting."""
    found: int | None = db.execute(NEXT_DUE, {"after": after_ms}).fetchone()[0]
    return found


def claim(db: Database, now_ms: int, owner: str, alive: Collection[str]) -> tuple[list[Operation], list[str]]:
    """Let give way what must, take the orphans, then for every free stream the due operation of the highest rank, and every due
    one without a stream. Also the ids of those that gave way.
    """
    values = {"owner": owner, "now": now_ms, "alive": to_json(list(alive)).decode()}
    parked = [row[0] for row in db.execute(GIVE_WAY, values).fetchall()]
    return [*_take(db, CLAIM_ORPHANS, values), *_take(db, CLAIM_DUE, values)], parked


def _take(db: Database, statement: str, values: dict[str, object]) -> list[Operation]:
    taken = [OPERATIONS.value(row) for row in db.execute(statement, values).fetchall()]
    return sorted(taken, key=lambda operation: (-operation.rank, operation.due, operation.id))
