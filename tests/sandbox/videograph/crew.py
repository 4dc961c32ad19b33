"""A crew that calls the simulated Videograph in its tests, over real HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx

from bot.sandbox.clock import RehearsalClock
from bot.sandbox.videograph import VideographCloud

SHOWTIME = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
PREFIX = "/video/services/api/v1"
LIVESTREAM: dict[str, Any] = {"title": "Church", "region": "us-east-1", "record": True}


class Crew:
    """Calls the simulator as the bot would."""

    def __init__(self, cloud: VideographCloud, clock: RehearsalClock, http: httpx.AsyncClient) -> None:
        self.cloud, self.clock, self.http = cloud, clock, http

    async def call(self, method: str, path: str, **rest: Any) -> httpx.Response:
        return await self.http.request(method, f"{PREFIX}/{path}", **rest)

    async def get(self, path: str, **query: Any) -> Any:
        """What is in the envelope."""
        answer = await self.call("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    async def create(self, **fields: Any) -> dict[str, Any]:
        answer = await self.call("POST", "livestreams", json=LIVESTREAM | fields)
        assert answer.status_code == 201, answer.text
        stream: dict[str, Any] = answer.json()["data"]
        return stream

    async def on_air(self, **fields: Any) -> str:
        """A new livestream whose encoder has been received for some seconds."""
        stream = (await self.create(**fields))["streamUUID"]
        assert self.cloud.connect_encoder(stream)
        await self.later(10)
        return str(stream)

    async def clip(self, stream: str, first: int, last: int, **fields: Any) -> httpx.Response:
        """Cut from so many to so many seconds after show time."""
        zero = int(SHOWTIME.timestamp())
        body = {"title": "Goal", "startTime": zero + first, "endTime": zero + last} | fields
        return await self.call("POST", f"livestreams/{stream}/clips", json=body)

    async def later(self, seconds: float) -> None:
        """Move show time on and wait until everything due has happened."""
        self.clock.advance(seconds=seconds)
        await self.cloud.settle()
