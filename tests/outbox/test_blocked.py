"""A refusal that passes: what is to be said waits for its channel, is told elsewhere meanwhile, and comes once it can."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.errors import StoreUnavailable
from bot.model import Post, Urgency
from bot.outbox.blocked import Blocked
from bot.outbox.elsewhere import UNDELIVERED
from bot.outbox.pace import Pace
from bot.sandbox.slack import Channel
from bot.slack.methods import BLOCKED, METHODS
from tests.outbox.newsroom import TEN_O_CLOCK, Newsroom

Block = dict[str, Any]

Troubles = dict[str, tuple[Callable[[Newsroom], None], Callable[[Newsroom], None]]]

TROUBLES: Troubles = {
    "kicked": (lambda room: room.slack.remove(room.studio), lambda room: room.slack.invite(room.studio)),
    "archived": (lambda room: room.slack.archive(room.studio), lambda room: room.slack.unarchive(room.studio)),
    "restricted": (
        lambda room: room.slack.restrict(room.studio, posting=False),
        lambda room: room.slack.restrict(room.studio, posting=True),
    ),
}
"""What is done to #studio, and what undoes it. The newsroom hears no event unless a test tells it."""


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize("told", [False, True])
async def test_posts_wait_for_their_channel_and_its_card_becomes_true(
    newsroom: Newsroom, trouble: str, private: bool, told: bool
) -> None:
    begin, end = TROUBLES[trouble]
    newsroom.studio.kind = "private" if private else "public"
    await newsroom.start()
    show = await newsroom.plan_show("OPEN", by=newsroom.slack.user("ana").id)
    await newsroom.outbox.settled()
    begin(newsroom)
    await newsroom.rename(show, "ON AIR")
    await newsroom.say("on air", show=show)
    await newsroom.outbox.drain()
    before = [message.text for message in newsroom.studio.messages]
    assert "on air" not in before
    await newsroom.rename(show, "OFF AIR")
    end(newsroom)
    if told:
        newsroom.outbox.healed(newsroom.studio.id)
    await newsroom.outbox.settled()
    assert [message.text for message in newsroom.studio.messages] == ["OFF AIR", "on air"]
    assert newsroom.outbox.metrics.dead == 0


async def test_a_channel_that_takes_nothing_is_tried_ever_less_often_and_by_one_post(newsroom: Newsroom) -> None:
    await newsroom.start()
    newsroom.slack.archive(newsroom.studio)
    await newsroom.say(*(f"news {number}" for number in range(20)))
    await newsroom.say(*(f"alarm {number}" for number in range(5)), urgency=Urgency.ALARM)
    for _ in range(30):
        await newsroom.outbox.drain()
        newsroom.clock.advance(20)
    await newsroom.outbox.drain()
    tries = [call for call in newsroom.slack.calls if call.method == "chat.postMessage"]
    assert 5 <= len(tries) <= 25  # ten minutes: 4, 8, 16, 32 and then 60 s at most; 25 posts at every moment would be hundreds


async def test_an_alarm_that_waits_is_told_to_the_operators_and_the_planner_at_once(newsroom: Newsroom) -> None:
    newsroom.options = {"ops_channel": newsroom.ops.id}
    await newsroom.die()
    await newsroom.come_back()
    ana = newsroom.slack.user("ana")
    show = await newsroom.plan_show("Morning service", by=ana.id)
    await newsroom.outbox.settled()
    newsroom.slack.remove(newsroom.studio)
    await newsroom.say("NO SIGNAL", urgency=Urgency.ALARM, show=show)
    await newsroom.outbox.drain()
    await newsroom.say("NO SIGNAL for 2 min", urgency=Urgency.ALARM, show=show)  # behind one that waits already
    await newsroom.outbox.drain()
    for said in (newsroom.read(newsroom.ops), [message.text for message in newsroom.slack.dms(ana)]):
        assert sum("NO SIGNAL" in line for line in said) == 2
        assert all("I cannot post in" in line for line in said if "NO SIGNAL" in line)
    newsroom.slack.invite(newsroom.studio)
    newsroom.outbox.healed(newsroom.studio.id)
    await newsroom.outbox.settled()
    assert newsroom.read()[-2:] == ["NO SIGNAL", "NO SIGNAL for 2 min"]


async def test_an_alarm_that_the_store_did_not_take_is_told_at_the_next_refusal(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.options = {"ops_channel": newsroom.ops.id}
    await newsroom.die()
    await newsroom.come_back()
    newsroom.slack.archive(newsroom.studio)
    take, full, refused = newsroom.store.post, True, 0

    async def post(*posts: Post) -> None:
        nonlocal refused
        if full and any(each.key.startswith(f"{UNDELIVERED}alarm:") for each in posts):
            refused += 1
            raise StoreUnavailable("The disk is full.")
        await take(*posts)

    monkeypatch.setattr(newsroom.store, "post", post)
    await newsroom.say("NO SIGNAL", urgency=Urgency.ALARM)
    await newsroom.outbox.drain()
    assert refused == 1
    full = False
    newsroom.clock.advance(60)
    await newsroom.outbox.drain()
    await newsroom.outbox.drain()
    newsroom.clock.advance(60)
    await newsroom.outbox.drain()
    assert sum("NO SIGNAL" in line for line in newsroom.read(newsroom.ops)) == 1
    newsroom.slack.unarchive(newsroom.studio)
    newsroom.outbox.healed(newsroom.studio.id)
    await newsroom.outbox.settled()
    assert newsroom.read() == ["NO SIGNAL"]
    assert newsroom.outbox._alarms_told == set()


async def test_without_anybody_else_to_tell_an_alarm_still_waits(newsroom: Newsroom) -> None:
    await newsroom.start()
    newsroom.slack.archive(newsroom.studio)
    await newsroom.say("NO SIGNAL", urgency=Urgency.ALARM)
    await newsroom.outbox.drain()
    newsroom.slack.unarchive(newsroom.studio)
    await newsroom.outbox.settled()
    assert newsroom.read() == ["NO SIGNAL"]


async def test_what_waited_long_is_told_in_one_message_and_alarms_in_their_own(newsroom: Newsroom) -> None:
    await newsroom.start()
    newsroom.slack.archive(newsroom.studio)
    await newsroom.say(*(f"news {number}\nwith details" for number in range(20)))
    await newsroom.say("NO SIGNAL", urgency=Urgency.ALARM)
    await newsroom.outbox.drain()
    newsroom.clock.advance(600)
    newsroom.slack.unarchive(newsroom.studio)
    newsroom.outbox.healed(newsroom.studio.id)
    await newsroom.outbox.settled()
    said = newsroom.read()
    assert said[0] == "NO SIGNAL"
    (digest,) = [line for line in said if line.startswith("I could not post here since")]
    assert len(said) <= 3
    assert "news 5" in digest
    assert "with details" not in digest
    assert "more_" in digest
    parcel = await newsroom.store.parcel("news 7\nwith details")
    assert parcel is not None
    assert parcel.state == "dead"
    assert parcel.error.startswith("told in meanwhile:")


BUTTON = {"type": "button", "action_id": "allow", "text": {"type": "plain_text", "text": "Allow"}, "value": "1"}


@pytest.mark.parametrize(
    "control",
    [
        {"type": "actions", "elements": [BUTTON]},
        {"type": "section", "text": {"type": "mrkdwn", "text": "Allow it?"}, "accessory": BUTTON},
    ],
)
async def test_what_people_have_to_press_keeps_its_buttons_however_long_it_waited(newsroom: Newsroom, control: Block) -> None:
    await newsroom.start()
    newsroom.slack.archive(newsroom.studio)
    await newsroom.say(*(f"news {number}" for number in range(20)))
    await newsroom.say("may they?", blocks=(control,))
    await newsroom.outbox.drain()
    newsroom.clock.advance(600)
    newsroom.slack.unarchive(newsroom.studio)
    newsroom.outbox.healed(newsroom.studio.id)
    await newsroom.outbox.settled()
    assert any(text.startswith("I could not post here since") for text in newsroom.read())
    (asked,) = [message for message in newsroom.studio.messages if "may they?" in message.text]
    assert "'action_id': 'allow'" in str(asked.blocks)


async def test_what_waited_is_sent_after_a_restart_as_well(newsroom: Newsroom) -> None:
    await newsroom.start()
    newsroom.slack.archive(newsroom.studio)
    await newsroom.say("doors open", "on air")
    await newsroom.outbox.drain()
    await newsroom.die()
    newsroom.slack.unarchive(newsroom.studio)
    await newsroom.come_back()
    await newsroom.outbox.settled()
    assert newsroom.read() == ["doors open", "on air"]


async def test_one_channel_that_takes_nothing_holds_up_no_other(newsroom: Newsroom) -> None:
    await newsroom.start()
    attic = newsroom.slack.add_channel("attic", archived=True)
    await newsroom.say(*(f"for nobody {number}" for number in range(10)), channel=attic)
    await newsroom.say("on air")
    await newsroom.outbox.drain()
    assert newsroom.read() == ["on air"]


async def test_a_channel_with_another_id_gets_what_was_on_its_way_and_its_card_stays_true(newsroom: Newsroom) -> None:
    newsroom.studio.kind = "private"
    await newsroom.start()
    show = await newsroom.plan_show("OPEN", by=newsroom.slack.user("ana").id)
    await newsroom.outbox.settled()
    old = newsroom.studio.id
    moved: Channel = newsroom.slack.share(newsroom.studio)
    await newsroom.store.post(Post("late", old, TEN_O_CLOCK, text="on air", show=show))
    await newsroom.rename(show, "ON AIR")
    await newsroom.outbox.drain()
    await newsroom.store.move_channel(old, moved.id)
    newsroom.outbox.moved(old, moved.id)
    await newsroom.store.post(Post("later", old, TEN_O_CLOCK, text="still on air", show=show))  # by whoever still has the old id
    await newsroom.outbox.settled()
    assert newsroom.read(moved) == ["ON AIR", "on air", "still on air"]
    assert newsroom.outbox.metrics.dead == 0


def test_every_refusal_that_passes_is_one_that_slack_gives() -> None:
    documented = frozenset().union(*(method.permanent_errors for method in METHODS.values()))
    assert documented | {"user_disabled"} >= BLOCKED


def test_a_block_is_longer_with_each_refusal_and_gone_with_a_success() -> None:
    clock = [100.0]
    blocked = Blocked(Pace(), lambda: clock[0])
    assert blocked.note("C1", "is_archived")
    first = blocked.until("C1") - clock[0]
    assert not blocked.note("C1", "is_archived")
    assert blocked.until("C1") - clock[0] > first
    for _ in range(20):
        blocked.note("C1", "is_archived")
    assert 45 <= blocked.until("C1") - clock[0] <= 60
    blocked.lift("C1")
    assert blocked.until("C1") <= clock[0]
    assert blocked.holds("C1")
    assert blocked.clear("C1")
    assert not blocked.clear("C1")
    assert not blocked.holds("C1")
