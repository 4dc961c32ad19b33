"""Slack is down for ten minutes, in every way: what matters arrives once and in order, alarms first, cards only as they are."""

from __future__ import annotations

import re

import pytest

from bot.outbox import Pace
from tests.outbox.newsroom import TEN_O_CLOCK, Newsroom
from tests.outbox.outage import ALARMS, EVERY, KINDS, MINUTES, NEWS, TIMEOUT, under, under_without_an_outbox


@pytest.mark.parametrize("kind", KINDS)
async def test_ten_minutes_of_trouble(newsroom: Newsroom, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    await newsroom.die()
    newsroom.pace = Pace(http_timeout=TIMEOUT)
    await newsroom.open()
    evening = await under(newsroom, KINDS[kind])
    with capsys.disabled():
        print(f"\nSlack, {kind}: {evening}")  # noqa: T201
    assert (evening.lost, evening.doubled, evening.disordered) == (0, 0, 0)
    assert newsroom.read()[0] == f"After {len(NEWS) - 1}"
    assert evening.edits <= 3
    assert evening.read.index(ALARMS[1]) < evening.read.index(NEWS[2])


async def test_while_it_is_asked_to_stay_away_the_bot_hardly_knocks(newsroom: Newsroom) -> None:
    evening = await under(newsroom, KINDS["429 storm"])
    assert 0 < evening.asked <= 3 * evening.lasted / EVERY


async def test_what_waited_longer_than_a_minute_says_how_late_it_is(newsroom: Newsroom) -> None:
    began = newsroom.clock.time()
    await under(newsroom, KINDS["500s"])
    labels = {message.text: newsroom.slack.read(message) for message in newsroom.slack.channel("studio").messages}
    late = re.search(r"\((\d+) min late\)", labels[NEWS[0]])
    assert late
    assert MINUTES <= int(late[1]) <= (newsroom.clock.time() - began) / 60
    assert "late" not in labels[f"After {len(NEWS) - 1}"]


async def test_what_a_bot_that_was_down_had_still_to_say_is_labelled_by_the_clock_of_the_show(newsroom: Newsroom) -> None:
    await newsroom.say("doors open")
    await newsroom.die()
    await newsroom.open()
    newsroom.outbox._now = lambda: TEN_O_CLOCK.replace(minute=7)
    await newsroom.start()
    await newsroom.outbox.settled()
    (message,) = newsroom.slack.channel("studio").messages
    assert "(7 min late)" in newsroom.slack.read(message)


async def test_what_is_in_time_has_no_label(newsroom: Newsroom) -> None:
    await newsroom.start()
    await newsroom.say("doors open")
    await newsroom.outbox.settled()
    (message,) = newsroom.slack.channel("studio").messages
    assert "late" not in newsroom.slack.read(message)


@pytest.mark.parametrize("kind", ["500s", "dropped after Slack accepted"])
async def test_without_an_outbox_the_same_evening_is_lost_or_doubled(
    newsroom: Newsroom, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The control."""
    evening = await under_without_an_outbox(newsroom, KINDS[kind])
    with capsys.disabled():
        print(f"\ncontrol without an outbox, Slack, {kind}: {evening} (must lose or double)")  # noqa: T201
    assert evening.lost + evening.doubled > 0
