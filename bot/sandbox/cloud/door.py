"""The door of a simulated vendor: it writes down every call, asks for the credentials and limits the rate."""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from datetime import UTC
from email.utils import format_datetime

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.sandbox.cloud.books import Books
from bot.sandbox.cloud.ledger import Call

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

Overheard = Callable[[str, str, bytes, int, bytes], None]
"""Is told method, path, request body, status and answer body of an exchange. Bodies may hold secrets."""


class Refused(Exception):
    """A request is refused, in the vendor's own shape."""

    def response(self) -> web.StreamResponse:
        """The answer to send."""
        raise NotImplementedError(type(self).__name__)


def _body_of(answer: web.StreamResponse) -> bytes:
    body = answer.body if isinstance(answer, web.Response) else None
    return bytes(body) if isinstance(body, bytes | bytearray) else b""


class Door(ABC):
    """Middlewares around every route; `guards` tells the API's from media, which is open to everybody."""

    def __init__(self, books: Books, requests_per_second: float | None = None) -> None:
        self._books = books
        self.requests_per_second = requests_per_second
        self.overheard: Overheard | None = None
        self._allowance = math.inf
        self._asked_at = time.monotonic()

    @abstractmethod
    def guards(self, path: str) -> bool:
        """Whether a path belongs to the API."""

    @abstractmethod
    def prove(self, request: web.Request) -> None:
        """Raise Refused for a request without valid credentials."""

    @abstractmethod
    def refusal(self, status: int, text: str) -> web.Response:
        """An error of the vendor's web server: no such route, too many requests."""

    def write_down(self) -> Middleware:
        """Outermost: let everything due happen first, then answer, then note the call with the status that was sent."""

        @web.middleware
        async def write_down(request: web.Request, handler: Handler) -> web.StreamResponse:
            self._books.agenda.run_due()
            answer = await self._answer_in_flight(request, handler)
            answer.headers["Date"] = format_datetime(self._books.now().astimezone(UTC), usegmt=True)
            dropped = request.transport is None or request.transport.is_closing()
            call = Call(request.method, request.path, dict(request.query), None if dropped else answer.status, self._books.now())
            self._books.calls.append(call)
            if self.overheard is not None and self.guards(request.path) and not dropped:
                self.overheard(request.method, request.path, await request.read(), answer.status, _body_of(answer))
            self._books.ring()
            return answer

        return write_down

    async def _answer_in_flight(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        line = f"{request.method} {request.path}"
        self._books.in_flight.append(line)
        self._books.ring()
        try:
            return await self._answer(request, handler)
        finally:
            self._books.in_flight.remove(line)

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refused as refused:
            return refused.response()
        except web.HTTPException as error:
            return self.refusal(error.status, error.reason)

    def check(self) -> Middleware:
        """Innermost: credentials and rate, for API routes."""

        @web.middleware
        async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
            if self.guards(request.path):
                self.prove(request)
                if wait := self._seconds_too_early():
                    refused = self.refusal(429, "Too Many Requests")
                    refused.headers["Retry-After"] = str(math.ceil(wait))
                    return refused
            return await handler(request)

        return check

    def _seconds_too_early(self) -> float:
        """Token bucket in real time; 0 when the request may pass."""
        rate = self.requests_per_second
        if rate is None:
            return 0.0
        now = time.monotonic()
        self._allowance = min(max(1.0, rate), self._allowance + (now - self._asked_at) * rate)
        self._asked_at = now
        if self._allowance < 1.0:
            return (1.0 - self._allowance) / rate
        self._allowance -= 1.0
        return 0.0
