"""A day of shows in a minute: show time is moved from cue to cue, and Slack keeps its real time and its real limits."""

from __future__ import annotations

import asyncio
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import commands
from bot.model import Show
from bot.sandbox.rehearsal import A_BREATH, QUIET_LOOKS, Rehearsal
from bot.sandbox.slack import Channel
from tests.contention import PATIENCE
from tests.show_stories.elsewhere import SUNDAY_MORNING

A_DAY = timedelta(hours=24)


@dataclass
class Day:
    """What came of it. `seconds` of real time were taken by the shows alone, `told_after` until the last of it stood in Slack."""

    starts: list[datetime]
    ends: list[datetime]
    on_air: list[datetime]
    off_air: list[datetime]
    told: list[list[str]]
    calls: int
    refused: int
    edits: int
    waiting: float
    seconds: float
    told_after: float

    def __str__(self) -> str:
        return (
            f"{len(self.starts)} shows in 24 h of show time: {self.seconds:.0f} s of real time, "
            f"told after {self.told_after:.0f} s; "
            f"{self.calls} calls to Slack, {self.edits} edits, {self.refused} refused by its limits"
        )


class Faster:
    """A rehearsal whose clock moves on without waiting for what is still to be said."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self._rehearsal = rehearsal

    async def until(self, when: datetime, step: float) -> None:
        """Let show time pass in such steps (seconds), and at each of them let happen what is due, but for Slack."""
        clock = self._rehearsal.clock
        while (left := (when - clock.now()).total_seconds()) > 0:
            clock.advance(seconds=min(step, left))
            await self.settle()

    async def settle(self) -> None:
        """Return when neither the provider nor the bot, its outbox aside, has anything to do."""
        bot, quiet = self._rehearsal.bot, 0
        async with asyncio.timeout(PATIENCE):
            while quiet < QUIET_LOOKS:
                await self._rehearsal.cloud.settle()
                busy = bot.engine.busy or bot.scheduler.claiming or bot.watcher.busy or bot.inbox.busy
                quiet = 0 if busy else quiet + 1
                await asyncio.sleep(0 if quiet else A_BREATH)


async def a_day(shows: int, *, careful: bool = True) -> Day:
    """Play it, with so many shows, each in a channel of its own.

    Without `careful` the bot speaks to Slack at the pace of the shows, which is the control.
    """
    with tempfile.TemporaryDirectory(prefix="showcaller-day-") as folder:
        rehearsal = Rehearsal(Path(folder), commands.load(), start=SUNDAY_MORNING, limits=careful)
        rehearsal.slack.web_api.limits.enabled = True
        await rehearsal.open()
        try:
            return await _played(rehearsal, shows, careful=careful)
        finally:
            await rehearsal.close()


async def _played(rehearsal: Rehearsal, count: int, *, careful: bool) -> Day:
    channels, shows = [], []
    ana = rehearsal.slack.add_user("ana", tz="Europe/Berlin")
    for number in range(count):
        channels.append(rehearsal.slack.add_channel(f"studio-{number}", members=[ana]))
        shows.append(await _plan(rehearsal, channels[-1], number, A_DAY / count))
    faster, began, known = Faster(rehearsal), time.monotonic(), len(rehearsal.slack.calls)
    for show in shows:
        await _call(rehearsal, faster, show)
    took, waiting = time.monotonic() - began, rehearsal.bot.outbox.oldest_queued()
    if careful:
        async with asyncio.timeout(120):
            await rehearsal.bot.outbox.settled()
    calls = rehearsal.slack.calls[known:]
    ledger = rehearsal.cloud.ledger
    return Day(
        starts=[show.start for show in shows],
        ends=[show.end for show in shows],
        on_air=[effect.at for effect in ledger.of("broadcast live")],
        off_air=[effect.at for effect in ledger.of("broadcast finished")],
        told=[rehearsal.posts(channel) for channel in channels],
        calls=len(calls),
        refused=sum(call.status == 429 for call in calls),
        edits=sum(call.method == "chat.update" for call in calls),
        waiting=waiting,
        seconds=took,
        told_after=time.monotonic() - began,
    )


async def _plan(rehearsal: Rehearsal, channel: Channel, number: int, apart: timedelta) -> Show:
    ana = rehearsal.slack.user("ana")
    start = SUNDAY_MORNING + timedelta(hours=1) + apart * number
    line = f"/live plan Show {number} {start:%Y-%m-%d %H:%M} for 20m zone UTC"
    await rehearsal.command(ana, channel, line)
    await rehearsal.slack.submit(ana, rehearsal.slack.modals(ana)[-1], {})
    await rehearsal.settle()
    return max(await rehearsal.bot.store.shows(limit=100), key=lambda show: int(show.id[1:]))


async def _call(rehearsal: Rehearsal, faster: Faster, show: Show) -> None:
    """The encoder comes a minute and a half before the start and stays until the stream is off."""
    await faster.until(show.start - timedelta(minutes=31), step=1800)
    await faster.until(show.start - timedelta(seconds=90), step=120)
    rehearsal.cloud.connect_encoder(int(show.stream))
    await faster.until(show.start - timedelta(seconds=10), step=10)
    await faster.until(show.start + timedelta(seconds=10), step=1)
    await faster.until(show.end - timedelta(seconds=10), step=60)
    await faster.until(show.end + timedelta(seconds=20), step=1)
    rehearsal.cloud.drop_signal(int(show.stream))
    await faster.until(show.end + timedelta(minutes=20), step=120)


def wrong(day: Day) -> list[str]:
    """A sentence for each thing that should not be."""
    found = []
    if (day.on_air, day.off_air) != (day.starts, day.ends):
        found.append(f"planned {day.starts} to {day.ends}, on air {day.on_air}, off {day.off_air}")
    if day.refused or day.edits > 50 * (1 + day.told_after / 60):
        found.append(f"Slack refused {day.refused} calls, {day.edits} edits in {day.told_after:.0f} s")
    if not day.waiting:
        found.append("nothing was still to be said when the last show was over: this day shows nothing")
    for told in day.told:
        places = [[number for number, text in enumerate(told) if word in text] for word in ("*ON AIR —", "*OFF AIR —")]
        if [len(place) for place in places] != [1, 1] or places[0] > places[1]:
            found.append("\n".join(told))
    return found
