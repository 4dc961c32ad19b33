"""`/live go`: put a show on air; the due cue is consumed by it."""

from __future__ import annotations

from dataclasses import replace

from bot.errors import UserError
from bot.model import Show, ShowState
from bot.operations.asking import ask
from bot.show.draft import Draft
from bot.show.references import split_option
from bot.slack.call import Call, present_state
from bot.slack.declare import Button, Command, Form, Stage
from bot.slack.modals import confirm
from bot.slack.stamps import at
from bot.slack.text import escape

BEFORE = (ShowState.PLANNED, ShowState.OPEN, ShowState.LIVE, ShowState.PAUSED)


async def run(call: Call) -> None:
    """Go, unless it is early, on air already, or there is no signal: then say so or ask."""
    words, anyway = split_option(call.words, ("anyway",))
    show = await call.find_show(words, BEFORE)
    await _go(call, show, anyway=bool(anyway))


async def press(call: Call) -> None:
    """The button on the card."""
    show = await call.carried_show()
    call.still("go", show)
    await _go(call, show)


async def press_this(call: Call) -> None:
    """This is the show: viewers see the picture already, so there is nothing to be early about."""
    show = await call.carried_show()
    call.still("this-is-the-show", show)
    await _go(call, show, asked=True)


async def press_anyway(call: Call) -> None:
    """Going live without a signal is always asked about: viewers would see an empty page."""
    show = await call.carried_show()
    call.still("go-anyway", show)
    text = f"There is no signal for *{escape(show.title)}*. Viewers would see the page without a picture. Go live anyway?"
    await call.open(confirm("go-anyway", "Go without signal?", text, "Go live", call.remember(s=show.id)))


async def submit_anyway(call: Call) -> None:
    """It was confirmed."""
    await _go(call, await call.carried_show(), anyway=True, asked=True)


async def submit_early(call: Call) -> None:
    """Going early was confirmed."""
    await _go(call, await call.carried_show(), asked=True)


def _require_ahead(call: Call, show: Show, *, anyway: bool) -> None:
    """UserError for a show that is on air or over, and where nothing but the encoder lets viewers in."""
    if show.state is ShowState.LIVE:
        raise UserError(f"{present_state(show)} Nothing to do.")
    if show.state is ShowState.PAUSED:
        raise UserError(f"{present_state(show)} Bring the programme back with {call.command} resume {show.id}.")
    if show.state not in BEFORE:
        raise UserError(f"{present_state(show)} Plan a new one with {call.command} plan.")
    if anyway and not show.gated:
        raise UserError(
            f"Nothing keeps viewers out of {show.title}: what the encoder sends is on air as soon as it comes. Connect the encoder."
        )


async def _require_signal(call: Call, show: Show, *, anyway: bool) -> None:
    """UserError where viewers would be let in to an empty page."""
    seen = await call.context.store.seen(show.key) if show.key else None
    if show.gated and not anyway and show.state is ShowState.OPEN and seen is not None and seen.signal is False:
        how = f"connect the encoder, or type {call.command} go {show.id} anyway"
        raise UserError(f"There is no signal for {show.title}, so viewers would see nothing: {how}.")


async def _go(call: Call, show: Show, *, anyway: bool = False, asked: bool = False) -> None:
    _require_ahead(call, show, anyway=anyway)
    now = call.context.clock.now()
    if not asked and show.start - now > call.context.figures.go_early:
        text = (
            f"*{escape(show.title)}* is planned for {at(show.start, show, seconds=False)}, "
            f"it is {at(now, show, seconds=False)} now. Go live early?"
        )
        await call.open(confirm("go-early", "Go live early?", text, "Go live now", call.remember(s=show.id)))
        return
    await _require_signal(call, show, anyway=anyway)

    def rule(draft: Draft, current: Show) -> bool:
        if current.state not in BEFORE:
            raise UserError(f"{present_state(current)} Nothing was changed.")
        if current.state.on_air:
            return False
        before = draft.of(current.id, "go")
        draft.put(_with_caller(current, call.user))
        operation = ask(draft, "go", call.user, draft.show(current.id), {"anyway": anyway} if anyway else None)
        return not any(op.fence == operation.fence and op.id == operation.id for op in before)

    if await call.decide(show, rule):
        await call.reply(f"Going live: {escape(show.title)} ({show.id}). Its steps are in the card's thread.")
    else:
        await call.reply(f"{escape(show.title)} ({show.id}) is already going live.")


async def press_open(call: Call) -> None:
    """Open now: the ingest is enabled before its cue, which this consumes."""
    show = await call.carried_show()
    call.still("open", show)
    await call.operate(show, "open")
    await call.reply(f"Opening {escape(show.title)} ({show.id}): the encoder may connect once the stream is enabled.")


async def press_test(call: Call) -> None:
    """It's a test: where nothing keeps viewers out, what the encoder sends before the start is not taken for the show."""
    show = await call.carried_show()
    call.still("its-a-test", show)
    await call.decide(show, lambda draft, current: draft.note(current.id, "picture is a test", call.user))
    start = at(show.start, show, seconds=False)
    await call.reply(
        f"Noted: {escape(show.title)} ({show.id}) has not begun, it goes live at {start}. Whoever has the link sees the encoder."
    )


def _with_caller(show: Show, user: str) -> Show:
    return replace(show, on_air_by=user, hold=None)


DECLARATIONS = (
    Command(
        "go",
        "[show] [anyway]",
        "put the show on air",
        Stage.AIR,
        run,
        aliases=("start",),
        bare="the due show; asks if it is early",
        examples=("go", "go s12", "go s12 anyway", "go sunday dry"),
    ),
    Button("go", press),
    Button("this-is-the-show", press_this),
    Button("its-a-test", press_test),
    Button("open", press_open),
    Button("go-anyway", press_anyway),
    Form("go-early", submit_early),
    Form("go-anyway", submit_anyway),
)
