"""One process has a database, whatever name it knows the file by; and it notices when the file is not there any more."""
# nobody else waits for this loop

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.errors import StoreLocked
from bot.store import open_store, restore, shelf_of
from bot.store.writer import NOTHING
from tests.store.nouns import plan


def the_same(file: Path) -> Path:
    return file


def lock_file_deleted(file: Path) -> Path:
    file.with_name(f"{file.name}.lock").unlink()
    return file


def all_deleted(file: Path) -> Path:
    for path in file.parent.glob(f"{file.name}*"):
        path.unlink()
    return file


def moved_away(file: Path) -> Path:
    file.rename(file.with_name("elsewhere.db"))
    return file


def hard_link(file: Path) -> Path:
    other = file.with_name("other.db")
    os.link(file, other)
    return other


def hard_link_in_another_folder(file: Path) -> Path:
    (file.parent / "sub").mkdir()
    other = file.parent / "sub" / file.name
    os.link(file, other)
    return other


def symbolic_link(file: Path) -> Path:
    other = file.with_name("other.db")
    other.symlink_to(file)
    return other


def link_to_its_folder(file: Path) -> Path:
    other = file.parent.with_name("linked")
    other.symlink_to(file.parent)
    return other / file.name


def under_its_new_name(file: Path) -> Path:
    return file.rename(file.with_name("renamed.db"))


WAYS = (
    *(the_same, lock_file_deleted, all_deleted, moved_away, hard_link, hard_link_in_another_folder),
    *(symbolic_link, link_to_its_folder, under_its_new_name),
)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
async def test_a_second_bot_is_refused_by_whatever_name_it_comes(tmp_path: Path, way: Callable[[Path], Path]) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    file = folder / "showcaller.db"
    first = await open_store(str(file))
    await plan(first)
    other = way(file)
    with pytest.raises(StoreLocked, match=r"^Another Showcaller \(.+\) has /\S+ open\. Stop it"):
        await open_store(str(other))
    await first.put("still", "writes")
    assert await first.get("still") == "writes"
    await first.close()
    second = await open_store(str(other))
    await second.close()


async def test_a_bind_mount_is_the_same_file(tmp_path: Path) -> None:
    file, mounted = tmp_path / "data" / "showcaller.db", tmp_path / "mounted"
    file.parent.mkdir()
    mounted.mkdir()
    first = await open_store(str(file))
    bound = subprocess.run(["mount", "--bind", str(file.parent), str(mounted)], capture_output=True, text=True, check=False)  # noqa: ASYNC221
    if bound.returncode:
        await first.close()
        pytest.skip(f"NOT TESTED: a bind mount needs the right to make one ({bound.stderr.strip()})")
    try:
        with pytest.raises(StoreLocked):
            await open_store(str(mounted / file.name))
    finally:
        subprocess.run(["umount", str(mounted)], check=True)  # noqa: ASYNC221
        await first.close()


async def test_two_databases_in_one_folder_do_not_meet(tmp_path: Path) -> None:
    first, second = await open_store(str(tmp_path / "a.db")), await open_store(str(tmp_path / "b.db"))
    await first.close()
    await second.close()


async def test_restoring_is_refused_beside_a_bot_that_has_the_file_by_another_name(tmp_path: Path) -> None:
    file = tmp_path / "showcaller.db"
    shelf = shelf_of(str(file))
    store = await open_store(str(file))
    shelf.make(datetime.now(UTC))
    await store.close()
    other = hard_link(file)
    store = await open_store(str(other))
    with pytest.raises(StoreLocked):
        restore(shelf, "latest", datetime.now(UTC))
    await store.close()
    restore(shelf, "latest", datetime.now(UTC))


async def test_sqlites_own_locks_hold_through_all_of_this(tmp_path: Path) -> None:
    """Closing a descriptor of the database would drop them, and a shell could write in the middle of a transaction of ours."""
    file = tmp_path / "showcaller.db"
    store = await open_store(str(file))
    for _ in range(2):
        with pytest.raises(StoreLocked):
            await open_store(str(file))
        with pytest.raises(StoreLocked):
            await open_store(str(hard_link(file)))
        (tmp_path / "other.db").unlink()
    assert await store.check() == ""

    def meanwhile(db: object) -> tuple[str, object]:
        program = f"import sqlite3; sqlite3.connect({str(file)!r}, timeout=0).execute('BEGIN IMMEDIATE')"
        return subprocess.run(["python3", "-c", program], capture_output=True, text=True, check=False).stderr, NOTHING

    said = await store._writer.run(meanwhile)  # type: ignore[arg-type]
    assert "database is locked" in said
    await store.close()


# -- what happens to the files behind an open store ---------------------------------------------------------------------
def deleted(file: Path) -> None:
    file.unlink()


def folder_moved(file: Path) -> None:
    file.parent.rename(file.parent.with_name("moved"))


def replaced_by_a_copy(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db:
        db.execute("VACUUM INTO ?", (str(file.with_name("copy.db")),))
    file.with_name("copy.db").replace(file)


def log_deleted(file: Path) -> None:
    file.with_name(f"{file.name}-wal").unlink()


def log_replaced(file: Path) -> None:
    log_deleted(file)
    file.with_name(f"{file.name}-wal").touch()


@pytest.mark.parametrize(
    ("does", "says"),
    [
        (deleted, "/showcaller.db (the database) was deleted or moved"),
        (folder_moved, "/showcaller.db (the database) was deleted or moved"),
        (replaced_by_a_copy, "/showcaller.db (the database) was replaced by another file"),
        (log_deleted, "/showcaller.db-wal (its log) was deleted or moved"),
        (log_replaced, "/showcaller.db-wal (its log) was replaced by another file"),
    ],
)
async def test_files_that_are_not_the_ones_that_were_opened_make_it_unwell(
    tmp_path: Path, does: Callable[[Path], None], says: str
) -> None:
    file = tmp_path / "data" / "showcaller.db"
    file.parent.mkdir()
    store = await open_store(str(file))
    await plan(store)
    assert await store.check() == ""
    does(file)
    assert says in await store.check()
    assert not await store.healthy()
    await store.close()


async def test_a_backup_a_shell_and_a_checkpoint_leave_it_well(tmp_path: Path) -> None:
    file = tmp_path / "showcaller.db"
    store = await open_store(str(file))
    await plan(store)
    shelf_of(str(file)).make(datetime.now(UTC))
    with closing(sqlite3.connect(file, isolation_level=None)) as shell:
        shell.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    await store.put("after", "it")
    assert await store.check() == ""
    await store.close()
    again = await open_store(str(file))
    assert await again.check() == ""
    await again.close()
