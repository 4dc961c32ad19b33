"""libfaketime sets the wall clock of the process, both ways: it stays ready and sees a lost signal as soon as without that."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from glob import glob
from pathlib import Path

import pytest

from bot.sandbox.slack import SlackEmulator, User, View
from tests.process.house import House, Process

LIBRARY = next(iter(sorted(glob("/usr/lib/*/faketime/libfaketime.so.1"))), "")

pytestmark = pytest.mark.skipif(
    not LIBRARY, reason="NO CLOCK IS SET UNDER THE PROCESS: libfaketime is not installed (Debian: apt-get install faketime)"
)

STEPS = (-3600, 3600)
"""Seconds; a day is drilled in `tests/faults/clock_steps.py`."""

RHYTHM = 5.0
"""Real seconds between two looks at a show on air."""

PATIENCE = 120.0
"""Real seconds after which a test gives up on a busy machine."""


@dataclass
class Night:
    """A house with a show on air, whose process believes the clock that a file tells it."""

    house: House
    process: Process
    clock: Path
    stream: int

    def set_clock(self, seconds: int) -> None:
        """Set the process's wall clock so far from the true one, at once and without telling it."""
        self.clock.write_text(f"{seconds:+d}")

    def said(self, text: str) -> bool:
        """Whether a message of the channel says it."""
        return any(text in self.house.slack.read(message) for message in self.house.slack.channel(self.house.studio).messages)

    async def alarm(self) -> float:
        """The encoder falls silent and no webhook says so: real seconds until the alarm."""
        began = time.monotonic()
        self.house.cloud.webhooks.lose_next(1000)
        assert self.house.cloud.drop_signal(self.stream)
        while not self.said("NO SIGNAL ON AIR"):
            assert time.monotonic() - began < PATIENCE, "nobody told that the signal is lost"
            await asyncio.sleep(0.05)
        return time.monotonic() - began


@asynccontextmanager
async def a_night(folder: Path) -> AsyncIterator[Night]:
    clock = folder / "clock"
    await asyncio.to_thread(folder.mkdir)
    await asyncio.to_thread(clock.write_text, "+0")
    house = House(folder)
    await house.open()
    try:
        process = await house.start(
            {
                "LD_PRELOAD": LIBRARY,
                "FAKETIME_TIMESTAMP_FILE": str(clock),
                "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            }
        )
        await house.plan("Sunday Service in 26h for 3h")
        stream = int(house.cloud.ledger.of("stream created")[0].id)
        night = Night(house, process, clock, stream)
        await go_live(night)
        yield night
    finally:
        await house.close()


async def go_live(night: Night) -> None:
    house = night.house
    card = next(m for m in house.slack.channel(house.studio).messages if " yours " in str(m.blocks))
    await house.slack.press(house.ana, card, "more", "Open now")
    async with asyncio.timeout(PATIENCE):
        await house.cloud.until(lambda: bool(house.cloud.ledger.of("enabled")))
    assert house.cloud.connect_encoder(night.stream)
    await house.slack.wait_for(lambda slack: "*Started*" in house.card, PATIENCE)
    form = await early(night)
    await house.slack.submit(house.ana, form, {})
    await house.slack.wait_for(lambda slack: night.said("ON AIR —"), PATIENCE)


async def early(night: Night) -> View:
    """The form that asks whether to go live already; a busy machine may miss the 3 s that Slack gives for opening it."""
    slack, ana = night.house.slack, night.house.ana
    while not slack.modals(ana):
        told = len(slack.ephemerals(ana))
        await slack.command(ana, night.house.studio, "/live go s1")
        await slack.wait_for(partial(_answered, ana, told), PATIENCE)
    return slack.modals(ana)[-1]


def _answered(ana: User, told: int, slack: SlackEmulator) -> bool:
    return bool(slack.modals(ana)) or len(slack.ephemerals(ana)) > told


async def test_set_on_air_it_stays_ready_and_sees_as_soon_as_one_whose_clock_was_not_set(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        names = ["control", *(f"{seconds:+d}" for seconds in STEPS)]
        control, *stepped = [await stack.enter_async_context(a_night(tmp_path / name)) for name in names]
        for night, seconds in zip(stepped, STEPS, strict=True):
            night.set_clock(seconds)
        usual, *waits = await asyncio.gather(*(night.alarm() for night in (control, *stepped)))
        assert max(waits) <= 3 * usual + 2 * RHYTHM, (usual, waits)
        for night in stepped:
            assert (await night.process.get("/readyz")).status_code == 200
            assert "the machine's clock was set" in night.process.said
        assert "the machine's clock was set" not in control.process.said
