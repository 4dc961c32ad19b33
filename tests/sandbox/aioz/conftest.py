"""A simulated AIOZ account, a client that talks to it, and somebody who receives its webhooks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from aiohttp import web

from bot.sandbox.aioz import AiozCloud
from bot.sandbox.clock import RehearsalClock
from bot.sandbox.server import LocalServer

SHOWTIME = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


class Crew:
    """Calls the simulator as the bot would."""

    def __init__(self, cloud: AiozCloud, clock: RehearsalClock, http: httpx.AsyncClient, events: list[dict[str, Any]]) -> None:
        self.cloud, self.clock, self.http, self.events = cloud, clock, http, events

    async def call(self, method: str, path: str, **rest: Any) -> httpx.Response:
        return await self.http.request(method, path, **rest)

    async def data(self, method: str, path: str, **rest: Any) -> Any:
        answer = await self.call(method, path, **rest)
        assert answer.status_code == 200, answer.text
        assert answer.json()["status"] == "success"
        return answer.json().get("data")

    async def key(self, name: str = "radio one", **fields: Any) -> dict[str, Any]:
        key: dict[str, Any] = await self.data("POST", "live_streams", json={"name": name, **fields})
        return key

    async def streaming(self, key: str, **fields: Any) -> str:
        made = await self.data("POST", f"live_streams/{key}/streamings", json={"title": "Radio Hour", **fields})
        return str(made["id"])

    async def seen(self, key: str, streaming: str) -> dict[str, Any]:
        seen: dict[str, Any] = await self.data("GET", f"live_streams/{key}/streamings/{streaming}")
        return seen

    async def on_air(self, **fields: Any) -> tuple[str, str]:
        key = (await self.key())["id"]
        streaming = await self.streaming(key, **fields)
        assert self.cloud.connect_encoder(key)
        await self.later(10)
        return key, streaming

    async def later(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)
        await self.cloud.settle()


@pytest.fixture
async def crew() -> AsyncIterator[Crew]:
    events: list[dict[str, Any]] = []

    async def receive(request: web.Request) -> web.Response:
        events.append(await request.json())
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", receive)
    server, clock = LocalServer(app), RehearsalClock(SHOWTIME)
    cloud = AiozCloud(clock, webhook_url=await server.start() + "/hook")
    url, env = await cloud.start(), cloud.environment()
    headers = {"stream-public-key": env["AIOZ_PUBLIC_KEY"], "stream-secret-key": env["AIOZ_SECRET_KEY"]}
    async with httpx.AsyncClient(base_url=f"{url}/api/", headers=headers) as http:
        yield Crew(cloud, clock, http, events)
    await cloud.stop()
    await server.stop()
