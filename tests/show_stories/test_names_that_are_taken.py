"""A stream that has the name somebody types is not theirs, also where the vendor has no place for a tag that tells whose it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.sandbox.played import played
from tests.show_stories.elsewhere import sunday_at


@pytest.mark.parametrize("provider", sorted(played()))
async def test_making_a_stream_of_a_crews_name_makes_another_one(provider: str, tmp_path: Path) -> None:
    async with sunday_at(provider, tmp_path) as playing:
        show = await playing.planned()
        key = show.key
        assert key is not None
        store = playing.rehearsal.bot.store
        before, made = await store.grants(key), playing.count("stream created")
        eve = playing.slack.add_user("eve")
        lobby = playing.slack.add_channel("lobby", members=[eve])
        await playing.rehearsal.command(eve, lobby, "/live stream create")
        await playing.submit(eve, name=show.stream_name)
        assert playing.count("stream created") == made + 1
        assert await store.grants(key) == before
        seen = await store.seen(key)
        assert seen is None or seen.name in ("", show.stream_name)


@pytest.mark.parametrize("provider", sorted(played()))
async def test_a_show_takes_no_stream_that_was_made_before_it_under_its_name(provider: str, tmp_path: Path) -> None:
    async with sunday_at(provider, tmp_path) as playing:
        eve = playing.slack.add_user("eve")
        lobby = playing.slack.add_channel("lobby", members=[eve])
        for name in ("Sunday Service", "Sunday Service (s1)"):
            await playing.rehearsal.command(eve, lobby, "/live stream create")
            await playing.submit(eve, name=name)
        made = playing.count("stream created")
        show = await playing.planned()
        assert playing.count("stream created") == made + 1
        assert show.key is not None
        assert all(grant.user != eve.id for grant in await playing.rehearsal.bot.store.grants(show.key))
