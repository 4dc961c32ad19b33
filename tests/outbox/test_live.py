"""Messages that are kept up to date."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace

from bot.model import Post
from bot.outbox import Message
from bot.sandbox.faults import Fault
from tests.outbox.newsroom import TEN_O_CLOCK, Newsroom

EDITS = "/api/chat.update"


async def test_a_card_follows_its_show(newsroom: Newsroom) -> None:
    await newsroom.start()
    show = await newsroom.plan_show("Morning service")
    await newsroom.outbox.settled()
    assert newsroom.read() == ["Morning service"]
    await newsroom.rename(show, "Evening service")
    await newsroom.outbox.settled()
    (card,) = newsroom.slack.channel("studio").messages
    assert newsroom.slack.read(card) == "Evening service (edited)"
    assert newsroom.outbox.metrics.edited == 1


async def test_fifty_changes_are_few_edits_and_the_last_state_is_shown(newsroom: Newsroom) -> None:
    await newsroom.start()
    show = await newsroom.plan_show("Morning service")
    await newsroom.outbox.settled()
    began = newsroom.clock.time()
    for number in range(50):
        await newsroom.rename(show, f"Take {number}")
    await newsroom.outbox.settled()
    lasted = newsroom.clock.time() - began
    assert newsroom.read() == ["Take 49"]
    budget = newsroom.pace.edit_burst + lasted / 60 * newsroom.pace.edits_per_minute
    assert len(newsroom.calls("chat.update")) <= min(budget, 49), f"{lasted:.0f} s by Slack's clock"


async def test_what_looks_the_same_is_not_edited(newsroom: Newsroom) -> None:
    await newsroom.start()
    show = await newsroom.plan_show("Morning service")
    await newsroom.outbox.settled()
    drawings = newsroom.drawings
    await newsroom.rename(show, "Morning service")
    await newsroom.outbox.settled()
    assert newsroom.drawings > drawings
    assert newsroom.calls("chat.update") == []


async def test_a_change_while_the_card_is_being_posted_is_not_missed(newsroom: Newsroom) -> None:
    answered = asyncio.Event()
    newsroom.slack.faults.add(Fault("/api/chat.postMessage", answer_held_until=answered))
    await newsroom.start()
    show = await newsroom.plan_show("Morning service")
    await newsroom.until_said("Morning service")
    await newsroom.rename(show, "Evening service")
    answered.set()
    await newsroom.outbox.settled()
    assert newsroom.read() == ["Evening service"]


async def test_edits_of_many_cards_stay_within_slacks_budget_and_those_on_air_go_first(newsroom: Newsroom) -> None:
    on_air: set[str] = set()
    newsroom.options = {"first": lambda subject: subject in on_air}
    await newsroom.die()
    await newsroom.come_back()
    shows = [await newsroom.plan_show(f"Show {number}") for number in range(40)]
    await newsroom.outbox.settled()
    on_air.update(shows[-2:])
    await newsroom.die()
    began = newsroom.clock.time()
    await newsroom.open()
    for show in shows:
        await newsroom.rename(show, f"New {show}")
    await newsroom.start()
    await newsroom.outbox.settled()
    *_, last = edits = [call for call in newsroom.slack.calls if call.method == "chat.update"]
    assert newsroom.outbox.metrics.throttled == 0
    assert len(edits) == 40
    assert {edit.args["text"] for edit in edits[:2]} == {f"New {show}" for show in shows[-2:]}
    assert last.at - began >= 30 * 60 / 45


async def test_a_card_that_is_not_on_air_gets_its_turn_while_others_never_stop_changing(newsroom: Newsroom) -> None:
    on_air: list[str] = []
    newsroom.options = {"first": lambda subject: subject in on_air}
    await newsroom.die()
    await newsroom.come_back()
    planned = await newsroom.plan_show("Morning service")
    on_air += [await newsroom.plan_show(f"Show {number}") for number in range(4)]
    await newsroom.outbox.settled()

    async def keep_changing() -> None:
        for take in itertools.count():
            for show in on_air:
                await newsroom.rename(show, f"Take {take}")

    changing = asyncio.create_task(keep_changing())
    try:
        await newsroom.slack.wait_for(lambda slack: len(newsroom.calls("chat.update")) > 5)
        await newsroom.rename(planned, "Evening service")
        await newsroom.until_said("Evening service")
    finally:
        changing.cancel()
        await asyncio.wait({changing})


async def test_slack_asking_to_wait_pauses_edits_but_not_posts(newsroom: Newsroom) -> None:
    await newsroom.start()
    show = await newsroom.plan_show("Morning service")
    await newsroom.outbox.settled()
    newsroom.slack.fail("chat.update", "ratelimited", retry_after=60)
    await newsroom.rename(show, "Evening service")
    await newsroom.outbox.drain()
    await newsroom.say("doors open")
    await newsroom.until_said("doors open")
    assert newsroom.read()[0] == "Morning service"
    await newsroom.outbox.settled()
    assert newsroom.read() == ["Evening service", "doors open"]
    refused, taken = [call for call in newsroom.slack.calls if call.method == "chat.update"]
    assert taken.at - refused.at >= 60


async def test_an_edit_lost_on_the_way_is_made_again(newsroom: Newsroom) -> None:
    await newsroom.start()
    show = await newsroom.plan_show("Morning service")
    await newsroom.outbox.settled()
    newsroom.slack.faults.add(Fault(EDITS, cut="before"))
    newsroom.slack.faults.add(Fault(EDITS, cut="after"))
    await newsroom.rename(show, "Evening service")
    await newsroom.outbox.settled()
    assert newsroom.read() == ["Evening service"]


async def test_what_changed_while_the_bot_was_down_is_corrected_and_nothing_else(newsroom: Newsroom) -> None:
    await newsroom.start()
    first = await newsroom.plan_show("Morning service")
    await newsroom.plan_show("Concert")
    await newsroom.outbox.settled()
    await newsroom.die()
    await newsroom.open()
    await newsroom.rename(first, "Evening service")
    await newsroom.start()
    await newsroom.outbox.settled()
    assert newsroom.read() == ["Evening service", "Concert"]
    assert newsroom.outbox.metrics.edited == 1


async def test_a_card_that_somebody_deleted_is_forgotten(newsroom: Newsroom) -> None:
    await newsroom.start()
    show = await newsroom.plan_show("Morning service")
    await newsroom.outbox.settled()
    studio = newsroom.slack.channel("studio")
    newsroom.slack.workspace.delete(studio, studio.messages[0].ts)
    await newsroom.rename(show, "Evening service")
    await newsroom.rename(show, "Night service")
    await newsroom.outbox.settled()
    await newsroom.rename(show, "Matins")
    await newsroom.outbox.settled()
    assert newsroom.read() == []
    assert len(newsroom.calls("chat.update")) == 1


async def test_a_card_that_slack_does_not_let_us_change_is_left_alone(newsroom: Newsroom) -> None:
    await newsroom.start()
    show = await newsroom.plan_show("Morning service")
    await newsroom.outbox.settled()
    newsroom.slack.fail("chat.update", "cant_update_message")
    for title in ("Evening service", "Night service"):
        await newsroom.rename(show, title)
        await newsroom.outbox.settled()
    assert len(newsroom.calls("chat.update")) == 1


async def test_a_drawing_that_slack_refuses_is_not_tried_again_but_the_next_one_is(newsroom: Newsroom) -> None:
    await newsroom.start()
    show = await newsroom.plan_show("Morning service")
    await newsroom.outbox.settled()
    newsroom.slack.fail("chat.update", "invalid_blocks")
    await newsroom.rename(show, "Evening service")
    await newsroom.outbox.settled()
    newsroom.outbox.changed([show])
    await newsroom.outbox.settled()
    assert len(newsroom.calls("chat.update")) == 1
    await newsroom.rename(show, "Night service")
    await newsroom.outbox.settled()
    assert newsroom.read() == ["Night service"]


async def test_blocks_that_are_not_drawn_any_more_disappear(newsroom: Newsroom) -> None:
    async def shrinking(show_id: Post) -> Message | None:
        message = await newsroom._card(show_id)
        return replace(message, blocks=()) if message and message.text.startswith("Old") else message

    newsroom.views["card"] = shrinking
    await newsroom.start()
    show = await newsroom.plan_show("Morning service")
    await newsroom.outbox.settled()
    await newsroom.rename(show, "Old card")
    await newsroom.outbox.settled()
    (card,) = newsroom.slack.channel("studio").messages
    assert (card.text, card.blocks) == ("Old card", [])


async def test_a_card_is_pinned_when_it_is_posted(newsroom: Newsroom) -> None:
    newsroom.options = {"pinned_views": {"card"}}
    await newsroom.die()
    await newsroom.come_back()
    newsroom.slack.fail("pins.add", "ratelimited", retry_after=2)
    show = await newsroom.plan_show("Morning service")
    await newsroom.say("doors open")
    await newsroom.outbox.settled()
    await newsroom.rename(show, "Evening service")
    await newsroom.outbox.settled()
    address = await newsroom.outbox.address(f"card:{show}:1")
    assert address is not None
    assert list(newsroom.slack.channel("studio").pins) == [address[1]]


async def test_nothing_to_show_is_not_posted(newsroom: Newsroom) -> None:
    await newsroom.start()
    await newsroom.store.post(Post("card:s99:1", newsroom.studio.id, TEN_O_CLOCK, view="card", subject="s99"))
    await newsroom.say("doors open")
    await newsroom.outbox.settled()
    assert newsroom.read() == ["doors open"]
