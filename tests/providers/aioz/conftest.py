"""A simulated AIOZ account with the bot's own client, and a radio crew that uses both."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
from pydantic import SecretStr

from bot.model import Look
from bot.providers.aioz import Aioz, AiozAccount
from bot.providers.base import Connection, Page
from bot.sandbox.aioz import AiozCloud
from bot.sandbox.clock import RehearsalClock
from tests.providers.conftest import PLENTY, SHOWTIME

AiozAt = Callable[..., Aioz]


class Radio:
    """The crew's hands: a key, a streaming on it, and an encoder."""

    def __init__(self, aioz: Aioz, cloud: AiozCloud, clock: RehearsalClock) -> None:
        self.aioz, self.cloud, self.clock = aioz, cloud, clock

    async def key(self, name: str = "radio one") -> str:
        return (await self.aioz.create_stream(name, {}, "s12")).key.id

    async def streaming(self, key: str, title: str = "Radio Hour (s12)", *, save: bool = True) -> Page:
        return await self.aioz.create_page(title, key, {"save": save})

    async def push(self, key: str) -> bool:
        (address,) = await self.aioz.ingest(key)
        assert address.key is not None
        return self.cloud.push_to(f"{address.url.get_secret_value()}/{address.key.get_secret_value()}")

    async def on_air(self, *, save: bool = True) -> tuple[str, str]:
        """A key and a streaming that is seen to be live."""
        key = await self.key()
        page = (await self.streaming(key, save=save)).id
        assert await self.push(key)
        await self.aioz.look(key, page=page)
        await self.later(15)
        assert (await self.aioz.look(key, page=page)).signal
        return key, page

    async def later(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)
        await self.cloud.settle()

    async def looks(self, key: str, page: str, seconds: int, every: int = 10) -> list[Look]:
        """Look again and again, as the watcher does."""
        seen = []
        for _ in range(0, seconds, every):
            await self.later(every)
            seen.append(await self.aioz.look(key, page=page))
        return seen


def account_of(cloud: AiozCloud) -> AiozAccount:
    env = cloud.environment()
    return AiozAccount(
        public_key=SecretStr(env["AIOZ_PUBLIC_KEY"]), secret_key=SecretStr(env["AIOZ_SECRET_KEY"]), base_url=env["AIOZ_BASE_URL"]
    )


@pytest.fixture
async def aioz_cloud(clock: RehearsalClock) -> AsyncIterator[AiozCloud]:
    cloud = AiozCloud(clock)
    await cloud.start()
    yield cloud
    await cloud.stop()


@pytest.fixture
async def radio(aioz_cloud: AiozCloud, clock: RehearsalClock) -> AsyncIterator[Radio]:
    aioz = Aioz(account_of(aioz_cloud), Connection(clock, requests_per_second=PLENTY))
    yield Radio(aioz, aioz_cloud, clock)
    await aioz.close()


@pytest.fixture
async def aioz_at() -> AsyncIterator[AiozAt]:
    """AIOZ, as the bot talks to it, at any address."""
    made: list[Aioz] = []

    def at(url: str, *, timeout: float = 5.0, secret: str = "sec-canary-0123") -> Aioz:
        account = AiozAccount(public_key=SecretStr("pub-canary-0123"), secret_key=SecretStr(secret), base_url=url)
        made.append(Aioz(account, Connection(RehearsalClock(SHOWTIME), timeout=timeout, requests_per_second=PLENTY)))
        return made[-1]

    yield at
    for aioz in made:
        await aioz.close()
