"""A show comes into being, is moved, extended, held and released: decisions in one commit, without a call to a provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.errors import UserError
from bot.model import CLOCK, JSON, FinishPolicy, Hold, Operation, OperationState, Show, ShowState, StepKind, StepState
from bot.operations import aim, restreaming
from bot.operations.asking import ask
from bot.operations.finishing import also_recorded
from bot.providers.base import Capabilities
from bot.show.cues import cancel_all, rank, schedule
from bot.show.defaults import Defaults
from bot.show.draft import Draft, new_id
from bot.slack import notices


@dataclass(frozen=True, slots=True)
class Plan:
    """What a new show is made of, as confirmed by whoever plans it. `stream` is the provider's id to reuse, empty for a new one."""

    title: str
    channel: str
    provider: str
    zone: str
    start: datetime
    end: datetime
    by: str
    stream: str = ""
    stream_name: str = ""
    stream_fields: Mapping[str, JSON] = field(default_factory=dict)
    record: bool = True
    page: bool = True
    page_gates: bool = True
    page_fields: Mapping[str, JSON] = field(default_factory=dict)
    finish: FinishPolicy = FinishPolicy.AT_END


def make(draft: Draft, show_id: str, plan: Plan, figures: Defaults) -> Show:
    """A new show with its card and cues, and the operation that makes what it needs at the provider."""
    show = Show(
        id=show_id,
        title=plan.title,
        channel=plan.channel,
        provider=plan.provider,
        zone=plan.zone,
        start=plan.start,
        end=plan.end,
        planned_by=plan.by,
        planned_at=draft.now,
        stream=plan.stream,
        stream_name=plan.stream_name,
        new_stream=None if plan.stream else dict(plan.stream_fields),
        page_name=f"{plan.title} ({show_id})" if plan.page else "",
        page_fields=dict(plan.page_fields),
        wants_page=plan.page,
        page_gates=plan.page_gates,
        wants_recording=plan.record,
        finish=plan.finish,
    )
    draft.put(show)
    schedule(draft, show, figures)
    draft.post(notices.card(show, draft.now))
    ask(draft, "prepare", plan.by, show)
    draft.note(show.id, "planned", plan.by, f"{plan.start.isoformat()} {plan.end.isoformat()} {plan.zone}")
    return show


def move(draft: Draft, show: Show, start: datetime, end: datetime, by: str, figures: Defaults) -> Show:
    """The show begins and ends at other times: every cue moves with it in this commit."""
    if show.state.closed or show.state is ShowState.OFF:
        raise UserError(f"{show.title} is over. Plan a new one.")
    if show.state.on_air and start != show.start:
        raise UserError(f"{show.title} is on air, so only its end can move. Use extend.")
    if not show.state.on_air and start <= draft.now:
        raise UserError("That start is in the past. Choose a later one.")
    if end <= draft.now:
        raise UserError("That end is in the past. Use finish to end it now.")
    take_back_finish(draft, show, by, "the end was moved")
    moved = draft.put(replace(show, start=start, end=end))
    if show.state is ShowState.OPEN and start - show.start > timedelta(minutes=60):
        moved = draft.put(replace(moved, state=ShowState.PLANNED))
        ask(draft, "stream_off", by, moved)
        restreaming.with_the_show(draft, moved, on=False)
    for op in draft.of(show.id, "go"):
        if op.state is OperationState.ASKING:
            draft.operate(replace(op, state=OperationState.SCHEDULED, fence=op.fence + 1, note="", started=None))
    schedule(draft, moved, figures)
    draft.note(show.id, "moved", by, f"{start.isoformat()} {end.isoformat()}")
    return moved


def extend(draft: Draft, show: Show, by: str, length: timedelta, figures: Defaults) -> Show:
    """The end moves; end, cues and card in one commit."""
    _require_not_over(show, "there is nothing to extend")
    new_end = max(show.end, draft.now if show.state.on_air and draft.now > show.end else show.end) + length
    if new_end <= max(draft.now, show.start):
        raise UserError("That end would be in the past. Use finish to end it now.")
    later = draft.put(replace(show, end=new_end, keep_on=False))
    _drop_questions(draft, show)
    take_back_finish(draft, later, by, "the end was moved")
    schedule(draft, later, figures)
    draft.note(show.id, "extended", by, new_end.isoformat())
    return later


def keep_on(draft: Draft, show: Show, by: str, figures: Defaults) -> Show:
    """It stays on past its end and asks again; nothing finishes it by itself before the hard limit."""
    _require_not_over(show, "it cannot be kept on")
    kept = draft.put(replace(show, keep_on=True))
    for op in draft.of(show.id, "overrun"):
        draft.operate(replace(op, args={**op.args, "answered": True}))
    for op in draft.of(show.id, "finish"):
        if op.state in (OperationState.SCHEDULED, OperationState.ASKING):
            draft.end(op, OperationState.CANCELLED, "it stays on")
    take_back_finish(draft, kept, by, "it stays on")
    schedule(draft, kept, figures)
    draft.note(show.id, "kept on", by)
    return kept


def finish_at(draft: Draft, show: Show, by: str, when: datetime, figures: Defaults) -> Show:
    """It finishes by itself at `when`, whatever the policy says of its end: an operation of the person who asked."""
    _require_not_over(show, "there is nothing to finish")
    if when <= max(draft.now, show.start):
        raise UserError(f"{show.title} would end before it starts. Use cancel if it is not to happen.")
    later = draft.put(replace(show, end=when, keep_on=False))
    _drop_questions(draft, show)
    take_back_finish(draft, later, by, "a later finish was asked for")
    for op in draft.of(show.id, "finish"):
        draft.end(op, OperationState.CANCELLED, "a later finish was asked for")
    draft.operate(
        Operation(
            id=new_id("finish"),
            verb="finish",
            due=when,
            by=by,
            asked_at=draft.now,
            show=show.id,
            provider=show.provider,
            stream=show.stream,
            rank=rank("finish"),
            channel=show.channel,
        )
    )
    schedule(draft, later, figures)
    draft.note(show.id, "finish asked for", by, when.isoformat())
    return later


def take_back_finish(draft: Draft, show: Show, by: str, why: str) -> None:
    """End a finish that is under way, or was asked for by hand for later, while viewers still see the programme.

    What it may have reached already, or has on its way, is put right by an operation that looks first.
    """
    begun = False
    for op in draft.of(show.id, "finish"):
        if op.state in (OperationState.RUNNING, OperationState.WAITING) or op.by != CLOCK:
            begun = begun or any(
                step.state in (StepState.INTENT, StepState.DONE) for step in draft.steps(op.id) if step.name != "undo"
            )
            draft.end(op, OperationState.SUPERSEDED, why)
    if begun and show.state is ShowState.LIVE:
        ask(draft, "back_on_air", by, show)


def _require_not_over(show: Show, so: str) -> None:
    """Off air is over for these: only Back on air leads back."""
    if show.state is ShowState.OFF:
        raise UserError(
            f"{show.title} is off air already, so {so}. While it can go back on air, the button for that is on its card."
        )
    if show.state.closed:
        raise UserError(f"{show.title} is over; {so}.")


def _drop_questions(draft: Draft, show: Show) -> None:
    for op in draft.of(show.id, "overrun", "finish"):
        if op.verb == "overrun" or op.state is OperationState.ASKING:
            draft.end(op, OperationState.CANCELLED, "the end was moved")


def want_recording(draft: Draft, show: Show) -> Show:
    """The recording is wanted from now on: it rolls as soon as it is time and there is signal."""
    for op in draft.of(show.id, "stop_recording"):
        draft.end(op, OperationState.SUPERSEDED, "the recording is wanted again")
    return draft.put(replace(show, wants_recording=True, recording_failed=False))


def unwant_recording(draft: Draft, show: Show, by: str, figures: Defaults, able: Capabilities) -> Show:
    """The recording is not wanted any more: one that runs for this show alone is stopped, where that can be asked for."""
    show = draft.put(replace(show, wants_recording=False, recording_failed=False))
    rolling = draft.of(show.id, "record")
    for op in rolling:
        draft.end(op, OperationState.SUPERSEDED, "the recording is not wanted any more")
    runs = able.tells_recording and draft.seen is not None and bool(draft.seen.recording)
    own = show.state in (ShowState.OPEN, ShowState.LIVE, ShowState.PAUSED)
    if own and (runs or rolling) and also_recorded(draft.shows, show, draft.now, figures) is None:
        ask(draft, "stop_recording", by, show)
    draft.note(show.id, "recording not wanted", by)
    return show


def hold(draft: Draft, show: Show, by: str, until: datetime | None, text: str) -> Show:
    """It does not go live by itself until released; a go that is under way is parked before its next step."""
    if show.state not in (ShowState.PLANNED, ShowState.OPEN):
        raise UserError(f"{show.title} is {show.state.value}; hold is for before the start.")
    held = draft.put(replace(show, hold=Hold(by, draft.now, until, text)))
    for op in draft.of(show.id, "go"):
        if op.state is OperationState.RUNNING:
            draft.operate(
                replace(op, state=OperationState.WAITING, fence=op.fence + 1, owner="", due=draft.now + timedelta(seconds=1))
            )
    draft.note(show.id, "hold", by, text)
    return held


def release(draft: Draft, show: Show, by: str) -> Show:
    """The hold is over: a go whose window is still open goes by itself."""
    if show.hold is None:
        raise UserError(f"{show.title} is not on hold.")
    released = draft.put(replace(show, hold=None))
    for op in draft.of(show.id, "go"):
        if op.state is OperationState.WAITING:
            draft.operate(replace(op, due=draft.now))
    draft.note(show.id, "hold released", by)
    return released


def cancel(draft: Draft, show: Show, by: str, reason: str) -> Operation:
    """It does not happen: its cues go, then its pending page and the stream's ingest; the stream itself stays."""
    if show.state.on_air:
        raise UserError(f"{show.title} is on air. Finish it first.")
    if show.state.closed:
        raise UserError(f"{show.title} is {show.state.value} already.")
    if _is_asked_to_go_live(draft, show):
        raise UserError(f"{show.title} is going live right now, so viewers may see it already. Look at its card, then finish it.")
    made = _half_made(draft, show)
    # what restreams may have sent has to be seen through, and what viewers saw can be cut out all the same
    cancel_all(draft, show, "the show was cancelled", spared=(restreaming.VERB, "clip"))
    cancelled = draft.put(replace(show, state=ShowState.CANCELLED, note=reason))
    restreaming.with_the_show(draft, cancelled, on=False)
    draft.note(show.id, "cancelled", by, reason)
    return ask(draft, "cancel", by, cancelled, {"reason": reason, **made})


def _is_asked_to_go_live(draft: Draft, show: Show) -> bool:
    """Whether the provider was asked to let viewers in and has not been seen to: that cannot be called back any more."""
    going = [op for op in draft.of(show.id, "go") if op.state in (OperationState.RUNNING, OperationState.WAITING)]
    return any(step.name == aim.GOING_LIVE and step.state is StepState.INTENT for op in going for step in draft.steps(op.id))


def _half_made(draft: Draft, show: Show) -> dict[str, JSON]:
    """What a preparing that is cut off may have on its way: its id, what it asks for, and when (epoch ms, real time)."""
    for op in draft.of(show.id, "prepare"):
        asked = [step for step in draft.steps(op.id) if step.kind is StepKind.CREATE and step.state is StepState.INTENT]
        if asked:
            return {"prepare": op.id, "orphan": asked[-1].name, "sent": int(asked[-1].intent_real * 1000)}
    return {}
