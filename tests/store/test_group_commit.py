"""Group commit: what waits together is written together, so a busy evening is not slower than the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import perf_counter
from typing import cast

import pytest

from bot.errors import StoreError
from bot.model import Decision, Noted
from bot.store import Store, Touched, open_store
from bot.store.writer import LARGEST_GROUP
from tests.store.nouns import ARENA, EVENING, a_post, always, busy_writer

TOGETHER = 32
ROUNDS = 3


async def test_what_waits_behind_a_slow_rule_is_written_in_one_commit(store: Store) -> None:
    told: list[Touched] = []
    store.on_commit(told.append)
    async with busy_writer(store):
        waiting = [asyncio.ensure_future(store.post(a_post(f"p{number}"))) for number in range(TOGETHER)]
    await asyncio.gather(*waiting)
    assert told == [Touched(posts=True)]
    assert len(await store.parcels()) == TOGETHER


async def test_more_than_fit_into_one_commit_go_into_the_next_in_order(store: Store) -> None:
    many = LARGEST_GROUP + 10
    async with busy_writer(store):
        waiting = [asyncio.ensure_future(store.post(a_post(f"p{number}"))) for number in range(many)]
    await asyncio.gather(*waiting)
    assert [parcel.post.key for parcel in await store.parcels(limit=1000)] == [f"p{number}" for number in range(many)]


async def test_many_at_once_are_decided_at_least_three_times_as_fast_as_one_by_one(store: Store) -> None:
    rule = always(Decision(None, noted=(Noted("s1", EVENING, "signal back"),)))

    async def decide(times: int) -> None:
        for _ in range(times):
            await store.decide(ARENA, rule)

    async def crowd() -> None:
        await asyncio.gather(*(decide(20) for _ in range(TOGETHER)))

    ratios = []
    for _ in range(ROUNDS):
        alone = await per_second(200, lambda: decide(200))
        ratios.append(await per_second(20 * TOGETHER, crowd) / alone)
    assert max(ratios) >= 3, ratios


async def per_second(count: int, work: Callable[[], Awaitable[None]]) -> float:
    began = perf_counter()
    await work()
    return count / (perf_counter() - began)


async def test_a_request_that_waits_alone_is_written_in_one_step_and_a_crowd_in_one_transaction(tmp_path: Path) -> None:
    passed: list[str] = []
    store = await open_store(str(tmp_path / "evening.db"), passing=passed.append)
    assert await store.accept_request("command:1", "U1", "go", EVENING)
    alone = passed.copy()
    passed.clear()
    async with busy_writer(store):
        waiting = [asyncio.ensure_future(store.accept_request(f"command:{number}", "U1", "go", EVENING)) for number in range(2, 9)]
    assert all(await asyncio.gather(*waiting))
    await store.close()
    assert alone == ["before STATEMENT", "after STATEMENT"]
    assert passed == ["before BEGIN", "after BEGIN", "before COMMIT", "after COMMIT"] * 2


async def test_a_request_that_is_refused_alone_leaves_nothing_behind_and_the_next_is_kept(tmp_path: Path) -> None:
    store = await open_store(str(tmp_path / "evening.db"))
    with pytest.raises(UnicodeEncodeError):
        await store.accept_request("command:1", "U1", "\ud800", EVENING)
    with pytest.raises(StoreError):
        await store.accept_request("command:1", "U1", cast("str", None), EVENING)
    assert await store.accept_request("command:1", "U1", "go", EVENING)
    await store.close()
