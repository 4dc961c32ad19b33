"""Many news at a time: a few are posted, the others counted in one message."""

from __future__ import annotations

from datetime import timedelta

from bot.model import Post
from bot.store import Store
from bot.store.base import Touched
from bot.store.bursts import MOST
from tests.store.nouns import EVENING


def news(number: int, seconds: float = 0, channel: str = "C-NEWS") -> Post:
    at = EVENING + timedelta(seconds=seconds)
    return Post(f"news:{channel}:{number}", channel, at, text=f"news {number}", burst=f"unplanned:{channel}")


async def queued(store: Store) -> list[Post]:
    return [parcel.post for parcel in await store.parcels(limit=1000)]


async def test_of_many_at_a_time_a_few_go_out_and_one_counts_the_others(store: Store) -> None:
    redrawn: list[Touched] = []
    store.on_commit(redrawn.append)
    for number in range(300):
        await store.post(news(number, number / 100))
    posts = await queued(store)
    assert [post.text for post in posts[:MOST]] == [f"news {number}" for number in range(MOST)]
    (more,) = posts[MOST:]
    assert (more.view, more.subject, more.channel) == ("more", more.key, "C-NEWS")
    assert await store.get(more.key) == {"count": 300 - MOST}
    assert redrawn[-1].redraw == {more.key}
    assert not redrawn[-1].posts


async def test_what_comes_slowly_is_posted_one_by_one(store: Store) -> None:
    for number in range(20):
        await store.post(news(number, 61 * number))
    assert len(await queued(store)) == 20
    assert not [post for post in await queued(store) if post.view == "more"]


async def test_another_burst_has_a_message_of_its_own(store: Store) -> None:
    for number in range(20):
        await store.post(news(number), news(number, channel="C-OTHER"))
    for number in range(20, 40):
        await store.post(news(number, 3600))
    more = [post for post in await queued(store) if post.view == "more"]
    assert sorted(post.channel for post in more) == ["C-NEWS", "C-NEWS", "C-OTHER"]
    assert [await store.get(post.key) for post in more] == [{"count": 20 - MOST}] * 3


async def test_what_is_known_is_not_counted_again(store: Store) -> None:
    for _ in range(20):
        await store.post(news(1))
    assert len(await queued(store)) == 1


async def test_news_that_are_a_little_older_are_no_new_burst(store: Store) -> None:
    for number in range(40):
        await store.post(news(number, 10 - number / 4))
    assert len(await queued(store)) == MOST + 1


async def test_a_clock_that_was_set_back_silences_nobody(store: Store) -> None:
    for number in range(20):
        await store.post(news(number))
    await store.post(news(99, 60 - 3600), news(100, 120 - 3600), news(101, 180 - 3600))
    assert {"news 100", "news 101"} <= {post.text for post in await queued(store)}


async def test_counts_are_forgotten_with_their_message(store: Store) -> None:
    for number in range(20):
        await store.post(news(number))
    more = next(post for post in await queued(store) if post.view == "more")
    for post in await queued(store):
        await store.update_parcel(post.key, state="sent", ts="1.1")
    await store.prune(EVENING + timedelta(days=30))
    assert await store.get(more.key) is None
