"""Clips where the encoder is the air, as at Videograph: the same words, with the fields that this vendor's clips have."""

from __future__ import annotations

from tests.show_stories.elsewhere import Elsewhere
from tests.show_stories.test_encoder_is_the_air import gallery

__all__ = ["gallery"]


async def test_the_same_line_cuts_and_its_fields_reach_the_vendor(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.at("10:04:12", step=20)
    told = await gallery.type("/live clip last 45s Goal description=“The second one” tags=cup,final")
    assert "Cutting c1 “Goal” 10:03:07–10:03:52 (45 s)" in told
    await gallery.at("10:10", step=10)
    assert gallery.said("@ana c1 “Goal” 10:03:07–10:03:52 (45 s): Watch it") == 1
    (clip,) = await gallery.rehearsal.bot.store.clips("s1")
    assert clip.fields == {"description": "The second one", "tags": ["cup", "final"]}
    assert gallery.count("clip created") == 1


async def test_a_field_that_it_does_not_have_is_refused_before_anything_is_cut(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.at("10:04:12", step=20)
    assert "There is no “colour” to set." in await gallery.type("/live clip last 45s Goal colour=red")
    assert await gallery.rehearsal.bot.store.clips("s1") == []


async def test_where_nothing_can_be_paused_the_card_has_mark_in_its_place(gallery: Elsewhere) -> None:
    await gallery.on_air()
    assert "[Clip last 60 s] [Mark] [Finish…]" in gallery.card_text


async def test_a_clip_is_no_part_of_the_recording_that_is_cut_out_at_the_end(gallery: Elsewhere) -> None:
    await gallery.on_air()
    await gallery.at("10:20:10", step=20)
    gallery.drop()
    await gallery.at("10:21", step=10)
    await gallery.type("/live clip 10:05:00-10:05:30 Sermon")
    await gallery.at("10:30", step=20)
    assert gallery.said("c1 “Sermon” 10:05:00–10:05:30 (30 s): Watch it") == 1
    videos = [video for video in await gallery.rehearsal.bot.store.videos() if video.name == "Sermon"]
    assert {video.show for video in videos} == {""}
