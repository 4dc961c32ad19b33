"""`/live hold`: the show does not go live by itself until released."""

from __future__ import annotations

from datetime import datetime

from bot.errors import UserError
from bot.model import Show, ShowState
from bot.operations.asking import ask
from bot.operations.planning import hold, release
from bot.show.access import Verb
from bot.show.draft import Draft
from bot.show.references import split_option
from bot.show.times import parse_duration
from bot.slack.call import Call, present_state
from bot.slack.declare import Button, Command, Stage
from bot.slack.stamps import at
from bot.slack.text import escape

BEFORE = (ShowState.PLANNED, ShowState.OPEN)


async def run(call: Call) -> None:
    """Hold, for a while or until released; `off` releases."""
    show, rest = await call.choose_show(call.words, BEFORE, Verb.BRAKE)
    rest, off = split_option(rest, ("off",))
    if off:
        await call.require(show)
        await _release(call, show)
        return
    first, _, text = rest.partition(" ")
    until = _until(call, first)
    await _hold(call, show, until, text.strip() if until else rest)


def _require_gate(call: Call, show: Show) -> None:
    """UserError where nothing could hold it."""
    if show.state not in BEFORE:
        raise UserError(f"{present_state(show)} Hold is for before the start.")
    if not show.gated:
        raise UserError(
            f"Nothing keeps viewers out of {show.title} ({show.id}): whoever has the link sees the encoder as soon as it sends. "
            f"Ask its crew to wait, or move the show with {call.command} move {show.id}."
        )


def _until(call: Call, word: str) -> datetime | None:
    if not word[:1].isdigit():
        return None
    return call.context.clock.now() + parse_duration(word)


async def press_hold(call: Call) -> None:
    """The button on the card."""
    show = await call.carried_show(Verb.BRAKE)
    call.still("hold", show)
    await _hold(call, show, None, "")


async def press_release(call: Call) -> None:
    """The button on a held card."""
    show = await call.carried_show()
    call.still("release", show)
    await _release(call, show)


async def _hold(call: Call, show: Show, until: datetime | None, text: str) -> None:
    _require_gate(call, show)
    if show.hold is not None and until is None and not text:
        raise UserError(f"{show.title} is on hold already, since {at(show.hold.since, show)}.")

    def rule(draft: Draft, current: Show) -> Show:
        held = hold(draft, current, call.user, until, text)
        pages = call.context.provider(held.provider).capabilities.pages
        if text and held.page and pages and any(field.name == "pending_message" for field in pages.fields):
            ask(draft, "edit_page", call.user, held, {"fields": {"pending_message": text}})
        return held

    held = await call.decide(show, rule)
    how_long = f"until {at(until, held)}" if until else f"until released ({call.command} hold {show.id} off)"
    await call.reply(f"Held: {escape(show.title)} ({show.id}) will not go live by itself {how_long}.")


async def _release(call: Call, show: Show) -> None:
    released = await call.decide(show, lambda draft, current: release(draft, current, call.user))
    title = f"{escape(show.title)} ({show.id})"
    if call.context.clock.now() > released.start + call.context.figures.go_window:
        await call.reply(
            f"Released: the time of {title} is over, so it does not go by itself. Go with {call.command} go {show.id}."
        )
        return
    start = at(released.start, released, seconds=False)
    await call.reply(f"Released: {title} goes live by itself at {start}.")


DECLARATIONS = (
    Command(
        "hold",
        "[show] [<dur>|off] [text for viewers]",
        "do not go live by itself until released",
        Stage.READY,
        run,
        bare="the show due here",
        examples=("hold", "hold s12 10m We start a little later", "hold off"),
        brake=True,
    ),
    Button("hold", press_hold, brake=True),
    Button("release", press_release),
)
