"""The grammar of a moment and a span: what the words say, before a clock and a zone give them an instant."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta, timezone

from bot.errors import UserError
from bot.show.phone import as_typed, normalise
from bot.show.times.lengths import parse_duration
from bot.show.times.words import MONTHS, WEEKDAYS

LONGEST_MOMENT = 60
"""Characters; what is longer is no time, and is not searched for one."""


@dataclass(frozen=True)
class ClockTime:
    """A time of day. `hour` may be 24 (the end of the day); `is_vague` where it could as well be twelve hours later (`7:30`)."""

    hour: int
    minute: int = 0
    second: int = 0
    has_half: bool = False
    is_vague: bool = False

    @property
    def since_midnight(self) -> timedelta:
        """How far into the day it is."""
        return timedelta(hours=self.hour, minutes=self.minute, seconds=self.second)


@dataclass(frozen=True)
class Weekday:
    """The next such day; Monday is 0."""

    index: int


@dataclass(frozen=True)
class DaysAhead:
    """Today (0) or tomorrow (1)."""

    count: int


@dataclass(frozen=True)
class MonthDay:
    """A date, perhaps without its year, perhaps with a weekday to check it by."""

    day: int
    month: int
    year: int | None = None
    weekday: int | None = None


@dataclass(frozen=True)
class SlashedDate:
    """`05/06`: day and month in an order that is not known."""

    first: int
    second: int
    year: int | None = None
    weekday: int | None = None


Day = Weekday | DaysAhead | MonthDay | SlashedDate


@dataclass(frozen=True)
class Spoken:
    """What the words of a moment say: a length from now, or a time of day with perhaps a day, an occurrence and an offset.

    `occurrence` chooses the first (0) or second (1) of a time that comes twice.
    """

    from_now: timedelta | None = None
    clock: ClockTime = ClockTime(0)
    day: Day | None = None
    occurrence: int | None = None
    offset: timezone | None = None


@dataclass(frozen=True)
class SpokenSpan:
    """What the words of a span say; the texts serve to repeat one end when the other is asked about."""

    start: Spoken
    start_text: str
    end: Spoken | None = None
    end_text: str = ""
    length: timedelta | None = None
    joint: str = ""

    @property
    def is_plain_number(self) -> bool:
        """Whether it is only four digits, which might as well be part of a name."""
        return self.end is None and self.length is None and self.start_text.isdecimal()


_CLOCK = re.compile(
    r"(?P<hour>[0-9]{1,2})(?:[:.h](?P<minute>[0-9]{2})(?:[:.](?P<second>[0-9]{2}))?|(?P<sharp> ?h(?:rs|ours?)?))?"
    r"(?: ?(?P<half>[ap])\.?m\.?)?"
)
_FOUR_DIGITS = re.compile(r"(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})(?: ?h(?:rs|ours)?)?")
_WEEKDAY = r"(?P<weekday>mon(?:day)?|tue(?:s(?:day)?)?|wed(?:s|nesday)?|thu(?:rs?|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DATE_DAY = r"(?P<day>[0-9]{1,2})"
_YEAR = r"(?P<year>[0-9]{4})"
_DAYS = tuple(
    rf"(?:{form})"
    for form in (
        r"(?P<near>today|tomorrow)",
        rf"(?:{_WEEKDAY},? )?{_DATE_DAY}(?:st|nd|rd|th)?\.? (?:of )?{_MONTH}(?:,? {_YEAR})?",
        rf"(?:{_WEEKDAY},? )?{_MONTH} {_DATE_DAY}(?:st|nd|rd|th)?(?:,? {_YEAR})?",
        rf"{_YEAR}[-/](?P<month>[0-9]{{1,2}})[-/]{_DATE_DAY}",
        rf"(?:{_WEEKDAY},? )?{_DATE_DAY}\.(?P<month>[0-9]{{1,2}})(?:\. ?{_YEAR}|\.)?",
        rf"(?:{_WEEKDAY},? )?(?P<first>[0-9]{{1,2}})(?P<slash>[/-])(?P<second>[0-9]{{1,2}})(?P=slash){_YEAR}",
        rf"(?:{_WEEKDAY},? )?(?P<first>[0-9]{{1,2}})/(?P<second>[0-9]{{1,2}})",
        _WEEKDAY,
    )
)
_DAY_ALONE = tuple(re.compile(day) for day in _DAYS)
_DAY_THEN_CLOCK = tuple(re.compile(rf"(?:on )?{day}(?:,? (?:at )?|(?<=[0-9])t)(?P<clock>.+)") for day in _DAYS)
_CLOCK_THEN_DAY = tuple(re.compile(rf"(?:at )?(?P<clock>.+?),? (?:on )?{day}") for day in _DAYS)
_OCCURRENCE = re.compile(r"(?P<rest>.+) (?P<which>first|second)")
_OFFSET = re.compile(r"(?P<rest>.*[0-9m.]) ?(?:(?:z|utc|gmt)(?P<far>[+-][0-9]{1,2}(?::?[0-9]{2})?)?|(?P<near>\+[0-9]{2}:[0-9]{2}))")
_LENGTH_AFTER = re.compile(r"(?P<start>.+?) for (?P<length>.+)", re.IGNORECASE)
_JOINT = re.compile(r" ?- ?| (?:to|until|till) ", re.IGNORECASE)


def is_day(text: str) -> bool:
    """Whether the words are a day (`sunday`, `22 nov`, `tomorrow`), so that `on sunday` is no stream."""
    said = normalise(text).casefold().rstrip(" .,")
    return len(said) <= LONGEST_MOMENT and any(day.fullmatch(said) for day in _DAY_ALONE)


def weekday_index(word: str) -> int | None:
    """0 for `mon`, `Monday`; None for what is no weekday."""
    match = re.fullmatch(_WEEKDAY, word.casefold())
    return _place(match["weekday"], WEEKDAYS) if match else None


def read_moment(text: str, *, bare_hour: bool = False) -> Spoken | None:
    """What the words of a moment say, None when they are none; `bare_hour` lets `7` stand for seven o'clock.

    Raises UserError for a date whose year stands where a time belongs.
    """
    said = normalise(text).casefold().rstrip(" ,;")
    if len(said) > LONGEST_MOMENT:
        return None
    if said == "now":
        return Spoken(from_now=timedelta(0))
    if said.startswith("in "):
        return _from_now(said.removeprefix("in "))
    if occurrence := _OCCURRENCE.fullmatch(said):
        spoken = read_moment(occurrence["rest"])
        is_fitting = spoken is not None and spoken.from_now is None and spoken.occurrence is None
        return replace(spoken, occurrence=int(occurrence["which"] == "second")) if spoken and is_fitting else None
    if (zoned := _OFFSET.fullmatch(said)) and (spoken := _read_day_and_clock(zoned["rest"], bare_hour=False)):
        offset = _offset(zoned["near"] or zoned["far"] or "+0")
        return replace(spoken, offset=offset) if offset else None
    return _read_day_and_clock(said, bare_hour=bare_hour)


def _from_now(said: str) -> Spoken | None:
    try:
        return Spoken(from_now=parse_duration(said, at_most=timedelta(days=7)))
    except UserError:
        return None


def _offset(text: str) -> timezone | None:
    digits = text[1:].replace(":", "")
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    length = timedelta(hours=hours, minutes=minutes)
    return timezone(-length if text[0] == "-" else length) if length <= timedelta(hours=14) else None


def _read_day_and_clock(said: str, *, bare_hour: bool) -> Spoken | None:
    if clock := _read_clock(said.removeprefix("at "), bare_hour=bare_hour):
        return Spoken(clock=clock)
    for form in (*_DAY_THEN_CLOCK, *_CLOCK_THEN_DAY):
        match = form.fullmatch(said)
        if match and (clock := _read_clock(match["clock"], bare_hour=bare_hour)) and (day := _day(match.groupdict())):
            _refuse_year_as_clock(said, match["clock"], day)
            return Spoken(clock=clock, day=day)
    return None


def _refuse_year_as_clock(said: str, clock: str, day: Day) -> None:
    is_dated = isinstance(day, MonthDay | SlashedDate) and day.year is None
    if is_dated and re.fullmatch("20[2-5][0-9]", clock) and said.endswith(clock):
        raise UserError(f"{as_typed(said)} is a date without a time. Add one, like {said} 19:30.")


def _read_clock(said: str, *, bare_hour: bool) -> ClockTime | None:
    match = _FOUR_DIGITS.fullmatch(said)
    if match:
        clock = ClockTime(int(match["hour"]), int(match["minute"]))
    else:
        match = _CLOCK.fullmatch(said)
        if not match or not (bare_hour or match["minute"] or match["half"] or match["sharp"]):
            return None
        hour, half = int(match["hour"]), match["half"]
        is_of_twelve = 1 <= hour <= 12
        if half and not is_of_twelve:
            return None
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
        is_vague = is_of_twelve and not half and not match["hour"].startswith("0") and not match["sharp"]
        clock = ClockTime(hour, int(match["minute"] or 0), int(match["second"] or 0), bool(half), is_vague)
    is_real = clock.hour < 24 and clock.minute < 60 and clock.second < 60
    return clock if is_real or (clock.hour == 24 and clock.since_midnight == timedelta(hours=24)) else None


def _place(word: str, names: tuple[str, ...]) -> int:
    return names.index(word[:3].capitalize())


def _day(found: dict[str, str | None]) -> Day | None:
    """The day a matched form names, None when no calendar has it."""
    if near := found.get("near"):
        return DaysAhead(int(near == "tomorrow"))
    weekday = _place(name, WEEKDAYS) if (name := found.get("weekday")) else None
    year = int(written) if (written := found.get("year")) else None
    if (month := found.get("month")) and (day := found.get("day")):
        number = int(month) if month.isdecimal() else _place(month, MONTHS) + 1
        return _month_day(int(day), number, year, weekday)
    if (left := found.get("first")) and (right := found.get("second")):
        return _slashed(int(left), int(right), year, weekday)
    return Weekday(weekday) if weekday is not None else None


def _slashed(left: int, right: int, year: int | None, weekday: int | None) -> Day | None:
    if left != right and 1 <= left <= 12 and 1 <= right <= 12:
        return SlashedDate(left, right, year, weekday)
    return _month_day(left, right, year, weekday) or _month_day(right, left, year, weekday)


def _month_day(day: int, month: int, year: int | None, weekday: int | None) -> MonthDay | None:
    return MonthDay(day, month, year, weekday) if 1 <= day <= 31 and 1 <= month <= 12 else None


def read_span(text: str) -> SpokenSpan | None:
    """What the words of a span say: `<time>`, `<time> for <dur>` or `<time>-<time>`; None when they are none.

    Raises UserError when a time is followed by `for` and something that is no length.
    """
    said = normalise(text).rstrip(" ,;")
    if len(said) > 2 * LONGEST_MOMENT + 10:
        return None
    if start := read_moment(said):
        return SpokenSpan(start, said)
    if (match := _LENGTH_AFTER.fullmatch(said)) and (start := read_moment(match["start"])):
        return SpokenSpan(start, match["start"], length=parse_duration(match["length"]), joint=f" for {match['length']}")
    for joint in _JOINT.finditer(said):
        left, right = said[: joint.start()], said[joint.end() :]
        if span := _read_pair(left, right, joint[0]):
            return span
    return None


def _read_pair(left: str, right: str, joint: str) -> SpokenSpan | None:
    """`10:00` and `11:15`; where one side says am or pm, the other may be a bare hour (`7-9pm`)."""
    start, end = read_moment(left, bare_hour=True), read_moment(right, bare_hour=True)
    if not start or not end or (end.from_now is not None):
        return None
    if not start.clock.has_half and not end.clock.has_half and not (read_moment(left) and read_moment(right)):
        return None
    offset = end.offset or start.offset
    start, end = replace(start, offset=offset), replace(end, offset=offset)
    if start.from_now is None and start.clock.is_vague and end.clock.has_half:
        until = end.clock
        start = replace(start, clock=min(_readings(start.clock), key=lambda reading: _length(reading, until)))
    elif end.clock.is_vague and start.clock.has_half and end.day is None:
        since = start.clock
        end = replace(end, clock=min(_readings(end.clock), key=lambda reading: _length(since, reading)))
    return SpokenSpan(start, left, end, right, joint=joint)


def _readings(vague: ClockTime) -> list[ClockTime]:
    """The two times of day that `7` or `7:30` can mean beside one that says am or pm; the shorter span is the one meant."""
    return [replace(vague, hour=vague.hour % 12 + half, is_vague=False) for half in (0, 12)]


def _length(start: ClockTime, end: ClockTime) -> timedelta:
    return (end.since_midnight - start.since_midnight) % timedelta(days=1) or timedelta(days=1)
