"""Did it go out? Looks for a post in Slack by the key in its metadata."""

from __future__ import annotations

from collections.abc import Mapping

from bot.model import JSON
from bot.outbox.message import EVENT_TYPE
from bot.outbox.wire import Refused, Wire

SKEW = 60.0
"""Seconds by which our clock may be ahead of Slack's; keys are unique, so that looking further back costs only reading."""


class CannotLook(Exception):
    """The history cannot be read: its scope was not granted, or the bot is not in that channel."""


async def sighted(wire: Wire, key: str, channel: str, thread_ts: str, since: float) -> str | None:
    """The `ts` of the message that carries `key`, posted since that moment (epoch seconds), or None if there is none.

    Metadata is only told with `include_all_metadata` (conversations.history page). Raises CannotLook, or a passing trouble.
    """
    method = "conversations.replies" if thread_ts else "conversations.history"
    asked: dict[str, JSON] = {"channel": channel, "limit": 100, "include_all_metadata": True}
    asked |= {"ts": thread_ts} if thread_ts else {}
    asked |= {"oldest": f"{since - SKEW:.6f}"}
    while True:
        try:
            page = await wire.ask(method, **asked)
        except Refused as refused:
            if refused.code == "thread_not_found":
                return None
            raise CannotLook(refused.code) from None
        for message in page.get("messages") or []:
            if _key(message) == key:
                return str(message["ts"])
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return None
        asked["cursor"] = cursor


def _key(message: Mapping[str, JSON]) -> JSON:
    metadata = message.get("metadata") or {}
    return (metadata.get("event_payload") or {}).get("key") if metadata.get("event_type") == EVENT_TYPE else None
