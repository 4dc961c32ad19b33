"""How much of the webhooks is kept: of one, and of all in a day. What is cut is what nobody reads: long texts and long lists."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic_core import to_json

from bot.model import JSON

LARGEST_KEPT = 16 * 1024
"""Bytes of one webhook; the largest that a provider documents has about three kilobytes."""
LARGEST_SPARED = 2 * 1024
"""Bytes of one webhook where the day's budget is used up."""
DAY_BUDGET = 16 * 1024 * 1024
"""Bytes in a day that are kept for people to read: 14 days and 48 backups hold copies of it."""
DAY = 86_400.0
SHORT = 80
"""Characters of a value that may be an identifier or a state."""
STEPS = ((2000, 200, 12), (500, 50, 8), (200, 20, 6), (100, 8, 4), (40, 4, 3))
"""Characters of a text, items of a list or fields of an object, and levels, tried until a webhook is small enough."""


class WebhookBudget:
    """What may be kept. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._since = float("-inf")
        self._kept = 0

    def fit(self, body: Mapping[str, JSON], now: float) -> Mapping[str, JSON]:
        """The body as it is kept: whole if it is small, else cut; much more so where the day's budget is used up."""
        if now - self._since >= DAY:
            self._since, self._kept = now, 0
        largest = LARGEST_SPARED if self.is_spent else LARGEST_KEPT
        kept, size = shortened(body, largest)
        self._kept += size
        return kept

    @property
    def is_spent(self) -> bool:
        """Whether so much came today that a webhook is deleted as soon as it was opened."""
        return self._kept >= DAY_BUDGET


def shortened(body: Mapping[str, JSON], largest: int) -> tuple[Mapping[str, JSON], int]:
    """The body, cut as little as it takes to be at most `largest` bytes of JSON, and how many it has.

    Short values at its upper levels stay in any case: they say what it is about.
    """
    size = len(to_json(body))
    for text, items, levels in STEPS:
        if size <= largest:
            return body, size
        cut = _cut(body, text, items, levels)
        assert isinstance(cut, dict)
        body, size = cut, len(to_json(cut))
    if size > largest:
        body = {key[:40]: value for key, value in list(body.items())[:20] if not isinstance(value, dict | list)}
        size = len(to_json(body))
    return body, size


def _cut(value: JSON, text: int, items: int, levels: int) -> JSON:
    if isinstance(value, str):
        return value if len(value) <= text else f"{value[:text]}…"
    if not isinstance(value, dict | list):
        return value
    if not levels:
        return None
    if isinstance(value, list):
        return [_cut(inner, text, items, levels - 1) for inner in value[:items]]
    fields = sorted(value.items(), key=_rank)
    return {key[:text]: _cut(inner, text, items, levels - 1) for key, inner in fields[:items]}


def _rank(field: tuple[str, JSON]) -> int:
    """An object of many fields is cut at its end: identifiers and states are short, and what is said of a thing stands inside."""
    if isinstance(field[1], dict | list):
        return 1
    return 0 if len(str(field[1])) <= SHORT else 2
