"""What is known of when there was no picture, from the moments at which a signal was seen to come and to go."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.show.pictures import Dark, darkness, first_picture, last_picture


def at(minute: int, second: int = 0) -> datetime:
    return datetime(2026, 11, 22, 10, minute, second, tzinfo=UTC)


def test_a_show_without_a_gap_is_dark_before_its_first_picture_only() -> None:
    dark = darkness([(at(1), True)])
    assert dark == (Dark(None, at(1)),)
    assert (first_picture(dark), last_picture(dark)) == (at(1), None)


def test_a_gap_ends_where_the_picture_came_back_and_the_last_one_is_open() -> None:
    dark = darkness([(at(1), True), (at(5), False), (at(6), True), (at(20), False)])
    assert dark == (Dark(None, at(1)), Dark(at(5), at(6)), Dark(at(20), None))
    assert (first_picture(dark), last_picture(dark)) == (at(1), at(20))


def test_where_a_signal_went_first_nothing_is_known_of_what_was_before() -> None:
    dark = darkness([(at(5), False), (at(6), True)])
    assert dark == (Dark(at(5), at(6)),)
    assert first_picture(dark) is None


def test_a_turn_that_is_told_twice_counts_once() -> None:
    once = [(at(1), True), (at(5), False), (at(6), True)]
    assert darkness([*once, (at(1, 1), True), (at(5, 2), False), (at(6, 3), True)]) == darkness(once)


def test_a_range_that_has_any_picture_is_not_dark() -> None:
    gap = Dark(at(5), at(6))
    assert gap.holds(at(5), at(6))
    assert not gap.holds(at(4, 59), at(5, 30))
    assert not gap.holds(at(5, 30), at(6, 1))


@given(st.lists(st.tuples(st.integers(0, 59).map(at), st.booleans())))
def test_stretches_follow_each_other_and_only_the_first_and_the_last_are_open(turns: list[tuple[datetime, bool]]) -> None:
    dark = darkness(turns)
    assert all(stretch.since is not None for stretch in dark[1:])
    assert all(stretch.until is not None for stretch in dark[:-1])
    ends = [when for stretch in dark for when in (stretch.since, stretch.until) if when is not None]
    assert ends == sorted(ends)
