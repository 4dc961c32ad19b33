"""An evening of television, as values to put into a store."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from bot.model import Decision, Dossier, Operation, OperationState, Post, Show, StreamKey
from bot.store import Store

T = TypeVar("T")

EVENING = datetime(2026, 10, 24, 18, 0, tzinfo=UTC)
"""Eight o'clock in Prague, the night before the clocks go back."""

ARENA = StreamKey("gcore", "101")
STUDIO = StreamKey("gcore", "102")


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def a_show(show_id: str = "s1", *, stream: str = ARENA.id, start: datetime = EVENING, **more: Any) -> Show:
    said = {"title": "Cup final", "channel": "C-SPORT", "provider": "gcore", "zone": "Europe/Prague", "planned_by": "U-EVA"}
    return Show(
        **{"id": show_id, "stream": stream, "start": start, "end": start + minutes(90), "planned_at": EVENING, **said, **more}
    )


def an_operation(name: str = "s1:go", *, stream: str = ARENA.id, due: datetime = EVENING, **more: Any) -> Operation:
    said: dict[str, Any] = {"verb": "go", "by": "U-EVA", "asked_at": EVENING, "show": "s1", "provider": "gcore"}
    return Operation(**{"id": name, "stream": stream, "due": due, **said, **more})


def a_post(key: str, **more: Any) -> Post:
    return Post(**{"key": key, "channel": "C-SPORT", "at": EVENING, "text": "On air.", **more})


def always(decision: Decision[T]) -> Callable[..., Decision[T]]:
    """A rule that has made up its mind, whatever it is shown."""
    return lambda *_: decision


async def plan(store: Store, **more: Any) -> Show:
    """Put the next show on the plan."""

    def rule(handle: str) -> Decision[Show]:
        show = a_show(handle, **more)
        return Decision(show, shows=(show,))

    return await store.plan(rule)


async def schedule(store: Store, *operations: Operation) -> None:
    """Write operations on their own."""
    await store.decide(StreamKey("none", "none"), always(Decision(None, operations=operations)))


@asynccontextmanager
async def busy_writer(store: Store) -> AsyncIterator[None]:
    """Keep the store writing until the block ends, so that what is asked for inside it waits together."""
    begun, let_go = threading.Event(), threading.Event()

    def slow(_: Dossier) -> Decision[None]:
        begun.set()
        assert let_go.wait(5)
        return Decision(None)

    writing = asyncio.ensure_future(store.decide(StreamKey("none", "none"), slow))
    await asyncio.to_thread(begun.wait)
    yield
    await asyncio.sleep(0)  # every task that was made inside asks now
    let_go.set()
    await writing


async def finish(store: Store, operation: Operation, state: OperationState = OperationState.DONE) -> None:
    """End an operation that this caller claimed."""

    def rule(_: Dossier, running: Operation) -> Decision[None]:
        return Decision(None, operations=(replace(running, state=state, ended=running.due),))

    await store.advance(operation.id, operation.fence, rule)
