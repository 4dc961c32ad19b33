"""Where nothing keeps viewers out, as at Videograph: the encoder begins and ends the show, and what it showed expires."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.videograph import VideographCloud
from tests.show_stories.elsewhere import Elsewhere, sunday_at


@pytest.fixture
async def gallery(tmp_path: Path) -> AsyncIterator[Elsewhere]:
    """Sunday, 08:50 in Berlin, with an account at Videograph and no other."""
    async with sunday_at("videograph", tmp_path) as playing:
        yield playing


def clips(gallery: Elsewhere) -> int:
    return gallery.count("clip created")


# -- before the start
async def test_a_picture_before_the_start_is_public_and_called_so(gallery: Elsewhere) -> None:
    await gallery.planned()
    await gallery.at("9:50", step=300)
    await gallery.connect()
    await gallery.at("9:50:30")
    assert "PICTURE IS PUBLIC" in gallery.state
    assert "anyone with the link sees the encoder" in gallery.card_text
    await gallery.press("its-a-test")
    assert "PICTURE IS PUBLIC" in gallery.state
    await gallery.press("this-is-the-show")
    assert "ON AIR" in gallery.state


async def test_the_encoder_is_asked_for_two_minutes_before_the_start_and_not_earlier(gallery: Elsewhere) -> None:
    await gallery.planned()
    await gallery.at("9:57:50", step=60)
    assert gallery.said("please connect the encoder") == 0
    await gallery.at("9:58:10")
    assert gallery.said("please connect the encoder") == 1
    assert "goes live by itself" not in gallery.everything


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("/live hold", "Nothing keeps viewers out of Sunday Service"),
        ("/live go s1 anyway", "Nothing keeps viewers out of Sunday Service"),
        ("/live pause s1", "Videograph cannot show viewers a pause text: send a pause picture from the encoder."),
        ("/live record start s1", "Videograph cannot start and stop a recording by hand"),
        ("/live broadcast create s1", "Videograph cannot keep a page for viewers"),
        ("/live stream enable sunday", "Videograph cannot turn a stream on and off"),
        ("/live stream key rotate s1", "Videograph cannot make a new push key"),
    ],
)
async def test_what_it_cannot_do_is_said_before_anything_is_tried(gallery: Elsewhere, typed: str, answer: str) -> None:
    await gallery.planned()
    await gallery.at("9:59", step=300)
    asked = [call for call in gallery.vendor.calls if call.method != "GET"]
    told = await gallery.type(typed) + "".join(gallery.slack.read(view, gallery.ana) for view in gallery.slack.modals(gallery.ana))
    assert answer in told
    assert [call for call in gallery.vendor.calls if call.method != "GET"] == asked


async def test_a_livestream_made_without_recording_is_told_of_while_another_can_be_planned(gallery: Elsewhere) -> None:
    await gallery.type("/live stream create Chapel record=no")
    await gallery.plan("Vespers 10:00-10:20 on Chapel")
    await gallery.settle()
    assert gallery.posted("Nothing of Vespers") == 1
    assert "Recording: off" in gallery.card_text


# -- on air
async def test_a_late_encoder_is_asked_about_and_begins_the_show_when_it_comes(gallery: Elsewhere) -> None:
    await gallery.planned()
    await gallery.at("10:02:10", step=30)
    assert gallery.posted("there is no signal from the encoder. It begins by itself as soon as a picture is steady.") == 1
    asked = gallery.top(next(message for message in gallery.messages if "there is no signal" in gallery.top(message)))
    assert "[Check now] [Move…] [… Cancel…]" in asked
    await gallery.at("10:06", step=30)
    await gallery.connect()
    await gallery.at("10:06:30", step=2)
    assert gallery.posted("ON AIR —") == 1
    assert gallery.said("Steady signal 10:06:") == 1
    assert "ON AIR since 10:06" in gallery.state


async def test_the_form_has_nothing_that_videograph_has_not(gallery: Elsewhere) -> None:
    await gallery.type("/live plan Sunday Service 10:00-10:20")
    form = gallery.slack.read(gallery.slack.modals(gallery.ana)[-1], gallery.ana)
    assert "Record it" in form
    assert "page" not in form
    assert "Text for viewers" not in form


# -- the end
async def test_the_books_close_and_the_crew_is_asked_again_and_again_to_stop_the_encoder(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.at("10:19:50", step=60)
    await gallery.at("10:20:30", step=2)
    assert "CLOSED, STILL PUBLIC" in gallery.state
    assert gallery.posted("CLOSED, STILL PUBLIC —") == 1
    assert gallery.posted("OFF AIR —") == 0
    asked = [gallery.posted("stop the encoder")]
    for clock in ("10:21:20", "10:25:20", "10:35:30", "10:45:30"):
        await gallery.at(clock, step=10)
        asked.append(gallery.posted("stop the encoder"))
    assert asked == [1, 2, 3, 4, 5]
    await gallery.press("encoder-stopping")
    gallery.drop()
    await gallery.at("10:46:30")
    assert gallery.posted("OFF AIR —") == 1
    assert gallery.said("*Stopped*: Videograph shows no signal any more") == 1
    await gallery.at("11:30", step=60)
    assert gallery.posted("stop the encoder") == 5


async def test_an_encoder_that_comes_back_after_the_end_is_told_of_until_it_stops(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.at("10:20:20", step=20)
    gallery.drop()
    await gallery.at("10:22", step=5)
    assert "OFF AIR" in gallery.state
    asked = gallery.posted("stop the encoder")
    await gallery.connect()
    await gallery.at("10:23", step=5)
    assert "CLOSED, STILL PUBLIC" in gallery.state
    assert gallery.posted("it closed at 10:20:20, and since 10:22:") == 1
    await gallery.at("10:40", step=30)
    assert gallery.posted("stop the encoder") == asked + 4
    assert "CLOSED, STILL PUBLIC" in gallery.state
    gallery.drop()
    await gallery.at("10:44", step=10)
    assert gallery.posted("OFF AIR —") == 1
    assert gallery.said("*Stopped*: Videograph shows no signal any more") == 2
    await gallery.at("11:00", step=30)
    assert "DONE" in gallery.state


async def test_an_encoder_that_comes_back_for_the_next_show_is_not_asked_to_stop(gallery: Elsewhere) -> None:
    first = await gallery.on_air()
    await gallery.plan(f"Late Service 10:40-11:00 on {first.stream}")
    await gallery.at("10:20:20", step=20)
    gallery.drop()
    await gallery.at("10:22", step=10)
    asked = gallery.posted("stop the encoder")
    await gallery.connect()
    await gallery.at("10:41", step=20)
    assert gallery.posted("stop the encoder") == asked
    assert [(await gallery.show(name)).state.value for name in ("s1", "s2")] == ["done", "live"]
    (kept,) = await gallery.rehearsal.bot.store.videos(show="s1")
    assert kept.duration == pytest.approx(20 * 60 + 21, abs=2)


async def test_the_whole_show_is_cut_out_two_minutes_after_the_last_signal(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.at("10:20:20", step=20)
    gallery.drop()
    await gallery.at("10:22:10", step=10)
    assert clips(gallery) == 0
    assert "not kept yet" in gallery.card_text
    await gallery.at("10:24", step=10)
    assert clips(gallery) == 1
    await gallery.at("10:40", step=60)
    assert gallery.posted("RECORDINGS READY") == 1
    assert "DONE" in gallery.state
    assert clips(gallery) == 1


async def test_when_the_signal_comes_back_it_is_cut_out_again(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.at("10:20:20", step=20)
    gallery.drop()
    await gallery.at("10:23", step=10)
    assert clips(gallery) == 1
    await gallery.connect()
    await gallery.at("10:25", step=10)
    gallery.drop()
    await gallery.at("10:30", step=10)
    assert clips(gallery) == 2


async def test_a_show_that_goes_on_is_kept_before_its_recording_expires_and_the_crew_hears_of_it(gallery: Elsewhere) -> None:
    await gallery.on_air("Marathon 10:00-23:00 finish by hand")
    await gallery.at("19:59", step=600)
    assert clips(gallery) == 0
    await gallery.at("20:01", step=10)
    assert clips(gallery) == 1
    assert gallery.posted("is not kept yet") == 1


async def test_a_save_that_is_refused_is_tried_again_until_it_works(gallery: Elsewhere) -> None:
    await gallery.on_air()
    assert isinstance(gallery.vendor, VideographCloud)
    gallery.vendor.refuse_next("*/clips", method="POST", text="Recording is being finalised")
    await gallery.at("10:20:20", step=20)
    gallery.drop()
    await gallery.at("10:24", step=10)
    assert clips(gallery) == 0
    assert gallery.posted("Not kept") == 1
    await gallery.at("10:56", step=60)
    assert clips(gallery) == 1
    assert gallery.posted("Not kept") == 1


async def test_a_show_that_was_closed_too_early_is_reopened(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.at("10:20:20", step=20)
    await gallery.press("back-on-air")
    await gallery.submit()
    await gallery.at("10:20:40", step=2)
    assert "PAST ITS END" in gallery.state
    gallery.drop()
    await gallery.at("10:21", step=5)
    assert gallery.posted("NO SIGNAL ON AIR") == 1


async def test_cancelling_sends_nothing(gallery: Elsewhere) -> None:
    await gallery.planned()
    before = [call.method for call in gallery.vendor.calls if call.method != "GET"]
    await gallery.type("/live cancel s1")
    await gallery.submit()
    await gallery.passes(5)
    assert "CANCELLED" in gallery.everything
    assert [call.method for call in gallery.vendor.calls if call.method != "GET"] == before


async def test_an_encoder_that_stops_long_after_the_end_promises_no_way_back(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.at("10:50", step=60)
    gallery.drop()
    await gallery.at("10:51", step=5)
    assert gallery.posted("It ended by itself, as planned.") == 1
    assert gallery.posted("Back on air") == 0


async def test_a_video_that_cannot_be_renamed_says_what_can_be_done_instead(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.at("10:20:20", step=20)
    gallery.drop()
    await gallery.at("10:30", step=20)
    (video,) = await gallery.rehearsal.bot.store.videos()
    told = await gallery.type(f"/live video rename {video.id} The Sunday")
    assert "Videograph cannot rename a video: give a clip its title when it is cut." in told
    assert "Sunday Service" in await gallery.type(f"/live video info {video.id}")


# -- what is recorded
async def test_no_recording_is_called_seen_where_the_vendor_tells_of_none(gallery: Elsewhere) -> None:
    await gallery.on_air()
    assert gallery.said("*Recording, as far as can be known*: `record` is on, and pictures arrive") == 1
    assert gallery.said("Videograph does not tell whether it records.") == 1
    assert "Recording: runs as far as can be known, `record` on and pictures arriving, cut out at the end" in gallery.card_text
    await gallery.at("10:20:20", step=20)
    gallery.drop()
    await gallery.at("10:21", step=10)
    assert gallery.said("*Recording started*") + gallery.said("*Recording stopped*") == 0
    run = [line.what for line in await gallery.rehearsal.bot.store.as_run("s1") if line.what.startswith("recording")]
    assert run == ["recording as set True"]
    assert "recording" not in await gallery.type("/live stream")


async def test_a_recording_that_is_not_wanted_any_more_is_not_stopped_where_nobody_can(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.type("/live move s1")
    await gallery.submit(None, wishes=[])
    await gallery.passes(20, step=5)
    assert "Recording: not kept, nothing is cut out at the end" in gallery.card_text
    assert "Stopping the recording" not in gallery.everything
    await gallery.at("10:20:20", step=20)
    gallery.drop()
    await gallery.at("10:40", step=60)
    assert clips(gallery) == 0


# -- clips
async def test_what_was_before_the_first_picture_cannot_be_cut(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.at("10:05", step=30)
    told = await gallery.type("/live clip 09:50-09:51")
    assert "begins before anything is kept. What can be cut now: from 09:58:" in told
    assert clips(gallery) == 0


async def test_what_was_after_the_encoder_stopped_cannot_be_cut(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.at("10:20:20", step=20)
    gallery.drop()
    await gallery.at("10:22", step=5)
    told = await gallery.type("/live clip 10:21:00-10:21:30")
    assert "10:21:00–10:21:30 shows nothing: no picture was seen from 10:20:25 on." in told
    assert "What can be cut now: from 09:58:30 to 10:20:25" in told
    assert await gallery.rehearsal.bot.store.clips("s1") == []
    assert "Cutting c1" in await gallery.type("/live clip 10:20:00-10:20:40")


async def test_what_was_in_a_gap_cannot_be_cut_and_what_reaches_out_of_it_can(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.at("10:05", step=30)
    gallery.drop()
    await gallery.at("10:06", step=5)
    await gallery.connect()
    await gallery.at("10:07", step=5)
    told = await gallery.type("/live clip 10:05:20-10:05:50")
    assert "10:05:20–10:05:50 shows nothing: no picture was seen from 10:05:05 until 10:06:0" in told
    assert "to 10:07:00" in told
    assert "Cutting c1" in await gallery.type("/live clip 10:04:50-10:05:20")


async def test_an_encoder_that_came_back_after_the_end_has_pictures_that_can_be_cut(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.at("10:20:20", step=20)
    gallery.drop()
    await gallery.at("10:21", step=5)
    await gallery.connect()
    await gallery.at("10:22", step=5)
    gallery.drop()
    await gallery.at("10:23", step=5)
    assert "10:20:40–10:20:50 shows nothing" in await gallery.type("/live clip 10:20:40-10:20:50")
    assert "Cutting c1" in await gallery.type("/live clip 10:21:20-10:21:40")
