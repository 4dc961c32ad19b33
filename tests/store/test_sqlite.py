"""The SQLite file: who may open it, what survives, and what is refused in a sentence."""
# ruff: noqa: ASYNC240  # nobody else waits for these loops

from __future__ import annotations

import asyncio
import os
import re
import signal
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.errors import DamagedStore, NewerSchema, StoreError, StoreLocked
from bot.model import Decision, Noted, Seen
from bot.store import Store, Touched, open_store
from bot.store.mail import HEADS
from bot.store.schedule import CLAIM_DUE, CLAIM_ORPHANS, NEXT_DUE
from bot.store.sqlite import SqliteStore
from bot.store.writer import NOTHING
from tests.store.nouns import ARENA, EVENING, a_post, a_show, always, an_operation, busy_writer, plan, schedule

QUEUED = "SELECT number FROM posts WHERE state = 'queued' ORDER BY urgency, number LIMIT ?"

ROOT = Path(__file__).parents[2]

HOLD = """
import asyncio, sys
from bot.store import open_store
async def main():
    await open_store(sys.argv[1])
    print("open", flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""

RECEIVE = """
import asyncio, sys
from datetime import UTC, datetime
from bot.store import open_store
async def main():
    store = await open_store(sys.argv[1])
    while True:
        print(await store.receive("gcore", "101", {"live": True}, datetime.now(UTC)), flush=True)
asyncio.run(main())
"""


async def another_process(program: str, file: Path) -> Process:
    return await create_subprocess_exec(sys.executable, "-c", program, str(file), stdout=PIPE, cwd=ROOT)


async def kill(process: Process) -> None:
    process.send_signal(signal.SIGKILL)
    await process.wait()


async def fill(file: Path) -> None:
    """An evening's store, closed again."""
    store = await open_store(str(file))
    await plan(store)
    await schedule(store, *(an_operation(f"o{number}", stream=str(number), note="x" * 500) for number in range(100)))
    await store.close()


@pytest.fixture
def sqlite_store(store: Store) -> SqliteStore:
    assert isinstance(store, SqliteStore)
    return store


class TestTheFile:
    async def test_is_found_by_path_or_address(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        for where in ("sqlite:///a.db", f"sqlite:///{tmp_path}/b.db", f"sqlite:////{tmp_path}/c.db", "d.db", f"{tmp_path}/e.db"):
            await (await open_store(where)).close()
        assert {found.name for found in tmp_path.glob("*.db")} == {"a.db", "b.db", "c.db", "d.db", "e.db"}

    async def test_remembers_everything_when_opened_again(self, file: Path) -> None:
        await fill(file)
        again = await open_store(str(file))
        assert await again.show("s1") == a_show()
        assert len(await again.operations(limit=1000)) == 100
        assert (await plan(again)).id == "s2"
        await again.close()

    async def test_waits_for_the_disk_at_every_commit(self, sqlite_store: SqliteStore) -> None:
        def settings(db: Database) -> list[object]:
            asked = ("synchronous", "journal_mode", "foreign_keys", "busy_timeout")
            return [db.execute(f"PRAGMA {name}").fetchone()[0] for name in asked]

        assert await sqlite_store._writer.run(lambda db: (settings(db), NOTHING)) == [2, "wal", 1, 5000]

    async def test_has_strict_tables_only(self, sqlite_store: SqliteStore) -> None:
        tables = await sqlite_store._readers.ask(lambda db: [table.name for table in db.tables if not table.strict])
        assert set(tables) == {"_sqlite_migrations", "sqlite_sequence"}

    async def test_cannot_be_written_by_a_question(self, sqlite_store: SqliteStore) -> None:
        with pytest.raises(StoreError, match="readonly"):
            await sqlite_store._readers.ask(lambda db: db.execute("DELETE FROM shows"))

    async def test_every_letter_that_was_acknowledged_survives_a_kill(self, file: Path) -> None:
        receiving = await another_process(RECEIVE, file)
        assert receiving.stdout is not None
        told = [int(await receiving.stdout.readline()) for _ in range(50)]
        await kill(receiving)
        told += [int(line) for line in (await receiving.stdout.read()).split(b"\n")[:-1]]
        store = await open_store(str(file))
        for expected in told:
            [letter] = await store.letters()
            assert letter.id == expected
            await store.opened(letter.id)
        assert len(await store.letters()) <= 1  # written, and killed before it could say so
        await store.close()


class TestTheLock:
    async def test_a_second_process_is_refused_until_the_first_is_dead(self, file: Path) -> None:
        holder = await another_process(HOLD, file)
        assert holder.stdout is not None
        assert await holder.stdout.readline() == b"open\n"
        with pytest.raises(StoreLocked, match=rf"process {holder.pid}\) has {file} open. Stop it, or"):
            await open_store(str(file))
        await kill(holder)
        await (await open_store(str(file))).close()

    async def test_one_process_cannot_open_it_twice_under_two_names(self, file: Path, tmp_path: Path) -> None:
        store = await open_store(str(file))
        (tmp_path / "link.db").symlink_to(file)
        for name in (file, tmp_path / "link.db"):
            with pytest.raises(StoreLocked):
                await open_store(str(name))
        await store.close()


class TestRefusals:
    async def test_a_file_that_is_no_database_is_left_as_it_is(self, file: Path) -> None:
        file.write_bytes(b"call sheet, Saturday " * 500)
        with pytest.raises(DamagedStore, match=str(file)):
            await open_store(str(file))
        assert file.read_bytes() == b"call sheet, Saturday " * 500

    async def test_a_database_with_a_torn_page_is_damaged(self, file: Path) -> None:
        await fill(file)
        whole = file.read_bytes()
        file.write_bytes(whole[:8192] + os.urandom(8192) + whole[16384:])
        with pytest.raises(DamagedStore, match="newest backup"):
            await open_store(str(file))

    async def test_a_database_that_was_cut_short_is_damaged(self, file: Path) -> None:
        await fill(file)
        for size in (file.stat().st_size // 2, 100, 0):
            os.truncate(file, size)
            with pytest.raises(DamagedStore):
                await open_store(str(file))
            assert file.stat().st_size == size

    async def test_an_empty_file_where_nothing_was_ever_kept_is_a_new_store(self, file: Path) -> None:
        file.touch()
        store = await open_store(str(file))
        assert await store.shows() == []
        await store.close()

    async def test_a_file_of_a_newer_version_is_refused(self, file: Path) -> None:
        await fill(file)
        with closing(sqlite3.connect(file)) as conn, conn:
            conn.execute(
                "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('showcaller', '0999_teletext', '')"
            )
        with pytest.raises(NewerSchema, match="0999_teletext"):
            await open_store(str(file))

    async def test_a_database_of_another_program_is_refused(self, file: Path) -> None:
        with closing(sqlite3.connect(file)) as conn:
            conn.execute("CREATE TABLE recipes (id)")
        with pytest.raises(StoreError, match="belongs to another program"):
            await open_store(str(file))

    async def test_a_read_only_file_is_refused(self, file: Path) -> None:
        await fill(file)
        file.chmod(0o444)
        with pytest.raises(StoreError, match="is read-only"):
            await open_store(str(file))

    async def test_a_folder_that_does_not_exist_is_not_made(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match=r"folder .*/nowhere does not exist"):
            await open_store(f"sqlite:///{tmp_path}/nowhere/showcaller.db")
        assert not (tmp_path / "nowhere").exists()

    @pytest.mark.parametrize("where", ["postgresql://db/showcaller", "sqlite://", "sqlite:///:memory:", ":memory:", "", "/"])
    async def test_what_is_no_file_is_refused(self, where: str) -> None:
        with pytest.raises(StoreError):
            await open_store(where)

    async def test_a_refusal_lets_go_of_the_lock(self, file: Path) -> None:
        file.write_bytes(b"x" * 5000)
        with pytest.raises(DamagedStore):
            await open_store(str(file))
        file.unlink()
        await (await open_store(str(file))).close()


class TestOldRows:
    async def test_load_without_what_is_new_and_with_what_is_gone(self, file: Path) -> None:
        await fill(file)
        with closing(sqlite3.connect(file)) as conn, conn:
            conn.execute("UPDATE shows SET body = json_set(json_remove(body, '$.finish', '$.hold'), '$.teletext_page', 888)")
        store = await open_store(str(file))
        assert await store.show("s1") == a_show()
        await store.close()


class TestManyRows:
    @pytest.mark.parametrize("asked", [CLAIM_DUE, CLAIM_ORPHANS, NEXT_DUE, HEADS, QUEUED])
    async def test_what_is_asked_at_every_tick_never_walks_through_a_table(self, sqlite_store: SqliteStore, asked: str) -> None:
        named = {"owner": "boot-1", "now": 0, "alive": "[]", "after": 0, "most": 100}
        values = named if re.search(r":(now|alive|after|most)", asked) else (0,) * asked.count("?")
        plan = await sqlite_store._writer.run(
            lambda db: ([row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {asked}", values)], NOTHING)
        )
        assert [step for step in plan if re.match(r"SCAN (operations|inbox|posts)(?!.* USING (COVERING )?INDEX)", step)] == []


class TestLostTransactions:
    async def test_a_disk_that_is_full_fails_in_a_sentence_and_nothing_is_half_written(self, sqlite_store: SqliteStore) -> None:
        def fill_the_disk(db: Database) -> tuple[None, Touched]:
            pages = db.execute("PRAGMA page_count").fetchone()[0]
            db.execute(f"PRAGMA max_page_count = {pages + 1}").fetchone()
            return None, NOTHING

        await sqlite_store._writer.run(fill_the_disk)
        large = Decision(None, posts=(a_post("small"), a_post("large", text="x" * 100_000)))
        with pytest.raises(StoreError, match="The disk is full"):
            await sqlite_store.decide(ARENA, always(large))
        assert await sqlite_store.parcels() == []

    async def test_when_sqlite_gives_up_the_transaction_all_in_it_fail(self, sqlite_store: SqliteStore) -> None:
        trigger = "CREATE TEMP TRIGGER lost AFTER INSERT ON as_run BEGIN SELECT RAISE(ROLLBACK, 'power dip'); END"
        await sqlite_store._writer.run(lambda db: (db.execute(trigger).rowcount, NOTHING))
        lost = Decision(None, noted=(Noted("s1", EVENING, "lost"),))
        async with busy_writer(sqlite_store):
            before = asyncio.ensure_future(sqlite_store.post(a_post("before")))
            during = asyncio.ensure_future(sqlite_store.decide(ARENA, always(lost)))
            after = asyncio.ensure_future(sqlite_store.post(a_post("after")))
        results = await asyncio.gather(before, during, after, return_exceptions=True)
        assert all(isinstance(result, StoreError) and "power dip" in str(result) for result in results)
        assert await sqlite_store.parcels() == []
        await sqlite_store.post(a_post("before"))
        assert len(await sqlite_store.parcels()) == 1

    async def test_while_somebody_else_holds_the_file_writes_fail_and_afterwards_work_again(
        self, sqlite_store: SqliteStore, file: Path
    ) -> None:
        await sqlite_store._writer.run(lambda db: (db.execute("PRAGMA busy_timeout = 0").fetchone(), NOTHING))
        with closing(sqlite3.connect(file, isolation_level=None)) as backup:
            backup.execute("BEGIN IMMEDIATE")
            results = await asyncio.gather(*(sqlite_store.post(a_post(f"p{n}")) for n in range(5)), return_exceptions=True)
            assert all(isinstance(result, StoreError) and "Another program" in str(result) for result in results)
            assert not await sqlite_store.healthy()
            assert await sqlite_store.parcels() == []  # reading goes on
        await sqlite_store.post(a_post("p"))
        assert await sqlite_store.healthy()


class TestClosing:
    async def test_writes_what_was_asked_for_before(self, file: Path) -> None:
        store = await open_store(str(file))
        asked = [asyncio.ensure_future(store.post(a_post(f"p{number}"))) for number in range(300)]
        await asyncio.sleep(0)
        await store.close()
        await asyncio.gather(*asked)
        again = await open_store(str(file))
        assert len(await again.parcels(limit=1000)) == 300
        await again.close()

    async def test_a_closed_store_says_so(self, file: Path) -> None:
        store = await open_store(str(file))
        await store.close()
        await store.close()
        with pytest.raises(StoreError, match="closed"):
            await store.show("s1")
        with pytest.raises(StoreError, match="closed"):
            await store.post(a_post("p"))
        assert not await store.healthy()

    async def test_a_caller_who_gave_up_does_not_disturb_the_others(self, store: Store) -> None:
        impatient = asyncio.ensure_future(store.decide(ARENA, always(Decision(None, seen=Seen(ARENA)))))
        patient = asyncio.ensure_future(store.post(a_post("p")))
        await asyncio.sleep(0)
        impatient.cancel()
        await patient
        assert await store.parcel("p") is not None
