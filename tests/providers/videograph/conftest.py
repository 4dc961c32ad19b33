"""A simulated Videograph environment with the bot's own client, and that client at any other address."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from pydantic import SecretStr

from bot.providers.base import Connection
from bot.providers.videograph import Videograph, VideographAccount
from bot.sandbox.clock import RehearsalClock
from bot.sandbox.videograph import DEFAULT_SECRET_KEY, DEFAULT_TOKEN_ID, VideographCloud
from tests.providers.conftest import PLENTY, SHOWTIME

VideographAt = Callable[..., Videograph]


@pytest.fixture
async def videograph_at() -> AsyncIterator[VideographAt]:
    """Videograph, as the bot talks to it, at any address."""
    made: list[Videograph] = []

    def at(url: str, *, timeout: float = 5.0, token_id: str = DEFAULT_TOKEN_ID, secret_key: str = DEFAULT_SECRET_KEY) -> Videograph:
        account = VideographAccount(
            token_id=SecretStr(token_id), secret_key=SecretStr(secret_key), region="us-west-1", base_url=url
        )
        made.append(Videograph(account, Connection(RehearsalClock(SHOWTIME), timeout=timeout, requests_per_second=PLENTY)))
        return made[-1]

    yield at
    for videograph in made:
        await videograph.close()


@pytest.fixture
async def cloud(clock: RehearsalClock) -> AsyncIterator[VideographCloud]:
    cloud = VideographCloud(clock)
    await cloud.start()
    yield cloud
    await cloud.stop()


@pytest.fixture
def videograph(cloud: VideographCloud, videograph_at: VideographAt) -> Videograph:
    """The bot's client of the simulated environment."""
    return videograph_at(cloud.base_url)


class Control:
    """The team's hands: streams that are made and fed, and time that passes."""

    def __init__(self, videograph: Videograph, cloud: VideographCloud, clock: RehearsalClock) -> None:
        self.videograph, self.cloud, self.clock = videograph, cloud, clock

    async def stream(self, name: str = "Church", tag: str = "showcaller:op1", **fields: Any) -> str:
        return (await self.videograph.create_stream(name, fields, tag)).key.id

    async def on_air(self, **fields: Any) -> str:
        stream = await self.stream(**fields)
        (address,) = await self.videograph.ingest(stream)
        assert address.key is not None
        assert self.cloud.push_to(f"{address.url.get_secret_value()}/{address.key.get_secret_value()}")
        await self.later(10)
        return stream

    async def later(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)
        await self.cloud.settle()


@pytest.fixture
def control(videograph: Videograph, cloud: VideographCloud, clock: RehearsalClock) -> Control:
    return Control(videograph, cloud, clock)
