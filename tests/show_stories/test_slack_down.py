"""Slack does not answer: the show goes on by the clock all the same, and what happened is told once, later, and as late."""

from __future__ import annotations

import re

import pytest

from bot.sandbox.faults import Fault
from tests.show_stories.gallery import Gallery

TROUBLE = {
    "500s": Fault("/api/*", status=500, times=None),
    "dropped after": Fault("/api/*", cut="after", times=None),
}


@pytest.mark.parametrize("kind", TROUBLE)
async def test_nothing_on_the_way_to_air_or_off_it_waits_for_slack(gallery: Gallery, kind: str) -> None:
    await gallery.ready()
    gallery.slack.faults.add(TROUBLE[kind])
    await gallery.at("10:00:10", step=2)
    assert gallery.times("broadcast live") == ["10:00:00"]
    await gallery.at("10:19:50", step=120)
    await gallery.at("10:20:15", step=2)
    assert gallery.times("broadcast finished") == ["10:20:00"]
    assert gallery.count("disabled") == 1
    gallery.slack.faults.clear()
    await gallery.slack.wait_for(lambda _: gallery.posted("*OFF AIR") and "OFF AIR" in gallery.state, timeout=30)
    await gallery.settle()
    assert (gallery.posted("*ON AIR —"), gallery.posted("*OFF AIR —")) == (1, 1)
    places = [number for number, text in enumerate(map(gallery.top, gallery.messages)) if re.search(r"\*(ON|OFF) AIR —", text)]
    assert "ON AIR" in gallery.top(gallery.messages[places[0]])


async def test_what_is_told_after_a_long_silence_says_how_late_it_is(gallery: Gallery) -> None:
    await gallery.ready()
    gallery.slack.faults.add(TROUBLE["500s"])
    await gallery.at("10:00:10", step=2)
    await gallery.rehearsal.stop_bot()
    await gallery.at("10:12", step=60)
    gallery.slack.faults.clear()
    await gallery.rehearsal.start_bot()
    await gallery.slack.wait_for(lambda _: gallery.posted("*ON AIR —"), timeout=30)
    await gallery.settle()
    late = gallery.top(gallery.message("*ON AIR —"))
    assert "10:00:00" in late
    assert re.search(r"\(1[12] min late\)", late)
