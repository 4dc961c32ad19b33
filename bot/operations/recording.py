"""Recording as a wanted state: rolled when wanted and not seen, stopped when asked, alarmed about when it does not run."""

from __future__ import annotations

from dataclasses import replace

from bot.context import Context
from bot.model import Dossier, Operation, OperationState, ShowState
from bot.operations import aim
from bot.operations.steps import Step, Verb
from bot.show.draft import Draft
from bot.slack import notices
from bot.slack.text import escape, mention


def _record_steps(context: Context, _: Dossier, __: Operation) -> tuple[Step, ...]:
    figures = context.figures
    return (aim.start_recording(figures.roll_confirm, figures.roll_tries, figures.roll_pause),)


def _record_begin(_: Context, draft: Draft, operation: Operation) -> Operation:
    """A start that had to give way is not caught up with once the show is being taken off, or nobody wants it any more."""
    show = draft.show(operation.show)
    finishing = [op for op in draft.of(show.id, "finish") if op.state in (OperationState.RUNNING, OperationState.WAITING)]
    if show.state is ShowState.OFF or show.state.closed or finishing or not show.wants_recording:
        return draft.end(operation, OperationState.CANCELLED, "the show is being taken off")
    return operation


def _record_finished(draft: Draft, operation: Operation) -> None:
    show = draft.put(replace(draft.show(operation.show), recording_failed=False))
    for step in draft.steps(operation.id):
        for warning in step.result.get("warnings", ()):
            draft.post(notices.told(show, "storage", draft.now, f":warning: {escape(str(warning))}"))


def _record_failed(draft: Draft, operation: Operation, sentence: str) -> None:
    show = draft.put(replace(draft.show(operation.show), recording_failed=True))
    text = (
        f":rotating_light: *Not recording* — {escape(show.title)} ({show.id}), {mention(show.planned_by)}: {escape(sentence)} "
        "Press Recording… on the card to try again."
    )
    draft.post(notices.told(show, "not-recording", draft.now, text))
    draft.note(show.id, "recording failed", "", sentence)


def _stop_steps(_: Context, __: Dossier, ___: Operation) -> tuple[Step, ...]:
    return (aim.stop_recording(),)


def _stop_finished(draft: Draft, operation: Operation) -> None:
    show = draft.show(operation.show)
    kept = next((step.result for step in draft.steps(operation.id) if step.name == "stop-recording"), {})
    if kept.get("video"):
        said = f"It becomes video {kept['video']} “{escape(str(kept.get('name', '')))}”."
    else:
        said = "Nothing was being recorded."
    draft.post(notices.line(show, "stop-answer", draft.now, f":black_square_for_stop: Recording stopped by hand. {said}"))


def verbs(_: Context) -> tuple[Verb, ...]:
    """The verbs of this family."""
    return (
        Verb(
            name="record",
            title="Recording",
            steps=_record_steps,
            begin=_record_begin,
            finished=_record_finished,
            failed=_record_failed,
        ),
        Verb(name="stop_recording", title="Stopping the recording", steps=_stop_steps, finished=_stop_finished),
    )
