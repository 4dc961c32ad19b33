"""Looking things up: shows, operations, streams, videos, people and small facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.model import Decision, Noted, OperationState, Person, Seen, ShowState, StreamKey, Video
from bot.store import Store
from tests.store.conftest import HandClock
from tests.store.nouns import ARENA, EVENING, STUDIO, a_post, a_show, always, an_operation, minutes, plan, schedule


class TestShows:
    async def found(self, store: Store, **wanted: object) -> list[str]:
        return [show.id for show in await store.shows(**wanted)]  # type: ignore[arg-type]  # passed on as they are

    async def test_come_by_start(self, store: Store) -> None:
        await plan(store, start=EVENING + minutes(60))
        await plan(store)
        assert await self.found(store) == ["s2", "s1"]
        assert await self.found(store, limit=1) == ["s2"]

    async def test_are_found_by_channel_state_and_start(self, store: Store) -> None:
        await plan(store)
        await plan(store, channel="C-NEWS", state=ShowState.LIVE, start=EVENING + minutes(60))
        assert await self.found(store, channel="C-NEWS") == ["s2"]
        assert await self.found(store, states=[ShowState.PLANNED, ShowState.OPEN]) == ["s1"]
        assert await self.found(store, states=[]) == []
        assert await self.found(store, start_from=EVENING, start_until=EVENING + minutes(60)) == ["s1"]
        assert await self.found(store, start_from=EVENING + minutes(1)) == ["s2"]

    async def test_come_from_the_last_one_back_when_the_newest_are_wanted(self, store: Store) -> None:
        for hours in range(3):
            await plan(store, start=EVENING + minutes(60 * hours))
        assert await self.found(store, newest=True, limit=2) == ["s3", "s2"]

    async def test_are_found_by_their_page(self, store: Store) -> None:
        await plan(store, page="58001")
        await plan(store, page="58002")
        assert await self.found(store, page="58002") == ["s2"]
        assert await self.found(store, page="5800") == []

    async def test_are_found_by_a_part_of_the_title_ignoring_case_in_any_language(self, store: Store) -> None:
        await plan(store, title="ČESKÝ pohár: 100 % fotbalu")
        await plan(store, title="Straßenfest")
        assert await self.found(store, text="český") == ["s1"]
        assert await self.found(store, text="STRASSE") == ["s2"]
        assert await self.found(store, text="100 %") == ["s1"]
        assert await self.found(store, text="0%") == []


class TestOperations:
    async def test_come_by_due_time(self, store: Store) -> None:
        later, sooner = an_operation("later", due=EVENING + minutes(5)), an_operation("sooner", show="s2", stream="")
        over = an_operation("over", state=OperationState.FAILED, due=EVENING - minutes(5))
        await schedule(store, later, sooner, over)
        assert await store.operations() == [sooner, later]
        assert await store.operations(unfinished=False) == [over, sooner, later]
        assert await store.operations(show="s2") == [sooner]
        assert await store.operations(limit=1) == [sooner]
        assert await store.operation("later") == later
        assert await store.operation("unknown") is None


class TestStreams:
    async def test_of_a_provider_that_are_not_gone(self, store: Store) -> None:
        for seen in (Seen(ARENA, signal=True), Seen(STUDIO, gone=True), Seen(StreamKey("aioz", "7"))):
            await store.decide(seen.key, always(Decision(None, seen=seen)))
        assert await store.streams_seen("gcore") == [Seen(ARENA, signal=True)]
        assert await store.seen(STUDIO) == Seen(STUDIO, gone=True)
        assert await store.seen(StreamKey("aioz", "8")) is None

    async def test_what_is_seen_replaces_what_was_seen(self, store: Store) -> None:
        since = {"signal": EVENING}
        for seen in (Seen(ARENA, signal=True, since=since), Seen(ARENA, signal=False)):
            await store.decide(ARENA, always(Decision(None, seen=seen)))
        assert await store.seen(ARENA) == Seen(ARENA, signal=False)


class TestVideos:
    async def test_come_the_newest_first(self, store: Store) -> None:
        videos = (
            Video("gcore", "seen-late", seen_at=EVENING + minutes(9)),
            Video("gcore", "made-early", started_at=EVENING, seen_at=EVENING + minutes(20), show="s1"),
            Video("aioz", "made-late", started_at=EVENING + minutes(10)),
        )
        await store.decide(ARENA, always(Decision(None, videos=videos)))
        assert [video.id for video in await store.videos()] == ["made-late", "seen-late", "made-early"]
        assert [video.id for video in await store.videos(provider="gcore")] == ["seen-late", "made-early"]
        assert [video.id for video in await store.videos(show="s1")] == ["made-early"]
        assert await store.video("gcore", "made-late") is None


class TestTheRest:
    async def test_the_as_run_log_keeps_the_order_in_which_it_was_written(self, store: Store) -> None:
        lines = [Noted("s1", EVENING + minutes(2), "signal back"), Noted("s1", EVENING, "went live", "U-EVA", "2 s late")]
        for line in (*lines, Noted("s2", EVENING, "planned")):
            await store.decide(ARENA, always(Decision(None, noted=(line,))))
        assert await store.as_run("s1") == lines

    async def test_a_request_is_accepted_once(self, store: Store) -> None:
        assert await store.accept_request("trigger-1", "U-EVA", "/live go s1", EVENING)
        assert not await store.accept_request("trigger-1", "U-EVA", "/live go s1", EVENING)
        assert await store.accept_request("trigger-2", "U-EVA", "/live go s1", EVENING)

    async def test_people_are_remembered_as_last_seen(self, store: Store) -> None:
        eva = Person("U-EVA", "Eva", "Europe/Prague", admin=True, seen_at=EVENING)
        await store.remember_people(eva, Person("U-JAN", "Jan"))
        await store.remember_people(replace(eva, name="Eva N."))
        assert await store.person("U-EVA") == replace(eva, name="Eva N.")
        assert await store.person("U-NIL") is None

    async def test_small_facts_are_kept_under_a_name(self, store: Store) -> None:
        assert await store.get("team") is None
        for fact in ({"id": "T1", "scopes": ["chat:write"]}, "x", 3.5, None):
            await store.put("team", fact)
            assert await store.get("team") == fact

    async def test_a_store_that_writes_is_healthy(self, store: Store) -> None:
        assert await store.healthy()


class TestPruning:
    LATER: datetime = EVENING + minutes(60 * 24 * 15)

    async def test_forgets_what_is_over_and_keeps_what_goes_on(self, store: Store, clock: HandClock) -> None:
        over, on = await plan(store), await plan(store)
        ended = an_operation("s1:go", stream="", state=OperationState.DONE, ended=EVENING)
        ended_of_a_show_that_goes_on = an_operation("s2:go", show="s2", state=OperationState.DONE, ended=EVENING)
        await schedule(store, ended, ended_of_a_show_that_goes_on, an_operation("s2:finish", show="s2"))
        posts = (a_post("text"), a_post("card:s1", view="card", subject="s1"), a_post("card:s2", view="card", subject="s2"))
        await store.post(*posts, a_post("queued"), a_post("said of s2", show="s2"))
        for key in ("text", "card:s1", "card:s2", "said of s2"):
            await store.update_parcel(key, state="sent")
        letter = await store.receive("gcore", "101", {}, EVENING)
        unopened = await store.receive("gcore", "101", {}, EVENING)
        await store.opened(letter)
        await store.decide("s1", always(Decision(None, shows=(replace(over, state=ShowState.DONE),))))

        assert await store.prune(EVENING) == 0
        assert await store.prune(self.LATER) == 4  # the letter, two posts, one operation

        assert await store.operation("s1:go") is None
        assert {operation.id for operation in await store.operations(show="s2", unfinished=False)} == {"s2:go", "s2:finish"}
        assert [parcel.post.key for parcel in await store.live_parcels()] == ["card:s2"]
        assert await store.parcel("text") is None
        assert await store.parcel("said of s2") is not None
        assert [parcel.post.key for parcel in await store.parcels()] == ["queued"]
        assert [letter.id for letter in await store.letters()] == [unopened]
        assert await store.show(on.id) == on
        assert await store.show("s1") == replace(a_show(), state=ShowState.DONE)

    async def test_a_new_letter_never_gets_the_number_of_a_forgotten_one(self, store: Store) -> None:
        letter = await store.receive("gcore", "101", {}, EVENING)
        await store.opened(letter)
        await store.prune(self.LATER)
        assert await store.receive("gcore", "101", {}, EVENING) > letter
