"""Marks: stamped when the request came in, with who and what, in the thread and in the log; and clips between them."""

from __future__ import annotations

from tests.show_stories.gallery import Gallery
from tests.show_stories.test_clips import answer, cuts, on_air


async def test_a_mark_has_its_moment_who_and_what(gallery: Gallery) -> None:
    await on_air(gallery)
    assert "*m1* 10:04:12 Goal by Mia, @ana" in await gallery.type("/live mark “Goal by Mia”")
    await gallery.passes(30, step=5)
    await gallery.type("/live mark Half time", gallery.ben)
    assert gallery.said("*m1* 10:04:12 Goal by Mia, @ana") == 1
    assert gallery.said("*m2* 10:04:42 Half time, @ben") == 1
    log = [line for line in await gallery.rehearsal.bot.store.as_run("s1") if line.what.startswith("mark")]
    assert [(line.what, line.by, line.detail) for line in log] == [
        ("mark m1", gallery.ana.id, "Goal by Mia"),
        ("mark m2", gallery.ben.id, "Half time"),
    ]


async def test_bare_it_marks_now_and_asks_after(gallery: Gallery) -> None:
    await on_air(gallery)
    await gallery.type("/live mark")
    assert gallery.said("*m1* 10:04:12, @ana") == 1
    await gallery.passes(20, step=5)
    await gallery.submit(text="Goal")
    assert gallery.said("*m1* 10:04:12 was: Goal") == 1
    assert [marker.text for marker in await gallery.rehearsal.bot.store.markers("s1")] == ["Goal"]


async def test_from_the_card_too(gallery: Gallery) -> None:
    await on_air(gallery)
    await gallery.press("mark", gallery.ben)
    assert "Mark m1" in gallery.slack.read(gallery.slack.modals(gallery.ben)[-1])
    await gallery.submit(gallery.ben, text="The bell rings")
    assert gallery.said("*m1* 10:04:12 was: The bell rings") == 1


async def test_in_a_thread_a_mention_marks_and_offers_a_button_for_the_words(gallery: Gallery) -> None:
    await on_air(gallery)
    await gallery.slack.mention(gallery.ana, gallery.channel, "mark", thread_ts=gallery.card.ts)
    await gallery.settle()
    assert gallery.said("*m1* 10:04:12, @ana") == 1
    await gallery.press("mark-name", message=answer(gallery))
    await gallery.submit(text="Goal")
    assert gallery.said("*m1* 10:04:12 was: Goal") == 1


async def test_between_two_shows_the_moment_is_that_of_the_request(gallery: Gallery) -> None:
    await on_air(gallery)
    await gallery.plan("Youth Service 10:05-10:30")
    await gallery.passes(60, step=5)
    other = await gallery.show("s2")
    assert gallery.cloud.connect_encoder(int(other.stream))
    await gallery.at("10:06:30", step=5)
    await gallery.type("/live mark Goal")
    question = answer(gallery)
    await gallery.passes(25, step=5)
    await gallery.press("answer:1", message=question)
    assert [f"{marker.at:%H:%M:%S} {marker.text}" for marker in await gallery.rehearsal.bot.store.markers("s2")] == [
        "09:06:30 Goal"
    ]
    assert await gallery.rehearsal.bot.store.markers("s1") == []


async def test_a_clip_between_two_marks_has_room_on_both_sides(gallery: Gallery) -> None:
    await on_air(gallery)
    await gallery.type("/live mark Attack")
    await gallery.passes(30, step=5)
    await gallery.type("/live mark Goal")
    assert "c1 “Goal of the day” 10:04:02–10:04:47 (45 s)" in await gallery.type("/live clip m1–m2 Goal of the day")
    await gallery.at("10:05:01", step=1)
    assert cuts(gallery) == 0, "its last moment is 10:04:47, and is given 15 s"
    await gallery.passes(40, step=5)
    assert gallery.said("c1 “Goal of the day” 10:04:02–10:04:47 (45 s): Watch it") == 1


async def test_a_mark_that_is_not_there_is_refused_with_those_there_are(gallery: Gallery) -> None:
    await on_air(gallery)
    await gallery.type("/live mark Goal")
    assert "There is no mark m4 in this show. There is: m1." in await gallery.type("/live clip m1-m4")


async def test_nothing_is_marked_where_nothing_runs(gallery: Gallery) -> None:
    await gallery.planned()
    assert "No show here fits" in await gallery.type("/live mark Goal")
    assert await gallery.rehearsal.bot.store.markers("s1") == []
