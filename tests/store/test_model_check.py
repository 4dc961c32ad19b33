"""The schedule held against a model of a dozen lines, through any order of scheduling, claiming, dying and taking over."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from bot.errors import StoreError
from bot.model import Decision, Operation, OperationState
from bot.store import LostFence, Store, open_store
from tests.store.nouns import EVENING, always, an_operation, minutes, schedule

T = TypeVar("T")

DUE = (OperationState.SCHEDULED, OperationState.WAITING)


LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Evening(RuleBasedStateMachine):
    """A store, and what should be in it."""

    claims: Bundle[list[Operation]] = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.rows: dict[str, Operation] = {}
        self.alive: set[str] = set()
        self.now: datetime = EVENING
        self.store: Store = self.opened()

    def opened(self) -> Store:
        return self.wait(open_store(str(Path(self.folder.name) / "evening.db")))

    def wait(self, asked: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(asked)

    def teardown(self) -> None:
        self.wait(self.store.close())
        self.loop.close()
        self.folder.cleanup()

    # -- what may happen ----------------------------------------------------------------------------------------------
    @rule(stream=st.sampled_from(["", "101", "102"]), rank=st.integers(0, 3), wait=st.integers(0, 3))
    def ask_for_something(self, stream: str, rank: int, wait: int) -> None:
        operation = an_operation(f"o{len(self.rows)}", stream=stream, rank=rank, due=self.now + minutes(wait))
        self.wait(schedule(self.store, operation))
        self.rows[operation.id] = operation

    @rule(count=st.integers(1, 4))
    def time_goes_by(self, count: int) -> None:
        self.now += minutes(count)

    @rule(target=claims, owner=st.sampled_from(["boot-1", "boot-2"]))
    def claim(self, owner: str) -> list[Operation]:
        self.give_way()
        expected = self.expected_claims()
        taken = self.wait(self.store.claim_due(self.now, owner, self.alive))
        assert [operation.id for operation in taken] == expected
        for operation in taken:
            assert (operation.owner, operation.fence) == (owner, self.rows[operation.id].fence + 1)
            self.rows[operation.id] = operation
            self.alive.add(operation.id)
        return taken

    @rule(claimed=claims, state=st.sampled_from(OperationState))
    def a_runner_writes(self, claimed: list[Operation], state: OperationState) -> None:
        for operation in claimed:
            known = self.rows[operation.id]
            after = replace(operation, state=state, due=self.now + minutes(1))
            writing = self.store.advance(operation.id, operation.fence, always(Decision(None, operations=(after,))))
            if (known.state, known.fence) == (OperationState.RUNNING, operation.fence):
                self.wait(writing)
                self.rows[operation.id] = after
            else:
                with pytest.raises(LostFence):
                    self.wait(writing)

    @rule(claimed=claims, state=st.sampled_from([OperationState.SUPERSEDED, OperationState.SCHEDULED]))
    def somebody_takes_over(self, claimed: list[Operation], state: OperationState) -> None:
        for operation in claimed:
            known = self.rows[operation.id]
            after = replace(known, state=state, fence=known.fence + 1)
            if known.state.ended and not state.ended:
                with pytest.raises(StoreError):
                    self.wait(schedule(self.store, after))
            else:
                self.wait(schedule(self.store, after))
                self.rows[operation.id] = after

    @rule(data=st.data())
    def a_task_dies(self, data: st.DataObject) -> None:
        if self.alive:
            self.alive.discard(data.draw(st.sampled_from(sorted(self.alive))))

    @rule()
    def the_process_is_started_again(self) -> None:
        self.wait(self.store.close())
        self.store = self.opened()
        self.alive.clear()

    # -- what must be true --------------------------------------------------------------------------------------------
    def expected_claims(self) -> list[str]:
        running = [row for row in self.rows.values() if row.state is OperationState.RUNNING]
        orphans = [row for row in running if row.id not in self.alive]
        busy = {row.stream for row in running if row.stream}
        taken = []
        due = [row for row in self.rows.values() if row.state in DUE and row.due <= self.now]
        for row in sorted(due, key=self.turn):
            if row.stream not in busy:
                taken.append(row)
                busy |= {row.stream} - {""}
        return [row.id for row in (*sorted(orphans, key=lambda row: (-row.rank, row.due, row.id)), *self.by_claim(taken))]

    def give_way(self) -> None:
        """What runs with less authority than what is due on its stream is parked."""
        for row in [row for row in self.rows.values() if row.state is OperationState.RUNNING and row.stream]:
            due = [one for one in self.rows.values() if one.state in DUE and one.due <= self.now and one.stream == row.stream]
            if any(one.rank > row.rank for one in due):
                parked = replace(row, state=OperationState.WAITING, owner="", fence=row.fence + 1, due=self.now)
                self.rows[row.id] = parked
                self.alive.discard(row.id)

    def turn(self, row: Operation) -> tuple[int, datetime, int]:
        """Rank, then due time, then who asked first."""
        return -row.rank, row.due, list(self.rows).index(row.id)

    def by_claim(self, taken: list[Operation]) -> list[Operation]:
        return sorted(taken, key=lambda row: (-row.rank, row.due, row.id))

    @invariant()
    def the_store_has_what_the_model_has(self) -> None:
        found = self.wait(self.store.operations(unfinished=False, limit=1000))
        assert {operation.id: operation for operation in found} == self.rows

    @invariant()
    def the_alarm_clock_is_set(self) -> None:
        due = [row.due for row in self.rows.values() if row.state in DUE]
        assert self.wait(self.store.next_due(LONG_AGO)) == min(due, default=None)

    @invariant()
    def no_stream_has_two_runners(self) -> None:
        streams = [row.stream for row in self.rows.values() if row.state is OperationState.RUNNING and row.stream]
        assert len(streams) == len(set(streams))


TestEvening = Evening.TestCase
TestEvening.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)


class UnfencedStore:
    """Lets whoever once claimed an operation write it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def advance(self, operation_id: str, fence: int, rule: Callable[..., Decision[T]]) -> T:
        known = await self._store.operation(operation_id)
        return await self._store.advance(operation_id, known.fence if known else fence, rule)


class LeaselessStore:
    """Never takes back what a dead task left running: whoever claimed an operation is believed to be alive."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def claim_due(self, now: datetime, owner: str, _: set[str]) -> list[Operation]:
        everybody = {operation.id for operation in await self._store.operations(unfinished=True, limit=1000)}
        return await self._store.claim_due(now, owner, everybody)


class Unfenced(Evening):
    """The control without a fence."""

    def opened(self) -> Store:
        return cast("Store", UnfencedStore(super().opened()))


class Leaseless(Evening):
    """The control without an end of a claim."""

    def opened(self) -> Store:
        return cast("Store", LeaselessStore(super().opened()))


CONTROLS = (Unfenced, Leaseless)


def taken_over(evening: Evening) -> None:
    """A task is given up for dead, its operation is claimed again, and then it writes after all."""
    evening.ask_for_something(stream="101", rank=1, wait=0)
    claimed = evening.claim(owner="boot-1")
    evening.alive.clear()
    evening.claim(owner="boot-2")
    evening.a_runner_writes(claimed=claimed, state=OperationState.DONE)


def died_at_work(evening: Evening) -> None:
    """The process ends in the middle of an operation, and the next one looks for work."""
    evening.ask_for_something(stream="101", rank=1, wait=0)
    evening.claim(owner="boot-1")
    evening.the_process_is_started_again()
    evening.claim(owner="boot-2")


def played(kind: type[Evening], story: Callable[[Evening], None]) -> None:
    evening = kind()
    try:
        story(evening)
    finally:
        evening.teardown()


def test_a_store_without_a_fence_does_not_pass() -> None:
    played(Evening, taken_over)
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        played(Unfenced, taken_over)


def test_a_store_that_takes_nothing_back_from_the_dead_does_not_pass() -> None:
    played(Evening, died_at_work)
    with pytest.raises(AssertionError, match="o0"):
        played(Leaseless, died_at_work)


def found_out(control: type[Evening]) -> bool:
    """Whether random evenings come upon what is wrong with a control; half a minute."""
    evenings = settings(
        max_examples=1000, stateful_step_count=40, deadline=None, phases=[Phase.generate], database=None, report_multiple_bugs=False
    )
    try:
        run_state_machine_as_test(control, settings=evenings)
    except (AssertionError, pytest.fail.Exception):
        return True
    return False
