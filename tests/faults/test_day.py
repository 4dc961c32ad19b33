"""Show time and real time never mix: a day of shows goes by in less than a minute, and Slack is spoken to at its own pace."""

from __future__ import annotations

import pytest

from tests.faults.day import a_day, wrong

SHOWS = 3
"""`make torture` plays twelve."""


async def test_a_day_of_shows_in_a_minute_is_told_at_the_pace_of_slack(capsys: pytest.CaptureFixture[str]) -> None:
    day = await a_day(SHOWS)
    with capsys.disabled():
        print(f"\n{day}")  # noqa: T201
    assert not wrong(day)
    assert day.seconds < day.told_after < 60


async def test_at_the_pace_of_the_shows_slack_would_refuse(capsys: pytest.CaptureFixture[str]) -> None:
    """The control: the played Slack does keep its limits."""
    day = await a_day(SHOWS, careful=False)
    with capsys.disabled():
        print(f"\ncontrol, Slack spoken to at the pace of the shows: {day} (must be refused)")  # noqa: T201
    assert day.refused > SHOWS
