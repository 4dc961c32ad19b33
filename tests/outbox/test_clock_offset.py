"""This machine's clock is off Slack's, or is set while a post is on its way: each post is in Slack once all the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.outbox import Pace
from bot.outbox.sighting import LONGEST_SEARCH, SKEW, UNKNOWN_SKEW, not_before
from bot.sandbox.faults import Cut, Fault
from bot.sandbox.slack import SlackEmulator
from tests.outbox.hurry import Hurry
from tests.outbox.newsroom import Newsroom, manifest

POSTS = "/api/chat.postMessage"
OFFSETS = [0.0, 90.0, -90.0, 600.0, -600.0, 3600.0, -3600.0]
"""Seconds by which this machine's clock is ahead of Slack's."""


@asynccontextmanager
async def newsroom_with(folder: Path, ahead: float, *, introduced: bool) -> AsyncIterator[Newsroom]:
    """A bot whose machine is `ahead` of Slack; `introduced`: Slack has answered it once before it has anything to say."""
    async with SlackEmulator(manifest(), clock=Hurry(ahead=-ahead)) as slack:
        newsroom = Newsroom(folder / "showcaller.db", slack, Hurry(), Pace())
        slack.add_user("ana")
        await newsroom.open()
        if introduced:
            await newsroom.introduce()
        yield newsroom
        await newsroom.die()


@pytest.mark.parametrize("introduced", [True, False])
@pytest.mark.parametrize("ahead", OFFSETS)
@pytest.mark.parametrize("cut", ["before", "after"])
async def test_an_answer_that_is_lost_doubles_and_loses_nothing(tmp_path: Path, ahead: float, cut: Cut, introduced: bool) -> None:
    async with newsroom_with(tmp_path, ahead, introduced=introduced) as newsroom:
        newsroom.slack.faults.add(Fault(POSTS, cut=cut))
        await newsroom.start()
        await newsroom.say("ON AIR", "recording started")
        await newsroom.outbox.settled()
        assert newsroom.read() == ["ON AIR", "recording started"]
        newsroom.slack.faults.add(Fault(POSTS, cut=cut))
        await newsroom.say("in the thread", thread="ON AIR")
        await newsroom.outbox.settled()
        assert sum(len(newsroom.slack.channel("studio").thread(m.ts)) for m in newsroom.slack.channel("studio").messages) == 1
        assert newsroom.outbox.metrics.repeats == 0


@pytest.mark.parametrize("stepped", OFFSETS[1:])
@pytest.mark.parametrize("ahead", [0.0, 90.0, -3600.0])
async def test_a_clock_that_is_set_between_two_lives_of_the_bot_doubles_nothing(
    tmp_path: Path, ahead: float, stepped: float
) -> None:
    async with newsroom_with(tmp_path, ahead, introduced=True) as newsroom:
        answered = asyncio.Event()
        newsroom.slack.faults.add(Fault(POSTS, answer_held_until=answered, cut="after"))
        await newsroom.start()
        await newsroom.say("ON AIR")
        await newsroom.until_said("ON AIR")
        await newsroom.die()
        answered.set()
        newsroom.clock.advance(stepped)
        await newsroom.come_back()
        await newsroom.outbox.settled()
        assert newsroom.read() == ["ON AIR"]


async def test_by_our_own_clock_the_post_would_not_be_found(tmp_path: Path) -> None:
    """The control: what the search asked for before, the moment of the try by a clock that is ahead, leaves out the post itself."""
    async with newsroom_with(tmp_path, 90.0, introduced=True) as newsroom:
        newsroom.slack.faults.add(Fault(POSTS, cut="after"))
        await newsroom.start()
        await newsroom.say("ON AIR")
        await newsroom.outbox.settled()
        (message,) = newsroom.slack.channel("studio").messages
        (asked,) = newsroom.calls("conversations.history")
        parcel = await newsroom.store.parcel("ON AIR")
        assert parcel is not None
        assert parcel.first_tried - SKEW > float(message.ts) >= float(asked["oldest"])
        assert parcel.slack_tried == pytest.approx(parcel.first_tried - 90.0, abs=10.0)


def test_a_try_of_unknown_time_is_searched_for_within_bounds() -> None:
    now = 1_800_000_000.0
    assert not_before(now - 5, now - 5 + 3600, now) == now - 5 - SKEW
    for first_tried in (now - 5, now + 3600, now + 10 * 365 * 86_400):
        assert now - 2 * UNKNOWN_SKEW < not_before(0.0, first_tried, now) <= now - UNKNOWN_SKEW
    assert not_before(0.0, 12.0, now) == now - LONGEST_SEARCH
