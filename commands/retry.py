"""Try again, on the post of an operation that failed: the same is asked for once more, by whoever pressed."""

from __future__ import annotations

from dataclasses import replace

from bot.errors import UserError
from bot.model import Operation, OperationState, Show, ShowState
from bot.operations.asking import ask
from bot.show.draft import Draft
from bot.slack.blocks import say
from bot.slack.call import Call, present_state
from bot.slack.declare import Button
from bot.slack.text import escape, mention

BEFORE = (ShowState.PLANNED, ShowState.OPEN)
WHILE = {
    "prepare": BEFORE,
    "open": (ShowState.PLANNED,),
    "go": BEFORE,
    "pause": (ShowState.LIVE,),
    "resume": (ShowState.PAUSED,),
    "record": (*BEFORE, ShowState.LIVE, ShowState.PAUSED),
    "finish": (ShowState.OPEN, ShowState.LIVE, ShowState.PAUSED, ShowState.OFF),
    "back_on_air": (ShowState.OFF,),
}
"""Of verbs that are not always of use: in which states of the show they are."""

UNDER_WAY = (OperationState.RUNNING, OperationState.WAITING)


async def press(call: Call) -> None:
    """Ask again, unless it was dealt with in the meantime."""
    show = await call.carried_show()
    failed = await call.context.store.operation(str(call.carried.get("o", "")))
    if failed is None or failed.fence != call.carried.get("f") or failed.show != show.id:
        raise UserError(f"That was dealt with already; nothing was changed. {present_state(show)}")
    await call.decide(show, lambda draft, current: _again(draft, current, failed, call.user))
    verb = failed.verb.replace("_", " ")
    text = f":arrows_counterclockwise: {verb} of {escape(show.title)} ({show.id}) had failed; {mention(call.user)} tries again."
    await call.reply(say(text), replace=True)


def _again(draft: Draft, show: Show, failed: Operation, by: str) -> None:
    if show.state not in WHILE.get(failed.verb, tuple(ShowState)):
        raise UserError(f"{present_state(show)} Nothing was changed.")
    if any(op.state in UNDER_WAY for op in draft.of(show.id, failed.verb)):
        raise UserError(f"That is being tried again already. {present_state(show)}")
    match failed.verb:
        case "go" | "back_on_air":
            show = draft.put(replace(show, on_air_by=by, hold=None))
        case "pause":
            show = draft.put(replace(show, paused_by=by))
        case "finish":
            show = draft.put(replace(show, off_by=by))
    ask(draft, failed.verb, by, show, {name: value for name, value in failed.args.items() if name != "mark"})


DECLARATIONS = (Button("retry", press),)
