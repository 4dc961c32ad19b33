"""How closely a show has its stream watched, from planned to done."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.model import Show, ShowState, StreamKey
from bot.watcher import Watch, unhurried, watch_for
from tests.operations.rundown import CHURCH, END, FIGURES, after, off_air, on_air, service


def rhythm(show: Show, now: datetime) -> float | None:
    """Seconds between two looks; None where nobody looks."""
    watch = watch_for(show, now, FIGURES)
    return watch.every.total_seconds() if watch else None


def test_a_planned_show_is_not_looked_at_before_it_opens() -> None:
    assert rhythm(service(), after(-31)) is None
    assert rhythm(service(), after(-30)) == 20
    assert rhythm(service(stream=""), after(-30)) is None


def test_an_open_show_is_watched_and_from_five_minutes_to_go_closely() -> None:
    opened = service(state=ShowState.OPEN)
    assert rhythm(opened, after(-120)) == 20
    assert rhythm(opened, after(-5, seconds=-1)) == 20
    assert rhythm(opened, after(-5)) == 5


@pytest.mark.parametrize("state", [ShowState.LIVE, ShowState.PAUSED])
def test_on_air_the_page_the_viewers_and_the_recordings_are_watched_too(state: ShowState) -> None:
    watch = watch_for(on_air(state=state), after(30), FIGURES)
    assert watch is not None
    assert (watch.key, watch.page, watch.on_air) == (CHURCH, "7", True)
    assert (watch.every, watch.videos_every) == (timedelta(seconds=5), timedelta(seconds=30))


def test_a_show_without_a_page_has_none_read() -> None:
    watch = watch_for(on_air(wants_page=False), after(30), FIGURES)
    assert watch is not None
    assert watch.page == ""


def test_off_air_is_watched_closely_until_it_is_confirmed_and_then_for_its_recordings() -> None:
    assert rhythm(off_air(), END + timedelta(minutes=2)) == 5
    off = off_air(stopped_at=END)
    assert rhythm(off, END + timedelta(minutes=9)) == 30
    assert rhythm(off, END + timedelta(minutes=11)) == 120
    assert rhythm(off, END + timedelta(hours=24, seconds=1)) is None


def near(count: int, provider: str = "gcore") -> list[Watch]:
    return [Watch(StreamKey(provider, str(number)), "", FIGURES.look_near) for number in range(count)]


def test_a_crowd_of_streams_at_one_provider_is_looked_at_half_as_often() -> None:
    useful = {"gcore": timedelta(0), "aioz": timedelta(0)}
    both = unhurried([*near(13), *near(12, "aioz")], useful, FIGURES)
    assert {watch.every.total_seconds() for watch in both if watch.key.provider == "gcore"} == {10}
    assert {watch.every.total_seconds() for watch in both if watch.key.provider == "aioz"} == {5}


def test_nothing_is_looked_at_more_often_than_it_can_have_changed() -> None:
    slow = unhurried([*near(1), Watch(CHURCH, "", FIGURES.look_idle)], {"gcore": timedelta(seconds=10)}, FIGURES)
    assert [watch.every for watch in slow] == [timedelta(seconds=10), FIGURES.look_idle]
