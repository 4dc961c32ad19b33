"""A small HTTP proxy on 127.0.0.1: CONNECT tunnels and requests in absolute form, each written down."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit


@dataclass(frozen=True, slots=True)
class Passed:
    """One request that came to the proxy; `target` is `host:port` of a tunnel, else the whole address."""

    method: str
    target: str
    credentials: str
    """User and password as they came, empty without any."""


@dataclass
class Proxy:
    """Serves while it is entered. With `credentials` (`user:password`) it refuses whoever comes without them.

    Names that end in `.test` are 127.0.0.1 for the proxy, and nothing for anybody else.
    """

    credentials: str = ""
    refuses: int = 0
    """The status with which everything is refused; 0: nothing is."""
    passed: list[Passed] = field(default_factory=list)
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        """Its address, with the credentials that it wants."""
        assert self._server is not None
        before = f"{self.credentials}@" if self.credentials else ""
        return f"http://{before}127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def count(self, part: str, method: str = "") -> int:
        """How many requests had this in their target."""
        return sum(part in one.target and method in ("", one.method) for one in self.passed)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            while await self._one(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request, and its answer; whether another may follow on this connection."""
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, version = first.split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        sent = headers.get("proxy-authorization", "").removeprefix("Basic ")
        self.passed.append(Passed(method, target, base64.b64decode(sent).decode()))
        status = self.refuses or (407 if self.credentials and not sent else 0)
        if status:
            writer.write(f"HTTP/1.1 {status} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
            return False
        parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
        host = parts.hostname or ""
        there = await asyncio.open_connection("127.0.0.1" if host.endswith(".test") else host, parts.port or 80)
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            path = urlunsplit(("", "", parts.path, parts.query, ""))
            kept = [line for line in lines if line and not line.lower().startswith(("proxy-", "connection:"))]
            there[1].write("\r\n".join((f"{method} {path} {version}", *kept, "Connection: close", "", "")).encode("latin-1"))
            there[1].write(await reader.readexactly(int(headers.get("content-length", "0"))))
        await asyncio.gather(_pour(reader, there[1]), _pour(there[0], writer))
        return False


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
