"""The grammar of a clip: `last 45s Goal`, `19:31:05-19:31:40 Goal`, `m3-m4 Goal`; which instants it means, and what can be cut."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from bot.errors import Choice, Question, UserError
from bot.show.phone import as_typed, normalise, unquote
from bot.show.pictures import Dark, last_picture
from bot.show.times import duration_words, parse_duration, wall
from bot.show.times.zones import gap_around, instants

EXAMPLE = "Type it like last 45s Goal, 19:31:05-19:31:40 Goal, or m3-m4 Goal between two marks"

LONGEST_TITLE = 200
"""Characters."""

REACH = timedelta(hours=12)
"""A time of day means its last occurrence, unless that is longer ago than any provider keeps anything: then the next one."""

ZERO = timedelta(0)
SECOND = timedelta(seconds=1)

_LONGEST_LENGTH = 4
"""Words: `1 h 15 min`."""

_TIME = r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?(?: ?([ap])\.?m\b\.?)?(z)?"
_JOINT = r"(?: ?- ?| (?:to|until|till) )"
_RANGE = re.compile(rf"({_TIME}){_JOINT}({_TIME})(?!\S)", re.IGNORECASE)
_MARKS = re.compile(rf"m([0-9]{{1,4}})(?:{_JOINT}m?([0-9]{{1,4}}))?(?!\S)", re.IGNORECASE)
_NONE = re.compile(r"0+ ?(?:s|secs?|seconds?|m|mins?|minutes?)?|off|none|no", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Last:
    """So much up to what the viewer sees now; None: as long as usual."""

    length: timedelta | None


@dataclass(frozen=True, slots=True)
class WallTime:
    """A time of day, by the clock of the show's zone, or by UTC."""

    since_midnight: timedelta
    utc: bool = False


@dataclass(frozen=True, slots=True)
class Between:
    """From one time of day to another; `text` is how that was typed."""

    start: WallTime
    end: WallTime
    text: str


@dataclass(frozen=True, slots=True)
class Around:
    """From a little before one mark to a little after another, or around one alone, by their numbers."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class ClipWords:
    """What one line asks to be cut."""

    span: Last | Between | Around
    title: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What a span is read against: the instant of the request, the show's zone, the viewer's player delay, the show's marks."""

    now: datetime
    zone: ZoneInfo
    delay: timedelta
    usual: timedelta
    marks: Mapping[int, datetime]
    before: timedelta
    after: timedelta


# -- words --------------------------------------------------------------------------------------------------------------
def parse_clip(text: str) -> ClipWords:
    """Read a line; without words it is the last of the usual length. Question where nothing says what to cut."""
    typed = normalise(text)
    first, _, rest = typed.partition(" ")
    if not typed:
        return ClipWords(Last(None), "")
    if first.casefold() == "last":
        return _last(rest.strip())
    if found := _RANGE.match(typed):
        start, end = _wall_time(found.groups()[1:6]), _wall_time(found.groups()[7:12])
        return ClipWords(Between(start, end, found[0]), _title(typed[found.end() :]))
    if found := _MARKS.match(typed):
        return ClipWords(Around(int(found[1]), int(found[2] or found[1])), _title(typed[found.end() :]))
    length, _ = _said_length(typed)
    choice = []
    if length is not None:
        choice = [Choice(f"The last {duration_words(length)}", f"clip last {typed}")]
    elif not typed[0].isdigit():
        choice = [Choice(f"What just happened, as “{_title(typed)}”"[:70], f"clip last {typed}")]
    raise Question(f"I cannot read {as_typed(typed)} as what to cut. {EXAMPLE}.", choice)


def parse_delay(text: str) -> timedelta:
    """How far behind somebody's player is: `25s`, `25` (seconds), `1m`, `off`. UserError otherwise, and above ten minutes."""
    typed = normalise(text)
    if _NONE.fullmatch(typed):
        return ZERO
    return parse_duration(f"{typed}s" if typed.isdigit() else typed, at_most=timedelta(minutes=10))


def _last(rest: str) -> ClipWords:
    length, title = _said_length(rest)
    if length is None and rest[:1].isdigit():
        parse_duration(rest.partition(" ")[0])
    return ClipWords(Last(length), _title(title))


def _said_length(rest: str) -> tuple[timedelta | None, str]:
    """The longest beginning that is a length of time, and what follows it."""
    said = rest.split()
    if said[:1] and said[0].casefold() == "minute":
        return timedelta(minutes=1), " ".join(said[1:])
    for count in range(min(len(said), _LONGEST_LENGTH), 0, -1):
        try:
            return parse_duration(" ".join(said[:count])), " ".join(said[count:])
        except UserError:
            continue
    return None, rest


def _title(text: str) -> str:
    title = unquote(text)
    if len(title) > LONGEST_TITLE:
        raise UserError(f"That title has {len(title)} characters; a clip's has at most {LONGEST_TITLE}. Type a shorter one.")
    return title


def _wall_time(parts: tuple[str | None, ...]) -> WallTime:
    hour, minute, second, half, utc = parts
    hours = int(hour or 0)
    if half:
        hours = hours % 12 + (12 if half in "pP" else 0)
    return WallTime(timedelta(hours=hours, minutes=int(minute or 0), seconds=int(second or 0)), bool(utc))


# -- instants -----------------------------------------------------------------------------------------------------------
def span_of(span: Last | Between | Around, frame: Frame) -> tuple[datetime, datetime]:
    """Start and end, in whole seconds. UserError for an unknown mark or a wrong order, Question where clocks went back."""
    match span:
        case Last(length):
            end = (frame.now - frame.delay).replace(microsecond=0)
            return end - (length or frame.usual), end
        case Around(first, last):
            start, end = _mark(first, frame), _mark(last, frame)
            if end < start:
                raise UserError(f"m{last} was before m{first}: name the earlier mark first, m{last}-m{first}.")
            return (start - frame.before).replace(microsecond=0), (end + frame.after).replace(microsecond=0)
        case Between():
            return _between(span, frame)


def _mark(number: int, frame: Frame) -> datetime:
    if number in frame.marks:
        return frame.marks[number]
    known = ", ".join(f"m{each}" for each in sorted(frame.marks)[-8:])
    raise UserError(f"There is no mark m{number} in this show. " + (f"There is: {known}." if known else "Nothing was marked yet."))


def _between(span: Between, frame: Frame) -> tuple[datetime, datetime]:
    zone: tzinfo = UTC if span.start.utc else frame.zone
    if span.start == span.end:
        raise UserError(f"{as_typed(span.text)} is no time at all. Type a later end.")
    day = _day_of(span.start, frame.now, zone)
    starts = instants(_local(day, span.start), zone)
    if not starts:
        raise _skipped(span, zone)
    meant = list(_pairs(span, starts, day, zone))
    if not meant:
        raise UserError(f"{as_typed(span.text)} ends before it begins. Type the earlier time first.")
    past = [pair for pair in meant if pair[1] <= frame.now] or meant[:1]
    if len(past) > 1:
        raise _twice(span, past, frame.zone)
    return past[0]


def _day_of(start: WallTime, now: datetime, zone: tzinfo) -> date:
    """The day of the last such time, or of the next one where that is nearer to what anybody could mean."""
    today = now.astimezone(zone).date()
    days = [today + timedelta(days=ahead) for ahead in (-1, 0, 1)]
    local = {day: _local(day, start) for day in days}
    found = [(when, day) for day in days for when in instants(local[day], zone) or (gap_around(local[day], zone).at,)]
    past = max((each for each in found if each[0] <= now), default=None)
    ahead = min((each for each in found if each[0] > now), default=None)
    if past is not None and (ahead is None or now - past[0] <= REACH):
        return past[1]
    return ahead[1] if ahead is not None else today


def _pairs(span: Between, starts: tuple[datetime, ...], day: date, zone: tzinfo) -> Iterator[tuple[datetime, datetime]]:
    """Every start with every end that it may belong to: on its day, or on the next one over midnight."""
    ends = [end for ahead in (0, 1) for end in instants(_local(day + timedelta(days=ahead), span.end), zone)]
    for start in starts:
        for end in ends:
            if ZERO < end - start <= REACH and not any(start < other < end for other in starts):
                yield start, end


def _local(day: date, clock: WallTime) -> datetime:
    return datetime.combine(day, time()) + clock.since_midnight


def _skipped(span: Between, zone: tzinfo) -> UserError:
    return UserError(f"Clocks in {zone} skipped the start of {as_typed(span.text)} that night. Type a time that they showed.")


def _twice(span: Between, meant: list[tuple[datetime, datetime]], zone: tzinfo) -> Question:
    choices = [
        Choice(f"{start.astimezone(zone):%H:%M:%S %Z} to {end.astimezone(zone):%H:%M:%S %Z}", f"{start:%H:%M:%S}z-{end:%H:%M:%S}z")
        for start, end in meant
    ]
    return Question(f"{as_typed(span.text)} came twice, because clocks went back. Which one do you mean?", choices)


# -- what can be cut ----------------------------------------------------------------------------------------------------
def require_cuttable(
    start: datetime,
    end: datetime,
    now: datetime,
    *,
    earliest: datetime | None,
    longest: timedelta | None,
    ahead: timedelta,
    zone: ZoneInfo,
    dark: Sequence[Dark] = (),
) -> None:
    """UserError, with the allowed window, for a range that the provider would refuse or that shows nothing.

    `ahead` is how far its end may be ahead, `dark` when no picture was seen.
    """
    said = range_words(start, end, zone, now)
    window = _window_words(earliest, last_picture(dark) or now, now, longest, zone)
    if end <= start:
        raise UserError(f"{said} ends before it begins. {window}")
    if end > now + ahead:
        raise UserError(f"{said} is not over yet: it is {wall(now, zone, seconds=True)} now. {window}")
    if longest is not None and end - start > longest:
        raise UserError(f"{said} is {duration_words(end - start)} long. {window}")
    if earliest is not None and start < earliest:
        raise UserError(f"{said} begins before anything is kept. {window}")
    for stretch in dark:
        if stretch.holds(start, end):
            raise UserError(f"{said} shows nothing: {_dark_words(stretch, now, zone)}. {window}")


def range_words(start: datetime, end: datetime, zone: ZoneInfo, now: datetime) -> str:
    """`19:29:45–19:30:45`, with the date where that is another day than `now`."""
    return f"{wall(start, zone, seconds=True, relative_to=now)}–{wall(end, zone, seconds=True, relative_to=start)}"


def _dark_words(dark: Dark, now: datetime, zone: ZoneInfo) -> str:
    since = f" from {wall(dark.since, zone, seconds=True, relative_to=now)}" if dark.since else ""
    until = f" until {wall(dark.until, zone, seconds=True, relative_to=now)}" if dark.until else " on"
    return f"no picture was seen{since}{until}"


def _window_words(earliest: datetime | None, latest: datetime, now: datetime, longest: timedelta | None, zone: ZoneInfo) -> str:
    since = f" from {wall(_up(earliest), zone, seconds=True, relative_to=now)}" if earliest is not None else ""
    most = f", at most {duration_words(longest)} at a time" if longest is not None else ""
    return f"What can be cut now:{since} to {wall(latest, zone, seconds=True, relative_to=now)}{most}."


def _up(when: datetime) -> datetime:
    """To the next whole second: what is told can be typed."""
    return when if not when.microsecond else when.replace(microsecond=0) + SECOND
