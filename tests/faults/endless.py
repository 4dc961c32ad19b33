"""Requests that never end, against the bot's HTTP server in a process: what they cost in memory, beside plain uvicorn."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, create_subprocess_exec
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
from pydantic import SecretStr
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot.http_limits import LimitedProtocol
from bot.model import JSON
from bot.web import WebServer, build

ROOT = Path(__file__).resolve().parents[2]
MEGABYTE = 1024 * 1024
SECRET = "a-secret-of-the-webhook"
PROTOCOLS: dict[str, type[HttpToolsProtocol]] = {"bot": LimitedProtocol, "uvicorn": HttpToolsProtocol}

HEAD = b"POST /webhooks/gcore/x HTTP/1.1\r\nHost: bot\r\n"
ENDLESS = {
    "one header": (HEAD + b"X-Long: ", b"x" * 65536),
    "many headers": (HEAD, b"X-Many: y\r\n" * 6000),
    "the address": (b"GET /", b"a" * 65536),
    "the method": (b"", b"G" * 65536),
    "empty lines": (b"", b"\r\n" * 32768),
    "trailers": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n", b"X-Trailer: y\r\n" * 5000),
    "a body": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65536 + b"\r\n"),
    "a chunk's extension": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x" * 65536),
}
"""What begins a request, and what then comes without an end."""

MOST_GROWTH = 24 * MEGABYTE
"""Bytes that a server may grow by while many such requests come; one kept header of 64 MB is far beyond."""


@asynccontextmanager
async def serving(protocol: type[HttpToolsProtocol] = LimitedProtocol) -> AsyncIterator[WebServer]:
    """The bot's own server; with uvicorn's protocol it is the control."""

    async def accept(_: str, __: dict[str, JSON]) -> None:
        return

    app = build(providers=["gcore"], webhook_secrets=[SecretStr(SECRET)], accept=accept, checks={})
    server = WebServer(app, "127.0.0.1", 0, protocol)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def poured(port: int, head: bytes, endless: bytes, most: int) -> tuple[int, bytes]:
    """Send bytes without an end to a port, up to `most`; how many were taken, and what was answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sent = 0
    with suppress(ConnectionError):
        writer.write(head)
        while sent < most and not writer.is_closing():
            writer.write(endless)
            sent += len(endless)
            await writer.drain()
            await asyncio.sleep(0)
    said = b""
    with suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(0.2 if sent >= most else 5):
            said = await reader.read(200)
    writer.transport.abort()
    return sent, said


@dataclass(frozen=True, slots=True)
class Cost:
    """What one kind of endless request cost a server, in bytes, and whether it took a webhook afterwards."""

    server: str
    what: str
    growth: int
    answers: bool

    @property
    def wrong(self) -> bool:
        """Whether it was too much, or the server was taken away."""
        return self.growth > MOST_GROWTH or not self.answers

    def __str__(self) -> str:
        state = "answers" if self.answers else "NO ANSWER"
        return f"{self.server}, {self.what} without an end: +{self.growth / MEGABYTE:.0f} MB, {state}"


async def cost_of(server: str, what: str, connections: int, most: int) -> Cost:
    """Start a server in a process, and let so many connections at once send up to `most` bytes each."""
    process = await create_subprocess_exec(
        sys.executable, "-m", "tests.faults.endless", server, cwd=ROOT, stdout=PIPE, stderr=DEVNULL
    )
    try:
        assert process.stdout is not None
        port = int(await process.stdout.readline())
        before = _peak(process.pid)
        await asyncio.gather(*(poured(port, *ENDLESS[what], most) for _ in range(connections)))
        return Cost(server, what, _peak(process.pid) - before, await _answers(port))
    finally:
        process.kill()
        await process.wait()


async def costs(whats: Sequence[str], connections: int = 20, most: int = 64 * MEGABYTE) -> list[Cost]:
    """The bot's server under each of these, one after the other."""
    return [await cost_of("bot", what, connections, most) for what in whats]


async def control() -> Cost:
    """Plain uvicorn under one connection with endless headers, as it comes."""
    return await cost_of("uvicorn", "many headers", 1, 32 * MEGABYTE)


async def _answers(port: int) -> bool:
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
        answer = await http.post(f"http://127.0.0.1:{port}/webhooks/gcore/{SECRET}", json={"type": "stream"})
    return answer.status_code == 200


def _peak(pid: int) -> int:
    """The most memory in bytes that the process has had (VmHWM, proc(5))."""
    status = Path(f"/proc/{pid}/status").read_text()
    return 1024 * next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


async def _serve(name: str) -> None:
    async with serving(PROTOCOLS[name]) as server:
        print(server.port, flush=True)  # noqa: T201 - the parent reads it
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
