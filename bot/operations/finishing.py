"""Off the air, in the order that can be taken back: viewers first, then the recording, then the ingest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.context import Context
from bot.model import CLOCK, Dossier, Operation, OperationState, PageState, Show, ShowState, StepKind
from bot.operations import aim
from bot.operations.onair import silent, stopped, went_off_air
from bot.operations.steps import Result, Run, Step, Verb
from bot.providers.base import Capabilities, Kept
from bot.show.cues import schedule
from bot.show.defaults import Defaults
from bot.show.draft import Draft
from bot.show.times import duration_words
from bot.slack import notices
from bot.slack.stamps import at, brief
from bot.slack.text import escape

TELL_LATE = timedelta(seconds=30)


def _steps(context: Context, dossier: Dossier, operation: Operation) -> tuple[Step, ...]:
    show, able = dossier.show(operation.show), context.provider(operation.provider).capabilities
    ending = _end_of_page(show, able)
    undo = (ending or show.on_air_at is not None) and not operation.args.get("now")
    steps = [*ending, *([_undo(context.figures.undo)] if undo else [])]
    if able.pages is not None and not able.pages.lasting:
        steps.reverse()  # what cannot be taken back is counted down to
    now = context.clock.now()
    if able.tells_recording and also_recorded(dossier.shows, show, now, context.figures) is None:
        steps.append(aim.stop_recording(needed=False))
    if able.switch is not None and keeper(dossier, show, context) is None:
        steps += [aim.disable(), _confirmed_off(context)]
    return tuple(steps)


def _end_of_page(show: Show, able: Capabilities) -> list[Step]:
    """Viewers are sent home, where anything but the encoder can do that."""
    if not (show.gated and show.page):
        return []
    saved = able.recording is not None and able.recording.kept is Kept.END and show.wants_recording
    return [aim.end_and_save(show, able) if saved else aim.page_to(PageState.FINISHED, show, able)]


def would(context: Context, dossier: Dossier, show: Show, *, now: bool) -> list[str]:
    """The names of the steps that a finish pressed at this moment has, in order; `now` leaves out the time to take it back."""
    asked = context.clock.now()
    operation = Operation("", "finish", asked, "", asked, show.id, show.provider, show.stream, {"now": True} if now else {})
    return [step.name for step in _steps(context, dossier, operation)]


def also_recorded(shows: Iterable[Show], show: Show, now: datetime, figures: Defaults) -> Show | None:
    """Another show on this stream that wants its recording and is on air or in its rolling time: the same recording is its own."""
    for other in shows:
        rolling = other.state.on_air or (other.state is ShowState.OPEN and now >= other.start - figures.roll_lead)
        if other.id != show.id and other.stream == show.stream and other.wants_recording and rolling:
            return other
    return None


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
    """The 10 s in which Back on air costs nothing: recording and ingest are untouched. Where there is no page: a countdown."""

    async def ready(run: Run) -> datetime | None:
        steps = run.dossier.steps.get(run.operation.id, ())
        begun = next((step.intent_at for step in steps if step.name == "undo"), None)
        ends = (run.done_at("page-finished") or begun or run.context.clock.now()) + window
        return ends if run.context.clock.now() < ends else None

    return Step(name="undo", label="Time to take it back", kind=StepKind.WAIT, ready=ready)


def _confirmed_off(context: Context) -> Step:
    """The provider itself shows no signal and a disabled stream: only then it is called stopped."""

    async def ready(run: Run) -> datetime | None:
        seen = await run.look_if_it_answers()
        if seen is None:
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
        stopped(draft, draft.show(operation.show), context.provider(operation.provider).capabilities)

    return Step(name="off", label="Confirmed off", kind=StepKind.WAIT, ready=ready, done=done)


async def _say_still_on(run: Run, title: str) -> None:
    show = run.show
    text = f":warning: *{brief(show.title)}* ({show.id}) is still on at {title}. Stop the encoder; I keep looking."
    await run.context.store.post(notices.told(show, "still-on", run.operation.started or show.end, text))


def _begin(context: Context, draft: Draft, operation: Operation) -> Operation:
    show = draft.show(operation.show)
    if show.state.closed:
        return draft.end(operation, OperationState.CANCELLED, "the show is over")
    if operation.args.get("tidy"):
        return operation
    began = bool(draft.steps(operation.id))
    by_hand = operation.by != CLOCK
    if show.state in (ShowState.PLANNED, ShowState.OPEN):
        return operation if began or by_hand else _never_went_live(draft, operation, show)
    late = draft.now - (operation.due if by_hand else show.end)
    signal = draft.seen is not None and draft.seen.signal
    if late > context.figures.finish_grace and signal and show.state.on_air and not began:
        minutes = int(late.total_seconds() // 60)
        return _ask(draft, operation, f"{show.title} should have finished {minutes} min ago, and it is on air.")
    if late > TELL_LATE and not began:
        draft.post(notices.line(show, "late-finish", draft.now, f"Finishing {duration_words(late)} late."))
    if show.state.on_air or not by_hand:
        draft.put(replace(show, off_by=operation.by if by_hand else CLOCK))
    return operation


def _never_went_live(draft: Draft, operation: Operation, show: Show) -> Operation:
    """The end of a show that never went on air closes nothing for viewers, but the stream must not stay on.

    Unless somebody seems to be about to begin: it is held, or there is a signal. Then people are asked.
    """
    end = at(show.end, show, seconds=False)
    signal = draft.seen is not None and draft.seen.signal
    if show.held(draft.now) or signal:
        why = "it is on hold" if show.held(draft.now) else "there is a signal"
        return _ask(draft, operation, f"{show.title} reached its end at {end} without going on air, and {why}. Finish it?")
    text = f":grey_question: *{brief(show.title)}* ({show.id}) reached its end at {end} without going on air."
    draft.post(notices.told(show, "never-live", draft.now, text))
    return operation


def _ask(draft: Draft, operation: Operation, sentence: str) -> Operation:
    asking = replace(operation, state=OperationState.ASKING, owner="", note=sentence)
    draft.post(notices.question(asking, draft.now))
    return asking


def _finish(context: Context) -> Verb:
    def failed(draft: Draft, operation: Operation, _: str) -> None:
        """It is still on air: the clock has its cue back, and past the end people are asked again."""
        show = draft.show(operation.show)
        if show.state.on_air:
            show = draft.put(replace(show, keep_on=show.keep_on or draft.now >= show.end))
            schedule(draft, show, context.figures)

    def finished(draft: Draft, operation: Operation) -> None:
        show = draft.show(operation.show)
        able = context.provider(show.provider).capabilities
        went_off_air(draft, show, draft.now, able.signal_source, final=able.final)
        show = draft.show(show.id)
        if show.stopped_at is None and able.switch is not None:
            text = ":electric_plug: The stream stays on: another show on it is open or due within the hour."
            draft.post(notices.line(show, "kept-on", draft.now, text))
            show = draft.put(replace(show, stopped_at=draft.now))
        if able.switch is None and silent(show, draft.seen):
            stopped(draft, show, able)
        other = also_recorded(draft.shows, show, draft.now, context.figures)
        if other is not None and able.tells_recording and draft.seen is not None and draft.seen.recording:
            # Who is in this channel may not be in the other show's, so that one is not named.
            whose = f"{escape(other.title)} ({other.id})" if other.channel == show.channel else "a show of another channel"
            text = f":black_circle_for_record: The recording goes on: it is that of {whose} as well."
            draft.post(notices.line(show, "kept-recording", draft.now, text))
        draft.post(notices.line(show, "ended", draft.now, f":checkered_flag: *Ended* {at(draft.now, show)}."))

    return Verb(name="finish", title="Finishing", steps=_steps, begin=_begin, finished=finished, failed=failed)


def verbs(context: Context) -> tuple[Verb, ...]:
    """The verbs of this family."""
    return (_finish(context),)
