"""Asking the operators to let a channel use a stream that no show of ours ever used, or that is another channel's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model import Post, StreamKey
from bot.slack.blocks import Control, actions, say
from bot.slack.text import channel as channel_link
from bot.slack.text import escape, mention

if TYPE_CHECKING:
    from bot.slack.call import Call

ALLOW = "stream-allow"
"""The action of the operators' button."""

LONGEST_NAME = 60
"""Characters of a stream's name in the request."""


async def request_grant(call: Call, key: StreamKey, name: str, channel: str) -> bool:
    """Post the request where operators see it, once a day for a stream and a channel; False where there is nobody to ask.

    It goes to OPS_CHANNEL, else to each operator as a direct message.
    """
    operators = call.desk.directory.operators
    where = [call.context.ops_channel] if call.context.ops_channel else sorted(operators)
    if not operators or not channel:
        return False
    now = call.context.clock.now()
    called = await call.desk.directory.name_of(channel)
    said = name[:LONGEST_NAME] or key.id
    text = (
        f":key: {mention(call.user)} wants to plan a show of {channel_link(channel)} on the stream *{escape(said)}* "
        f"({escape(key.id)}), which is not one of that channel's. Whoever is in the channel would see its push key."
    )
    label = f"Allow for #{called}" if called else "Allow for this channel"
    button = Control(ALLOW, label, {"k": str(key), "c": channel, "u": call.user})
    blocks = say(text, *actions([button])).blocks
    posts = [Post(f"grant:{key}:{channel}:{place}:{now:%Y-%m-%d}", place, now, text=text, blocks=blocks) for place in where]
    await call.context.store.post(*posts)
    return True
