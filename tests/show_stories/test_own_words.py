"""One vocabulary to type, and each provider's own word for what is done there: a crew at Gjirafa never reads of a broadcast."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.operations.things import verbs
from bot.providers.catalogue import catalogue
from bot.sandbox.aioz import AiozCloud
from tests.show_stories.elsewhere import Elsewhere, sunday_at

NO_BROADCAST = ("aioz", "gjirafa", "videograph")


@pytest.fixture
async def gallery(tmp_path: Path, provider: str) -> AsyncIterator[Elsewhere]:
    """Sunday, 08:50 in Berlin, with an account at that provider and no other."""
    async with sunday_at(provider, tmp_path) as playing:
        yield playing


@pytest.mark.parametrize(("provider", "title"), [("gcore", "broadcast"), ("gjirafa", "live video")])
async def test_what_is_changed_is_called_as_the_provider_calls_it(gallery: Elsewhere, title: str) -> None:
    await gallery.planned()
    await gallery.type("/live broadcast edit s1")
    await (gallery.submit(name="Evensong") if title == "broadcast" else gallery.submit(title="Evensong"))
    assert gallery.said(f"*Changing the {title}* — Sunday Service (s1)") == 1
    assert gallery.said(f"Change the {title}") == 1


@pytest.mark.parametrize(("provider", "stream"), [("aioz", "live stream key"), ("gcore", "stream"), ("videograph", "livestream")])
async def test_so_is_what_is_made(gallery: Elsewhere, stream: str) -> None:
    assert f"*Creating the {stream}*" in await gallery.type("/live stream create Chapel")


@pytest.mark.parametrize("provider", NO_BROADCAST)
async def test_no_crew_elsewhere_reads_of_a_broadcast_all_show_long(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.type("/live status")
    await gallery.type("/live link")
    await gallery.at("10:19:50", step=60)
    await gallery.at("10:21", step=5)
    assert "Sunday Service" in gallery.everything
    assert "broadcast" not in gallery.everything.casefold()


@pytest.mark.parametrize("provider", NO_BROADCAST)
async def test_the_title_of_no_operation_there_says_broadcast(gallery: Elsewhere, provider: str) -> None:
    titles = [verb.titled(gallery.rehearsal.bot.context.provider(provider)) for verb in verbs(gallery.rehearsal.bot.context)]
    word = catalogue()[provider].capabilities.page_word
    assert [title for title in titles if "broadcast" in title or "{" in title] == []
    assert f"Creating the {word}" in titles


@pytest.mark.parametrize("provider", ["gjirafa"])
async def test_a_form_about_a_show_on_air_is_saved_where_the_page_is_no_choice(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.type("/live edit s1")
    await gallery.submit(title="Evensong")
    assert (await gallery.show()).title == "Evensong"


# -- what was typed and cannot be
@pytest.mark.parametrize(
    ("provider", "why"),
    [
        ("aioz", "“no page” is not possible at AIOZ Stream: viewers have nothing to watch without a streaming, so it gets one."),
        ("gjirafa", "“no page” is not possible at Gjirafa: viewers have nothing to watch without a live video, so it gets one."),
    ],
)
async def test_no_page_where_there_has_to_be_one_is_answered_with_why(gallery: Elsewhere, why: str) -> None:
    await gallery.type("/live plan Sunday Service 10:00-10:20 no page")
    assert why in gallery.slack.read(gallery.slack.modals(gallery.ana)[-1], gallery.ana)
    await gallery.submit()
    assert why in gallery.slack.read(gallery.slack.ephemerals(gallery.ana)[-1], gallery.ana)
    assert (await gallery.show()).page


@pytest.mark.parametrize("provider", ["gcore", "videograph"])
async def test_no_page_where_there_need_be_none_is_simply_done(gallery: Elsewhere) -> None:
    await gallery.type("/live plan Sunday Service 10:00-10:20 no page")
    assert "no page" not in gallery.slack.read(gallery.slack.modals(gallery.ana)[-1], gallery.ana)
    await gallery.submit()
    assert not (await gallery.show()).wants_page


# -- what is kept, where nobody starts and stops a recording
KEPT = {
    "aioz": "It is kept: `save` of its streaming is on.",
    "gjirafa": "What viewers see is kept as a video when it is finished.",
    "videograph": "the recording expires after about 12 h, so the whole show is cut out at its end, and that is kept.",
}
NOT_KEPT = {
    "aioz": "Nothing of it is kept: `save` of its streaming is off. /live edit s1 changes that, until it is finished.",
    "gjirafa": "Nothing of it is kept, because no recording was wanted. /live edit s1 changes that, until it is finished.",
    "videograph": "Nothing of it is kept, because no recording was wanted",
}


@pytest.mark.parametrize("typed", ["record", "record status", "record status s1"])
@pytest.mark.parametrize("provider", NO_BROADCAST)
async def test_who_asks_about_the_recording_is_told_what_is_kept(gallery: Elsewhere, provider: str, typed: str) -> None:
    await gallery.planned()
    answer = await gallery.type(f"/live {typed}")
    assert KEPT[provider] in answer
    assert "Signal: *" in answer or "Not seen yet." in answer
    assert "cannot" not in answer


@pytest.mark.parametrize("provider", NO_BROADCAST)
async def test_of_a_show_planned_with_no_record_nobody_claims_that_it_is_kept(gallery: Elsewhere, provider: str) -> None:
    await gallery.planned("Sunday Service 10:00-10:20 no record")
    assert NOT_KEPT[provider] in await gallery.type("/live record status")
    refused = await gallery.type("/live record start")
    assert "cannot start and stop a recording by hand" in refused
    assert NOT_KEPT[provider] in refused
    assert "everything shown is kept" not in refused


@pytest.mark.parametrize("provider", ["gjirafa"])
async def test_what_was_not_wanted_is_kept_once_the_form_says_so(gallery: Elsewhere, provider: str) -> None:
    await gallery.planned("Sunday Service 10:00-10:20 no record")
    await gallery.type("/live edit s1")
    await gallery.submit(wishes=["record"])
    assert KEPT[provider] in await gallery.type("/live record status")


@pytest.mark.parametrize("provider", ["gjirafa", "videograph"])
async def test_what_was_kept_is_counted(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.at("10:19:50", step=60)
    await gallery.at("10:21", step=5)
    if gallery.vendor.name == "videograph":
        gallery.drop()
        await gallery.at("10:30", step=15)
    videos = await gallery.rehearsal.bot.store.videos(show="s1")
    assert len(videos) == 1
    assert "1 part so far." in await gallery.type("/live record status s1")


@pytest.mark.parametrize("provider", ["aioz"])
@pytest.mark.parametrize(("planned", "line"), [("", "kept (`save` is on)"), (" no record", "off, not kept (`save` is off)")])
async def test_the_card_says_plainly_whether_a_show_at_aioz_is_kept(gallery: Elsewhere, planned: str, line: str) -> None:
    await gallery.planned(f"Sunday Service 10:00-10:20{planned}")
    assert f"Recording: {line}" in gallery.card_text


@pytest.mark.parametrize("provider", ["aioz"])
async def test_a_save_that_aioz_dropped_is_on_the_card_as_not_kept(gallery: Elsewhere) -> None:
    cloud = gallery.vendor
    assert isinstance(cloud, AiozCloud)
    cloud.habits.save_affordable, cloud.habits.save_dropped = False, True
    await gallery.planned()
    assert "Recording: *not kept* (`save` is off)" in gallery.card_text


# -- a show in the place of its stream
def top_window(gallery: Elsewhere) -> str:
    return gallery.slack.read(gallery.slack.modals(gallery.ana)[-1], gallery.ana)


@pytest.mark.parametrize("verb", ["edit", "delete", "key", "disable"])
@pytest.mark.parametrize("provider", ["aioz", "gcore", "gjirafa", "videograph"])
async def test_a_shows_handle_means_its_stream(gallery: Elsewhere, provider: str, verb: str) -> None:
    await gallery.planned()
    told = await gallery.type(f"/live stream {verb} S1") + top_window(gallery)
    assert "no stream" not in told
    if verb == "disable" and provider != "gcore":
        assert "cannot turn a stream on and off" in told
    elif verb != "key":
        assert gallery.stream in told
    else:
        assert "Primary" in told or "RTMP" in told or "rtmp" in told


@pytest.mark.parametrize("provider", ["gcore"])
async def test_it_is_enabled_by_the_shows_handle_and_planned_on_again(gallery: Elsewhere) -> None:
    await gallery.planned()
    assert "*Enabling the stream*" in await gallery.type("/live stream enable s1")
    assert (await gallery.plan("Evensong 18:00-19:00 on s1")).stream == gallery.stream


@pytest.mark.parametrize("provider", ["gcore"])
async def test_a_handle_that_no_show_has_is_looked_for_among_the_streams(gallery: Elsewhere) -> None:
    await gallery.type("/live stream create s7")
    assert "“s7” fits" not in await gallery.type("/live stream enable s7")
    assert "There is no stream “s8”" in await gallery.type("/live stream enable s8")


# -- a deletion that takes a while
@pytest.mark.parametrize("provider", ["videograph"])
async def test_a_stream_that_is_being_deleted_is_said_to_be_just_that_until_it_is_gone(gallery: Elsewhere) -> None:
    await gallery.administers(gallery.ana)
    await gallery.type("/live stream create Chapel")
    await gallery.type("/live stream delete Chapel")
    await gallery.submit()

    listed = await gallery.type("/live stream list")
    assert "being deleted at Videograph, gone in a moment" in listed
    assert "trouble" not in gallery.everything.casefold()
    await gallery.passes(15)
    assert "There is no stream." in await gallery.type("/live stream list")
    assert "*Deleting the livestream*" in gallery.everything


# -- clips where none can be cut
NO_CLIPS = {
    "aioz": "AIOZ Stream cannot cut clips while a show runs: with `save` the whole show becomes a video, to be cut afterwards.",
    "gjirafa": "Gjirafa cannot cut clips while a show runs: cut them in Gjirafa's dashboard",
}


@pytest.mark.parametrize("provider", NO_CLIPS)
async def test_the_list_of_clips_names_no_clip_where_none_can_be_cut_but_what_can_be_done(
    gallery: Elsewhere, provider: str
) -> None:
    empty = await gallery.type("/live clip list")
    await gallery.on_air()
    of_nothing = await gallery.type("/live clip list")
    await gallery.type("/live mark Goal")
    of_marks = await gallery.type("/live clip list")

    assert "Goal" in of_marks
    for said in (empty, of_nothing, of_marks, await gallery.type("/live clip s1 list")):
        assert NO_CLIPS[provider] in said
        assert "clip cuts what just happened" not in said


@pytest.mark.parametrize("provider", ["gcore", "videograph"])
async def test_it_does_where_clips_can_be_cut(gallery: Elsewhere) -> None:
    assert "/live clip cuts what just happened" in await gallery.type("/live clip list")
