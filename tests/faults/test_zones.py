"""Around every change of clocks in three years each show starts once, when the wall shows what was confirmed."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from tests.faults.zones import by_the_offset_of_today, one_of_each, planned_and_claimed


async def test_shows_across_every_change_of_clocks_start_once_at_the_wall_time_that_was_confirmed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One zone of those whose clocks go alike; `make torture` takes every zone."""
    zones = one_of_each()
    book = await planned_and_claimed(zones)
    with capsys.disabled():
        print(f"\n{book}")  # noqa: T201
    assert not book.wrong
    assert len(zones) > 20
    assert book.shows > 6 * 5 * len(zones)


async def test_reckoned_with_the_offset_of_the_day_of_planning_shows_would_be_an_hour_off() -> None:
    """The control: the same book sees it."""
    book = await planned_and_claimed([ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe")], by_the_offset_of_today)
    assert book.kinds["off the wall"] > 10
