"""A simulated Videograph environment, and a crew that talks to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from bot.sandbox.clock import RehearsalClock
from bot.sandbox.videograph import VideographCloud
from tests.sandbox.videograph.crew import SHOWTIME, Crew


@pytest.fixture
def clock() -> RehearsalClock:
    return RehearsalClock(SHOWTIME)


@pytest.fixture
async def cloud(clock: RehearsalClock) -> AsyncIterator[VideographCloud]:
    cloud = VideographCloud(clock)
    await cloud.start()
    yield cloud
    await cloud.stop()


@pytest.fixture
async def crew(cloud: VideographCloud, clock: RehearsalClock) -> AsyncIterator[Crew]:
    async with httpx.AsyncClient(base_url=cloud.base_url, headers={"Authorization": cloud.authorization}) as http:
        yield Crew(cloud, clock, http)
