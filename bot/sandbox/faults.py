"""Faults that an emulated service shows on request: an error, a delay, or a connection cut before or after the work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Cut = Literal["before", "middle", "after"]


@dataclass
class Fault:
    """One misbehaviour for requests whose method and path (a shell pattern) match.

    `times` None means until removed. With `cut` the TCP connection is dropped: "before" the request has any effect, "after" it had
    its effect but before the answer, "middle" in the middle of the answer. `delay` is in real seconds and comes before the effect;
    `answer_delay` comes after it. For what has to happen meanwhile, however long that takes on a busy machine, `held_until` and
    `answer_held_until` are events to wait for in these two places; `met` is set once a request met the fault. A `status` replaces
    the answer and the request has no effect.
    """

    path: str = "*"
    method: str = "*"
    times: int | None = 1
    status: int | None = None
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    answer_delay: float = 0.0
    held_until: asyncio.Event | None = None
    answer_held_until: asyncio.Event | None = None
    cut: Cut | None = None
    rewrite: Callable[[bytes], bytes] | None = None
    """What becomes of the body of the answer, after the request had its effect: a vendor that writes odd JSON."""
    met: asyncio.Event = field(default_factory=asyncio.Event, repr=False, compare=False)

    def matches(self, request: web.Request) -> bool:
        """Whether this fault is for that request."""
        return self.times != 0 and fnmatchcase(request.method, self.method) and fnmatchcase(request.path, self.path)


class Faults:
    """The faults of one service, asked in the order they were added."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Show this fault from now on."""
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Behave again."""
        self._faults.clear()

    def _take(self, request: web.Request) -> Fault | None:
        for fault in self._faults:
            if fault.matches(request):
                if fault.times is not None:
                    fault.times -= 1
                fault.met.set()
                return fault
        return None

    async def middleware_call(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Run `handler` as the first matching fault wants it run."""
        fault = self._take(request)
        if fault is None:
            return await handler(request)
        await _hold(fault.delay, fault.held_until)
        if fault.cut == "before":
            return _drop(request)
        if fault.status is not None:
            return web.Response(status=fault.status, body=fault.body, headers=fault.headers)
        answer = await handler(request)
        await _hold(fault.answer_delay, fault.answer_held_until)
        if fault.cut == "after":
            return _drop(request)
        if fault.cut == "middle":
            return await _send_half(request, answer)
        if fault.rewrite is not None and isinstance(answer, web.Response) and isinstance(answer.body, bytes):
            answer.body = fault.rewrite(answer.body)
        return answer

    def middleware(self) -> Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]:
        """The aiohttp middleware of these faults."""

        @web.middleware
        async def faults(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self.middleware_call(request, handler)

        return faults


async def _hold(seconds: float, until: asyncio.Event | None) -> None:
    await asyncio.sleep(seconds)
    if until is not None:
        await until.wait()


def _drop(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _send_half(request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
    body = answer.body if isinstance(answer, web.Response) and isinstance(answer.body, bytes) else b"{}"
    half = web.StreamResponse(
        status=answer.status, headers={"Content-Type": "application/json", "Content-Length": str(len(body) + 1)}
    )
    await half.prepare(request)
    await half.write(body[: len(body) // 2])
    return _drop(request)
