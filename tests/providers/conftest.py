"""A vendor that answers with exactly the bytes a test wants, and a simulated Gcore account with the bot's own client."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from bot.providers.base import Connection
from bot.providers.gcore import Gcore, GcoreAccount
from bot.sandbox.clock import RehearsalClock
from bot.sandbox.gcore import GcoreCloud
from tests.sandbox.gcore.overlay import SCHEMA_FILE, exchange_checker

SHOWTIME = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
PLENTY = 10_000.0
"""Requests per second that no test ever waits for."""


@dataclass
class Request:
    """One request as it came over the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


Behaviour = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Vendor:
    """A TCP server on 127.0.0.1 that plays one prepared behaviour per request; the last one is repeated."""

    script: list[Behaviour] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    url: str = ""
    _server: asyncio.Server | None = None

    def answers(self, status: int = 200, body: Any = b"", **headers: str) -> Vendor:
        """Add an answer; what is not bytes is sent as JSON."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        head = "\r\n".join([f"HTTP/1.1 {status} Said", f"content-length: {len(raw)}", *lines, "", ""])
        return self.sends(head.encode() + raw)

    def sends(self, raw: bytes) -> Vendor:
        """Add these bytes, after which the connection is closed."""

        async def behave(writer: asyncio.StreamWriter) -> None:
            writer.write(raw)
            with suppress(ConnectionError):
                await writer.drain()

        self.script.append(behave)
        return self

    def resets(self, after: bytes = b"") -> Vendor:
        """Add a connection reset, after these bytes."""

        async def behave(writer: asyncio.StreamWriter) -> None:
            writer.write(after)
            await writer.drain()
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

        self.script.append(behave)
        return self

    def says_nothing(self) -> Vendor:
        """Add silence until the client gives up."""

        async def behave(_writer: asyncio.StreamWriter) -> None:
            await asyncio.Event().wait()

        self.script.append(behave)
        return self

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            method, target, _ = head[0].split(" ")
            headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in head[1:] if line)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.requests.append(Request(method, target, headers, body))
            behave = self.script.pop(0) if len(self.script) > 1 else self.script[0]
            playing = asyncio.ensure_future(behave(writer))
            leaving = asyncio.ensure_future(reader.read())
            await asyncio.wait({playing, leaving}, return_when=asyncio.FIRST_COMPLETED)
            playing.cancel()
            leaving.cancel()
        writer.close()


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    vendor = Vendor()
    await vendor.start()
    yield vendor
    await vendor.stop()


@pytest.fixture
async def gcore_at() -> AsyncIterator[Callable[..., Gcore]]:
    """Gcore, as the bot talks to it, at any address."""
    made: list[Gcore] = []

    def at(url: str, *, timeout: float = 5.0, token: str = "12$c0ffee") -> Gcore:
        account = GcoreAccount(api_token=SecretStr(token), base_url=url)
        made.append(Gcore(account, Connection(RehearsalClock(SHOWTIME), timeout=timeout, requests_per_second=PLENTY)))
        return made[-1]

    yield at
    for gcore in made:
        await gcore.close()


@pytest.fixture
def clock() -> RehearsalClock:
    return RehearsalClock(SHOWTIME)


@pytest.fixture
async def cloud(clock: RehearsalClock) -> AsyncIterator[GcoreCloud]:
    cloud = GcoreCloud(clock)
    await cloud.start()
    yield cloud
    await cloud.stop()


@pytest.fixture
async def gcore(cloud: GcoreCloud, clock: RehearsalClock) -> AsyncIterator[Gcore]:
    """The bot's client of the simulated account; every exchange is held against the vendor's description where that is present."""
    account = GcoreAccount(api_token=SecretStr(cloud.token), base_url=cloud.base_url)
    gcore = Gcore(account, Connection(clock, requests_per_second=PLENTY))
    if SCHEMA_FILE.exists():
        gcore._seam._client.event_hooks = {"response": [exchange_checker()]}
    yield gcore
    await gcore.close()
