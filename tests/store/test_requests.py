"""What people asked for: taken once, done with its effect, and told to have been lost where a process died in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.model import Decision, Dossier, Post, StreamKey
from bot.store.base import Asked, Store

EVENING = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)
HERE = StreamKey("gcore", "201693")


def word(asked: Asked) -> Post:
    return Post(f"lost:{asked.key}", asked.user, asked.at, text=f"{asked.what} was lost")


async def test_a_request_that_nobody_carried_out_is_told_to_be_lost_once(store: Store) -> None:
    await store.accept_request("view-7", "U-EVA", "plan", EVENING)
    assert await store.lose_requests(word) == 1
    assert [parcel.post.text for parcel in await store.parcels()] == ["plan was lost"]
    assert await store.lose_requests(word) == 0


async def test_a_lost_form_may_be_sent_again_under_the_key_it_had(store: Store) -> None:
    await store.accept_request("view-7", "U-EVA", "plan", EVENING)
    await store.lose_requests(word)
    assert await store.accept_request("view-7", "U-EVA", "plan", EVENING)
    assert not await store.accept_request("view-7", "U-EVA", "plan", EVENING)


async def test_a_decision_carries_its_request_out_in_the_same_transaction(store: Store) -> None:
    await store.accept_request("view-7", "U-EVA", "plan", EVENING)

    def rule(_: Dossier) -> Decision[None]:
        return replace(Decision(None), request="view-7")

    await store.decide(HERE, rule)
    assert await store.lose_requests(word) == 0
    assert not await store.accept_request("view-7", "U-EVA", "plan", EVENING)


async def test_a_request_that_was_refused_in_words_is_not_lost(store: Store) -> None:
    await store.accept_request("press-9", "U-EVA", "finish", EVENING)
    await store.request_done("press-9")
    assert await store.lose_requests(word) == 0
