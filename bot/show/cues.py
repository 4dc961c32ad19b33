"""Which cues a show has and when they are due: pure arithmetic on its start and end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.model import CLOCK, JSON, FinishPolicy, Operation, OperationState, Show
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
"""Who has authority over whom; everything else is 10."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A moment of a show with something to do. `mark` tells the cues of one verb apart."""

    verb: str
    due: datetime
    mark: str = ""
    args: Mapping[str, JSON] = field(default_factory=dict)


def cues(show: Show, figures: Defaults) -> list[Cue]:
    """Every cue of a show, whether its time has passed or not."""
    found = [Cue("open", show.start - figures.open_lead)]
    found += [
        Cue("remind", show.start - lead, f"check-{int(lead.total_seconds())}", {"what": "check"}) for lead in figures.check_leads
    ]
    found.append(Cue("remind", show.start - figures.encoder_ask_lead, "encoder", {"what": "encoder"}))
    found.append(Cue("remind", show.start - figures.caller_lead, "caller", {"what": "caller"}))
    found.append(Cue("go", show.start))
    if show.finish is FinishPolicy.BY_HAND:
        return found
    found += [Cue("end_warning", show.end - lead, f"{int(lead.total_seconds())}") for lead in figures.end_warnings]
    if asks_at_end(show):
        found.append(Cue("overrun", show.end))
    else:
        found.append(Cue("finish", show.end))
    return found


def asks_at_end(show: Show) -> bool:
    """Whether the end is a question: the policy says so, or somebody pressed Keep on."""
    return show.finish is FinishPolicy.ASK or show.keep_on


def rank(verb: str) -> int:
    """The authority of a verb."""
    return RANKS.get(verb, 10)


def schedule(draft: Draft, show: Show, figures: Defaults) -> None:
    """Let the unfinished cues of `show` be exactly those it should have from now on, keeping the ones that are under way.

    A reminder or warning whose moment has passed is not scheduled; an open that has passed is due now.
    """
    waiting = {(op.verb, str(op.args.get("mark", ""))): op for op in draft.of(show.id, *CUES) if op.by == CLOCK}
    opened = show.state.value != "planned"
    gone_live = opened and show.state.value != "open"
    for cue in cues(show, figures):
        there = waiting.pop((cue.verb, cue.mark), None)
        if (cue.verb in ("open",) and opened) or (cue.verb in ("go", "remind") and gone_live):
            if there is not None and there.state is OperationState.SCHEDULED:
                draft.end(there, OperationState.CANCELLED, "no longer needed")
            continue
        under_way = there is not None and there.state is not OperationState.SCHEDULED
        if under_way and there is not None and (cue.due <= draft.now or there.state is OperationState.RUNNING):
            continue
        late = cue.due <= draft.now
        if late and there is None and cue.verb in ("remind", "end_warning"):
            continue
        _place(draft, show, cue, there)
    for op in waiting.values():
        if op.state is OperationState.SCHEDULED:
            draft.end(op, OperationState.CANCELLED, "no longer needed")


def _place(draft: Draft, show: Show, cue: Cue, there: Operation | None) -> None:
    if there is None:
        there = Operation(
            id=new_id(cue.verb.replace("_", "-")),
            verb=cue.verb,
            due=cue.due,
            by=CLOCK,
            asked_at=draft.now,
            show=show.id,
            provider=show.provider,
            rank=rank(cue.verb),
            args={**cue.args, "mark": cue.mark},
            channel=show.channel,
        )
    stream = show.stream if holds_stream(cue.verb) else ""
    fence = there.fence + (there.state is not OperationState.SCHEDULED)
    draft.operate(replace(there, due=cue.due, stream=stream, state=OperationState.SCHEDULED, fence=fence))


def holds_stream(verb: str) -> bool:
    """Whether the verb works on the provider's stream, so that no two of them run at once there."""
    return verb not in ("remind", "end_warning", "overrun")


def cancel_all(draft: Draft, show: Show, note: str, *, but: str = "") -> None:
    """Take every unfinished operation of a show off the schedule, except `but`."""
    for op in draft.of(show.id):
        if op.id != but:
            draft.end(op, OperationState.CANCELLED, note)


def next_cue(operations: tuple[Operation, ...], verb: str) -> datetime | None:
    """When the clock will do `verb`, if it will."""
    return min((op.due for op in operations if op.verb == verb and op.state is OperationState.SCHEDULED), default=None)
