"""Text as phones send it becomes text as a keyboard would have typed it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import Choice, ProviderError, Question
from bot.show.phone import as_typed, normalise, unquote, words
from bot.show.times import TwiceTime

PHONE_TEXT = st.text(
    alphabet=st.sampled_from("“”‘’\"'–—-\u00a0\u2009\u200b\u200c\u200d\ufeff \t0129.:１９：apmdé👩 for"), max_size=30
)


@pytest.mark.parametrize(
    ("from_the_phone", "as_meant"),
    [
        ("“News at 9” 21:00", '"News at 9" 21:00'),
        ("Crew’s Night", "Crew's Night"),
        ("10:00–11:15", "10:00-11:15"),
        ("10:00 — 11:15", "10:00 - 11:15"),
        ("Sunday\u00a0Service\u2009 10:00\n", "Sunday Service 10:00"),
        ("s12\u200b\ufeff", "s12"),
        ("\u200dgo\u200d", "go"),
        ("👩\u200d👩\u200d👧 hour", "👩\u200d👩\u200d👧 hour"),
        ("１９：３０", "19:30"),
        ("19.30", "19:30"),
        ("19.31.05–19.31.40 Goal", "19:31:05-19:31:40 Goal"),
        ("19.31.05 – 19.31.40", "19:31:05 - 19:31:40"),
        ("clip 19.31.05 to 19.31.40", "clip 19:31:05 to 19:31:40"),
        ("Service 19.30-21.00", "Service 19:30-21:00"),
        ("Service 7.30pm for 90m", "Service 7:30pm for 90m"),
        ("s12 sun 19.30 please", "s12 sun 19:30 please"),
        ("finish at 19.30 sharp", "finish at 19:30 sharp"),
        ("Sunday SERVICE", "Sunday SERVICE"),
    ],
)
def test_a_phone_s_habits_are_undone(from_the_phone: str, as_meant: str) -> None:
    assert normalise(from_the_phone) == as_meant


@pytest.mark.parametrize(
    "text",
    [
        '"Version 2.10" 10:00',
        "22.11 10:00",
        "22.11. 10:00",
        "bitrate 5.10 Mbps",
        "v2.10",
        "10.0.15.20",
        "10.0.15.20-10.0.15.30",
        "22.11.26 10:00",
        '"19.31.05-19.31.40"',
        "$19.30",
        "25.30",
        "Luke 2.10 stream",
    ],
)
def test_a_dotted_number_that_is_no_time_keeps_its_dot(text: str) -> None:
    assert normalise(text) == text


@settings(deadline=None)
@given(st.one_of(st.text(), PHONE_TEXT))
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = normalise(text)

    assert normalise(once) == once
    assert once == once.strip()
    assert "  " not in once


def test_quotes_around_a_title_come_off_and_quotes_inside_stay() -> None:
    assert unquote('"News at 9"') == "News at 9"
    assert unquote("'News at 9'") == "News at 9"
    assert unquote('The "Best" show') == 'The "Best" show'
    assert unquote('"Best" and "Worst"') == '"Best" and "Worst"'
    assert unquote('"') == '"'


def test_a_quoted_phrase_is_one_word() -> None:
    assert words('"News at 9" on main') == ['"News at 9"', "on", "main"]
    assert words('5" gun "x') == ['5"', "gun", '"x']


def test_what_was_typed_is_repeated_on_one_short_line() -> None:
    assert as_typed("go\nnow") == "“go now”"
    assert len(as_typed("x" * 500)) == 62


def test_a_question_about_a_part_becomes_one_about_the_whole_line_and_stays_of_its_kind() -> None:
    asked = TwiceTime("Which one?", [Choice("02:30 CET", "02:30 second")])

    whole = asked.within("Service ", " on main")

    assert isinstance(whole, TwiceTime)
    assert str(whole) == "Which one?"
    assert whole.choices == (Choice("02:30 CET", "Service 02:30 second on main"),)
    assert Question("Which?").choices == ()


def test_a_provider_s_error_says_one_sentence_and_keeps_the_rest_for_the_log() -> None:
    error = ProviderError("Gcore is busy.", retry_after=3, status=429, detail="GET /streams")

    assert str(error) == error.sentence == "Gcore is busy."
    assert (error.permanent, error.ambiguous, error.retry_after, error.status, error.detail) == (
        False,
        False,
        3,
        429,
        "GET /streams",
    )
