"""A simulated project at Gjirafa, somebody who calls it over HTTP, and somebody who receives its webhooks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from aiohttp import web

from bot.sandbox.clock import RehearsalClock
from bot.sandbox.gjirafa import GjirafaCloud
from bot.sandbox.server import LocalServer
from tests.sandbox.gcore.crew import SHOWTIME, Mailbox


class Crew:
    """Calls the simulator as its documentation says."""

    def __init__(self, cloud: GjirafaCloud, clock: RehearsalClock, http: httpx.AsyncClient) -> None:
        self.cloud, self.clock, self.http = cloud, clock, http

    async def call(self, method: str, path: str, **rest: Any) -> httpx.Response:
        return await self.http.request(method, f"/api/{path if path.startswith('v') else f'v1/prj-2041/{path}'}", **rest)

    async def result(self, method: str, path: str, **rest: Any) -> Any:
        answer = await self.call(method, path, **rest)
        envelope = answer.json()
        assert answer.status_code in (200, 201), answer.text
        assert (envelope["success"], envelope["errors"], envelope["statusCode"]) == (True, [], answer.status_code)
        return envelope["result"]

    async def refused(self, method: str, path: str, **rest: Any) -> tuple[int, str]:
        answer = await self.call(method, path, **rest)
        envelope = answer.json()
        assert (envelope["success"], envelope["result"]) == (False, None)
        return envelope["statusCode"], envelope["errors"][0]

    async def channel(self, **form: str) -> dict[str, Any]:
        parts = {"Title": "church main", "Type": "1", "LatencyType": "1", "InputType": "1", **form}
        made: dict[str, Any] = await self.result("POST", "channels", files={name: (None, text) for name, text in parts.items()})
        return made

    async def live_video(self, channel: str, **fields: Any) -> str:
        body = {"title": "Sunday Service", "channelId": channel, "dvrEnabled": True, **fields}
        return str((await self.result("POST", "live-videos", json=body))["publicId"])

    async def detail(self, video: str) -> dict[str, Any]:
        read: dict[str, Any] = await self.result("GET", f"live-videos/{video}")
        return read

    async def on_air(self, **fields: Any) -> tuple[str, str]:
        channel = (await self.channel())["publicId"]
        video = await self.live_video(channel, **fields)
        assert self.cloud.connect_encoder(channel)
        await self.later(10)
        assert await self.result("PUT", "live-videos/go-live", params={"publicId": video}) is True
        await self.later(10)
        return channel, video

    async def later(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))
        await self.cloud.settle()


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    box, app = Mailbox(), web.Application()
    app.router.add_post("/webhooks/gjirafa/unguessable", box.receive)
    server = LocalServer(app)
    box.url = await server.start() + "/webhooks/gjirafa/unguessable"
    yield box
    await server.stop()


@pytest.fixture
async def crew(mailbox: Mailbox) -> AsyncIterator[Crew]:
    clock = RehearsalClock(SHOWTIME)
    cloud = GjirafaCloud(clock, webhook_url=mailbox.url)
    await cloud.start()
    headers = {"Authorization": cloud.environment()["GJIRAFA_AUTHORIZATION"]}
    async with httpx.AsyncClient(base_url=cloud.base_url, headers=headers) as http:
        yield Crew(cloud, clock, http)
    await cloud.stop()
