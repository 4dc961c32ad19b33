"""The wall times that were confirmed for a show: kept beside its instants, so that they outlast a change of its zone's rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.model import Show
from bot.show.times.zones import gap_around, instants


@dataclass(frozen=True, slots=True)
class Times:
    """When a show begins and ends by the rules that its zone has now. `skipped`: clocks now skip its start or its end."""

    start: datetime
    end: datetime
    skipped: bool = False


def stamped(show: Show, before: Show | None) -> Show:
    """The show, knowing what clocks in its zone showed at its start and at its end when these were confirmed.

    `before` is the show as it was: what did not change since was confirmed then, by the rules that held then.
    """
    kept = before is not None and before.zone == show.zone
    start_kept = kept and before is not None and before.start == show.start and show.start_offset is not None
    end_kept = kept and before is not None and before.end == show.end and show.end_offset is not None
    return show if start_kept and end_kept else _by_the_rules_of_today(show, start=not start_kept, end=not end_kept)


def confirmed_anew(show: Show) -> Show:
    """The show at the instants that it has, whatever clocks in its zone show then by the rules of today."""
    return _by_the_rules_of_today(show, start=True, end=True)


def _by_the_rules_of_today(show: Show, *, start: bool, end: bool) -> Show:
    zone = ZoneInfo(show.zone)
    return replace(
        show,
        start_offset=_offset(show.start, zone) if start else show.start_offset,
        end_offset=_offset(show.end, zone) if end else show.end_offset,
    )


def times_now(show: Show) -> Times:
    """The instants at which clocks in the show's zone show what was confirmed; the present ones where nothing is known of that."""
    zone = ZoneInfo(show.zone)
    start, no_start = _instant(show.start, show.start_offset, zone)
    end, no_end = _instant(show.end, show.end_offset, zone)
    return Times(start, max(end, start + timedelta(minutes=1)), skipped=no_start or no_end)


def _offset(when: datetime, zone: ZoneInfo) -> int:
    return int((when.astimezone(zone).utcoffset() or timedelta()).total_seconds())


def _instant(when: datetime, offset: int | None, zone: ZoneInfo) -> tuple[datetime, bool]:
    """Of two instants the one that it was; for a wall time that is skipped now the first moment after the gap."""
    if offset is None or _offset(when, zone) == offset:
        return when, False
    wall = (when + timedelta(seconds=offset)).replace(tzinfo=None)
    found = instants(wall, zone)
    return (min(found, key=lambda one: abs(one - when)), False) if found else (gap_around(wall, zone).at, True)
