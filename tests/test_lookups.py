"""Look-ups of videos: each once, one at a time, and the oldest give way."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest

from bot.errors import ProviderError
from bot.lookups import MOST, VideoLookups
from bot.model import Video
from bot.providers.base import Provider
from bot.providers.budget import Priority, Tier, tier_of


class Vendor:
    """Answers when told to."""

    name = "gcore"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.tiers: set[Tier] = set()
        self.under_way = self.most = 0
        self.go = asyncio.Event()
        self.refuse: Exception | None = None

    async def video(self, video: str) -> Video:
        self.asked.append(video)
        self.tiers.add(tier_of(Priority.LOOK))
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await self.go.wait()
        self.under_way -= 1
        if self.refuse is not None:
            raise self.refuse
        return Video("gcore", video, stream="101")


@pytest.fixture
async def vendor() -> Vendor:
    return Vendor()


def asking(lookups: VideoLookups, vendor: Vendor, *videos: str) -> list[asyncio.Task[Video | None]]:
    return [asyncio.create_task(lookups.ask(cast("Provider", vendor), video)) for video in videos]


async def test_each_is_asked_for_once_and_one_at_a_time_behind_everything_else(vendor: Vendor) -> None:
    tasks = asking(VideoLookups(), vendor, "1", "2", "1", "3", "2")
    await asyncio.sleep(0)
    vendor.go.set()
    found = await asyncio.gather(*tasks)
    assert [video.id if video else None for video in found] == ["1", "2", "1", "3", "2"]
    assert vendor.asked == ["1", "2", "3"]
    assert vendor.most == 1
    assert vendor.tiers == {Tier.BACKGROUND}


async def test_the_oldest_give_way_to_younger_ones(vendor: Vendor) -> None:
    lookups = VideoLookups()
    tasks = asking(lookups, vendor, *map(str, range(3 * MOST)))
    await asyncio.sleep(0)
    assert lookups.dropped == 2 * MOST
    vendor.go.set()
    found = await asyncio.gather(*tasks)
    assert [video is None for video in found] == [True] * 2 * MOST + [False] * MOST


async def test_while_the_provider_is_out_nobody_waits_for_it(vendor: Vendor) -> None:
    vendor.refuse = ProviderError("Gcore did not answer.", permanent=False)
    tasks = asking(VideoLookups(), vendor, "1", "2", "3")
    await asyncio.sleep(0)
    vendor.go.set()
    assert await asyncio.gather(*tasks) == [None, None, None]
    assert vendor.asked == ["1"]


async def test_one_that_is_refused_is_no_reason_not_to_ask_for_the_next(vendor: Vendor) -> None:
    vendor.refuse = ProviderError("Gcore has no video 1.", permanent=True)
    tasks = asking(VideoLookups(), vendor, "1", "2")
    await asyncio.sleep(0)
    vendor.go.set()
    assert await asyncio.gather(*tasks) == [None, None]
    assert vendor.asked == ["1", "2"]


async def test_our_own_error_fails_that_letter_alone(vendor: Vendor) -> None:
    vendor.refuse = ValueError("our own")
    tasks = asking(VideoLookups(), vendor, "1")
    await asyncio.sleep(0)
    vendor.go.set()
    (found,) = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(found, ValueError)
