"""Allow for #channel: an operator lets a channel plan shows on a stream."""

from __future__ import annotations

from bot.errors import NotAllowed, UserError
from bot.model import Decision, Dossier, Grant, Post, StreamKey
from bot.show.access import Verb, stream_thing
from bot.show.draft import Draft
from bot.slack.blocks import say
from bot.slack.call import Call
from bot.slack.declare import Button
from bot.slack.granting import ALLOW
from bot.slack.streams import parse_key
from bot.slack.text import channel as channel_link
from bot.slack.text import escape, mention


async def press(call: Call) -> None:
    """Record the grant, say so in the place of the request, and tell whoever asked."""
    key, channel = parse_key(str(call.carried.get("k"))), str(call.carried.get("c") or "")
    call.context.provider(key.provider)
    asker = await call.asker((), Verb.GRANT)

    def rule(dossier: Dossier) -> Decision[str]:
        if call.desk.permissions.judge(asker, Verb.GRANT, stream_thing(dossier.grants)) is not None:
            raise NotAllowed(f"Only an operator can allow that. {call.desk.directory.how_to_operate()}")
        if not channel:
            raise UserError("That request is from an earlier version of me. Let them plan again.")
        draft = Draft(dossier, call.context.clock.now())
        name = escape(draft.seen.name if draft.seen and draft.seen.name else key.id)
        draft.grant(Grant(key, channel, "", call.user, draft.now))
        draft.post(_word(call, key, name, channel))
        return call.carried_out(draft.decision(name))

    name = await call.context.store.decide(key, rule)
    text = f":white_check_mark: {mention(call.user)} allowed the stream *{name}* for {channel_link(channel)}."
    await call.reply(say(text), replace=True)


def _word(call: Call, key: StreamKey, name: str, channel: str) -> Post | None:
    """To whoever asked, once: they can plan now."""
    asked = str(call.carried.get("u") or "")
    if not asked:
        return None
    text = (
        f":white_check_mark: {mention(call.user)} allowed the stream *{name}* for {channel_link(channel)}: "
        f"plan your show on it now, with {call.command} plan in that channel."
    )
    return Post(f"granted:{key}:{channel}:{asked}", asked, call.context.clock.now(), text=text, blocks=say(text).blocks)


DECLARATIONS = (Button(ALLOW, press),)
