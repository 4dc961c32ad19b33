"""Letters in and parcels out: opened in order, posted once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model import Decision, OperationState, ShowState, Urgency
from bot.store import Letter, Store
from tests.store.conftest import HandClock, Stopwatch
from tests.store.nouns import EVENING, a_post, always, an_operation, minutes, plan, schedule


class TestLetters:
    async def waiting(self, store: Store) -> list[int]:
        return [letter.id for letter in await store.letters()]

    async def test_arrive_as_they_were_accepted(self, store: Store) -> None:
        body = {"type": "stream", "message": {"stream": {"id": 101, "live": True, "name": "Aréna"}}}
        letter = await store.receive("gcore", "101", body, EVENING)
        assert await store.letters() == [Letter(letter, "gcore", "101", body, EVENING)]

    async def test_of_one_stream_wait_for_each_other_those_of_others_do_not(self, store: Store) -> None:
        first = await store.receive("gcore", "101", {}, EVENING)
        second = await store.receive("gcore", "101", {}, EVENING)
        elsewhere = await store.receive("gcore", "102", {}, EVENING)
        same_id_elsewhere = await store.receive("aioz", "101", {}, EVENING)
        assert await self.waiting(store) == [first, elsewhere, same_id_elsewhere]
        await store.opened(first)
        assert await self.waiting(store) == [second, elsewhere, same_id_elsewhere]
        assert [letter.id for letter in await store.letters(limit=1)] == [second]

    async def test_one_that_fails_holds_its_stream_until_its_next_try(self, store: Store, stopwatch: Stopwatch) -> None:
        broken = await store.receive("gcore", "101", {}, EVENING)
        await store.receive("gcore", "101", {}, EVENING)
        elsewhere = await store.receive("gcore", "102", {}, EVENING)
        await store.failed_letter(broken, "gcore did not answer", retry_in=30)
        assert await self.waiting(store) == [elsewhere]
        stopwatch.seconds += 30
        [again, _] = await store.letters()
        assert (again.id, again.attempts, again.error) == (broken, 1, "gcore did not answer")

    async def test_a_dead_one_no_longer_stands_in_the_way_and_can_be_replayed(self, store: Store) -> None:
        poison = await store.receive("gcore", "101", {}, EVENING)
        behind = await store.receive("gcore", "101", {}, EVENING)
        await store.failed_letter(poison, "no such field", retry_in=None)
        assert await self.waiting(store) == [behind]
        assert [(letter.id, letter.error) for letter in await store.dead_letters()] == [(poison, "no such field")]
        await store.replay_letter(poison)
        assert await self.waiting(store) == [poison]
        assert await store.dead_letters() == []

    async def test_replaying_one_that_is_not_dead_changes_nothing(self, store: Store) -> None:
        letter = await store.receive("gcore", "101", {}, EVENING)
        await store.opened(letter)
        await store.replay_letter(letter)
        assert await store.letters() == []
        with pytest.raises(KeyError):
            await store.replay_letter(999)


class TestParcels:
    async def test_a_post_is_queued_once_whoever_asks(self, store: Store) -> None:
        await store.post(a_post("live:s1"))
        await plan(store)
        await store.decide("s1", always(Decision(None, posts=(a_post("live:s1", text="Again."),))))
        assert [parcel.post for parcel in await store.parcels()] == [a_post("live:s1")]

    async def test_the_most_urgent_goes_first_then_the_one_asked_for_first(self, store: Store) -> None:
        cosmetic = a_post("c", urgency=Urgency.COSMETIC)
        await store.post(cosmetic, a_post("s1"), a_post("a", urgency=Urgency.ALARM), a_post("s2"))
        parcels = await store.parcels()
        assert [parcel.post.key for parcel in parcels] == ["a", "s1", "s2", "c"]
        assert parcels[3].post == cosmetic
        assert parcels[1].number < parcels[2].number
        assert len(await store.parcels(limit=2)) == 2

    async def test_blocks_come_back_as_they_were(self, store: Store) -> None:
        post = a_post(
            "b", blocks=({"type": "section", "text": {"type": "mrkdwn", "text": "*Živě*"}}, {"type": "divider"}), user="U-EVA"
        )
        await store.post(post)
        parcel = await store.parcel("b")
        assert parcel is not None
        assert parcel.post == post

    async def test_what_became_of_a_delivery_is_written_field_by_field(self, store: Store) -> None:
        await store.post(a_post("p"))
        await store.update_parcel("p", attempts=1, first_tried=12.5, next_try=20.0, error="timeout")
        await store.update_parcel("p", state="sent", ts="17.1", drawn="abc", error="")
        parcel = await store.parcel("p")
        assert parcel is not None
        assert (parcel.state, parcel.attempts, parcel.first_tried, parcel.next_try) == ("sent", 1, 12.5, 20.0)
        assert (parcel.ts, parcel.drawn, parcel.error) == ("17.1", "abc", "")
        assert await store.parcels() == []
        with pytest.raises(KeyError):
            await store.update_parcel("unknown", state="sent")

    async def test_an_unknown_parcel_is_none(self, store: Store) -> None:
        assert await store.parcel("unknown") is None


class TestLiveParcels:
    async def live(self, store: Store) -> set[str]:
        return {parcel.post.key for parcel in await store.live_parcels()}

    async def test_are_sent_and_drawn(self, store: Store) -> None:
        await store.post(a_post("text"), a_post("card", view="card", subject="s1"), a_post("queued", view="card", subject="s1"))
        for key in ("text", "card"):
            await store.update_parcel(key, state="sent")
        assert await self.live(store) == {"card"}
        assert [parcel.post.key for parcel in await store.live_parcels("s1")] == ["card"]
        assert await store.live_parcels("s2") == []

    async def test_are_forgotten_a_day_after_their_show_closed(self, store: Store, clock: HandClock) -> None:
        show = await plan(store)
        await store.post(a_post("card", view="card", subject="s1"))
        await store.update_parcel("card", state="sent")
        clock.shows += minutes(600)
        await store.decide("s1", always(Decision(None, shows=(replace(show, state=ShowState.DONE),))))
        clock.shows += minutes(24 * 60 - 1)
        await store.decide("s1", always(Decision(None, shows=(replace(show, state=ShowState.DONE, note="a note"),))))
        assert await self.live(store) == {"card"}
        clock.shows += minutes(1)
        assert await self.live(store) == set()
        assert [parcel.post.key for parcel in await store.live_parcels("s1")] == ["card"]

    async def test_are_forgotten_a_day_after_their_operation_ended(self, store: Store, clock: HandClock) -> None:
        await schedule(store, an_operation())
        await store.post(a_post("progress", view="progress", subject="s1:go"))
        await store.update_parcel("progress", state="sent")
        clock.shows += minutes(48 * 60)
        assert await self.live(store) == {"progress"}
        await schedule(store, an_operation(state=OperationState.DONE, ended=EVENING))
        assert await self.live(store) == set()
