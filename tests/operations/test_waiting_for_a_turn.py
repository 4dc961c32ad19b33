"""What waits in our own queue was not sent: nobody is told that the provider has not answered it."""

from __future__ import annotations

import asyncio

import pytest

from bot.operations.running import watched
from bot.providers.budget import LONGEST_PAUSE_OF_URGENT, Budget, Priority, Standing, standing
from bot.providers.flight import Flight, present
from tests.providers.test_budget import Hand, Queue

SLOW = 0.02


async def test_only_what_was_sent_and_is_not_answered_is_told() -> None:
    told, flight = asyncio.Event(), Flight()

    async def tell() -> None:
        told.set()

    async def request() -> str:
        await asyncio.sleep(5 * SLOW)  # its turn comes
        assert not told.is_set()
        mine = present()
        assert mine is flight
        with mine.request():
            await told.wait()
        return "answered"

    async with asyncio.timeout(10):
        assert await watched(request(), flight, SLOW, tell) == "answered"
    assert flight.first_sent is not None


async def test_requests_that_are_answered_in_time_are_not_told_however_many_there_are() -> None:
    flight, told = Flight(), list[str]()

    async def tell() -> None:
        told.append("told")

    async def requests() -> None:
        for _ in range(20):
            with flight.request():
                await asyncio.sleep(0)
            await asyncio.sleep(SLOW / 4)

    await watched(requests(), flight, 10 * SLOW, tell)
    assert told == []


@pytest.mark.parametrize("priority", [Priority.VERIFY, Priority.LOOK])
async def test_what_is_urgent_does_not_wait_out_a_long_pause(priority: Priority) -> None:
    hand = Hand()
    budget = Budget(1.0, burst=3, ticker=hand)
    queue = Queue(budget)
    budget.pause(60)
    await queue.ask("look", Priority.LOOK)
    with standing(Standing.URGENT):
        urgent = asyncio.create_task(budget.turn(priority))
    await queue.ask("finish", Priority.EFFECT)
    await hand.move(LONGEST_PAUSE_OF_URGENT)
    assert urgent.done()
    await hand.move(1)
    assert queue.sent == ["finish"]
    await hand.move(50)
    assert queue.sent == ["finish"]
    await hand.move(10)
    assert queue.sent == ["finish", "look"]
