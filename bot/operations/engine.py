"""Runs operations from the journal, each step as intent → observe → act if needed → verify → done: no crash loses or doubles it."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from bot.backoff import Backoff
from bot.context import Context
from bot.errors import ProviderError, StoreUnavailable, UserError
from bot.log import RateLimitedLog
from bot.model import Decision, Dossier, Operation, OperationState, Post, ShowState, StepKind, StepRecord, StepState
from bot.operations.outage import PATIENT, SOON, Outage
from bot.operations.running import Parked, RealTime, Running, watched
from bot.operations.steps import AskPeople, Result, Run, Step, Verb
from bot.providers.budget import Standing, standing
from bot.providers.flight import Flight
from bot.show.cues import RANK_OF_THE_REST
from bot.show.draft import Draft
from bot.slack import notices
from bot.store.base import LostFence, Touched

log = logging.getLogger(__name__)

T = TypeVar("T")

ANSWERED = "answered"
"""How a `create` stands whose request the provider took: whoever goes on with it only waits for it to show."""

VERIFY_EVERY = timedelta(seconds=1)

URGENT = 20
"""The least rank of a verb whose requests go before all others: to record, to go on air, to pause, to finish."""

CONFLICT = 409
"""The HTTP status of a provider that has something of that name already, or is at work on it (RFC 9110 15.5.10)."""

SLOW = 4.0
"""Real seconds without an answer to one request after which people hear of that: its timeout is longer than their patience."""


STORE_BACKOFF = 0.5, 5.0
"""Real seconds, the first and the longest, before an operation that the store failed is claimed again."""


class StepFailed(Exception):
    """A step cannot reach its aim; the message is a sentence for people."""


class Engine:
    """Runs claimed operations, one task each."""

    def __init__(self, context: Context, verbs: Mapping[str, Verb], time: RealTime | None = None) -> None:
        """`time` is for the waits between the tries at a provider that is out."""
        self._context = context
        self._verbs = verbs
        self._running = Running(context, time)
        self._unanswered: dict[str, Outage] = {}
        """By operation that waits for something to be seen: how long the provider has not answered its looks."""
        self._sent: dict[tuple[str, int], float] = {}
        """When the request of a step was begun, by `time.monotonic`, as long as its run goes on: nobody sets that clock."""
        self._backoffs: dict[str, Backoff] = {}
        self._repeated = RateLimitedLog(log)

    # -- tasks
    @property
    def alive(self) -> frozenset[str]:
        """The ids of the operations that have a live task here."""
        return self._running.alive

    @property
    def busy(self) -> int:
        """How many operations are doing something other than waiting for show time."""
        return self._running.busy

    def start(self, operation: Operation) -> None:
        """Run a claimed operation as a tracked task, which begins when it is due."""
        self._running.start(operation.id, operation.fence, self._guarded(operation))

    def touched(self, touched: Touched) -> None:
        """Stop the tasks of operations that somebody else took over."""
        self._running.touched(touched)

    async def drain(self, timeout: float) -> None:
        """Stop; requests under way have `timeout` real seconds."""
        await self._running.drain(timeout)

    # -- one run
    async def _guarded(self, operation: Operation) -> None:
        """One run, whatever becomes of it. While the store takes nothing its row stays as it is, to be claimed again in a while."""
        try:
            await self._run_or_close(operation)
            self._backoffs.pop(operation.id, None)
        except StoreUnavailable as failure:
            self._repeated.error("store", "operation %s %s waits for the store: %s", operation.verb, operation.id, failure)
            with suppress(Parked):
                await self._running.pause(self._backoffs.setdefault(operation.id, Backoff(*STORE_BACKOFF)).failed())

    async def _run_or_close(self, operation: Operation) -> None:
        try:
            await self._run_alone(operation)
        except (LostFence, Parked):
            return
        except AskPeople as question:  # buttons belong to a show; without one its sentence stands in the asker's message
            state = OperationState.ASKING if operation.show else OperationState.FAILED
            await self._close(operation, state, str(question))
        except (StepFailed, UserError) as failure:
            await self._close(operation, OperationState.FAILED, str(failure))
        except ProviderError as failure:
            log.warning("%s %s failed: %s (%s)", operation.verb, operation.id, failure.sentence, failure.detail)
            await self._close(operation, OperationState.FAILED, failure.sentence)
        except StoreUnavailable:
            raise
        except Exception:
            reference = secrets.token_hex(3)
            log.exception("operation %s %s broke, reference %s", operation.verb, operation.id, reference)
            sentence = f"Something broke in the bot (reference {reference}). Check the state with {self._context.command} status."
            await self._close(operation, OperationState.NEEDS_HUMAN, sentence)

    async def _run_alone(self, operation: Operation) -> None:
        try:
            with standing(Standing.URGENT if operation.rank >= URGENT else Standing.ORDINARY):
                await self._run(operation)
        finally:
            self._sent = {at: when for at, when in self._sent.items() if at[0] != operation.id}

    async def _run(self, operation: Operation) -> None:
        await self._running.sleep_until(operation.due)
        verb = self._verbs[operation.verb]
        dossier, current = await self._begin(operation, verb)
        if current.state is not OperationState.RUNNING:
            raise Parked
        run = Run(self._context, current, dossier)
        steps = verb.steps(self._context, dossier, current)
        await self._plan(run, steps)
        for seq, step in enumerate(steps):
            await self._step(run, seq, step)
        await self._finish(run, verb)

    async def _begin(self, operation: Operation, verb: Verb) -> tuple[Dossier, Operation]:
        def rule(dossier: Dossier, current: Operation) -> Decision[tuple[Dossier, Operation]]:
            draft = Draft(dossier, self._context.clock.now())
            current = replace(current, started=current.started or draft.now, note="")
            decided = draft.operate(verb.begin(self._context, draft, draft.operate(current)))
            if decided.state is OperationState.RUNNING and not verb.quiet and verb.steps(self._context, dossier, decided):
                draft.post(notices.progress(decided, draft.show(decided.show) if decided.show else None, draft.now))
            return draft.decision((dossier, decided))

        return await self._context.store.advance(operation.id, operation.fence, rule)

    async def _plan(self, run: Run, steps: tuple[Step, ...]) -> None:
        """Write down what is planned. A step keeps its record wherever it stands now; what is planned no longer is passed over."""
        journal = run.dossier.steps.get(run.operation.id, ())
        known = {record.name: record for record in reversed(journal) if record.state is not StepState.SKIPPED}

        def rule(draft: Draft) -> None:
            for passed in journal[len(steps) :]:
                draft.step(replace(passed, state=StepState.SKIPPED))
            for seq, step in enumerate(steps):
                record = known.get(step.name)
                if record is None or record.seq != seq or record.label != step.label:
                    draft.step(replace(record or step.record(run.operation.id, seq), seq=seq, label=step.label))

        await self._write(run, rule)

    async def _write(self, run: Run, rule: Callable[[Draft], None]) -> None:
        """Write under the fence; afterwards the run sees the dossier as it is now, its own writes included."""

        def fenced(dossier: Dossier, current: Operation) -> Decision[Operation]:
            draft = Draft(dossier, self._context.clock.now())
            draft.operate(current)
            rule(draft)
            return draft.decision(current)

        operation = run.operation
        await self._context.store.advance(operation.id, operation.fence, fenced)
        about = operation.show or operation.key
        if about:
            run.dossier = await self._context.store.dossier(about)
        steps = await self._context.store.steps(operation.id)
        run.dossier = replace(run.dossier, steps={**run.dossier.steps, operation.id: steps})

    def _record(self, run: Run, seq: int) -> StepRecord:
        return next(record for record in run.dossier.steps[run.operation.id] if record.seq == seq)

    # -- one step
    async def _step(self, run: Run, seq: int, step: Step) -> None:
        record = self._record(run, seq)
        if record.state in (StepState.DONE, StepState.SKIPPED, StepState.FAILED):
            return
        if self._running.draining:
            raise Parked
        try:
            if step.kind is StepKind.WAIT:
                await self._wait(run, record, step)
                return
            await self._reach(run, record, step)
        except (ProviderError, StepFailed) as failure:
            sentence = failure.sentence if isinstance(failure, ProviderError) else str(failure)
            if step.needed and step.otherwise:
                log.warning("step %s of %s failed: %s", step.name, run.operation.id, sentence)
                raise StepFailed(f"{sentence} {step.otherwise}") from failure
            if step.needed:
                raise
            log.warning("step %s of %s failed, going on: %s", step.name, run.operation.id, sentence)
            await self._leave_out(run, replace(self._record(run, seq), state=StepState.FAILED, how=sentence), step)

    async def _leave_out(self, run: Run, failed: StepRecord, step: Step) -> None:
        """A step that is not needed did not work: people hear of it, and the operation goes on."""

        def rule(draft: Draft) -> None:
            draft.step(failed)
            draft.post(notices.left_out(run.operation, step.name, step.label, f"{failed.how} {step.otherwise}".strip(), draft.now))

        await self._write(run, rule)

    async def _wait(self, run: Run, record: StepRecord, step: Step) -> None:
        assert step.ready is not None
        ready = step.ready
        again = await self._patiently(run, step, lambda: ready(run))
        if again is None:
            self._unanswered.pop(run.operation.id, None)
            await self._done(run, record, step, {}, "")
            return
        again = max(again, self._context.clock.in_real(self._pause_of_looks(run)))

        def park(draft: Draft) -> None:
            draft.step(replace(record, state=StepState.INTENT, intent_at=record.intent_at or draft.now))
            current = next(op for op in draft.operations if op.id == run.operation.id)
            draft.operate(replace(current, state=OperationState.WAITING, due=again, owner=""))
            if run.held_up:
                draft.post(self._trouble(run, step, run.held_up, draft))

        await self._write(run, park)
        raise Parked

    def _pause_of_looks(self, run: Run) -> float:
        """Real seconds at least until the step that waits looks again: more and more while the provider does not answer it."""
        if run.unanswered is None:
            self._unanswered.pop(run.operation.id, None)
            return 0.0
        outage = self._unanswered.setdefault(run.operation.id, self._outage(run))
        outage.failed(run.unanswered, None)
        return outage.pause

    async def _reach(self, run: Run, record: StepRecord, step: Step) -> None:
        if record.state is StepState.INTENT and record.how == ANSWERED:
            found = await self._verify(run, step, record)
            if found is None:
                await self._count_try(run, record.seq)
        elif record.state is StepState.INTENT and step.kind is StepKind.CREATE:
            found = await self._settle(run, record, step)
        else:
            found = await self._patiently(run, step, lambda: step.seen(run))
        if found is not None:
            await self._done(run, record, step, found, "observed")
            return
        while (tries := self._record(run, record.seq).tries) < step.tries:
            if tries:
                await self._running.sleep(step.try_again_after.total_seconds())
            found = await self._attempt(run, step, record.seq)
            if found is not None:
                await self._done(run, self._record(run, record.seq), step, found, "acted")
                return
            await self._count_try(run, record.seq)
        raise StepFailed(step.late or f"{step.label}: the provider took the request, but it does not show.")

    async def _attempt(self, run: Run, step: Step, seq: int) -> Result | None:
        """Send the request and see its aim come true; None if it does not within the step's patience."""
        assert step.act is not None
        await self._intent(run, seq)
        sent = await self._send(run, step, seq)
        if not step.verify or "lost" in sent:
            return sent
        if step.kind is StepKind.CREATE:
            answered = replace(self._record(run, seq), how=ANSWERED, result=dict(sent))
            await self._write(run, lambda draft: draft.step(answered))
        return await self._verify(run, step, replace(self._record(run, seq), result=dict(sent)))

    async def _verify(self, run: Run, step: Step, record: StepRecord) -> Result | None:
        """See the aim of an answered request come true within the step's patience; None if it does not."""
        clock = self._context.clock
        deadline = clock.elapsed() + _left(record.intent_at, clock.now(), step.patience)
        while True:
            found = await self._patiently(run, step, lambda: step.seen(run))
            if found is not None:
                return {**record.result, **found}
            left = deadline - clock.elapsed()
            if left <= 0:
                return None
            await self._running.sleep(min(left, VERIFY_EVERY.total_seconds()))

    async def _count_try(self, run: Run, seq: int) -> None:
        """In the journal, so that giving way to a higher verb does not begin the count anew."""
        record = self._record(run, seq)
        counted = replace(record, tries=record.tries + 1, how="")
        await self._write(run, lambda draft: draft.step(counted))

    async def _intent(self, run: Run, seq: int) -> None:
        self._sent[run.operation.id, seq] = time.monotonic()

        def intent(draft: Draft) -> None:
            record = self._record(run, seq)
            draft.step(replace(record, state=StepState.INTENT, how="", intent_at=draft.now, intent_real=time.time()))

        await self._write(run, intent)

    async def _send(self, run: Run, step: Step, seq: int) -> Result:
        """Send; while the provider is out, again and again for a `set`, and for a `create` only once it was looked up."""
        assert step.act is not None
        outage = self._outage(run)
        while True:
            flight = self._flight()
            try:
                return await self._watched(run, step, step.act(run), flight)
            except ProviderError as failure:
                await self._bear(run, step, failure, outage, flight)
                found = await self._look_up(run, seq, step, failure, outage)
                if found is not None:
                    return found
                await self._intent(run, seq)

    async def _look_up(self, run: Run, seq: int, step: Step, failure: ProviderError, outage: Outage) -> Result | None:
        """Before the next try, whose time has then come: what a `create` made after all, None if nothing is found."""
        next_try = self._running.time.time() + outage.pause
        if failure.ambiguous and step.kind is StepKind.CREATE:
            found = await self._settle(run, self._record(run, seq), step)
            if found is not None:
                return found
        await self._running.pause(max(0.0, next_try - self._running.time.time()))
        if failure.status == CONFLICT and step.kind is StepKind.CREATE:  # what is in its way may be its own
            return await self._patiently(run, step, lambda: step.seen(run))
        return None

    def _outage(self, run: Run) -> Outage:
        return Outage(SOON if self._is_urgent(run) else PATIENT, self._running.time.time)

    def _flight(self) -> Flight:
        return Flight(self._running.time.time)

    def _is_urgent(self, run: Run) -> bool:
        """Whether it is about what is on the air or about to be, by its verb or by its show."""
        if run.operation.rank > RANK_OF_THE_REST:
            return True
        if not run.operation.show or run.show.state.closed:
            return False
        near = run.show.start - self._context.clock.now() <= self._context.figures.look_near_lead
        return run.show.state.on_air or (near and run.show.state is not ShowState.OFF)

    async def _settle(self, run: Run, record: StepRecord, step: Step) -> Result | None:
        """Watch for what an orphaned request may have made, until it cannot arrive any more; then None."""
        note = f"Watching whether “{step.label}” arrived before it is sent again."
        await self._note(run, note)
        until = self._settled_at(run, record, step.settle if self._context.settle is None else self._context.settle)
        while True:
            found = await self._patiently(run, step, lambda: step.seen(run))
            if found is not None:
                return found
            if time.monotonic() >= until:
                return None
            await self._running.pause(min(1.0, max(0.0, until - time.monotonic())))

    def _settled_at(self, run: Run, record: StepRecord, settle: float) -> float:
        """When an orphaned request cannot arrive any more, by `time.monotonic`; of another run only its wall time is known."""
        sent = self._sent.get((run.operation.id, record.seq))
        if sent is not None:
            return sent + settle
        return time.monotonic() + min(max(record.intent_real + settle - time.time(), 0.0), settle)

    async def _patiently(self, run: Run, step: Step, look: Callable[[], Awaitable[T]]) -> T:
        """Look, again and again while the provider is out."""
        outage = self._outage(run)
        while True:
            flight = self._flight()
            try:
                return await self._watched(run, step, look(), flight)
            except ProviderError as failure:
                await self._bear(run, step, failure, outage, flight)
                await self._running.pause(outage.pause)

    async def _bear(self, run: Run, step: Step, failure: ProviderError, outage: Outage, flight: Flight) -> None:
        """Tell people of an outage that lasts; raises the failure if there is to be no further try."""
        if failure.permanent or outage.too_long:
            raise failure
        outage.failed(failure, flight.first_sent)
        log.info(
            "step %s of %s: %s (%s); try %d, next in %g s",
            *(step.name, run.operation.id, failure.sentence, failure.detail, outage.tries, outage.pause),
        )
        if outage.to_be_told:
            outage.told = True
            await self._tell_trouble(run, step, failure.happened, outage.pause)

    async def _watched(self, run: Run, step: Step, request: Awaitable[T], flight: Flight) -> T:
        """The request, of which people hear while it hangs."""
        sentence = f"{run.provider.capabilities.title} has not answered for {SLOW:g} s."
        return await watched(request, flight, SLOW, lambda: self._tell_trouble(run, step, sentence))

    async def _tell_trouble(self, run: Run, step: Step, sentence: str, again_in: float | None = None) -> None:
        def tell(draft: Draft) -> None:
            draft.post(self._trouble(run, step, sentence, draft, again_in))
            current = next(op for op in draft.operations if op.id == run.operation.id)
            draft.operate(replace(current, note=sentence))

        await self._write(run, tell)

    def _trouble(self, run: Run, step: Step, sentence: str, draft: Draft, again_in: float | None = None) -> Post | None:
        aside = self._verbs[run.operation.verb].aside and bool(run.operation.show)
        thread = draft.show(run.operation.show).card_key if aside else ""
        return notices.trouble(run.operation, step.name, step.label, sentence, draft.now, thread=thread, again_in=again_in)

    async def _note(self, run: Run, note: str) -> None:
        def rule(draft: Draft) -> None:
            current = next(op for op in draft.operations if op.id == run.operation.id)
            draft.operate(replace(current, note=note))

        await self._write(run, rule)

    async def _done(self, run: Run, record: StepRecord, step: Step, result: Result, how: str) -> None:
        def rule(draft: Draft) -> None:
            draft.step(replace(record, state=StepState.DONE, how=how, done_at=draft.now, result=dict(result)))
            if step.done is not None:
                step.done(draft, run.operation, result)

        await self._write(run, rule)

    # -- the end
    async def _finish(self, run: Run, verb: Verb) -> None:
        def rule(dossier: Dossier, current: Operation) -> Decision[None]:
            draft = Draft(dossier, self._context.clock.now())
            ended = draft.operate(replace(current, state=OperationState.DONE, ended=draft.now, owner="", note=""))
            verb.finished(draft, ended)
            return draft.decision(None)

        await self._context.store.advance(run.operation.id, run.operation.fence, rule)

    async def _close(self, operation: Operation, state: OperationState, sentence: str) -> None:
        self._unanswered.pop(operation.id, None)
        verb = self._verbs[operation.verb]
        title = verb.titled(self._context.providers.get(operation.provider))

        def rule(dossier: Dossier, current: Operation) -> Decision[None]:
            draft = Draft(dossier, self._context.clock.now())
            ended = draft.now if state.ended else None
            closed = draft.operate(replace(current, state=state, ended=ended, owner="", note=sentence))
            if state is OperationState.ASKING:
                draft.post(notices.question(closed, draft.now))
            else:
                for record in draft.steps(operation.id):
                    if record.state is StepState.INTENT:
                        draft.step(replace(record, state=StepState.FAILED, how=sentence))
                draft.post(None if verb.aside else notices.failure(closed, title, draft.now))
                verb.failed(draft, closed, sentence)
            return draft.decision(None)

        try:
            await self._context.store.advance(operation.id, operation.fence, rule)
        except LostFence:
            return


def _left(since: datetime | None, now: datetime, patience: timedelta) -> float:
    """Show seconds that are left of the patience since then; never more than all of it, whatever was done to the clock."""
    passed = now - since if since is not None else timedelta(0)
    return (patience - max(passed, timedelta(0))).total_seconds()
