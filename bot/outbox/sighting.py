"""Did it go out? Looks for a post in Slack by the key in its metadata."""

from __future__ import annotations

from collections.abc import Mapping

from bot.model import JSON
from bot.outbox.message import EVENT_TYPE
from bot.outbox.wire import Refused, Wire

SKEW = 60.0
"""Seconds by which what we know of Slack's clock may be wrong; keys are unique: looking further back costs only reading."""

UNKNOWN_SKEW = 24 * 3600.0
"""The same for the clock of this machine, by which a try is dated while Slack has not told its time."""

LONGEST_SEARCH = 30 * 24 * 3600.0
"""Seconds of history that are read at most, whatever this machine's clock said when the post was tried."""


class CannotLook(Exception):
    """The history cannot be read: its scope was not granted, or the bot is not in that channel."""


def not_before(slack_tried: float, first_tried: float, slack_now: float) -> float:
    """A moment by Slack's clock before which a post cannot have reached Slack (all in epoch seconds).

    `slack_tried` is its first try by Slack's clock, 0 if that was not known; `first_tried` is the same by this machine's, which may
    have been wrong by any amount, or set since. `slack_now` is Slack's time now.
    """
    if slack_tried:
        return slack_tried - SKEW
    return max(min(first_tried, slack_now) - UNKNOWN_SKEW, slack_now - LONGEST_SEARCH)


async def sighted(wire: Wire, key: str, channel: str, thread_ts: str, since: float) -> str | None:
    """The `ts` of the message that carries `key`, or None if none was posted since that moment (epoch seconds by Slack's clock).

    Metadata is only told with `include_all_metadata` (conversations.history page). Raises CannotLook, or a passing trouble.
    """
    method = "conversations.replies" if thread_ts else "conversations.history"
    asked: dict[str, JSON] = {"channel": channel, "limit": 100, "include_all_metadata": True}
    asked |= {"ts": thread_ts} if thread_ts else {}
    asked |= {"oldest": f"{since:.6f}"}
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
