"""Which phase a show is in: what its card says, derived from its state, from what was seen and from what is running."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from bot.model import CLOCK, Dossier, Operation, OperationState, PageState, Seen, Show, ShowState, StepState

UNSEEN = timedelta(seconds=15)
"""A last look older than three looks on air is told in the card's first words; a single failed one is not."""


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
    STILL_PUBLIC = "CLOSED, STILL PUBLIC"
    OFF_AIR = "OFF AIR"
    DONE = "DONE"
    MISSED = "MISSED"
    CANCELLED = "CANCELLED"


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
            if _can_be_undone(dossier, operations):
                return Phase.TAKING_OFF
            return Phase.STILL_PUBLIC if still_public(dossier.seen, show) else Phase.OFF_AIR
        case ShowState.PAUSED:
            return Phase.TAKING_OFF if _running(operations, "finish") else Phase.PAUSED
        case ShowState.LIVE:
            return _on_air(dossier.seen, show, operations, now)
        case _:
            return _before(dossier, show, operations, now)


def still_public(seen: Seen | None, show: Show) -> bool:
    """Whether a show whose books are closed goes on for viewers: nobody but the crew at the encoder can end it."""
    return not show.gated and show.stopped_at is None and seen is not None and bool(seen.signal) and seen.enabled is None


def _on_air(seen: Seen | None, show: Show, operations: tuple[Operation, ...], now: datetime) -> Phase:
    if _running(operations, "finish"):
        return Phase.TAKING_OFF
    if seen and seen.signal is False:
        return Phase.NO_SIGNAL
    if not_seen(seen, now):
        return Phase.NOT_SEEN
    if show.ringing and show.ringing.kind == "backup":
        return Phase.ON_BACKUP
    due = any(op.verb == "finish" and op.state is OperationState.SCHEDULED and op.due <= now for op in operations)
    return Phase.PAST_END if now >= show.end and not due else Phase.ON_AIR


def not_seen(seen: Seen | None, now: datetime) -> bool:
    """Whether our looks have failed for so long that what was seen last is no claim any more."""
    return seen is not None and seen.blind_since is not None and now - (seen.looked_at or seen.blind_since) >= UNSEEN


def _before(dossier: Dossier, show: Show, operations: tuple[Operation, ...], now: datetime) -> Phase:
    seen = dossier.seen
    signal = bool(seen and seen.signal)
    going = next((op for op in operations if op.verb == "go"), None)
    if going is not None and _is_going(dossier, going, show, now):
        return Phase.GOING_LIVE
    if show.held(now):
        return Phase.HELD
    if going is not None and going.state is OperationState.ASKING and (signal or not dossier.steps.get(going.id)):
        return Phase.MISSED
    if signal and not show.gated and seen and seen.enabled is not False:
        return Phase.PUBLIC
    if show.state is ShowState.PLANNED:
        return Phase.PLANNED
    if signal:
        return Phase.READY
    return Phase.LATE if now >= show.start else Phase.WAITING


def _is_going(dossier: Dossier, going: Operation, show: Show, now: datetime) -> bool:
    """Whether viewers are about to be let in: asked for by hand, or by the clock once there is something to show them."""
    if going.state not in (OperationState.RUNNING, OperationState.WAITING):
        return False
    signal = bool(dossier.seen and dossier.seen.signal)
    return going.by != CLOCK or (now >= show.start and signal and not show.held(now))


def _can_be_undone(dossier: Dossier, operations: tuple[Operation, ...]) -> bool:
    """Whether a finish is in the seconds in which it can be taken back: recording and ingest are untouched."""
    finishing = [op for op in operations if op.verb == "finish" and op.state in (OperationState.RUNNING, OperationState.WAITING)]
    undo = [step for op in finishing for step in dossier.steps.get(op.id, ()) if step.name == "undo"]
    return any(step.state in (StepState.PLANNED, StepState.INTENT) for step in undo)


def can_take_back(dossier: Dossier, show: Show, *, final: bool = False) -> bool:
    """Whether a finish is under way that has not touched what cannot be had back at once; a `final` one: while it counts down."""
    operations = dossier.of(show.id)
    counting = _can_be_undone(dossier, operations)
    return counting if final or show.state is ShowState.OFF else _running(operations, "finish")


def _running(operations: tuple[Operation, ...], verb: str) -> bool:
    return any(op.verb == verb and op.state in (OperationState.RUNNING, OperationState.WAITING) for op in operations)


def page_lets_in(state: str) -> bool:
    """Whether viewers see the programme on a page in this state."""
    return state == PageState.LIVE
