"""The wall clock that may be set, and everything that is measured beside it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_type_hints

import pytest

from bot.clock import Clock
from bot.clock_watch import STEP, ClockWatch
from bot.model import (
    Alarm,
    Decision,
    Operation,
    OperationState,
    RestreamTarget,
    Seen,
    Show,
    ShowState,
    StepKind,
    StepRecord,
    StepState,
)
from bot.model.clock_steps import BY_THE_WALL, moved, moved_operation
from bot.sandbox.clock import RehearsalClock
from bot.scheduler import Scheduler
from bot.store import open_store
from bot.store.sqlite import SqliteStore
from tests.operations.rundown import CHURCH, TEN, after, on_air, seen, service

HOUR = timedelta(hours=1)


# -- the clock
async def test_a_wall_clock_that_is_set_shows_once_it_is_adopted(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, real = Clock(), time.time
    before, elapsed = clock.now(), clock.elapsed()
    monkeypatch.setattr(time, "time", lambda: real() - 3600)
    assert abs(clock.drift() + HOUR) < timedelta(seconds=5)
    assert before <= clock.now() < before + timedelta(minutes=5)
    clock.adopt(clock.drift())
    assert abs(clock.now() - (before - HOUR)) < timedelta(minutes=5)
    assert abs(clock.drift()) < STEP
    assert elapsed <= clock.elapsed() < elapsed + 300


async def test_who_sleeps_for_a_while_does_not_wait_for_the_old_time() -> None:
    clock = RehearsalClock(TEN)
    sleeper = asyncio.create_task(clock.sleep(5))
    clock.step(hours=-1)
    clock.adopt(clock.drift())
    clock.announce()
    await asyncio.sleep(0)
    clock.advance(seconds=4)
    await asyncio.sleep(0)
    assert not sleeper.done()
    clock.advance(seconds=1)
    async with asyncio.timeout(30):
        await sleeper


def test_the_steps_of_one_machine_are_none_of_anybody_elses() -> None:
    clock = RehearsalClock(TEN)
    others = clock.of_others()
    clock.step(hours=2)
    clock.adopt(clock.drift())
    clock.advance(minutes=1)
    assert clock.now() == after(121)
    assert others.now() == after(1)
    assert clock.elapsed() == pytest.approx(60)


# -- what is moved along
@pytest.mark.parametrize("kind", [Show, Seen, RestreamTarget, StepRecord])
def test_every_instant_is_moved_or_named_as_one_that_stays(kind: type) -> None:
    """A field that is added has to be one or the other; what is named has to be there."""
    hints = get_type_hints(kind)
    instants = {field.name for field in fields(kind) if "datetime" in str(hints[field.name])}
    assert {name for name in BY_THE_WALL[kind] if name != "hold"} <= instants


def test_a_show_keeps_its_hours_and_what_goes_on_keeps_its_age() -> None:
    alarm = Alarm("signal", after(3), 1, rung_at=after(4), quiet_until=after(9))
    show = moved(on_air(alarm=alarm, quiet_until=after(9)), -HOUR)
    assert (show.start, show.end, show.planned_at) == (on_air().start, on_air().end, on_air().planned_at)
    assert show.on_air_at == TEN - HOUR
    assert show.alarm is not None
    assert (show.alarm.since, show.alarm.rung_at, show.alarm.quiet_until) == tuple(after(m) - HOUR for m in (3, 4, 9))
    assert show.quiet_until == after(9) - HOUR
    there = moved(seen(since=after(1)), HOUR)
    assert set(there.since.values()) == {after(61)}
    assert there.steady_for(after(62)) == seen(since=after(1)).steady_for(after(2))


def cue(state: OperationState, due: datetime) -> Operation:
    return Operation("go-1", "go", due, "clock", TEN, show="s12", provider="gcore", stream=CHURCH.id, state=state, owner="me")


@pytest.mark.parametrize(
    ("before", "state", "due"),
    [
        (cue(OperationState.SCHEDULED, after(20)), OperationState.SCHEDULED, after(20)),
        (cue(OperationState.SCHEDULED, after(5)), OperationState.SCHEDULED, after(5) - HOUR),
        (cue(OperationState.WAITING, after(11)), OperationState.WAITING, after(11) - HOUR),
        (cue(OperationState.ASKING, after(5)), OperationState.ASKING, after(5)),
        (cue(OperationState.RUNNING, after(5)), OperationState.RUNNING, after(5)),
        (cue(OperationState.RUNNING, after(10.01)), OperationState.SCHEDULED, after(10.01)),
    ],
)
def test_cues_stay_on_the_wall_and_what_waits_or_was_due_goes_along(
    before: Operation, state: OperationState, due: datetime
) -> None:
    """Ten minutes past ten the clock is set back by an hour."""
    found = moved_operation(before, -HOUR, after(10))
    assert (found.state, found.due, found.asked_at) == (state, due, TEN - HOUR)
    released = before.state is OperationState.RUNNING and state is OperationState.SCHEDULED
    assert (found.fence, found.owner) == ((before.fence + 1, "") if released else (before.fence, "me"))


# -- noticed
@pytest.fixture
def clock() -> RehearsalClock:
    return RehearsalClock(after(10))


@pytest.fixture
async def store(tmp_path: Path, clock: RehearsalClock) -> AsyncIterator[SqliteStore]:
    opened = await open_store(str(tmp_path / "showcaller.db"), clock=clock)
    yield opened
    await opened.close()


async def planned(store: SqliteStore, show: Show, *operations: Operation, steps: tuple[StepRecord, ...] = ()) -> None:
    await store.plan(lambda _: Decision(None, shows=(show,), operations=operations, steps=steps))


async def test_a_step_moves_clock_and_memory_at_once_and_is_told(store: SqliteStore, clock: RehearsalClock) -> None:
    step = StepRecord("go-1", 0, "signal", "Steady signal", StepKind.CREATE, StepState.INTENT, "", after(9), 0, 1000.0)
    await planned(store, on_air(), cue(OperationState.WAITING, after(11)), steps=(step,))
    woken: list[str] = []
    clock.on_step(lambda: woken.append("woken"))
    watch = ClockWatch(store, clock, ops_channel="C-OPS", was_set=lambda: woken.append("set"))
    clock.step(hours=-1)
    assert clock.now() == after(10), "nobody has noticed"
    await watch.check()
    assert clock.now() == after(-50)
    assert woken == ["set", "woken"]
    show = await store.show("s12")
    assert show is not None
    assert show.on_air_at == TEN - HOUR
    (waiting,) = await store.operations(show="s12")
    assert waiting.due == after(-49)
    (journalled,) = await store.steps("go-1")
    assert (journalled.intent_at, journalled.intent_real) == (after(-51), 1000.0 - 3600)
    clock.step(hours=1)
    await watch.check()
    (parcel,) = await store.parcels()
    assert "was set back by 1 h. Cues are due by the new time" in parcel.post.text


async def test_what_is_closed_stays_as_it_was(store: SqliteStore, clock: RehearsalClock) -> None:
    await planned(store, service(state=ShowState.DONE, on_air_at=TEN, off_at=after(5), stopped_at=after(5)))
    clock.step(hours=-1)
    await ClockWatch(store, clock).check()
    show = await store.show("s12")
    assert show is not None
    assert (show.on_air_at, show.off_at) == (TEN, after(5))


async def test_a_little_drift_is_followed_without_a_word(store: SqliteStore, clock: RehearsalClock) -> None:
    await planned(store, on_air())
    clock.step(seconds=-1)
    await ClockWatch(store, clock, ops_channel="C-OPS").check()
    assert clock.now() == after(10) - timedelta(seconds=1)
    show = await store.show("s12")
    assert show is not None
    assert show.on_air_at == TEN
    assert not await store.parcels()


async def test_a_store_that_cannot_follow_does_not_keep_the_clock_back(
    store: SqliteStore, clock: RehearsalClock, caplog: pytest.LogCaptureFixture
) -> None:
    await store.close()
    clock.step(hours=-1)
    await ClockWatch(store, clock).check()
    assert clock.now() == after(-50)
    assert "could not follow the clock" in caplog.text


async def test_housekeeping_does_not_wait_for_the_old_time(store: SqliteStore, clock: RehearsalClock) -> None:
    """APScheduler compares with the wall clock: a job whose time was reckoned before a set-back would wait for it."""
    scheduler = Scheduler(store, clock, "me", lambda _: None, frozenset)

    async def job() -> None:
        return

    scheduler.start({"prune": (HOUR, job)})
    (planned_job,) = scheduler._housekeeping.get_jobs()
    planned_job.modify(next_run_time=datetime.now(UTC) + 25 * HOUR)
    scheduler.clock_was_set()
    (planned_job,) = scheduler._housekeeping.get_jobs()
    assert planned_job.next_run_time <= datetime.now(UTC) + HOUR
    await scheduler.stop()
