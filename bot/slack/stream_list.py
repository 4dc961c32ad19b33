"""The list of streams: what each does now, and those first that were left on without an open show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from heapq import nsmallest
from zoneinfo import ZoneInfo

from bot.model import Show, ShowState, StreamKey
from bot.providers.base import Capabilities, StreamInfo
from bot.show.times import wall
from bot.slack.blocks import Control, Message, actions
from bot.slack.listing import listing
from bot.slack.streams import folded
from bot.slack.text import escape

MOST_LISTED = 60
MOST_BUTTONS = 5
OPEN = (ShowState.OPEN, ShowState.LIVE, ShowState.PAUSED)


def streams_message(
    streams: Sequence[StreamInfo],
    shows: Sequence[Show],
    able: Mapping[str, Capabilities],
    now: datetime,
    zone: ZoneInfo,
    narrow: str,
    where: Mapping[str, str],
    notes: Sequence[str],
) -> Message:
    """All of `streams`, with a button for each that was left on and can be turned off; `narrow` is what to type for fewer.

    `able` has what each provider can do, `where` their titles if there are several; `notes` stand below the list.
    """
    open_keys = {show.key for show in shows if show.state in OPEN or (show.state is ShowState.OFF and show.stopped_at is None)}
    left_on = [info for info in streams if info.enabled and info.key not in open_keys]
    others = [info for info in streams if not (info.enabled and info.key not in open_keys)]
    rest = nsmallest(MOST_LISTED, others, key=lambda info: (not info.enabled, folded(info.name)))
    on_it = defaultdict[StreamKey | None, list[Show]](list)
    for show in shows:
        on_it[show.key].append(show)
    lines = [":electric_plug: *Left on, without an open show*"] if left_on else []
    lines += [_line(info, on_it[info.key], able, where) for info in left_on[:MOST_LISTED]]
    lines += ["*The others*"] if left_on and rest else []
    lines += [_line(info, on_it[info.key], able, where) for info in rest[: max(0, MOST_LISTED - len(lines))]]
    headings = 2 if left_on and rest else 1 if left_on else 0
    more = len(streams) + headings - MOST_LISTED
    cut = [f"… and {more} more: {narrow}"] if more > 0 else []
    buttons = [
        Control(f"stream-off:{number}", f"Turn off {info.name}…", {"k": str(info.key)})
        for number, info in enumerate(left_on[:MOST_BUTTONS])
        if able[info.key.provider].switch is not None
    ]
    can_be_off = [info for info in streams if able[info.key.provider].switch is not None]
    enabled = sum(info.enabled is True for info in can_be_off)
    told = f"{enabled} of {len(can_be_off)} enabled" if can_be_off else f"{len(streams)}"
    head = f"*Streams*: {told}, looked {wall(now, zone, seconds=True)}"
    return listing(head, [*lines[:MOST_LISTED], *cut, *notes], *actions(buttons))


def _line(info: StreamInfo, shows: Sequence[Show], able: Mapping[str, Capabilities], where: Mapping[str, str]) -> str:
    look, one = info.look, able[info.key.provider]
    words = [{True: "*enabled*", False: "off", None: "state not told"}[info.enabled]] if one.switch is not None else []
    no_signal = "no signal" if look.signal is False else "signal not told here"
    words += ["signal"] if look.signal else [] if words else [no_signal]
    words += ["recording"] if look.recording and one.tells_recording else []
    words += [f":warning: {escape(look.trouble)}"] if look.trouble else []
    there = f" at {escape(where[info.key.provider])}" if where else ""
    on_it = [_on_it(show) for show in shows]
    return f"• *{escape(info.name or '(no name)')}* ({info.key.id}){there}: {' · '.join([*words, *on_it])}"


def _on_it(show: Show) -> str:
    """A show on a stream; one without a handle is not named to this reader."""
    return f"{escape(show.title)} ({show.id}) {show.state.value}" if show.id else f"{show.title} {show.state.value}"
