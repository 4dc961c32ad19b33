"""`/live providers`: the rows of the README's table, within what Slack takes, and one provider in full."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import commands
from bot.papers import capability_table
from bot.providers.catalogue import catalogue
from bot.sandbox.played import play, played
from bot.sandbox.rehearsal import Rehearsal
from bot.slack.blockkit import problems
from bot.slack.help import in_full, overview
from tests.commands.control_room import last_answer
from tests.conftest import SUNDAY_NINE
from tests.studio import Studio

ABLE = {name: provider.capabilities for name, provider in catalogue().items()}
TABLE = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in capability_table(list(ABLE.values())).splitlines()]


@pytest.fixture
async def four(tmp_path: Path) -> AsyncIterator[Studio]:
    """A bot with an account at each provider."""
    rehearsal = Rehearsal(
        tmp_path, commands.load(), start=SUNDAY_NINE, clouds=lambda clock: [play(name, clock) for name in played()]
    )
    await rehearsal.open()
    await rehearsal.settle()
    yield Studio(rehearsal)
    await rehearsal.close()


def cells(title: str) -> list[tuple[str, str]]:
    """The README's rows of one provider: what, and how without its yes or no."""
    column = TABLE[0].index(title)
    return [(row[0], row[column].removeprefix("yes").removeprefix("no").removeprefix(": ")) for row in TABLE[2:]]


@pytest.mark.parametrize("name", ABLE)
async def test_every_row_of_the_readmes_table_stands_in_slack(four: Studio, name: str) -> None:
    await four.type("/live providers")
    block = next(block for block in last_answer(four).blocks[1:] if block["text"]["text"].startswith(f"*{ABLE[name].title}*"))
    lines = block["text"]["text"].splitlines()

    for what, how in cells(ABLE[name].title):
        if how or not what.startswith("fields of"):
            assert [line for line in lines if line.endswith(f" {what}: {how}" if how else f" {what}")], what


async def test_slack_takes_all_of_them_in_one_message(four: Studio) -> None:
    said = await four.type("/live providers")
    assert [f"*{able.title}*" in said for able in ABLE.values()] == [True] * len(ABLE)
    assert "`/live providers videograph`" in said


def test_one_provider_more_than_a_message_takes_is_cut_and_says_so() -> None:
    crowd = {f"vendor{number}": ABLE["gcore"] for number in range(20)}
    shown = overview(crowd, "/live")
    assert problems(shown.blocks, "message") == []
    assert "Slack takes no more in one message" in str(shown.blocks[0])
    assert "`/live providers vendor19`" in str(shown.blocks[0])


@pytest.mark.parametrize("name", ABLE)
def test_one_in_full_is_a_message_that_slack_takes(name: str) -> None:
    assert problems(in_full(ABLE[name]).blocks, "message") == []


@pytest.mark.parametrize("typed", ["providers videograph", "providers Videograph", "help providers videograph", "providers video"])
async def test_a_named_one_is_shown_alone_with_what_each_field_is_for(four: Studio, typed: str) -> None:
    said = await four.type(f"/live {typed}")
    assert "who lets viewers in: the encoder" in said
    assert "a lost signal is known after: about 10 s" in said
    for field in ABLE["videograph"].stream_fields:
        assert f"`{field.name}` {field.label}" in said
    assert "(only when it is made). Without it nothing of a show is kept." in said
    assert "Gcore" not in said


async def test_one_with_pages_shows_their_fields_by_its_own_word(four: Studio) -> None:
    said = await four.type("/live providers gjirafa")
    assert "*The fields of a live video*" in said
    assert "`dvrEnabled`" in said


async def test_one_that_is_not_here_is_answered_with_those_that_are(four: Studio) -> None:
    said = await four.type("/live providers youtube")
    assert "No one provider here is called “youtube”. There is /live providers aioz" in said


@pytest.mark.parametrize("typed", ["providers", "providers gcore"])
async def test_a_bot_with_one_provider_shows_that_one(studio: Studio, typed: str) -> None:
    said = await studio.type(f"/live {typed}")
    assert "*Gcore*" in said
    assert "Videograph" not in said
