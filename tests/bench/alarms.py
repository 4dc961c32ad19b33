"""The alarm clocks that are compared, a process each: ours on its store, APScheduler on SQLAlchemy's, APScheduler alone.

An alarm is set for an instant and rings: it says how late it was called, and is over. All three run on uvloop.
"""

from __future__ import annotations

import asyncio
import json
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import event

from bot.clock import Clock
from bot.model import Decision, Dossier, Operation, OperationState
from bot.scheduler import Scheduler
from bot.store import Store, open_store

ASKED_AT = datetime(2026, 1, 1, tzinfo=UTC)
FAR = timedelta(days=30)
"""From now until the first of what only fills a store."""

LARGE = 1000
"""Operations in one decision while a store is filled."""

AHEAD = 0.3
"""Real seconds from the first alarm that is set to the first that rings, unless setting them takes longer."""

LONGEST = 30.0
"""Real seconds in which all that was set has to ring."""


class Ringing:
    """What rang: how many seconds late, and when the last one did (epoch seconds)."""

    def __init__(self) -> None:
        self._late: list[float] = []
        self._more = asyncio.Event()

    def rang(self, due: datetime) -> None:
        """An alarm set for `due` rings now."""
        self._late.append(time.time() - due.timestamp())
        self._more.set()

    async def take(self, many: int) -> list[float]:
        """How late each was once that many have rung; TimeoutError if they do not."""
        async with asyncio.timeout(LONGEST):
            while len(self._late) < many:
                self._more.clear()
                await self._more.wait()
        taken, self._late = self._late, []
        assert len(taken) == many, f"{many} alarms were set and {len(taken)} rang"
        return taken


RINGING: list[Ringing] = []
"""The one of this process: a job of APScheduler's store is called by its name and knows nothing else."""


async def ring(due: datetime) -> None:
    """What APScheduler calls."""
    RINGING[0].rang(due)


class Alarm(ABC):
    """One of them."""

    def __init__(self, ringing: Ringing) -> None:
        self.ringing = ringing

    @abstractmethod
    async def fill(self, many: int) -> None:
        """Set that many alarms that never ring while this is measured."""

    @abstractmethod
    async def start(self) -> None:
        """Begin to ring."""

    @abstractmethod
    async def set(self, due: datetime) -> None:
        """One alarm more; it is kept, however it is kept, when this returns."""

    async def set_together(self, dues: Sequence[datetime]) -> None:
        """Several alarms, in the fastest way that there is."""
        for due in dues:
            await self.set(due)

    @abstractmethod
    async def stop(self) -> None:
        """Ring no more."""


class Ours(Alarm):
    """The bot's own scheduler on its own store, each operation on a stream of its own, ended as the engine ends them."""

    def __init__(self, ringing: Ringing, store: Store) -> None:
        super().__init__(ringing)
        self._store = store
        self._alive: dict[str, asyncio.Task[None]] = {}
        self._clock = Clock()
        self._scheduler = Scheduler(store, self._clock, "bench", self._run, lambda: frozenset(self._alive))

    async def fill(self, many: int) -> None:
        first = datetime.now(UTC) + FAR
        for start in range(0, many, LARGE):
            await self.set_together([first + timedelta(minutes=number) for number in range(start, min(start + LARGE, many))])

    async def start(self) -> None:
        self._store.on_commit(self._scheduler.touched)
        self._scheduler.start()

    async def set(self, due: datetime) -> None:
        await self.set_together([due])

    async def set_together(self, dues: Sequence[datetime]) -> None:
        """As the cues of a show are set: with its plan, in one commit."""

        def plan(handle: str) -> Decision[None]:
            return Decision(None, operations=tuple(_cue(handle, number, due) for number, due in enumerate(dues, 1)))

        await self._store.plan(plan)

    def _run(self, operation: Operation) -> None:
        self._alive[operation.id] = running = asyncio.create_task(self._begin_and_end(operation))
        running.add_done_callback(lambda _: self._alive.pop(operation.id))

    async def _begin_and_end(self, operation: Operation) -> None:
        """As the engine does: from when it is due."""
        await self._clock.sleep_until(operation.due)
        self.ringing.rang(operation.due)

        def over(_: Dossier, running: Operation) -> Decision[None]:
            return Decision(None, operations=(replace(running, state=OperationState.DONE, ended=datetime.now(UTC)),))

        await self._store.advance(operation.id, operation.fence, over)

    async def stop(self) -> None:
        await self._scheduler.stop()
        await asyncio.gather(*self._alive.values())
        await self._store.close()


def _cue(show: str, number: int, due: datetime) -> Operation:
    stream = f"{show}-{number}"
    return Operation(f"{stream}:go", "go", due, "U07ANA", ASKED_AT, show=show, provider="gcore", stream=stream, rank=2)


class ApScheduler(Alarm):
    """APScheduler alone, or on the SQLAlchemy store in `file`: a job for each alarm, never dropped for being late."""

    def __init__(self, ringing: Ringing, file: Path | None = None) -> None:
        super().__init__(ringing)
        self._file = file
        self._scheduler = AsyncIOScheduler(timezone=UTC, jobstores={"default": on_sqlalchemy(file)} if file else {})

    async def fill(self, many: int) -> None:
        """By another scheduler that waits for no disk: that much is only prepared."""
        if self._file is None:
            return
        filling = AsyncIOScheduler(timezone=UTC, jobstores={"default": on_sqlalchemy(self._file, synchronous="OFF")})
        filling.start(paused=True)
        first = datetime.now(UTC) + FAR
        for number in range(many):
            filling.add_job(ring, "date", run_date=first + timedelta(minutes=number), args=[first], misfire_grace_time=None)
        filling.shutdown(wait=False)

    async def start(self) -> None:
        self._scheduler.start()

    async def set(self, due: datetime) -> None:
        self._scheduler.add_job(ring, "date", run_date=due, args=[due], misfire_grace_time=None)

    async def stop(self) -> None:
        self._scheduler.shutdown(wait=False)


def on_sqlalchemy(file: Path, synchronous: str = "FULL") -> SQLAlchemyJobStore:
    """APScheduler's own store, promising what ours does: a commit that survives a power cut, in the faster journal."""
    store = SQLAlchemyJobStore(url=f"sqlite:///{file}")

    def promise(connection: Any, _: object) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous}")

    event.listen(store.engine, "connect", promise)
    return store


async def _ours(ringing: Ringing, file: Path) -> Alarm:
    return Ours(ringing, await open_store(str(file)))


async def _sqlalchemy(ringing: Ringing, file: Path) -> Alarm:
    return ApScheduler(ringing, file)


async def _alone(ringing: Ringing, _: Path) -> Alarm:
    return ApScheduler(ringing)


KINDS = {"ours": _ours, "sqlalchemy": _sqlalchemy, "alone": _alone}


@asynccontextmanager
async def alarm(
    config: Mapping[str, Any], orders: AsyncIterator[str], say: Callable[[dict[str, Any]], None]
) -> AsyncIterator[dict[str, Any]]:
    """One of `KINDS` in `folder`, filled with so many alarms; an order is a method of `Orders` with its arguments."""
    ringing = Ringing()
    RINGING.append(ringing)
    kind = str(config["kind"])
    alarm = await KINDS[kind](ringing, Path(config["folder"]) / f"{kind}.db")
    await alarm.fill(int(config["filled"]))
    await alarm.start()
    following = asyncio.create_task(_follow(Orders(alarm), orders, say))
    yield {"kind": kind}
    await following
    await alarm.stop()


async def _follow(there: Orders, orders: AsyncIterator[str], say: Callable[[dict[str, Any]], None]) -> None:
    async for line in orders:
        order = json.loads(line)
        say({"seconds": await getattr(there, order.pop("do"))(**order)})


class Orders:
    """What an alarm clock is asked to do while it is measured; the answers are real seconds."""

    def __init__(self, alarm: Alarm) -> None:
        self._alarm = alarm
        self._ahead = AHEAD

    async def spaced(self, many: int, gap: float) -> list[float]:
        """Set alarms `gap` seconds apart: how late each rang."""
        return await self._set_ahead([timedelta(seconds=gap * number) for number in range(many)])

    async def at_once(self, many: int) -> list[float]:
        """Set alarms for one instant: how late each rang."""
        return await self._set_ahead([timedelta(0)] * many)

    async def _set_ahead(self, distances: Sequence[timedelta]) -> list[float]:
        """Set alarms so early that all are set when the first rings; a turn in which that failed is not counted."""
        while True:
            first = datetime.now(UTC) + timedelta(seconds=self._ahead)
            await self._alarm.set_together([_whole(first + distance) for distance in distances])
            in_time = datetime.now(UTC) < first
            late = await self._alarm.ringing.take(len(distances))
            if in_time:
                return late
            self._ahead *= 2

    async def add(self, many: int, batch: int) -> list[float]:
        """Set alarms for later, so many at a time: how long each batch took."""
        due, took = datetime.now(UTC) + FAR, []
        for _ in range(0, many, batch):
            began = time.perf_counter()
            await self._alarm.set_together([due] * batch)
            took.append(time.perf_counter() - began)
        return took


def _whole(instant: datetime) -> datetime:
    """Cut to whole milliseconds, as our store keeps it, so that nobody gains or loses a part of one."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)
