"""What every endpoint reads and answers over HTTP: bodies of bounded size, small answers, metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from bot.slack.guard import LARGEST_BODY

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Series:
    """One metric as Prometheus reads it; `kind` is counter or gauge."""

    name: str
    kind: str
    meaning: str
    values: Mapping[Labels, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answered:
    """A small answer, ready to be sent."""

    status: int
    body: bytes = b""
    content_type: str = ""
    allow: str = ""
    """The methods that are taken, where another was used."""

    async def send(self, send: Send) -> None:
        """Send it whole."""
        headers = [(b"content-length", str(len(self.body)).encode())]
        if self.content_type:
            headers.append((b"content-type", self.content_type.encode()))
        if self.allow:
            headers.append((b"allow", self.allow.encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})


def header(scope: Scope, name: bytes) -> str:
    """A header's first value; `name` in small letters. Empty if it was not sent."""
    found: bytes = next((value for key, value in scope["headers"] if key == name), b"")
    return found.decode("latin-1")


async def read_body(scope: Scope, receive: Receive) -> bytes | None:
    """The body, or None as soon as it is known to be larger than 1 MiB. Raises ClientDisconnect."""
    declared = header(scope, b"content-length")
    if declared.isdigit() and int(declared) > LARGEST_BODY:
        return None
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > LARGEST_BODY:
            return None
        more = message.get("more_body", False)
    return bytes(body)
