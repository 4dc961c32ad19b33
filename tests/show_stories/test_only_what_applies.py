"""Four providers, one vocabulary: nothing is offered, promised or claimed anywhere that the provider of the show cannot do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import commands
from bot.sandbox.played import play
from bot.sandbox.rehearsal import Rehearsal
from tests.show_stories.conftest import SUNDAY_MORNING
from tests.show_stories.elsewhere import Elsewhere

NO_PAUSE = ("aioz", "gjirafa", "videograph")


@pytest.fixture
async def gallery(tmp_path: Path, provider: str) -> AsyncIterator[Elsewhere]:
    """Sunday, 08:50 in Berlin, with an account at that provider and no other."""
    rehearsal = Rehearsal(tmp_path, commands.load(), start=SUNDAY_MORNING, clouds=lambda clock: (play(provider, clock),))
    await rehearsal.open()
    playing = Elsewhere(rehearsal)
    await rehearsal.settle()
    yield playing
    await rehearsal.close()


async def window(gallery: Elsewhere, typed: str) -> str:
    """What stands in the window that a command opens."""
    await gallery.type(typed)
    return gallery.slack.read(gallery.slack.modals(gallery.ana)[-1], gallery.ana)


# -- on air
@pytest.mark.parametrize("provider", NO_PAUSE)
async def test_neither_the_panel_nor_stop_offers_a_pause_where_there_is_none(gallery: Elsewhere) -> None:
    await gallery.on_air()
    panel = await window(gallery, "/live")
    assert "[+15 min] [Finish…]" in panel
    assert "[Pause]" not in panel
    assert (await gallery.type("/live stop")).splitlines()[-1] == "[Finish the show]"


@pytest.mark.parametrize("provider", ["gcore"])
async def test_the_panel_and_stop_offer_a_pause_where_there_is_one(gallery: Elsewhere) -> None:
    await gallery.on_air()
    assert "[Pause] [+15 min] [Finish…]" in await window(gallery, "/live")
    assert "[Finish the show] [Pause for viewers] [Stop the recording]" in await gallery.type("/live stop")


@pytest.mark.parametrize("provider", NO_PAUSE)
async def test_a_dry_pause_is_refused_as_the_real_one_would_be(gallery: Elsewhere) -> None:
    await gallery.on_air()
    assert "cannot show viewers a pause text" in await gallery.type("/live pause dry")


@pytest.mark.parametrize("provider", ["aioz", "gcore", "gjirafa", "videograph"])
async def test_a_dry_go_of_a_show_on_air_says_that_there_is_nothing_to_do(gallery: Elsewhere) -> None:
    await gallery.on_air()
    answer = await gallery.type("/live go dry")
    assert "is on air since" in answer
    assert "Nothing to do." in answer
    assert "would" not in answer


@pytest.mark.parametrize("provider", ["gcore"])
async def test_a_dry_pause_of_what_is_paused_says_so(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.type("/live pause")
    assert "is paused since" in await gallery.type("/live pause dry")
    assert "would show the programme again" in await gallery.type("/live resume dry")
    await gallery.type("/live resume")
    assert "is not paused" in await gallery.type("/live resume dry")
