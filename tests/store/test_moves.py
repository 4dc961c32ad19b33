"""A channel gets another id: nothing that is kept under the old one stays behind, in whatever table."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.model import Decision, Grant, Noted, Operation, Post, Show, StreamKey
from bot.store import open_store
from bot.store.sqlite import SqliteStore

TEN = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
OLD, NEW, NEWER, OTHER = "G07OLD0001", "C07NEW0001", "C07NEWER01", "C07OTHER01"
KEY = StreamKey("gcore", "17")


def the_show(handle: str, channel: str) -> Show:
    show = Show(handle, f"Show in {channel}", channel, "gcore", "UTC", TEN, TEN + timedelta(hours=1), "U1", TEN)
    return replace(show, stream="17", title=f"Talks in <#{channel}|studio>")


async def fill(store: SqliteStore, channel: str) -> str:
    """A show in that channel with everything that names it."""

    def rule(handle: str) -> Decision[str]:
        show = the_show(handle, channel)
        button = {"type": "button", "value": f'{{"c":"{channel}"}}'}
        posts = (
            Post(show.card_key, channel, TEN, view="card", subject=handle, show=handle),
            Post(f"note:{handle}", channel, TEN, text=f"see <#{channel}>", blocks=({"type": "actions", "elements": [button]},)),
        )
        operation = Operation(f"o-{handle}", "go", TEN, "U1", TEN, show=handle, channel=channel)
        grant = Grant(KEY, channel, "", "U9", TEN)
        return Decision(handle, shows=(show,), operations=(operation,), posts=posts, grants=(grant,))

    return await store.plan(rule)


def mentions(file: Path, channel: str) -> list[str]:
    """Where an id stands in the file, whatever the table; earlier ids themselves are kept."""
    found = []
    with closing(sqlite3.connect(file)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'") if name != "channel_moves"]
        for table in tables:
            for row in db.execute(f'SELECT * FROM "{table}"'):
                found += [f"{table}: {row}" for value in row if isinstance(value, str) and channel in value]
    return found


async def test_everything_goes_along_in_one_commit_and_what_comes_later_too(tmp_path: Path) -> None:
    file = tmp_path / "showcaller.db"
    store = await open_store(str(file))
    show, other = await fill(store, OLD), await fill(store, OTHER)
    await store.put("follow", {"channel": OLD, "what": "alarms"})
    before = len(mentions(file, OTHER))
    assert mentions(file, OLD)
    assert await store.move_channel(OLD, NEW)
    assert mentions(file, OLD) == []
    assert len(mentions(file, OTHER)) == before
    moved = await store.show(show)
    assert moved is not None
    assert (moved.channel, moved.title) == (NEW, f"Talks in <#{NEW}|studio>")
    assert {grant.channel for grant in await store.grants(KEY)} == {NEW, OTHER}
    assert [parcel.post.channel for parcel in await store.parcels()].count(NEW) == 2
    assert await store.get("follow") == {"channel": NEW, "what": "alarms"}
    assert not await store.move_channel(OLD, NEW)

    # somebody who still has the old id: a form that was open, an operation under way, a setting
    await store.decide(show, lambda dossier: Decision(None, shows=(replace(dossier.show(show), channel=OLD),)))
    await store.post(Post("late", OLD, TEN, text="on air"))
    later = await store.plan(
        lambda handle: Decision(handle, shows=(the_show(handle, OLD),), grants=(Grant(KEY, OLD, "", "U9", TEN),))
    )
    assert [found for found in mentions(file, OLD) if "Talks in" not in found] == []
    assert {each.id for each in await store.shows(channel=NEW)} == {show, later}
    assert {each.id for each in await store.shows(channel=OTHER)} == {other}

    assert await store.move_channel(NEW, NEWER)
    assert await store.channel_moves() == {OLD: NEWER, NEW: NEWER}
    await store.post(Post("latest", OLD, TEN, text="on air"))
    parcel = await store.parcel("latest")
    assert parcel is not None
    assert parcel.post.channel == NEWER
    await store.close()


async def test_a_title_that_only_holds_the_letters_of_an_id_stays_as_it_is(tmp_path: Path) -> None:
    store = await open_store(str(tmp_path / "showcaller.db"))

    def rule(handle: str) -> Decision[str]:
        show = replace(the_show(handle, OTHER), title=f"About {OLD}X and x{OLD}")
        return Decision(handle, shows=(show,), noted=(Noted(handle, TEN, f"said {OLD}"),))

    handle = await store.plan(rule)
    await store.move_channel(OLD, NEW)
    show = await store.show(handle)
    assert show is not None
    assert show.title == f"About {OLD}X and x{OLD}"
    await store.close()
