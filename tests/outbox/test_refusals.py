"""What Slack refuses, delays or cannot be reached for."""

from __future__ import annotations

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.model import Post, Urgency
from bot.outbox import Message
from bot.outbox.wire import LONGEST_RETRY_AFTER, Throttled, Wire
from bot.sandbox.faults import Fault
from bot.slack.methods import LOCKED_OUT
from tests.outbox.newsroom import TEN_O_CLOCK, Newsroom
from tests.outbox.outage import ENDLESS

POSTS = "/api/chat.postMessage"


async def test_slack_is_left_alone_for_as_long_as_it_asks(newsroom: Newsroom) -> None:
    newsroom.slack.fail("chat.postMessage", "ratelimited", retry_after=30)
    await newsroom.start()
    await newsroom.say("doors open", "on air")
    await newsroom.outbox.settled()
    refused, *taken = [call for call in newsroom.slack.calls if call.method == "chat.postMessage"]
    assert refused.status == 429
    assert taken[0].at - refused.at >= 30
    assert newsroom.read() == ["doors open", "on air"]
    parcel = await newsroom.store.parcel("doors open")
    assert parcel is not None
    assert parcel.attempts == 1
    assert newsroom.outbox.metrics.throttled == 1


async def test_a_storm_of_refusals_loses_and_doubles_nothing(newsroom: Newsroom) -> None:
    stages = [newsroom.slack.add_channel(f"stage-{number}") for number in range(4)]
    lines = [f"line {number}" for number in range(6)]
    newsroom.slack.fail("chat.postMessage", "ratelimited", times=25, retry_after=3)
    for stage in stages:
        await newsroom.store.post(*(Post(f"{line} {stage.id}", stage.id, TEN_O_CLOCK, text=line) for line in lines))
    await newsroom.start()
    await newsroom.outbox.settled()
    assert all(newsroom.read(stage) == lines for stage in stages)
    assert newsroom.outbox.metrics.throttled == 25


async def test_rate_limited_in_a_plain_answer_is_understood_too(newsroom: Newsroom) -> None:
    newsroom.slack.fail("chat.postMessage", "rate_limited", times=2)
    await newsroom.start()
    await newsroom.say("on air")
    await newsroom.outbox.settled()
    assert newsroom.read() == ["on air"]


async def test_an_archived_channel_is_told_to_the_operators_once_and_others_go_on(newsroom: Newsroom) -> None:
    newsroom.options = {"ops_channel": newsroom.ops.id}
    attic = newsroom.slack.add_channel("attic", archived=True)
    await newsroom.die()
    await newsroom.come_back()
    await newsroom.say("doors open", "on air", channel=attic)
    await newsroom.say("all is well")
    await newsroom.outbox.drain()
    assert newsroom.read() == ["all is well"]
    (line,) = newsroom.read(newsroom.ops)
    assert line.startswith(f"A message could not be delivered to <#{attic.id}>.")
    assert "archived" in line
    assert "is_archived" not in line
    assert newsroom.outbox.metrics.dead == 0
    parcel = await newsroom.store.parcel("doors open")
    assert parcel is not None
    assert (parcel.state, parcel.error) == ("queued", "is_archived")


async def test_one_bad_post_does_not_keep_back_the_next(newsroom: Newsroom) -> None:
    newsroom.slack.fail("chat.postMessage", "invalid_blocks")
    await newsroom.start()
    await newsroom.say("doors open", "on air")
    await newsroom.outbox.settled()
    assert newsroom.read() == ["on air"]


async def test_a_post_whose_picture_cannot_be_drawn_does_not_keep_back_the_next(newsroom: Newsroom) -> None:
    async def broken(subject: Post) -> Message | None:
        raise ZeroDivisionError(subject)

    newsroom.views["broken"] = broken
    await newsroom.start()
    await newsroom.store.post(Post("card", newsroom.studio.id, TEN_O_CLOCK, view="broken", subject="s1"))
    await newsroom.store.post(Post("odd", newsroom.studio.id, TEN_O_CLOCK, view="unheard of", subject="s1"))
    await newsroom.say("on air")
    await newsroom.outbox.settled()
    assert newsroom.read() == ["on air"]


async def test_slack_unreachable_for_ten_minutes_then_everything_once_and_in_order(newsroom: Newsroom) -> None:
    port = int(newsroom.slack.api_url.rsplit(":", 1)[1].split("/")[0])
    await newsroom.start()
    await newsroom.say("before")
    await newsroom.outbox.settled()
    await newsroom.slack._server.stop()
    news = [f"news {number}" for number in range(8)]
    await newsroom.say(*news)
    await newsroom.say("NO SIGNAL", urgency=Urgency.ALARM)
    for _ in range(20):
        await newsroom.outbox.drain()
        newsroom.clock.advance(30)
    assert newsroom.outbox.oldest_queued() >= 600
    newsroom.slack._build(rate_limits=True)
    await newsroom.slack.start(port)
    await newsroom.outbox.settled()
    assert newsroom.read() == ["before", "NO SIGNAL", *news]
    assert newsroom.outbox.metrics.repeats == 0


async def test_what_is_too_long_goes_on_as_a_file_in_the_thread(newsroom: Newsroom) -> None:
    await newsroom.start()
    await newsroom.say("\n".join(f"{number:04} the log of a long night" for number in range(200)))
    await newsroom.outbox.settled()
    (message,) = newsroom.slack.channel("studio").messages
    (reply,) = newsroom.slack.channel("studio").thread(message.ts)
    (file,) = newsroom.slack.workspace.files.values()
    assert reply.files[0]["id"] == file["id"]
    assert message.text.startswith("0000 ")
    assert len(message.text) < 4000
    assert f"{message.text}\n{file['content'].decode()}".splitlines()[-1].startswith("0199 ")


async def test_where_no_files_are_taken_the_rest_follows_in_words(newsroom: Newsroom) -> None:
    newsroom.slack.fail("files.getUploadURLExternal", "file_uploads_disabled")
    log = "\n".join(f"{number:04} the log of a long night" for number in range(400))
    await newsroom.start()
    await newsroom.store.post(Post("log", newsroom.studio.id, TEN_O_CLOCK, text=log))
    await newsroom.outbox.settled()
    (message,) = newsroom.slack.channel("studio").messages
    replies = newsroom.slack.channel("studio").thread(message.ts)
    assert "\n".join([message.text, *(reply.text for reply in replies)]) == log


async def test_too_many_blocks_are_cut_and_the_rest_is_in_the_file(newsroom: Newsroom) -> None:
    async def lineup(subject: Post) -> Message | None:
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": f"{n:03} " + "x" * 400}} for n in range(60)]
        return Message("The line-up", tuple(blocks))

    newsroom.views["lineup"] = lineup
    await newsroom.start()
    await newsroom.store.post(Post("lineup", newsroom.studio.id, TEN_O_CLOCK, view="lineup", subject="s1"))
    await newsroom.outbox.settled()
    shown = newsroom.slack.read(newsroom.slack.channel("studio").messages[0])
    (file,) = newsroom.slack.workspace.files.values()
    assert all(f"{number:03} " in shown + file["content"].decode() for number in range(60))


async def test_slack_answering_with_a_web_page_is_no_answer(newsroom: Newsroom) -> None:
    newsroom.slack.faults.add(Fault(POSTS, status=200, body=b"<html>maintenance", headers={"Content-Type": "text/html"}))
    newsroom.slack.faults.add(Fault(POSTS, status=429, headers={"Retry-After": "2"}))
    newsroom.slack.faults.add(Fault(POSTS, status=403, body=b"proxy"))
    await newsroom.start()
    await newsroom.say("on air")
    await newsroom.outbox.settled()
    assert newsroom.read() == ["on air"]


PERMANENT = {
    "msg_too_long": "more text than Slack takes",
    "invalid_blocks": "tell whoever runs this bot",
}


PASSING = {
    "channel_not_found": "it is gone or I am not in it",
    "is_archived": "is archived",
    "not_in_channel": "Invite me there",
    "restricted_action": "do not let me post there",
    "missing_scope": "was not given a permission",
    "access_denied": "does not let me do that",
}


@pytest.mark.parametrize("error", PASSING)
async def test_what_passes_is_sent_once_it_has_passed_and_told_to_the_operators_meanwhile(newsroom: Newsroom, error: str) -> None:
    newsroom.options = {"ops_channel": newsroom.ops.id}
    await newsroom.die()
    await newsroom.come_back()
    newsroom.slack.fail("chat.postMessage", error)
    await newsroom.say("doors open", "on air")
    await newsroom.outbox.settled()
    assert newsroom.read() == ["doors open", "on air"]
    (line,) = newsroom.read(newsroom.ops)
    assert PASSING[error] in line
    assert error not in line


@pytest.mark.parametrize("error", PERMANENT)
async def test_what_slack_refuses_for_good_frees_its_channel_and_is_told_to_the_operators(newsroom: Newsroom, error: str) -> None:
    newsroom.options = {"ops_channel": newsroom.ops.id}
    await newsroom.die()
    await newsroom.come_back()
    newsroom.slack.fail("chat.postMessage", error)
    await newsroom.say("doors open", "on air")
    await newsroom.outbox.settled()
    assert newsroom.read() == ["on air"]
    (line,) = newsroom.read(newsroom.ops)
    assert PERMANENT[error] in line
    assert error not in line


@pytest.mark.parametrize("error", PERMANENT | PASSING)
async def test_without_a_channel_of_the_operators_whoever_planned_the_show_is_told(newsroom: Newsroom, error: str) -> None:
    await newsroom.start()
    ana = newsroom.slack.user("ana")
    show = await newsroom.plan_show("Morning service", by=ana.id)
    await newsroom.outbox.settled()
    newsroom.slack.fail("chat.postMessage", error)
    await newsroom.say("on air", show=show)
    await newsroom.outbox.settled()
    (told,) = newsroom.slack.dms(ana)
    assert (PERMANENT | PASSING)[error] in told.text


@pytest.mark.parametrize("error", sorted(LOCKED_OUT))
async def test_a_token_that_is_no_longer_valid_loses_nothing_and_is_told_where_slack_is_not_needed(
    newsroom: Newsroom, error: str
) -> None:
    await newsroom.start()
    show = await newsroom.plan_show("Morning service")
    await newsroom.outbox.settled()
    for method in ("chat.postMessage", "chat.update"):
        newsroom.slack.fail(method, error, times=ENDLESS)
    await newsroom.say("doors open", "on air")
    await newsroom.say("NO SIGNAL", urgency=Urgency.ALARM)
    await newsroom.rename(show, "Evening service")
    await newsroom.outbox.drain()
    assert newsroom.outbox.locked_out().startswith("My access to this workspace is no longer valid.")
    assert newsroom.outbox.metrics.dead == 0
    newsroom.slack.web_api.failures.clear()
    await newsroom.outbox.settled()
    assert newsroom.outbox.locked_out() == ""
    assert sorted(newsroom.read()) == ["Evening service", "NO SIGNAL", "doors open", "on air"]
    assert newsroom.read().index("doors open") < newsroom.read().index("on air")


async def test_the_operators_own_channel_refusing_is_told_to_whoever_planned_the_show(newsroom: Newsroom) -> None:
    attic = newsroom.slack.add_channel("attic", archived=True)
    newsroom.options = {"ops_channel": attic.id}
    await newsroom.die()
    await newsroom.come_back()
    ana = newsroom.slack.user("ana")
    show = await newsroom.plan_show("Morning service", by=ana.id)
    await newsroom.say("a word to the operators", channel=attic, show=show)
    await newsroom.outbox.drain()
    assert [message.text for message in newsroom.slack.dms(ana)] == [
        f"A message could not be delivered to <#{attic.id}>. <#{attic.id}> is archived. Unarchive it or choose another channel, "
        "then try again."
    ]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30.0),
        ("", 1.0),
        ("-5", 1.0),
        ("nan", 1.0),
        ("inf", 1.0),
        ("1e400", 1.0),
        ("soon", 1.0),
        ("86400", LONGEST_RETRY_AFTER),
    ],
)
async def test_slack_can_silence_a_channel_for_minutes_and_not_for_ever(newsroom: Newsroom, header: str, seconds: float) -> None:
    newsroom.slack.faults.add(Fault(POSTS, status=429, headers={"Retry-After": header}))
    wire = Wire(AsyncWebClient(newsroom.slack.bot_token, base_url=newsroom.slack.api_url, retry_handlers=[]), 5.0)
    with pytest.raises(Throttled) as throttled:
        await wire.call("chat.postMessage", channel=newsroom.studio.id, text="on air")
    assert throttled.value.seconds == seconds
