"""JSON as odd vendors write it: broken and invisible characters, NaN, numbers that nothing holds, null for what is empty."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

ODD = " \ud800\x00\x1b[2J\x9b\u202e\u200b\u2028\n*OFF AIR* <!channel> <@U1> e\u0301"
"""What stands behind every name: half a character, NUL, terminal and bidi controls, a line of its own, pings, NFD."""
NAMES = frozenset({"name", "title", "Title", "description"})

Rewrite = Callable[[bytes], bytes]


def odd_names(body: bytes) -> bytes:
    """Every name and title with `ODD` behind it, a byte order mark before it all, and fields that nobody can read."""
    try:
        value = json.loads(body)
    except ValueError:
        return body
    return b"\xef\xbb\xbf" + json.dumps(_odd(value)).encode()


def _odd(value: Any) -> Any:
    if isinstance(value, Mapping):
        made = {key: inner + ODD if key in NAMES and isinstance(inner, str) else _odd(inner) for key, inner in value.items()}
        return {**made, "score": float("nan"), "big": 10**400, "most": float("inf"), "half\udc00": None, "deep": _nested(300)}
    if isinstance(value, list):
        return [None if not value else _odd(inner) for inner in value]
    return value


def _nested(depth: int) -> Any:
    return [_nested(depth - 1)] if depth else []
