"""Thinking better of it: a finish that is under way gives way to a later end, to Keep on and to Back on air."""

from __future__ import annotations

from tests.show_stories.gallery import Gallery

NO_PAGE = ["record"]
"""What is ticked for a show without a broadcast: viewers see the encoder itself."""


async def test_without_a_page_too_there_are_ten_seconds_before_anything_is_stopped(gallery: Gallery) -> None:
    await gallery.on_air(wishes=NO_PAGE)
    await gallery.press("finish")
    assert "There is no page: viewers see the encoder until it stops." in gallery.form
    assert "stream is disabled after 10 s in which it can be taken back" in gallery.form
    await gallery.submit()
    await gallery.passes(5)
    assert "TAKING OFF" in gallery.state
    assert (gallery.count("recording stopped"), gallery.count("disabled")) == (0, 0)
    await gallery.passes(8)
    assert gallery.times("recording stopped") == gallery.times("disabled") == ["10:00:20"]
    assert gallery.posted("*OFF AIR") == 1


async def test_the_dry_run_without_a_page_names_the_steps_there_really_are(gallery: Gallery) -> None:
    await gallery.on_air(wishes=NO_PAGE)
    answer = await gallery.type("/live finish dry")
    assert "after 10 s in which it can be taken back" in answer
    assert "1. Time to take it back\n2. Stop the recording\n3. Disable the stream\n" in answer
    assert "broadcast" not in answer.casefold()


async def test_taken_back_before_anything_was_reached_it_still_ends_at_its_end(gallery: Gallery) -> None:
    await gallery.on_air(wishes=NO_PAGE)
    await gallery.press("finish")
    await gallery.submit()
    await gallery.passes(5)
    await gallery.press("undo-finish")
    await gallery.passes(20)
    assert (gallery.count("recording stopped"), gallery.count("disabled")) == (0, 0)
    assert "ON AIR since 10:00:00" in gallery.state
    assert "ends by itself 10:20" in gallery.card_text
    await gallery.at("10:19:50", step=60)
    await gallery.at("10:20:20", step=5)
    assert gallery.count("disabled") == 1
    assert gallery.posted("*OFF AIR") == 1


async def test_extended_while_the_finish_is_under_way_it_stays_on_until_the_new_end(gallery: Gallery) -> None:
    await gallery.on_air(wishes=NO_PAGE)
    await gallery.at("10:19:50", step=60)
    await gallery.at("10:20:04", step=2)
    assert "TAKING OFF" in gallery.state
    assert "ends at 10:35 now" in await gallery.type("/live extend 15m")
    await gallery.at("10:34:50", step=60)
    assert (gallery.count("recording stopped"), gallery.count("disabled")) == (0, 0)
    await gallery.at("10:35:20", step=5)
    assert gallery.count("disabled") == 1


async def test_kept_on_while_the_finish_is_under_way_it_stays_on_and_asks(gallery: Gallery) -> None:
    await gallery.on_air(wishes=NO_PAGE)
    await gallery.at("10:18:05", step=60)
    await gallery.at("10:20:04", step=4)
    await gallery.press("keep-on", message=gallery.message("ends by itself at *10:20*"))
    await gallery.at("10:26", step=20)
    assert (gallery.count("recording stopped"), gallery.count("disabled")) == (0, 0)
    assert "PAST ITS END" in gallery.state
    assert gallery.posted("it stays on until somebody finishes it") >= 1


async def test_once_viewers_were_sent_home_the_end_cannot_be_moved_any_more(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.at("10:18:05", step=60)
    await gallery.at("10:20:04", step=4)
    assert "off air already, so there is nothing to extend" in await gallery.type("/live extend 15m s1")
    prompt = gallery.message("The end of Sunday Service")
    assert not gallery.offers("keep-on", prompt)
    await gallery.at("10:20:20", step=4)
    assert gallery.count("disabled") == 1


async def test_a_stale_undo_button_asks_first_once_the_seconds_are_over(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.at("10:19:50", step=60)
    await gallery.at("10:20:04", step=2)
    stale = gallery.card
    assert gallery.offers("undo-finish", stale)
    await gallery.at("10:25", step=20)
    await gallery.slack.press(gallery.ana, stale, "undo-finish", even_if_old=True)
    await gallery.settle()
    assert "Back on air?" in gallery.form
    assert gallery.count("broadcast live") == 1
    await gallery.submit()
    await gallery.passes(5)
    assert gallery.count("broadcast live") == gallery.count("enabled") == 2


async def test_a_finish_that_was_refused_is_asked_about_again(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.at("10:19:50", step=60)
    gallery.cloud.refuse_next(f"/streaming/broadcasts/{gallery.page}", method="PATCH", status=422, text="is locked")
    await gallery.at("10:20:10", step=2)
    assert gallery.posted("*Finishing failed*") == 1
    assert "PAST ITS END" in gallery.state
    assert gallery.posted("it stays on until somebody finishes it") == 3, "the question, and the two announcements of its end"
    await gallery.at("10:26", step=30)
    await gallery.press("finish")
    await gallery.submit()
    await gallery.passes(15)
    assert gallery.count("broadcast finished") == gallery.count("disabled") == 1
