"""The wall clock of the bot's machine is set while a show is on air: how long people then wait, held against a night without."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot.sandbox.played import played
from tests.show_stories.elsewhere import Elsewhere, sunday_at

STEPS = tuple(timedelta(seconds=seconds * sign) for seconds in (5, 60, 3600, 86_400) for sign in (-1, 1))
"""A leap, what NTP corrects, a wrong zone, a wrong day; both ways."""

AT_MOST = 60.0
"""Show seconds after which nobody waits any longer."""


@asynccontextmanager
async def on_air_at(provider: str) -> AsyncIterator[Elsewhere]:
    """A show at that provider that ends by hand and began a minute ago, so that no step comes past its end."""
    with tempfile.TemporaryDirectory(prefix="showcaller-clock-") as folder:
        async with sunday_at(provider, Path(folder)) as crew:
            await crew.on_air("Sunday Service 10:00-11:30", finish="by-hand")
            await crew.passes(60, step=5)
            yield crew


async def seconds_until(crew: Elsewhere, true: Callable[[], bool]) -> float:
    """Show seconds until it is so, by a clock that nobody sets; infinite if it is not within `AT_MOST`."""
    began = crew.rehearsal.clock.elapsed()
    while not true():
        if crew.rehearsal.clock.elapsed() - began >= AT_MOST:
            return float("inf")
        await crew.passes(1)
    return crew.rehearsal.clock.elapsed() - began


async def lost_signal(crew: Elsewhere) -> float:
    """The encoder falls silent and no webhook says so: seconds until the alarm."""
    crew.vendor.webhooks.lose_next(1000)
    crew.drop()
    return await seconds_until(crew, lambda: crew.posted("*NO SIGNAL ON AIR*") == 1)


async def ladder(crew: Elsewhere) -> float:
    """Nobody takes the alarm that rings already: seconds until the next rung, counted from now."""
    return await seconds_until(crew, lambda: crew.posted("nobody has taken this yet") == 1)


async def finish(crew: Elsewhere) -> float:
    """Somebody finishes the show: seconds until it is told what became of it."""
    await crew.type("/live finish s1")
    if crew.slack.modals(crew.ana):
        await crew.submit()
    return await seconds_until(crew, lambda: crew.posted("OFF AIR —") + crew.posted("STILL PUBLIC —") == 1)


@dataclass(frozen=True, slots=True)
class Wait:
    """How long people waited for something after a step (`by` None: without one)."""

    provider: str
    what: str
    by: timedelta | None
    seconds: float


async def waited(provider: str, by: timedelta | None) -> list[Wait]:
    """What is waited for after one step, each on air of its own."""
    scenes: Sequence[tuple[str, Callable[[Elsewhere], Awaitable[float]]]] = (("alarm", lost_signal), ("finish", finish))
    found = []
    for what, scene in scenes:
        async with on_air_at(provider) as crew:
            if by is not None:
                await crew.rehearsal.step(seconds=by.total_seconds())
            found.append(Wait(provider, what, by, await scene(crew)))
    async with on_air_at(provider) as crew:
        await lost_signal(crew)
        if by is not None:
            await crew.rehearsal.step(seconds=by.total_seconds())
        found.append(Wait(provider, "next rung", by, await ladder(crew)))
    return found


SLACK = 6.0
"""Show seconds by which a wait may differ: the rhythm of looks at a stream on air, and a second."""


async def wrong(providers: Sequence[str] = (), steps: Sequence[timedelta] = STEPS) -> tuple[list[str], str]:
    """What was waited for longer, or not as long, as without a step: a sentence each; and what was tried."""
    lines, tried = [], 0
    for provider in providers or sorted(played()):
        control = {wait.what: wait for wait in await waited(provider, None)}
        lines += [f"{provider}: no {wait.what} at all without a step" for wait in control.values() if wait.seconds > AT_MOST]
        for by in steps:
            for wait in await waited(provider, by):
                tried += 1
                usual = control[wait.what].seconds
                if abs(wait.seconds - usual) > SLACK:
                    lines.append(f"{provider}, clock set by {by}: {wait.what} after {wait.seconds:g} s, without {usual:g} s")
    return lines, f"clock steps: {tried} waits held against none, {len(lines)} differ"
