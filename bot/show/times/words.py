"""Instants and lengths as people read them, in the show's zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

YEAR_UNSAID = timedelta(days=180)
"""Within this distance a date is written, and read, without its year."""


def wall(when: datetime, zone: tzinfo, *, seconds: bool = False, relative_to: datetime | None = None) -> str:
    """What the clock in `zone` shows at `when`: `10:00`, or `10:04:12` with `seconds`.

    With `relative_to` the date is added when it is another day there (`Sun 22 Nov 10:00`), and the year when that is far off.
    """
    local = when.astimezone(zone)
    clock = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
    if relative_to is None or local.date() == relative_to.astimezone(zone).date():
        return clock
    return f"{day_words(local.date(), with_year=abs(when - relative_to) > YEAR_UNSAID)} {clock}"


def span_words(start: datetime, end: datetime, zone: ZoneInfo, *, relative_to: datetime | None = None) -> str:
    """`Sun 22 Nov 10:00–11:15 Berlin`, `Sat 21 Nov 23:00–01:00 (+1) Berlin`; the date goes when it is that of `relative_to`."""
    first, last = start.astimezone(zone), end.astimezone(zone)
    opening = wall(start, zone, relative_to=relative_to) if relative_to else f"{day_words(first.date())} {first:%H:%M}"
    days = (last.date() - first.date()).days
    return f"{opening}–{last:%H:%M}{f' ({days:+d})' if days else ''} {city_words(zone)}"


def day_words(day: date, *, with_year: bool = False) -> str:
    """`Sun 22 Nov`, or `Sun 22 Nov 2026`; not by strftime, whose names follow the machine's language."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}{f' {day.year}' if with_year else ''}"


def city_words(zone: tzinfo) -> str:
    """The place part of a zone's name: `Berlin`, `New York`, `UTC`."""
    return str(zone).rsplit("/", maxsplit=1)[-1].replace("_", " ")


def duration_words(length: timedelta) -> str:
    """`1 h 15 min`, `45 s`, `2 min 16 s`, `3 days 4 h`: the two largest units, rounded down."""
    if length < timedelta(0):
        return f"-{duration_words(-length)}"
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    units = [(days, "day" if days == 1 else "days"), (hours, "h"), (minutes, "min"), (seconds, "s")]
    first = next((at for at, (count, _) in enumerate(units) if count), len(units) - 1)
    said = [f"{count} {unit}" for count, unit in units[first : first + 2] if count]
    return " ".join(said) or "0 s"


def clock_words(length: timedelta) -> str:
    """A measured length as a counter shows it, rounded down to the second: `2:16`, `1:22:12`."""
    sign = "-" if length < timedelta(0) else ""
    minutes, seconds = divmod(int(abs(length).total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{sign}{hours}:{minutes:02}:{seconds:02}" if hours else f"{sign}{minutes}:{seconds:02}"
