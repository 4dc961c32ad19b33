"""What a message says, and how it is made to fit through Slack's door."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.model import JSON, Post
from bot.slack.blockkit import fit
from bot.slack.blocks import Message, context, section
from bot.slack.text import boundary, length, truncate

TEXT_LIMIT = 3900
"""Slack cuts text at 40,000 characters and advises fewer than 4,000 (chat.postMessage page)."""

EVENT_TYPE = "showcaller_post"
"""The type of the metadata by which a post is found again in a channel's history."""

REPEAT = "(may be a repeat)"

_KEYS = uuid.UUID("5f3c9b1e-6d0a-5c35-9a44-5b1d7a1f9c20")


def digest(message: Message) -> str:
    """Equal for messages that look the same."""
    drawn = json.dumps([message.text, message.blocks], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(drawn.encode()).hexdigest()[:32]


def as_possible_repeat(message: Message) -> Message:
    """The same, saying that it may have been posted before."""
    notice = {"type": "context", "elements": [{"type": "mrkdwn", "text": REPEAT}]}
    return replace(message, text=f"{message.text} {REPEAT}", blocks=(notice, *message.blocks) if message.blocks else ())


def as_late(message: Message, seconds: float) -> Message:
    """The same, saying how late it is; a notification says it without that."""
    notice = context(f"_({int(seconds // 60)} min late)_")
    return replace(message, blocks=(notice, *(message.blocks or (section(message.text),))))


View = Callable[[Post], Awaitable[Message | None]]
"""Draws a post's subject as it is now, from the store; None where there is nothing to show any more."""


def body(message: Message) -> tuple[dict[str, JSON], str]:
    """The `text` and `blocks` that Slack takes, and what did not fit (empty: all of it did)."""
    if not message.blocks:
        shown, rest = _split(message.text)
        return {"text": shown or "…"}, rest
    blocks, cut = fit(message.blocks)
    return {"text": truncate(message.text, TEXT_LIMIT) or "…", "blocks": blocks}, cut or ""


def pieces(text: str) -> list[str]:
    """A long text in parts of which each fits into one message."""
    parts = []
    while text:
        part, text = _split(text)
        parts.append(part)
    return parts


def marks(post: Post) -> dict[str, JSON]:
    """What is sent along with a new message, so that it is found again and Slack may know a repeat."""
    return {
        "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": post.key}},
        "client_msg_id": str(uuid.uuid5(_KEYS, post.key)),
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _split(text: str) -> tuple[str, str]:
    if length(text) <= TEXT_LIMIT:
        return text, ""
    most = boundary(text, TEXT_LIMIT) or TEXT_LIMIT
    end = text.rfind("\n", 1, most)
    return (text[:end], text[end + 1 :]) if end > 0 else (text[:most], text[most:])
