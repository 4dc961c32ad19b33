"""Backups: whole while the bot writes, checked, few enough, never at the cost of a good one; and putting one back."""
# ruff: noqa: ASYNC240  # nobody else waits for these loops

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import stat
import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import DamagedStore, NewerSchema, StoreError, StoreLocked
from bot.model import Decision, Noted
from bot.store import Restored, Shelf, Store, open_store, restore, shelf_of
from bot.store.backup import unfinished
from bot.store.opening import SIDES
from tests.store.nouns import EVENING, a_post, a_show, always, an_operation, plan, schedule

ROOT = Path(__file__).parents[2]
NIGHT = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
"""Real time of the first backup in most of these tests."""

HOLD = """
import asyncio, sys
from datetime import UTC, datetime
from bot.store import open_store
async def main():
    store = await open_store(sys.argv[1])
    for number in range(20):
        await store.receive("gcore", "101", {"number": number}, datetime.now(UTC))
    print("open", flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""

LATER = """
import asyncio, sys
from bot.errors import StoreError
from bot.store import open_store
from bot.store.migrations import SCHEMA
@SCHEMA(name="0999_teletext")
def teletext(db):
    db.execute("ALTER TABLE shows ADD COLUMN teletext_page INTEGER")
async def main():
    await (await open_store(sys.argv[1])).close()
try:
    asyncio.run(main())
except StoreError as why:
    sys.exit(str(why))
"""

NO_ROOM = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from bot.errors import StoreError
from bot.store import shelf_of
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
try:
    shelf_of(sys.argv[1]).make(datetime.now(UTC))
except StoreError as why:
    print(why)
"""


DIES_AT = """
import os, sys
from datetime import UTC, datetime
from bot.store import restore, shelf_of
renamings = 0
def listen(event, args):
    global renamings
    renamings += event == "os.rename"
    if renamings == int(sys.argv[2]):
        os._exit(9)
sys.addaudithook(listen)
restore(shelf_of(sys.argv[1]), "latest", datetime.now(UTC))
"""


async def a_program(text: str, *args: object) -> Process:
    return await create_subprocess_exec(sys.executable, "-c", text, *map(str, args), stdout=PIPE, stderr=PIPE, cwd=ROOT)


async def finished(process: Process) -> tuple[int | None, str]:
    out, err = await process.communicate()
    return process.returncode, (out + err).decode()


async def a_killed_bot(file: Path) -> None:
    """It took twenty letters and had no time to put its log in order."""
    bot = await a_program(HOLD, file)
    assert bot.stdout is not None
    assert await bot.stdout.readline() == b"open\n"
    bot.send_signal(signal.SIGKILL)
    await bot.wait()
    assert file.with_name(file.name + "-wal").stat().st_size > 0


async def an_evening(file: Path, title: str = "Cup final") -> None:
    """A store with one show, closed again."""
    store = await open_store(str(file))
    await plan(store, title=title)
    await store.close()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def rows(path: Path, question: str) -> list[tuple[object, ...]]:
    """What stands in a backup, which is whole without any file beside it."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as conn:
        return conn.execute(question).fetchall()


def tear(path: Path) -> None:
    """Two pages in the middle hold noise."""
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + os.urandom(8192) + whole[16384:])


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def titles(file: Path) -> list[str]:
    store = await open_store(str(file))
    found = [show.title for show in await store.shows()]
    await store.close()
    return found


@pytest.fixture
def shelf(file: Path) -> Shelf:
    return shelf_of(str(file), keep=3)


class TestABackup:
    async def test_is_made_beside_the_database_for_its_owners_eyes_only(self, store: Store, shelf: Shelf, file: Path) -> None:
        await plan(store)
        made = shelf.make(NIGHT)
        assert made.path == file.parent / "backups" / "showcaller-20261025T003000Z.db"
        assert (mode(made.path), mode(shelf.folder)) == (0o600, 0o700)
        assert names(shelf.folder) == [made.path.name]
        assert shelf.backups() == [made]
        assert rows(made.path, "SELECT id FROM shows") == [("s1",)]

    async def test_is_of_one_moment_while_the_bot_writes(self, store: Store, shelf: Shelf) -> None:
        """Each decision notes a line and queues a post; no backup has the one without the other."""
        over = asyncio.Event()

        async def write(writer: int) -> None:
            number = 0
            while not over.is_set():
                number += 1
                line, post = Noted("s1", EVENING, f"{writer}.{number}"), a_post(f"{writer}.{number}", text="x" * 2000)
                await store.decide("s1", always(Decision(None, noted=(line,), posts=(post,))))

        await plan(store)
        writing = [asyncio.ensure_future(write(writer)) for writer in range(4)]
        sizes: list[int] = []
        for number in range(6):
            made = await asyncio.to_thread(shelf.make, NIGHT + timedelta(hours=number))
            [(lines, posts)] = rows(made.path, "SELECT (SELECT count(*) FROM as_run), (SELECT count(*) FROM posts)")
            assert lines == posts
            sizes.append(int(str(lines)))
        over.set()
        await asyncio.gather(*writing)
        assert sizes == sorted(sizes)
        assert sizes[0] != sizes[-1], "nothing was written in between"

    async def test_is_made_beside_the_process_that_has_the_lock(self, file: Path, shelf: Shelf) -> None:
        holder = await a_program(HOLD, file)
        assert holder.stdout is not None
        assert await holder.stdout.readline() == b"open\n"
        assert rows(shelf.make(NIGHT).path, "SELECT count(*) FROM inbox") == [(20,)]
        holder.kill()
        await holder.wait()

    async def test_of_a_bot_that_was_killed_has_everything_it_acknowledged(self, file: Path, shelf: Shelf) -> None:
        await a_killed_bot(file)
        assert rows(shelf.make(NIGHT).path, "SELECT count(*) FROM inbox") == [(20,)]

    async def test_of_a_stopped_bot_is_made_as_well(self, file: Path, shelf: Shelf) -> None:
        await an_evening(file)
        assert rows(shelf.make(NIGHT).path, "SELECT id FROM shows") == [("s1",)]
        assert await titles(file) == ["Cup final"]

    def test_needs_a_database(self, shelf: Shelf) -> None:
        with pytest.raises(StoreError, match="There is no database"):
            shelf.make(NIGHT)

    def test_is_not_made_of_another_programs_database(self, shelf: Shelf, file: Path) -> None:
        with closing(sqlite3.connect(file)) as conn:
            conn.execute("CREATE TABLE recipes (id)")
        with pytest.raises(StoreError, match="holds nothing of Showcaller's"):
            shelf.make(NIGHT)
        assert names(shelf.folder) == []

    @pytest.mark.parametrize("folder", ["a-file", "nowhere/backups"])
    def test_needs_a_folder(self, store: Store, file: Path, tmp_path: Path, folder: str) -> None:
        (tmp_path / "a-file").touch()
        with pytest.raises(StoreError, match=rf"{folder}.*\. \w+ .*\.$"):
            shelf_of(str(file), str(tmp_path / folder)).make(NIGHT)

    async def test_that_finds_no_room_leaves_nothing_behind(self, file: Path, shelf: Shelf) -> None:
        await an_evening(file)
        older = shelf.make(NIGHT)
        code, told = await finished(await a_program(NO_ROOM, file))
        assert code == 0
        assert "cannot be copied" in told or "no room" in told
        assert names(shelf.folder) == [older.path.name]


class TestADamagedDatabase:
    async def test_is_never_backed_up_over_good_ones(self, file: Path, shelf: Shelf) -> None:
        store = await open_store(str(file))
        await schedule(store, *(an_operation(f"o{number}", stream=str(number), note="x" * 500) for number in range(100)))
        await store.close()
        good = [shelf.make(NIGHT + timedelta(hours=number)).path.name for number in range(3)]
        tear(file)
        for number in range(3, 6):
            with pytest.raises(DamagedStore, match="restore latest"):
                shelf.make(NIGHT + timedelta(hours=number))
        assert names(shelf.folder) == good

    async def test_is_found_damaged_even_where_copying_would_hide_it(self, file: Path, shelf: Shelf) -> None:
        """A row that an index does not know: a copy has its indexes built anew."""
        await an_evening(file)
        with closing(sqlite3.connect(file, isolation_level=None)) as conn:
            conn.execute("PRAGMA writable_schema = ON")
            [index] = conn.execute("SELECT * FROM sqlite_schema WHERE name = 'shows_by_start'").fetchall()
            conn.execute("DELETE FROM sqlite_schema WHERE name = 'shows_by_start'")
        with closing(sqlite3.connect(file, isolation_level=None)) as conn:
            conn.execute(
                "INSERT INTO shows SELECT 's2', state, channel, provider, stream, start_ms, end_ms, '', 0, body FROM shows"
            )
            conn.execute("PRAGMA writable_schema = ON")
            conn.execute("INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", index)
        with pytest.raises(DamagedStore, match="shows_by_start"):
            shelf.make(NIGHT)


class TestTheShelf:
    async def test_keeps_the_newest(self, store: Store, shelf: Shelf) -> None:
        for number in range(5):
            shelf.make(NIGHT + timedelta(hours=number))
        assert [backup.made.hour for backup in shelf.backups()] == [4, 3, 2]

    async def test_keeps_the_one_just_made_whatever_a_wrong_clock_named_the_others(self, store: Store, shelf: Shelf) -> None:
        for number in range(3):
            shelf.make(NIGHT + timedelta(days=365, hours=number))
        made = shelf.make(NIGHT)
        assert made.path.exists()
        assert len(shelf.backups()) == 4

    async def test_leaves_alone_what_is_not_its_own(self, store: Store, shelf: Shelf, file: Path) -> None:
        shelf.folder.mkdir()
        foreign = ["notes.txt", "other-20200101T000000Z.db", "showcaller-20209901T000000Z.db", "showcaller-2020.db"]
        for name in foreign:
            (shelf.folder / name).touch()
        for number in range(5):
            shelf.make(NIGHT + timedelta(hours=number))
        assert set(foreign) <= set(names(shelf.folder))
        assert len(names(shelf.folder)) == len(foreign) + 3

    async def test_is_swept_of_what_the_dead_began_and_not_of_what_is_being_made(self, store: Store, shelf: Shelf) -> None:
        shelf.folder.mkdir()
        left = shelf.folder / "showcaller-20261025T003000Z-0123abcd.partial"
        left.touch()
        with unfinished(shelf.folder / "showcaller-20261025T013000Z.db") as another:
            shelf.make(NIGHT)
            assert another.exists()
        assert names(shelf.folder) == ["showcaller-20261025T003000Z.db"]


class TestAMigration:
    async def test_of_an_older_database_begins_with_a_backup(self, file: Path, shelf: Shelf) -> None:
        await an_evening(file)
        assert await finished(await a_program(LATER, file)) == (0, "")
        [backup] = shelf.backups()
        assert ("0999_teletext",) in rows(file, "SELECT name FROM _sqlite_migrations")
        assert ("0999_teletext",) not in rows(backup.path, "SELECT name FROM _sqlite_migrations")
        assert rows(backup.path, "SELECT title_folded FROM shows") == [("cup final",)]
        assert await finished(await a_program(LATER, file)) == (0, "")
        assert shelf.backups() == [backup]

    async def test_of_a_new_database_needs_none(self, file: Path, shelf: Shelf) -> None:
        assert await finished(await a_program(LATER, file)) == (0, "")
        assert not shelf.folder.exists()

    async def test_does_not_begin_without_it(self, file: Path, shelf: Shelf) -> None:
        await an_evening(file)
        shelf.folder.touch()
        code, told = await finished(await a_program(LATER, file))
        assert code == 1
        assert "needs a backup before it is changed" in told
        assert await titles(file) == ["Cup final"]  # by this version

    async def test_is_undone_by_restoring_the_backup(self, file: Path, shelf: Shelf) -> None:
        await an_evening(file)
        await finished(await a_program(LATER, file))
        with pytest.raises(NewerSchema):
            await open_store(str(file))
        restore(shelf, "latest", NIGHT)
        assert await titles(file) == ["Cup final"]


class TestRestoring:
    async def backed_up(self, file: Path, shelf: Shelf) -> Restored:
        """An evening in a backup, another show since; then the backup is put back."""
        await an_evening(file)
        shelf.make(NIGHT)
        await an_evening(file, "Encore")
        return restore(shelf, "latest", NIGHT + timedelta(hours=1))

    async def test_brings_back_what_was_and_keeps_what_is(self, file: Path, shelf: Shelf) -> None:
        done = await self.backed_up(file, shelf)
        aside = file.with_name("showcaller.db.before-restore-20261025T013000Z")
        assert done == Restored(shelf.backups()[0].path, NIGHT, aside)
        assert await titles(file) == ["Cup final"]
        assert await titles(aside) == ["Cup final", "Encore"]

    async def test_can_be_taken_back(self, file: Path, shelf: Shelf) -> None:
        done = await self.backed_up(file, shelf)
        restore(shelf, str(done.aside), NIGHT + timedelta(hours=2))
        assert await titles(file) == ["Cup final", "Encore"]

    async def test_gives_no_handle_again_that_a_lost_show_may_have_had(self, file: Path, shelf: Shelf) -> None:
        await self.backed_up(file, shelf)
        store = await open_store(str(file))
        assert (await plan(store)).id == "s102"
        await store.close()

    async def test_lets_posts_be_looked_for_before_they_are_sent_and_cards_be_drawn_again(self, file: Path, shelf: Shelf) -> None:
        store = await open_store(str(file))
        await store.post(a_post("waiting"), a_post("card", view="card", subject="s1"))
        await store.update_parcel("card", state="sent", ts="1.0", drawn="a digest")
        shelf.make(NIGHT)
        await store.close()
        restore(shelf, "latest", NIGHT)
        store = await open_store(str(file))
        waiting, card = await store.parcel("waiting"), await store.parcel("card")
        await store.close()
        assert waiting is not None
        assert waiting.first_tried == NIGHT.timestamp()
        assert card is not None
        assert (card.state, card.ts, card.drawn) == ("sent", "1.0", "")

    async def test_takes_the_log_away_with_its_database(self, file: Path, shelf: Shelf) -> None:
        await an_evening(file)
        shelf.make(NIGHT)
        await a_killed_bot(file)
        done = restore(shelf, "latest", NIGHT)
        assert not file.with_name(file.name + "-wal").exists()
        assert await titles(file) == ["Cup final"]
        assert done.aside is not None
        restore(shelf, str(done.aside), NIGHT + timedelta(hours=1))
        store = await open_store(str(file))
        assert len(await store.letters()) == 1
        await store.close()
        assert rows(shelf.make(NIGHT).path, "SELECT count(*) FROM inbox") == [(20,)]

    async def test_works_where_the_database_is_gone_damaged_or_empty(self, file: Path, shelf: Shelf) -> None:
        await an_evening(file)
        shelf.make(NIGHT)
        ways: list[Callable[[Path], object]] = [
            Path.unlink,
            lambda path: path.write_bytes(b"noise" * 999),
            lambda path: os.truncate(path, 0),
        ]
        for hours, destroy in enumerate(ways):
            destroy(file)
            done = restore(shelf, "latest", NIGHT + timedelta(hours=hours))
            assert (done.aside is None) == (destroy is Path.unlink)
            assert await titles(file) == ["Cup final"]

    async def test_keeps_the_rights_of_the_file_and_gives_a_new_one_to_its_owner_alone(self, file: Path, shelf: Shelf) -> None:
        await an_evening(file)
        shelf.make(NIGHT)
        file.chmod(0o640)
        restore(shelf, "latest", NIGHT)
        assert mode(file) == 0o640
        file.unlink()
        restore(shelf, "latest", NIGHT + timedelta(hours=1))
        assert mode(file) == 0o600

    async def test_takes_a_name_on_the_shelf_or_a_path(self, file: Path, shelf: Shelf, tmp_path: Path) -> None:
        await an_evening(file)
        first = shelf.make(NIGHT)
        await an_evening(file, "Encore")
        shelf.make(NIGHT + timedelta(hours=1))
        assert restore(shelf, first.path.name, NIGHT).made == NIGHT
        assert await titles(file) == ["Cup final"]
        elsewhere = first.path.rename(tmp_path / "from-the-other-machine.db")
        restore(shelf, str(elsewhere), NIGHT + timedelta(hours=1))
        assert await titles(file) == ["Cup final"]

    async def test_passes_over_the_newest_where_it_is_damaged_and_says_so(self, file: Path, shelf: Shelf) -> None:
        await an_evening(file)
        good = shelf.make(NIGHT)
        torn, empty = (shelf.make(NIGHT + timedelta(hours=hours)).path for hours in (1, 2))
        tear(torn)
        os.truncate(empty, 0)
        done = restore(shelf, "latest", NIGHT)
        assert done.source == good.path
        assert [str(path) in why for path, why in zip((empty, torn), done.passed_over, strict=True)] == [True, True]


class TestRestoringIsRefused:
    @pytest.fixture
    async def evening(self, file: Path, shelf: Shelf) -> bytes:
        await an_evening(file)
        shelf.make(NIGHT)
        return file.read_bytes()

    async def test_while_a_bot_runs(self, evening: bytes, file: Path, shelf: Shelf) -> None:
        store = await open_store(str(file))
        with pytest.raises(StoreLocked, match="Stop it"):
            restore(shelf, "latest", NIGHT)
        await store.close()

    @pytest.mark.parametrize("which", ["torn", "foreign", "newer", "missing", "showcaller.db", "nothing", "latest"])
    async def test_from_what_is_no_good_backup(self, evening: bytes, file: Path, shelf: Shelf, which: str) -> None:
        backup = shelf.backups()[0].path
        (shelf.folder / "torn").write_bytes(backup.read_bytes())
        tear(shelf.folder / "torn")
        (shelf.folder / "newer").write_bytes(backup.read_bytes())
        with closing(sqlite3.connect(shelf.folder / "newer")) as conn, conn:
            conn.execute(
                "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('showcaller', '0999_teletext', '')"
            )
        with closing(sqlite3.connect(shelf.folder / "foreign")) as conn:
            conn.execute("CREATE TABLE recipes (id)")
        (shelf.folder / "nothing").touch()
        tear(backup)
        with pytest.raises(StoreError, match=r"\.$"):
            restore(shelf, str(file) if which == file.name else which, NIGHT)
        assert file.read_bytes() == evening
        assert set(names(file.parent)) <= {"backups", *(file.name + side for side in (*SIDES, ".lock"))}

    def test_where_there_is_no_backup_at_all(self, shelf: Shelf, file: Path) -> None:
        with pytest.raises(StoreError, match=f"no backup of {file}"):
            restore(shelf, "latest", NIGHT)
        assert not file.exists()


class TestRestoringThatWasKilled:
    @pytest.mark.parametrize("renaming", [1, 2, 3, 4, 5])
    async def test_at_any_moment_starts_with_the_old_the_new_or_not_at_all(self, file: Path, shelf: Shelf, renaming: int) -> None:
        await an_evening(file)
        shelf.make(NIGHT)
        await a_killed_bot(file)  # so that part of what is there stands in the log
        code, _ = await finished(await a_program(DIES_AT, file, renaming))
        assert code == 9
        if renaming == 1:  # nothing was moved yet
            assert rows(shelf.make(NIGHT + timedelta(hours=1)).path, "SELECT count(*) FROM inbox") == [(20,)]
            return
        with pytest.raises(StoreError, match="was interrupted"):
            await open_store(str(file))
        done = restore(shelf, "latest", NIGHT + timedelta(hours=1))
        assert await titles(file) == ["Cup final"]
        assert done.aside is not None
        restore(shelf, str(done.aside), NIGHT + timedelta(hours=2))
        assert rows(shelf.make(NIGHT + timedelta(hours=3)).path, "SELECT count(*) FROM inbox") == [(20,)]
        assert not list(file.parent.glob("*.partial"))


class TestRestoringThatWasInterrupted:
    """Killed after the old log and file were moved away and before the backup had their place."""

    @pytest.fixture
    async def halfway(self, file: Path, shelf: Shelf) -> Path:
        await an_evening(file)
        made = shelf.make(NIGHT)
        file.with_name("showcaller.db.restoring").write_bytes(made.path.read_bytes())
        return file.rename(file.with_name("showcaller.db.before-restore-20261025T003000Z"))

    async def test_leaves_nothing_that_a_bot_would_start_with(self, halfway: Path, file: Path) -> None:
        with pytest.raises(StoreError, match="was interrupted"):
            await open_store(str(file))
        assert not file.exists()

    async def test_is_finished_by_running_it_again(self, halfway: Path, file: Path, shelf: Shelf) -> None:
        log = file.with_name("showcaller.db-wal")
        log.write_bytes(b"what was not moved yet")
        done = restore(shelf, "latest", NIGHT + timedelta(hours=1))
        assert done.aside == halfway
        assert not log.exists()
        assert halfway.with_name(halfway.name + "-wal").read_bytes() == b"what was not moved yet"
        assert await titles(file) == [a_show().title]
