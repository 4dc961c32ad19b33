"""What has to be known before a clip is asked for: the viewer's delay, the show's marks, and what the provider can cut now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.errors import ProviderError, UserError
from bot.model import JSON, Clip, Show
from bot.providers.base import ClipWindow, Field, Provider
from bot.show.clip_text import Frame, parse_delay, require_cuttable
from bot.show.pictures import darkness, first_picture
from bot.slack.assignments import read_assignments, split_assignments
from bot.slack.call import Call


def with_clips(call: Call, show: Show) -> Provider:
    """The show's provider, which can cut clips; Unsupported, with what it can do instead, if it cannot."""
    provider = call.context.provider(show.provider)
    if provider.capabilities.clips is None:
        raise provider.cannot("clips")
    if not show.stream:
        raise UserError(f"{show.title} ({show.id}) has no stream yet, so there is nothing to cut.")
    return provider


def clip_fields(call: Call, show: Show) -> tuple[Field, ...]:
    """What a clip can be told beside its title and its range."""
    able = call.context.provider(show.provider).capabilities.clips
    return able.fields if able else ()


def typed_fields(provider: Provider, words: str) -> tuple[str, dict[str, JSON]]:
    """The words of a line, and its `key=value` by the provider's field; where it has none, such words are part of the title."""
    able = provider.capabilities.clips
    if able is None or not able.fields:
        return words, {}
    rest, values = split_assignments(words)
    return rest, read_assignments(able.fields, values)


async def require_inside(call: Call, show: Show, provider: Provider, start: datetime, end: datetime) -> None:
    """UserError, with what can be cut, for a range that cannot be: nothing has been tried then.

    While the provider is out nobody knows: the wish is taken, and what comes of it is told later.
    """
    try:
        window = await call.patiently(provider.clip_window(show.stream))
    except ProviderError as failure:
        if failure.permanent:
            raise
        window = ClipWindow()
    if window.why_not:
        why = window.why_not.rstrip(".")
        raise UserError(f"Nothing can be cut of {show.title} ({show.id}): {why}.{_remedy(call, show, provider, why)}")
    dark = darkness(await _turns(call, show))
    require_cuttable(
        start,
        end,
        call.context.clock.now(),
        earliest=max(filter(None, (window.earliest, first_picture(dark))), default=None),
        longest=window.longest or _longest(provider),
        ahead=call.context.figures.clip_settle,
        zone=ZoneInfo(show.zone),
        dark=dark,
    )


async def _turns(call: Call, show: Show) -> list[tuple[datetime, bool]]:
    """When its signal was seen to come and to go, by its log; and since when it is as it is now."""
    log = await call.context.store.as_run(show.id)
    turns = [(line.at, line.what == "signal True") for line in log if line.what in ("signal True", "signal False")]
    seen = await call.context.store.seen(show.key) if show.key else None
    if seen is not None and seen.signal is not None and "signal" in seen.since:
        turns.append((seen.since["signal"], seen.signal))
    return turns


def _longest(provider: Provider) -> timedelta | None:
    return provider.capabilities.clips.longest if provider.capabilities.clips else None


def _remedy(call: Call, show: Show, provider: Provider, why: str) -> str:
    """How to turn on what clips need, where that is what is missing and a stream's setting that can be changed."""
    needs = provider.capabilities.clips.needs if provider.capabilities.clips else ""
    settable = any(field.name == needs and field.on_edit for field in provider.capabilities.stream_fields)
    if not settable or needs not in why:
        return ""
    return f" Type {call.command} stream edit {show.key} {needs}=yes: what comes after that can be cut."


def still_there(call: Call, clips: Sequence[Clip]) -> Clip:
    """The clip of the pressed button."""
    found = next((clip for clip in clips if clip.number == call.carried.get("n")), None)
    if found is None:
        raise UserError(f"That clip is no longer known. See {call.command} clip list.")
    return found


# -- the viewer ---------------------------------------------------------------------------------------------------------
async def frame(call: Call, show: Show) -> Frame:
    """What a span is read against, for this person and this show."""
    figures = call.context.figures
    return Frame(
        now=call.at,
        zone=ZoneInfo(show.zone),
        delay=await delay_of(call),
        usual=figures.clip_last,
        marks={marker.number: marker.at for marker in await call.context.store.markers(show.id)},
        before=figures.marker_before,
        after=figures.marker_after,
    )


async def delay_of(call: Call) -> timedelta:
    """How far behind this person's player is, as they said last."""
    seconds = await call.context.store.get(_key(call))
    return timedelta(seconds=seconds) if isinstance(seconds, int | float) else call.context.figures.clip_delay


async def remember_delay(call: Call, said: str) -> timedelta:
    """Keep what this person says of their player."""
    delay = parse_delay(said)
    await call.context.store.put(_key(call), delay.total_seconds())
    return delay


def _key(call: Call) -> str:
    return f"clip-delay:{call.user}"
