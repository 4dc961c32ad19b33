"""Clips and marks in the store: numbered within their show, part of its dossier, kept when the show is over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.model import Clip, ClipState, Decision, Dossier, Marker, ShowState
from bot.store import Store, Touched
from bot.store.decisions import DOSSIER_VIDEOS
from tests.store.nouns import ARENA, EVENING, STUDIO, always, minutes, plan


def a_clip(number: int = 1, show: str = "s1", **more: Any) -> Clip:
    said: dict[str, Any] = {"provider": "gcore", "stream": ARENA.id, "by": "U-EVA", "asked_at": EVENING + minutes(9)}
    return Clip(show, number, **{"start": EVENING + minutes(7), "end": EVENING + minutes(8), **said, **more})


def a_mark(number: int = 1, show: str = "s1", text: str = "Goal") -> Marker:
    return Marker(show, number, EVENING + minutes(number), "U-EVA", text)


async def keep(store: Store, *things: Clip | Marker) -> None:
    clips = tuple(thing for thing in things if isinstance(thing, Clip))
    markers = tuple(thing for thing in things if isinstance(thing, Marker))
    await store.decide(ARENA, always(Decision(None, clips=clips, markers=markers)))


async def test_they_come_back_as_they_were_kept_by_number(store: Store) -> None:
    clip = a_clip(
        2,
        fields={"tags": ["cup"]},
        title="Tor für “Süd”",
        state=ClipState.PLAYABLE,
        cut="x9",
        video="77",
        link="https://cdn/x9",
        after="c1:longer",
    )
    await keep(store, clip, a_clip(1), a_mark(2), a_mark(1, text=""), a_clip(1, "s2"), a_mark(1, "s2"))
    assert await store.clips("s1") == [a_clip(1), clip]
    assert await store.markers("s1") == [a_mark(1, text=""), a_mark(2)]
    assert await store.clips("s9") == []
    assert await store.markers("s9") == []


async def test_what_becomes_of_them_replaces_what_was(store: Store) -> None:
    failed = a_clip(state=ClipState.FAILED, error="DVR is off")
    await keep(store, a_clip(), a_mark(text=""))
    await keep(store, failed, a_mark())
    assert await store.clips("s1") == [failed]
    assert await store.markers("s1") == [a_mark()]


async def test_a_dossier_has_the_marks_of_its_shows_and_the_clips_of_its_stream(store: Store) -> None:
    await plan(store)
    await plan(store, state=ShowState.DONE)
    await plan(store, stream=STUDIO.id)
    over, elsewhere = a_clip(1, "s2"), a_clip(1, "s3", stream=STUDIO.id)
    await keep(store, a_clip(), over, elsewhere, a_mark(), a_mark(1, "s2"), a_mark(1, "s3"))
    dossier = await store.dossier("s1")
    assert dossier.clips == (a_clip(), over)
    assert dossier.markers == (a_mark(),)
    assert sorted((clip.show, clip.number) for clip in (await store.dossier(ARENA)).clips) == [("s1", 1), ("s2", 1)]
    assert (await store.dossier("s2")).markers == (a_mark(), a_mark(1, "s2"))


async def test_a_show_whose_stream_was_changed_keeps_its_clips(store: Store) -> None:
    show = await plan(store)
    await keep(store, a_clip())
    await store.decide("s1", always(Decision(None, shows=(replace(show, stream=STUDIO.id),))))
    assert (await store.dossier("s1")).clips == (a_clip(),)


async def test_however_many_clips_a_show_has_its_dossier_has_them_all(store: Store) -> None:
    await plan(store)
    many = [a_clip(number, start=EVENING - minutes(number)) for number in range(1, DOSSIER_VIDEOS + 3)]
    await keep(store, *many)
    assert len((await store.dossier("s1")).clips) == len(many)


async def test_whatever_draws_their_show_hears_of_them(store: Store) -> None:
    told: list[Touched] = []
    store.on_commit(told.append)
    await keep(store, a_clip())
    await keep(store, a_mark(1, "s2"))
    assert [touched.shows for touched in told] == [{"s1"}, {"s2"}]


async def test_they_are_kept_when_what_is_over_is_forgotten(store: Store) -> None:
    await keep(store, a_clip(), a_mark())
    await store.prune(EVENING + minutes(60 * 24 * 365))
    assert await store.clips("s1") == [a_clip()]
    assert await store.markers("s1") == [a_mark()]


async def test_a_rule_that_decides_nothing_of_them_leaves_them(store: Store) -> None:
    await plan(store)
    await keep(store, a_clip())

    def look(dossier: Dossier) -> Decision[int]:
        return Decision(len(dossier.clips))

    assert await store.decide("s1", look) == 1
    assert await store.clips("s1") == [a_clip()]
