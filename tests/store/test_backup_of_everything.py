"""A backup holds every table, whichever were added since: an evening with something in each of them comes back as it was."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from asyncio.subprocess import create_subprocess_exec
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.model import Decision, Noted, Person, Seen, StepKind, StepRecord, Video
from bot.store import Store, open_store, restore, shelf_of
from tests.faults.bodies import ROOT, strace_works
from tests.store.nouns import ARENA, EVENING, a_post, always, an_operation, plan
from tests.store.test_clips import a_clip, a_mark
from tests.store.test_restreams import a_target, add

NIGHT = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
EPHEMERAL = {"sqlite_sequence", "sqlite_stat1", "sqlite_stat4"}

Rows = dict[str, list[tuple[Any, ...]]]


def contents(file: Path) -> Rows:
    """Every row of every table, once the log is part of the file."""
    with closing(sqlite3.connect(file)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {name: sorted(db.execute(f"SELECT * FROM {name}"), key=repr) for name in tables if name not in EPHEMERAL}


def but_for_its_numbers(show: tuple[Any, ...]) -> tuple[Any, ...]:
    """The row of a show without what its marks, clips and alarms are numbered from."""
    parts = [json.loads(value) if str(value).startswith("{") else value for value in show]
    return tuple({**part, "numbered": 0, "alarms": 0} if isinstance(part, dict) else part for part in parts)


async def a_full_evening(store: Store) -> None:
    """Something in every table."""
    await plan(store)
    await add(store)
    everything = Decision(
        None,
        operations=(an_operation(),),
        steps=(StepRecord("s1:go", 1, "start", "Start the stream", StepKind.SET),),
        seen=Seen(ARENA),
        videos=(Video("gcore", "77", started_at=EVENING),),
        posts=(a_post("on air"),),
        noted=(Noted("s1", EVENING, "went live"),),
        clips=(a_clip(title="Tor für “Süd”"),),
        markers=(a_mark(),),
        restreams=(a_target(sealed="sealed-text", remote="501", active=True),),
    )
    await store.decide(ARENA, always(everything))
    await store.accept_request("trigger-1", "U-EVA", "go", EVENING)
    await store.receive("gcore", ARENA.id, {"type": "stream"}, EVENING)
    await store.remember_people(Person("U-EVA", "Eva"))
    await store.put("operators", ["U-EVA"])
    await store.move_channel("C-BEFORE", "C-STUDIO")


@pytest.fixture
async def evening(file: Path) -> Rows:
    """What a stopped bot has in its file."""
    store = await open_store(str(file))
    await a_full_evening(store)
    await store.close()
    return contents(file)


async def test_no_table_is_empty_in_this_evening(evening: Rows) -> None:
    """Whoever adds a table adds a row of it here."""
    assert {name for name, rows in evening.items() if not rows} == set()
    assert {"restreams", "clips", "markers", "operations", "steps", "posts", "inbox", "requests"} <= set(evening)


async def test_a_backup_beside_the_running_bot_has_every_row(file: Path) -> None:
    store = await open_store(str(file))
    await a_full_evening(store)
    made = shelf_of(str(file)).make(NIGHT)
    await store.close()
    assert contents(made.path) == contents(file)


async def test_what_is_put_back_differs_only_in_what_the_past_cannot_know(evening: Rows, file: Path) -> None:
    shelf = shelf_of(str(file))
    shelf.make(NIGHT)
    file.write_bytes(b"lost")  # noqa: ASYNC240 - nobody else waits for this loop
    restore(shelf, "latest", NIGHT)
    put_back = contents(file)
    assert {name for name in evening if put_back[name] != evening[name]} == {"counters", "posts", "shows"}
    assert list(map(but_for_its_numbers, put_back["shows"])) == list(map(but_for_its_numbers, evening["shows"]))
    assert dict(put_back["counters"]) == {**dict(evening["counters"]), "show": 101, "restream": 101}


async def test_a_backup_without_one_of_its_rows_would_be_noticed(evening: Rows, file: Path) -> None:
    """The control."""
    made = shelf_of(str(file)).make(NIGHT)
    with closing(sqlite3.connect(made.path)) as db, db:
        db.execute("DELETE FROM markers")
    assert contents(made.path) != evening


async def test_targets_clips_and_marks_read_as_before_after_a_restore(evening: Rows, file: Path) -> None:
    assert evening["clips"]
    shelf = shelf_of(str(file))
    shelf.make(NIGHT)
    restore(shelf, "latest", NIGHT)
    store = await open_store(str(file))
    assert await store.restreams("s1") == [a_target(sealed="sealed-text", remote="501", active=True)]
    assert await store.clips("s1") == [a_clip(title="Tor für “Süd”")]
    assert await store.markers("s1") == [a_mark()]
    assert [target.id for target in await add(store)] == ["r102"]
    await store.close()


@pytest.mark.skipif(not strace_works(), reason="BACKUPS NOT TRACED: strace is not installed or may not trace here")
async def test_a_backup_is_on_the_disk_before_it_has_its_name_and_its_name_before_it_counts(evening: Rows, file: Path) -> None:
    assert evening
    calls = file.with_name("calls")
    words = (sys.executable, "-m", "bot", "backup")
    slack = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
    there = {"DATABASE_URL": f"sqlite:///{file}", "GCORE_API_TOKEN": "x", **slack}
    env = {**os.environ, "PYTHONPATH": str(ROOT), **there}
    traced = ("strace", "-f", "-y", "-qq", "-e", "trace=fsync,rename,renameat,renameat2", "-o", str(calls), *words)
    ran = await create_subprocess_exec(*traced, cwd=file.parent, env=env)
    assert await ran.wait() == 0
    (backup,) = shelf_of(str(file)).backups()
    seen = [line.partition(" ")[2].strip() for line in calls.read_text().splitlines() if str(backup.path.parent) in line]
    renamed = next(number for number, line in enumerate(seen) if line.startswith("rename") and backup.path.name in line)
    assert any(line.startswith("fsync(") and ".partial>" in line for line in seen[:renamed])
    assert any(line.startswith("fsync(") and f"<{backup.path.parent}>" in line for line in seen[renamed:])
