"""A picture is held against the one before the show: what lasts is told, what is not known is no flaw."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.model import Flaw, Picture, Quality
from bot.show.defaults import Defaults
from bot.show.picture import held_against, measured

TEN = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
FIGURES = Defaults()
USUAL = Picture(TEN - timedelta(minutes=5), fps=50, kbps=6000)
AS_USUAL = Quality(1080, 50, 6000, 1.0)


def later(seconds: float) -> datetime:
    return TEN + timedelta(seconds=seconds)


def lasting(quality: Quality) -> tuple[str, ...]:
    """What is told of a picture that stays like this for the time that it takes."""
    begun = held_against(USUAL, quality, TEN, FIGURES)
    assert begun.worse == (), "nothing is told of a single look"
    return held_against(begun.picture, quality, later(30), FIGURES).worse


@pytest.mark.parametrize(
    ("quality", "told"),
    [
        (AS_USUAL, ()),
        (Quality(1080, 50, 3000, 1.0), ()),
        (Quality(1080, 50, 2999, 1.0), ("bitrate",)),
        (Quality(1080, 41, 6000, 1.0), ()),
        (Quality(1080, 40, 6000, 1.0), ("fps",)),
        (Quality(1080, 50, 6000, 0.95), ()),
        (Quality(1080, 50, 6000, 0.94), ("speed",)),
        (Quality(1080, 50, 6000, 0.8), ("speed",)),
        (Quality(1080, 50, 6000, 0.79), ("slow", "speed")),
        (Quality(720, 25, 900, 0.5), ("slow", "speed", "fps", "bitrate")),
        (Quality(), ()),
        (Quality(1080, None, None, 1.2), ()),
    ],
)
def test_what_is_told(quality: Quality, told: tuple[str, ...]) -> None:
    assert lasting(quality) == told


def test_it_has_to_last_without_a_good_look_in_between() -> None:
    poor = Quality(1080, 50, 1000, 1.0)
    picture = held_against(USUAL, poor, TEN, FIGURES).picture
    picture = held_against(picture, AS_USUAL, later(20), FIGURES).picture
    assert picture == USUAL
    assert held_against(held_against(picture, poor, later(25), FIGURES).picture, poor, later(50), FIGURES).worse == ()


def test_a_figure_that_is_left_out_neither_makes_a_flaw_nor_mends_one() -> None:
    unknown = Quality(1080, 50, None, 1.0)
    told = Picture(USUAL.at, 50, 6000, {"bitrate": Flaw(TEN, told=True)}, {"bitrate": TEN})
    for seconds in (30, 60, 300):
        verdict = held_against(told, unknown, later(seconds), FIGURES)
        assert (verdict.worse, verdict.well, verdict.picture) == ((), (), told)


def test_the_first_picture_that_says_something_is_the_measure() -> None:
    assert measured(None, Quality(1080), TEN) is None
    without_bitrate = measured(None, Quality(1080, 50), TEN)
    assert without_bitrate == Picture(TEN, 50)
    completed = measured(without_bitrate, Quality(1080, 25, 6000), later(5))
    assert completed == Picture(TEN, 50, 6000)
    assert measured(completed, Quality(1080, 25, 100), later(10)) == completed
