"""Buttons of questions and alarms: an operation that asked, an outage that somebody takes, an input with several meanings."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.errors import UserError
from bot.model import Operation, OperationState, Show
from bot.operations.alarms import claim, quieten
from bot.operations.asking import ask
from bot.operations.planning import cancel, hold, keep_on
from bot.show.draft import Draft
from bot.slack.call import Call
from bot.slack.declare import Button
from bot.slack.dry import carry_out
from bot.slack.interaction import Kind
from bot.slack.stamps import at
from bot.slack.text import escape


async def answer(call: Call) -> None:
    """A button of “which did you mean”: the whole command that means only this is run as if it had been typed."""
    text = str(call.carried.get("t", ""))
    verb, _, rest = text.partition(" ")
    command = call.desk.registry.commands.get(verb)
    if command is None:
        raise UserError(f"That question is too old. Type the command again; {call.command} help shows how.")
    carried = call.carried.get("at")
    asked_at = datetime.fromtimestamp(carried / 1000, UTC) if isinstance(carried, int) else call.at
    call.interaction = replace(call.interaction, kind=Kind.COMMAND, text=text, at=asked_at)
    call.words = rest
    await carry_out(command, call)


async def question(call: Call) -> None:
    """A button of an operation that asked; only while it still asks."""
    operation = await call.context.store.operation(str(call.carried.get("o", "")))
    if operation is None or operation.state is not OperationState.ASKING or operation.fence != call.carried.get("f"):
        raise UserError("That question was answered already; nothing was changed.")
    show = await call.carried_show()
    chosen = call.interaction.action.partition(":")[2]

    def rule(draft: Draft, current: Show) -> str:
        return _answer(draft, current, operation, chosen, call)

    await call.reply(await call.decide(show, rule))


def _answer(draft: Draft, show: Show, operation: Operation, chosen: str, call: Call) -> str:
    asking = next((op for op in draft.of(show.id) if op.id == operation.id and op.fence == operation.fence), None)
    if asking is None:
        raise UserError("Somebody answered that a moment ago; nothing was changed.")
    title = f"{escape(show.title)} ({show.id})"
    match chosen:
        case "go":
            if operation.verb == "go":
                draft.put(replace(show, on_air_by=call.user, hold=None))
            ask(draft, operation.verb, call.user, draft.show(show.id))
            return f"{title}: {operation.verb}."
        case "wait":
            if show.hold is None:
                hold(draft, show, call.user, None, "")
            parked = replace(asking, state=OperationState.WAITING, fence=asking.fence + 1, due=max(show.end, draft.now))
            draft.operate(replace(parked, note=f"Held by <@{call.user}>"))
            return (
                f"{title} stays on hold. Release it with {call.command} hold {show.id} off, or go with {call.command} go {show.id}."
            )
        case "keep":
            draft.end(asking, OperationState.CANCELLED, f"kept on by <@{call.user}>")
            keep_on(draft, show, call.user, call.context.figures)
            return f"{title} stays on and asks again."
        case "cancel":
            cancel(draft, show, call.user, "cancelled when it had not started")
            return f"{title} is cancelled."
        case _:
            draft.end(asking, OperationState.CANCELLED, f"left by <@{call.user}>")
            return f"{title}: left as it is."


async def take(call: Call) -> None:
    """I've got it: the claim lapses if it is still so after ten minutes."""
    show = await call.carried_show()

    def rule(draft: Draft, current: Show) -> Show:
        call.still("take", current)
        if current.ringing is None:
            raise UserError("That alarm is over.")
        return claim(draft, current, call.user)

    await call.decide(show, rule)


async def quiet(call: Call) -> None:
    """No ringing for five minutes, for a planned restart."""
    show = await call.carried_show()
    until = call.context.clock.now() + call.context.figures.quiet

    def rule(draft: Draft, current: Show) -> Show:
        if not current.state.on_air:
            raise UserError(f"{current.title} is not on air, so no alarm can ring.")
        return quieten(draft, current, until)

    await call.decide(show, rule)
    await call.reply(f"Alarms of {escape(show.title)} are quiet until {at(until, show)}.")


DECLARATIONS = (
    Button("answer", answer),
    Button("question", question),
    Button("take", take),
    Button("noted", take),
    Button("quiet", quiet),
)
