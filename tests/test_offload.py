"""What grows with what others have does not hold the loop."""

from __future__ import annotations

import asyncio

import pytest

from bot.offload import LONGEST_COMPARED, MOST_COMPARED, closest, collected, offload


async def test_whoever_collects_much_lets_others_go_on() -> None:
    turns, running = 0, True

    async def other() -> None:
        nonlocal turns
        while running:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(other())
    await asyncio.sleep(0)
    before = turns
    items = await collected(sum(range(20_000)) for _ in range(200))
    running = False
    await beside
    assert len(items) == 200
    assert turns - before > 2


async def test_an_error_of_the_work_is_the_callers() -> None:
    with pytest.raises(ZeroDivisionError):
        await offload(lambda: 1 // 0)


def test_a_name_is_found_and_only_so_many_are_compared() -> None:
    assert closest("Churhc main", ["Chapel", "Church main"]) == "Church main"
    assert closest("zzz", ["Chapel"]) == ""
    long = "Church " * 100
    assert closest(long[:LONGEST_COMPARED] + "x", [long]) == long
    assert closest("Church main", [f"n{number}" for number in range(MOST_COMPARED)] + ["Church main"]) == ""
