"""Cues that only speak: reminders before the show, warnings before its end, and the question when the end is a question."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.context import Context
from bot.model import FinishPolicy, Operation, OperationState, Show, ShowState, Urgency
from bot.operations.asking import ask
from bot.operations.steps import Verb
from bot.show.cues import asks_at_end
from bot.show.draft import Draft
from bot.slack import notices
from bot.slack.stamps import at
from bot.slack.text import escape, mention

OVERRUN_LIMIT_WARNINGS = (timedelta(minutes=15), timedelta(minutes=5), timedelta(minutes=1))


# -- before the show -----------------------------------------------------------------------------------------------------
def _remind(context: Context, draft: Draft, operation: Operation) -> Operation:
    show = draft.show(operation.show)
    done = draft.end(operation, OperationState.DONE)
    if show.state not in (ShowState.PLANNED, ShowState.OPEN):
        return done
    late = draft.now - operation.due
    what = str(operation.args.get("what", ""))
    text = _reminder(what, draft, show)
    if not text:
        return done
    if late > context.figures.remind_grace or draft.now >= show.start:
        said = f"_A reminder due {at(operation.due, show, seconds=False)} was missed: the bot was down._ {text}"
        draft.post(notices.line(show, f"remind-{operation.args.get('mark')}", draft.now, said))
        return done
    tail = f" _({int(late.total_seconds())} s late)_" if late > timedelta(seconds=30) else ""
    post = notices.line(show, f"remind-{operation.args.get('mark')}", draft.now, text + tail)
    draft.post(replace(post, urgency=Urgency.STATE))
    return done


def _reminder(what: str, draft: Draft, show: Show) -> str:
    """What is to be said; empty when all is well, because only reds are told."""
    signal = draft.seen is not None and draft.seen.signal
    match what:
        case "check":
            reds = _reds(draft, show)
            return (
                f":warning: {mention(show.planned_by)} before {at(show.start, show, seconds=False)}: {' · '.join(reds)}"
                if reds
                else ""
            )
        case "encoder":
            return (
                ""
                if signal
                else f":electric_plug: {mention(show.planned_by)}, please connect the encoder (Ingest details on the card)."
            )
        case _:
            if show.hold:
                return f":double_vertical_bar: {mention(show.planned_by)}: on hold, will not go live by itself."
            no_signal = "" if signal else " *There is no signal yet.*"
            said = f"“{escape(show.title)}” goes live by itself at {at(show.start, show, seconds=False)}. Hold is on the card."
            return f":bell: {mention(show.planned_by)}: {said}{no_signal}"


def _reds(draft: Draft, show: Show) -> list[str]:
    reds = []
    if not show.stream:
        reds.append("there is no stream yet")
    elif draft.seen is not None and draft.seen.gone:
        reds.append("the stream is gone at the provider")
    if show.wants_page and not show.page:
        reds.append("there is no broadcast page yet")
    if draft.seen is not None and draft.seen.trouble:
        reds.append(escape(draft.seen.trouble))
    return reds


# -- before the end -----------------------------------------------------------------------------------------------------
def _warn(_: Context, draft: Draft, operation: Operation) -> Operation:
    show = draft.show(operation.show)
    done = draft.end(operation, OperationState.DONE)
    if show.state.on_air and draft.now < show.end:
        draft.post(notices.prompt(show, operation.id, draft.now))
    return done


def _overrun(context: Context, draft: Draft, operation: Operation) -> Operation:
    """The end is a question: ask again at E+5 and every 15 min; at the hard limit finish only if nobody answered."""
    show = draft.show(operation.show)
    if not show.state.on_air:
        return draft.end(operation, OperationState.CANCELLED, "the show is not on air")
    figures = context.figures
    if not asks_at_end(show):
        draft.end(operation, OperationState.CANCELLED, "the show ends by itself")
        ask(draft, "finish", "clock", show)
        return replace(operation, state=OperationState.CANCELLED, ended=draft.now, fence=operation.fence + 1)
    limit = show.end + figures.overrun_limit
    if draft.now >= limit and show.finish is not FinishPolicy.BY_HAND and not operation.args.get("answered"):
        waited = notices.minutes(figures.overrun_limit)
        text = f":alarm_clock: Nobody answered for {waited} after the end: finishing {escape(show.title)} now."
        draft.post(notices.told(show, "hard-limit", draft.now, text))
        ask(draft, "finish", "clock", show, {"tidy": True})
        return draft.end(operation, OperationState.DONE, "hard limit")
    number = int(operation.args.get("asked", 0)) + 1
    draft.post(notices.prompt(show, f"{operation.id}:{number}", draft.now))
    again = figures.overrun_first if number == 1 else figures.overrun_every
    due = min(draft.now + again, limit) if draft.now < limit else draft.now + again
    return draft.operate(
        replace(
            operation,
            state=OperationState.SCHEDULED,
            due=due,
            owner="",
            fence=operation.fence + 1,
            args={**operation.args, "asked": number},
        )
    )


def verbs(_: Context) -> tuple[Verb, ...]:
    """The verbs of this family."""
    return (
        Verb(name="remind", title="Reminder", begin=_remind),
        Verb(name="end_warning", title="End warning", begin=_warn),
        Verb(name="overrun", title="End", begin=_overrun),
    )
