"""Failures of the simulated vendor. Their shape is not documented: the success envelope with another `status` is our choice."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from bot.sandbox.cloud import Refused


def envelope(data: Any, message: str, code: int = 200) -> dict[str, Any]:
    """A success (Videograph docs, live-stream-basics)."""
    return {"code": code, "data": data, "message": message, "status": "Success"}


def failure_body(status: int, message: str) -> bytes:
    """The bytes of a failure; anything whose `status` is not `Success` is one (WordPress plugin)."""
    return json.dumps({"code": status, "message": message, "status": "Failure"}).encode()


class Refusal(Refused):
    """The request is refused. `quietly`: as a 200, so that only the envelope tells."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message, self.quietly = status, message, False

    def response(self) -> web.Response:
        """The answer to send."""
        return failure(self.status, self.message, quietly=self.quietly)


def failure(status: int, message: str, *, quietly: bool = False) -> web.Response:
    """A failure as an answer."""
    return web.Response(
        status=200 if quietly else status, body=failure_body(status, message), headers={"Content-Type": "application/json"}
    )
