"""The queue of one channel, by a clock that never stands still."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import count

from bot.model import Post, Urgency
from bot.outbox.entry import Entry
from bot.outbox.lane import Lane
from bot.outbox.pace import Bell, Bucket, Pace
from bot.store.base import Parcel
from tests.contention import PATIENCE
from tests.outbox.newsroom import TEN_O_CLOCK


class Ticking:
    """Every glance at it finds it a second later than the one before."""

    def __init__(self) -> None:
        self._seconds: Iterator[int] = count(1)

    def time(self) -> float:
        return float(next(self._seconds))

    async def sleep(self, _: float) -> None:
        await asyncio.sleep(0)


async def test_a_post_whose_time_comes_between_two_glances_at_the_clock_is_sent_all_the_same() -> None:
    for due in range(2, 30):
        clock = Ticking()
        sent: list[str] = []

        async def deliver(entry: Entry, sent: list[str] = sent) -> None:
            sent.append(entry.post.key)
            entry.done = True

        post = Post("on-air", "C1", TEN_O_CLOCK, Urgency.STATE, text="ON AIR")
        tried = Entry(Parcel(post, 1, "queued"), seen_at=0.0, attempts=1, first_tried=1.0, unsure=True, not_before=float(due))
        lane = Lane(deliver, {post.key: tried}, Bucket(1.0, 3, clock.time), Pace(), clock, Bell(clock))
        lane.add(tried)
        async with asyncio.timeout(PATIENCE):
            await lane.run()
        assert sent == ["on-air"]
