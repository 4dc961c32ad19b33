"""A webhook that cannot be opened: told to those who look after the bot, listed, shown and replayed beside the running bot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

import commands
from bot.model import JSON
from bot.sandbox.rehearsal import Rehearsal
from tests.contention import PATIENCE
from tests.process.test_restore import SUNDAY_MORNING, Drill

AIOZ = {"AIOZ_PUBLIC_KEY": "public", "AIOZ_SECRET_KEY": "secret", "AIOZ_BASE_URL": "http://127.0.0.1:9"}
SAVED = {"type": "media.encoding.finished", "data": {"id": "m1", "status": "done", "title": "Evening"}}


class Post(Drill):
    """AIOZ's credentials were taken out of the settings while a webhook of its was on the way."""

    async def die(self, *bodies: Mapping[str, JSON]) -> None:
        store = self.rehearsal.bot.store
        known = len(await store.dead_letters())
        for number, body in enumerate(bodies):
            await store.receive("aioz", f"media:{number}", body, self.now)
        async with asyncio.timeout(PATIENCE):
            while len(await store.dead_letters()) < known + len(bodies):
                await self.settle()

    def ops(self) -> list[str]:
        return [self.slack.read(message) for message in self.slack.channel("ops").messages]


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    settings: dict[str, str] = {}
    rehearsal = Rehearsal(tmp_path, commands.load(), start=SUNDAY_MORNING, letter_retries=(0.02, 0.02), env=settings)
    ops = rehearsal.slack.add_channel("ops")
    rehearsal._env["OPS_CHANNEL"] = ops.id
    await rehearsal.open()
    yield Post(rehearsal)
    await rehearsal.close()


async def test_those_who_look_after_the_bot_are_told_once_with_what_to_type(post: Post) -> None:
    await post.die(SAVED, SAVED, SAVED)
    await post.settle()
    (line,) = post.ops()
    assert "A webhook of aioz about media:0 could not be opened (KeyError; the log has the details)." in line
    assert "`python -m bot letters replay 1`" in line


async def test_what_could_not_be_opened_is_listed_and_shown_beside_the_running_bot(post: Post) -> None:
    assert await post.shell("letters") == (0, "Every webhook could be opened.\n")
    await post.die(SAVED, {"type": "media.odd", "data": {}})
    code, said = await post.shell("letters", "list")
    assert code == 0
    assert [line.split("  ")[2:] for line in said.splitlines()[:2]] == [["aioz media:0", "KeyError"], ["aioz media:1", "KeyError"]]
    assert said.endswith("2 webhooks could not be opened.\n")
    code, said = await post.shell("letters", "show", "2")
    assert (code, '"type": "media.odd"' in said) == (0, True)
    code, said = await post.shell("letters", "replay", "7")
    assert (code, said) == (2, "There is no such letter: 7. The list: python -m bot letters\n")


async def test_once_the_cause_is_mended_a_replay_opens_it(post: Post) -> None:
    await post.die(SAVED, SAVED)
    await post.rehearsal.stop_bot()
    post.rehearsal._env |= AIOZ
    await post.rehearsal.start_bot()
    assert await post.shell("letters", "replay", "2") == (
        0,
        "1 to be opened again: within a second where the bot runs, else at its next start.\n",
    )
    bot = post.rehearsal.bot
    async with asyncio.timeout(PATIENCE):
        while bot.inbox.counts["opened"] < 1:
            await post.settle()
    assert [letter.id for letter in await bot.store.dead_letters()] == [1]
    await post.shell("letters", "replay", "all")
    async with asyncio.timeout(PATIENCE):
        while bot.inbox.counts["opened"] < 2:
            await post.settle()
    assert await post.shell("letters") == (0, "Every webhook could be opened.\n")


async def test_without_a_replay_it_stays_unopened_whatever_was_mended(post: Post) -> None:
    """The control: opening again is the replay's doing."""
    await post.die(SAVED)
    await post.rehearsal.stop_bot()
    post.rehearsal._env |= AIOZ
    await post.rehearsal.start_bot()
    await post.settle()
    assert post.rehearsal.bot.inbox.counts["opened"] == 0
    assert len(await post.rehearsal.bot.store.dead_letters()) == 1


async def test_a_database_that_is_not_there_is_a_sentence(post: Post) -> None:
    post.rehearsal._env["DATABASE_URL"] = "sqlite:///nowhere/showcaller.db"
    code, said = await post.shell("letters")
    assert code == 2
    assert said.startswith("There is no database ")
