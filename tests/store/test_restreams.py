"""Restream targets are part of their show's dossier, have ids of their own, and stay in the books once they are removed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.model import Decision, Dossier, RestreamTarget, ShowState, Source, StreamKey
from bot.store import Store, Touched
from tests.store.nouns import ARENA, EVENING, STUDIO, a_show, always, plan


def a_target(target_id: str = "r1", show: str = "s1", **more: Any) -> RestreamTarget:
    said = {"provider": "gcore", "title": "YouTube", "host": "a.rtmp.youtube.com", "tag": f"tag-{target_id}", "added_by": "U-EVA"}
    return RestreamTarget(**{"id": target_id, "show": show, "added_at": EVENING, **said, **more})


async def add(store: Store, show: str = "s1", count: int = 1, **more: Any) -> list[RestreamTarget]:
    """Give a show so many targets."""

    def rule(_: Dossier, ids: tuple[str, ...]) -> Decision[list[RestreamTarget]]:
        targets = [a_target(target_id, show, **more) for target_id in ids]
        return Decision(targets, restreams=tuple(targets))

    return await store.add_restreams(show, count, rule)


async def write(store: Store, *targets: RestreamTarget) -> None:
    await store.decide(StreamKey("none", "none"), always(Decision(None, restreams=targets)))


class TestRestreamTargets:
    async def test_get_ids_in_order_across_all_shows(self, store: Store) -> None:
        await plan(store)
        await plan(store)
        assert [target.id for target in await add(store, "s1", 2)] == ["r1", "r2"]
        assert [target.id for target in await add(store, "s2")] == ["r3"]

    async def test_that_are_refused_leave_their_ids_to_the_next(self, store: Store) -> None:
        await plan(store)

        def refuse(_: Dossier, __: tuple[str, ...]) -> Decision[None]:
            raise RuntimeError("one is enough")

        with pytest.raises(RuntimeError, match="enough"):
            await store.add_restreams("s1", 3, refuse)
        assert [target.id for target in await add(store)] == ["r1"]

    async def test_of_an_unknown_show_are_a_key_error(self, store: Store) -> None:
        with pytest.raises(KeyError):
            await add(store, "s9")

    async def test_added_at_once_by_many_people_get_an_id_each(self, store: Store) -> None:
        await plan(store)
        added = await asyncio.gather(*(add(store) for _ in range(20)))
        assert sorted(int(target.id[1:]) for (target,) in added) == list(range(1, 21))

    async def test_come_back_as_they_were_written(self, store: Store) -> None:
        await plan(store)
        (target,) = await add(store, fields={"source": "original", "no_audio": False}, sealed="gAAAA-not-readable")
        changed = replace(
            target, remote="9101", on=True, asked_by="U-EVA", asked_at=EVENING, active=True, live=False, reported_by=Source.WEBHOOK
        )
        await write(store, changed)
        assert await store.restreams("s1") == [changed]
        assert await store.restream("r1") == changed
        assert await store.restream("r2") is None

    async def test_are_in_the_dossier_of_their_show_and_of_its_stream_in_order(self, store: Store) -> None:
        await plan(store)
        await plan(store, stream=STUDIO.id)
        first, second = await add(store, "s1", 2)
        await add(store, "s2")
        await write(store, replace(first, title="Twitch"))
        assert [target.title for target in (await store.dossier("s1")).restreams] == ["Twitch", "YouTube"]
        assert [target.id for target in (await store.dossier(ARENA)).restreams] == [first.id, second.id]
        assert (await store.dossier("s1")).restream("r2") == second

    async def test_of_a_closed_show_are_kept_and_are_not_its_streams_any_more(self, store: Store) -> None:
        show = await plan(store)
        (target,) = await add(store)
        await store.decide("s1", always(Decision(None, shows=(replace(show, state=ShowState.DONE),))))
        assert (await store.dossier(ARENA)).restreams == ()
        assert (await store.dossier("s1")).restreams == (target,)

    async def test_can_be_read_beside_those_that_are_added(self, store: Store) -> None:
        await plan(store)
        await plan(store, stream=STUDIO.id)
        await add(store, "s1", 2)

        def copied(dossier: Dossier, ids: tuple[str, ...]) -> Decision[list[str]]:
            return Decision([target.id for target in dossier.restreams])

        assert await store.add_restreams("s2", 2, copied, beside="s1") == ["r1", "r2"]

    async def test_that_were_removed_are_in_no_dossier_and_in_the_books(self, store: Store) -> None:
        await plan(store)
        (target,) = await add(store)
        await write(store, replace(target, gone=True, sealed=""))
        assert (await store.dossier("s1")).restreams == ()
        assert await store.restreams("s1") == []
        assert await store.restream("r1") == replace(target, gone=True, sealed="")

    async def test_touch_their_show_when_they_change(self, store: Store) -> None:
        await plan(store)
        touched: list[Touched] = []
        store.on_commit(touched.append)
        await add(store)
        await asyncio.sleep(0)
        assert [change.shows for change in touched] == [frozenset({"s1"})]
        assert (await store.show("s1")) == a_show("s1")
