"""Whose turn it is: tested on a clock that the test moves by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.providers.budget import LONGEST_PAUSE, PLACES, Budget, Priority, Standing, Tier, standing, tier_of


@dataclass
class Alarm:
    """A planned call."""

    due: float
    callback: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass
class Hand:
    """Time that moves when it is told to."""

    now: float = 100.0
    alarms: list[Alarm] = field(default_factory=list)

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[[], None], /) -> Alarm:
        self.alarms.append(Alarm(self.now + delay, callback))
        return self.alarms[-1]

    async def move(self, seconds: float) -> None:
        end = self.now + seconds
        while due := sorted((a for a in self.alarms if not a.cancelled and a.due <= end + 1e-9), key=lambda a: a.due):
            self.now = max(self.now, due[0].due)
            self.alarms.remove(due[0])
            due[0].callback()
            await ran()
        self.now = end


async def ran() -> None:
    """Let every task run as far as it can."""
    for _ in range(5):
        await asyncio.sleep(0)


class Queue:
    """Requests that write down when they were let through."""

    def __init__(self, budget: Budget) -> None:
        self.budget, self.sent, self.tasks = budget, list[str](), list[asyncio.Task[None]]()

    async def ask(self, name: str, priority: Priority) -> asyncio.Task[None]:
        async def request() -> None:
            await self.budget.turn(priority)
            self.sent.append(name)

        task = asyncio.create_task(request())
        self.tasks.append(task)
        await ran()
        return task


@pytest.fixture
def hand() -> Hand:
    return Hand()


async def test_a_burst_goes_at_once_and_then_the_rate_holds(hand: Hand) -> None:
    queue = Queue(Budget(2.0, burst=3, ticker=hand))
    for number in range(6):
        await queue.ask(str(number), Priority.LOOK)

    assert queue.sent == ["0", "1", "2"]
    await hand.move(0.5)
    assert queue.sent == ["0", "1", "2", "3"]
    await hand.move(1.0)
    assert queue.sent == ["0", "1", "2", "3", "4", "5"]


async def test_an_effect_passes_everything_that_waits(hand: Hand) -> None:
    queue = Queue(Budget(1.0, burst=1, ticker=hand))
    await queue.ask("first", Priority.LIST)
    await queue.ask("list", Priority.LIST)
    await queue.ask("look", Priority.LOOK)
    await queue.ask("verify", Priority.VERIFY)
    await queue.ask("go", Priority.EFFECT)

    await hand.move(4)

    assert queue.sent == ["first", "go", "verify", "look", "list"]


async def test_equal_requests_keep_their_order(hand: Hand) -> None:
    queue = Queue(Budget(1.0, burst=1, ticker=hand))
    for name in "abcd":
        await queue.ask(name, Priority.EFFECT)

    await hand.move(5)

    assert queue.sent == list("abcd")


async def test_a_list_is_not_starved_by_looks(hand: Hand) -> None:
    queue = Queue(Budget(1.0, burst=1, ticker=hand))
    await queue.ask("first", Priority.LOOK)
    await queue.ask("list", Priority.LIST)
    for number in range(60):
        await queue.ask(f"look {number}", Priority.LOOK)
        await hand.move(1)

    assert "list" in queue.sent


async def test_retry_after_stops_everybody_and_then_effects_are_first(hand: Hand) -> None:
    budget = Budget(1.0, burst=3, ticker=hand)
    queue = Queue(budget)
    budget.pause(5)
    await queue.ask("look", Priority.LOOK)
    await queue.ask("go", Priority.EFFECT)

    await hand.move(4.9)
    assert queue.sent == []
    await hand.move(0.1)
    assert queue.sent == ["go"]
    await hand.move(1)
    assert queue.sent == ["go", "look"]


async def test_a_pause_without_end_is_cut_short(hand: Hand) -> None:
    budget = Budget(1.0, ticker=hand)
    queue = Queue(budget)
    budget.pause(1e9)
    await queue.ask("look", Priority.LOOK)

    await hand.move(LONGEST_PAUSE)

    assert queue.sent == ["look"]


async def test_a_cancelled_wait_costs_nobody_a_turn(hand: Hand) -> None:
    queue = Queue(Budget(1.0, burst=1, ticker=hand))
    await queue.ask("first", Priority.LOOK)
    given_up = await queue.ask("given up", Priority.EFFECT)
    await queue.ask("second", Priority.LOOK)

    given_up.cancel()
    await hand.move(1)

    assert queue.sent == ["first", "second"]


async def test_a_turn_that_came_together_with_the_cancelling_is_given_back(hand: Hand) -> None:
    budget = Budget(1.0, burst=1, ticker=hand)
    queue = Queue(budget)
    await queue.ask("first", Priority.LOOK)
    given_up = await queue.ask("given up", Priority.LOOK)
    await queue.ask("second", Priority.LOOK)

    hand.now += 1
    budget._serve()  # the turn is given to the second task, which has not run yet
    given_up.cancel()
    await ran()

    assert queue.sent == ["first", "second"]
    assert budget.waiting == 0


async def test_it_keeps_real_time_by_the_event_loop() -> None:
    budget = Budget(200.0, burst=1)
    started = asyncio.get_running_loop().time()
    for _ in range(5):
        await budget.turn(Priority.LOOK)

    assert asyncio.get_running_loop().time() - started >= 4 / 200.0 - 0.002


async def test_sight_and_brake_pass_everything_that_waits(hand: Hand) -> None:
    queue = Queue(Budget(1.0, burst=1, ticker=hand))
    await queue.ask("first", Priority.LIST)
    for number in range(50):
        await queue.ask(f"create {number}", Priority.EFFECT)
        with standing(Standing.BACKGROUND):
            await queue.ask(f"look-up {number}", Priority.LOOK)
    with standing(Standing.ON_AIR):
        await queue.ask("look", Priority.LOOK)
    with standing(Standing.URGENT):
        await queue.ask("finish", Priority.EFFECT)
        await queue.ask("verify", Priority.VERIFY)
    await hand.move(3)
    assert queue.sent == ["first", "finish", "verify", "look"]


async def test_what_is_overdue_has_a_share_and_no_more(hand: Hand) -> None:
    queue = Queue(Budget(1.0, burst=1, ticker=hand))
    await queue.ask("first", Priority.LIST)
    with standing(Standing.BACKGROUND):
        for number in range(100):
            await queue.ask(f"background {number}", Priority.LIST)
    with standing(Standing.ON_AIR):
        for number in range(200):
            await queue.ask(f"look {number}", Priority.LOOK)
    await hand.move(140)
    background = [name for name in queue.sent if name.startswith("background")]
    assert 15 <= len(background) <= 25, "one turn in four, once they have waited for a minute"


async def test_a_mass_that_hangs_leaves_places_to_the_others(hand: Hand) -> None:
    budget, under_way = Budget(10_000.0, burst=1000, ticker=hand), list[str]()
    never = asyncio.Event()

    async def request(name: str, priority: Priority, of: Standing) -> None:
        with standing(of):
            async with budget.place(priority):
                under_way.append(name)
                await never.wait()

    crowd = [("list", Priority.LIST, Standing.ORDINARY), ("back", Priority.LIST, Standing.BACKGROUND)]
    crowd += [("look", Priority.LOOK, Standing.ORDINARY)]
    tasks = [asyncio.create_task(request(*one)) for one in crowd for _ in range(200)]
    await ran()
    tasks += [asyncio.create_task(request("finish", Priority.EFFECT, Standing.URGENT))]
    tasks += [asyncio.create_task(request("on air", Priority.LOOK, Standing.ON_AIR))]
    await ran()
    assert {name: under_way.count(name) for name in ("list", "back", "look", "finish", "on air")} == {
        "list": PLACES[Tier.LIST],
        "back": 1,
        "look": PLACES[Tier.LOOK],
        "finish": 1,
        "on air": 1,
    }
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.parametrize("of", Standing)
def test_an_effect_is_never_background(of: Standing) -> None:
    with standing(of):
        assert tier_of(Priority.EFFECT) <= Tier.EFFECT


@pytest.mark.parametrize(("rate", "burst"), [(0.0, 3), (-1.0, 3), (1.0, 0)])
def test_a_budget_of_nothing_is_refused(rate: float, burst: int) -> None:
    with pytest.raises(ValueError, match="budget"):
        Budget(rate, burst=burst)


@given(st.lists(st.tuples(st.sampled_from(Priority), st.booleans(), st.floats(0, 3)), max_size=25))
def test_nobody_is_lost_and_the_rate_is_kept(requests: list[tuple[Priority, bool, float]]) -> None:
    async def play() -> None:
        hand = Hand()
        queue = Queue(Budget(2.0, burst=2, ticker=hand))
        cancelled = 0
        for number, (priority, gives_up, pause) in enumerate(requests):
            task = await queue.ask(str(number), priority)
            if gives_up and not task.done():
                task.cancel()
                cancelled += 1
            await hand.move(pause)
            assert len(queue.sent) <= 2 + (hand.now - 100) * 2 + 1e-6
        await hand.move(60)
        assert len(queue.sent) == len(requests) - cancelled

    asyncio.run(play())
