"""The rules of a zone changed: what was confirmed is a wall time, so instants and cues move in one commit, and it is told."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.context import Context
from bot.model import Decision, Dossier, Show, ShowState
from bot.show.confirmed import Times, confirmed_anew, times_now
from bot.show.cues import asked_finish, schedule
from bot.show.defaults import Defaults
from bot.show.draft import Draft
from bot.show.times import city_words, span_words, wall
from bot.slack import notices
from bot.slack.stamps import brief
from bot.slack.text import date_token

log = logging.getLogger(__name__)

AHEAD = (ShowState.PLANNED, ShowState.OPEN, ShowState.LIVE, ShowState.PAUSED)
LONGEST_SHOW = timedelta(days=7)
MOST_SHOWS = 1_000_000


async def follow_the_clocks(context: Context) -> list[str]:
    """Hold every show that is not over against its zone's rules of today, as the machine has them; the ids of those that moved."""
    ZoneInfo.clear_cache()  # else a process goes by the rules that it has read once
    since = context.clock.now() - LONGEST_SHOW

    def rule_of(show_id: str) -> Callable[[Dossier], Decision[bool]]:
        def rule(dossier: Dossier) -> Decision[bool]:
            draft = Draft(dossier, context.clock.now())
            return draft.decision(rezone(draft, draft.show(show_id), context.figures))

        return rule

    moved = []
    for show in await context.store.shows(states=AHEAD, start_from=since, limit=MOST_SHOWS):
        unknown = show.start_offset is None or show.end_offset is None
        if (unknown or _differs(show, times_now(show))) and await context.store.decide(show.id, rule_of(show.id)):
            log.warning("the clocks of %s changed: %s was moved to the wall time that was confirmed", show.zone, show.id)
            moved.append(show.id)
    return moved


def rezone(draft: Draft, show: Show, figures: Defaults) -> bool:
    """Let the show begin and end when its clocks show what was confirmed; whether that is another instant than before.

    One that is on air has begun: only its end moves. One whose start has passed by the new rules stays where it is, as nobody is
    ready for that, and says so. Of one whose wall times are not known yet, the present ones are.
    """
    now = times_now(show)
    if not _differs(show, now):
        draft.put(show)
        return False
    start = show.start if show.state.on_air else now.start
    if start <= draft.now < show.start or now.end <= draft.now:
        kept = draft.put(confirmed_anew(show))
        draft.post(notices.told(kept, "clocks-changed", draft.now, _words_of_staying(kept)))
        return False
    moved = draft.put(replace(show, start=start, end=now.end))
    asked = asked_finish(draft.of(show.id, "finish"), show)
    if asked is not None and asked.due == show.end:
        draft.operate(replace(asked, due=now.end))
    schedule(draft, moved, figures)
    draft.post(notices.told(moved, "clocks-changed", draft.now, _words(show, moved, skipped=now.skipped)))
    draft.note(show.id, "clocks changed", "", f"{moved.start.isoformat()} {moved.end.isoformat()} {show.zone}")
    return True


def _differs(show: Show, now: Times) -> bool:
    return now.end != show.end or (now.start != show.start and not show.state.on_air)


def _words(before: Show, moved: Show, *, skipped: bool) -> str:
    zone = ZoneInfo(moved.zone)
    what = f"*{brief(moved.title)}* ({moved.id})"
    yours = date_token(moved.start, "{date_short_pretty} {time}", fallback_zone=zone)
    opening = f":clock3: The rules by which clocks go in {city_words(zone)} were changed."
    if skipped:
        return (
            f"{opening} They skip the time that was confirmed for {what}, so it is {span_words(moved.start, moved.end, zone)} now "
            f"(yours {yours}), as soon after it as there is. Move it if that is wrong."
        )
    if moved.start == before.start:
        ends = f"{wall(moved.end, zone, relative_to=moved.start)} {city_words(zone)}"
        return f"{opening} {what} still ends at {ends}, which is {_utc(moved.end)} now and was {_utc(before.end)} before."
    return (
        f"{opening} {what} is still {span_words(moved.start, moved.end, zone)}, as it was confirmed: that is {_utc(moved.start)} "
        f"now and was {_utc(before.start)} before (yours {yours}). Everything that the clock does for it moved with it."
    )


def _words_of_staying(show: Show) -> str:
    zone = ZoneInfo(show.zone)
    return (
        f":warning: The rules by which clocks go in {city_words(zone)} were changed, and by the new ones the time that was "
        f"confirmed for *{brief(show.title)}* ({show.id}) has passed. Nothing was moved: it is "
        f"{span_words(show.start, show.end, zone)} now, {_utc(show.start)} as before. Move or extend it if that is wrong."
    )


def _utc(when: datetime) -> str:
    return f"{when.astimezone(UTC):%H:%M} UTC"
