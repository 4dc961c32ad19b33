"""The endpoint of the providers' webhooks: what is plainly meant is kept, whatever form it comes in.

Webhooks are unsigned: the secret in their address is all that proves them. Who does not have it is answered 404 and learns nothing.
"""

from __future__ import annotations

import hmac
import logging
import secrets
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator
from urllib.parse import parse_qsl

from pydantic import SecretStr
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from bot.errors import StoreError
from bot.http_messages import Answered, Series, header, read_body
from bot.log import RateLimitedLog
from bot.model import JSON
from bot.sanitise import decode, read_json
from bot.slack.guard import LARGEST_BODY

log = logging.getLogger(__name__)

ROUTE = "/webhooks/{provider}/{secret}"
"""How the log names every address, since a webhook's ends in its secret."""
SENDS = ("POST", "PUT", "PATCH")
"""Methods that bring a webhook."""
PROBES = ("GET", "HEAD", "OPTIONS")
"""Methods by which dashboards try whether an address answers."""
ALLOWED = ", ".join((*SENDS, *PROBES))
MOST_AT_ONCE = 50
"""Webhooks in one body, where a provider sends a list of them."""

Accept = Callable[[str, dict[str, JSON]], Awaitable[None]]
"""Keeps a provider's webhook; returns when it is durable. Raises StoreError if it cannot."""

Refused = Callable[[str, str], Awaitable[None]]
"""Is told of a webhook that was refused although its secret is valid: the provider, and what was wrong. Never raises."""


async def unheard(provider: str, reason: str) -> None:
    """Nobody is told of refused webhooks."""


class NotAWebhook(Exception):
    """A body that cannot be kept; the text is a sentence for people."""


def webhook_address(path: str) -> tuple[str, str] | None:
    """Provider and secret in a path, None if it is no webhook's.

    Slashes at the end or doubled, capitals in the provider's name and blanks around the secret come from pasting an address.
    """
    first, *rest = [part for part in path.split("/") if part.strip()] or [""]
    if first.strip().lower() != "webhooks" or len(rest) < 2:
        return None
    return rest[0].strip().lower(), "/".join(rest[1:]).strip()


class Webhooks:
    """Judges what comes to the address of a webhook. Every outcome is counted, those with a valid secret that fail are told."""

    def __init__(
        self, providers: Collection[str], valid: Collection[SecretStr], accept: Accept, refused: Refused = unheard
    ) -> None:
        self._providers = frozenset(providers)
        self._valid = [each.get_secret_value().encode() for each in valid]
        self._accept = accept
        self._refused = refused
        self._repeated = RateLimitedLog(log)
        self._outcomes: Counter[tuple[str, str]] = Counter()

    def series(self) -> Iterator[Series]:
        """How many webhooks came, by provider and outcome."""
        yield Series(
            "showcaller_webhooks_total",
            "counter",
            "Webhooks received.",
            {(("provider", who), ("outcome", how)): count for (who, how), count in sorted(self._outcomes.items())},
        )

    async def answer(self, provider: str, secret: str, scope: Scope, receive: Receive) -> Answered:
        """200 when it is kept, 404 without proof, 400 or 413 for a wrong body, 405 for a wrong method, 503 to be sent again."""
        known, proven = provider in self._providers, self._proven(secret)
        if not proven:
            return self._counted(provider, "refused", 404)
        if not known:
            await self._refused("", f"it came for “{provider[:40]}”, and no such provider sends webhooks to this bot")
            return self._counted(provider, "unknown provider", 404)
        method = str(scope["method"])
        if method in PROBES:
            return Answered(200, allow=ALLOWED)
        if method not in SENDS:
            await self._refused(provider, f"it was sent by {method[:20]}; POST is expected")
            return Answered(self._counted(provider, "wrong method", 405).status, allow=ALLOWED)
        return self._counted(provider, *await self._outcome(provider, scope, receive))

    def _counted(self, provider: str, outcome: str, status: int) -> Answered:
        name = provider if provider in self._providers else "unknown"
        self._outcomes[name, outcome] += 1
        if status != 200:
            self._repeated.warning(f"{name} {outcome}", f"POST %s: %d {outcome} (%s)", ROUTE, status, name)
        return Answered(status)

    def _proven(self, secret: str) -> bool:
        given = secret.encode("utf-8", "surrogateescape")
        matches = [hmac.compare_digest(given, each) for each in self._valid]  # all of them, whichever fits
        return any(matches)

    async def _outcome(self, provider: str, scope: Scope, receive: Receive) -> tuple[str, int]:
        try:
            raw = await read_body(scope, receive)
            if raw is None:
                await self._refused(provider, "its body is larger than 1 MiB")
                return "too large", 413
            bodies = webhooks_in(raw, header(scope, b"content-type"), header(scope, b"content-encoding"))
        except ClientDisconnect:
            return "malformed", 400
        except NotAWebhook as why:
            await self._refused(provider, str(why))
            return "malformed", 400
        try:
            for body in bodies:
                await self._accept(provider, body)
        except StoreError as why:
            self._repeated.error("not kept", "A webhook could not be kept: %s", why)
            return "not kept", 503
        except Exception:  # the edge: a provider may send again what it was refused, never what it was acknowledged
            log.exception("Reference %s: a webhook of %s failed", secrets.token_hex(3), provider)
            return "failed", 503
        return "accepted", 200


def webhooks_in(raw: bytes, content_type: str = "", encoding: str = "") -> list[dict[str, JSON]]:
    """The JSON objects in a body: plain, compressed, in a form's field, as a text of JSON, or in a list. Raises NotAWebhook."""
    unpacked = _unpacked(raw, encoding)
    if not unpacked.strip():
        raise NotAWebhook("its body is empty")
    value = _value_in(unpacked, content_type)
    found = [value] if isinstance(value, dict) else value if isinstance(value, list) else []
    objects = [each for each in found if isinstance(each, dict)]
    if not objects or len(objects) < len(found):
        raise NotAWebhook("its body is JSON, but not an object")
    if len(objects) > MOST_AT_ONCE:
        raise NotAWebhook(f"its body holds more than {MOST_AT_ONCE} webhooks")
    return objects


def _value_in(unpacked: bytes, content_type: str) -> JSON:
    try:
        value = read_json(unpacked, content_type)
        return read_json(value) if isinstance(value, str) else value
    except ValueError:
        pass
    for field in _fields(decode(unpacked, content_type)):
        try:
            value = read_json(field)
        except ValueError:
            continue
        if isinstance(value, dict | list):
            return value
    raise NotAWebhook("its body is not JSON")


def _fields(text: str) -> list[str]:
    """The values of a form: `payload={…}`, and a form whose only field is named by the JSON itself."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=100)
    except ValueError:
        return []
    return [part for name, value in pairs for part in (value, name)]


def _unpacked(raw: bytes, encoding: str) -> bytes:
    """A body without its compression, where the header or its first bytes say that there is one. Raises NotAWebhook."""
    is_gzip = raw.startswith(b"\x1f\x8b")
    if not is_gzip and encoding.strip().lower() != "deflate":
        return raw
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16 if is_gzip else zlib.MAX_WBITS)
    try:
        unpacked = inflate.decompress(raw, LARGEST_BODY + 1)
    except zlib.error:
        raise NotAWebhook("its body is compressed in a way that cannot be read") from None
    if len(unpacked) > LARGEST_BODY:
        raise NotAWebhook("its body is larger than 1 MiB once it is unpacked")
    return unpacked
