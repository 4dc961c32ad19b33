"""Four providers, one vocabulary: nothing is offered, promised or claimed anywhere that the provider of the show cannot do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.show_stories.elsewhere import Elsewhere, sunday_at

NO_PAUSE = ("aioz", "gjirafa", "videograph")


@pytest.fixture
async def gallery(tmp_path: Path, provider: str) -> AsyncIterator[Elsewhere]:
    """Sunday, 08:50 in Berlin, with an account at that provider and no other."""
    async with sunday_at(provider, tmp_path) as playing:
        yield playing


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
    assert "Resuming Sunday Service (s1)." in await gallery.type("/live resume dry")
    await gallery.type("/live resume")
    assert "is not paused" in await gallery.type("/live resume dry")


# -- off the air
@pytest.mark.parametrize("provider", ["gjirafa"])
async def test_nothing_promises_the_way_back_where_an_end_is_for_good(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.at("10:19:59", step=60)
    await gallery.at("10:20:40", step=2)
    assert gallery.posted("OFF AIR — Sunday Service") == 1
    assert gallery.posted("It ended by itself, as planned.") == 1
    assert "Back on air" not in gallery.everything
    assert "While it can go back on air, the button for that is on its card." in await gallery.type("/live extend s1")


@pytest.mark.parametrize("provider", ["gjirafa"])
async def test_once_the_end_is_asked_for_the_card_does_not_offer_to_take_it_back(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.type("/live finish s1 now")
    await gallery.submit()
    card = next(gallery.top(message) for message in gallery.messages if "TAKING OFF" in gallery.top(message))
    assert "Back on air" not in card


@pytest.mark.parametrize("provider", ["videograph"])
async def test_back_on_air_promises_no_switch_where_there_is_none_and_asks_about_what_is_missing(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.type("/live finish s1 now")
    await gallery.submit()
    gallery.drop()
    await gallery.at("10:02")
    await gallery.press("back-on-air")
    asked = gallery.slack.read(gallery.slack.modals(gallery.ana)[-1], gallery.ana)
    assert "viewers see the encoder's picture as soon as there is one. Back on air?" in asked
    assert "enabled" not in asked
    await gallery.submit()
    await gallery.at("10:05", step=10)
    assert gallery.posted("Sunday Service is to be back on air: there is no signal from the encoder.") == 1


@pytest.mark.parametrize(
    ("provider", "kept"),
    [("gjirafa", "what they saw is kept"), ("videograph", "viewers see it until its crew stops it")],
)
async def test_the_finish_form_does_not_call_a_show_unrecorded_that_is_kept_otherwise(gallery: Elsewhere, kept: str) -> None:
    await gallery.on_air()
    asked = await window(gallery, "/live finish")
    assert kept in asked
    assert "recording" not in asked


# -- streams
@pytest.mark.parametrize(
    ("provider", "means"),
    [
        ("aioz", "It takes an encoder at any time; viewers see what it sends."),
        ("gcore", "not enabled"),
        ("gjirafa", "It takes an encoder at any time; viewers see nothing of it before the show is live."),
        ("videograph", "It takes an encoder at any time; viewers see what it sends."),
    ],
)
async def test_a_new_stream_says_what_a_push_would_do(gallery: Elsewhere, provider: str, means: str) -> None:
    await gallery.administers(gallery.ana)
    assert means in await window(gallery, "/live stream create")
    made = await gallery.type("/live stream create Chapel")
    assert means in made
    assert ("nothing can be pushed" in made) == (provider == "gcore")
    assert means in await window(gallery, "/live stream key chapel")


@pytest.mark.parametrize(("provider", "switched"), [("gcore", True), ("gjirafa", False), ("videograph", False), ("aioz", False)])
async def test_deleting_a_stream_mentions_a_switch_only_where_there_is_one(gallery: Elsewhere, switched: bool) -> None:
    await gallery.administers(gallery.ana)
    await gallery.type("/live stream create Chapel")
    asked = await window(gallery, "/live stream delete chapel")
    assert "This cannot be undone" in asked
    assert ("Enabled:" in asked) == switched
    assert ("disable it" in asked) == switched


# -- before the start
@pytest.mark.parametrize(
    ("provider", "means"),
    [
        ("aioz", "its pending streaming is deleted, the live stream key stays, viewers still see whatever its encoder sends."),
        ("gcore", "its pending broadcast is deleted, the stream is disabled and stays, nothing goes live."),
        ("gjirafa", "its live video stays at Gjirafa, the channel stays, nothing goes live."),
        ("videograph", "the livestream stays, viewers still see whatever its encoder sends."),
    ],
)
async def test_cancelling_says_what_becomes_of_things_at_that_provider(gallery: Elsewhere, means: str) -> None:
    await gallery.planned()
    assert means in await window(gallery, "/live cancel s1")
    assert f"s1: {means}" in await gallery.type("/live cancel s1 dry")


@pytest.mark.parametrize("provider", ["gcore", "gjirafa"])
async def test_a_dry_hold_holds_nothing(gallery: Elsewhere) -> None:
    await gallery.planned()
    assert "will not go live by itself until released" in await gallery.type("/live hold s1 dry")
    assert "is not on hold" in await gallery.type("/live hold s1 off dry")
    assert "PLANNED" in gallery.state
    await gallery.type("/live hold s1")
    assert "goes live by itself at 10:00" in await gallery.type("/live hold s1 off dry")
    assert "HELD" in gallery.state


@pytest.mark.parametrize("provider", ["videograph"])
async def test_a_dry_hold_is_refused_where_nothing_keeps_viewers_out(gallery: Elsewhere) -> None:
    await gallery.planned()
    assert "Nothing keeps viewers out of Sunday Service" in await gallery.type("/live hold s1 dry")


@pytest.mark.parametrize("provider", ["gcore"])
async def test_the_part_that_is_running_is_counted(gallery: Elsewhere) -> None:
    await gallery.on_air()
    assert "recording wanted, part 1 is running." in await gallery.type("/live record")


# -- the card
@pytest.mark.parametrize("provider", ["gjirafa"])
async def test_the_card_speaks_of_no_backup_and_of_no_switch_that_its_provider_does_not_have(gallery: Elsewhere) -> None:
    await gallery.planned()
    assert "Signal: none\n" in gallery.card_text
    await gallery.at("9:58:20", step=300)
    await gallery.connect()
    await gallery.at("10:19:59", step=20)
    assert "backup" not in gallery.card_text
    await gallery.at("10:20:40", step=2)
    assert "Confirmed: live video over 10:20:" in gallery.card_text
    assert "stream off" not in gallery.card_text


@pytest.mark.parametrize(
    ("provider", "use"), [("gjirafa", "/live clip list shows the marks."), ("videograph", "/live clip m1 cuts")]
)
async def test_a_mark_promises_a_clip_only_where_one_can_be_cut(gallery: Elsewhere, use: str) -> None:
    await gallery.on_air()
    assert use in await gallery.type("/live mark Goal")


@pytest.mark.parametrize("provider", ["gcore"])
async def test_a_verb_that_comes_too_early_or_too_late_says_where_the_show_stands(gallery: Elsewhere) -> None:
    await gallery.on_air()
    for typed in ("/live hold", "/live move 10:30"):
        assert "Sunday Service is on air since 10:00:00." in await gallery.type(typed)
