"""Requests that never end take no memory from the bot's server as a process, and plain uvicorn keeps them."""

from __future__ import annotations

import random

from tests.faults.endless import ENDLESS, MEGABYTE, control, costs
from tests.faults.test_crashes import SEED


async def test_requests_without_an_end_take_no_memory() -> None:
    """Headers and one other kind, by the seed; `make torture` tries all, over more connections."""
    other = random.Random(SEED).choice(sorted(ENDLESS.keys() - {"many headers"}))
    found = await costs(["many headers", other], connections=4, most=32 * MEGABYTE)
    assert not [str(cost) for cost in found if cost.wrong]


async def test_the_control_keeps_them() -> None:
    found = await control()
    assert found.wrong, str(found)
