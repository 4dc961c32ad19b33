"""Webhooks as the vendor sends them, and what a network does to them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.sandbox.gcore import GcoreCloud
from tests.contention import PATIENCE
from tests.sandbox.gcore.crew import Crew, Mailbox


@pytest.mark.parametrize(
    ("style", "fields"),
    [
        ("short", {"id", "live", "recording"}),
        (
            "w2",
            {"id", "live", "recording", "backup_live", "client_user_id", "client_entity_data", "pull", "uri", "stream_source_type"},
        ),
        (
            "w3",
            {"id", "live", "recording", "backup_live", "client_user_id", "client_entity_data", "pull", "uri", "stream_source_type"}
            | {"transcoding"},
        ),
    ],
)
async def test_three_editions_of_the_stream_event(
    crew: Crew, cloud: GcoreCloud, mailbox: Mailbox, style: Any, fields: set[str]
) -> None:
    cloud.habits.webhook_style = style

    await crew.on_air(client_entity_data="showcaller:s12", client_user_id=12)

    event = mailbox.events[0]
    assert (event["type"], list(event), list(event["message"])) == ("stream", ["type", "message"], ["stream"])
    stream = event["message"]["stream"]
    assert set(stream) == fields
    if style != "short":
        assert (stream["client_entity_data"], stream["client_user_id"]) == ("showcaller:s12", "12")


async def test_a_push_stream_s_event_leaks_the_push_token(crew: Crew, mailbox: Mailbox) -> None:
    stream_id = await crew.on_air()

    assert (await crew.stream(stream_id))["token"] in mailbox.about("stream")[0]["uri"]


async def test_the_log_knows_deliveries_and_never_prints_a_token(crew: Crew, cloud: GcoreCloud, mailbox: Mailbox) -> None:
    mailbox.status = 500
    stream_id = await crew.on_air()

    log = cloud.webhooks.log
    assert [(d.type, d.id, d.outcome, d.status) for d in log] == [("stream", stream_id, "delivered", 500)] * 3
    assert len(mailbox.events) == 3
    assert cloud.stream(stream_id).token not in repr(log)


async def test_lost_events_never_arrive(crew: Crew, cloud: GcoreCloud, mailbox: Mailbox) -> None:
    cloud.webhooks.lose_next(2)

    await crew.on_air()

    assert len(mailbox.events) == 1
    assert [d.outcome for d in cloud.webhooks.log] == ["lost", "lost", "delivered"]


async def test_repeated_events_arrive_twice(crew: Crew, cloud: GcoreCloud, mailbox: Mailbox) -> None:
    cloud.webhooks.repeat_next(1)

    await crew.on_air()

    assert mailbox.events[0] == mailbox.events[1]
    assert len(mailbox.events) == 4


@pytest.mark.parametrize(("order", "lives"), [("in order", [True] * 3 + [False]), ("reversed", [False] + [True] * 3)])
async def test_held_events_arrive_late_and_perhaps_reversed(
    crew: Crew, cloud: GcoreCloud, mailbox: Mailbox, order: Any, lives: list[bool]
) -> None:
    cloud.webhooks.hold()
    stream_id = await crew.on_air()
    cloud.drop_signal(stream_id)
    await crew.later(10)
    assert mailbox.events == []

    assert cloud.webhooks.release(order) == 4
    await cloud.settle()

    assert [e["live"] for e in mailbox.about("stream")] == lives


async def test_a_receiver_that_is_down_loses_the_event_for_good(crew: Crew, cloud: GcoreCloud, mailbox: Mailbox) -> None:
    address, cloud.webhooks.url = cloud.webhooks.url, "http://127.0.0.1:1/"
    stream_id = await crew.on_air()
    cloud.webhooks.url = address
    cloud.drop_signal(stream_id)
    await crew.later(60)

    assert [d.outcome for d in cloud.webhooks.log] == ["failed"] * 3 + ["delivered"]
    assert len(mailbox.events) == 1


async def test_without_an_address_nothing_is_sent(crew: Crew, cloud: GcoreCloud, mailbox: Mailbox) -> None:
    cloud.webhooks.url = None

    await crew.on_air()

    assert {d.outcome for d in cloud.webhooks.log} == {"no address"}


async def test_the_agenda_follows_the_clock_without_being_asked(crew: Crew, cloud: GcoreCloud, mailbox: Mailbox) -> None:
    stream_id = await crew.create_stream(active=True)
    cloud.connect_encoder(stream_id)
    async with asyncio.timeout(PATIENCE):
        crew.clock.run_at(200)
        await cloud.until(lambda: len([d for d in cloud.webhooks.log if d.outcome == "delivered"]) == 3)

    assert [e["live"] for e in mailbox.about("stream")] == [True] * 3
