"""Decisions: a rule reads a dossier and all it decides is written, or nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial

import pytest

from bot.errors import StoreError
from bot.model import (
    Decision,
    Dossier,
    Noted,
    Operation,
    OperationState,
    Rendition,
    Seen,
    Show,
    ShowState,
    StepKind,
    StepRecord,
    StepState,
    Video,
)
from bot.store import LostFence, Store, Touched
from bot.store.decisions import BESIDE
from tests.store.nouns import (
    ARENA,
    EVENING,
    STUDIO,
    a_post,
    a_show,
    always,
    an_operation,
    busy_writer,
    finish,
    minutes,
    plan,
    schedule,
)


class TestPlanning:
    async def test_shows_get_handles_in_order(self, store: Store) -> None:
        assert [(await plan(store)).id for _ in range(3)] == ["s1", "s2", "s3"]

    async def test_a_plan_that_is_refused_leaves_its_handle_to_the_next(self, store: Store) -> None:
        def refuse(handle: str) -> Decision[None]:
            raise ValueError(handle)

        with pytest.raises(ValueError, match="s1"):
            await store.plan(refuse)
        assert (await plan(store)).id == "s1"

    async def test_a_show_comes_back_as_it_was_planned(self, store: Store) -> None:
        planned = await plan(store, title="Přímý přenos", new_stream={"name": "Arena"}, state=ShowState.OPEN, on_air_at=EVENING)
        assert await store.show("s1") == planned

    async def test_an_unknown_show_is_none_or_a_key_error(self, store: Store) -> None:
        assert await store.show("s9") is None
        with pytest.raises(KeyError):
            await store.dossier("s9")
        with pytest.raises(KeyError):
            await store.decide("s9", always(Decision(None)))


class TestDeciding:
    async def test_everything_in_a_decision_is_written(self, store: Store) -> None:
        show, operation = await plan(store), an_operation()
        step = StepRecord(
            "s1:go", 1, "start", "Start the stream", StepKind.SET, StepState.DONE, done_at=EVENING, result={"ok": True}
        )
        seen, line = Seen(ARENA, signal=True, looked_at=EVENING, pages={"7": "live"}), Noted("s1", EVENING, "went live", "U-EVA")
        video = Video("gcore", "v1", stream=ARENA.id, show="s1", renditions=(Rendition("720p", "ready"),), seen_at=EVENING)
        decision = Decision("yes", (show,), (operation,), (step,), seen, (video,), (a_post("live:s1"),), (line,))

        assert await store.decide("s1", always(decision)) == "yes"

        assert await store.dossier("s1") == Dossier(ARENA, seen, (show,), (operation,), {"s1:go": (step,)}, (video,))
        assert await store.steps("s1:go") == (step,)
        assert await store.seen(ARENA) == seen
        assert await store.video("gcore", "v1") == video
        assert await store.as_run("s1") == [line]
        parcel = await store.parcel("live:s1")
        assert parcel is not None
        assert (parcel.post, parcel.state) == (a_post("live:s1"), "queued")

    async def test_a_rule_that_raises_writes_nothing_and_its_error_reaches_the_caller(self, store: Store) -> None:
        await plan(store)

        def refuse(dossier: Dossier) -> Decision[None]:
            raise RuntimeError("not while the hold is on")

        with pytest.raises(RuntimeError, match="hold"):
            await store.decide("s1", refuse)
        assert await store.show("s1") == a_show()

    async def test_half_a_decision_is_never_written(self, store: Store) -> None:
        orphan = StepRecord("no-such-operation", 1, "start", "Start", StepKind.SET)
        with pytest.raises(StoreError):
            await store.decide(ARENA, always(Decision(None, shows=(a_show(),), steps=(orphan,))))
        assert await store.show("s1") is None

    async def test_a_rule_that_lets_stop_iteration_escape_is_a_bug_that_harms_nobody_else(self, store: Store) -> None:
        with pytest.raises(RuntimeError, match="StopIteration"):
            await store.decide(ARENA, lambda dossier: next(iter(())))
        assert await store.healthy()

    async def test_a_show_is_replaced_by_its_id(self, store: Store) -> None:
        show = await plan(store)
        await store.decide("s1", always(Decision(None, shows=(replace(show, title="Super cup"),))))
        assert [found.title for found in await store.shows()] == ["Super cup"]

    async def test_instants_come_back_cut_to_milliseconds(self, store: Store) -> None:
        await plan(store, start=EVENING.replace(microsecond=999_999))
        show = await store.show("s1")
        assert show is not None
        assert show.start == EVENING.replace(microsecond=999_000)


class TestDossiers:
    async def test_of_a_stream_nobody_knows_is_empty(self, store: Store) -> None:
        assert await store.dossier(ARENA) == Dossier(ARENA, None, (), ())

    async def test_of_a_show_has_the_other_shows_on_its_stream_earliest_first(self, store: Store) -> None:
        late = await plan(store, start=EVENING + minutes(120))
        early = await plan(store)
        await plan(store, stream=STUDIO.id)
        await plan(store, state=ShowState.DONE)
        assert (await store.dossier(late.id)).shows == (early, late)
        assert (await store.dossier(ARENA)).shows == (early, late)

    async def test_of_a_closed_show_has_that_show(self, store: Store) -> None:
        show = await plan(store, state=ShowState.DONE)
        assert (await store.dossier("s1")).shows == (show,)

    async def test_of_a_show_without_a_stream_has_no_stranger(self, store: Store) -> None:
        show = await plan(store, stream="")
        await plan(store, stream="")
        await schedule(store, an_operation("other", show="", stream=""))
        assert await store.dossier("s1") == Dossier(None, None, (show,), ())

    async def test_has_the_unfinished_operations_of_its_shows_and_of_its_stream(self, store: Store) -> None:
        await plan(store)
        elsewhere = an_operation("s1:clip", stream="", due=EVENING + minutes(1))
        strangers = an_operation("arena:record", show="", due=EVENING + minutes(2))
        await schedule(
            store,
            an_operation(),
            elsewhere,
            strangers,
            an_operation("over", state=OperationState.DONE),
            an_operation("x", stream="9"),
        )
        dossier = await store.dossier("s1")
        assert [operation.id for operation in dossier.operations] == ["s1:go", "x", "s1:clip", "arena:record"]

    async def test_has_videos_of_the_stream_and_of_its_shows(self, store: Store) -> None:
        await plan(store)
        videos = (Video("gcore", "v1", stream=ARENA.id), Video("gcore", "v2", show="s1"), Video("gcore", "v3", stream="9"))
        await store.decide("s1", always(Decision(None, videos=videos)))
        assert {video.id for video in (await store.dossier("s1")).videos} == {"v1", "v2"}

    async def test_has_every_video_of_its_shows_and_of_the_rest_of_the_stream_only_the_newest(self, store: Store) -> None:
        await plan(store)
        mine = [Video("gcore", f"m{n}", stream=ARENA.id, show="s1", started_at=EVENING) for n in range(BESIDE + 5)]
        rest = [Video("gcore", f"r{n}", stream=ARENA.id, started_at=EVENING + minutes(n + 1)) for n in range(BESIDE + 5)]
        await store.decide("s1", always(Decision(None, videos=(*mine, *rest))))
        found = {video.id for video in (await store.dossier(ARENA)).videos}
        assert found == {video.id for video in (*mine, *rest[5:])}


class TestAdvancing:
    async def claimed(self, store: Store) -> Operation:
        await schedule(store, an_operation())
        [operation] = await store.claim_due(EVENING, "boot-1", ())
        return operation

    async def test_shows_the_rule_the_operation_and_the_dossier_of_its_show(self, store: Store) -> None:
        show = await plan(store)
        operation = await self.claimed(store)
        step = StepRecord("s1:go", 1, "start", "Start the stream", StepKind.SET, StepState.INTENT, intent_real=1.5)
        await store.advance("s1:go", operation.fence, always(Decision(None, steps=(step,))))

        def look(dossier: Dossier, running: Operation) -> Decision[tuple[Dossier, Operation]]:
            return Decision((dossier, running))

        dossier, running = await store.advance("s1:go", operation.fence, look)
        assert running == operation
        assert dossier == Dossier(ARENA, None, (show,), (operation,), {"s1:go": (step,)})

    async def test_without_a_show_the_dossier_is_that_of_its_stream(self, store: Store) -> None:
        operation = await self.claimed(store)
        dossier = await store.advance("s1:go", operation.fence, lambda dossier, _: Decision(dossier))
        assert dossier == Dossier(ARENA, None, (), (operation,))

    async def test_without_show_and_stream_the_dossier_has_just_the_operation(self, store: Store) -> None:
        await schedule(store, an_operation("alone", show="", stream=""))
        [operation] = await store.claim_due(EVENING, "boot-1", ())
        dossier = await store.advance("alone", operation.fence, lambda dossier, _: Decision(dossier))
        assert dossier == Dossier(None, None, (), (operation,))

    async def test_an_older_fence_is_refused_and_writes_nothing(self, store: Store) -> None:
        operation = await self.claimed(store)
        [again] = await store.claim_due(EVENING, "boot-2", ())
        with pytest.raises(LostFence):
            await store.advance("s1:go", operation.fence, always(Decision(None, posts=(a_post("late"),))))
        assert await store.parcel("late") is None
        await finish(store, again)

    async def test_an_operation_that_is_not_running_is_refused(self, store: Store) -> None:
        await schedule(store, an_operation())
        with pytest.raises(LostFence):
            await store.advance("s1:go", 0, always(Decision(None)))
        with pytest.raises(LostFence):
            await store.advance("unknown", 0, always(Decision(None)))

    async def test_an_operation_that_ended_stays_ended(self, store: Store) -> None:
        operation = await self.claimed(store)
        await finish(store, operation)
        with pytest.raises(StoreError, match="has ended"):
            await schedule(store, replace(operation, state=OperationState.SCHEDULED))
        ended = await store.operation("s1:go")
        assert ended is not None
        assert ended.state is OperationState.DONE

    async def test_a_takeover_ends_the_old_and_starts_the_new_in_one_decision(self, store: Store) -> None:
        operation = await self.claimed(store)
        old = replace(operation, state=OperationState.SUPERSEDED, fence=operation.fence + 1)
        new = an_operation("s1:finish", state=OperationState.RUNNING, fence=1)
        await schedule(store, new, old)
        assert await store.operations() == [new]

    async def test_two_operations_never_run_on_one_stream(self, store: Store) -> None:
        await self.claimed(store)
        with pytest.raises(StoreError):
            await schedule(store, an_operation("s1:finish", state=OperationState.RUNNING))


class TestVideos:
    async def test_a_video_seen_for_the_first_time_has_an_empty_dossier(self, store: Store) -> None:
        found = await store.observe_video("gcore", "v1", lambda video, dossier: Decision((video, dossier)))
        assert found == (None, Dossier(None, None, (), ()))

    async def test_a_video_that_is_known_comes_with_the_dossier_of_its_stream_or_show(self, store: Store) -> None:
        show = await plan(store)
        for video in (Video("gcore", "v1", stream=ARENA.id), Video("gcore", "v2", show="s1")):
            await store.observe_video("gcore", video.id, always(Decision(None, videos=(video,))))
            known, dossier = await store.observe_video("gcore", video.id, lambda video, dossier: Decision((video, dossier)))
            assert known == video
            assert dossier.shows == (show,)

    async def test_a_video_whose_show_is_told_comes_with_its_dossier_at_first_sight(self, store: Store) -> None:
        show = await plan(store)
        known, dossier = await store.observe_video("gcore", "v1", lambda video, dossier: Decision((video, dossier)), show="s1")
        assert known is None
        assert dossier.shows == (show,)


class TestListeners:
    async def test_are_told_after_the_commit_what_was_touched(self, store: Store) -> None:
        told: list[Touched] = []
        store.on_commit(told.append)
        await plan(store)
        decision = Decision(None, operations=(an_operation(),), seen=Seen(ARENA), videos=(Video("gcore", "v", stream=STUDIO.id),))
        await store.decide("s1", always(decision))
        await store.post(a_post("p"))
        await store.post(a_post("p"))
        await store.receive("gcore", "101", {}, EVENING)
        assert told == [
            Touched(shows=frozenset({"s1"})),
            Touched(shows=frozenset({"s1"}), operations=frozenset({"s1:go"}), streams=frozenset({ARENA, STUDIO}), schedule=True),
            Touched(posts=True),
            Touched(inbox=True),
        ]

    async def test_one_that_fails_does_not_keep_the_others_from_hearing(
        self, store: Store, caplog: pytest.LogCaptureFixture
    ) -> None:
        heard: list[Touched] = []

        def fail(touched: Touched) -> None:
            raise RuntimeError("the card would not draw")

        store.on_commit(fail)
        store.on_commit(heard.append)
        await plan(store)
        assert heard == [Touched(shows=frozenset({"s1"}))]
        assert "a listener of the store failed" in caplog.text


class TestCrowds:
    async def test_a_hundred_people_extend_one_show_by_a_minute_each(self, store: Store) -> None:
        show = await plan(store)

        def extend(dossier: Dossier) -> Decision[Show]:
            longer = replace(dossier.show("s1"), end=dossier.show("s1").end + minutes(1))
            return Decision(longer, shows=(longer,))

        ends = {(await extended).end for extended in asyncio.as_completed([store.decide("s1", extend) for _ in range(100)])}
        assert len(ends) == 100
        assert max(ends) == show.end + minutes(100)
        assert (await store.dossier("s1")).show("s1").end == show.end + minutes(100)

    async def test_one_bad_rule_among_many_fails_alone(self, store: Store) -> None:
        def rule_for(number: int, dossier: Dossier) -> Decision[int]:
            if number == 7:
                raise ValueError(number)
            return Decision(number, posts=(a_post(f"p{number}"),))

        async with busy_writer(store):  # so that all twenty share one transaction
            asked = [asyncio.ensure_future(store.decide(ARENA, partial(rule_for, number))) for number in range(20)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert [answer for answer in answers if not isinstance(answer, ValueError)] == [n for n in range(20) if n != 7]
        assert {parcel.post.key for parcel in await store.parcels()} == {f"p{n}" for n in range(20) if n != 7}

    async def test_questions_are_answered_while_a_rule_takes_its_time(self, store: Store) -> None:
        show = await plan(store)
        async with busy_writer(store):
            assert await store.show("s1") == show
