"""Answers through response URLs: five uses, the last for the final state."""

from __future__ import annotations

import asyncio

import pytest

from bot.model import Post
from bot.outbox import Message, Pace
from bot.sandbox.faults import Fault
from tests.contention import PATIENCE
from tests.outbox.newsroom import TEN_O_CLOCK, Newsroom


class Progress:
    """An operation's progress as somebody who asked for it reads it."""

    def __init__(self, newsroom: Newsroom) -> None:
        self.newsroom = newsroom
        self.shown = Message("starting")
        newsroom.views["progress"] = self.draw

    async def draw(self, post: Post) -> Message | None:
        return self.shown

    def says(self, text: str, *, final: bool = False) -> None:
        self.shown = Message(text, final=final)
        self.newsroom.outbox.changed(["op1"])

    def uses(self) -> int:
        return len(self.newsroom.calls("response_url"))


async def asked(newsroom: Newsroom) -> str:
    """Somebody types a command; the response URL that comes with it."""
    ana = newsroom.slack.user("ana")
    newsroom.slack.invite("studio", ana)
    delivery = await newsroom.slack.command(ana, "studio", "/live go")
    return str(delivery.payload["response_url"])


def answer(newsroom: Newsroom, url: str, view: str = "progress") -> Post:
    return Post("answer", newsroom.studio.id, TEN_O_CLOCK, view=view, subject="op1", reply_to=url, text="hello")


def whispers(newsroom: Newsroom) -> list[str]:
    return [message.text for message in newsroom.slack.ephemerals("ana")]


async def test_progress_is_one_answer_that_changes_and_ends_with_the_result(newsroom: Newsroom) -> None:
    progress = Progress(newsroom)
    await newsroom.start()
    await newsroom.store.post(answer(newsroom, await asked(newsroom)))
    await newsroom.outbox.settled()
    assert whispers(newsroom) == ["starting"]
    for step in range(40):
        progress.says(f"step {step}")
        await newsroom.outbox.drain()
        newsroom.clock.advance(20)
        await newsroom.outbox.drain()
    assert progress.uses() == 4
    progress.says("on air", final=True)
    await newsroom.outbox.settled()
    assert whispers(newsroom) == ["on air"]
    assert progress.uses() == 5
    assert newsroom.calls("chat.update") == []
    assert newsroom.read() == []


async def test_without_a_final_state_the_last_use_shows_the_newest_before_the_url_dies(newsroom: Newsroom) -> None:
    progress = Progress(newsroom)
    await newsroom.start()
    await newsroom.store.post(answer(newsroom, await asked(newsroom)))
    await newsroom.outbox.settled()
    for step in range(4):
        progress.says(f"step {step}")
        newsroom.clock.advance(20)
        await newsroom.outbox.settled()
    assert whispers(newsroom) == ["step 2"]
    newsroom.clock.advance(1700)
    await newsroom.slack.wait_for(lambda _: whispers(newsroom) == ["step 3"])


async def test_uses_are_remembered_over_a_restart(newsroom: Newsroom) -> None:
    progress = Progress(newsroom)
    await newsroom.start()
    await newsroom.store.post(answer(newsroom, await asked(newsroom)))
    await newsroom.outbox.settled()
    for step in range(3):
        progress.says(f"step {step}")
        newsroom.clock.advance(20)
        await newsroom.outbox.settled()
    await newsroom.die()
    await newsroom.come_back()
    progress.says("step 3")
    await newsroom.outbox.settled()
    assert progress.uses() == 4
    progress.says("on air", final=True)
    await newsroom.outbox.settled()
    assert whispers(newsroom) == ["on air"]


async def test_an_answer_reaches_people_where_the_bot_is_not_a_member_and_costs_no_channel_budget(newsroom: Newsroom) -> None:
    ana = newsroom.slack.user("ana")
    elsewhere = newsroom.slack.add_channel("elsewhere", members=[ana], bot=False)
    urls = [str((await newsroom.slack.command(ana, elsewhere, "/live")).payload["response_url"]) for _ in range(12)]
    await newsroom.die()
    newsroom.pace = Pace(post_gap=3600)
    await newsroom.open()
    await newsroom.store.post(
        *(Post(f"a{number}", elsewhere.id, TEN_O_CLOCK, text="invite me", reply_to=url) for number, url in enumerate(urls))
    )
    await newsroom.start()
    async with asyncio.timeout(PATIENCE):
        await newsroom.outbox.settled()
    assert whispers(newsroom) == ["invite me"] * 12


async def test_a_response_url_that_is_used_up_is_the_end_of_its_post_only_and_is_not_logged(
    newsroom: Newsroom, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    newsroom.options = {"ops_channel": newsroom.ops.id}
    await newsroom.die()
    await newsroom.come_back()
    url = await asked(newsroom)
    newsroom.slack.tickets.response_urls.clear()
    await newsroom.store.post(answer(newsroom, url, view="text"))
    await newsroom.say("on air")
    await newsroom.outbox.settled()
    assert newsroom.read() == ["on air"]
    assert url not in caplog.text
    assert url.rsplit("/", 1)[1] not in caplog.text
    parcel = await newsroom.store.parcel("answer")
    assert parcel is not None
    assert parcel.state == "dead"
    assert newsroom.read(newsroom.ops) == []


async def test_an_answer_lost_on_the_way_is_repeated_and_says_so(newsroom: Newsroom) -> None:
    await newsroom.start()
    url = await asked(newsroom)
    newsroom.slack.faults.add(Fault("/commands/*", cut="after"))
    await newsroom.store.post(answer(newsroom, url, view="text"))
    await newsroom.outbox.settled()
    assert whispers(newsroom) == ["hello", "hello (may be a repeat)"]


async def test_the_answer_to_a_press_never_replaces_the_card(newsroom: Newsroom) -> None:
    async def card(subject: Post) -> Message | None:
        button = {"type": "button", "text": {"type": "plain_text", "text": "Go live"}, "action_id": "go", "value": "s1"}
        return Message("the card", ({"type": "actions", "elements": [button]},))

    progress = Progress(newsroom)
    newsroom.views["panel"] = card
    ana = newsroom.slack.user("ana")
    newsroom.slack.invite("studio", ana)
    await newsroom.start()
    await newsroom.store.post(Post("panel", newsroom.studio.id, TEN_O_CLOCK, view="panel", subject="s1"))
    await newsroom.outbox.settled()
    pressed = await newsroom.slack.press(ana, newsroom.slack.channel("studio").messages[0], "go")
    await newsroom.store.post(answer(newsroom, pressed.payload["response_url"]))
    await newsroom.outbox.settled()
    progress.says("on air", final=True)
    await newsroom.outbox.settled()
    assert newsroom.read() == ["the card"]
    assert whispers(newsroom) == ["starting", "on air"]
