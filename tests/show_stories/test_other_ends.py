"""Ends that differ: in ten minutes, by hand, before it ever began, beside another show, and in the past."""

from __future__ import annotations

import pytest

from tests.show_stories.gallery import Gallery


@pytest.mark.parametrize("policy", ["ask", "by-hand", "at-end"])
async def test_finish_in_ten_minutes_finishes_whatever_the_policy(gallery: Gallery, policy: str) -> None:
    await gallery.on_air(finish=policy)
    assert "ends at 10:10:10" in await gallery.type("/live finish in 10m")
    assert "ends by itself 10:10, asked by @ana" in gallery.card_text
    await gallery.at("10:09:40", step=30)
    assert gallery.posted("ends by itself at *10:10*") == 2
    await gallery.at("10:10:30", step=5)
    assert gallery.times("broadcast finished") == ["10:10:10"]
    assert gallery.posted("Asked by @ana") == 1


async def test_past_its_end_finish_in_ten_minutes_takes_the_question_away(gallery: Gallery) -> None:
    await gallery.on_air(finish="ask")
    await gallery.at("10:25:30", step=30)
    asked = gallery.posted("it stays on until somebody finishes it")
    await gallery.type("/live finish in 10m")
    await gallery.at("10:35:20", step=30)
    await gallery.at("10:35:50", step=5)
    assert gallery.count("broadcast finished") == 1
    assert gallery.posted("it stays on until somebody finishes it") <= asked


async def test_an_extension_takes_a_finish_in_ten_minutes_back_and_says_what_happens_then(gallery: Gallery) -> None:
    await gallery.on_air(finish="ask")
    await gallery.type("/live finish in 10m")
    assert "it asks at 10:25" in await gallery.type("/live extend 15m")
    await gallery.at("10:30", step=60)
    assert gallery.count("broadcast finished") == 0
    assert "PAST ITS END" in gallery.state


async def test_the_card_of_a_show_that_ends_by_hand_says_so_at_its_end_without_a_question(gallery: Gallery) -> None:
    await gallery.on_air(finish="by-hand")
    await gallery.at("10:19:50", step=60)
    assert "ON AIR since" in gallery.state
    await gallery.at("10:20:05")
    assert "PAST ITS END" in gallery.state
    assert not gallery.offers("keep-on")
    assert gallery.posted("it stays on until somebody finishes it") == 0
    assert "stays on until somebody finishes it" in gallery.card_text


async def test_at_its_end_a_held_show_that_never_began_is_asked_about(gallery: Gallery) -> None:
    await gallery.ready()
    await gallery.type("/live hold")
    await gallery.at("10:19:50", step=120)
    await gallery.at("10:20:30", step=5)
    question = gallery.message("reached its end at 10:20 without going on air, and it is on hold. Finish it?")
    assert gallery.count("disabled") == 0
    await gallery.press("question:keep", message=question)
    await gallery.at("10:25", step=30)
    assert gallery.count("disabled") == 0
    await gallery.type("/live finish s1")
    await gallery.submit()
    await gallery.passes(15)
    assert gallery.count("disabled") == 1


async def test_an_end_in_the_past_is_refused_and_takes_nothing_off(gallery: Gallery) -> None:
    await gallery.on_air("Sunday Service 10:00-11:15")
    await gallery.at("10:45", step=60)
    await gallery.type("/live edit s1")
    refused = await gallery.slack.submit(gallery.ana, gallery.slack.modals(gallery.ana)[-1], {"end": "10:30"})
    assert "in the past" in refused.errors["end"]
    await gallery.passes(20)
    assert gallery.count("broadcast finished") == 0


async def test_an_end_that_was_not_touched_keeps_its_seconds(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.type("/live finish in 10m")
    await gallery.type("/live edit s1")
    await gallery.submit(title="Morning Service")
    await gallery.at("10:10:08", step=30)
    assert gallery.count("broadcast finished") == 0
    await gallery.at("10:10:12", step=1)
    assert gallery.times("broadcast finished") == ["10:10:10"]


async def test_the_end_of_one_show_leaves_the_recording_of_another_on_the_same_stream(gallery: Gallery) -> None:
    show = await gallery.planned("Early Service 10:00-11:00")
    await gallery.plan(f"Late Service 10:30-12:30 on {show.stream}")
    await gallery.at("9:29:50", step=300)
    await gallery.at("9:30:10")
    await gallery.at("9:58:30", step=120)
    gallery.connect()
    await gallery.at("10:00:10", step=3)
    await gallery.at("10:30:10", step=60)
    await gallery.at("10:59:50", step=60)
    await gallery.at("11:00:30", step=3)
    assert gallery.count("broadcast finished") == 1
    assert (gallery.count("recording started"), gallery.count("recording stopped")) == (1, 0)
    assert gallery.said("The recording goes on: it is that of Late Service (s2) as well.") == 1


async def test_nothing_is_recorded_for_a_show_that_was_cancelled(gallery: Gallery) -> None:
    await gallery.planned()
    await gallery.type("/live cancel s1")
    await gallery.submit()
    assert "There is nothing to record" in await gallery.type("/live record start s1")
    assert not (await gallery.show()).state.on_air


async def test_after_the_start_the_card_never_promises_that_it_goes_live_by_itself(gallery: Gallery) -> None:
    await gallery.opened()
    await gallery.at("10:02:10", step=60)
    gallery.connect()
    await gallery.at("10:03", step=5)
    assert "live by itself 10:00" not in gallery.card_text
