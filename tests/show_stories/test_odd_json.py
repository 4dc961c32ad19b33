"""A vendor that writes odd JSON, in its answers and its webhooks: a show opens, goes live, alarms and finishes as any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.model import ShowState
from bot.sandbox.faults import Fault
from tests.odd_json import odd_names
from tests.show_stories.elsewhere import Elsewhere, sunday_at

FORBIDDEN = ("\ud800", "\x00", "\x1b", "\x9b", "\u202e", "\u200b", "\u2028", "e\u0301")


async def played(studio: Elsewhere) -> None:
    """From the plan to the finish, with an outage."""
    await studio.planned()
    assert studio.stream
    await studio.at("9:58:20", step=300)
    assert (await studio.show()).state is not ShowState.PLANNED
    await studio.connect()
    await studio.at("9:59:50", step=10)
    await studio.at("10:00:10", step=2)
    assert (await studio.show()).state.on_air
    studio.drop()
    await studio.passes(90, step=5)
    assert studio.posted("NO SIGNAL ON AIR") >= 1  # and once more for whoever did not hear the first
    await studio.connect()
    await studio.passes(60, step=5)
    await studio.type("/live finish s1")
    await studio.submit()
    await studio.passes(30, step=2)
    studio.vendor.drop_signal(studio.stream)
    await studio.passes(120, step=5)
    assert (await studio.show()).state is ShowState.OFF


@pytest.mark.parametrize("provider", ["aioz", "gcore", "gjirafa", "videograph"])
async def test_a_show_at_a_vendor_with_odd_json(provider: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with sunday_at(provider, tmp_path) as studio:
        studio.vendor.faults.add(Fault(times=None, rewrite=odd_names))
        studio.vendor.webhooks.rewrite = odd_names
        await played(studio)
        for command in ("stream list", "status s1", "video list", "link s1"):
            await studio.type(f"/live {command}")
        assert [each for each in FORBIDDEN if each in studio.everything] == []
        assert studio.rehearsal.bot.inbox.counts["dead"] == 0
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []
