"""Delivery by signed HTTP to the real Bolt, and the requests that a careful app turns away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.sandbox.server import LocalServer
from bot.sandbox.slack import Channel, SlackEmulator, User
from tests.sandbox.slack.stagehand import Json, bolt, button, client, manifest, section


@pytest.fixture
async def slack() -> AsyncIterator[SlackEmulator]:
    async with SlackEmulator(manifest(socket_mode=False)) as emulator:
        yield emulator


@pytest.fixture
async def app(slack: SlackEmulator) -> AsyncIterator[AsyncApp]:
    """Bolt behind a web server, to which Slack delivers."""
    made = bolt(slack)

    async def receive(request: web.Request) -> web.StreamResponse:
        return await to_aiohttp_response(await made.async_dispatch(await to_bolt_request(request)))

    site = web.Application()
    site.router.add_post("/slack/events", receive)
    server = LocalServer(site)
    slack.use_http(await server.start())
    yield made
    await server.stop()


async def test_commands_and_presses_arrive_signed(slack: SlackEmulator, app: AsyncApp, ana: User, studio: Channel) -> None:
    async def live(ack: AsyncAck, command: Json) -> None:
        await ack(f"heard {command['text']}")

    pressed: list[str] = []

    async def go(ack: AsyncAck, body: Json) -> None:
        pressed.append(body["actions"][0]["value"])
        await ack()

    app.command("/live")(live)
    app.action("go")(go)
    done = await slack.command(ana, studio, "/live go & win")
    assert (done.acked, done.status) == (True, 200)
    assert slack.read(slack.ephemerals(ana)[0]) == "heard go & win"
    keys = {"type": "actions", "elements": [button("Go", "go", value="s12")]}
    await client(slack).chat_postMessage(channel=studio.id, text="READY", blocks=[section("READY"), keys])
    assert (await slack.press(ana, studio.messages[0], "go")).acked
    assert pressed == ["s12"]


async def test_an_answer_other_than_200_is_seen_by_the_person(
    slack: SlackEmulator, app: AsyncApp, ana: User, studio: Channel
) -> None:
    failed = await slack.command(ana, studio, "/live nobody-listens")
    assert (failed.acked, failed.status, failed.error) == (False, 404, "dispatch_failed")


async def test_bad_signatures_are_bolts_to_refuse(slack: SlackEmulator, app: AsyncApp) -> None:
    payload = {"type": "block_actions", "actions": [{"action_id": "go"}], "user": {"id": "U1"}}
    for how in ("unsigned", "stale", "forged"):
        status, _ = await slack.http.send(payload, how)
        assert status == 401, how


async def test_the_url_is_verified(slack: SlackEmulator, app: AsyncApp) -> None:
    assert await slack.http.verify_url()


async def test_an_event_comes_again_with_its_number(slack: SlackEmulator, app: AsyncApp, ana: User, studio: Channel) -> None:
    seen: list[tuple[str | None, str]] = []

    async def mentioned(event: Json, request: object, body: Json) -> None:
        headers = getattr(request, "headers", {})
        seen.append((headers.get("x-slack-retry-num", [None])[0], body["event_id"]))
        if len(seen) < 3:
            raise ConnectionError("the app is in trouble")

    app.event("app_mention")(mentioned)

    async def overheard() -> None:
        return

    app.event("message")(overheard)
    delivery = await slack.mention(ana, studio, "status")
    assert delivery is not None
    assert not delivery.acked
    await slack.wait_for(lambda s: len(delivery.retry_reasons) == 2)
    slack.clock.advance(60)
    await slack.wait_for(lambda s: delivery.acked)
    assert [number for number, _ in seen] == [None, "1", "2"]
    assert len({event_id for _, event_id in seen}) == 1
    assert delivery.retry_reasons == ["http_error", "http_error"]


async def test_three_seconds_are_all_there_is(slack: SlackEmulator, app: AsyncApp, ana: User, studio: Channel) -> None:
    asked, may_answer = asyncio.Event(), asyncio.Event()

    async def live(ack: AsyncAck) -> None:
        asked.set()
        await may_answer.wait()
        await ack()

    app.command("/live")(live)
    typing = asyncio.ensure_future(slack.command(ana, studio, "/live go"))
    await asked.wait()
    slack.clock.advance(3)
    assert (await typing).error == "operation_timeout"
    may_answer.set()


async def test_an_app_can_ask_for_no_retries(slack: SlackEmulator, ana: User, studio: Channel) -> None:
    async def never(request: web.Request) -> web.StreamResponse:
        return web.Response(status=500, headers={"X-Slack-No-Retry": "1"})

    site = web.Application()
    site.router.add_post("/slack/events", never)
    server = LocalServer(site)
    slack.use_http(await server.start())
    delivery = await slack.mention(ana, studio, "status")
    await server.stop()
    assert delivery is not None
    assert (delivery.attempts, delivery.status, delivery.retry_reasons) == (1, 500, [])


async def test_a_port_where_nobody_listens(slack: SlackEmulator, ana: User, studio: Channel) -> None:
    slack.use_http("http://127.0.0.1:9")
    assert (await slack.command(ana, studio, "/live")).error == "dispatch_failed"
