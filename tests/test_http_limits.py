"""What a caller of whom nothing is proven may cost: attacks on real sockets, with plain uvicorn as the control."""

from __future__ import annotations

import asyncio
import tracemalloc
from contextlib import suppress

import httpx
import pytest
from pydantic import SecretStr
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot import http_limits
from bot.model import JSON
from bot.web import WebServer, build
from tests.faults.endless import ENDLESS, HEAD, MEGABYTE, SECRET, poured, serving

REFUSED = b"HTTP/1.1 4"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short limits of time; those of size stay as they are."""
    monkeypatch.setattr(http_limits, "REQUEST_TIMEOUT", 0.3)


async def answered(server: WebServer) -> bool:
    """Whether a normal webhook is kept meanwhile."""
    async with httpx.AsyncClient(trust_env=False, timeout=20) as http:
        answer = await http.post(f"http://127.0.0.1:{server.port}/webhooks/gcore/{SECRET}", json={"type": "stream"})
    return answer.status_code == 200


@pytest.mark.parametrize("what", ENDLESS)
async def test_bytes_without_an_end_are_cut_off(what: str) -> None:
    async with serving() as server:
        sent, said = await poured(server.port, *ENDLESS[what], 64 * MEGABYTE)
        assert sent < 32 * MEGABYTE, "the rest is what the kernel had taken"
        assert said == b"" or said.startswith(REFUSED)
        assert await answered(server)


async def test_endless_headers_take_no_memory_and_the_control_keeps_them() -> None:
    cost = {}
    for protocol in (http_limits.LimitedProtocol, HttpToolsProtocol):
        async with serving(protocol) as server:
            tracemalloc.start()
            try:
                await poured(server.port, *ENDLESS["many headers"], 4 * MEGABYTE)
                cost[protocol] = tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()
    assert cost[HttpToolsProtocol] > 4 * cost[http_limits.LimitedProtocol]


HALVES = {
    "nothing": b"",
    "half an address": b"GET /hea",
    "half the headers": HEAD + b"X-Half: ",
    "half a body": HEAD + b"Content-Length: 100\r\n\r\nhalf",
    "half a chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nha",
}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("what", HALVES)
async def test_half_a_request_is_not_kept(what: str) -> None:
    async with serving() as server, serving(HttpToolsProtocol) as control:
        ends = []
        for each in (server, control):
            reader, writer = await asyncio.open_connection("127.0.0.1", each.port)
            writer.write(HALVES[what])
            ends.append((reader, writer))
        said = await ends[0][0].read(400)
        assert said == b"" or said.startswith(REFUSED)
        assert await ends[0][0].read() == b""
        assert not ends[1][0].at_eof(), "plain uvicorn still waits"
        for _, writer in ends:
            writer.transport.abort()


@pytest.mark.usefixtures("quick")
async def test_a_byte_now_and_then_gains_no_time() -> None:
    async with serving() as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        closed = asyncio.ensure_future(reader.read())
        sent = 0
        while not closed.done() and sent < 10_000:
            with suppress(ConnectionError):
                writer.write(b"G" if not sent else b"E")
            sent += 1
            await asyncio.wait({closed}, timeout=0.01)
        assert closed.done()
        writer.transport.abort()


async def test_a_crowd_that_sends_nothing_keeps_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_limits, "MOST_CONNECTIONS", 20)
    async with serving() as server:
        crowd = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(60)]
        for _, writer in crowd:
            writer.write(HEAD)
        assert await answered(server)
        assert server.connections <= 21
        assert await answered(server)
        for _, writer in crowd:
            writer.transport.abort()


async def test_who_is_being_answered_is_not_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_limits, "MOST_CONNECTIONS", 3)
    held, taken = asyncio.Event(), asyncio.Event()

    async def accept(_: str, __: dict[str, JSON]) -> None:
        taken.set()
        await held.wait()

    app = build(providers=["gcore"], webhook_secrets=[SecretStr(SECRET)], accept=accept, checks={})
    server = WebServer(app, "127.0.0.1", 0)
    await server.start()
    try:
        under_way = asyncio.create_task(answered(server))
        await taken.wait()
        crowd = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(10)]
        held.set()
        assert await under_way
        for _, writer in crowd:
            writer.transport.abort()
    finally:
        await server.stop()


async def test_a_connection_that_is_kept_serves_many_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving() as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        for _ in range(3):
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: bot\r\n\r\n")
            assert (await reader.readuntil(b"alive\n")).startswith(b"HTTP/1.1 200")
            monkeypatch.setattr(http_limits, "REQUEST_TIMEOUT", 0.02)
            await asyncio.sleep(0.2)  # longer than a request may take: an idle connection is no half request
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: bot\r\n\r\n" * 2)
        for _ in range(2):
            assert (await reader.readuntil(b"alive\n")).startswith(b"HTTP/1.1 200")
        writer.transport.abort()
