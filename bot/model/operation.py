"""Operations and their journalled steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.model.show import StreamKey
from bot.model.words import JSON


class OperationState(StrEnum):
    """Where an operation stands in the journal."""

    SCHEDULED = "scheduled"
    RUNNING = "running"
    WAITING = "waiting"
    """Holds no stream; looked at again when due."""
    ASKING = "asking"
    """A question to people is posted; nothing happens until one answers."""
    DONE = "done"
    FAILED = "failed"
    NEEDS_HUMAN = "needs_human"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether the journal closed it."""
        return self not in (
            OperationState.SCHEDULED,
            OperationState.RUNNING,
            OperationState.WAITING,
            OperationState.ASKING,
        )


@dataclass(frozen=True, slots=True)
class Operation:
    """An effect that was asked for, by a person or by the clock: a row of the schedule and of the journal in one.

    `fence` rises whenever somebody else takes the operation over; a writer with an older fence is refused.
    `hold_stream` is the stream that no other operation may work on meanwhile (empty: none).
    `reply_to` is where the asker's progress message lives when there is no card: a Slack response URL.
    """

    id: str
    verb: str
    due: datetime
    by: str
    asked_at: datetime
    show: str = ""
    provider: str = ""
    stream: str = ""
    args: Mapping[str, JSON] = field(default_factory=dict)
    state: OperationState = OperationState.SCHEDULED
    rank: int = 0
    """The authority of its verb: the higher goes first and may supersede."""
    fence: int = 0
    owner: str = ""
    started: datetime | None = None
    ended: datetime | None = None
    note: str = ""
    reply_to: str = ""
    channel: str = ""

    @property
    def key(self) -> StreamKey | None:
        """The stream that it works on, if it does."""
        return StreamKey(self.provider, self.stream) if self.stream else None


class StepKind(StrEnum):
    """How a step may be repeated (classified per call, never by HTTP verb)."""

    SET = "set"
    """Brings the provider to a state; repeatable."""
    CREATE = "create"
    """Makes a new thing each time it is sent; an orphan is watched, then looked up, before it is sent again."""
    WAIT = "wait"
    """Sends nothing; lets time pass or something come true."""


class StepState(StrEnum):
    """Where a step stands in the journal."""

    PLANNED = "planned"
    INTENT = "intent"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One journalled step. `intent_real` is real time in epoch seconds: settling never follows the show clock.

    `tries` are the requests that the provider took and whose aim did not show in time.
    """

    operation: str
    seq: int
    name: str
    label: str
    kind: StepKind
    state: StepState = StepState.PLANNED
    how: str = ""
    intent_at: datetime | None = None
    tries: int = 0
    intent_real: float = 0.0
    done_at: datetime | None = None
    result: Mapping[str, JSON] = field(default_factory=dict)
