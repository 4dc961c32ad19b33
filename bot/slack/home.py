"""The home tab: what is on air, what is next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.model import JSON, Show, ShowState
from bot.slack.blocks import context, section
from bot.slack.stamps import plan_line
from bot.slack.text import channel, escape


def show_line(show: Show, now: datetime) -> str:
    """One show in a list."""
    mark = {
        ShowState.LIVE: ":red_circle:",
        ShowState.PAUSED: ":double_vertical_bar:",
        ShowState.OPEN: ":large_yellow_circle:",
        ShowState.OFF: ":black_circle:",
    }.get(show.state, ":white_circle:")
    return f"{mark} *{escape(show.title)}* ({show.id}) · {plan_line(show, now)} · {show.state.value} · {channel(show.channel)}"


def home(shows: Sequence[Show], now: datetime, command: str) -> Mapping[str, JSON]:
    """The home tab of one person."""
    coming = [show for show in shows if not show.state.closed]
    blocks = [section("*Shows*"), *(section(show_line(show, now)) for show in coming[:20])]
    if not coming:
        blocks.append(section(f"Nothing is planned. In a channel, type `{command} plan Sunday Service sun 10:00-11:15`."))
    blocks.append(context(f"`{command} help` shows everything you can do."))
    return {"type": "home", "blocks": blocks}
