"""Where a show is kept only if that was chosen when its page was made, as at AIOZ, and a signal is inferred from what moves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.sandbox.aioz import AiozCloud
from tests.show_stories.elsewhere import Elsewhere, sunday_at

CANARY = "canary-9x7q-4711-stream-key"


@pytest.fixture
async def gallery(tmp_path: Path) -> AsyncIterator[Elsewhere]:
    """Sunday, 08:50 in Berlin, with an account at AIOZ and no other; typed keys are sealed."""
    async with sunday_at("aioz", tmp_path, SECRET_KEY="0f9d-a-long-random-text-of-this-crew") as playing:
        yield playing


def account(gallery: Elsewhere) -> AiozCloud:
    assert isinstance(gallery.vendor, AiozCloud)
    return gallery.vendor


async def streaming_saves(gallery: Elsewhere, show_id: str = "s1") -> bool:
    """What the provider itself has of the show's page."""
    page = (await gallery.show(show_id)).page
    return account(gallery).streaming(page.rpartition("/")[2]).save


# -- planning
async def test_a_show_is_kept_because_its_streaming_is_made_like_that(gallery: Elsewhere) -> None:
    await gallery.planned()
    assert await streaming_saves(gallery)
    assert gallery.posted("would be kept") == 0


async def test_a_show_without_recording_asks_for_nothing_to_be_kept(gallery: Elsewhere) -> None:
    await gallery.planned("Sunday Service 10:00-10:20 no record")
    assert not await streaming_saves(gallery)
    await gallery.at("10:05", step=300)
    assert "Recording: off" in gallery.card_text


async def test_a_save_that_the_provider_dropped_is_told_of_loudly_while_something_can_be_done(gallery: Elsewhere) -> None:
    account(gallery).habits.save_affordable = False
    account(gallery).habits.save_dropped = True
    await gallery.planned()
    assert gallery.posted("Nothing of Sunday Service") == 1
    assert gallery.posted("although it was asked for") == 1


async def test_a_second_show_on_the_same_key_gets_its_page_when_it_opens(gallery: Elsewhere) -> None:
    first = await gallery.planned("Early Service 10:00-10:20")
    await gallery.plan(f"Late Service 11:30-12:00 on {first.stream}")
    await gallery.settle()
    assert gallery.count("page created") == 1
    await gallery.at("9:58:20", step=300)
    await gallery.connect()
    await gallery.at("10:20:20", step=30)
    gallery.drop()
    await gallery.at("10:59", step=60)
    assert gallery.count("page created") == 1
    await gallery.at("11:01", step=10)
    assert gallery.count("page created") == 2
    assert await streaming_saves(gallery, "s2")


# -- on air
async def test_a_signal_that_is_inferred_says_from_what(gallery: Elsewhere) -> None:
    await gallery.on_air()
    assert "ON AIR since 10:00" in gallery.state
    assert "Signal: pictures arriving (" in gallery.card_text
    assert gallery.posted("ON AIR —") == 1


async def test_pictures_that_stand_still_are_no_signal_after_three_quarters_of_a_minute(gallery: Elsewhere) -> None:
    await gallery.on_air()
    gallery.drop()
    await gallery.passes(30, step=5)
    assert gallery.posted("NO SIGNAL ON AIR") == 0
    await gallery.passes(50, step=5)
    assert gallery.posted("NO SIGNAL ON AIR") == 1
    assert gallery.said("*Signal lost*: there is no sign of pictures any more (concluded from our looks") == 1


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("/live clip s1 last 30s Goal", "AIOZ Stream cannot cut clips while a show runs"),
        ("/live pause s1", "AIOZ Stream cannot show viewers a pause text"),
        ("/live hold s1", "Nothing keeps viewers out of Sunday Service"),
        ("/live record stop s1", "AIOZ Stream cannot start and stop a recording by hand"),
    ],
)
async def test_what_it_cannot_do_is_said_before_anything_is_tried(gallery: Elsewhere, typed: str, answer: str) -> None:
    await gallery.planned()
    sent = [call for call in gallery.vendor.calls if call.method != "GET"]
    assert answer in await gallery.type(typed)
    assert [call for call in gallery.vendor.calls if call.method != "GET"] == sent


async def test_what_is_concluded_is_not_called_seen(gallery: Elsewhere) -> None:
    await gallery.on_air()
    assert gallery.said("*Started*: pictures are arriving, ") == 1
    assert gallery.said("*Recording, as far as can be known*: `save` is on, and pictures arrive (concluded from our looks") == 1
    await gallery.type("/live finish s1")
    assert "• pictures arriving, duration +10 s (looked 10:00:10)" in gallery.slack.read(gallery.slack.modals(gallery.ana)[-1])
    assert gallery.posted("ON AIR — Sunday Service* (s1), concluded from our looks 10:00") == 1
    assert "Recording: kept (`save` is on)" in gallery.card_text
    await gallery.at("10:20:30", step=10)
    gallery.drop()
    await gallery.at("10:22", step=10)
    assert gallery.said("*Stopped*: AIOZ Stream shows no sign of pictures any more") == 1
    assert gallery.posted("OFF AIR — Sunday Service* (s1), concluded from our looks") == 1
    assert gallery.said("seen by our look") + gallery.posted("seen by our look") == 0


async def test_a_save_that_is_switched_off_while_the_show_runs_is_told_of_loudly(gallery: Elsewhere) -> None:
    show = await gallery.on_air()
    account(gallery).streaming(show.page.rpartition("/")[2]).save = False
    await gallery.at("10:00:30", step=5)
    assert gallery.posted("*Nothing is kept from now on*: `save` is off at AIOZ Stream (seen by our look 10:00:") == 1
    assert gallery.posted("switch it on again at AIOZ Stream while Sunday Service (s1) is on.") == 1
    assert "Recording: *not kept* (`save` is off)" in gallery.card_text


async def test_a_key_in_the_list_of_streams_is_not_called_silent_where_the_list_does_not_tell(gallery: Elsewhere) -> None:
    await gallery.on_air()
    told = await gallery.type("/live stream")
    assert "signal not told here" in told
    assert "no signal" not in told


async def test_the_form_of_a_show_on_air_can_be_saved_although_it_has_no_page_to_tick(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.type("/live move s1")
    await gallery.submit(None, end="10:35", wishes=[])
    assert gallery.slack.modals(gallery.ana) == []
    await gallery.passes(20, step=5)
    assert "ends by itself 10:35" in gallery.card_text
    assert "Recording: kept, though not wanted (`save` is on)" in gallery.card_text
    assert (await gallery.show()).wants_page


# -- the end
async def test_the_books_close_and_what_was_saved_is_announced(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.at("10:20:30", step=10)
    assert "CLOSED, STILL PUBLIC" in gallery.state
    gallery.drop()
    await gallery.at("10:22", step=10)
    assert gallery.posted("OFF AIR —") == 1
    await gallery.at("10:40", step=30)
    assert gallery.posted("RECORDINGS READY") == 1
    assert "DONE" in gallery.state


async def test_what_was_saved_can_be_downloaded_named_and_deleted(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.at("10:20:30", step=20)
    gallery.drop()
    await gallery.at("10:40", step=30)
    (video,) = await gallery.rehearsal.bot.store.videos()
    told = await gallery.type(f"/live video info {video.id}")
    assert "Quality mp4: ready" in told
    assert "Download mp4" in told
    assert "Name the video “The Sunday”" in await gallery.type(f"/live video rename {video.id} The Sunday")
    await gallery.type(f"/live video delete {video.id}")
    await gallery.submit()
    assert "Sunday" not in await gallery.type("/live video list")


@pytest.mark.parametrize("typed", ["video info 77", "video rename 77 The Sunday"])
async def test_an_id_that_is_none_of_its_own_is_no_video(gallery: Elsewhere, typed: str) -> None:
    assert "AIOZ Stream has no video 77: Media's id is invalid." in await gallery.type(f"/live {typed}")


# -- restream targets, of which this provider keeps no switched-off ones
async def test_a_target_is_sent_to_the_provider_when_the_show_begins_and_taken_away_at_its_end(gallery: Elsewhere) -> None:
    await gallery.planned()
    await gallery.type("/live restream add")
    await gallery.submit(None, title="YouTube", url="rtmp://a.rtmp.youtube.com/live2", key=CANARY)
    assert gallery.count("restreams set") == 0
    await gallery.at("9:58:20", step=300)
    await gallery.connect()
    await gallery.at("10:00:20", step=10)
    assert gallery.count("restreams set") == 1
    assert "arrival not reported" in gallery.card_text
    await gallery.at("10:20:30", step=30)
    gallery.drop()
    await gallery.at("10:23", step=10)
    assert gallery.count("restreams cleared") == 1
    assert CANARY not in gallery.everything


async def test_a_target_that_somebody_took_away_there_is_told_of_and_can_be_switched_on_again(gallery: Elsewhere) -> None:
    await gallery.planned()
    await gallery.type("/live restream add")
    await gallery.submit(None, title="YouTube", url="rtmp://a.rtmp.youtube.com/live2", key=CANARY)
    await gallery.at("9:58:20", step=300)
    await gallery.connect()
    await gallery.at("10:00:20", step=10)
    key = account(gallery).key(gallery.stream)
    key.targets = ["rtmp://elsewhere.example/live/other"]
    await gallery.at("10:02", step=10)
    assert gallery.said("*YouTube* (r1) was switched off at the provider, or taken away there (seen by our look") == 1
    assert "*switched off at AIOZ Stream* since 10:0" in await gallery.type("/live restream")
    await gallery.type("/live restream on r1")
    await gallery.passes(40, step=10)
    assert len(key.targets) == 2
    assert "asked on 10:02:00, arrival not reported" in await gallery.type("/live restream")
    assert CANARY not in gallery.everything


# -- its clock
@pytest.mark.parametrize("habit", [lambda cloud: setattr(cloud.habits, "statistics_missing", True)], ids=["no statistic"])
async def test_a_show_goes_on_air_on_the_duration_alone(gallery: Elsewhere, habit: Callable[[AiozCloud], None]) -> None:
    habit(account(gallery))
    await gallery.on_air()
    await gallery.at("10:01", step=5)
    assert "ON AIR" in gallery.state
