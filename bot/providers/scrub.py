"""Takes secrets out of what vendors write: out of sentences before people read them, out of webhooks before they are kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import quote

from bot.model import JSON

HIDDEN = "(hidden)"
SHORTEST = 4
"""Characters of a secret; hiding what is shorter would eat ordinary words."""
DEEPEST = 40
"""Levels of nesting that are kept; no vendor's webhook has more than five."""

_SECRET_KEY = re.compile(
    r"(?i)(^uri$|^key$|^auth|token|secret|passphrase|password|passwd|credential|signature|authorization"
    r"|push_?url|ingest_?url|whip|(stream|api|private|access|secret)_?key)"
)
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s\"'<>]*")
_PUSH_ADDRESS = re.compile(
    r"(?i)((rtmp|rtsp|srt|whip)[a-z]*://|https?://[^/\s]*@|https?://\S*/whip(\b|$)|https?://\S*[?&](token|key|secret)=)"
)
_STREAM_KEY = (
    r"(?<![\w-])(?:(?=[\w-]*[0-9])(?:[A-Za-z0-9]{4}-){3,}[A-Za-z0-9]{4}|live_[0-9]{5,}_\w{8,}|FB-[0-9]+-[0-9]+-\w+)(?![\w-])"
)
"""A stream key as YouTube, Twitch and Facebook hand them out."""
_CREDENTIAL = re.compile(
    r"(?i)(\b(?:bearer|apikey|basic|key|token|secret|password|passphrase|stream_?key|api_?key)\b[\"']?\s*[:= ]\s*[\"']?)"
    r"(?=[^\s\"',;)]*[0-9])[^\s\"',;)]{8,}"
)
"""What stands behind a word for a credential and has a digit in it, so that "token: invalid" stays readable."""
_TOKEN = re.compile(
    rf"{_STREAM_KEY}|"
    r"\b\d+b?[?#$][0-9A-Za-z_-]{8,}|\b\d+b?_[0-9A-Fa-f]{8,}|\b[0-9A-Fa-f]{24,}\b|[?&#](token|key|secret|streamid)=[^\s&\"']+"
)


def scrub(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without the given secrets, without any address and without anything shaped like a token.

    For sentences that a vendor wrote: a refusal often repeats what was sent.
    """
    given = {form for secret in secrets if len(secret) >= SHORTEST for form in (secret, quote(secret, safe=""), quote(secret))}
    for secret in sorted(given, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return _TOKEN.sub(HIDDEN, _CREDENTIAL.sub(rf"\1{HIDDEN}", _ADDRESS.sub("(address hidden)", text)))


def is_push_address(text: str) -> bool:
    """Whether an address stands in `text` that an encoder pushes to, or that carries a credential."""
    return _PUSH_ADDRESS.search(text) is not None


def without_number(complaint: str, status: int) -> str:
    """A vendor's words without the HTTP status where they only repeat it: “400 Bad Request”, “failed with status code 400”."""
    label = r"(?:http(?:/[\d.]+)?|status|error|code)"
    leading = rf"^\W{{0,4}}(?:{label}\W{{1,4}}){{0,4}}{status}\b\W{{0,4}}"
    named = rf"[\s(]{{0,4}}\b(?:with\s)?(?:an?\s)?(?:{label}\W{{1,4}}){{1,4}}{status}\b\)?"
    return re.sub(named, "", re.sub(leading, "", complaint, flags=re.IGNORECASE), flags=re.IGNORECASE).strip()


def without_secrets(body: Mapping[str, JSON]) -> dict[str, JSON]:
    """A JSON object without the fields whose name is a secret's and with push addresses hidden wherever they stand."""
    return {key: _clean(value, 1) for key, value in body.items() if not _is_secret(key)}


@lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    """Vendors use the same few names in every webhook."""
    return _SECRET_KEY.search(name) is not None


def _clean(value: JSON, depth: int) -> JSON:
    if depth > DEEPEST:
        return None
    if isinstance(value, str):
        return "(address hidden)" if "://" in value and _PUSH_ADDRESS.search(value) else value
    if isinstance(value, dict):
        return {key: _clean(inner, depth + 1) for key, inner in value.items() if not _is_secret(key)}
    if isinstance(value, list):
        return [_clean(inner, depth + 1) for inner in value]
    return value
