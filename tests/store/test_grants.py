"""Whose streams and videos are: by the first show on a stream, by what is granted, never by a show that only came later."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from bot.clock import Clock
from bot.model import Clip, Decision, Dossier, Grant, Owners, ShowState, StreamKey, Video
from bot.store import open_store
from bot.store.base import Store
from bot.store.migrations import SCHEMA
from bot.store.rows import SHOWS
from tests.store.nouns import ARENA, EVENING, a_show

SPORT, NEWS = "C-SPORT", "C-NEWS"


@pytest.fixture
async def store(tmp_path: Path) -> Store:
    return await open_store(str(tmp_path / "showcaller.db"), clock=Clock())


async def put(store: Store, show_id: str, channel: str, **said: Any) -> None:
    show = a_show(id=show_id, channel=channel, **said)
    await store.plan(lambda _: Decision(None, shows=(show,)))


async def channels(store: Store, key: StreamKey = ARENA) -> list[str]:
    return [grant.channel for grant in await store.grants(key) if grant.channel]


async def test_a_stream_belongs_to_the_channel_of_its_first_show_and_not_to_that_of_a_later_one(store: Store) -> None:
    await put(store, "s1", SPORT)
    await put(store, "s2", NEWS)
    assert await channels(store) == [SPORT]
    await store.close()


async def test_a_show_without_a_stream_gives_nothing_until_it_has_one(store: Store) -> None:
    await put(store, "s1", SPORT, stream="")
    assert await store.streams_by_owners() == {}
    await store.decide("s1", lambda dossier: Decision(None, shows=(replace(dossier.show("s1"), stream=ARENA.id),)))
    assert await store.streams_by_owners() == {Owners(frozenset({SPORT})): {ARENA}}
    await store.close()


async def test_the_rule_of_a_plan_sees_the_grants_from_before_it(store: Store) -> None:
    await put(store, "s1", SPORT)
    seen: list[list[str]] = []

    def rule(dossier: Dossier, handle: str) -> Decision[str]:
        seen.append([grant.channel for grant in dossier.grants])
        planned = a_show(id=handle, channel=NEWS)
        return Decision(handle, shows=(planned,), grants=(Grant(ARENA, NEWS, "", "U-OPS", EVENING),))

    assert await store.plan_on(ARENA, rule) == "s2"
    assert seen == [[SPORT]]
    assert sorted(await channels(store)) == [NEWS, SPORT]
    await store.close()


async def test_a_grant_that_is_there_stays_as_it_is(store: Store) -> None:
    first, second = Grant(ARENA, NEWS, "", "U-OPS", EVENING), Grant(ARENA, NEWS, "", "U-EVE", EVENING)
    for grant in (first, second):
        await store.decide(ARENA, lambda _, given=grant: Decision(None, grants=(given,)))  # type: ignore[misc]
    assert await store.grants(ARENA) == (first,)
    assert (await store.dossier(ARENA)).grants == (first,)
    await store.close()


async def test_a_video_belongs_to_its_show_else_to_its_clip_else_to_its_stream(store: Store) -> None:
    await put(store, "s1", SPORT)
    await put(store, "s2", NEWS, stream="")
    clip = Clip("s2", 1, "gcore", "", EVENING, EVENING, "U-EVA", EVENING, "Goal", video="v2")
    await store.decide("s1", lambda _: Decision(None, videos=(Video("gcore", "v1", show="s2", stream=ARENA.id),), clips=(clip,)))
    asked = [
        Video("gcore", "v1"),
        Video("gcore", "v2"),
        Video("gcore", "v3", stream=ARENA.id),
        Video("gcore", "v4", stream="77"),
        Video("gcore", "v5"),
    ]
    found = await store.owners_of_videos(asked)
    of_news, of_sport = Owners(frozenset({NEWS})), Owners(frozenset({SPORT}))
    assert found == [of_news, of_news, of_sport, Owners(), Owners(known=False)]
    await store.close()


async def test_the_channels_with_shows_are_told_by_state(store: Store) -> None:
    await put(store, "s1", SPORT)
    await put(store, "s2", NEWS, state=ShowState.DONE)
    assert await store.show_channels() == {SPORT, NEWS}
    assert await store.show_channels((ShowState.DONE,)) == {NEWS}
    assert [show.id for show in await store.shows(channels={NEWS})] == ["s2"]
    assert await store.shows(channels=()) == []
    await store.close()


def test_an_older_database_gives_streams_to_those_whose_shows_made_them_ran_on_them_or_came_first(tmp_path: Path) -> None:
    db = Database(sqlite3.connect(tmp_path / "old.db", isolation_level=None), execute_plugins=False)
    SCHEMA.apply(db, stop_before="0007_stream_grants")
    older = [
        a_show(id="s1", channel=SPORT, stream="1"),
        a_show(id="s2", channel="C-EVE", stream="1"),
        a_show(id="s3", channel=NEWS, stream="1", on_air_at=EVENING),
        a_show(id="s4", channel="C-EVE", stream="2"),
        a_show(id="s5", channel=SPORT, stream="2", new_stream={}),
        a_show(id="s6", channel=SPORT, stream=""),
    ]
    for show in older:
        SHOWS.put(db, show)
    SCHEMA.apply(db)
    rows = db.execute("SELECT stream, channel FROM grants ORDER BY stream, channel").fetchall()
    assert rows == [("1", NEWS), ("1", SPORT), ("2", "C-EVE"), ("2", SPORT)]
