"""The restore drill: a backup by the command line beside a running bot, the database lost, put back, and the show goes on."""

from __future__ import annotations

import os
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import commands
from bot.sandbox.rehearsal import Rehearsal
from bot.sandbox.slack import Message
from tests.show_stories.gallery import Gallery

ROOT = Path(__file__).parents[2]
SUNDAY_MORNING = datetime(2026, 11, 22, 7, 50, tzinfo=UTC)
"""08:50 in Berlin."""


class Drill(Gallery):
    """A gallery whose bot has its memory in a folder of its own, and a shell beside it."""

    @property
    def database(self) -> Path:
        return self.rehearsal.folder / "showcaller.db"

    @property
    def backups(self) -> list[Path]:
        return sorted((self.rehearsal.folder / "backups").iterdir())

    async def shell(self, *words: str) -> tuple[int | None, str]:
        """`python -m bot …` with the settings of the bot; its exit code and what it printed."""
        env = {**os.environ, **self.rehearsal.environment(), "PYTHONPATH": str(ROOT)}
        ran = await create_subprocess_exec(
            sys.executable, "-m", "bot", *words, stdout=PIPE, stderr=PIPE, cwd=self.rehearsal.folder, env=env
        )
        out, err = await ran.communicate()
        return ran.returncode, (out + err).decode()

    async def lose_the_database(self) -> None:
        """The bot stops, and what was its database is noise."""
        await self.rehearsal.stop_bot()
        self.database.write_bytes(os.urandom(self.database.stat().st_size))

    async def start_again(self) -> None:
        await self.rehearsal.start_bot()
        await self.settle()

    def cards_of(self, title: str) -> list[Message]:
        return [message for message in self.messages if self.is_card(message) and title in self.top(message)]


@pytest.fixture
async def drill(tmp_path: Path) -> AsyncIterator[Drill]:
    """Sunday, 08:50 in Berlin: Ana and Ben in #studio, the bot runs; the clock stands still."""
    rehearsal = Rehearsal(tmp_path, commands.load(), start=SUNDAY_MORNING)
    await rehearsal.open()
    playing = Drill(rehearsal)
    await rehearsal.settle()
    yield playing
    await rehearsal.close()
    assert not playing.against_the_vendor


async def test_the_show_goes_on_from_a_backup(drill: Drill) -> None:
    await drill.planned()
    code, told = await drill.shell("backup")
    assert code == 0
    assert str(drill.backups[0]) in told

    await drill.type("/live hold s1")  # after the backup, so it will not be remembered
    assert "HELD" in drill.state
    await drill.lose_the_database()
    code, told = await drill.shell("restore", "latest")
    assert code == 0
    assert str(drill.backups[0]) in told
    assert ".before-restore-" in told
    await drill.start_again()

    assert (await drill.show()).title == "Sunday Service"
    assert {operation.verb for operation in await drill.operations(unfinished=True)} >= {"open", "go", "finish"}
    [card] = drill.cards_of("Sunday Service")
    assert "PLANNED" in drill.top(card), "the card in Slack shows again what is remembered"

    await drill.at("9:30:10", step=300)
    await drill.at("9:58:30", step=120)
    drill.connect()
    await drill.at("10:00:10", step=2)
    assert drill.times("broadcast live") == ["10:00:00"]
    assert (drill.count("stream created"), drill.count("broadcast created"), drill.count("enabled")) == (1, 1, 1)
    assert drill.cards_of("Sunday Service") == [drill.card]
    assert "ON AIR since 10:00:00" in drill.state
    await drill.at("10:20:20", step=10)
    assert drill.times("broadcast finished") == ["10:20:00"]


async def test_a_show_on_air_stays_on_air_and_is_announced_once(drill: Drill) -> None:
    await drill.ready()
    assert (await drill.shell("backup"))[0] == 0
    await drill.at("10:00:10", step=2)
    assert drill.posted("*ON AIR — Sunday Service* (s1)") == 1
    await drill.lose_the_database()
    assert (await drill.shell("restore", "latest"))[0] == 0
    await drill.start_again()
    await drill.at("10:00:30")

    assert drill.count("broadcast live") == 1, "it was looked at before it was asked for again"
    assert "ON AIR since" in drill.state
    await drill.at("10:20:20", step=10)
    assert drill.times("broadcast finished") == ["10:20:00"]


async def test_a_press_on_a_card_that_nobody_remembers_never_meets_another_show(drill: Drill) -> None:
    assert (await drill.shell("backup"))[0] == 0
    await drill.planned("Lost Hour 12:00-13:00")
    [lost] = drill.cards_of("Lost Hour")
    await drill.lose_the_database()
    assert (await drill.shell("restore", "latest"))[0] == 0
    await drill.start_again()
    show = await drill.plan("Sunday Service 10:00-10:20")
    assert show.id != "s1"
    await drill.press("open", message=lost)
    assert (await drill.show(show.id)).state is show.state
    assert drill.count("enabled") == 0


async def test_a_mark_and_a_clip_that_nobody_remembers_share_no_number_with_later_ones(drill: Drill) -> None:
    await drill.on_air()
    await drill.passes(30, step=10)
    await drill.type("/live mark Opening")
    assert (await drill.shell("backup"))[0] == 0
    await drill.type("/live mark Forgotten")
    await drill.type("/live clip last 15s Forgotten")
    assert drill.said("m2") == 1
    assert "c1" in drill.told

    await drill.lose_the_database()
    assert (await drill.shell("restore", "latest"))[0] == 0
    await drill.start_again()
    await drill.passes(10)
    await drill.type("/live mark Sermon")
    await drill.type("/live clip last 20s Sermon")
    store = drill.rehearsal.bot.store
    assert [marker.name for marker in await store.markers("s1")] == ["m1", "m102"]
    assert [clip.name for clip in await store.clips("s1")] == ["c102"]


async def test_a_damaged_database_is_refused_with_the_way_out(drill: Drill) -> None:
    await drill.planned()
    await drill.lose_the_database()
    noise = drill.database.read_bytes()
    code, told = await drill.shell("run")
    assert code == 2
    assert "damaged" in told
    assert "python -m bot restore latest" in told
    assert drill.database.read_bytes() == noise


async def test_the_shell_hears_in_a_sentence_what_cannot_be_done(drill: Drill) -> None:
    code, told = await drill.shell("restore", "latest")
    assert code == 2
    assert told.startswith("Another Showcaller")
    await drill.rehearsal.stop_bot()
    code, told = await drill.shell("restore", "latest")
    assert code == 2
    assert told.startswith("There is no backup")
    assert told.count("\n") == 1
    drill.database.unlink()
    code, told = await drill.shell("backup")
    assert code == 2
    assert told.startswith("There is no database")
    assert told.count("\n") == 1
