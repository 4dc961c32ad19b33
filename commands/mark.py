"""`/live mark`: a moment, stamped when the request came in, and asked about afterwards."""

from __future__ import annotations

from bot.errors import UserError
from bot.model import Marker, Show
from bot.operations.clipping import mark, name_mark
from bot.show.phone import normalise, unquote
from bot.slack.blocks import Control, actions, say
from bot.slack.call import RUNNING, Call
from bot.slack.clips import mark_words
from bot.slack.declare import Button, Command, Form, Stage
from bot.slack.modals import form, paragraph, text_input

LONGEST = 1000
"""Characters that can be added; a typed line is never longer."""


async def run(call: Call) -> None:
    """Mark now; without words, ask for them once it is marked."""
    show, words = await call.show_first(RUNNING)
    text = unquote(words)
    marker = await _mark(call, show, text)
    if not text:
        await _ask_what(call, show, marker)
        return
    await call.reply(f":bookmark: {mark_words(marker, show)}. {_use(call, show, marker)}")


async def press(call: Call) -> None:
    """Mark on the card."""
    show = await call.carried_show()
    await _ask_what(call, show, await _mark(call, show, ""))


async def _mark(call: Call, show: Show, text: str) -> Marker:
    return await call.decide(show, lambda draft, current: mark(draft, current, call.user, call.at, text))


def _use(call: Call, show: Show, marker: Marker) -> str:
    """What a mark is good for, with this one in it, at the show's provider."""
    if call.context.provider(show.provider).capabilities.clips is None:
        return f"{call.command} clip list shows the marks."
    span = marker.name if marker.number == 1 else f"m{marker.number - 1}-{marker.name}"
    return f"{call.command} clip {span} cuts it out."


async def _ask_what(call: Call, show: Show, marker: Marker) -> None:
    """In a form, where one can be opened."""
    if not call.interaction.trigger:
        button = Control("mark-name", "Say what it was…", {"s": show.id, "n": marker.number})
        await call.reply(say(f":bookmark: {mark_words(marker, show)}.", *actions([button])))
        return
    await _open(call, show, marker)


async def _open(call: Call, show: Show, marker: Marker) -> None:
    blocks = [
        paragraph(f":bookmark: {mark_words(marker, show)}, is noted. Close this if there is nothing to add."),
        text_input("text", "What was it?", marker.text, most=LONGEST),
    ]
    await call.open(form("mark", f"Mark {marker.name}", blocks, "Add", call.remember(s=show.id, n=marker.number)))


async def press_name(call: Call) -> None:
    """Say what it was, on the answer to a mention, which cannot open a form."""
    show = await call.carried_show()
    markers = {marker.number: marker for marker in await call.context.store.markers(show.id)}
    marker = markers.get(_number(call.carried.get("n")))
    if marker is None:
        raise UserError(f"That mark is no longer known. See {call.command} clip list.")
    await _open(call, show, marker)


async def submit(call: Call) -> None:
    """What the moment was about."""
    show = await call.carried_show()
    number, text = _number(call.metadata.get("n")), normalise(str(call.view.values.get("text") or ""))
    marker = await call.decide(show, lambda draft, current: name_mark(draft, current, call.user, number, text))
    await call.reply(f":bookmark: {mark_words(marker, show)}. {_use(call, show, marker)}")


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


DECLARATIONS = (
    Command(
        "mark",
        "[show] <text>",
        "note this moment",
        Stage.AIR,
        run,
        bare="marks now, asks for the text after",
        examples=("mark Goal", "mark s12 Guest comes in"),
    ),
    Button("mark", press),
    Button("mark-name", press_name),
    Form("mark", submit),
)
