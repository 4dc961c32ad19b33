"""The check in front of Slack's HTTP requests, on the bytes as they came: size, time, signature, then shape.

Bolt parses before it verifies and answers malformed input with 500, so nothing reaches it that has not passed here.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from bot.model import JSON
from bot.sanitise import clean_json, read_json
from bot.slack.interaction import Interaction
from bot.slack.parsing import MalformedError, parse

LARGEST_BODY = 1024 * 1024
"""Bytes. Slack's own bodies stay far below."""

TOLERANCE = 300
"""Real seconds between Slack's timestamp and now (Slack: verifying requests)."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that ends the request: an HTTP status and one sentence."""

    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class Greeting:
    """A request that is answered without the bot: Slack checks the address, or says that it holds back events."""

    answer: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Passed:
    """A request that Slack signed and that has the shape of one: the body for Bolt, and what it says."""

    body: dict[str, JSON]
    interaction: Interaction


Verdict = Refusal | Greeting | Passed


def check(raw: bytes, headers: Mapping[str, str], secret: str, now: float) -> Verdict:
    """Judge a request. `headers` are looked up by lower-case names, `now` is real time in epoch seconds."""
    if len(raw) > LARGEST_BODY:
        return Refusal(413, "The body is too large.")
    stamp = headers.get("x-slack-request-timestamp", "")
    if not re.fullmatch(r"[0-9]{1,12}", stamp) or abs(now - int(stamp)) > TOLERANCE:
        return Refusal(401, "The timestamp is missing, malformed or too far from now.")
    if not hmac.compare_digest(sign(raw, stamp, secret).encode(), headers.get("x-slack-signature", "").encode("utf-8", "replace")):
        return Refusal(401, "The signature is missing or wrong.")
    try:
        return _read(raw, headers.get("content-type", ""))
    except MalformedError as why:
        return Refusal(400, str(why))


def sign(raw: bytes, stamp: str, secret: str) -> str:
    """Slack's signature `v0=…` of a body that was sent at `stamp` (epoch seconds)."""
    return "v0=" + hmac.digest(secret.encode(), b"v0:" + stamp.encode() + b":" + raw, "sha256").hex()


def clean_body(body: object) -> dict[str, JSON]:
    """What Slack sent, cleaned once for the rest of the program, whichever way it came. Raises MalformedError for no object."""
    cleaned = clean_json(body)
    if not isinstance(cleaned, dict):
        raise MalformedError("The body is not an object.")
    return cleaned


def _read(raw: bytes, content_type: str) -> Verdict:
    body = clean_body(_read_json(raw) if content_type.startswith("application/json") else _read_form(raw))
    if body.get("type") == "url_verification" and isinstance(body.get("challenge"), str):
        return Greeting(body["challenge"])
    if body.get("ssl_check") == "1":
        return Greeting()
    if body.get("type") == "app_rate_limited":
        return Greeting(note="Slack holds back events: more than 30,000 in an hour.")
    return Passed(body, parse(body))


def _read_json(raw: str | bytes) -> JSON:
    try:
        return read_json(raw)
    except ValueError:
        raise MalformedError("The body is not JSON.") from None


def _read_form(raw: bytes) -> JSON:
    try:
        fields = dict(parse_qsl(raw.decode(errors="replace"), keep_blank_values=True, errors="replace", max_num_fields=100))
    except ValueError:  # too many fields
        raise MalformedError("The body is not a form.") from None
    return _read_json(fields["payload"]) if "payload" in fields else dict(fields)
