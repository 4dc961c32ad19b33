"""`/live finish`, and back on air: off in the order that can be taken back; by hand it asks first, with the facts of the moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.errors import Choice, Question, UserError
from bot.model import Dossier, OperationState, RestreamTarget, Show, ShowState
from bot.operations.asking import ask
from bot.operations.finishing import would
from bot.operations.planning import finish_at
from bot.providers.base import Capabilities, Kept
from bot.show.access import Verb
from bot.show.cues import schedule
from bot.show.draft import Draft
from bot.show.lifecycle import can_take_back
from bot.show.references import split_option
from bot.show.times import duration_words, parse_duration
from bot.slack.call import Call, present_state
from bot.slack.controls import possible
from bot.slack.declare import Button, Command, Form, Stage
from bot.slack.modals import confirm
from bot.slack.restreams import titles
from bot.slack.stamps import at
from bot.slack.text import escape

CAN_FINISH = (ShowState.OPEN, ShowState.LIVE, ShowState.PAUSED)

_ENDS = (("stop-recording", "the recording is stopped"), ("disable", "the stream is disabled"))


async def run(call: Call) -> None:
    """Finish, after asking; `now` skips the seconds to take it back, `in 10m` moves the end instead."""
    words, now = split_option(call.words, ("now",))
    words, length = _in_duration(words)
    show = await call.find_show(words, CAN_FINISH, Verb.BRAKE)
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
    show = await call.carried_show(Verb.BRAKE)
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
    able = call.context.provider(show.provider).capabilities
    lines = [f"*{escape(show.title)}* ({show.id})"]
    if show.on_air_at:
        lines.append(f"• on air since {at(show.on_air_at, show)}, {duration_words(clock - show.on_air_at)}")
    if seen is not None:
        looked = f" (looked {at(seen.looked_at, show)})" if seen.looked_at else ""
        arriving = f"pictures arriving, {escape(seen.evidence)}" if seen.evidence else "signal there"
        lines.append(f"• {arriving if seen.signal else 'no signal' if seen.signal is False else 'signal not known'}{looked}")
        if possible("recording", show, able):
            lines.append(f"• {'recording' if seen.recording else 'not recording'}{looked}")
        if seen.viewers is not None and seen.viewers_at:
            lines.append(f"• {seen.viewers} viewers at {at(seen.viewers_at, show)}")
    lines.append(f"• planned end {at(show.end, show, seconds=False)}")
    steps, undo = would(call.context, dossier, show, now=now), int(call.context.figures.undo.total_seconds())
    lines.append(_effects(steps, undo) if able.switch is not None else _last_words(show, able, steps, undo))
    if on := _sent_on(dossier, show):
        lines.append(f"{titles(on)} goes off with it.")
    return "\n".join(lines)


def _sent_on(dossier: Dossier, show: Show) -> list[RestreamTarget]:
    return [target for target in dossier.restreams if target.show == show.id and target.on]


def _effects(steps: list[str], undo: int) -> str:
    """What the steps mean for viewers, for the recording and for the stream."""
    ends = [words for name, words in _ENDS if name in steps] or ["recording and stream stay on for another show"]
    when = f"after {undo} s in which it can be taken back" if "undo" in steps else "at once"
    first = (
        "Viewers are sent home now. " if "page-finished" in steps else "There is no page: viewers see the encoder until it stops. "
    )
    return f"{first}{' and '.join(ends).capitalize()} {when}."


def _last_words(show: Show, able: Capabilities, steps: list[str], undo: int) -> str:
    """What a finish means where no switch turns a stream off."""
    if not show.gated or able.pages is None:
        return "The books are closed. Nothing here can stop the encoder: viewers see it until its crew stops it."
    when = f"In {undo} s viewers are sent home" if "undo" in steps else "Viewers are sent home now"
    recording = able.recording is not None and able.recording.kept is Kept.END
    kept = "" if not recording else " and what they saw is kept" if show.wants_recording else " and *nothing is kept*"
    return f"{when}{kept}. After that it cannot be taken back." if not able.pages.lasting else f"{when}{kept}."


async def submit(call: Call) -> None:
    """It was confirmed."""
    show = await call.carried_show(Verb.BRAKE)
    _require_on_air(show)
    now = bool(call.metadata.get("now"))

    def rule(draft: Draft, current: Show) -> None:
        draft.put(replace(current, off_by=call.user))
        ask(draft, "finish", call.user, draft.show(current.id), {"now": True} if now else None)

    await call.decide(show, rule)


async def _finish_in(call: Call, show: Show, length: timedelta) -> None:
    _require_on_air(show)
    clock, figures = call.context.clock.now(), call.context.figures
    later = await call.decide(show, lambda draft, current: finish_at(draft, current, call.user, clock + length, figures))
    await call.reply(f"{escape(show.title)} ({show.id}) ends at {at(later.end, later)}.")


# -- back on air --------------------------------------------------------------------------------------------------------
async def press_undo(call: Call) -> None:
    """Within the seconds of the undo recording and ingest were not touched yet; on an older card it is asked about."""
    show = await call.carried_show()
    final = show.gated and call.context.provider(show.provider).capabilities.final
    if can_take_back(await call.context.store.dossier(show.id), show, final=final):
        await _back(call, show)
    elif final and show.state.on_air:
        raise UserError(f"{present_state(show)} Its end is asked for already and cannot be taken back.")
    elif show.state is ShowState.OFF:
        await _ask_back(call, show)
    else:
        raise UserError(f"{present_state(show)} Nothing to take back.")


async def press_back(call: Call) -> None:
    """Afterwards it is asked about: the stream may be off already."""
    show = await call.carried_show()
    call.still("back-on-air", show)
    await _ask_back(call, show)


async def _ask_back(call: Call, show: Show) -> None:
    _require_not_too_late(call, show)
    when = at(show.off_at, show) if show.off_at else ""
    able = call.context.provider(show.provider).capabilities
    text = f"*{escape(show.title)}* is off air since {when}. {_means(show, able)} Back on air?"
    await call.open(confirm("back-on-air", "Back on air?", text, "Back on air", call.remember(s=show.id)))


def _means(show: Show, able: Capabilities) -> str:
    """What back on air does, where the show is."""
    if not show.gated and able.switch is None:
        return "Its books are opened again; viewers see the encoder's picture as soon as there is one."
    return f"{'The stream is enabled again and' if able.switch is not None else 'Now'} viewers see the programme."


async def submit_back(call: Call) -> None:
    """It was confirmed."""
    await _back(call, await call.carried_show())


async def _back(call: Call, show: Show) -> None:
    def rule(draft: Draft, current: Show) -> None:
        if current.off_at is None and not any(op.state is not OperationState.SCHEDULED for op in draft.of(current.id, "finish")):
            raise UserError(f"{present_state(current)} Nothing to take back.")
        _require_not_too_late(call, current)
        for op in draft.of(current.id, "finish"):
            draft.end(op, OperationState.SUPERSEDED, "back on air was asked for")
        current = draft.put(replace(current, on_air_by=call.user, keep_on=current.keep_on or draft.now >= current.end))
        schedule(draft, current, call.context.figures)
        ask(draft, "back_on_air", call.user, current)

    await call.decide(show, rule)
    await call.reply(f"Back on air: {escape(show.title)} ({show.id}).")


def _require_not_too_late(call: Call, show: Show) -> None:
    able = call.context.provider(show.provider).capabilities
    if show.off_at is not None and show.gated and able.final:
        raise UserError(f"{present_state(show)} A {able.page_word} that is over cannot go live again; plan a new show.")
    late = show.off_at is not None and call.context.clock.now() - show.off_at > call.context.figures.back_on_air
    if show.state.closed or late:
        raise UserError(f"{present_state(show)} It is too late to take that back; plan a new show.")


async def press_stopping(call: Call) -> None:
    """The crew says that it is stopping the encoder: noted, and looked at until it is true."""
    show = await call.carried_show()
    call.still("encoder-stopping", show)
    await call.decide(show, lambda draft, current: draft.note(current.id, "encoder is being stopped", call.user))
    await call.reply(f"Noted. {escape(show.title)} ({show.id}) is off air once there is no signal any more; I keep looking.")


async def stop(call: Call) -> None:
    """“Stop” means three things to a crew: which one is asked, never guessed."""
    show = await call.find_show(call.words, CAN_FINISH)
    able = call.context.provider(show.provider).capabilities
    choices = [Choice("Finish the show", f"finish {show.id}")]
    if possible("pause", show, able):
        choices.append(Choice("Pause for viewers", f"pause {show.id}"))
    if possible("recording", show, able):
        choices.append(Choice("Stop the recording", f"record stop {show.id}"))
    raise Question(f"Stop what of {show.title}?", choices)


DECLARATIONS = (
    Command(
        "stop", "[show]", "asks which: finish, pause or stop recording", Stage.AIR, stop, effect=False, aliases=("end",), brake=True
    ),
    Command(
        "finish",
        "[show] [now|in <dur>]",
        "take the show off air; asks first",
        Stage.AIR,
        run,
        bare="what is on air here",
        examples=("finish", "finish s12 now", "finish in 10m", "finish dry"),
        brake=True,
    ),
    Button("finish", press, brake=True),
    Button("undo-finish", press_undo),
    Button("back-on-air", press_back),
    Button("encoder-stopping", press_stopping),
    Form("finish", submit, brake=True),
    Form("back-on-air", submit_back),
)
