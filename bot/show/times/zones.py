"""Zones by name or by city, and the instants that a clock on a wall there can mean."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bot.errors import Choice, Question, UserError
from bot.show.phone import as_typed, normalise, unquote
from bot.show.times.words import city_words, day_words

_EXAMPLE = "Type a city such as berlin or new york, or a name such as Europe/Berlin."

_ABBREVIATIONS: Mapping[str, tuple[str, ...]] = {
    # Letters that name an offset, not a place: read literally, "est" would keep New York an hour off all summer.
    "est": ("America/New_York", "America/Panama"),
    "edt": ("America/New_York",),
    "cst": ("America/Chicago", "Asia/Shanghai", "America/Costa_Rica"),
    "cdt": ("America/Chicago",),
    "mst": ("America/Denver", "America/Phoenix"),
    "mdt": ("America/Denver",),
    "pst": ("America/Los_Angeles", "Asia/Manila"),
    "pdt": ("America/Los_Angeles",),
    "hst": ("Pacific/Honolulu",),
    "bst": ("Europe/London", "Asia/Dhaka"),
    "ist": ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"),
    "cest": ("Europe/Berlin", "Europe/Paris", "Europe/Madrid"),
    "eest": ("Europe/Helsinki", "Europe/Athens", "Europe/Kyiv"),
    "jst": ("Asia/Tokyo",),
    "aest": ("Australia/Sydney", "Australia/Brisbane"),
    "aedt": ("Australia/Sydney",),
}


class NoSuchTime(Question):
    """Clocks skip this wall time when they go forward. The choices are the first times after the gap."""


class TwiceTime(Question):
    """Clocks show this wall time twice when they go back. The choices are the two instants, told apart by their offset."""


@dataclass(frozen=True)
class Gap:
    """Clocks going forward: at the instant `at` they jump from the wall time `before` to `after` (both naive)."""

    at: datetime
    before: datetime
    after: datetime


def parse_zone(text: str) -> ZoneInfo:
    """Read an IANA name in any capitals (`europe/berlin`, `UTC`) or a city that only one zone is named after (`berlin`).

    Raises Question for letters such as `est` and for a city in several places, UserError with close matches otherwise.
    """
    typed = unquote(normalise(text))
    said = _folded(typed)
    if said in _ABBREVIATIONS:
        choices = [Choice(f"{city_words(ZoneInfo(name))} ({name})", name) for name in _ABBREVIATIONS[said]]
        raise Question(f"{as_typed(typed)} names an offset, and clocks change. Which place do you mean?", choices)
    if said in (names := _zones_by_name()):
        return ZoneInfo(names[said])
    found = _zones_by_city().get(said, ())
    if len(found) == 1:
        return ZoneInfo(found[0])
    if found:
        raise Question(f"{as_typed(typed)} names several zones. Which one do you mean?", [Choice(name, name) for name in found])
    raise UserError(f"I know no zone {as_typed(typed)}. {_did_you_mean(said)}{_EXAMPLE}")


def _folded(name: str) -> str:
    return re.sub("[ _-]+", "_", name.casefold())


@cache
def _zones_by_name() -> Mapping[str, str]:
    return {_folded(name): name for name in sorted(available_timezones() - {"localtime", "Factory", "posixrules"})}


@cache
def _zones_by_city() -> Mapping[str, Sequence[str]]:
    """City to zones. Two names of one place (America/Indianapolis, America/Indiana/Indianapolis) count once, as the longer one."""
    places: dict[str, dict[str, str]] = defaultdict(dict)
    for name in sorted(_zones_by_name().values(), key=len):
        area, _, rest = name.partition("/")
        if rest and area != "Etc":
            places[_folded(rest.rsplit("/", maxsplit=1)[-1])][area] = name
    return {city: sorted(by_area.values()) for city, by_area in places.items()}


def _did_you_mean(said: str) -> str:
    known = {**{city: names[0] for city, names in _zones_by_city().items()}, **_zones_by_name()}
    close = difflib.get_close_matches(said[:40], known, n=3, cutoff=0.7)
    return f"Did you mean {' or '.join(dict.fromkeys(known[name] for name in close))}? " if close else ""


def wall_instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The one instant (aware UTC) at which clocks in `zone` show the naive `local`.

    Raises NoSuchTime when they skip it, TwiceTime when they show it twice, UserError for a year outside 1970 to 2199.
    """
    if not 1970 <= local.year < 2200:
        raise UserError(f"The year {local.year} is out of reach. Type a date between 1970 and 2199.")
    found = instants(local, zone)
    if not found:
        raise no_such_time(local, zone)
    if len(found) > 1:
        raise twice_time(local, zone, found)
    return found[0]


def instants(local: datetime, zone: tzinfo) -> tuple[datetime, ...]:
    """Every instant, in order, at which clocks in `zone` show the naive `local`: none in a gap, two where clocks go back."""
    read = {local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return tuple(sorted(when for when in read if when.astimezone(zone).replace(tzinfo=None) == local))


def gap_around(local: datetime, zone: tzinfo) -> Gap:
    """The change of clocks that skips the naive `local`. Only meaningful where `instants` finds none."""
    # In a gap, fold=1 reads the wall time with the offset after the change: an instant before it; fold=0 the other way round.
    early = local.replace(tzinfo=zone, fold=1, microsecond=0).astimezone(UTC)
    late = local.replace(tzinfo=zone, fold=0, microsecond=0).astimezone(UTC)
    old, new = early.astimezone(zone).utcoffset() or timedelta(), late.astimezone(zone).utcoffset() or timedelta()
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        early, late = (middle, late) if middle.astimezone(zone).utcoffset() == old else (early, middle)
    return Gap(late, (late + old).replace(tzinfo=None), (late + new).replace(tzinfo=None))


def no_such_time(local: datetime, zone: tzinfo) -> NoSuchTime:
    """The question to ask about a naive `local` that clocks in `zone` skip."""
    gap = gap_around(local, zone)
    shifted = local + (gap.after - gap.before)
    choices = [Choice(f"{day_words(when.date())} {_clock(when)}", wall_text(when)) for when in dict.fromkeys((gap.after, shifted))]
    return NoSuchTime(
        f"{_clock(local)} on {day_words(local.date(), with_year=True)} does not exist in {city_words(zone)}: "
        f"clocks jump from {_clock(gap.before)} to {_clock(gap.after)}. Which time do you mean?",
        choices,
    )


def twice_time(local: datetime, zone: tzinfo, found: Sequence[datetime]) -> TwiceTime:
    """The question to ask about a naive `local` that clocks in `zone` show at both instants of `found`."""
    choices = [
        Choice(f"{_clock(local)} {_offset_words(when, zone)}", f"{wall_text(local)} {order}")
        for when, order in zip(found, ("first", "second"), strict=True)
    ]
    return TwiceTime(
        f"{_clock(local)} on {day_words(local.date(), with_year=True)} comes twice in {city_words(zone)}, because clocks go back. "
        f"Which one do you mean?",
        choices,
    )


def wall_text(local: datetime) -> str:
    """A naive wall time in the form that reads back without doubt: `2026-11-22 10:00`."""
    return local.isoformat(" ", "seconds" if local.second else "minutes")


def _clock(local: datetime) -> str:
    return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"


def _offset_words(when: datetime, zone: tzinfo) -> str:
    local = when.astimezone(zone)
    offset = f"({local.isoformat()[-6:]})"
    letters = local.tzname() or ""
    return f"{letters} {offset}" if letters.isalpha() else offset
