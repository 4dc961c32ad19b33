"""A simulated Gcore account, a client that talks to it, and somebody who receives its webhooks."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from aiohttp import web

from bot.sandbox.clock import RehearsalClock
from bot.sandbox.gcore import GcoreCloud
from bot.sandbox.server import LocalServer
from tests.sandbox.gcore.crew import SHOWTIME, Crew, Mailbox
from tests.sandbox.gcore.overlay import SCHEMA_FILE, exchange_checker


@pytest.fixture
def clock() -> RehearsalClock:
    return RehearsalClock(SHOWTIME)


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    box, app = Mailbox(), web.Application()
    app.router.add_post("/webhooks/gcore/unguessable", box.receive)
    server = LocalServer(app)
    box.url = await server.start() + "/webhooks/gcore/unguessable"
    yield box
    await server.stop()


@pytest.fixture
async def cloud(clock: RehearsalClock, mailbox: Mailbox) -> AsyncIterator[GcoreCloud]:
    cloud = GcoreCloud(clock, webhook_url=mailbox.url)
    await cloud.start()
    yield cloud
    await cloud.stop()


@pytest.fixture
async def crew(cloud: GcoreCloud, clock: RehearsalClock) -> AsyncIterator[Crew]:
    hooks = {"response": [exchange_checker()]} if SCHEMA_FILE.exists() else {}
    headers = {"Authorization": f"APIKey {cloud.token}"}
    async with httpx.AsyncClient(base_url=cloud.base_url, headers=headers, event_hooks=hooks) as http:
        yield Crew(cloud, clock, http)
