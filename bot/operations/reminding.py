"""Cues that only speak: reminders before the show, warnings before its end, and the question when the end is a question."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.context import Context
from bot.model import CLOCK, FinishPolicy, Operation, OperationState, Show, ShowState, Urgency
from bot.operations.alarms import called
from bot.operations.asking import ask
from bot.operations.steps import Verb
from bot.show.cues import asks_at_end
from bot.show.defaults import Defaults
from bot.show.draft import Draft
from bot.slack import notices
from bot.slack.blocks import actions
from bot.slack.controls import control
from bot.slack.restreams import titles
from bot.slack.stamps import at
from bot.slack.text import escape, mention

OVERRUN_LIMIT_WARNINGS = (timedelta(minutes=15), timedelta(minutes=5), timedelta(minutes=1))
"""Before the hard limit, the whole group is told what will happen."""


# -- before the show -----------------------------------------------------------------------------------------------------
def _remind(context: Context, draft: Draft, operation: Operation) -> Operation:
    show = draft.show(operation.show)
    done = draft.end(operation, OperationState.DONE)
    if show.state not in (ShowState.PLANNED, ShowState.OPEN):
        return done
    late = draft.now - operation.due
    what = str(operation.args.get("what", ""))
    text = _reminder(context, what, draft, show)
    if not text:
        return done
    if what == "caller":
        _open_again(draft, show)
    if late > context.figures.remind_grace or draft.now >= show.start:
        due = at(operation.due, show, seconds=False)
        said = f"_A reminder due {due} was missed: the bot was down._" + (f" {text}" if draft.now < show.start else "")
        draft.post(notices.line(show, f"remind-{operation.args.get('mark')}", draft.now, said))
        return done
    tail = f" _({int(late.total_seconds())} s late)_" if late > timedelta(seconds=30) else ""
    by_itself = what == "caller" and show.gated and not show.held(draft.now)
    hold = actions([control("hold", show)]) if by_itself else []
    post = notices.line(show, f"remind-{operation.args.get('mark')}", draft.now, text + tail, more=hold)
    draft.post(replace(post, urgency=Urgency.STATE))
    return done


def _open_again(draft: Draft, show: Show) -> None:
    """A stream that was turned off since it was opened, by the show before or by somebody, is turned on again, unless on hold."""
    off = show.state is ShowState.OPEN and draft.seen is not None and draft.seen.enabled is False
    if off and not show.held(draft.now) and not draft.of(show.id, "open"):
        text = f":warning: {mention(show.planned_by)}: the stream was turned off since it was opened. It is turned on again."
        draft.post(notices.line(show, "open-again", draft.now, text))
        ask(draft, "open", CLOCK, show)


def _reminder(context: Context, what: str, draft: Draft, show: Show) -> str:
    """What is to be said; empty when all is well, because only reds are told."""
    signal = draft.seen is not None and draft.seen.signal
    match what:
        case "check":
            reds = _reds(context, draft, show)
            return (
                f":warning: {mention(show.planned_by)} before {at(show.start, show, seconds=False)}: {' · '.join(reds)}"
                if reds
                else ""
            )
        case "encoder":
            return "" if signal else _please_connect(show)
        case _:
            if show.held(draft.now):
                return f":double_vertical_bar: {mention(show.planned_by)}: on hold, will not go live by itself."
            if not show.gated:
                start = at(show.start, show, seconds=False)
                return (
                    f":bell: {mention(show.planned_by)}: “{escape(show.title)}” starts at {start}. Nothing keeps viewers out: "
                    "whoever has the link sees the encoder as soon as it sends."
                )
            no_signal = "" if signal else " *There is no signal yet.*"
            said = f"“{escape(show.title)}” goes live by itself at {at(show.start, show, seconds=False)}, unless somebody holds it."
            return f":bell: {mention(show.planned_by)}: {said}{no_signal}"


def _please_connect(show: Show) -> str:
    who = mention(show.planned_by)
    if show.fetched:
        return f":electric_plug: {who}: nothing comes from the source that the provider fetches. Is it on, and its address right?"
    return f":electric_plug: {who}, please connect the encoder (Ingest details on the card)."


def _reds(context: Context, draft: Draft, show: Show) -> list[str]:
    if draft.of(show.id, "prepare"):
        return []  # what is missing is being made; should that fail, it is told by itself
    reds = []
    if not show.stream:
        reds.append("there is no stream yet")
    elif draft.seen is not None and draft.seen.gone:
        reds.append("the stream is gone at the provider")
    if show.wants_page and not show.page:
        provider = context.providers.get(show.provider)
        reds.append(f"there is no {provider.capabilities.page_word if provider else 'page'} yet")
    if draft.seen is not None and draft.seen.trouble:
        reds.append(escape(draft.seen.trouble))
    return reds + _restream_reds(context, draft, show)


def _restream_reds(context: Context, draft: Draft, show: Show) -> list[str]:
    """Targets that would not go on with the show: better told before than at its start."""
    to_go = [target for target in draft.restreams_of(show.id) if target.wanted and not target.remote]
    keyless = [target for target in to_go if not context.safe.has(target.tag, target.sealed)]
    failed = [target for target in to_go if target.failed and target not in keyless]
    return [
        *(f"the key of {titles([target])} has to be typed again ({context.command} restream)" for target in keyless),
        *(f"{titles([target])} could not be added: {escape(target.failed)}" for target in failed),
    ]


# -- before the end -----------------------------------------------------------------------------------------------------
def _warn(_: Context, draft: Draft, operation: Operation) -> Operation:
    """Warn while there is something to move; of two warnings that are due at once, only the later one."""
    show = draft.show(operation.show)
    done = draft.end(operation, OperationState.DONE)
    overtaken = any(operation.due < op.due <= draft.now for op in draft.of(show.id, "end_warning"))
    if show.state.on_air and draft.now < show.end and not overtaken:
        draft.post(notices.prompt(show, operation.id, draft.now))
    return done


def _overrun(context: Context, draft: Draft, operation: Operation) -> Operation:
    """The end is a question: ask again at E+5 and every 15 min; at the hard limit finish only if nobody answered."""
    show, figures = draft.show(operation.show), context.figures
    if not show.state.on_air:
        return draft.end(operation, OperationState.CANCELLED, "the show is not on air")
    if not asks_at_end(show):
        if show.finish is FinishPolicy.AT_END:
            ask(draft, "finish", CLOCK, show)
        return draft.end(operation, OperationState.CANCELLED, "the end is no question any more")
    answered = bool(operation.args.get("answered"))
    limit = _first_asked(operation, show, draft.now, figures) + figures.overrun_limit
    if not answered and draft.now - limit > figures.finish_grace:
        operation = replace(operation, args={"mark": operation.args.get("mark", "")})  # nobody could answer while the bot was down
    asked = int(operation.args.get("asked", 0))
    first = _first_asked(operation, show, draft.now, figures)
    limit = first + figures.overrun_limit
    if asked and draft.now >= limit and not answered:
        waited = notices.minutes(figures.overrun_limit)
        text = f":alarm_clock: Nobody answered for {waited}: finishing {escape(show.title)} now."
        draft.post(notices.told(show, "hard-limit", draft.now, text))
        ask(draft, "finish", CLOCK, show, {"tidy": True})
        return draft.end(operation, OperationState.DONE, "hard limit")
    before = instant_of(int(operation.args.get("heard", 0)))
    if any(before < moment <= draft.now for moment in _warnings(limit)) and not answered:
        draft.post(notices.told(show, "limit-near", draft.now, _limit_words(context, show, limit)))
    if not asked or any(before < moment <= draft.now for moment in _questions(first, draft.now, figures)):
        asked += 1
        draft.post(notices.prompt(show, f"{operation.id}:{operation.fence}:{asked}", draft.now))
    args = {**operation.args, "asked": asked, "first": _stamp(first), "heard": _stamp(draft.now)}
    due = _next_moment(first, limit, draft.now, figures, answered=answered)
    return draft.operate(
        replace(operation, state=OperationState.SCHEDULED, due=due, owner="", fence=operation.fence + 1, args=args)
    )


def _first_asked(operation: Operation, show: Show, now: datetime, figures: Defaults) -> datetime:
    """The moment from which silence counts: the end, or, where the question came much later, when it was asked."""
    if "first" in operation.args:
        return instant_of(int(operation.args["first"]))
    return show.end if now - show.end < figures.overrun_first else now


def _questions(first: datetime, until: datetime, figures: Defaults) -> list[datetime]:
    """The moments of the questions, up to the next one after `until`: first, +5 min, then every 15 min."""
    moments = [first, first + figures.overrun_first]
    while moments[-1] <= until:
        moments.append(moments[-1] + figures.overrun_every)
    return moments


def _warnings(limit: datetime) -> list[datetime]:
    return [limit - ahead for ahead in OVERRUN_LIMIT_WARNINGS]


def _next_moment(first: datetime, limit: datetime, now: datetime, figures: Defaults, *, answered: bool) -> datetime:
    moments = _questions(first, now, figures)
    if not answered:
        moments += [limit, *_warnings(limit)]
    return min(moment for moment in moments if moment > now)


def _limit_words(context: Context, show: Show, limit: datetime) -> str:
    people = " ".join(called(who) for who in dict.fromkeys((show.planned_by, *context.ring)))
    left = at(limit, show, seconds=False)
    return (
        f":alarm_clock: {people}: nobody answered about the end of {escape(show.title)} ({show.id}). "
        f"At *{left}* it is finished, unless somebody presses a button of the question or types {context.command} extend {show.id}."
    )


def _stamp(when: datetime) -> int:
    return int(when.timestamp() * 1000)


def instant_of(stamp: int) -> datetime:
    """The instant of an argument that holds epoch milliseconds."""
    return datetime.fromtimestamp(stamp / 1000, UTC)


def verbs(_: Context) -> tuple[Verb, ...]:
    """The verbs of this family."""
    return (
        Verb(name="remind", title="Reminder", begin=_remind),
        Verb(name="end_warning", title="End warning", begin=_warn),
        Verb(name="overrun", title="End", begin=_overrun),
    )
