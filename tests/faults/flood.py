"""A burst of news about things that belong to no show, while one is on air: how long people then wait for sight and brake."""

from __future__ import annotations

import asyncio
import math
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

import commands
from bot.sandbox.rehearsal import Rehearsal
from tests.show_stories.elsewhere import SUNDAY_MORNING
from tests.show_stories.gallery import Gallery

RATE = 1.0
"""Show seconds in a real one while the flood lasts: the provider takes three requests in each, as it really does."""

AT_MOST = 45.0
"""Real seconds after which nobody waits any longer."""

AT_ONCE = 50
"""Webhooks on their way at a time."""

Body = Callable[[int], Mapping[str, Any]]


def _event(kind: str, entity: str, **fields: Any) -> Mapping[str, Any]:
    return {"type": kind, "message": {entity: fields}}


FLOODS: Mapping[str, Body] = {
    "videos": lambda n: _event("video", "video", id=700_000 + n, name=f"Upload {n}", status="pending"),
    "streams": lambda n: _event("stream", "stream", id=800_000 + n, live=n % 2 == 0, backup_live=False),
    "pages": lambda n: _event("broadcast", "broadcast", id=900_000 + n, status="live"),
    "restream targets": lambda n: _event("restream", "restream", id=600_000 + n, stream_id=650_000 + n, live=False),
    "unknown types": lambda n: _event(f"invented_{n}", "thing", id=500_000 + n),
}
"""What arrives, in Gcore's form; none of it concerns the show."""


@dataclass(frozen=True, slots=True)
class Night:
    """What people waited for, in real seconds, and how many posts the two channels for news without a show were sent."""

    alarm: float
    off_air: float
    posts: int

    def __str__(self) -> str:
        return f"alarm after {self.alarm:.1f} s, off air after {self.off_air:.1f} s, {self.posts} posts of the flood"


@asynccontextmanager
async def on_air() -> AsyncIterator[tuple[Gallery, list[str]]]:
    """A show on air at a provider that takes three requests a second; and the ids of the channels for other news."""
    with tempfile.TemporaryDirectory(prefix="showcaller-flood-") as folder:
        env: dict[str, str] = {}
        rehearsal = Rehearsal(Path(folder), commands.load(), start=SUNDAY_MORNING, env=env, timeout=3.0)
        await rehearsal.open()
        try:
            gallery = Gallery(rehearsal)
            others = [rehearsal.slack.add_channel(name, members=[gallery.ana]) for name in ("news", "ops")]
            env |= {"GCORE_CHANNEL": others[0].id, "OPS_CHANNEL": others[1].id}
            rehearsal._env.update(env)
            await gallery.on_air("Sunday Service 10:00-12:30", finish="by-hand")
            await rehearsal.stop_bot()
            rehearsal.clock.run_at(RATE)
            await rehearsal.start_bot()
            await asyncio.sleep(2)  # its first looks and its reconciliation are over
            yield gallery, [channel.id for channel in others]
        finally:
            await rehearsal.close()


async def pour(gallery: Gallery, body: Body, count: int) -> None:
    """Deliver so many webhooks as fast as they are taken."""
    url = gallery.cloud.webhooks.url
    assert url is not None
    numbers = iter(range(count))

    async def deliver(http: httpx.AsyncClient) -> None:
        for number in numbers:
            await http.post(url, json=body(number))

    async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
        await asyncio.gather(*(deliver(http) for _ in range(AT_ONCE)))


async def seconds_until(true: Callable[[], bool]) -> float:
    """Real seconds until it is so; infinite if it is not within `AT_MOST`."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > AT_MOST:
            return math.inf
        await asyncio.sleep(0.05)
    return time.monotonic() - began


async def night(flood: str = "", count: int = 0) -> Night:
    """One show: the flood begins, its signal is lost without a webhook, and somebody finishes it by hand."""
    async with on_air() as (gallery, others):
        pouring = asyncio.create_task(pour(gallery, FLOODS[flood], count)) if count else None
        await asyncio.sleep(1)
        gallery.cloud.webhooks.lose_next(1000)
        gallery.drop()
        alarm = await seconds_until(lambda: gallery.posted("*NO SIGNAL ON AIR*") == 1)
        began = time.monotonic()
        await gallery.slack.command(gallery.ana, gallery.channel, "/live finish now")
        form = await gallery.slack.wait_for(lambda slack: slack.modals(gallery.ana)[-1], AT_MOST)
        await gallery.slack.submit(gallery.ana, form, {})
        off_air = await seconds_until(lambda: gallery.posted("OFF AIR —") == 1) + time.monotonic() - began
        if pouring is not None:
            await pouring
        posts = sum(len(gallery.slack.channel(channel).messages) for channel in others)
        return Night(alarm, off_air, posts)


MOST_POSTS = 20
"""Of one flood, that people are shown: a few, and one message that counts the others; and another few for each minute it lasts."""


def wrong(flooded: Night, control: Night, what: str) -> list[str]:
    """What people waited for much longer than in a night without a flood, or were shown too much of: a sentence each."""
    found = {
        f"{what}: the alarm came after {flooded.alarm:.1f} s, else after {control.alarm:.1f} s": flooded.alarm
        > 3 * control.alarm + RHYTHM,
        f"{what}: off air after {flooded.off_air:.1f} s, else after {control.off_air:.1f} s": flooded.off_air
        > 3 * control.off_air + RHYTHM,
        f"{what}: {flooded.posts} posts": flooded.posts > MOST_POSTS,
    }
    return [sentence for sentence, is_so in found.items() if is_so]


RHYTHM = 5.0
"""Seconds between two looks at a show on air: by so much two alarms differ by chance."""


async def all_floods(counts: tuple[int, ...] = (150, 1_000, 10_000)) -> tuple[list[str], str]:
    """Every flood in every size; what was wrong, and what was tried."""
    control = await night()
    lines = [f"without a flood: {control}"] if math.isinf(control.alarm + control.off_air) else []
    tried = 0
    for flood in FLOODS:
        for count in counts:
            tried += 1
            lines += wrong(await night(flood, count), control, f"{count:,} {flood}")
    return lines, f"floods: {tried} held against a night without ({control}), {len(lines)} wrong"
