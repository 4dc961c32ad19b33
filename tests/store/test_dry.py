"""The memory of a dry run: its rules run on what there is and on each other's decisions, and the real one never hears of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.model import Decision, Dossier, Show
from bot.store import Store
from bot.store.base import Touched
from bot.store.dry import READS, dry_store
from tests.store.nouns import a_post, a_show, always, an_operation, plan
from tests.store.test_restreams import add


@pytest.fixture
def heard() -> list[tuple[Dossier, Decision[Any]]]:
    return []


@pytest.fixture
def dry(store: Store, heard: list[tuple[Dossier, Decision[Any]]]) -> Store:
    return dry_store(store, lambda dossier, decision: heard.append((dossier, decision)))


def renamed(title: str) -> Any:
    """A rule that gives the show a title after the one it has."""

    def rule(dossier: Dossier) -> Decision[Show]:
        (show,) = dossier.shows
        return Decision(replace(show, title=f"{show.title}, {title}"), shows=(replace(show, title=f"{show.title}, {title}"),))

    return rule


async def test_a_rule_sees_what_an_earlier_one_decided_and_nothing_is_written(store: Store, dry: Store) -> None:
    show = await plan(store)
    await dry.decide("s1", renamed("first leg"))
    assert (await dry.decide("s1", renamed("second leg"))).title == "Cup final, first leg, second leg"
    assert await store.show("s1") == show


async def test_what_was_decided_is_told_with_what_it_was_decided_on(store: Store, dry: Store, heard: list[Any]) -> None:
    await plan(store)
    go = an_operation()
    await dry.decide("s1", always(Decision(None, operations=(go,))))
    await dry.post(a_post("on air"))
    (before, decision), (_, posting) = heard
    assert [show.id for show in before.shows] == ["s1"]
    assert before.operations == ()
    assert before.after(decision).operations == (go,)
    assert [post.key for post in posting.posts] == ["on air"]


async def test_handles_and_ids_are_the_next_ones_and_stay_free(store: Store, dry: Store) -> None:
    assert (await plan(dry)).id == (await plan(dry)).id == "s1"
    assert (await plan(store)).id == "s1"
    assert [target.id for target in await add(dry, count=2)] == ["r1", "r2"]
    assert [target.id for target in await add(store)] == ["r1"]


async def test_nobody_is_told_of_a_commit(store: Store, dry: Store) -> None:
    told: list[Touched] = []
    await plan(store)
    store.on_commit(told.append)
    await dry.decide("s1", renamed("replay"))
    await plan(dry)
    await dry.put("clip-delay:U-EVA", 25)
    assert told == []
    assert await store.get("clip-delay:U-EVA") is None


async def test_what_does_not_exist_is_a_key_error_as_ever(dry: Store) -> None:
    with pytest.raises(KeyError):
        await dry.decide("s9", renamed("replay"))
    with pytest.raises(KeyError):
        await add(dry, "s9")


async def test_it_reads_like_the_real_one_and_has_none_of_its_other_doors(store: Store, dry: Store) -> None:
    show = await plan(store)
    assert await dry.show("s1") == show
    for door in ("advance", "claim_due", "update_parcel", "request_done", "remember_people", "prune", "close"):
        assert door not in READS
        with pytest.raises(AttributeError):
            getattr(dry, door)


def test_a_dossier_after_a_decision_has_each_thing_once_as_it_was_decided() -> None:
    before = Dossier(None, None, (a_show("s1"), a_show("s2")), (an_operation(),))
    later = replace(a_show("s2"), title="Replay")
    after = before.after(Decision(None, shows=(later, a_show("s3"))))
    assert [show.id for show in after.shows] == ["s1", "s2", "s3"]
    assert after.show("s2") == later
    assert after.operations == before.operations
