"""Those who deal with the simulated Gcore in its tests: a crew that calls it, a mailbox that receives its webhooks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
from aiohttp import web

from bot.sandbox.clock import RehearsalClock
from bot.sandbox.gcore import GcoreCloud

SHOWTIME = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


class Crew:
    """Calls the simulator as the bot would, and fails when an exchange breaks the vendor's description."""

    def __init__(self, cloud: GcoreCloud, clock: RehearsalClock, http: httpx.AsyncClient) -> None:
        self.cloud, self.clock, self.http = cloud, clock, http

    async def call(self, method: str, path: str, **rest: Any) -> httpx.Response:
        return await self.http.request(method, f"/streaming/{path}", **rest)

    def speak_freely(self) -> None:
        """From now on requests may break the vendor's description: they are not judged."""
        self.http.event_hooks = {}

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.call("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def create_stream(self, **fields: Any) -> int:
        answer = await self.call("POST", "streams", json={"name": "church main", **fields})
        assert answer.status_code == 200, answer.text
        return int(answer.json()["id"])

    async def set_stream(self, stream_id: int, **fields: Any) -> dict[str, Any]:
        answer = await self.call("PATCH", f"streams/{stream_id}", json={"stream": fields})
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def stream(self, stream_id: int) -> dict[str, Any]:
        body: dict[str, Any] = await self.get(f"streams/{stream_id}")
        return body

    async def on_air(self, **fields: Any) -> int:
        """A new enabled stream whose encoder has been received for ten seconds."""
        stream_id = await self.create_stream(active=True, **fields)
        assert self.cloud.connect_encoder(stream_id)
        await self.later(10)
        return stream_id

    async def record(self, stream_id: int, seconds: float) -> dict[str, Any]:
        """Record for so long, after the vendor's delay, and return the video."""
        await self.call("PUT", f"streams/{stream_id}/start_recording")
        await self.later(5 + seconds)
        video: dict[str, Any] = (await self.call("PUT", f"streams/{stream_id}/stop_recording")).json()
        return video

    async def later(self, seconds: float) -> None:
        """Move show time on and wait until everything due has happened."""
        self.clock.advance(seconds=seconds)
        await self.cloud.settle()


class Mailbox:
    """Receives webhooks; `status` is what it answers."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.status = 200
        self.url = ""

    async def receive(self, request: web.Request) -> web.Response:
        self.events.append(await request.json())
        return web.Response(status=self.status)

    def about(self, kind: str) -> list[dict[str, Any]]:
        return [next(iter(e["message"].values())) for e in self.events if e["type"] == kind]
