"""The error bodies that AIOZ is known to send, and the exception that ends a request with one."""

from __future__ import annotations

from typing import Any, Literal

from aiohttp import web

from bot.sandbox.cloud import Refused

Shape = Literal["plain", "v3"]


def error_response(shape: Shape, status: int, text: str, reason: str = "") -> web.Response:
    """`{status, message}` (AIOZ SDK); in its third version with `reason`, `request_id` and `data`, too."""
    body: dict[str, Any] = {"status": "error" if status >= 500 else "fail", "message": text}
    headers: dict[str, str] = {}
    if shape == "v3":
        request = f"req-{status}-0001"
        body |= {"reason": reason or text.lower().rstrip(".").replace(" ", "-"), "request_id": request, "data": None}
        headers["X-Request-Id"] = request
    return web.json_response(body, status=status, headers=headers)


class Refusal(Refused):
    """The request is refused, in the vendor's words."""

    def __init__(self, shape: Shape, status: int, text: str, reason: str = "") -> None:
        super().__init__(text)
        self._shape: Shape = shape
        self._status, self._text, self._reason = status, text, reason

    def response(self) -> web.Response:
        """The answer to send."""
        return error_response(self._shape, self._status, self._text, self._reason)
