"""Which cues a show has and when they are due: pure arithmetic on its start and end."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.model import CLOCK, JSON, FinishPolicy, Operation, OperationState, Show, ShowState, StepKind, StepState
from bot.show.defaults import Defaults
from bot.show.draft import Draft, new_id

CUES = ("open", "remind", "go", "end_warning", "finish", "overrun")
"""The verbs that the clock asks for."""

RANKS: Mapping[str, int] = {
    "finish": 50,
    "pause": 40,
    "back_on_air": 30,
    "go": 30,
    "resume": 30,
    "record": 20,
    "stop_recording": 20,
}
"""Who has authority over whom; everything else is RANK_OF_THE_REST."""

RANK_OF_THE_REST = 10


NO_GATE_ENCODER_ASK = timedelta(minutes=2)
"""Where no gate keeps viewers out the encoder is the air: it is never asked for earlier than this before the start."""


FETCHED_WITHIN = timedelta(minutes=2)
"""A source that is fetched shows within 15 s; if there is nothing after this, its address is to be checked (Gcore docs)."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A moment of a show with something to do. `mark` tells the cues of one verb apart."""

    verb: str
    due: datetime
    mark: str = ""
    args: Mapping[str, JSON] = field(default_factory=dict)


def cues(show: Show, figures: Defaults, *, asked: bool = False) -> list[Cue]:
    """Every cue of a show, whether its time has passed or not; `asked`: somebody asked that it finishes by itself at its end."""
    found = [Cue("open", show.start - (figures.fetch_lead if show.fetched else figures.open_lead))]
    found += [
        Cue("remind", show.start - lead, f"check-{int(lead.total_seconds())}", {"what": "check"}) for lead in figures.check_leads
    ]
    found.append(Cue("remind", show.start - _encoder_ask(show, figures), "encoder", {"what": "encoder"}))
    found.append(Cue("remind", show.start - figures.caller_lead, "caller", {"what": "caller"}))
    found.append(Cue("go", show.start))
    if asked or show.finish is not FinishPolicy.BY_HAND:
        found += [Cue("end_warning", show.end - lead, f"{int(lead.total_seconds())}") for lead in figures.end_warnings]
    by_itself = asked or (show.finish is FinishPolicy.AT_END and not show.keep_on)
    found.append(Cue("finish" if by_itself else "overrun", show.end))
    return found


def _encoder_ask(show: Show, figures: Defaults) -> timedelta:
    """How long before the start the crew is asked for a picture, if there is none."""
    lead = max(figures.fetch_lead - FETCHED_WITHIN, timedelta(0)) if show.fetched else figures.encoder_ask_lead
    return lead if show.gated else min(lead, NO_GATE_ENCODER_ASK)


def asks_at_end(show: Show) -> bool:
    """Whether the end is a question: the policy says so, or somebody pressed Keep on. Nothing is asked where it ends by hand."""
    return show.finish is FinishPolicy.ASK or (show.keep_on and show.finish is FinishPolicy.AT_END)


def asked_finish(operations: Iterable[Operation], show: Show) -> Operation | None:
    """The finish that somebody asked for at a later moment (`finish in 10m`), while it has not begun."""
    return next(
        (
            op
            for op in operations
            if op.show == show.id and op.verb == "finish" and op.by != CLOCK and op.state is OperationState.SCHEDULED
        ),
        None,
    )


def rank(verb: str) -> int:
    """The authority of a verb."""
    return RANKS.get(verb, RANK_OF_THE_REST)


def schedule(draft: Draft, show: Show, figures: Defaults) -> None:
    """Let the unfinished cues of `show` be exactly those it should have from now on, keeping the ones that are under way.

    A reminder or warning whose moment has passed is not scheduled; an open that has passed is due now. What a person asked for
    by hand stands in the place of its cue. A show that is off or closed has no cues.
    """
    there: dict[tuple[str, str], Operation] = {}
    for op in draft.of(show.id, *CUES):
        if there.setdefault(_slot(op), op) is not op:
            _drop(draft, op)
    over = show.state.closed or show.state is ShowState.OFF
    asked = asked_finish(there.values(), show) is not None
    for cue in [] if over else cues(show, figures, asked=asked):
        if not _still_to_come(cue, show):
            continue
        placed = there.get((cue.verb, cue.mark))
        moved = placed is None or placed.due != cue.due
        if moved and cue.verb in ("remind", "end_warning") and cue.due < draft.now:
            continue
        there.pop((cue.verb, cue.mark), None)
        if placed is None or not _is_left_alone(draft, placed, cue):
            _place(draft, show, cue, placed)
    for op in there.values():
        _drop(draft, op)


def _slot(op: Operation) -> tuple[str, str]:
    return op.verb, str(op.args.get("mark", ""))


def _still_to_come(cue: Cue, show: Show) -> bool:
    if cue.verb == "open":
        return show.state is ShowState.PLANNED
    if cue.verb in ("go", "remind"):
        return show.state in (ShowState.PLANNED, ShowState.OPEN)
    return True


def _is_left_alone(draft: Draft, op: Operation, cue: Cue) -> bool:
    """Asked for by hand, at work, or under way at a moment that did not move into the future."""
    if op.by != CLOCK or (op.state is OperationState.RUNNING and _has_acted(draft, op)):
        return True
    under_way = op.state is not OperationState.SCHEDULED or bool(op.args.get("asked"))
    return under_way and cue.due <= draft.now


def _has_acted(draft: Draft, op: Operation) -> bool:
    sent = (StepState.INTENT, StepState.DONE)
    return any(step.state in sent and step.kind is not StepKind.WAIT for step in draft.steps(op.id))


def _drop(draft: Draft, op: Operation) -> None:
    """Take a cue off the schedule, its question included; what is at work, or was asked for by hand, goes on."""
    idle = op.state in (OperationState.SCHEDULED, OperationState.ASKING)
    claimed = op.state is OperationState.RUNNING and op.due > draft.now
    if op.by == CLOCK and (idle or claimed) and not op.args.get("tidy"):
        draft.end(op, OperationState.CANCELLED, "no longer needed")


def _place(draft: Draft, show: Show, cue: Cue, op: Operation | None) -> None:
    if op is None:
        op = Operation(
            id=new_id(cue.verb.replace("_", "-")),
            verb=cue.verb,
            due=cue.due,
            by=CLOCK,
            asked_at=draft.now,
            show=show.id,
            provider=show.provider,
            rank=rank(cue.verb),
            channel=show.channel,
        )
    draft.operate(
        replace(
            op,
            due=cue.due,
            stream=show.stream if holds_stream(cue.verb) else "",
            state=OperationState.SCHEDULED,
            fence=op.fence + (op.state is not OperationState.SCHEDULED),
            owner="",
            note="",
            args={**cue.args, "mark": cue.mark},
        )
    )


def holds_stream(verb: str) -> bool:
    """Whether the verb works on the provider's stream, so that no two of them run at once there, and the higher takes it."""
    return verb not in ("remind", "end_warning", "overrun", "save", "restream", "clip")


def cancel_all(draft: Draft, show: Show, note: str, *, but: str = "", spared: Collection[str] = ()) -> None:
    """Take every unfinished operation of a show off the schedule, except `but` and those of the verbs that are `spared`."""
    for op in draft.of(show.id):
        if op.id != but and op.verb not in spared:
            draft.end(op, OperationState.CANCELLED, note)


def next_cue(operations: tuple[Operation, ...], verb: str) -> datetime | None:
    """When the clock will do `verb`, if it will."""
    return min((op.due for op in operations if op.verb == verb and op.state is OperationState.SCHEDULED), default=None)
