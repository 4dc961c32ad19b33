"""A simulated project at Gjirafa with the bot's own client, and the client at any other address."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from bot.errors import ProviderError
from bot.model import Look
from bot.providers.base import Connection
from bot.providers.gjirafa import Gjirafa, GjirafaAccount
from bot.sandbox.clock import RehearsalClock
from bot.sandbox.gjirafa import GjirafaCloud
from tests.providers.conftest import PLENTY, SHOWTIME

KEY = "gvp_cafec0ffeecanary"
GjirafaAt = Callable[..., Gjirafa]


def client(url: str, clock: RehearsalClock, *, key: str = KEY, project: str = "prj-2041", timeout: float = 5.0) -> Gjirafa:
    account = GjirafaAccount.model_validate({"authorization": key, "project_id": project, "base_url": url})
    return Gjirafa(account, Connection(clock, timeout=timeout, requests_per_second=PLENTY))


class Control:
    """The team's hands: a channel with an encoder, and a live video that is put on air and taken off."""

    def __init__(self, gjirafa: Gjirafa, cloud: GjirafaCloud, clock: RehearsalClock) -> None:
        self.gjirafa, self.cloud, self.clock = gjirafa, cloud, clock

    async def channel(self, name: str = "church main") -> str:
        return (await self.gjirafa.create_stream(name, {}, "s12")).key.id

    async def ready(self, **fields: object) -> tuple[str, str]:
        """A channel with signal and a live video that may go live."""
        channel = await self.channel()
        page = await self.gjirafa.create_page("Sunday Service", channel, fields)
        assert self.cloud.connect_encoder(channel)
        await self.later(10)
        return channel, page.id

    async def on_air(self, **fields: object) -> tuple[str, str]:
        channel, page = await self.ready(**fields)
        await self.gjirafa.set_page(page, "live")
        await self.later(10)
        return channel, page

    async def look(self, channel: str, page: str) -> Look:
        return await self.gjirafa.look(channel, page=page)

    async def later(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))
        await self.cloud.settle()

    async def refused(self, page: str, state: str) -> ProviderError:
        with pytest.raises(ProviderError) as caught:
            await self.gjirafa.set_page(page, state)
        return caught.value


@pytest.fixture
async def project(clock: RehearsalClock) -> AsyncIterator[GjirafaCloud]:
    cloud = GjirafaCloud(clock)
    await cloud.start()
    yield cloud
    await cloud.stop()


@pytest.fixture
async def gjirafa(project: GjirafaCloud, clock: RehearsalClock) -> AsyncIterator[Gjirafa]:
    gjirafa = client(project.base_url, clock, key=project.environment()["GJIRAFA_AUTHORIZATION"])
    yield gjirafa
    await gjirafa.close()


@pytest.fixture
def control(gjirafa: Gjirafa, project: GjirafaCloud, clock: RehearsalClock) -> Control:
    return Control(gjirafa, project, clock)


@pytest.fixture
async def gjirafa_at() -> AsyncIterator[GjirafaAt]:
    made: list[Gjirafa] = []

    def at(url: str, *, timeout: float = 5.0) -> Gjirafa:
        made.append(client(url, RehearsalClock(SHOWTIME), timeout=timeout))
        return made[-1]

    yield at
    for each in made:
        await each.close()
