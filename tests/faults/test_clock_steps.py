"""The wall clock is set on air, both ways: looks, alarms, the ladder and a finish come as soon as without that."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from bot.clock import Clock
from bot.sandbox.clock import RehearsalClock
from bot.sandbox.played import played
from tests.faults.clock_steps import STEPS, lost_signal, on_air_at, wrong
from tests.faults.test_crashes import SEED


async def test_people_wait_no_longer_after_a_step(capsys: pytest.CaptureFixture[str]) -> None:
    """One step at one provider and the same at Gcore, by the seed; `make torture` tries all."""
    chance = random.Random(SEED)
    by, provider = chance.choice(STEPS), chance.choice(sorted(played()))
    found, counts = await wrong(sorted({"gcore", provider}), [by])
    with capsys.disabled():
        print(f"\n{counts}, seed {SEED}: {provider}, {by}")  # noqa: T201
    assert not found


async def test_a_bot_that_naps_by_the_wall_clock_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: rhythms by the clock that was set back are silent for as long as it was."""

    async def by_the_wall(clock: Clock, seconds: float) -> None:
        await clock.sleep_until(clock.now() + timedelta(seconds=seconds))

    monkeypatch.setattr(RehearsalClock, "sleep", by_the_wall)
    async with on_air_at("gcore") as crew:
        await crew.rehearsal.step(hours=-1)
        assert await lost_signal(crew) == float("inf")
