"""After a 429 a vendor is left alone for longer each time; together refused counts once, and an answer ends the row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from bot.providers.budget import LONGEST_PAUSE, Budget
from bot.providers.http import seconds_from
from bot.providers.throttle import REFUSED, Throttle
from tests.providers.test_budget import Hand


def refusals(hand: Hand, throttle: Throttle, *wanted: float | None) -> list[float]:
    waits = []
    for each in wanted:
        waits.append(throttle.refused(hand.now, each))
        hand.now += waits[-1]
    return waits


def test_without_a_retry_after_the_pause_grows_to_a_limit() -> None:
    hand = Hand()
    throttle = Throttle(Budget(1.0, ticker=hand))
    assert refusals(hand, throttle, *[None] * 6) == [1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
    throttle.answered()
    assert refusals(hand, throttle, None) == [1.0]


def test_a_retry_after_is_kept_within_bounds_and_a_short_one_does_not_keep_us_hammering() -> None:
    hand = Hand()
    throttle = Throttle(Budget(1.0, ticker=hand))
    assert refusals(hand, throttle, 0.5, 0.5, 0.5, 1e9) == [0.5, 2.0, 4.0, LONGEST_PAUSE]


def test_those_that_were_under_way_together_are_one_refusal() -> None:
    hand = Hand()
    throttle = Throttle(Budget(1.0, ticker=hand))
    sent, hand.now = hand.now, hand.now + 0.3
    assert [throttle.refused(sent, None) for _ in range(10)] == [1.0] * 10
    assert REFUSED.jitter == 0.0


@pytest.mark.parametrize(
    "header", ["", "0", "-3", "nan", "inf", "soon", "1e5", "٣", "1_0", "Mon, 99", "Sun, 06 Nov 1994 08:49:37 GMT"]
)
def test_what_makes_no_sense_asks_for_nothing(header: str) -> None:
    assert seconds_from(header) is None


@pytest.mark.parametrize("ahead", [0, 3600, -3600])
def test_a_moment_is_held_against_the_vendors_own_clock(ahead: int) -> None:
    theirs = datetime.now(UTC) + timedelta(seconds=ahead)
    until = format_datetime(theirs + timedelta(seconds=30), usegmt=True)
    assert seconds_from(until, format_datetime(theirs, usegmt=True)) == pytest.approx(30, abs=1)


def test_a_number_of_any_length_is_one() -> None:
    assert seconds_from("9" * 5000) == 999_999_999_999.0
