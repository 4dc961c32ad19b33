"""Off the air, in the order that can be taken back: viewers first, then the recording, then the ingest."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.context import Context
from bot.errors import ProviderError
from bot.model import CLOCK, Dossier, Operation, OperationState, PageState, Show, ShowState, Source, StepKind
from bot.operations import aim
from bot.operations.onair import stopped, went_off_air
from bot.operations.steps import Result, Run, Step, Verb
from bot.show.draft import Draft
from bot.slack import notices
from bot.slack.stamps import at, brief


def _steps(context: Context, dossier: Dossier, operation: Operation) -> tuple[Step, ...]:
    show = dossier.show(operation.show)
    page = show.wants_page and bool(show.page)
    steps: list[Step] = []
    if page:
        steps.append(aim.page_to(PageState.FINISHED, show))
        if not operation.args.get("now"):
            steps.append(_undo(context.figures.undo))
    able = context.provider(show.provider).capabilities
    if able.recording is not None:
        steps.append(aim.stop_recording(needed=False))
    if keeper(dossier, show, context) is None:
        steps += [aim.disable(), _confirmed_off(context)]
    return tuple(steps)


def keeper(dossier: Dossier, show: Show, context: Context) -> Show | None:
    """Another show on this stream that is open or due within the hour, for which the stream stays on."""
    soon = context.clock.now() + context.figures.stream_kept_for_next
    for other in dossier.shows:
        if other.id == show.id or other.state.closed or other.state is ShowState.OFF:
            continue
        if other.state is not ShowState.PLANNED or other.start <= soon:
            return other
    return None


def _undo(window: timedelta) -> Step:
    """The 10 s in which Back on air costs nothing: recording and ingest are untouched."""

    async def ready(run: Run) -> datetime | None:
        since = run.done_at("page-finished")
        ends = (since or run.context.clock.now()) + window
        return ends if run.context.clock.now() < ends else None

    return Step(name="undo", label="Time to take it back", kind=StepKind.WAIT, ready=ready)


def _confirmed_off(context: Context) -> Step:
    """The provider itself shows no signal and a disabled stream: only then it is called stopped."""

    async def ready(run: Run) -> datetime | None:
        try:
            seen = await run.look()
        except ProviderError as failure:
            if failure.permanent:
                raise
            return context.clock.now() + timedelta(seconds=2)
        if seen.enabled is False and not seen.signal:
            return None
        now = context.clock.now()
        asked = run.done_at("disable") or now
        if now >= asked + context.figures.off_confirm:
            title = run.provider.capabilities.title
            await _say_still_on(run, title)
            return now + timedelta(seconds=10)
        return now + timedelta(seconds=1)

    def done(draft: Draft, operation: Operation, _: Result) -> None:
        title = context.provider(operation.provider).capabilities.title
        stopped(draft, draft.show(operation.show), title)

    return Step(name="off", label="Confirmed off", kind=StepKind.WAIT, ready=ready, done=done)


async def _say_still_on(run: Run, title: str) -> None:
    show = run.show
    text = f":warning: *{brief(show.title)}* ({show.id}) is still on at {title}. Stop the encoder; I keep looking."
    await run.context.store.post(notices.told(show, "still-on", run.operation.started or show.end, text))


def _begin(context: Context, draft: Draft, operation: Operation) -> Operation:
    show = draft.show(operation.show)
    if show.state.closed:
        return draft.end(operation, OperationState.CANCELLED, "the show is over")
    if operation.by != CLOCK or operation.args.get("tidy"):
        return operation
    began = bool(draft.steps(operation.id))
    if show.state in (ShowState.PLANNED, ShowState.OPEN):
        return operation if began else _never_went_live(draft, operation, show)
    late = draft.now - show.end
    signal = draft.seen is not None and draft.seen.signal
    if late > context.figures.finish_grace and signal and not began:
        sentence = (
            f"{show.title} should have finished {int(late.total_seconds() // 60)} min ago: the bot was down, and it is on air."
        )
        asking = replace(operation, state=OperationState.ASKING, owner="", note=sentence)
        draft.post(notices.question(asking, draft.now))
        return asking
    if late > timedelta(seconds=30) and not began:
        draft.post(notices.line(show, "late-finish", draft.now, f"Finishing {int(late.total_seconds() // 60)} min late."))
    draft.put(replace(show, off_by=CLOCK))
    return operation


def _never_went_live(draft: Draft, operation: Operation, show: Show) -> Operation:
    """The end of a show that never went on air closes nothing for viewers, but the stream must not stay on."""
    end = at(show.end, show, seconds=False)
    text = f":grey_question: *{brief(show.title)}* ({show.id}) reached its end at {end} without going on air."
    draft.post(notices.told(show, "never-live", draft.now, text))
    return operation


def _finish() -> Verb:
    def finished(draft: Draft, operation: Operation) -> None:
        show = draft.show(operation.show)
        went_off_air(draft, show, draft.now, Source.LOOK)
        show = draft.show(show.id)
        if show.stopped_at is None:
            text = ":electric_plug: The stream stays on: another show on it is open or due within the hour."
            draft.post(notices.line(show, "kept-on", draft.now, text))
            show = draft.put(replace(show, stopped_at=draft.now))
        draft.post(notices.line(show, "ended", draft.now, f":checkered_flag: *Ended* {at(draft.now, show)}."))

    return Verb(name="finish", title="Finishing", steps=_steps, begin=_begin, finished=finished)


def verbs(_: Context) -> tuple[Verb, ...]:
    """The verbs of this family."""
    return (_finish(),)
