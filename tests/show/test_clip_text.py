"""What a crew types when something worth keeping has just happened, and which seconds of the evening it means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.errors import Question, UserError
from bot.show.clip_text import (
    REACH,
    Around,
    Between,
    ClipWords,
    Frame,
    Last,
    parse_clip,
    parse_delay,
    require_cuttable,
    span_of,
)
from bot.show.phone import normalise

BERLIN = ZoneInfo("Europe/Berlin")
HALF_PAST = datetime(2026, 11, 22, 18, 31, 50, 400_000, tzinfo=UTC)
"""19:31:50 in Berlin."""


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def frame(now: datetime = HALF_PAST, zone: ZoneInfo = BERLIN, **marks: datetime) -> Frame:
    known = {int(name[1:]): when for name, when in marks.items()}
    return Frame(now, zone, seconds(20), seconds(60), known, seconds(10), seconds(5))


def meant(text: str, now: datetime = HALF_PAST, **marks: datetime) -> tuple[str, str]:
    """The range as clocks in Berlin show it."""
    start, end = span_of(parse_clip(text).span, frame(now, BERLIN, **marks))
    return f"{start.astimezone(BERLIN):%H:%M:%S}", f"{end.astimezone(BERLIN):%H:%M:%S}"


def in_berlin(day: int, clock: str, *, month: int = 11) -> datetime:
    hour, minute, second = (int(part) for part in clock.split(":"))
    return datetime(2026, month, day, hour, minute, second, tzinfo=BERLIN).astimezone(UTC)


# -- words --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("typed", "length", "title"),
    [
        ("", None, ""),
        ("last", None, ""),
        ("last 45s", 45, ""),
        ("last 45s Goal", 45, "Goal"),
        ("last 45 s Goal", 45, "Goal"),
        ("LAST 45S “Goal of the year”", 45, "Goal of the year"),
        ("last 1m30s Goal 2", 90, "Goal 2"),
        ("last 2 min", 120, ""),
        ("last minute", 60, ""),
        ("last 12", 720, ""),
        ("last Goal", None, "Goal"),
        ("last 30s 2 goals", 30, "2 goals"),
    ],
)
def test_the_last_so_and_so_much(typed: str, length: int | None, title: str) -> None:
    assert parse_clip(typed) == ClipWords(Last(None if length is None else seconds(length)), title)


@pytest.mark.parametrize(
    "typed",
    [
        "19:31:05-19:31:40 Goal",
        "19:31:05 - 19:31:40 Goal",
        "19.31.05–19.31.40 Goal",
        "19:31:05 to 19:31:40 “Goal”",
        "7:31:05pm—7:31:40 p.m. Goal",
        "18:31:05z-18:31:40z Goal",
    ],
)
def test_a_range_by_the_clock_however_a_phone_writes_it(typed: str) -> None:
    assert meant(typed) == ("19:31:05", "19:31:40")
    assert parse_clip(typed).title == "Goal"


def test_a_range_of_whole_minutes() -> None:
    assert meant("19:30-19:31") == ("19:30:00", "19:31:00")


@pytest.mark.parametrize(
    ("typed", "span", "title"),
    [
        ("m3-m4 Goal", Around(3, 4), "Goal"),
        ("M3 – M4", Around(3, 4), ""),
        ("m3-4", Around(3, 4), ""),
        ("m12 Goal", Around(12, 12), "Goal"),
    ],
)
def test_between_marks(typed: str, span: Around, title: str) -> None:
    assert parse_clip(typed) == ClipWords(span, title)


def test_a_title_alone_is_asked_about_and_the_answer_cuts_what_just_happened() -> None:
    with pytest.raises(Question, match="what to cut") as asked:
        parse_clip("Goal by Mia")
    (choice,) = asked.value.choices
    assert choice.value == "clip last Goal by Mia"
    assert parse_clip(choice.value.removeprefix("clip ")) == ClipWords(Last(None), "Goal by Mia")


def test_a_length_alone_is_asked_about() -> None:
    with pytest.raises(Question) as asked:
        parse_clip("45s Goal")
    assert [choice.value for choice in asked.value.choices] == ["clip last 45s Goal"]


@pytest.mark.parametrize("typed", ["19:31:05", "25:00-26:00", "last 0s", "19:31:05-", f"last 45s {'G' * 201}"])
def test_what_cannot_be_read_is_said(typed: str) -> None:
    with pytest.raises(UserError):
        parse_clip(typed)


@pytest.mark.parametrize(("typed", "delay"), [("25s", 25), ("25", 25), ("1m", 60), ("0", 0), ("0s", 0), ("off", 0), ("none", 0)])
def test_a_players_delay_is_counted_in_seconds(typed: str, delay: int) -> None:
    assert parse_delay(typed) == seconds(delay)


@pytest.mark.parametrize("typed", ["an hour", "11m", "700", "-5s", "1h"])
def test_no_player_is_that_far_behind(typed: str) -> None:
    with pytest.raises(UserError):
        parse_delay(typed)


# -- instants -----------------------------------------------------------------------------------------------------------
def test_the_last_counts_back_from_what_the_viewer_sees_in_whole_seconds() -> None:
    assert meant("last 45s") == ("19:30:45", "19:31:30")
    assert meant("") == ("19:30:30", "19:31:30")


def test_marks_are_given_room_on_both_sides() -> None:
    marks = {"m3": in_berlin(22, "19:20:00"), "m4": in_berlin(22, "19:21:00")}
    assert meant("m3-m4", **marks) == ("19:19:50", "19:21:05")
    assert meant("m4", **marks) == ("19:20:50", "19:21:05")


def test_marks_in_the_wrong_order_or_unknown_are_refused_with_those_there_are() -> None:
    marks = {"m3": in_berlin(22, "19:20:00"), "m4": in_berlin(22, "19:21:00")}
    with pytest.raises(UserError, match=r"m3 was before m4.*m3-m4"):
        meant("m4-m3", **marks)
    with pytest.raises(UserError, match=r"no mark m5.*There is: m3, m4\."):
        meant("m5", **marks)
    with pytest.raises(UserError, match="Nothing was marked yet"):
        meant("m1")


def test_a_range_over_midnight() -> None:
    start, end = span_of(parse_clip("23:59:30-00:00:10").span, frame(in_berlin(23, "00:01:00")))
    assert (start, end) == (in_berlin(22, "23:59:30"), in_berlin(23, "00:00:10"))


def test_before_midnight_is_yesterday_after_it() -> None:
    start, end = span_of(parse_clip("23:50-23:51").span, frame(in_berlin(23, "00:20:00")))
    assert (start, end) == (in_berlin(22, "23:50:00"), in_berlin(22, "23:51:00"))


def test_later_today_is_not_read_as_yesterday() -> None:
    start, _ = span_of(parse_clip("20:00-20:01").span, frame())
    assert start == in_berlin(22, "20:00:00")


@pytest.mark.parametrize("typed", ["19:31:40-19:31:05", "19:30-19:29:59", "19:30-19:30"])
def test_an_end_before_the_start_is_said(typed: str) -> None:
    with pytest.raises(UserError, match=r"before it begins|no time at all"):
        meant(typed)


def test_a_range_in_the_hour_that_comes_twice_is_asked_about() -> None:
    after_the_change = datetime(2026, 10, 25, 1, 45, tzinfo=UTC)
    with pytest.raises(Question, match="clocks went back") as asked:
        span_of(parse_clip("02:30:10-02:30:40").span, frame(after_the_change))
    first, second = asked.value.choices
    assert (first.label, second.label) == ("02:30:10 CEST to 02:30:40 CEST", "02:30:10 CET to 02:30:40 CET")
    earlier = span_of(parse_clip(first.value).span, frame(after_the_change))
    later = span_of(parse_clip(second.value).span, frame(after_the_change))
    assert later[0] - earlier[0] == timedelta(hours=1)
    assert earlier[1] - earlier[0] == later[1] - later[0] == seconds(30)


def test_before_it_comes_again_there_is_nothing_to_ask() -> None:
    before_the_change = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)
    start, _ = span_of(parse_clip("02:30:10-02:30:40").span, frame(before_the_change))
    assert start == datetime(2026, 10, 25, 0, 30, 10, tzinfo=UTC)


def test_a_time_that_clocks_skipped_is_said() -> None:
    morning = datetime(2026, 3, 29, 2, 0, tzinfo=UTC)
    with pytest.raises(UserError, match="skipped"):
        span_of(parse_clip("02:30-02:31").span, frame(morning))


@settings(deadline=None)
@given(
    passed=st.integers(0, 2 * 365 * 86_400),
    ago=st.integers(1, int(REACH.total_seconds()) - 3600),
    length=st.integers(1, 3599),
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "UTC"]),
)
def test_what_a_clock_showed_within_half_a_day_is_found_again(passed: int, ago: int, length: int, zone: str) -> None:
    now, there = datetime(2026, 1, 1, tzinfo=UTC) + seconds(passed), ZoneInfo(zone)
    end = now - seconds(ago)
    start = end - seconds(length)
    assume(start.astimezone(there).utcoffset() == (now + timedelta(hours=1)).astimezone(there).utcoffset())
    assume(start.astimezone(there).utcoffset() == (start - timedelta(hours=2)).astimezone(there).utcoffset())
    typed = f"{start.astimezone(there):%H.%M.%S}–{end.astimezone(there):%H.%M.%S} Goal"
    assert span_of(parse_clip(typed).span, frame(now, there)) == (start, end)


@settings(deadline=None)
@given(st.one_of(st.text(max_size=40), st.text(alphabet="last 0123456789:.-–mszhto“” GM", max_size=30)))
def test_any_line_is_read_or_refused_and_means_the_same_as_a_keyboard_would_write_it(typed: str) -> None:
    try:
        words = parse_clip(typed)
    except UserError:
        return
    assert parse_clip(normalise(typed)) == words
    try:
        start, end = span_of(words.span, frame())
    except UserError:
        return
    assert start < end
    assert start.microsecond == end.microsecond == 0
    if isinstance(words.span, Between):
        assert end - start <= REACH


# -- what can be cut ----------------------------------------------------------------------------------------------------
def refused(start: str, end: str, **window: object) -> str:
    known = {"earliest": in_berlin(22, "19:00:00"), "longest": timedelta(hours=1), **window}
    with pytest.raises(UserError) as refusal:
        require_cuttable(
            in_berlin(22, start),
            in_berlin(22, end),
            HALF_PAST,
            earliest=known["earliest"],  # type: ignore[arg-type]  # said by the tests below
            longest=known["longest"],  # type: ignore[arg-type]
            ahead=seconds(15),
            zone=BERLIN,
        )
    return str(refusal.value)


def test_a_refusal_says_what_can_be_cut() -> None:
    allowed = "What can be cut now: from 19:00:00 to 19:31:50, at most 1 h at a time."
    assert refused("18:59:59", "19:10:00") == f"18:59:59–19:10:00 begins before anything is kept. {allowed}"
    assert refused("19:31:00", "19:40:00") == f"19:31:00–19:40:00 is not over yet: it is 19:31:50 now. {allowed}"
    assert refused("19:31:00", "19:30:00") == f"19:31:00–19:30:00 ends before it begins. {allowed}"
    assert refused("19:01:00", "19:31:00", longest=timedelta(minutes=10)).startswith("19:01:00–19:31:00 is 30 min long. What can")


def test_an_end_that_is_over_in_a_moment_is_waited_for() -> None:
    start, end = in_berlin(22, "19:31:00"), in_berlin(22, "19:32:00")
    require_cuttable(start, end, HALF_PAST, earliest=None, longest=None, ahead=seconds(15), zone=BERLIN)
