"""The door of the simulated AIOZ: a pair of keys in two ways, or a token."""

from __future__ import annotations

import base64
import hmac

from aiohttp import web

from bot.sandbox.aioz.account import Account
from bot.sandbox.aioz.refusals import error_response
from bot.sandbox.cloud import Door


class Gate(Door):
    """Asks for the credentials on every route of the API; the player and media files are open to everybody."""

    def __init__(self, account: Account, public_key: str, secret_key: str, token: str, requests_per_second: float | None) -> None:
        super().__init__(account, requests_per_second)
        self._account = account
        self.public_key, self.secret_key, self.token = public_key, secret_key, token
        self.expired = False
        self.only_upload = False

    def guards(self, path: str) -> bool:
        """Everything below `/api/`."""
        return path.startswith("/api/")

    def prove(self, request: web.Request) -> None:
        """The header pair (recommended), Basic with the same pair, or Bearer; raises a refusal."""
        pair = f"{self.public_key}:{self.secret_key}"
        given = f"{request.headers.get('stream-public-key', '')}:{request.headers.get('stream-secret-key', '')}"
        header = request.headers.get("Authorization", "")
        basic = "Basic " + base64.b64encode(pair.encode()).decode()
        known = ((given, pair), (header, f"Bearer {self.token}"), (header, basic))
        valid = any(hmac.compare_digest(one.encode(), other.encode()) for one, other in known)
        if not valid or self.expired:
            raise self._account.refuse(self._account.habits.refused_status, "Invalid or expired API key.", "unauthorized")
        if self.only_upload:
            raise self._account.refuse(403, "This API key can only upload.", "forbidden")

    def refusal(self, status: int, text: str) -> web.Response:
        """`{status, message}`."""
        return error_response(self._account.habits.errors, status, text)
