"""The schedule: who is due, who may begin, and what happens to what a dead process left behind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.errors import StoreError
from bot.model import Decision, Operation, OperationState
from bot.store import LostFence, Store, Touched
from tests.store.nouns import ARENA, EVENING, STUDIO, always, an_operation, finish, minutes, schedule


async def claim(store: Store, owner: str = "boot-1", *, after: float = 0, alive: tuple[str, ...] = ()) -> list[str]:
    return [operation.id for operation in await store.claim_due(EVENING + minutes(after), owner, alive)]


class TestNextDue:
    async def test_is_the_earliest_that_is_scheduled_or_waiting(self, store: Store) -> None:
        assert await store.next_due(EVENING - minutes(60)) is None
        await schedule(
            store,
            an_operation("asking", state=OperationState.ASKING, due=EVENING - minutes(9)),
            an_operation("over", state=OperationState.DONE, due=EVENING - minutes(8)),
            an_operation("scheduled", due=EVENING + minutes(2)),
        )
        assert await store.next_due(EVENING - minutes(60)) == EVENING + minutes(2)
        await schedule(store, an_operation("waiting", state=OperationState.WAITING, due=EVENING + minutes(1)))
        assert await store.next_due(EVENING - minutes(60)) == EVENING + minutes(1)

    async def test_passes_over_what_is_due_already(self, store: Store) -> None:
        await schedule(store, an_operation("due", due=EVENING), an_operation("later", due=EVENING + minutes(3)))
        assert await store.next_due(EVENING) == EVENING + minutes(3)

    async def test_forgets_what_was_claimed(self, store: Store) -> None:
        await schedule(store, an_operation())
        await claim(store)
        assert await store.next_due(EVENING - minutes(60)) is None


class TestClaiming:
    async def test_takes_what_is_due_and_nothing_else(self, store: Store) -> None:
        await schedule(
            store,
            an_operation("due", stream="1"),
            an_operation("waited", stream="2", state=OperationState.WAITING),
            an_operation("later", stream="3", due=EVENING + minutes(1)),
            an_operation("asking", stream="4", state=OperationState.ASKING),
            an_operation("cancelled", stream="5", state=OperationState.CANCELLED),
        )
        assert await claim(store) == ["due", "waited"]
        assert await claim(store, alive=("due", "waited")) == []

    async def test_gives_the_row_an_owner_and_a_risen_fence(self, store: Store) -> None:
        scheduled = an_operation(fence=3)
        await schedule(store, scheduled)
        [taken] = await store.claim_due(EVENING + minutes(1), "boot-1", ())
        running = OperationState.RUNNING
        assert taken == replace(scheduled, state=running, owner="boot-1", fence=4, started=EVENING + minutes(1))
        assert await store.operation("s1:go") == taken

    async def test_takes_one_per_stream_the_highest_rank_first_then_the_earliest(self, store: Store) -> None:
        await schedule(
            store,
            an_operation("go", rank=1, due=EVENING - minutes(5)),
            an_operation("finish late", rank=5, due=EVENING - minutes(1)),
            an_operation("finish", rank=5, due=EVENING - minutes(2)),
            an_operation("studio", stream=STUDIO.id, rank=1),
            an_operation("same id at another provider", provider="aioz"),
        )
        assert await claim(store) == ["finish", "studio", "same id at another provider"]

    async def test_takes_all_that_need_no_stream(self, store: Store) -> None:
        await schedule(store, *(an_operation(f"clip {n}", stream="") for n in range(3)))
        assert await claim(store) == ["clip 0", "clip 1", "clip 2"]

    async def test_leaves_a_stream_alone_while_somebody_works_on_it(self, store: Store) -> None:
        await schedule(store, an_operation("go"))
        [going] = await store.claim_due(EVENING, "boot-1", ())
        await schedule(store, an_operation("record", rank=-1), an_operation("another go"))
        assert await claim(store, alive=("go",)) == []
        await finish(store, going)
        assert await claim(store) == ["another go"]

    async def test_what_has_less_authority_gives_way_and_goes_on_afterwards(self, store: Store) -> None:
        await schedule(store, an_operation("record"))
        [recording] = await store.claim_due(EVENING, "boot-1", ())
        told: list[Touched] = []
        store.on_commit(told.append)
        await schedule(store, an_operation("finish", rank=9))
        [finishing] = await store.claim_due(EVENING, "boot-1", ("record",))
        assert finishing.id == "finish"
        assert "record" in told[-1].operations
        with pytest.raises(LostFence):
            await finish(store, recording)
        await finish(store, finishing)
        [again] = await store.claim_due(EVENING, "boot-1", ())
        assert (again.id, again.fence) == ("record", recording.fence + 2)

    async def test_an_operation_that_waits_lets_go_of_its_stream(self, store: Store) -> None:
        await schedule(store, an_operation("go"))
        [going] = await store.claim_due(EVENING, "boot-1", ())
        waiting = replace(going, state=OperationState.WAITING, due=EVENING + minutes(1))
        await store.advance("go", going.fence, always(Decision(None, operations=(waiting,))))
        await schedule(store, an_operation("record"))
        assert await claim(store) == ["record"]

    async def test_tells_listeners_only_if_something_was_taken(self, store: Store) -> None:
        told: list[Touched] = []
        await schedule(store, an_operation())
        store.on_commit(told.append)
        await claim(store, after=-1)
        assert told == []
        await claim(store)
        assert told == [Touched(operations=frozenset({"s1:go"}), schedule=True)]


class TestReclaiming:
    async def test_what_a_dead_process_left_running_is_claimed_before_anything_else_on_its_stream(self, store: Store) -> None:
        await schedule(store, an_operation("go"))
        [left] = await store.claim_due(EVENING, "boot-1", ())
        await schedule(store, an_operation("another go"), an_operation("elsewhere", stream=STUDIO.id, rank=9))
        [again, elsewhere] = await store.claim_due(EVENING, "boot-2", ())
        assert (again.id, again.owner, again.fence) == ("go", "boot-2", left.fence + 1)
        assert again.started == left.started
        assert elsewhere.id == "elsewhere"

    async def test_the_dead_cannot_write_any_more(self, store: Store) -> None:
        await schedule(store, an_operation("go"))
        [left] = await store.claim_due(EVENING, "boot-1", ())
        [again] = await store.claim_due(EVENING, "boot-2", ())
        with pytest.raises(LostFence):
            await finish(store, left)
        await finish(store, again)

    async def test_what_is_alive_is_left_alone(self, store: Store) -> None:
        await schedule(store, an_operation("go"), an_operation("clip", stream=""))
        await claim(store)
        assert await claim(store, alive=("go",)) == ["clip"]


class TestRefusing:
    async def test_a_second_runner_on_a_stream_is_refused_in_a_sentence(self, store: Store) -> None:
        await schedule(store, an_operation("go", state=OperationState.RUNNING))
        with pytest.raises(StoreError):
            await schedule(store, an_operation("finish", state=OperationState.RUNNING))
        assert [operation.id for operation in (await store.dossier(ARENA)).operations] == ["go"]

    async def test_what_has_ended_can_still_be_annotated(self, store: Store) -> None:
        over: Operation = an_operation(state=OperationState.DONE)
        await schedule(store, over)
        await schedule(store, replace(over, note="2 s late"))
        assert await store.operation("s1:go") == replace(over, note="2 s late")
