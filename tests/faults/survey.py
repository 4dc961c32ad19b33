"""Which moments a bot is let die at: all of a scene, or a sample with everything around what must not happen twice."""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

from tests.faults.child import Moment
from tests.faults.drill import Outcome

CREATE = re.compile(r"before (POST /streaming/\w+|PUT /streaming/streams/\d+/start_recording)$")
"""The requests of which a second one makes a second thing."""

AFTER_A_CREATE = 7
"""Moments from such a request until what it made is in the books: its answer, and the two commits after it."""

LIVES = 4
"""Bots that die one after the other in one drill of a sample, so that a sample costs a fraction of its drills."""

Deaths = tuple[Moment, ...]


def every(points: list[str]) -> list[Deaths]:
    """One drill for each moment of a scene that passed these."""
    return [(Moment(number),) for number in range(1, len(points) + 1)]


def sample(points: list[str], seed: int, stride: int) -> list[Deaths]:
    """Every so many moments, the first by the seed, each the last of a life; and all around each create."""
    numbers = range(1 + seed % stride, len(points) + 1, stride)
    drills = max(1, math.ceil(len(numbers) / LIVES))
    apart = drills * stride
    return [
        *(
            (Moment(first), *(Moment(apart) for _ in numbers[index + drills :: drills]))
            for index, first in enumerate(numbers[:drills])
        ),
        *around_creates(points),
    ]


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
