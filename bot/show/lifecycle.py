"""Which phase a show is in: what its card says, derived from its state, from what was seen and from what is running."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from bot.model import Dossier, Operation, OperationState, PageState, Seen, Show, ShowState, StepState
from bot.show.cues import asks_at_end


class Phase(StrEnum):
    """The card's first words."""

    PLANNED = "PLANNED"
    WAITING = "WAITING FOR ENCODER"
    READY = "READY"
    HELD = "HELD"
    LATE = "LATE"
    PUBLIC = "PICTURE IS PUBLIC"
    GOING_LIVE = "GOING LIVE"
    ON_AIR = "ON AIR"
    NO_SIGNAL = "ON AIR, NO SIGNAL"
    NOT_SEEN = "ON AIR, NOT SEEN"
    ON_BACKUP = "ON AIR ON BACKUP"
    PAUSED = "PAUSED"
    PAST_END = "PAST ITS END"
    TAKING_OFF = "TAKING OFF"
    OFF_AIR = "OFF AIR"
    DONE = "DONE"
    MISSED = "MISSED"
    CANCELLED = "CANCELLED"


def gated(show: Show) -> bool:
    """Whether viewers are let in by the page rather than by the encoder itself."""
    return show.wants_page


def page_state(show: Show, seen: Seen | None) -> str:
    """What the page is known to show; empty if there is none or it was never seen."""
    return seen.pages.get(show.page, "") if seen and show.page else ""


def phase(dossier: Dossier, show: Show, now: datetime) -> Phase:
    """The phase of one show of the dossier."""
    operations = dossier.of(show.id)
    match show.state:
        case ShowState.CANCELLED:
            return Phase.CANCELLED
        case ShowState.DONE:
            return Phase.DONE
        case ShowState.OFF:
            return Phase.TAKING_OFF if _can_be_undone(dossier, operations) else Phase.OFF_AIR
        case ShowState.PAUSED:
            return Phase.TAKING_OFF if _running(operations, "finish") else Phase.PAUSED
        case ShowState.LIVE:
            return _on_air(dossier.seen, show, operations, now)
        case _:
            return _before(dossier.seen, show, operations, now)


def _on_air(seen: Seen | None, show: Show, operations: tuple[Operation, ...], now: datetime) -> Phase:
    if _running(operations, "finish"):
        return Phase.TAKING_OFF
    if seen and seen.signal is False:
        return Phase.NO_SIGNAL
    if seen and seen.blind_since:
        return Phase.NOT_SEEN
    if show.ringing and show.ringing.kind == "backup":
        return Phase.ON_BACKUP
    if now >= show.end and (asks_at_end(show) or show.finish.value == "by-hand"):
        return Phase.PAST_END
    return Phase.ON_AIR


def _before(seen: Seen | None, show: Show, operations: tuple[Operation, ...], now: datetime) -> Phase:
    going = next((op for op in operations if op.verb == "go"), None)
    if (_running(operations, "go") and now >= show.start) or (_running(operations, "go") and going and going.by != "clock"):
        return Phase.GOING_LIVE
    if going and going.state is OperationState.ASKING:
        return Phase.HELD if show.hold else Phase.MISSED
    if show.hold:
        return Phase.HELD
    signal = bool(seen and seen.signal)
    if show.state is ShowState.PLANNED and not signal:
        return Phase.PLANNED
    if signal and not gated(show) and seen and seen.enabled:
        return Phase.PUBLIC
    if signal and show.state is ShowState.OPEN:
        return Phase.READY
    if show.state is ShowState.PLANNED:
        return Phase.PLANNED
    return Phase.LATE if now >= show.start else Phase.WAITING


def _can_be_undone(dossier: Dossier, operations: tuple[Operation, ...]) -> bool:
    """Whether a finish is in the seconds in which it can be taken back: recording and ingest are untouched."""
    finishing = [op for op in operations if op.verb == "finish" and op.state in (OperationState.RUNNING, OperationState.WAITING)]
    undo = [step for op in finishing for step in dossier.steps.get(op.id, ()) if step.name == "undo"]
    return any(step.state in (StepState.PLANNED, StepState.INTENT) for step in undo)


def _running(operations: tuple[Operation, ...], verb: str) -> bool:
    return any(op.verb == verb and op.state in (OperationState.RUNNING, OperationState.WAITING) for op in operations)


def page_lets_in(state: str) -> bool:
    """Whether viewers see the programme on a page in this state."""
    return state == PageState.LIVE
