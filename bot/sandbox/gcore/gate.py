"""The door of the simulated Gcore: the permanent token, with the gateway's own texts."""

from __future__ import annotations

import hmac

from aiohttp import web

from bot.sandbox.cloud import Books, Door
from bot.sandbox.gcore.refusals import Refusal, Shape, error_response


class Gate(Door):
    """Asks for the token on every route of the API; media is open to everybody."""

    def __init__(self, books: Books, token: str, requests_per_second: float | None) -> None:
        super().__init__(books, requests_per_second)
        self.token = token
        self.token_expired = False

    def guards(self, path: str) -> bool:
        """Everything below `/streaming/`."""
        return path.startswith("/streaming/")

    def prove(self, request: web.Request) -> None:
        """401 with the gateway's texts (Gcore docs, error handling); the scheme is `APIKey` in any case."""
        header = request.headers.get("Authorization", "")
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

    def refusal(self, status: int, text: str) -> web.Response:
        """`{"status", "error"}`."""
        return error_response(Shape.STATUS_ERROR, status, text)
