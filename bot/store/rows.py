"""Which dataclass lives in which table: columns for what is asked for, a JSON body for the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar

from pydantic_core import from_json, to_json
from sqlite_utils import Database

from bot.model import (
    JSON,
    Clip,
    Marker,
    Noted,
    Operation,
    Person,
    Post,
    RestreamTarget,
    Seen,
    Show,
    StepRecord,
    StreamKey,
    Video,
)
from bot.store.base import Letter, Parcel
from bot.store.codec import Codec, from_ms

R = TypeVar("R")


def write_json(value: JSON) -> str:
    """Compact JSON in which people's scripts stay readable. ValueError where JSON has no word for it."""
    return to_json(value).decode()


class Table(Generic[R]):
    """How values of one dataclass are kept in one table.

    `columns` names the column of each field that has one of its own; these win over the body. `derived` are columns made from a
    value only to be asked for, never read back. `guard` is a condition under which an existing row may be replaced.
    """

    def __init__(
        self,
        kind: type[R],
        name: str,
        columns: Mapping[str, str],
        key: tuple[str, ...],
        derived: Mapping[str, Callable[[R], Any]] | None = None,
        guard: str = "",
    ) -> None:
        self.name = name
        self._codec = Codec(kind)
        self._fields = tuple(columns)
        self._derived = tuple((derived or {}).values())
        self.columns = ", ".join([*columns.values(), "body"])
        self._select = f"SELECT {self.columns} FROM {name} "  # noqa: S608  # names of ours, no input
        self._upsert = _upsert(name, [*columns.values(), "body", *(derived or {})], key, guard)

    def row(self, value: R) -> tuple[Any, ...]:
        """The values of its columns, its body, and what is derived."""
        found = self._codec.dump(value)
        columns = [found.pop(name) for name in self._fields]
        return (*columns, write_json(found), *(derive(value) for derive in self._derived))

    def value(self, row: tuple[Any, ...]) -> R:
        """What a row selected as `columns` says."""
        found = from_json(row[-1])
        found.update(zip(self._fields, row[:-1], strict=True))
        return self._codec.load(found)

    def find(self, db: Database, rest: str, values: Iterable[Any] = ()) -> list[R]:
        """The rows that `rest` (WHERE, ORDER BY, LIMIT) selects."""
        return [self.value(row) for row in db.execute(self._select + rest, tuple(values))]

    def first(self, db: Database, rest: str, values: Iterable[Any] = ()) -> R | None:
        """The first of them, if there is one."""
        row = db.execute(self._select + rest, tuple(values)).fetchone()
        return None if row is None else self.value(row)

    def put(self, db: Database, value: R) -> bool:
        """Insert `value` or replace the row of its key; False where the guard kept the row."""
        return bool(db.execute(self._upsert, self.row(value)).rowcount)


def _upsert(table: str, columns: list[str], key: tuple[str, ...], guard: str) -> str:
    marks = ", ".join("?" * len(columns))
    changes = ", ".join(f"{column} = excluded.{column}" for column in columns if column not in key)
    conflict = f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}" if key else ""
    where = f" WHERE {guard}" if guard else ""
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}){conflict}{where}"  # noqa: S608  # names of ours


SHOWS = Table(
    Show,
    "shows",
    {
        "id": "id",
        "state": "state",
        "channel": "channel",
        "provider": "provider",
        "stream": "stream",
        "start": "start_ms",
        "end": "end_ms",
    },
    key=("id",),
    derived={"title_folded": lambda show: show.title.casefold()},
)

UNFINISHED = "('scheduled', 'running', 'waiting', 'asking')"
"""The states of an operation that has not ended."""

OPERATIONS = Table(
    Operation,
    "operations",
    {
        "id": "id",
        "state": "state",
        "verb": "verb",
        "show": "show",
        "provider": "provider",
        "stream": "stream",
        "due": "due_ms",
        "rank": "rank",
        "fence": "fence",
        "owner": "owner",
        "started": "started_ms",
        "ended": "ended_ms",
    },
    key=("id",),
    guard=f"operations.state IN {UNFINISHED} OR excluded.state NOT IN {UNFINISHED}",
)

STEPS = Table(StepRecord, "steps", {"operation": "operation", "seq": "seq"}, key=("operation", "seq"))

SEEN = Table(
    Seen,
    "seen",
    {"gone": "gone"},
    key=("provider", "stream"),
    derived={"provider": lambda seen: seen.key.provider, "stream": lambda seen: seen.key.id},
)

VIDEOS = Table(
    Video,
    "videos",
    {"provider": "provider", "id": "id", "stream": "stream", "show": "show", "seen_at": "seen_ms", "started_at": "started_ms"},
    key=("provider", "id"),
)

RESTREAMS = Table(
    RestreamTarget,
    "restreams",
    {"id": "id", "show": "show", "provider": "provider", "remote": "remote", "gone": "gone"},
    key=("id",),
)

CLIPS = Table(
    Clip,
    "clips",
    {"show": "show", "number": "number", "provider": "provider", "stream": "stream", "start": "start_ms"},
    key=("show", "number"),
)

MARKERS = Table(Marker, "markers", {"show": "show", "number": "number", "at": "at_ms"}, key=("show", "number"))

AS_RUN = Table(Noted, "as_run", {"show": "show", "at": "at_ms"}, key=())

PEOPLE = Table(Person, "people", {"id": "id"}, key=("id",))

POST = Codec(Post)

PARCEL_COLUMNS = "number, state, attempts, first_tried, next_try, slack_tried, ts, drawn, error, body"


def parcel(row: tuple[Any, ...]) -> Parcel:
    """A row selected as `PARCEL_COLUMNS`."""
    *delivery, body = row
    return Parcel(POST.load(from_json(body)), *delivery)


LETTER_COLUMNS = "id, provider, stream, body, received_ms, attempts, error"


def letter(row: tuple[Any, ...]) -> Letter:
    """A row selected as `LETTER_COLUMNS`."""
    number, provider, stream, body, received, attempts, error = row
    return Letter(number, provider, stream, from_json(body), from_ms(received), attempts, error)


def stream_key(provider: str, stream: str) -> StreamKey | None:
    """The key of a stream, unless there is none."""
    return StreamKey(provider, stream) if stream else None
