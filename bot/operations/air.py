"""On the air: open, go, pause, resume and back on air."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.context import Context
from bot.errors import UserError
from bot.model import CLOCK, Dossier, Operation, OperationState, PageState, Show, ShowState, Source, StepKind
from bot.operations import aim
from bot.operations.onair import opened, went_on_air, went_to_pause
from bot.operations.preparing import clean_dvr, page_at_open
from bot.operations.steps import AskPeople, Result, Run, Step, Verb
from bot.show.cues import schedule
from bot.show.draft import Draft
from bot.show.times import duration_words
from bot.slack import notices
from bot.slack.stamps import at

WATCHED_WITHIN = timedelta(seconds=45)
"""A signal counts as steady only if our last look before this one was not longer ago: nobody knows what was in between."""

TELL_LATE = timedelta(seconds=10)

WAIT_FOR_STREAM = timedelta(seconds=5)


def _stream_there(dossier: Dossier, operation: Operation, *, page: bool = False) -> tuple[Step, ...]:
    """The show's stream has been made; until then there is nothing to work on. No step where it is there from the start.

    With `page`, the whole making is over, so that the steps that follow know whether there is a page.
    """
    known = dossier.show(operation.show).page
    making = page and bool(dossier.of(operation.show, "prepare"))
    waited = any(step.name == "stream" for step in dossier.steps.get(operation.id, ()))
    if dossier.show(operation.show).stream and not waited and not making:
        return ()

    async def ready(run: Run) -> datetime | None:
        now, preparing = run.context.clock.now(), bool(run.dossier.of(run.show.id, "prepare"))
        if page and run.show.page != known:
            return now  # the steps are worked out again
        if run.show.stream and not (page and preparing):
            return None
        if not preparing:
            how = "Press Try again on the post that says so, or cancel it and plan it again on another stream"
            raise UserError(f"{run.show.id} has no stream: making it failed. {how}.")
        return now + (timedelta(seconds=1) if page else WAIT_FOR_STREAM)

    return (Step(name="stream", label="Stream is made", kind=StepKind.WAIT, ready=ready),)


def _mark_opened(draft: Draft, operation: Operation, _: Result) -> None:
    opened(draft, draft.show(operation.show))


# -- open ----------------------------------------------------------------------------------------------------------------
def _open_steps(context: Context, dossier: Dossier, operation: Operation) -> tuple[Step, ...]:
    able, show = context.provider(operation.provider).capabilities, dossier.show(operation.show)
    late_page = page_at_open(able, show, dossier, operation, context.command)
    return (*_stream_there(dossier, operation), *late_page, *clean_dvr(able, dossier, show), *aim.enabled(able, _mark_opened))


def _open_finished(draft: Draft, operation: Operation) -> None:
    opened(draft, draft.show(operation.show))


def _open_begin(context: Context, draft: Draft, operation: Operation) -> Operation:
    show = draft.show(operation.show)
    if show.state.closed or show.state is ShowState.OFF:
        return draft.end(operation, OperationState.CANCELLED, "the show is over")
    if _would_go_on_air(context, draft, operation, show):
        return draft.end(operation, OperationState.CANCELLED, "its start has passed: whether it goes on air is asked")
    _tell_late(draft, operation, show, "Opening")
    return operation


def _would_go_on_air(context: Context, draft: Draft, operation: Operation, show: Show) -> bool:
    """Past the window of the start, opening what nothing gates would be going live, and that is for people to say by then."""
    missed = operation.by == CLOCK and draft.now > show.start + context.figures.go_window and not draft.steps(operation.id)
    return missed and not show.gated and context.provider(show.provider).capabilities.switch is not None


def _tell_late(draft: Draft, operation: Operation, show: Show, what: str) -> None:
    """A late cue is never silent: within its grace it runs and says that it is late."""
    late = draft.now - operation.due
    if operation.by == CLOCK and late > TELL_LATE and not draft.steps(operation.id):
        text = f":hourglass: {what} {duration_words(late)} late: it was due at {at(operation.due, show)}."
        draft.post(notices.line(show, f"late-{operation.verb}", draft.now, text))


OPEN = Verb(name="open", title="Opening", steps=_open_steps, begin=_open_begin, finished=_open_finished)


# -- go ------------------------------------------------------------------------------------------------------------------
def _go_steps(context: Context, dossier: Dossier, operation: Operation) -> tuple[Step, ...]:
    show, able = dossier.show(operation.show), context.provider(operation.provider).capabilities
    steps = [*_stream_there(dossier, operation, page=True)]
    if operation.by != CLOCK:
        steps += aim.enabled(able, _mark_opened)
    if not operation.args.get("anyway"):
        steps.append(_steady_signal(context))
    if show.gated and show.page:
        steps.append(aim.page_to(PageState.LIVE, show, able))
    if show.wants_recording and show.page:
        steps += aim.keep_on_page(able)
    return tuple(steps)


def _steady_signal(context: Context) -> Step:
    """By the clock: not on hold, steady for 10 s, inside the window. By hand: signal is enough. Else people are asked.

    Where nothing keeps viewers out there is no window: they see a steady picture already, whenever it comes.
    """

    async def ready(run: Run) -> datetime | None:
        by_hand = run.operation.by != CLOCK
        before = run.dossier.seen.looked_at if run.dossier.seen else None
        blind = await run.look_if_it_answers() is None
        now, show, seen = context.clock.now(), run.show, run.dossier.seen
        there = seen is not None and bool(seen.signal)
        steady = there if by_hand else seen is not None and seen.steady_for(now) >= context.figures.steady
        ends = (run.operation.asked_at if by_hand else show.start) + context.figures.go_window
        watched = before is not None and now - before <= WATCHED_WITHIN
        in_time = by_hand or not show.gated or (watched and now <= ends)
        if steady and not blind and not show.held(now) and in_time:
            return None
        if now >= ends:
            raise AskPeople(_why_not(show, now, signal=there, blind=blind, again=run.operation.verb == "back_on_air"))
        return min(ends, now + (timedelta(seconds=1) if watched or not there else context.figures.steady))

    return Step(name="signal", label="Steady signal", kind=StepKind.WAIT, ready=ready)


def _why_not(show: Show, now: datetime, *, signal: bool, blind: bool, again: bool) -> str:
    due = f"{show.title} {'is to be back on air' if again else f'was due at {at(show.start, show, seconds=False)}'}"
    if show.held(now):
        return f"{due} and is on hold."
    if blind:
        return f"{due}: the provider does not answer, so I cannot see whether there is a signal."
    if not signal:
        begins = "" if show.gated or again else " It begins by itself as soon as a picture is steady."
        return f"{due}: there is no signal from the encoder.{begins}"
    return f"{due}: the signal is not steady."


def _go_begin(context: Context, draft: Draft, operation: Operation) -> Operation:
    show = draft.show(operation.show)
    if show.state.closed or show.state is ShowState.OFF:
        return draft.end(operation, OperationState.CANCELLED, "the show is over")
    late = draft.now - show.start
    if operation.by != CLOCK or late <= context.figures.go_window or draft.steps(operation.id):
        _tell_late(draft, operation, show, "Going live")
        return operation
    return _ask(draft, operation, f"{show.title} missed its start by {int(late.total_seconds() // 60)} min.")


def _ask(draft: Draft, operation: Operation, sentence: str) -> Operation:
    asking = replace(operation, state=OperationState.ASKING, owner="", note=sentence)
    draft.post(notices.question(asking, draft.now))
    return asking


def _source(context: Context, operation: Operation) -> Source:
    """From whom it is known that viewers see the programme, once every step of the operation has come true."""
    return context.provider(operation.provider).capabilities.signal_source


def _go_finished(context: Context) -> Verb:
    def finished(draft: Draft, operation: Operation) -> None:
        show = draft.show(operation.show)
        lost = draft.steps(operation.id)
        if any(step.result.get("lost") for step in lost):
            show = draft.put(replace(show, wants_page=False))
        went_on_air(draft, show, draft.now, _source(context, operation), context.figures)

    def failed(draft: Draft, operation: Operation, _: str) -> None:
        """Going by hand takes the place of the clock's cue: if it fails before the start, the clock has its cue back."""
        show = draft.show(operation.show)
        if draft.now < show.start:
            schedule(draft, show, context.figures)

    return Verb(name="go", title="Going live", steps=_go_steps, begin=_go_begin, finished=finished, failed=failed)


# -- pause, resume, back on air ----------------------------------------------------------------------------------------
def _pause_steps(context: Context, dossier: Dossier, operation: Operation) -> tuple[Step, ...]:
    return (aim.page_to(PageState.PAUSED, dossier.show(operation.show), context.provider(operation.provider).capabilities),)


def _pause_finished(draft: Draft, operation: Operation) -> None:
    went_to_pause(draft, draft.show(operation.show), draft.now, Source.LOOK)


def _resume_steps(context: Context, dossier: Dossier, operation: Operation) -> tuple[Step, ...]:
    return (aim.page_to(PageState.LIVE, dossier.show(operation.show), context.provider(operation.provider).capabilities),)


def _back_steps(context: Context, dossier: Dossier, operation: Operation) -> tuple[Step, ...]:
    """Where the encoder is the air, it has to be there: its picture is what makes the claim true."""
    show, able = dossier.show(operation.show), context.provider(operation.provider).capabilities
    page = (aim.page_to(PageState.LIVE, show, able),) if show.gated and show.page else ()
    waits = () if page or able.switch is not None else (_steady_signal(context),)
    return (*aim.enabled(able), *page, *waits)


def verbs(context: Context) -> tuple[Verb, ...]:
    """The verbs of this family."""

    def on_air(draft: Draft, operation: Operation) -> None:
        went_on_air(draft, draft.show(operation.show), draft.now, _source(context, operation), context.figures)

    return (
        OPEN,
        _go_finished(context),
        Verb(name="pause", title="Pausing", steps=_pause_steps, finished=_pause_finished),
        Verb(name="resume", title="Resuming", steps=_resume_steps, finished=on_air),
        Verb(name="back_on_air", title="Going back on air", steps=_back_steps, finished=on_air),
    )
