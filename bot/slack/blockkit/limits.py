"""How much fits where, and what of a block a reader sees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from bot.slack.text import length, plain

Surface = Literal["message", "modal", "home"]

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MESSAGE_CHARACTERS = 12_000
"""Slack documents no total, and answers `msg_blocks_too_long` above about 13,200 (bolt-js #2509); this leaves a tenth of room."""
SECTION_TEXT = 3000

_RICH_LINES = frozenset({"rich_text_section", "rich_text_quote", "rich_text_preformatted"})


@dataclass(frozen=True, slots=True)
class Words:
    """One piece of text as a block shows it; `is_mrkdwn` says how it is written."""

    text: str
    is_mrkdwn: bool = False

    @property
    def plain(self) -> str:
        """The same for a place that renders nothing."""
        return plain(self.text) if self.is_mrkdwn else self.text


def shown(node: object) -> Iterator[Words]:
    """What of a block a person or a screen reader gets to see, and the addresses behind it, in reading order."""
    if isinstance(node, list):
        for item in node:
            yield from shown(item)
    elif isinstance(node, Mapping):
        text = node.get("text")
        if str(node.get("type")) in _RICH_LINES and isinstance(node.get("elements"), list):
            yield Words("".join(_inline(element) for element in node["elements"]))
        elif isinstance(text, str):
            yield Words(text, is_mrkdwn=node.get("type") == "mrkdwn")
        else:
            for value in node.values():
                yield from shown(value)
            yield from (Words(node[key]) for key in ("alt_text", "url", "image_url") if isinstance(node.get(key), str))


def characters(block: object) -> int:
    """What one block costs of a message's `MESSAGE_CHARACTERS`."""
    return sum(length(words.text) for words in shown(block))


# What rich text keeps instead of words: the sign people know it by, and where the rest stands.
_SIGNS = {"user": "@user_id", "usergroup": "@usergroup_id", "broadcast": "@range", "channel": "#channel_id"}


def _inline(element: object) -> str:
    """One element of rich text, spelled out."""
    if not isinstance(element, Mapping):
        return ""
    kind = element.get("type")
    if sign := _SIGNS.get(str(kind)):
        return f"{sign[0]}{element.get(sign[1:])}"
    if kind == "emoji":
        return f":{element.get('name')}:"
    if kind == "date":
        return str(element.get("fallback") or element.get("timestamp"))
    text, url = element.get("text"), element.get("url")
    return f"{text} ({url})" if text and url else str(text or url or "")
