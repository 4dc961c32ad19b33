"""Times as crews type them, in every odd zone and on the nights when clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.errors import Question, UserError
from bot.show.times import (
    NoSuchTime,
    TwiceTime,
    clock_words,
    duration_words,
    parse_duration,
    parse_moment,
    parse_span,
    parse_zone,
    span_words,
    wall,
    wall_instant,
)

BERLIN = ZoneInfo("Europe/Berlin")
SATURDAY_AFTERNOON = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)


def moment(text: str, now: datetime = SATURDAY_AFTERNOON, zone: ZoneInfo = BERLIN) -> str:
    return wall(parse_moment(text, now, zone), zone, relative_to=now)


def berlin_wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("90", 90),
        ("90m", 90),
        ("90 min", 90),
        ("+15", 15),
        ("1h30", 90),
        ("1h30m", 90),
        ("1 h 15 min", 75),
        ("2h", 120),
        ("1.5h", 90),
        ("1:30", 90),
        ("1:30:30", 90.5),
        ("45s", 0.75),
        ("1m30s", 1.5),
        ("2 Hours", 120),
        ("９０", 90),
        ("24h", 1440),
    ],
)
def test_a_length_is_read_as_crews_type_it(typed: str, minutes: float) -> None:
    assert parse_duration(typed) == timedelta(minutes=minutes)


@pytest.mark.parametrize("typed", ["", "+", "h", "banana", "0", "0s", "25h", "1:75", "-5", "9" * 5000, "1h30x", "1.5m"])
def test_what_is_no_length_is_repeated_in_the_answer(typed: str) -> None:
    with pytest.raises(UserError) as refused:
        parse_duration(typed)

    assert "Type" in str(refused.value)
    assert f"“{typed[:20]}" in str(refused.value)


def test_the_longest_length_can_be_chosen() -> None:
    assert parse_duration("30h", at_most=timedelta(hours=48)) == timedelta(hours=30)
    with pytest.raises(UserError, match="at most 10 min"):
        parse_duration("11m", at_most=timedelta(minutes=10))


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("19:30", "19:30"),
        ("19.30", "19:30"),
        ("1930", "19:30"),
        ("7pm", "19:00"),
        ("7:30 p.m.", "19:30"),
        ("19h30", "19:30"),
        ("at 19:30", "19:30"),
        ("16:31:30", "16:31"),
        ("in 20m", "16:50"),
        ("now", "16:30"),
        ("10:00", "Sun 22 Nov 10:00"),
        ("16:30", "Sun 22 Nov 16:30"),
        ("24:00", "Sun 22 Nov 00:00"),
        ("12am", "Sun 22 Nov 00:00"),
        ("today 19:30", "19:30"),
        ("tomorrow 10:00", "Sun 22 Nov 10:00"),
        ("sun 10:00", "Sun 22 Nov 10:00"),
        ("Sunday at 10:00", "Sun 22 Nov 10:00"),
        ("10:00 sunday", "Sun 22 Nov 10:00"),
        ("sat 10:00", "Sat 28 Nov 10:00"),
        ("sat 20:00", "20:00"),
        ("22 nov 10:00", "Sun 22 Nov 10:00"),
        ("Sun, 22nd of November 2026, 10am", "Sun 22 Nov 10:00"),
        ("nov 22 10:00", "Sun 22 Nov 10:00"),
        ("22.11. 10.00", "Sun 22 Nov 10:00"),
        ("22/11 10:00", "Sun 22 Nov 10:00"),
        ("11/22 10:00", "Sun 22 Nov 10:00"),
        ("2026-11-22 10:00", "Sun 22 Nov 10:00"),
        ("2026-11-22T10:00Z", "Sun 22 Nov 11:00"),
        ("10:00 +02:00", "Sun 22 Nov 09:00"),
        ("10:00 UTC-5", "Sat 21 Nov 16:00"),
        ("5 jan 10:00", "Tue 5 Jan 10:00"),
        ("29 feb 2028 10:00", "Tue 29 Feb 2028 10:00"),
    ],
)
def test_a_moment_is_read_as_crews_type_it(typed: str, shown: str) -> None:
    if typed == "10:00 UTC-5":
        shown = "Sun 22 Nov 16:00"  # it is 10:30 there already
    assert moment(typed) == shown


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("banana", "I cannot read “banana” as a time"),
        ("25:00", "“25:00”"),
        ("13pm", "“13pm”"),
        ("24:30", "“24:30”"),
        ("10", "“10”"),
        ("today 13:30", "Sat 21 Nov 13:30 is in the past, 3 h ago. Type a later time"),
        ("20 nov 10:00", "in the past, 1 day 6 h ago"),
        ("2026-11-21 16:30", "is in the past, this very second"),
        ("30 feb 10:00", "There is no 30 Feb"),
        ("2099-01-01 10:00", "out of reach"),
        ("0001-01-01 10:00", "out of reach"),
        ("0000-01-01 10:00", "There is no 1 Jan"),
        ("sat 22 nov 10:00", "Sun 22 Nov 2026 is no Sat"),
        ("22 nov 2026", "is a date without a time"),
        ("22 nov 10:00 first", "comes only once"),
        ("in banana", "“in banana”"),
        ("10:00 +15:00", "“10:00 +15:00”"),
    ],
)
def test_a_moment_that_cannot_be_is_answered_with_a_sentence(typed: str, answer: str) -> None:
    with pytest.raises(UserError) as refused:
        moment(typed)

    assert answer in str(refused.value)


def test_a_slashed_date_is_asked_about_with_both_readings() -> None:
    with pytest.raises(Question) as asked:
        moment("05/06 10:00")

    assert [choice.label for choice in asked.value.choices] == ["Sat 5 Jun 2027 10:00", "Thu 6 May 2027 10:00"]
    assert [moment(choice.value) for choice in asked.value.choices] == ["Sat 5 Jun 2027 10:00", "Thu 6 May 10:00"]


def test_a_slashed_date_keeps_the_offset_it_was_typed_with() -> None:
    with pytest.raises(Question) as asked:
        moment("05/06/2027 10:00 UTC")

    assert parse_moment(asked.value.choices[0].value, SATURDAY_AFTERNOON, BERLIN) == datetime(2027, 6, 5, 10, tzinfo=UTC)


def test_a_time_that_clocks_skip_is_asked_about_with_the_next_ones() -> None:
    with pytest.raises(
        NoSuchTime, match="02:30 on Sun 28 Mar 2027 does not exist in Berlin: clocks jump from 02:00 to 03:00"
    ) as asked:
        moment("28 mar 2027 02:30")

    assert [choice.value for choice in asked.value.choices] == ["2027-03-28 03:00", "2027-03-28 03:30"]


def test_a_time_that_comes_twice_is_asked_about_and_the_answers_are_an_hour_apart() -> None:
    with pytest.raises(TwiceTime, match="comes twice in Berlin") as asked:
        moment("31 oct 2027 02:30")

    assert [choice.label for choice in asked.value.choices] == ["02:30 CEST (+02:00)", "02:30 CET (+01:00)"]
    first, second = (parse_moment(choice.value, SATURDAY_AFTERNOON, BERLIN) for choice in asked.value.choices)
    assert (first, second - first) == (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), timedelta(hours=1))


def test_between_the_two_only_the_second_is_still_ahead() -> None:
    between = datetime(2027, 10, 31, 0, 45, tzinfo=UTC)

    assert parse_moment("02:30", between, BERLIN) == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    with pytest.raises(UserError, match="in the past, 15 min ago"):
        parse_moment("02:30 first", between, BERLIN)


def test_a_bare_time_after_the_gap_means_tomorrow() -> None:
    assert moment("02:30", datetime(2027, 3, 28, 4, tzinfo=UTC)) == "Mon 29 Mar 02:30"
    with pytest.raises(NoSuchTime):
        moment("02:30", datetime(2027, 3, 28, 0, 30, tzinfo=UTC))


def test_a_wall_time_from_a_form_is_one_instant_or_a_question() -> None:
    assert wall_instant(berlin_wall("2026-11-22 10:00"), BERLIN) == datetime(2026, 11, 22, 9, tzinfo=UTC)
    with pytest.raises(NoSuchTime):
        wall_instant(berlin_wall("2027-03-28 02:00"), BERLIN)
    with pytest.raises(TwiceTime):
        wall_instant(berlin_wall("2027-10-31 02:00"), BERLIN)
    with pytest.raises(UserError, match="out of reach"):
        wall_instant(berlin_wall("0001-01-01 00:00"), BERLIN)


def test_the_day_that_samoa_skipped_is_one_gap() -> None:
    with pytest.raises(NoSuchTime, match="clocks jump from 00:00 to 00:00") as asked:
        wall_instant(berlin_wall("2011-12-30 12:00"), ZoneInfo("Pacific/Apia"))

    assert [choice.value for choice in asked.value.choices] == ["2011-12-31 00:00", "2011-12-31 12:00"]


def test_after_moves_the_moment_a_bare_time_is_counted_from() -> None:
    start = datetime(2026, 11, 20, 21, tzinfo=UTC)

    assert parse_moment("22:30", SATURDAY_AFTERNOON, BERLIN, after=start) == datetime(2026, 11, 20, 21, 30, tzinfo=UTC)
    with pytest.raises(UserError, match="Fri 20 Nov 21:00 is not after 22:00"):
        parse_moment("20 nov 21:00", SATURDAY_AFTERNOON, BERLIN, after=start)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("10:00-11:15", "Sun 22 Nov 10:00–11:15 Berlin"),
        ("19.30 – 21.00", "Sat 21 Nov 19:30–21:00 Berlin"),
        ("23:00-01:00", "Sat 21 Nov 23:00–01:00 (+1) Berlin"),
        ("22:00-24:00", "Sat 21 Nov 22:00–00:00 (+1) Berlin"),
        ("10:00-10:00", "Sun 22 Nov 10:00–10:00 (+1) Berlin"),
        ("sun 10:00 to 11:15", "Sun 22 Nov 10:00–11:15 Berlin"),
        ("7pm for 90m", "Sat 21 Nov 19:00–20:30 Berlin"),
        ("7-9pm", "Sat 21 Nov 19:00–21:00 Berlin"),
        ("11-1pm", "Sun 22 Nov 11:00–13:00 Berlin"),
        ("7pm-9", "Sat 21 Nov 19:00–21:00 Berlin"),
        ("10pm-6", "Sat 21 Nov 22:00–06:00 (+1) Berlin"),
        ("19:30", "Sat 21 Nov 19:30–20:30 Berlin"),
        ("now-18:00", "Sat 21 Nov 16:30–18:00 Berlin"),
        ("2026-11-22 10:00-11:15", "Sun 22 Nov 10:00–11:15 Berlin"),
        ("2026-11-22 10:00-2026-11-22 11:15", "Sun 22 Nov 10:00–11:15 Berlin"),
        ("sat 23:00-sun 01:00", "Sat 21 Nov 23:00–01:00 (+1) Berlin"),
        ("10:00-11:00 utc", "Sun 22 Nov 11:00–12:00 Berlin"),
    ],
)
def test_a_span_is_read_and_said_back(typed: str, told: str) -> None:
    assert span_words(*parse_span(typed, SATURDAY_AFTERNOON, BERLIN), BERLIN) == told


@pytest.mark.parametrize(
    "typed", ["", "10-11", "10:00-", "banana", "10:00 for banana", "22 nov 10:00-24 nov 10:00", "sun 10:00-sun 09:00"]
)
def test_a_span_that_cannot_be_is_refused(typed: str) -> None:
    with pytest.raises(UserError):
        parse_span(typed, SATURDAY_AFTERNOON, BERLIN)


@pytest.mark.parametrize(
    "typed", ["31 oct 2027 02:30-02:45", "31 oct 2027 01:30-02:30", "28 mar 2027 02:30 for 1h", "05/06 10:00-11:00"]
)
def test_the_answers_to_a_question_about_a_span_lead_to_a_span(typed: str) -> None:
    open_questions, spans = [typed], []
    while open_questions:
        try:
            spans.append(parse_span(open_questions.pop(), SATURDAY_AFTERNOON, BERLIN))
        except Question as asked:
            open_questions += [choice.value for choice in asked.choices]

    assert len(set(spans)) >= 2


def test_a_zone_is_found_by_its_name_or_its_city() -> None:
    assert parse_zone("europe/BERLIN").key == "Europe/Berlin"
    assert parse_zone(" berlin ").key == "Europe/Berlin"
    assert parse_zone("New York").key == "America/New_York"
    assert parse_zone("lord howe").key == "Australia/Lord_Howe"
    assert parse_zone("buenos aires").key == "America/Argentina/Buenos_Aires"
    assert parse_zone("utc").key == "UTC"


@pytest.mark.parametrize("typed", ["est", "CEST", "nicosia"])
def test_a_zone_with_several_meanings_is_asked_about(typed: str) -> None:
    with pytest.raises(Question) as asked:
        parse_zone(typed)

    assert [parse_zone(choice.value).key for choice in asked.value.choices] == [choice.value for choice in asked.value.choices]


@pytest.mark.parametrize("typed", ["", "berln", "../../etc/passwd", "localtime"])
def test_an_unknown_zone_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(UserError, match="Type a city such as berlin"):
        parse_zone(typed)


def test_lengths_are_said_in_their_two_largest_units() -> None:
    said = [duration_words(timedelta(seconds=count)) for count in (0, 45, 136, 3600, 4500, 4530, 90000, -45)]

    assert said == ["0 s", "45 s", "2 min 16 s", "1 h", "1 h 15 min", "1 h 15 min", "1 day 1 h", "-45 s"]
    assert [clock_words(timedelta(seconds=count)) for count in (0, 136, 4932, -5)] == ["0:00", "2:16", "1:22:12", "-0:05"]


def test_a_wall_clock_shows_seconds_day_and_year_only_where_they_are_wanted() -> None:
    when = datetime(2026, 11, 22, 9, 4, 12, tzinfo=UTC)

    assert wall(when, BERLIN) == "10:04"
    assert wall(when, BERLIN, seconds=True) == "10:04:12"
    assert wall(when, BERLIN, relative_to=when - timedelta(hours=2)) == "10:04"
    assert wall(when, BERLIN, relative_to=when - timedelta(days=1)) == "Sun 22 Nov 10:04"
    assert wall(when, BERLIN, relative_to=when - timedelta(days=200)) == "Sun 22 Nov 2026 10:04"
    assert span_words(when, when + timedelta(hours=1), BERLIN, relative_to=when) == "10:04–11:04 Berlin"
