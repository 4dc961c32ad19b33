"""Small words that every noun uses."""

from __future__ import annotations

from typing import Any

JSON = Any
"""A value that `json` can write and read."""

CLOCK = "clock"
"""Who asked for an operation that nobody asked for by hand."""
