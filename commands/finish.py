"""`/live finish`, and back on air: off in the order that can be taken back; by hand it asks first, with the facts of the moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.errors import Choice, Question, UserError
from bot.model import OperationState, Show, ShowState
from bot.operations.asking import ask
from bot.operations.planning import extend
from bot.show.draft import Draft
from bot.show.references import split_dry, split_option
from bot.show.times import duration_words, parse_duration
from bot.slack.call import Call, present_state
from bot.slack.declare import Button, Command, Form, Stage
from bot.slack.modals import confirm
from bot.slack.stamps import at
from bot.slack.text import escape

CAN_FINISH = (ShowState.OPEN, ShowState.LIVE, ShowState.PAUSED)


async def run(call: Call) -> None:
    """Finish, after asking; `now` skips the seconds to take it back, `in 10m` moves the end instead."""
    words, dry = split_dry(call.words)
    words, now = split_option(words, ("now",))
    words, length = _in_duration(words)
    show = await call.find_show(words, CAN_FINISH)
    if dry:
        await call.reply(_would(call, show, bool(now)))
        return
    if length is not None:
        await _finish_in(call, show, length)
        return
    await _ask_first(call, show, now=bool(now))


def _in_duration(words: str) -> tuple[str, timedelta | None]:
    before, found, after = f" {words}".rpartition(" in ")
    if not found:
        return words, None
    return before.strip(), parse_duration(after)


async def press(call: Call) -> None:
    """The button on the card, on an alarm or on an end warning."""
    show = await call.carried_show()
    call.still("finish", show)
    await _ask_first(call, show)


async def _ask_first(call: Call, show: Show, *, now: bool = False) -> None:
    _require_on_air(show)
    await call.open(
        confirm("finish", "Finish the show?", await _facts(call, show, now=now), "Finish", call.remember(s=show.id, now=now))
    )


def _require_on_air(show: Show) -> None:
    if show.state not in CAN_FINISH:
        raise UserError(f"{present_state(show)} There is nothing to finish.")


async def _facts(call: Call, show: Show, *, now: bool) -> str:
    """What is true at this moment, each with its time."""
    dossier = await call.context.store.dossier(show.id)
    seen, clock = dossier.seen, call.context.clock.now()
    lines = [f"*{escape(show.title)}* ({show.id})"]
    if show.on_air_at:
        lines.append(f"• on air since {at(show.on_air_at, show)}, {duration_words(clock - show.on_air_at)}")
    if seen is not None:
        looked = f" (looked {at(seen.looked_at, show)})" if seen.looked_at else ""
        lines.append(f"• signal {'there' if seen.signal else 'gone'}{looked}")
        lines.append(f"• {'recording' if seen.recording else 'not recording'}{looked}")
        if seen.viewers is not None and seen.viewers_at:
            lines.append(f"• {seen.viewers} viewers at {at(seen.viewers_at, show)}")
    lines.append(f"• planned end {at(show.end, show, seconds=False)}")
    undo = "at once" if now else f"after {int(call.context.figures.undo.total_seconds())} s in which it can be taken back"
    lines.append(f"Viewers are sent home now; recording and stream are stopped {undo}.")
    return "\n".join(lines)


async def submit(call: Call) -> None:
    """It was confirmed."""
    show = await call.carried_show()
    _require_on_air(show)
    now = bool(call.metadata.get("now"))

    def rule(draft: Draft, current: Show) -> None:
        draft.put(replace(current, off_by=call.user))
        ask(draft, "finish", call.user, draft.show(current.id), {"now": True} if now else None)

    await call.decide(show, rule)


async def _finish_in(call: Call, show: Show, length: timedelta) -> None:
    _require_on_air(show)
    clock, figures = call.context.clock.now(), call.context.figures
    later = await call.decide(show, lambda draft, current: extend(draft, current, call.user, clock + length - current.end, figures))
    await call.reply(f"{escape(show.title)} ({show.id}) ends at {at(later.end, later)}.")


def _would(call: Call, show: Show, now: bool) -> str:
    steps = ["set the broadcast to finished"] if show.wants_page else []
    if show.wants_page and not now:
        steps.append(f"leave {int(call.context.figures.undo.total_seconds())} s to take it back")
    steps += ["stop the recording", "disable the stream", "wait until the provider confirms it"]
    return f"Dry run, nothing is done. {escape(show.title)} ({show.id}) would: {', '.join(steps)}."


# -- back on air --------------------------------------------------------------------------------------------------------
async def press_undo(call: Call) -> None:
    """Within the seconds of the undo: recording and ingest were not touched yet."""
    await _back(call, await call.carried_show())


async def press_back(call: Call) -> None:
    """Afterwards it is asked about: the stream may be off already."""
    show = await call.carried_show()
    call.still("back-on-air", show)
    when = at(show.off_at, show) if show.off_at else ""
    text = (
        f"*{escape(show.title)}* is off air since {when}. The stream is enabled again and viewers see the programme. Back on air?"
    )
    await call.open(confirm("back-on-air", "Back on air?", text, "Back on air", call.remember(s=show.id)))


async def submit_back(call: Call) -> None:
    """It was confirmed."""
    await _back(call, await call.carried_show())


async def _back(call: Call, show: Show) -> None:
    now, figures = call.context.clock.now(), call.context.figures

    def rule(draft: Draft, current: Show) -> None:
        if current.off_at is None and not any(op.state is not OperationState.SCHEDULED for op in draft.of(current.id, "finish")):
            raise UserError(f"{present_state(current)} Nothing to take back.")
        if current.state is ShowState.DONE or (current.off_at is not None and now - current.off_at > figures.back_on_air):
            raise UserError(f"{present_state(current)} It is too late to take that back; plan a new show.")
        for op in draft.of(current.id, "finish"):
            draft.end(op, OperationState.SUPERSEDED, "back on air was asked for")
        draft.put(replace(current, on_air_by=call.user))
        ask(draft, "back_on_air", call.user, draft.show(current.id))

    await call.decide(show, rule)
    await call.reply(f"Back on air: {escape(show.title)} ({show.id}).")


async def stop(call: Call) -> None:
    """“Stop” means three things to a crew: which one is asked, never guessed."""
    show = await call.find_show(call.words, CAN_FINISH)
    choices = (
        Choice("Finish the show", f"finish {show.id}"),
        Choice("Pause for viewers", f"pause {show.id}"),
        Choice("Stop the recording", f"record stop {show.id}"),
    )
    raise Question(f"Stop what of {show.title}?", choices)


DECLARATIONS = (
    Command("stop", "[show]", "asks which: finish, pause or stop recording", Stage.AIR, stop, effect=False, aliases=("end",)),
    Command(
        "finish",
        "[show] [now|in <dur>|dry]",
        "take the show off air; asks first",
        Stage.AIR,
        run,
        bare="what is on air here",
        examples=("finish", "finish s12 now", "finish in 10m", "finish dry"),
    ),
    Button("finish", press),
    Button("undo-finish", press_undo),
    Button("back-on-air", press_back),
    Form("finish", submit),
    Form("back-on-air", submit_back),
)
