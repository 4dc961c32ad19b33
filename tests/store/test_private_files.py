"""What the bot keeps is nobody else's to read, also where an earlier version left it open."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from bot.settings import readable_by_others
from bot.store import open_store


def files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if path.is_file()]


def open_to_others(folder: Path) -> list[str]:
    return [path.name for path in files(folder) if stat.S_IMODE(path.stat().st_mode) & 0o077]


async def test_a_new_database_and_what_stands_beside_it_are_private(tmp_path: Path) -> None:
    old = os.umask(0o022)
    try:
        store = await open_store(str(tmp_path / "show.db"))
        assert len(files(tmp_path)) >= 3
        assert open_to_others(tmp_path) == []
        await store.close()
    finally:
        os.umask(old)


async def test_an_existing_one_is_tightened(tmp_path: Path) -> None:
    store = await open_store(str(tmp_path / "show.db"))
    for path in files(tmp_path):
        path.chmod(0o644)
    await store.close()
    for path in files(tmp_path):
        path.chmod(0o664)
    assert open_to_others(tmp_path) != []
    store = await open_store(str(tmp_path / "show.db"))
    assert open_to_others(tmp_path) == []
    await store.close()


@pytest.mark.parametrize(("mode", "told"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True), (0o644, True)])
def test_credentials_that_others_can_read_are_told(tmp_path: Path, mode: int, told: bool) -> None:
    env = tmp_path / ".env"
    assert readable_by_others(str(env)) == ""
    env.write_text("TOKEN=x")
    env.chmod(mode)
    said = readable_by_others(str(env))
    assert bool(said) is told
    assert not told or said.endswith(f"chmod 600 {env}")
