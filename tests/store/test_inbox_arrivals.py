"""Webhooks written together: each has its own id, all are there, and none waits for somebody who never comes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.store import open_store
from bot.store.arrivals import MOST_ROWS
from tests.store.nouns import EVENING


async def test_a_flood_is_written_whole_and_every_webhook_has_its_own_id(tmp_path: Path) -> None:
    store = await open_store(str(tmp_path / "evening.db"))
    count = 3 * MOST_ROWS + 7
    ids = await asyncio.gather(*(store.receive("gcore", f"stream:{n}", {"n": n}, EVENING) for n in range(count)))
    assert len(set(ids)) == count
    letters = {letter.id: letter for letter in await store.letters(limit=count)}
    assert [letters[number].body["n"] for number in ids] == list(range(count))
    await store.close()


async def test_after_closing_nobody_waits_for_ever(tmp_path: Path) -> None:
    store = await open_store(str(tmp_path / "evening.db"))
    await store.close()
    with pytest.raises(StoreError):
        await store.receive("gcore", "stream:1", {}, EVENING)
    with pytest.raises(StoreError):
        await store.receive("gcore", "stream:1", {}, EVENING)
