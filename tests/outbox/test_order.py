"""Order, urgency and pace of posts."""

from __future__ import annotations

import asyncio

from bot.model import Post, Urgency
from bot.outbox import Pace
from bot.sandbox.faults import Fault
from tests.outbox.newsroom import TEN_O_CLOCK, Newsroom

POSTS = "/api/chat.postMessage"


async def test_posts_of_a_channel_arrive_in_the_order_in_which_they_were_committed(newsroom: Newsroom) -> None:
    lines = [f"line {number}" for number in range(12)]
    await newsroom.start()
    for line in lines:
        await newsroom.say(line)
    await newsroom.outbox.settled()
    assert newsroom.read() == lines
    assert newsroom.outbox.metrics.sent == 12
    assert newsroom.outbox.metrics.throttled == 0
    assert newsroom.outbox.oldest_queued() == 0.0


async def test_the_pace_is_one_post_a_second_after_a_burst_of_three(newsroom: Newsroom) -> None:
    await newsroom.die()
    began = newsroom.clock.time()
    await newsroom.open()
    await newsroom.say(*[f"line {number}" for number in range(8)])
    await newsroom.start()
    await newsroom.outbox.settled()
    for number, message in enumerate(newsroom.slack.channel("studio").messages):
        assert float(message.ts) - began >= number - 2
    assert newsroom.outbox.metrics.throttled == 0


async def test_an_alarm_overtakes_news_and_news_overtake_ornaments(newsroom: Newsroom) -> None:
    await newsroom.say("a nice picture", urgency=Urgency.COSMETIC)
    await newsroom.say("recording started", "recording ready")
    await newsroom.say("NO SIGNAL", urgency=Urgency.ALARM)
    await newsroom.start()
    await newsroom.outbox.settled()
    assert newsroom.read() == ["NO SIGNAL", "recording started", "recording ready", "a nice picture"]


async def test_an_alarm_does_not_wait_for_a_post_that_hangs(newsroom: Newsroom) -> None:
    answered = asyncio.Event()
    hanging = newsroom.slack.faults.add(Fault(POSTS, held_until=answered))
    newsroom.pace = Pace(patience=0.05, http_timeout=60)
    await newsroom.die()
    await newsroom.open()
    await newsroom.start()
    await newsroom.say("recording started")
    await hanging.met.wait()  # or the alarm would go first, and hang
    await newsroom.say("NO SIGNAL", urgency=Urgency.ALARM)
    await newsroom.until_said("NO SIGNAL")
    assert newsroom.read() == ["NO SIGNAL"]
    answered.set()
    await newsroom.outbox.settled()
    assert newsroom.read() == ["NO SIGNAL", "recording started"]


async def test_channels_do_not_wait_for_each_other(newsroom: Newsroom) -> None:
    gallery = newsroom.slack.add_channel("gallery")
    newsroom.slack.fail("chat.postMessage", "ratelimited", retry_after=30)
    await newsroom.start()
    await newsroom.say("first")
    await newsroom.slack.wait_for(lambda slack: slack.calls)
    await newsroom.say("second", channel=gallery)
    await newsroom.until_said("second", gallery)
    assert newsroom.read() == []
    await newsroom.outbox.settled()
    assert newsroom.read() == ["first"]


async def test_a_reply_waits_for_the_post_that_opens_its_thread(newsroom: Newsroom) -> None:
    await newsroom.say("We are on air")
    await newsroom.say("bitrate is low", urgency=Urgency.ALARM, thread="We are on air")
    await newsroom.start()
    await newsroom.outbox.settled()
    assert newsroom.read() == ["We are on air"]
    address = await newsroom.outbox.address("We are on air")
    assert address is not None
    channel, ts = address
    assert channel == newsroom.studio.id
    assert [reply.text for reply in newsroom.slack.channel("studio").thread(ts)] == ["bitrate is low"]


async def test_a_reply_to_a_post_that_never_arrived_goes_to_the_channel(newsroom: Newsroom) -> None:
    newsroom.slack.fail("chat.postMessage", "invalid_blocks")
    await newsroom.say("We are on air")
    await newsroom.say("bitrate is low", thread="We are on air")
    await newsroom.start()
    await newsroom.outbox.settled()
    assert newsroom.read() == ["bitrate is low"]


async def test_a_reply_to_a_message_that_somebody_deleted_goes_to_the_channel(newsroom: Newsroom) -> None:
    await newsroom.start()
    await newsroom.say("We are on air")
    await newsroom.outbox.settled()
    message = newsroom.slack.channel("studio").messages[0]
    newsroom.slack.workspace.delete(newsroom.slack.channel("studio"), message.ts)
    await newsroom.say("bitrate is low", thread="We are on air")
    await newsroom.outbox.settled()
    assert newsroom.read() == ["bitrate is low"]


async def test_a_whisper_is_seen_by_one_person_only(newsroom: Newsroom) -> None:
    ana = newsroom.slack.user("ana")
    await newsroom.start()
    newsroom.slack.invite("studio", ana)
    await newsroom.say("the key is in the vault", user=ana.id)
    await newsroom.outbox.settled()
    assert newsroom.read() == []
    assert [message.text for message in newsroom.slack.ephemerals("ana")] == ["the key is in the vault"]


async def test_a_post_to_a_person_opens_the_direct_messages_with_them(newsroom: Newsroom) -> None:
    ana = newsroom.slack.user("ana")
    await newsroom.start()
    await newsroom.store.post(Post("call", ana.id, TEN_O_CLOCK, text="You are calling this show"))
    await newsroom.outbox.settled()
    assert [message.text for message in newsroom.slack.dms("ana")] == ["You are calling this show"]


async def test_every_post_carries_its_key_and_unfurls_nothing(newsroom: Newsroom) -> None:
    await newsroom.start()
    await newsroom.say("We are on air")
    await newsroom.outbox.settled()
    (call,) = newsroom.calls("chat.postMessage")
    assert call["metadata"] == {"event_type": "showcaller_post", "event_payload": {"key": "We are on air"}}
    assert (call["unfurl_links"], call["unfurl_media"]) == (False, False)
    assert call["client_msg_id"]


async def test_more_posts_than_are_read_at_once_all_arrive(newsroom: Newsroom) -> None:
    channels = [newsroom.slack.add_channel(f"stage-{number}") for number in range(60)]
    posts = [Post(f"{line} {one.id}", one.id, TEN_O_CLOCK, text=str(line)) for line in range(5) for one in channels]
    newsroom.slack.web_api.limits.enabled = False
    await newsroom.store.post(*posts)
    await newsroom.start()
    await newsroom.outbox.settled()
    assert all(newsroom.read(one) == ["0", "1", "2", "3", "4"] for one in channels)
