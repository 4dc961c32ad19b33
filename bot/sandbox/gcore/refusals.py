"""The error bodies Gcore is known to send, as named shapes, and the exception that ends a request with one."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

from aiohttp import web

from bot.sandbox.cloud import Refused

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
_SAID_NOTHING = "<html>\r\n<head><title>{status}</title></head>\r\n<body><center><h1>{status}</h1></center><hr>nginx</body></html>"


class Shape(StrEnum):
    """One form of an error body; which source documents it is in the facts about the vendor's errors."""

    FIELD_ERRORS = "field errors"
    """`{"errors": {"name": ["can't be blank"]}}`: model validation, and "no space" of start_recording (Gcore OpenAPI)."""
    STATUS_ERROR = "status and error"
    """`{"status": 404, "error": "..."}`: not found, bad request, clip without DVR (Gcore OpenAPI)."""
    PLAIN_ERROR = "error"
    """`{"error": "..."}`: a feature the account does not have (Gcore OpenAPI)."""
    STATISTICS = "data and error list"
    """`{"data": [], "errors": ["..."]}`: statistics (Gcore OpenAPI)."""
    ERROR_LIST = "error list"
    """`{"errors": ["..."]}`: what the vendor's rtckit-node client expects."""
    GATEWAY = "gateway message"
    """`{"message": "..."}`: the IAM gateway in front; the text is documented, the key is our choice."""
    PLATFORM = "platform exception"
    """`{"exception_class", "message", "request_id"}`: the platform-wide page about errors."""
    HTML = "html"
    """A proxy's page where JSON was expected."""
    EMPTY = "empty"
    """No body at all."""


def error_response(shape: Shape, status: int, text: str, field: str = "name") -> web.Response:
    """The answer with `text` in that shape; `field` only matters for `FIELD_ERRORS`."""
    body, kind = error_body(shape, status, text, field)
    return web.Response(status=status, body=body, headers={"Content-Type": kind} if kind else {})


def error_body(shape: Shape, status: int, text: str, field: str = "name") -> tuple[bytes, str]:
    """The bytes of an error and their content type (empty for an empty body)."""
    if shape is Shape.HTML:
        return _SAID_NOTHING.format(status=status).encode(), HTML
    if shape is Shape.EMPTY:
        return b"", ""
    bodies: dict[Shape, dict[str, Any]] = {
        Shape.FIELD_ERRORS: {"errors": {field: [text]}},
        Shape.STATUS_ERROR: {"status": status, "error": text},
        Shape.PLAIN_ERROR: {"error": text},
        Shape.STATISTICS: {"data": [], "errors": [text]},
        Shape.ERROR_LIST: {"errors": [text]},
        Shape.GATEWAY: {"message": text},
        Shape.PLATFORM: {"exception_class": "PlatformException", "message": text, "request_id": "5f6c1d0e8a7b4f39"},
    }
    return json.dumps(bodies[shape]).encode(), JSON


class Refusal(Refused):
    """The request is refused, in the vendor's words."""

    def __init__(self, status: int, text: str, shape: Shape = Shape.STATUS_ERROR, field: str = "name") -> None:
        super().__init__(text)
        self.status, self.text, self.shape, self.field = status, text, shape, field

    def response(self) -> web.Response:
        """The answer to send."""
        return error_response(self.shape, self.status, self.text, self.field)


def invalid(field: str, text: str) -> Refusal:
    """A 422 of model validation: `invalid("name", "can't be blank")`."""
    return Refusal(422, text, Shape.FIELD_ERRORS, field)


def not_found() -> Refusal:
    """The 404 of an id that does not exist."""
    return Refusal(404, "Not Found")
