"""Instants and zones as the card prints them: in the show's zone, and as a token in the reader's."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.model import Show, Source
from bot.show.times import city_words, span_words, wall
from bot.slack.text import date_token, escape, truncate


def at(when: datetime, show: Show, *, seconds: bool = True) -> str:
    """The clock time of an instant in the show's zone."""
    return wall(when, ZoneInfo(show.zone), seconds=seconds, relative_to=show.start)


def brief(text: str, most: int = 120) -> str:
    """A person's or a vendor's words as part of one line: no line breaks, not endless, and nothing in them is markup."""
    return escape(truncate(" ".join(text.split()), most))


def plan_line(show: Show, now: datetime) -> str:
    """`10:00–11:15 Berlin · yours 10:00`: the plan in the show's zone and as a token in the reader's."""
    zone = ZoneInfo(show.zone)
    same_day = show.start.astimezone(zone).date() == now.astimezone(zone).date()
    span = span_words(show.start, show.end, zone, relative_to=now if same_day else None)
    return f"{span} · yours {date_token(show.start, '{date_short_pretty} {time}', fallback_zone=zone)}"


def seen_by(source: Source | None) -> str:
    """Who saw it, as a claim's source."""
    known = {Source.LOOK: "seen by our look", Source.WEBHOOK: "told by webhook", Source.INFERENCE: "concluded from our looks"}
    return known.get(source, "seen") if source else "seen"


def city(show: Show) -> str:
    """The city part of the show's zone."""
    return city_words(ZoneInfo(show.zone))
