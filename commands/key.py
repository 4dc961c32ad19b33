"""Where the encoder pushes: shown to whoever asks, and to nobody else; and a new key where an old one got about."""

from __future__ import annotations

from bot.errors import UserError
from bot.model import StreamKey
from bot.show.access import Verb
from bot.slack.blocks import Control, actions, say
from bot.slack.call import Call
from bot.slack.declare import Button, Form
from bot.slack.ingest import TITLE, reveal
from bot.slack.modals import confirm, loading
from bot.slack.requests import request
from bot.slack.streams import (
    chosen,
    facts_of,
    look_now,
    of_show,
    parse_key,
    require_hands_on,
    shows_on,
    shows_words,
    still_hands_on,
)
from bot.slack.text import escape

ROTATING = "Making a new push key"


async def show_key(call: Call, words: str) -> None:
    """Where to push, only to the asker; `rotate` makes the key anew, after asking."""
    first, _, rest = words.partition(" ")
    if first.casefold() == "rotate":
        await _ask_to_rotate(call, rest.strip())
        return
    if call.interaction.trigger:
        await call.open(loading(TITLE))
    key = await of_show(call, words)
    if key is None:
        info = await chosen(call, "stream key", words)
        key = info.key if info is not None else None
    if key is not None:
        await reveal(call, key)


async def press_ingest(call: Call) -> None:
    """Ingest details: of a show's card, or of a stream in an answer."""
    if "k" in call.carried:
        await reveal(call, parse_key(str(call.carried["k"])))
        return
    show = await call.carried_show()
    if show.key is None:
        raise UserError(f"{show.title} ({show.id}) has no stream yet. Its planning makes one; ask again in a moment.")
    await reveal(call, show.key)


# -- a new key ------------------------------------------------------------------------------------------------------------
async def _ask_to_rotate(call: Call, words: str) -> None:
    """The old addresses die at once, so it asks first, with what is known of the stream now."""
    if call.interaction.trigger:
        await call.open(loading("New push key"))
    key = await of_show(call, words)
    if key is None:
        info = await chosen(call, "stream key rotate", words)
        key = info.key if info is not None else None
    if key is not None:
        await _question(call, key)


async def press_rotate(call: Call) -> None:
    """New push key, from an answer that could not open a form."""
    await call.open(loading("New push key"))
    await _question(call, parse_key(str(call.carried.get("k"))))


async def _question(call: Call, key: StreamKey) -> None:
    provider = call.context.provider(key.provider)
    rotation = provider.capabilities.rotation
    if rotation is None:
        raise provider.cannot("rotation")
    await require_hands_on(call, key, ROTATING, Verb.ROTATE)
    seen, failed = await look_now(call, key)
    facts = "\n".join(
        facts_of(seen, call.zone, call.context.clock.now(), failed, able=call.context.provider(key.provider).capabilities)
    )
    drops = "A running encoder is cut off." if rotation.drops else "A running encoder may go on until it connects again."
    warning = f":warning: *The old addresses stop working at once.* {drops} Every encoder has to be given the new ones."
    name = escape(seen.name if seen and seen.name else key.id)
    text = f"*{name}* ({key.id})\n{facts}\n\n{await shows_words(call, await shows_on(call, key))}\n\n{warning}"
    if not call.interaction.trigger:
        await call.reply(say(text, *actions([Control("key-rotate", "New push key…", {"k": str(key)}, "danger")])))
        return
    await call.open(confirm("key-rotate", "Make a new push key?", text, "Make it", call.remember(k=str(key))))


async def submit_rotate(call: Call) -> None:
    """It was confirmed."""
    key = parse_key(str(call.metadata.get("k")))
    await require_hands_on(call, key, ROTATING, Verb.ROTATE)
    await request(call, "rotate_key", key.provider, key.id, check=await still_hands_on(call, key, ROTATING, Verb.ROTATE))


DECLARATIONS = (
    Button("ingest", press_ingest),
    Button("key-rotate", press_rotate),
    Form("key-rotate", submit_rotate),
)
