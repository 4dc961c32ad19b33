"""The door of the simulated Videograph: an access token's id and secret key as HTTP Basic, with its rights."""

from __future__ import annotations

import base64
import hmac

from aiohttp import web

from bot.sandbox.cloud import Books, Door
from bot.sandbox.videograph.refusals import Refusal, failure


class Gate(Door):
    """Asks for the token on every route; `may_write` is the token's right "Video Write"."""

    def __init__(self, books: Books, token_id: str, secret_key: str, requests_per_second: float | None) -> None:
        super().__init__(books, requests_per_second)
        self.token_id, self.secret_key = token_id, secret_key
        self.revoked = False
        self.may_write = True

    def guards(self, path: str) -> bool:
        """Everything below `/video/services/`."""
        return path.startswith("/video/services/")

    def prove(self, request: web.Request) -> None:
        """401 for a wrong or revoked pair, 403 for a right that the token lacks; the texts are ours."""
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        wanted = base64.b64encode(f"{self.token_id}:{self.secret_key}".encode())
        if scheme.lower() != "basic" or self.revoked or not hmac.compare_digest(given.encode(), wanted):
            raise Refusal(401, "Invalid access token")
        if request.method != "GET" and not self.may_write:
            raise Refusal(403, "The access token has no Video Write permission")

    def refusal(self, status: int, text: str) -> web.Response:
        """The same envelope."""
        return failure(status, text)
