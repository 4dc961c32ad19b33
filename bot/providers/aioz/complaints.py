"""How AIOZ Stream says no, and how long it asks us to wait."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.providers.http import Answer, Manner, Trouble, seconds_from
from bot.providers.reading import Sheet

_CREDENTIALS = (
    "AIOZ Stream refused the credentials{words}. Put the pair of a key of type full_access that has not expired into "
    "AIOZ_PUBLIC_KEY and AIOZ_SECRET_KEY, or a valid AIOZ_BEARER_TOKEN; a key of type only_upload cannot manage streams."
)
_WAIT_HEADERS = ("x-ratelimit-retry-after", "retry-after")
_LONGEST_WAIT = 3600.0
"""Seconds; the limits are per minute (AIOZ docs, limit), so more than this is no wait but something else."""
_WAIT_WORDS = re.compile(r"(\d+(?:\.\d+)?)\s*(s|secs?|seconds?|m|mins?|minutes?)\b", re.IGNORECASE)


def manner(command: str) -> Manner:
    """AIOZ Stream's sentences; `command` is the root command, for what to type next.

    Which of 401 and 403 means what is not documented (the SDK lists only 403), so both are about the credentials.
    """
    return Manner(
        "AIOZ Stream",
        {
            Trouble.UNAUTHORIZED: _CREDENTIALS,
            Trouble.FORBIDDEN: _CREDENTIALS,
            Trouble.MISSING: "AIOZ Stream has no {what}{words}. It may have been deleted there; "
            f"`{command} stream list` shows what exists.",
            Trouble.REFUSED: "AIOZ Stream refused for {what}: {complaint}. {change}",
            Trouble.REDIRECT: "AIOZ Stream points to another address. Check AIOZ_BASE_URL in the settings.",
        },
        complaint,
        wait,
    )


NO_SUCH_ID = "AIOZ Stream has no {what}: {complaint}. Its ids are long texts: pick one from a list."

NOT_MADE = (
    "AIOZ Stream made no streaming for {what}: {complaint}. A live stream key has one streaming at a time that is not "
    "over, and keeping a show needs balance: delete what is open on this key, or choose another key."
)
"""A second streaming on a key is refused in the tests of AIOZ's clients; the rule behind it is inferred."""

NOT_CHANGED = (
    "AIOZ Stream did not change {what}: {complaint}. By its own account it changes a streaming only while it is live: "
    "try again on air."
)
"""“You can only update while live streaming” (AIOZ SDK)."""

NOT_DELETED = (
    "AIOZ Stream did not delete {what}: {complaint}. It may delete only one that was never live, and in its newest "
    "version none at all: leave it, or delete its live stream key."
)
"""The call is gone from the newest client (AIOZ SDK, v3)."""


def complaint(answer: Answer) -> str:
    """AIOZ's words: `message`, else `reason`; with the `request_id` that its support asks for (AIOZ SDK, v3 ErrorBody)."""
    sheet = Sheet(answer.json)
    words = sheet.text("message").strip() or sheet.text("reason").strip() or Sheet(sheet.body.get("error")).text("message").strip()
    request = sheet.text("request_id").strip()
    return f"{words.rstrip('.')}, request {request}" if words and request else words


def wait(answer: Answer, headers: Mapping[str, str]) -> float | None:
    """Seconds: a header of AIOZ's or of the standard's, else what the message of a 429 says (AIOZ docs, limit)."""
    for name in _WAIT_HEADERS:
        seconds = seconds_from(headers.get(name, ""), headers.get("date", ""))
        if seconds is not None and seconds <= _LONGEST_WAIT:
            return seconds
    told = _WAIT_WORDS.search(complaint(answer)) if answer.status == 429 else None
    if told is None:
        return None
    return min(_LONGEST_WAIT, float(told[1][:8]) * (60 if told[2].lower().startswith("m") else 1))
