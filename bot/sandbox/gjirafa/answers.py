"""The envelope around every answer of the simulated vendor, and its refusals."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.sandbox.cloud import Refused

MEANINGS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Result Not Found",
    500: "Internal Server Error",
    503: "Backend Fetch Failed",
}
"""The error statuses of every call (Gjirafa docs, restreams)."""


def envelope(result: Any, status: int = 200, *errors: str) -> dict[str, Any]:
    """`success`, `errors`, `messages`, `result`, `resultInfo`, `statusCode` (Gjirafa docs, restreams)."""
    return {
        "success": not errors and status < 400,
        "errors": list(errors),
        "messages": [],
        "result": result,
        "resultInfo": None,
        "statusCode": status,
    }


def answer(result: Any, status: int = 200) -> web.Response:
    """What was asked for."""
    return web.json_response(envelope(result, status), status=status)


class Refusal(Refused):
    """A request is refused. `wrapped`: in a 200 whose envelope says so."""

    def __init__(self, status: int, text: str = "", *, wrapped: bool = False) -> None:
        super().__init__(text)
        self.status, self.text, self.wrapped = status, text or MEANINGS.get(status, "Error"), wrapped

    def response(self) -> web.Response:
        """The answer to send; how an error's body looks is documented nowhere, so it is the envelope of the rest."""
        return web.json_response(envelope(None, self.status, self.text), status=200 if self.wrapped else self.status)


async def json_of(request: web.Request) -> dict[str, Any]:
    """The JSON object of a request; raises Refusal for anything else."""
    if request.content_type != "application/json":
        raise Refusal(400, "The request must be application/json.")
    try:
        body = json.loads(await request.read())
    except ValueError:
        raise Refusal(400, "The JSON cannot be read.") from None
    if not isinstance(body, dict):
        raise Refusal(400, "The JSON must be an object.")
    return body


async def form_of(request: web.Request) -> dict[str, str]:
    """The parts of a form; raises Refusal for anything else. A file is left out."""
    if request.content_type != "multipart/form-data":
        raise Refusal(400, "The request must be multipart/form-data.")
    try:
        parts = await request.post()
    except ValueError:
        raise Refusal(400, "The form cannot be read.") from None
    return {name: value for name, value in parts.items() if isinstance(value, str)}


def needed(given: Mapping[str, Any], *names: str) -> None:
    """Raise Refusal for the first of these that is missing or blank."""
    for name in names:
        value = given.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            raise Refusal(400, f"{name} is required.")


def whole(given: Mapping[str, Any], name: str) -> int:
    """A whole number of a form."""
    try:
        return int(given[name])
    except (KeyError, ValueError):
        raise Refusal(400, f"{name} must be a number.") from None
