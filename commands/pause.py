"""`/live pause` and `/live resume`: the brake acts at once."""

from __future__ import annotations

from dataclasses import replace

from bot.errors import UserError
from bot.model import OperationState, Show, ShowState
from bot.operations.asking import ask
from bot.show.access import Verb
from bot.show.draft import Draft
from bot.slack.call import Call, present_state
from bot.slack.declare import Button, Command, Stage
from bot.slack.text import escape

ON_AIR = (ShowState.LIVE, ShowState.PAUSED)
GOING_OR_ON_AIR = (ShowState.OPEN, *ON_AIR)


async def pause(call: Call) -> None:
    """Viewers see the pause text."""
    await _pause(call, await call.find_show(call.words, GOING_OR_ON_AIR, Verb.BRAKE))


async def press_pause(call: Call) -> None:
    """The button on the card or on an alarm."""
    show = await call.carried_show(Verb.BRAKE)
    call.still("pause", show)
    await _pause(call, show)


async def _pause(call: Call, show: Show) -> None:
    provider = call.context.provider(show.provider)
    if provider.capabilities.pages is None or not provider.capabilities.pages.pausable:
        raise provider.cannot("pause")
    if not show.wants_page or not show.page:
        raise UserError(
            f"{show.title} has no {provider.capabilities.page_word} that could be paused: the encoder itself is what viewers see. "
            f"Stop the encoder, or finish it with {call.command} finish {show.id}."
        )
    if show.state is ShowState.PAUSED:
        raise UserError(f"{present_state(show)} Nothing to do.")

    def rule(draft: Draft, current: Show) -> None:
        if current.state is not ShowState.LIVE and not _is_going_live(draft, current):
            raise UserError(f"Only what is on air can be paused. {present_state(current)}")
        draft.put(replace(current, paused_by=call.user))
        ask(draft, "pause", call.user, draft.show(current.id))

    await call.decide(show, rule)
    await call.reply(f"Pausing {escape(show.title)} ({show.id}).")


def _is_going_live(draft: Draft, show: Show) -> bool:
    """Whether a go is under way: the brake stops that as well."""
    under_way = (OperationState.RUNNING, OperationState.WAITING)
    return show.state is ShowState.OPEN and any(op.state in under_way for op in draft.of(show.id, "go"))


async def resume(call: Call) -> None:
    """Viewers see the programme again."""
    await _resume(call, await call.find_show(call.words, ON_AIR))


async def press_resume(call: Call) -> None:
    """The button on the card."""
    show = await call.carried_show()
    call.still("resume", show)
    await _resume(call, show)


async def _resume(call: Call, show: Show) -> None:
    if show.state is not ShowState.PAUSED:
        raise UserError(f"{show.title} is not paused. {present_state(show)}")
    await call.operate(show, "resume")
    await call.reply(f"Resuming {escape(show.title)} ({show.id}).")


DECLARATIONS = (
    Command("pause", "[show]", "show viewers the pause text, at once", Stage.AIR, pause, bare="what is on air here", brake=True),
    Command("resume", "[show]", "show viewers the programme again", Stage.AIR, resume, bare="what is paused here"),
    Button("pause", press_pause, brake=True),
    Button("resume", press_resume),
)
