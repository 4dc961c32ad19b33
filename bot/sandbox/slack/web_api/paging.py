"""Cursors, as Slack's paged lists hand them out."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from bot.sandbox.slack.web_api.method import Args, refuse

T = TypeVar("T")


def page(args: Args, items: Sequence[T], *, default: int = 100, most: int = 1000) -> tuple[list[T], str]:
    """The asked-for page and the cursor of the next one ("" at the end)."""
    size = args.number("limit", default)
    if size < 1:
        size = default
    start = _offset(args.text("cursor"))
    end = start + min(size, most)
    following = base64.b64encode(f"next:{end}".encode()).decode() if end < len(items) else ""
    return list(items[start:end]), following


def _offset(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix("next:"))
    except (ValueError, binascii.Error):
        refuse("invalid_cursor")
