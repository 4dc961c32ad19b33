"""What is noted with an instant and still goes on, once the wall clock was set: moved along, so that its age stays what it was.

Due times and what people typed stay: they are meant by the wall clock. So does the past, as it was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bot.model.operation import Operation, OperationState, StepRecord
from bot.model.restream import RestreamTarget
from bot.model.show import Show
from bot.model.sight import Seen

R = TypeVar("R")

BY_THE_WALL: Mapping[type, frozenset[str]] = {
    Show: frozenset({"start", "end", "planned_at", "hold", "saved_to"}),
    Seen: frozenset(),
    RestreamTarget: frozenset({"added_at"}),
    StepRecord: frozenset(),
}
"""The fields that stay, by kind: when it begins and ends, until when it is held, up to where its recording was cut out at the
provider, and what is only told as history."""


def moved(value: R, by: timedelta) -> R:
    """A show, what was seen of a stream, a restream target or a journalled step, as old as it was before the clock was set."""
    found: R = _moved(value, by, BY_THE_WALL[type(value)])
    return found


def _moved(value: Any, by: timedelta, stay: frozenset[str] = frozenset()) -> Any:
    if isinstance(value, datetime):
        return value + by
    if isinstance(value, Mapping):
        return {name: _moved(each, by) for name, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        given = {field.name: getattr(value, field.name) for field in fields(value) if field.name not in stay}
        found = {name: _moved(each, by) for name, each in given.items()}
        return replace(value, **{name: each for name, each in found.items() if each is not given[name]})
    return value


def moved_operation(operation: Operation, by: timedelta, before: datetime) -> Operation:
    """An unfinished operation, after the clock showed `before` and was set.

    What waits for a while goes on waiting for what is left of it, and what was due already stays due. A cue stays where it is
    on the wall clock; where it had been claimed a moment too early for that, it is given back to the schedule.
    """
    asked = replace(operation, asked_at=operation.asked_at + by)
    if operation.state is OperationState.WAITING or (operation.state is OperationState.SCHEDULED and operation.due <= before):
        return replace(asked, due=operation.due + by)
    if operation.state is OperationState.RUNNING and operation.due > before:
        return replace(asked, state=OperationState.SCHEDULED, owner="", fence=operation.fence + 1)
    return asked
