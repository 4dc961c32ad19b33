"""Group commit: what waits together is written together, so a busy evening is not slower than the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter

from bot.model import Decision, Noted
from bot.store import Store, Touched
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
