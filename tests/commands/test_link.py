"""`/live link`: to the asker alone, or shared with the channel."""

from __future__ import annotations

from tests.commands.control_room import choose, last_words
from tests.studio import Studio


async def test_the_link_goes_to_the_asker_and_not_into_the_channel(studio: Studio) -> None:
    show = await studio.plan("Sunday Service 10:00-10:20")
    answer = await studio.type("/live link")
    assert "Watch Sunday Service" in answer
    assert not any(show.viewer_link in text or "Watch Sunday" in text for text in studio.posts)


async def test_share_posts_it_for_everybody(studio: Studio) -> None:
    show = await studio.plan("Sunday Service 10:00-10:20")
    before = len(studio.posts)
    await studio.type("/live link s1 share")
    shared = studio.posts[before:]
    assert len(shared) == 1
    assert show.viewer_link in shared[0]


async def test_the_card_has_the_link(studio: Studio) -> None:
    await studio.plan("Sunday Service 10:00-10:20")
    await choose(studio, "link")
    assert "Watch Sunday Service" in last_words(studio)
