"""The door of the simulated vendor: it writes down every call, asks for the token and limits the rate."""

from __future__ import annotations

import hmac
import math
import time
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.sandbox.gcore.account import Account
from bot.sandbox.gcore.records import Call
from bot.sandbox.gcore.refusals import Refusal, Shape, error_response

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

Overheard = Callable[[str, str, bytes, int, bytes], None]
"""Is told method, path, request body, status and answer body of an exchange. Bodies may hold secrets."""


def _body_of(answer: web.StreamResponse) -> bytes:
    body = answer.body if isinstance(answer, web.Response) else None
    return bytes(body) if isinstance(body, bytes | bytearray) else b""


class Gate:
    """Middlewares around every API route; media is open to everybody."""

    def __init__(self, account: Account, token: str, requests_per_second: float | None) -> None:
        self._account = account
        self.token = token
        self.token_expired = False
        self.requests_per_second = requests_per_second
        self.overheard: Overheard | None = None
        self._allowance = math.inf
        self._asked_at = time.monotonic()

    def write_down(self) -> Middleware:
        """Outermost: let everything due happen first, then answer, then note the call with the status that was sent."""

        @web.middleware
        async def write_down(request: web.Request, handler: Handler) -> web.StreamResponse:
            self._account.agenda.run_due()
            answer = await self._answer_in_flight(request, handler)
            dropped = request.transport is None or request.transport.is_closing()
            call = Call(request.method, request.path, dict(request.query), None if dropped else answer.status, self._account.now())
            self._account.calls.append(call)
            if self.overheard is not None and request.path.startswith("/streaming/") and not dropped:
                self.overheard(request.method, request.path, await request.read(), answer.status, _body_of(answer))
            self._account.ring()
            return answer

        return write_down

    async def _answer_in_flight(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        line = f"{request.method} {request.path}"
        self._account.in_flight.append(line)
        self._account.ring()
        try:
            return await self._answer(request, handler)
        finally:
            self._account.in_flight.remove(line)

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refusal as refusal:
            return refusal.response()
        except web.HTTPException as error:
            return error_response(Shape.STATUS_ERROR, error.status, error.reason)

    def check(self) -> Middleware:
        """Innermost: token and rate, for API routes."""

        @web.middleware
        async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.path.startswith("/streaming/"):
                self._check_token(request.headers.get("Authorization", ""))
                if wait := self._seconds_too_early():
                    refused = error_response(Shape.STATUS_ERROR, 429, "Too Many Requests")
                    refused.headers["Retry-After"] = str(math.ceil(wait))
                    return refused
            return await handler(request)

        return check

    def _check_token(self, header: str) -> None:
        """401 with the gateway's texts (Gcore docs, error handling); the scheme is `APIKey` in any case."""
        scheme, _, given = header.partition(" ")
        if not header:
            text = "Authentication credentials were not provided."
        elif scheme.lower() != "apikey":
            text = "Given token not valid for any token type"
        elif not hmac.compare_digest(given.encode(), self.token.encode()):
            text = "Bad permanent token"
        elif self.token_expired:
            text = "Token is invalid or expired"
        else:
            return
        raise Refusal(401, text, Shape.GATEWAY)

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
