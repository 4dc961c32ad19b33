"""A show that nobody watches: told once in the thread, with the count and its time."""

from __future__ import annotations

from tests.show_stories.gallery import Gallery


async def test_nobody_has_watched_for_five_minutes_and_the_thread_is_told_once(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.at("10:04:50", step=10)
    assert gallery.said("*Nobody has watched so far*") == 0
    await gallery.at("10:06:05", step=5)
    assert gallery.said("*Nobody has watched so far*: Gcore counted 0 viewers at 10:05:") == 1
    assert gallery.posted("*Nobody has watched") == 0
    await gallery.rehearsal.stop_bot()
    await gallery.rehearsal.start_bot()
    await gallery.at("10:19", step=60)
    assert gallery.said("*Nobody has watched so far*") == 1


async def test_who_watched_and_left_again_has_watched(gallery: Gallery) -> None:
    await gallery.on_air()
    gallery.cloud.set_viewers(gallery.stream, 3)
    await gallery.at("10:02", step=10)
    gallery.cloud.set_viewers(gallery.stream, 0)
    await gallery.at("10:19", step=60)
    assert gallery.said("*Nobody has watched") == 0


async def test_a_count_that_the_provider_does_not_give_is_no_claim(gallery: Gallery) -> None:
    gallery.cloud.refuse_next("/streaming/broadcasts/*/spectators", status=403, times=None, text="No")
    await gallery.on_air()
    await gallery.at("10:19", step=60)
    assert gallery.said("*Nobody has watched") == 0


async def test_while_viewers_see_the_pause_text_nobody_is_missed(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.type("/live pause")
    await gallery.at("10:08", step=10)
    assert gallery.said("*Nobody has watched") == 0
    await gallery.type("/live resume")
    await gallery.passes(70, step=10)
    assert gallery.said("*Nobody has watched") == 1
