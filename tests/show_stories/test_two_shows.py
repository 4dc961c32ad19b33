"""Two shows on one stream: the first one's end leaves it on for the second, and overlaps are named."""

from __future__ import annotations

from tests.show_stories.gallery import Gallery


async def test_an_overlap_is_warned_about_at_planning(gallery: Gallery) -> None:
    show = await gallery.planned()
    await gallery.plan(f"Second Service 10:15-10:40 on {show.stream}")
    assert "It overlaps on the same stream with Sunday Service (s1)" in gallery.told


async def test_the_stream_stays_on_for_a_show_within_the_hour(gallery: Gallery) -> None:
    show = await gallery.on_air()
    await gallery.plan(f"Second Service 10:40-11:00 on {show.stream}")
    await gallery.at("10:19:50", step=60)
    await gallery.at("10:21", step=5)
    assert gallery.count("broadcast finished") == 1
    assert (gallery.count("recording stopped"), gallery.count("disabled")) == (1, 0)
    assert gallery.said("The stream stays on: another show on it is open or due within the hour.") == 1
    assert gallery.said("*Stopped*") == 0


async def test_the_second_show_goes_live_on_the_same_stream_with_its_own_broadcast_and_recording(gallery: Gallery) -> None:
    show = await gallery.on_air()
    await gallery.plan(f"Second Service 10:40-11:00 on {show.stream}")
    await gallery.at("10:38:50", step=60)
    await gallery.at("10:40:20", step=5)
    assert gallery.count("enabled") == 1
    assert gallery.count("broadcast live") == 2
    assert gallery.posted("*ON AIR — Second Service* (s2)") == 1
    assert gallery.count("recording started") == 2
    await gallery.at("10:59:50", step=60)
    await gallery.at("11:00:20", step=5)
    assert gallery.count("disabled") == 1
    assert gallery.said("*Stopped*: Gcore confirms") == 1


async def test_a_show_hours_later_does_not_keep_the_stream_on(gallery: Gallery) -> None:
    show = await gallery.on_air()
    await gallery.plan(f"Evening Prayer 18:00-18:20 on {show.stream}")
    await gallery.at("10:20:30", step=30)
    await gallery.passes(20, step=5)
    assert gallery.count("disabled") == 1


async def test_cancelling_one_leaves_the_stream_on_for_the_other(gallery: Gallery) -> None:
    show = await gallery.opened()
    await gallery.plan(f"Second Service 10:25-10:45 on {show.stream}")
    await gallery.type("/live cancel s1")
    await gallery.submit()
    assert gallery.count("broadcast deleted") == 1
    assert gallery.count("disabled") == 0


async def test_one_outage_rings_only_for_the_show_on_air(gallery: Gallery) -> None:
    show = await gallery.on_air()
    await gallery.plan(f"Second Service 10:40-11:00 on {show.stream}")
    gallery.drop()
    await gallery.passes(6)
    assert gallery.posted("*NO SIGNAL ON AIR*") == 1


async def test_a_command_without_a_name_means_the_one_on_air_and_asks_between_two_that_are_due(gallery: Gallery) -> None:
    show = await gallery.on_air()
    await gallery.plan(f"Second Service 10:40-11:00 on {show.stream}")
    assert "Sunday Service" in await gallery.type("/live status")
    await gallery.type("/live hold s2")
    assert "Held: Second Service (s2)" in gallery.told


async def test_two_shows_due_at_once_are_asked_about_with_a_button_each(gallery: Gallery) -> None:
    show = await gallery.opened()
    await gallery.plan(f"Second Service 10:25-10:45 on {show.stream}")
    answer = await gallery.type("/live hold")
    assert "Which show?" in answer
    question = gallery.slack.ephemerals(gallery.ana)[-1]
    await gallery.press("answer:1", message=question)
    assert "Held: Second Service (s2)" in gallery.told


async def test_the_recordings_go_to_the_show_they_belong_to(gallery: Gallery) -> None:
    show = await gallery.on_air()
    await gallery.plan(f"Second Service 10:40-11:00 on {show.stream}")
    await gallery.at("10:38:50", step=60)
    await gallery.at("10:40:20", step=5)
    await gallery.at("10:59:50", step=60)
    await gallery.at("11:00:30", step=5)
    await gallery.at("11:20", step=60)
    first = gallery.top(gallery.message("RECORDINGS READY — Sunday Service*"))
    second = gallery.top(gallery.message("RECORDINGS READY — Second Service*"))
    assert "1/1" in first
    assert "1/1" in second
    assert gallery.said("*Recording stopped*") == 2
