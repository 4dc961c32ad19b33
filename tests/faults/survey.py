"""Which moments a bot is let die at: all of a scene, or a sample with everything around what must not happen twice."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from statistics import median

from bot.sandbox.gcore.habits import Habits
from tests.faults.bodies import Syscall
from tests.faults.child import Moment
from tests.faults.drill import Outcome, appears_late, applies_late, drill
from tests.faults.scenes import GO_LIVE, PLAN, Scene

CREATE = re.compile(r"before (POST /streaming/\w+|PUT /streaming/streams/\d+/(start_recording|clip_recording))$")
"""The requests of which a second one makes a second thing."""

AFTER_A_CREATE = 7
"""Moments from such a request until what it made is in the books: its answer, and the two commits after it."""

RECOVERY = 60
"""Moments from a start until what a crash left behind is in order again."""

Deaths = tuple[Moment, ...]


def every(points: list[str], seed: int) -> list[Deaths]:
    """For each moment of a scene that passed these a drill that dies there, and one that also dies as it recovers."""
    chance = random.Random(seed)
    once = [(Moment(number),) for number in range(1, len(points) + 1)]
    return [*once, *((first, _again(chance)) for (first,) in once), *around_creates(points)]


def sample(points: list[str], seed: int, stride: int) -> list[Deaths]:
    """Every so many moments, the first by the seed, and all around each create; every second drill dies again as it recovers."""
    chance = random.Random(seed)
    numbers = range(1 + seed % stride, len(points) + 1, stride)
    drills = [(Moment(number), _again(chance)) if place % 2 else (Moment(number),) for place, number in enumerate(numbers)]
    return [*drills, *around_creates(points)]


def _again(chance: random.Random) -> Moment:
    return Moment(chance.randint(1, RECOVERY))


CALLS = {"fdatasync": 50, "write": 170, "pwrite64": 2100}
"""How often about one thread of a bot makes each of these calls until a show is on air. Commits end in fdatasync; uvloop sends with
write; pages go into the file by pwrite64, most of them as the log gets its full length at the start."""


def syscalls(chance: random.Random, each: int) -> list[Syscall]:
    """So many deaths in each kind of call, spread evenly, the first by chance."""
    steps = {name: most / each for name, most in CALLS.items()}
    return [Syscall(name, 1 + int(step * (number + chance.random()))) for name, step in steps.items() for number in range(each)]


STREAM_SENT = Moment(name="after POST /streaming/streams")
RECORDING_SENT = Moment(name="after PUT /streaming/streams/201693/start_recording")
"""It is made, and the bot dies before it knows."""

Careless = tuple[Scene, Callable[[Habits], None], Moment]

CONTROL: tuple[Careless, ...] = ((PLAN, appears_late, STREAM_SENT), (GO_LIVE, applies_late, RECORDING_SENT))
"""Deaths after which a bot that does not wait before it sends again makes a second one."""


async def control(scene: Scene, provider: Callable[[Habits], None], death: Moment) -> Outcome:
    """The same drill with the settle rule off: if nothing doubles, the drills see nothing."""
    careless = await drill(scene, (death,), provider=provider, settle=0.0)
    count = f"{careless.kills} kills, {careless.deliveries} deliveries, doubled {len(careless.books.doubled)}"
    print(f"control without the settle rule, {scene.name}, {provider.__name__}: {count} (must double)", flush=True)  # noqa: T201
    return careless


def around_creates(points: list[str]) -> list[Deaths]:
    """From just before each create until it is in the books; those of one scene one after the other."""
    names = list(dict.fromkeys(name for name in points if CREATE.match(name)))
    return [tuple(Moment(later, name) for name in names) for later in range(AFTER_A_CREATE)] if names else []


async def side_by_side(drills: Iterable[Callable[[], Awaitable[Outcome]]], at_once: int) -> AsyncIterator[Outcome]:
    """The outcomes as they come; each drill mostly waits, so that several at once fill a machine."""
    room = asyncio.Semaphore(at_once)

    async def one(play: Callable[[], Awaitable[Outcome]]) -> Outcome:
        async with room:
            return await play()

    for outcome in asyncio.as_completed([one(play) for play in drills]):
        yield await outcome


async def played(title: str, drills: Iterable[Callable[[], Awaitable[Outcome]]], at_once: int) -> list[Outcome]:
    """Play them all; what came of it is printed, and every drill that went wrong."""
    began = time.monotonic()
    outcomes = [outcome async for outcome in side_by_side(drills, at_once)]
    lines = [*(str(outcome) for outcome in outcomes if outcome.wrong), f"{title}: {tally(outcomes)}"]
    print("\n".join(lines), f"({time.monotonic() - began:.0f} s)", flush=True)  # noqa: T201 (the counts are what it is for)
    return outcomes


def tally(outcomes: Sequence[Outcome]) -> str:
    """The counts of many drills in one line."""
    kills, deliveries = sum(one.kills for one in outcomes), sum(one.deliveries for one in outcomes)
    lost, doubled = sum(len(one.books.lost) for one in outcomes), sum(len(one.books.doubled) for one in outcomes)
    asked = sum(one.asked and not one.ended for one in outcomes)
    looks = [took for one in outcomes for took in one.first_looks]
    claims = [took for one in outcomes for took in one.claims]
    return (
        f"{len(outcomes)} drills, {kills} kills, {deliveries} deliveries, {asked} asked people, "
        f"lost {lost}, doubled {doubled}, wrong {sum(bool(one.wrong) for one in outcomes)}; "
        f"after a start {len(looks)} first looks {_span(looks)}, {len(claims)} claims {_span(claims)}"
    )


def _span(times: Sequence[float]) -> str:
    return f"in {median(times):.1f} s, at most {max(times):.1f} s" if times else ""
