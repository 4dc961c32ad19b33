"""The moments around whatever leaves this process or becomes durable; the product passes them by, a drill may end there."""

from __future__ import annotations

from collections.abc import Callable

Passing = Callable[[str], None]
"""Told of each such moment, in its own words: `before BEGIN`, `after COMMIT`, `before POST /streaming/streams`. Any thread."""


def unheeded(_: str) -> None:
    """What the product does about it."""
