"""`/live cancel`: the show does not happen; asks first."""

from __future__ import annotations

from bot.errors import UserError
from bot.model import Show, ShowState
from bot.operations.planning import cancel
from bot.show.access import Verb
from bot.show.references import split_option
from bot.slack.call import Call
from bot.slack.declare import Button, Command, Form, Stage
from bot.slack.modals import form, paragraph, text_input
from bot.slack.stamps import plan_line
from bot.slack.text import escape

BEFORE = (ShowState.PLANNED, ShowState.OPEN)


async def run(call: Call) -> None:
    """Ask, with the reason typed so far."""
    words, all_of_them = split_option(call.words, ("all", "this"))
    if all_of_them == "all":
        raise UserError("Weekly shows are not in this version, so there is only this one to cancel.")
    show, reason = await call.choose_show(words, (*BEFORE, ShowState.LIVE, ShowState.PAUSED), Verb.CANCEL)
    await _ask(call, show, reason)


async def press(call: Call) -> None:
    """The button on the card."""
    show = await call.carried_show(Verb.CANCEL)
    call.still("cancel", show)
    await _ask(call, show, "")


async def _ask(call: Call, show: Show, reason: str) -> None:
    _require_cancellable(call, show)
    said = f"*{escape(show.title)}* ({show.id}), {plan_line(show, call.context.clock.now())}.\n{_effects(call, show)}"
    blocks = [paragraph(said), text_input("reason", "Reason, for the card", reason, optional=True, most=200)]
    await call.open(form("cancel", "Cancel the show?", blocks, "Cancel the show", call.remember(s=show.id)))


def _require_cancellable(call: Call, show: Show) -> None:
    if show.state.on_air:
        raise UserError(f"{show.title} is on air. Take it off with {call.command} finish {show.id}.")
    if show.state not in BEFORE:
        raise UserError(f"{show.title} is {show.state.value}; there is nothing to cancel.")


def _effects(call: Call, show: Show) -> str:
    """What happens at the provider, as far as it can be done there."""
    able = call.context.provider(show.provider).capabilities
    deletable = able.pages is not None and able.pages.deletable
    its = f"its pending {able.page_word} is deleted" if deletable else f"its {able.page_word} stays at {able.title}"
    page = f"{its}, " if show.page and show.page_made_here else ""
    stream = "the stream is disabled and stays" if able.switch is not None else f"the {able.stream_word} stays"
    public = not show.gated and able.switch is None
    return f"{show.id}: {page}{stream}, {'viewers still see whatever its encoder sends' if public else 'nothing goes live'}."


async def submit(call: Call) -> None:
    """It was confirmed."""
    show = await call.carried_show(Verb.CANCEL)
    reason = str(call.view.values.get("reason") or "")
    await call.decide(show, lambda draft, current: cancel(draft, current, call.user, reason))
    await call.reply(f"Cancelled: {escape(show.title)} ({show.id}).")


DECLARATIONS = (
    Command("cancel", "[show] [reason]", "the show does not happen; asks first", Stage.READY, run, examples=("cancel s12 rain",)),
    Button("cancel", press),
    Form("cancel", submit),
)
