"""The running bot's backups: when they are made, who hears that they fail, and what /metrics says of their age."""

from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

import commands
from bot.backups import Backups
from bot.clock import Clock
from bot.sandbox.rehearsal import Rehearsal
from bot.store import Shelf, Store, open_store, shelf_of
from tests.contention import PATIENCE

NIGHT = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Watch:
    """A wrist watch that shows what a test sets it to."""

    def __init__(self) -> None:
        self.shows = NIGHT

    def __call__(self) -> datetime:
        return self.shows


class Office:
    """A bot's memory, its backups, and the channel of those who look after the bot."""

    def __init__(self, store: Store, shelf: Shelf, every: timedelta = HOUR) -> None:
        self.store = store
        self.shelf = shelf
        self.watch = Watch()
        self.backups = Backups(shelf, store, Clock(), every=every, ops_channel="C0OPS", now=self.watch)

    async def later(self, by: timedelta) -> None:
        self.watch.shows += by
        await self.backups.look()

    @property
    def hours(self) -> list[float]:
        """When backups were made, in hours after the first."""
        return sorted((backup.made - NIGHT) / HOUR for backup in self.shelf.backups())

    async def told(self) -> list[str]:
        return [parcel.post.text for parcel in await self.store.parcels()]


@pytest.fixture
async def office(tmp_path: Path) -> Office:
    return await an_office(tmp_path)


async def an_office(folder: Path, every: timedelta = HOUR) -> Office:
    where = str(folder / "showcaller.db")
    return Office(await open_store(where), shelf_of(where), every)


async def test_one_is_made_at_the_first_look_and_then_whenever_the_newest_is_an_hour_old(office: Office) -> None:
    for _ in range(13):
        await office.later(timedelta(minutes=15))
    assert office.hours == [0.25, 1.25, 2.25, 3.25]
    await office.store.close()


async def test_one_that_somebody_made_by_hand_counts(office: Office) -> None:
    office.shelf.make(NIGHT)
    await office.later(timedelta(minutes=59))
    assert office.hours == [0]
    await office.later(timedelta(minutes=1))
    assert office.hours == [0, 1]
    await office.store.close()


async def test_one_that_a_wrong_clock_dated_ahead_does_not(office: Office) -> None:
    office.shelf.make(NIGHT + 24 * HOUR)
    await office.backups.look()
    assert office.hours == [0, 24]
    await office.store.close()


async def test_at_zero_none_is_made_and_the_age_is_known_all_the_same(tmp_path: Path) -> None:
    office = await an_office(tmp_path, every=timedelta())
    await office.backups.look()
    assert office.hours == []
    assert office.backups.age == math.inf
    office.shelf.make(NIGHT)
    await office.later(timedelta(minutes=10))
    assert office.backups.age == 600
    await office.store.close()


async def test_a_failure_is_told_once_and_so_is_its_end(office: Office) -> None:
    await office.backups.look()
    kept = office.shelf.folder.rename(office.shelf.folder.with_name("moved"))
    office.shelf.folder.touch()  # a file where the folder was
    for _ in range(3):
        await office.later(HOUR)
    [told] = await office.told()
    assert told.startswith(":warning: *No backup of the bot's memory could be made.* The backup folder ")
    assert told.count("<!date^") == 1
    office.shelf.folder.unlink()
    kept.rename(office.shelf.folder)
    for _ in range(2):
        await office.later(HOUR)
    assert (await office.told())[1:] == [":white_check_mark: Backups of the bot's memory are made again."]
    assert office.hours == [0, 4, 5]
    await office.store.close()


async def test_a_running_bot_makes_them_by_itself_and_shows_their_age(tmp_path: Path) -> None:
    env = {"BACKUP_EVERY_MINUTES": "0.001", "BACKUP_FOLDER": str(tmp_path / "elsewhere"), "BACKUP_KEEP": "2"}
    rehearsal = Rehearsal(tmp_path, commands.load(), env=env)
    await rehearsal.open()
    folder = tmp_path / "elsewhere"
    async with asyncio.timeout(PATIENCE):
        while not folder.exists() or len(list(folder.glob("showcaller-*.db"))) < 2:  # noqa: ASYNC110 - files ring no bell
            await asyncio.sleep(0.01)
    async with httpx.AsyncClient() as browser:
        page = (await browser.get(f"http://127.0.0.1:{rehearsal.bot.web.port}/metrics")).text
    [age] = [line.split()[1] for line in page.splitlines() if line.startswith("showcaller_backup_age_seconds ")]
    assert 0 <= float(age) < 20
    await rehearsal.close()
    assert not (tmp_path / "backups").exists()


async def test_what_fails_in_a_running_bot_reaches_its_channel(tmp_path: Path) -> None:
    channel = Rehearsal(tmp_path, commands.load()).slack.add_channel("ops")  # ids are given in order, so it has the same below
    rehearsal = Rehearsal(tmp_path, commands.load(), env={"OPS_CHANNEL": channel.id})
    rehearsal.slack.add_channel("ops")
    await rehearsal.open()
    (tmp_path / "backups").touch()
    await rehearsal.bot.backups.look()
    await rehearsal.bot.backups.look()
    await rehearsal.settle()
    [said] = rehearsal.posts(channel)
    assert "No backup of the bot's memory could be made" in said
    await rehearsal.close()
