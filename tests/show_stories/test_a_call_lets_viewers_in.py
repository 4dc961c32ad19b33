"""Where one call lets viewers in and another ends it for good, as at Gjirafa: it is counted down to, and keeps what was shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.faults import Fault
from bot.sandbox.gjirafa import GjirafaCloud
from tests.show_stories.elsewhere import Elsewhere, sunday_at


@pytest.fixture
async def gallery(tmp_path: Path) -> AsyncIterator[Elsewhere]:
    """Sunday, 08:50 in Berlin, with a project at Gjirafa and no other account."""
    async with sunday_at("gjirafa", tmp_path) as playing:
        yield playing


def project(gallery: Elsewhere) -> GjirafaCloud:
    assert isinstance(gallery.vendor, GjirafaCloud)
    return gallery.vendor


async def test_viewers_see_nothing_of_the_encoder_before_the_start_and_what_they_saw_is_kept(gallery: Elsewhere) -> None:
    await gallery.on_air()
    assert "ON AIR" in gallery.state
    assert gallery.times("page live") == ["10:00:02"]
    await gallery.at("10:19:55", step=60)
    await gallery.at("10:20:05", step=1)
    assert gallery.count("saved") == 0
    await gallery.at("10:20:20", step=1)

    assert gallery.times("saved") == ["10:20:10"]
    assert gallery.count("discarded") == 0
    assert "OFF AIR" in gallery.state
    (kept,) = project(gallery).kept
    assert (kept.title, round((kept.end - kept.start).total_seconds() / 60)) == ("Sunday Service", 20)


async def test_a_finish_is_taken_back_while_it_is_counted_down_to(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.type("/live finish s1")
    await gallery.submit()
    await gallery.at("10:00:15")
    assert "TAKING OFF" in gallery.state
    await gallery.press("undo-finish")
    await gallery.at("10:01")

    assert "ON AIR" in gallery.state
    assert (gallery.count("saved"), gallery.count("page finished"), gallery.count("page live")) == (0, 0, 1)


async def test_a_recording_that_failed_without_a_reason_is_told_as_failed(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.at("10:20:20", step=60)
    (kept,) = project(gallery).kept
    reports = {"eventType": "video.encode.errored", "data": {"PublicId": kept.id, "Title": kept.title}}
    project(gallery).webhooks.send("video.encode.errored", kept.id, reports, gallery.rehearsal.clock.now())
    await gallery.settle()

    assert gallery.said("Recording “Sunday Service” could not be processed: the provider gives no reason") == 1
    assert gallery.rehearsal.bot.inbox.counts["retried"] == 0


async def test_what_was_kept_is_told_with_the_length_that_was_cut_and_that_no_link_was_reported(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.at("10:20:20", step=10)
    assert gallery.said("Recording “Sunday Service” is being processed") == 1
    await gallery.at("10:30", step=30)
    (kept,) = project(gallery).kept
    minutes, seconds = divmod(int((kept.end - kept.start).total_seconds()), 60)
    assert gallery.posted(f"1/1 Sunday Service · {minutes}:{seconds:02} · ready · no link reported") == 1
    assert gallery.said("Recording “Sunday Service” is ready") == 1


async def test_a_link_that_the_provider_reports_stands_in_the_place_of_its_absence(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.at("10:20:20", step=10)
    (kept,) = project(gallery).kept
    told = {"PublicId": kept.id, "PlaybackUrl": "https://cdn.vpplayer.example/p/encode/v/hls/master_file.m3u8"}
    letter = {"eventType": "video.publish.status.changed", "data": told}
    project(gallery).webhooks.send("video.publish.status.changed", kept.id, letter, gallery.rehearsal.clock.now())
    await gallery.at("10:30", step=30)
    assert gallery.posted("RECORDINGS READY") == 1
    assert gallery.posted("no link reported") == 0
    (post,) = [message for message in gallery.messages if "RECORDINGS READY" in gallery.top(message)]
    assert "https://cdn.vpplayer.example/p/encode/v/hls/master_file.m3u8" in str(post.blocks)


async def test_what_was_asked_to_go_live_a_moment_ago_cannot_be_cancelled_any_more(gallery: Elsewhere) -> None:
    await gallery.planned()
    await gallery.at("9:58:20", step=300)
    await gallery.connect()
    await gallery.at("9:59:58", step=10)
    await gallery.type("/live go s1")
    assert gallery.count("page live") == 0
    await gallery.type("/live cancel s1")
    await gallery.submit()
    assert "Sunday Service is going live right now" in gallery.everything
    await gallery.passes(10)
    assert gallery.count("page live") == 1
    assert "ON AIR" in gallery.state
    assert gallery.posted("Cancelled") == 0


async def test_the_form_of_a_show_on_air_can_be_saved_although_it_has_no_page_to_tick(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.type("/live move s1")
    await gallery.submit(None, end="10:35", wishes=[])
    assert gallery.slack.modals(gallery.ana) == []
    await gallery.passes(20, step=5)
    assert "ends by itself 10:35" in gallery.card_text
    assert "Recording: off" in gallery.card_text
    assert (await gallery.show()).wants_page


async def test_an_end_that_the_provider_refuses_throws_nothing_away(gallery: Elsewhere) -> None:
    await gallery.on_air()
    project(gallery).faults.add(
        Fault("*/stop-and-cut", "POST", times=None, status=400, body=b'{"success": false, "errors": ["No."]}')
    )
    await gallery.at("10:20:40", step=60)

    assert gallery.count("discarded") == 0
    assert project(gallery).live_videos[0].on_air
    assert gallery.posted("Finishing failed") == 1
