"""Whatever the connection does, and whenever the bot dies: each post is in Slack exactly once."""

from __future__ import annotations

import asyncio

import pytest

from bot.model import Urgency
from bot.sandbox.faults import Cut, Fault
from tests.outbox.newsroom import Newsroom

POSTS = "/api/chat.postMessage"
LINES = ["doors open", "on air", "off air"]


@pytest.mark.parametrize("cut", ["before", "middle", "after"])
async def test_a_dropped_connection_gives_one_message(newsroom: Newsroom, cut: Cut) -> None:
    newsroom.slack.faults.add(Fault(POSTS, cut=cut))
    await newsroom.say(*LINES)
    await newsroom.start()
    await newsroom.outbox.settled()
    assert newsroom.read() == LINES
    assert newsroom.outbox.metrics.repeats == 0


@pytest.mark.parametrize("cut", ["before", "after"])
async def test_a_dropped_connection_gives_one_reply_in_a_thread(newsroom: Newsroom, cut: Cut) -> None:
    await newsroom.say("on air")
    await newsroom.start()
    await newsroom.outbox.settled()
    newsroom.slack.faults.add(Fault(POSTS, cut=cut))
    await newsroom.say("bitrate is low", thread="on air")
    await newsroom.outbox.settled()
    (message,) = newsroom.slack.channel("studio").messages
    assert [reply.text for reply in newsroom.slack.channel("studio").thread(message.ts)] == ["bitrate is low"]


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_an_outage_of_slack_gives_one_message(newsroom: Newsroom, status: int) -> None:
    newsroom.slack.faults.add(Fault(POSTS, status=status, times=3))
    await newsroom.say(*LINES)
    await newsroom.start()
    await newsroom.outbox.settled()
    assert newsroom.read() == LINES


@pytest.mark.parametrize("error", ["fatal_error", "internal_error", "service_unavailable", "request_timeout"])
async def test_an_error_that_says_neither_yes_nor_no_gives_one_message(newsroom: Newsroom, error: str) -> None:
    newsroom.slack.fail("chat.postMessage", error, times=2)
    await newsroom.say(*LINES)
    await newsroom.start()
    await newsroom.outbox.settled()
    assert newsroom.read() == LINES


async def test_what_is_unresolved_keeps_back_its_own_urgency_only(newsroom: Newsroom) -> None:
    newsroom.slack.faults.add(Fault(POSTS, cut="before"))
    newsroom.slack.faults.add(Fault("/api/conversations.history", status=503, times=None))
    await newsroom.say("on air", "recording started")
    await newsroom.start()
    await newsroom.outbox.drain()
    await newsroom.say("NO SIGNAL", urgency=Urgency.ALARM)
    await newsroom.until_said("NO SIGNAL")
    newsroom.slack.faults.clear()
    await newsroom.outbox.settled()
    assert newsroom.read() == ["NO SIGNAL", "on air", "recording started"]


async def test_a_bot_that_dies_before_it_notes_the_answer_posts_once(newsroom: Newsroom) -> None:
    answered = asyncio.Event()
    newsroom.slack.faults.add(Fault(POSTS, answer_held_until=answered, cut="after"))
    await newsroom.start()
    await newsroom.say(*LINES)
    await newsroom.until_said("doors open")
    await newsroom.die()
    answered.set()
    await newsroom.come_back()
    await newsroom.outbox.settled()
    assert newsroom.read() == LINES
    assert await newsroom.outbox.address("doors open") == (
        newsroom.studio.id,
        newsroom.slack.channel("studio").messages[0].ts,
    )


async def test_a_bot_that_dies_before_slack_heard_anything_posts_once(newsroom: Newsroom) -> None:
    newsroom.slack.faults.add(Fault(POSTS, cut="before"))
    await newsroom.start()
    await newsroom.say(*LINES)
    await newsroom.outbox.drain()
    assert newsroom.read() == []
    await newsroom.die()
    await newsroom.come_back()
    await newsroom.outbox.settled()
    assert newsroom.read() == LINES


async def test_a_card_found_again_after_a_crash_is_kept_up_to_date(newsroom: Newsroom) -> None:
    answered = asyncio.Event()
    newsroom.slack.faults.add(Fault(POSTS, answer_held_until=answered, cut="after"))
    await newsroom.start()
    show = await newsroom.plan_show("Morning service")
    await newsroom.until_said("Morning service")
    await newsroom.die()
    answered.set()
    await newsroom.open()
    await newsroom.rename(show, "Evening service")
    await newsroom.start()
    await newsroom.outbox.settled()
    assert newsroom.read() == ["Evening service"]


async def test_a_post_far_down_in_a_busy_channel_is_found(newsroom: Newsroom) -> None:
    answered = asyncio.Event()
    newsroom.slack.faults.add(Fault(POSTS, answer_held_until=answered, cut="after"))
    await newsroom.start()
    await newsroom.say("on air")
    await newsroom.until_said("on air")
    workspace, ana = newsroom.slack.workspace, newsroom.slack.user("ana")
    for number in range(250):
        workspace.post(newsroom.slack.channel("studio"), ana.id, f"wow {number}")
    answered.set()
    await newsroom.outbox.settled()
    assert newsroom.read().count("on air") == 1
    assert len(newsroom.calls("conversations.history")) == 3


async def test_without_history_what_matters_is_repeated_and_says_so(newsroom_without_history: Newsroom) -> None:
    newsroom = newsroom_without_history
    newsroom.slack.faults.add(Fault(POSTS, cut="after"))
    await newsroom.start()
    await newsroom.say("on air")
    await newsroom.outbox.settled()
    assert newsroom.read() == ["on air", "on air (may be a repeat)"]
    assert newsroom.outbox.metrics.repeats == 1


async def test_without_history_a_repeated_card_says_so_and_is_the_one_kept_up_to_date(newsroom_without_history: Newsroom) -> None:
    newsroom = newsroom_without_history
    newsroom.slack.faults.add(Fault(POSTS, cut="after"))
    await newsroom.start()
    show = await newsroom.plan_show("Morning service")
    await newsroom.outbox.settled()
    first, second = newsroom.slack.channel("studio").messages
    assert "(may be a repeat)" in newsroom.slack.read(second)
    assert "(may be a repeat)" not in newsroom.slack.read(first)
    assert newsroom.outbox.metrics.edited == 0
    await newsroom.rename(show, "Evening service")
    await newsroom.outbox.settled()
    assert newsroom.read() == ["Morning service", "Evening service"]


async def test_without_history_ornaments_are_not_repeated(newsroom_without_history: Newsroom) -> None:
    newsroom = newsroom_without_history
    newsroom.slack.faults.add(Fault(POSTS, cut="after"))
    await newsroom.start()
    await newsroom.say("a nice picture", "another one", urgency=Urgency.COSMETIC)
    await newsroom.outbox.settled()
    assert newsroom.read() == ["a nice picture", "another one"]
    parcel = await newsroom.store.parcel("a nice picture")
    assert parcel is not None
    assert parcel.state == "dead"


async def test_the_sdk_left_to_itself_would_post_twice(newsroom: Newsroom) -> None:
    """The control: this harness can see a doubled post, and a client that retries is not accepted."""
    from slack_sdk.web.async_client import AsyncWebClient

    from bot.outbox import Outbox
    from tests.outbox.newsroom import TEN_O_CLOCK

    newsroom.slack.faults.add(Fault(POSTS, cut="after"))
    client = AsyncWebClient(newsroom.slack.bot_token, base_url=newsroom.slack.api_url)
    await client.chat_postMessage(channel=newsroom.studio.id, text="on air")
    assert newsroom.read() == ["on air", "on air"]
    with pytest.raises(ValueError, match="retry_handlers"):
        Outbox(newsroom.store, client, {}, now=lambda: TEN_O_CLOCK)
