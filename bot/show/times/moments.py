"""From words to instants: what a moment or a span means, now and in the show's zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from bot.errors import Choice, Question, UserError
from bot.show.phone import as_typed, normalise
from bot.show.times.spoken import DaysAhead, MonthDay, SlashedDate, Spoken, SpokenSpan, Weekday, read_moment, read_span
from bot.show.times.words import MONTHS, WEEKDAYS, day_words, duration_words, wall
from bot.show.times.zones import gap_around, instants, no_such_time, twice_time, wall_text

YEARS_AHEAD = 5
LONGEST_SPAN = timedelta(hours=24)
AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class _Reading:
    """What the words of one moment are read against."""

    typed: str
    spoken: Spoken
    now: datetime
    zone: tzinfo
    after: datetime | None

    @property
    def reference(self) -> datetime:
        """A moment must be later than this."""
        return self.after or self.now


def parse_moment(text: str, now: datetime, zone: ZoneInfo, *, after: datetime | None = None) -> datetime:
    """Read `19:30`, `7pm`, `sun 10:00`, `22 nov 10:00`, `2026-11-22 10:00`, `in 20m` or `now`; aware UTC.

    A time without a date is the next such wall time later than `after` (by default `now`). `first` or `second` behind it chooses
    one of a time that comes twice; `UTC` or `+02:00` behind it replaces the zone.

    Raises Question (NoSuchTime, TwiceTime, or for `05/06`) where the words have several meanings, UserError for a date in the
    past or not after `after`, and for what is no time.
    """
    typed = normalise(text)
    spoken = read_moment(typed)
    if spoken is None:
        raise UserError(f"I cannot read {as_typed(typed)} as a time. Type it like 19:30, 7pm, sun 10:00, 22 nov 10:00 or in 20m.")
    return _instant(_Reading(typed, spoken, now, spoken.offset or zone, after))


def parse_span(text: str, now: datetime, zone: ZoneInfo, *, default_length: timedelta = AN_HOUR) -> tuple[datetime, datetime]:
    """Read `<time>-<time>`, `<time> for <dur>`, or `<time>` alone, which then lasts `default_length`; start and end, aware UTC.

    An end that is not later than the start means the next day. Raises as `parse_moment` does, and UserError above 24 hours; the
    choices of a Question are whole spans.
    """
    typed = normalise(text)
    span = read_span(typed)
    if span is None:
        raise UserError(f"I cannot read {as_typed(typed)} as a time. Type it like 10:00-11:15, 7pm for 90m or sun 10:00.")
    return span_instants(span, now, zone, default_length=default_length)


def span_instants(
    span: SpokenSpan, now: datetime, zone: ZoneInfo, *, default_length: timedelta = AN_HOUR
) -> tuple[datetime, datetime]:
    """Start and end (aware UTC) of a span already read; raises as `parse_span` does."""
    try:
        start = _instant(_Reading(span.start_text, span.start, now, span.start.offset or zone, None))
    except Question as question:
        raise question.within("", f"{span.joint}{span.end_text}") from None
    if span.end is None:
        return start, start + (span.length or default_length)
    try:
        end = _instant(_Reading(span.end_text, span.end, now, span.end.offset or zone, start))
    except Question as question:
        raise question.within(f"{span.start_text}{span.joint}") from None
    if end - start > LONGEST_SPAN:
        typed = as_typed(f"{span.start_text}{span.joint}{span.end_text}")
        raise UserError(f"{typed} lasts {duration_words(end - start)}; a show lasts at most 24 h. Type an earlier end.")
    return start, end


def _instant(reading: _Reading) -> datetime:
    if reading.spoken.from_now is not None:
        return reading.now + reading.spoken.from_now
    if isinstance(reading.spoken.day, SlashedDate):
        raise _which_date(reading, reading.spoken.day)
    *early, last = _days(reading)
    for day in early:
        if when := _ahead_on(day, reading):
            return when
    if when := _ahead_on(last, reading):
        return when
    raise _not_ahead(last, reading)


def _days(reading: _Reading) -> Iterator[date]:
    """The dates the words may mean, in order; the first one on which the time is still ahead counts."""
    today = reading.now.astimezone(reading.zone).date()
    since = reading.reference.astimezone(reading.zone).date()
    match reading.spoken.day:
        case None:
            yield from (since + timedelta(days=ahead) for ahead in range(-1, 4))
        case Weekday(index):
            nearest = since + timedelta(days=(index - since.weekday()) % 7)
            yield from (nearest + timedelta(weeks=ahead) for ahead in range(3))
        case DaysAhead(count):
            yield today + timedelta(days=count)
        case MonthDay() as named:
            yield _date_named(named, reading, since)
        case SlashedDate():  # asked about before
            return


def _date_named(named: MonthDay, reading: _Reading, since: date) -> date:
    """The date of a day and a month; without a year, the one nearest to `since`, so that last week is not read as next year."""
    years = range(since.year - 1, since.year + YEARS_AHEAD + 1)
    dates = [day for year in (years if named.year is None else [named.year]) if (day := _date(named.day, named.month, year))]
    name = f"{named.day} {MONTHS[named.month - 1]}{'' if named.year is None else f' {named.year}'}"
    if not dates:
        raise UserError(f"There is no {name}. Type a date that the calendar has.")
    found = min(dates, key=lambda day: abs(day - since))
    if found.year not in years:
        raise UserError(f"{name} is out of reach. Type a date within the next {YEARS_AHEAD} years.")
    if named.weekday is not None and named.weekday != found.weekday():
        raise UserError(
            f"{as_typed(reading.typed)} does not fit the calendar: {day_words(found, with_year=True)} is no "
            f"{WEEKDAYS[named.weekday]}. Type the date or the weekday alone."
        )
    return found


def _date(day: int, month: int, year: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _local(day: date, spoken: Spoken) -> datetime:
    return datetime.combine(day, time()) + spoken.clock.since_midnight


def _ahead_on(day: date, reading: _Reading) -> datetime | None:
    """The instant of the time on `day` if it is ahead, None if it is past; a Question when it is skipped or comes twice."""
    local = _local(day, reading.spoken)
    found = instants(local, reading.zone)
    if not found:
        if gap_around(local, reading.zone).at > reading.reference:
            raise no_such_time(local, reading.zone)
        return None
    ahead = [when for when in found if when > reading.reference]
    if not ahead or reading.spoken.occurrence is None:
        if len(ahead) > 1:
            raise twice_time(local, reading.zone, found)
        return ahead[0] if ahead else None
    if len(found) == 1:
        raise UserError(f"{as_typed(reading.typed)}: that time comes only once on {day_words(day)}. Leave out the last word.")
    chosen = found[reading.spoken.occurrence]
    if chosen not in ahead:
        raise _not_ahead(day, reading)
    return chosen


def _not_ahead(day: date, reading: _Reading) -> UserError:
    local = _local(day, reading.spoken)
    found = instants(local, reading.zone) or (gap_around(local, reading.zone).at,)
    when = found[min(reading.spoken.occurrence or 0, len(found) - 1)]
    words = f"{day_words(local.date(), with_year=when.year != reading.now.year)} {local:%H:%M}"
    if reading.after:
        limit = wall(reading.after, reading.zone, relative_to=when)
        return UserError(f"{words} is not after {limit}. Type a later time, like tomorrow {local:%H:%M}.")
    ago = reading.now - when
    since = f"{duration_words(ago)} ago" if ago >= timedelta(seconds=1) else "this very second"
    return UserError(f"{words} is in the past, {since}. Type a later time, like in 20m or tomorrow {local:%H:%M}.")


def _which_date(reading: _Reading, slashed: SlashedDate) -> UserError:
    """The question which number of `05/06` is the month, with the readings that are still ahead."""
    since = reading.reference.astimezone(reading.zone).date()
    choices: list[Choice] = []
    errors: list[UserError] = []
    for day, month in ((slashed.first, slashed.second), (slashed.second, slashed.first)):
        named = MonthDay(day, month, slashed.year, slashed.weekday)
        try:
            found = _date_named(named, reading, since)
            if found < since and slashed.year is None:
                found = _date_named(replace(named, year=found.year + 1), reading, since)
        except UserError as error:
            errors.append(error)
            continue
        local = _local(found, reading.spoken)
        if local <= reading.reference.astimezone(reading.zone).replace(tzinfo=None):
            errors.append(_not_ahead(found, reading))
            continue
        suffix = f" {_suffix(reading.spoken)}".rstrip()
        choices.append(Choice(f"{day_words(local.date(), with_year=True)} {local:%H:%M}", f"{wall_text(local)}{suffix}"))
    if not choices:
        return errors[0]
    return Question(f"{as_typed(reading.typed)} can be read in two ways. Which day do you mean?", choices)


def _suffix(spoken: Spoken) -> str:
    """What stood behind the time and must stand behind the chosen reading too."""
    occurrence = "" if spoken.occurrence is None else ("first", "second")[spoken.occurrence]
    offset = "" if spoken.offset is None else spoken.offset.tzname(None)
    return f"{offset} {occurrence}".strip()
