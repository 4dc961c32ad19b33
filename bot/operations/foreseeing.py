"""What would come of a decision that is not written: the operations it begins, by their very steps, and what their end begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.context import Context
from bot.model import CLOCK, Decision, Dossier, Operation, OperationState, Seen
from bot.operations import all_verbs
from bot.operations.steps import Step, Verb
from bot.operations.tending import Tending
from bot.show.draft import Draft


@dataclass(frozen=True, slots=True)
class Foreseen:
    """An operation as it would run: what it is called and its steps, or why it would not begin."""

    operation: Operation
    title: str
    steps: tuple[Step, ...] = ()
    why_not: str = ""


def foresee(context: Context, dossier: Dossier, decision: Decision[Any]) -> list[Foreseen]:
    """What a decision on that dossier begins at once, each operation followed by what is begun when it ends."""
    verbs, now = all_verbs(context), context.clock.now()
    found: list[Foreseen] = []
    known = dossier.after(decision)
    for operation in _due(decision, now):
        first, known = _begin(context, verbs, known, operation)
        found.append(first)
        if not first.why_not:
            outcome = _end(context, verbs[operation.verb], known, first)
            known = known.after(outcome)
            found += [_begin(context, verbs, known, follows)[0] for follows in _due(outcome, now)]
    return found


def _due(decision: Decision[Any], now: datetime) -> list[Operation]:
    due = [op for op in decision.operations if op.state is OperationState.SCHEDULED and op.due <= now]
    return sorted(due, key=lambda op: op.by == CLOCK)


def _begin(context: Context, verbs: Mapping[str, Verb], known: Dossier, operation: Operation) -> tuple[Foreseen, Dossier]:
    """The operation is claimed, as the engine would."""
    verb, draft = verbs[operation.verb], Draft(known, context.clock.now())
    title = verb.titled(context.providers.get(operation.provider))
    claimed = draft.operate(replace(operation, state=OperationState.RUNNING, started=draft.now))
    begun = draft.operate(verb.begin(context, draft, claimed))
    known = known.after(draft.decision(None))
    if begun.state is not OperationState.RUNNING:
        return Foreseen(begun, title, why_not=begun.note), known
    return Foreseen(begun, title, verb.steps(context, known, begun)), known


def _end(context: Context, verb: Verb, known: Dossier, foreseen: Foreseen) -> Decision[None]:
    """Every step has reached its aim; where one waits for the signal, there is one, and the show is tended at the next look."""
    operation, draft = foreseen.operation, Draft(known, context.clock.now())
    verb.finished(draft, draft.operate(replace(operation, state=OperationState.DONE, ended=draft.now)))
    if known.key is not None and any(step.name == "signal" for step in foreseen.steps):
        seen = draft.seen or Seen(known.key)
        draft.see(replace(seen, signal=True, recording=bool(seen.recording)))
        able = context.provider(operation.provider).capabilities
        Tending(draft, operation.show, context.figures, able).tend(blind=False)
    return draft.decision(None)
