"""What a kept database has to hold, read with plain SQL when it was written, so that a later version can be held against it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

SECRET_KEY = "0f9d-a-long-random-text-of-this-crew"
KEY_OF_THE_TARGET = "kept-4711-stream-key-of-the-target"

QUESTIONS = {
    "shows": "SELECT id, state, channel, provider, stream, start_ms, end_ms FROM shows ORDER BY id",
    "titles": "SELECT id, json_extract(body, '$.title') FROM shows ORDER BY id",
    "operations": "SELECT id, state, verb, show FROM operations ORDER BY id",
    "steps": "SELECT operation, count(*) FROM steps GROUP BY operation ORDER BY operation",
    "seen": "SELECT provider, stream, gone FROM seen ORDER BY provider, stream",
    "videos": "SELECT provider, id, stream, show FROM videos ORDER BY provider, id",
    "as_run": "SELECT show, count(*) FROM as_run GROUP BY show ORDER BY show",
    "taken": "SELECT key, user, what FROM requests WHERE state = 'taken' ORDER BY key",
    "dead_letters": "SELECT provider, stream, json(body) FROM inbox WHERE state = 'dead' ORDER BY id",
    "queued": "SELECT key FROM posts WHERE state = 'queued' ORDER BY key",
    "people": "SELECT id FROM people ORDER BY id",
    "restreams": "SELECT id, show, provider, remote FROM restreams ORDER BY id",
    "clips": "SELECT show, number, start_ms FROM clips ORDER BY show, number",
    "markers": "SELECT show, number, at_ms FROM markers ORDER BY show, number",
    "facts": "SELECT name FROM facts ORDER BY name",
}


def contents_of(file: Path) -> dict[str, list[list[Any]]]:
    """The answers to `QUESTIONS`; AssertionError where one has none, since the file is then no use for what it is kept for."""
    with closing(sqlite3.connect(file)) as db:
        found = {name: [list(row) for row in db.execute(question)] for name, question in QUESTIONS.items()}
    assert all(found.values()), f"nothing of {[name for name, rows in found.items() if not rows]}"
    return found


def expected_of(file: Path) -> dict[str, list[list[Any]]]:
    """What was in the file when it was written."""
    found: dict[str, list[list[Any]]] = json.loads(file.with_name(file.name + ".json").read_text())
    return found
