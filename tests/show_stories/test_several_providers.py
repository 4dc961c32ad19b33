"""A bot with accounts at four providers: which of them is meant is asked where nobody said it, and heard where somebody did."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import commands
from bot.sandbox.played import play
from bot.sandbox.rehearsal import Rehearsal
from tests.show_stories.elsewhere import SUNDAY_MORNING
from tests.studio import Studio

FOUR = ("aioz", "gcore", "gjirafa", "videograph")


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    """Sunday, 08:50 in Berlin, with an account at each of the four."""
    rehearsal = Rehearsal(
        tmp_path, commands.load(), start=SUNDAY_MORNING, clouds=lambda clock: [play(name, clock) for name in FOUR]
    )
    await rehearsal.open()
    await rehearsal.settle()
    yield Studio(rehearsal)
    await rehearsal.close()


def form(studio: Studio) -> str:
    return studio.slack.read(studio.slack.modals(studio.ana)[-1], studio.ana)


async def test_where_a_new_stream_is_made_is_asked_and_not_guessed(studio: Studio) -> None:
    await studio.type("/live plan Sunday Service 10:00-10:20")
    assert "New stream at (optional): [static select]" in form(studio)
    await studio.submit()
    assert await studio.rehearsal.bot.store.shows(limit=10) == []
    await studio.submit(provider="Gjirafa")
    assert (await studio.show()).provider == "gjirafa"


async def test_the_provider_that_was_typed_stands_in_the_form(studio: Studio) -> None:
    assert (await studio.plan("Sunday Service 10:00-10:20 new on videograph")).provider == "videograph"


async def test_no_record_is_still_not_wanted_after_another_provider_was_chosen(studio: Studio) -> None:
    await studio.type("/live plan Sunday Service 10:00-10:20 new on gjirafa no record")
    view = studio.slack.modals(studio.ana)[-1]
    await studio.slack.press_in_view(studio.ana, view, "plan-provider", "Gcore")
    await studio.settle()
    assert "( ) Record it (x) Viewers' page" in form(studio)


async def test_no_page_is_still_not_wanted_after_another_provider_was_chosen(studio: Studio) -> None:
    await studio.type("/live plan Sunday Service 10:00-10:20 no page")
    view = studio.slack.modals(studio.ana)[-1]
    await studio.slack.press_in_view(studio.ana, view, "plan-provider", "Gjirafa")
    await studio.settle()
    assert "“no page” is not possible at Gjirafa" in form(studio)
    await studio.slack.press_in_view(studio.ana, studio.slack.modals(studio.ana)[-1], "plan-provider", "Gcore")
    await studio.settle()
    assert "(x) Record it ( ) Viewers' page" in form(studio)


@pytest.mark.parametrize("typed", ["Chapel on gjirafa", "Chapel on Gjirafa", "Chapel provider=gjirafa"])
async def test_a_stream_is_made_at_the_provider_that_was_named(studio: Studio, typed: str) -> None:
    assert "Create the channel “Chapel”" in await studio.type(f"/live stream create {typed}")


async def test_a_stream_whose_name_has_an_on_in_it_keeps_it(studio: Studio) -> None:
    answer = await studio.type("/live stream create Eyes on Berlin")
    assert "At which provider?" in answer
    await studio.press("answer:1", message=studio.slack.ephemerals(studio.ana)[-1])
    assert "Create the stream “Eyes on Berlin”" in studio.everything


# -- one of them is out
async def test_one_provider_that_is_out_hides_nothing_of_the_others(studio: Studio) -> None:
    await studio.administers(studio.ana)
    await studio.type("/live stream create Chapel on gcore")
    await studio.type("/live stream create Hall on gjirafa")
    await studio.rehearsal.clouds[FOUR.index("aioz")].stop()

    listed = await studio.type("/live stream")
    assert "*Chapel* (201693) at Gcore: off" in listed
    assert "at Gjirafa: no signal" in listed
    assert ":warning: Not in this list: AIOZ Stream cannot be reached." in listed
    await studio.type("/live stream key chapel")
    assert "rtmp://" in form(studio)
    await studio.type("/live plan Vespers 11:00-12:00 on hall")
    assert "New stream at (optional): [Gjirafa v]" in form(studio)


async def test_what_is_not_found_says_whose_streams_and_videos_were_not_seen(studio: Studio) -> None:
    await studio.rehearsal.clouds[FOUR.index("aioz")].stop()
    await studio.type("/live stream key crypt")
    assert "There is no stream “crypt” among those I can see. AIOZ Stream cannot be reached." in form(studio)
    answer = await studio.type("/live video")
    assert "There are no videos yet. AIOZ Stream cannot be reached." in answer
    assert "record stop" not in answer
