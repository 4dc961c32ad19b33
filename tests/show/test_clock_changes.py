"""In every odd zone and around every change of clocks: a printed time reads back, or is asked about; no text breaks the grammar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import UserError
from bot.show.times import NoSuchTime, TwiceTime, parse_duration, parse_moment, parse_span, parse_zone, wall, wall_instant
from bot.show.times.zones import instants

SATURDAY_AFTERNOON = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)

ZONE_NAMES = """
    UTC Europe/Berlin Europe/London Europe/Dublin Europe/Lisbon Europe/Moscow Europe/Istanbul Europe/Kyiv Europe/Chisinau
    Atlantic/Azores Atlantic/Reykjavik Africa/Casablanca Africa/Cairo Africa/Lagos Africa/Johannesburg Asia/Jerusalem
    Asia/Beirut Asia/Gaza Asia/Tehran Asia/Kolkata Asia/Kathmandu Asia/Tokyo Asia/Pyongyang Australia/Lord_Howe
    Australia/Sydney Australia/Adelaide Australia/Eucla Pacific/Apia Pacific/Chatham Pacific/Auckland Pacific/Norfolk
    Pacific/Kiritimati Pacific/Marquesas America/New_York America/Los_Angeles America/St_Johns America/Havana
    America/Santiago America/Nuuk Antarctica/Troll
"""
ZONES = [ZoneInfo(name) for name in ZONE_NAMES.split()]

FIRST_DAY, LAST_DAY = datetime(2025, 1, 1), datetime(2027, 12, 31)  # noqa: DTZ001 - walls have no offset


def _readings(text: str, now: datetime, zone: ZoneInfo) -> set[datetime]:
    """What a text means, or, where it is asked about, what the answers mean."""
    try:
        return {parse_moment(text, now, zone)}
    except TwiceTime as asked:
        return {parse_moment(choice.value, now, zone) for choice in asked.choices}


def _agrees(when: datetime, now: datetime, zone: ZoneInfo) -> None:
    """What is printed for `when` reads back as `when`; on a doubled hour, as a question with `when` among two answers."""
    printed = wall(when, zone, seconds=True, relative_to=now)
    found = _readings(printed, now, zone)

    assert when in found, printed
    assert len(found) == 1 or found == set(instants(when.astimezone(zone).replace(tzinfo=None), zone))


@settings(deadline=None)
@given(
    st.sampled_from(ZONES),
    st.datetimes(FIRST_DAY, LAST_DAY).map(lambda local: local.replace(microsecond=0)),
    st.timedeltas(timedelta(seconds=1), timedelta(days=300)),
)
def test_every_wall_time_is_one_instant_that_reads_back_or_a_question(zone: ZoneInfo, local: datetime, ahead: timedelta) -> None:
    found = instants(local, zone)
    if len(found) == 1:
        assert wall_instant(local, zone) == found[0]
    else:
        with pytest.raises((NoSuchTime, TwiceTime)) as asked:
            wall_instant(local, zone)
        assert asked.type is (TwiceTime if found else NoSuchTime)
        assert len(asked.value.choices) >= 1
    for when in found:
        assert when.astimezone(zone).replace(tzinfo=None) == local
        _agrees(when, when - ahead, zone)


def _changes_of_clocks(zone: ZoneInfo) -> Iterator[datetime]:
    """The hours, in UTC, within which clocks in `zone` change in the three years."""
    hour = datetime.combine(date(2025, 1, 1), time(), UTC)
    while hour.year < 2028:
        later = hour + timedelta(hours=1)
        if hour.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            yield hour
        hour = later


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_around_every_change_of_clocks_no_time_is_an_hour_off(zone: ZoneInfo) -> None:
    for change in _changes_of_clocks(zone):
        for quarter in range(-16, 20):
            when = change + timedelta(minutes=15 * quarter)
            for ahead in (timedelta(minutes=10), timedelta(minutes=50), timedelta(hours=20), timedelta(days=9)):
                _agrees(when, when - ahead, zone)


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_every_skipped_quarter_of_an_hour_is_asked_about_and_the_answers_exist(zone: ZoneInfo) -> None:
    for change in _changes_of_clocks(zone):
        local = (change - timedelta(hours=3)).astimezone(zone).replace(tzinfo=None, minute=0)
        for quarter in range(28):
            skipped = local + timedelta(minutes=15 * quarter)
            if instants(skipped, zone):
                continue
            with pytest.raises(NoSuchTime) as asked:
                wall_instant(skipped, zone)
            answers = [parse_moment(choice.value, change - timedelta(days=1), zone) for choice in asked.value.choices]
            assert all(timedelta(0) <= answer - change <= timedelta(hours=3) for answer in answers)


def _is_a_sentence(refused: UserError) -> None:
    assert len(str(refused)) > 20
    assert str(refused)[-1] in ".?"


VOCABULARY = "10:00 7pm 7 1930 - – for to 90 1h30 sun 22 nov oct 31 2027 05/06 first second utc Z +02:00 -05:00 in now at 24:00 0"
TIME_WORDS = st.lists(st.sampled_from(VOCABULARY.split()), max_size=7).map(" ".join)


@settings(deadline=None)
@given(st.one_of(st.text(), st.from_regex(r"[0-9:.\-/ apmhT]{1,20}", fullmatch=True), TIME_WORDS), st.sampled_from(ZONES))
def test_any_text_is_a_time_or_a_sentence(text: str, zone: ZoneInfo) -> None:
    for read in (
        lambda: parse_duration(text),
        lambda: parse_zone(text),
        lambda: parse_moment(text, SATURDAY_AFTERNOON, zone),
        lambda: parse_span(text, SATURDAY_AFTERNOON, zone),
    ):
        try:
            read()
        except UserError as refused:
            _is_a_sentence(refused)
