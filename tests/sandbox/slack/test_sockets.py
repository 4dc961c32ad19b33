"""Socket Mode with the real Bolt on the websockets client: commands, presses, forms, and every way a socket fails."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Channel, FormIncomplete, NotOnScreen, Refused, SlackEmulator, UnknownCommand, User
from tests.sandbox.slack.stagehand import Json, bolt, button, modal, section, socket, text_input


@pytest.fixture
def app(slack: SlackEmulator) -> AsyncApp:
    return bolt(slack)


async def test_a_command_is_answered_to_the_asker(slack: SlackEmulator, app: AsyncApp, ana: User, studio: Channel) -> None:
    async def live(ack: AsyncAck, command: Json, respond: AsyncRespond) -> None:
        await ack()
        await respond(f"you said {command['text']} in {command['channel_name']}")

    app.command("/live")(live)
    async with socket(app, slack):
        done = await slack.command(ana, studio, "/live go")
        assert done.acked
        assert done.ack_ms is not None
        seen = await slack.wait_for(lambda s: s.ephemerals(ana, studio))
    assert seen[0].text == "you said go in studio"
    form = done.payload
    assert {key: form[key] for key in ("command", "user_id", "user_name", "team_domain", "is_enterprise_install")} == {
        "command": "/live",
        "user_id": ana.id,
        "user_name": "ana",
        "team_domain": "rehearsal",
        "is_enterprise_install": "false",
    }


async def test_names_are_escaped_only_where_the_manifest_says_so(
    slack: SlackEmulator, app: AsyncApp, ana: User, ben: User, studio: Channel
) -> None:
    async def listen(ack: AsyncAck, command: Json) -> None:
        await ack(command["text"])

    app.command("/live")(listen)
    app.command("/raw")(listen)
    async with socket(app, slack):
        escaped = await slack.command(ana, studio, "/live crew add @ben in #studio & <go>")
        raw = await slack.command(ana, studio, "/raw crew add @ben in #studio & <go>")
    assert escaped.payload["text"] == f"crew add <@{ben.id}|ben> in <#{studio.id}|studio> &amp; &lt;go&gt;"
    assert raw.payload["text"] == "crew add @ben in #studio &amp; &lt;go&gt;"
    assert slack.read(slack.ephemerals(ana)[0]) == "crew add @ben in #studio & <go>"


async def test_what_the_manifest_does_not_have_cannot_be_typed(slack: SlackEmulator, ana: User, studio: Channel) -> None:
    with pytest.raises(UnknownCommand, match="/stop"):
        await slack.command(ana, studio, "/stop now")
    with pytest.raises(Refused):
        await slack.command(slack.add_user("carl"), studio, "/live")


async def test_a_press_changes_the_card(
    slack: SlackEmulator, app: AsyncApp, web: AsyncWebClient, ana: User, studio: Channel
) -> None:
    async def go(ack: AsyncAck, body: Json, respond: AsyncRespond) -> None:
        await ack()
        await respond(text=f"on air by <@{body['user']['id']}>, {body['actions'][0]['value']}", replace_original=True)

    app.action("go")(go)
    confirm = {
        "title": {"type": "plain_text", "text": "Sure?"},
        "text": {"type": "plain_text", "text": "Goes live"},
        "confirm": {"type": "plain_text", "text": "Go"},
        "deny": {"type": "plain_text", "text": "Wait"},
    }
    keys = {"type": "actions", "elements": [button("Go live", "go", value="s12", confirm=confirm)]}
    await web.chat_postMessage(channel=studio.id, text="READY", blocks=[section("READY"), keys])
    card = studio.messages[0]
    assert slack.read(card) == "READY\n[Go live]"
    async with socket(app, slack):
        done = await slack.press(ana, card, "go")
        assert done.acked
        assert done.confirm is not None
        await slack.wait_for(lambda s: s.channel("studio").messages[0].edited)
        with pytest.raises(NotOnScreen, match="edited since"):
            await slack.press(ana, card, "go")
        late = await slack.press(ana, card, "go", even_if_old=True)
        assert late.acked
    assert slack.read(studio.messages[0]) == "on air by @ana, s12 (edited)"
    assert done.payload["container"] == {
        "type": "message",
        "message_ts": card.ts,
        "channel_id": studio.id,
        "is_ephemeral": False,
    }
    with pytest.raises(NotOnScreen, match="there is no stop"):
        await slack.press(ana, studio.messages[0], "stop")


async def test_a_form_from_opening_to_submission(slack: SlackEmulator, app: AsyncApp, ana: User, studio: Channel) -> None:
    got: list[Json] = []

    async def live(ack: AsyncAck, body: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(
            trigger_id=body["trigger_id"], view=modal("Plan", text_input("title", "Title", max_length=10), callback_id="plan")
        )

    async def plan(ack: AsyncAck, view: Json) -> None:
        typed = view["state"]["values"]["title"]["typed"]["value"]
        if typed == "Taken":
            await ack(response_action="errors", errors={"title": "There is one already"})
            return
        got.append(view)
        await ack()

    app.command("/live")(live)
    app.view("plan")(plan)
    async with socket(app, slack):
        await slack.command(ana, studio, "/live plan")
        [form] = await slack.wait_for(lambda s: s.modals(ana))
        with pytest.raises(FormIncomplete) as kept:
            await slack.submit(ana, form)
        assert kept.value.errors == {"title": "Please complete this required field."}
        with pytest.raises(FormIncomplete, match="at most 10"):
            await slack.submit(ana, form, {"title": "Sunday Service"})
        refused = await slack.submit(ana, form, {"title": "Taken"})
        assert refused.errors == {"title": "There is one already"}
        assert len(slack.modals(ana)) == 1
        done = await slack.submit(ana, slack.modals(ana)[0], {"typed": "Sunday"})
    assert done.acked
    assert slack.modals(ana) == []
    assert got[0]["state"]["values"]["title"]["typed"] == {"type": "plain_text_input", "value": "Sunday"}


async def test_nobody_connected_fails_before_the_persons_eyes(slack: SlackEmulator, ana: User, studio: Channel) -> None:
    lost = await slack.command(ana, studio, "/live go")
    assert (lost.acked, lost.error) == (False, "dispatch_failed")


async def test_silence_becomes_a_timeout_after_three_seconds(
    slack: SlackEmulator, app: AsyncApp, ana: User, studio: Channel
) -> None:
    async with socket(app, slack):
        typing = asyncio.ensure_future(slack.command(ana, studio, "/live nobody-listens"))
        await slack.wait_for(lambda s: s.deliveries and s.deliveries[0].connections)
        slack.clock.advance(3)
        assert (await typing).error == "operation_timeout"


async def test_a_deaf_socket_answers_nothing_and_stays_open(
    slack: SlackEmulator, app: AsyncApp, ana: User, studio: Channel
) -> None:
    async def live(ack: AsyncAck) -> None:
        await ack()

    app.command("/live")(live)
    async with socket(app, slack, ping_interval=10) as handler:
        slack.sockets.deafen()
        session = handler.client.current_session
        assert session is not None
        unanswered = asyncio.ensure_future(await session.ping())
        typing = asyncio.ensure_future(slack.command(ana, studio, "/live go"))
        await slack.wait_for(lambda s: s.deliveries and s.deliveries[0].connections)
        slack.clock.advance(3)
        assert (await typing).error == "operation_timeout"
        assert not unanswered.done()
        assert await handler.client.is_connected()
        slack.sockets.undeafen()
        await unanswered
        assert (await slack.command(ana, studio, "/live go")).acked


async def test_what_was_done_can_look_undone(slack: SlackEmulator, app: AsyncApp, ana: User, studio: Channel) -> None:
    done = asyncio.Event()

    async def live(ack: AsyncAck) -> None:
        await ack()
        done.set()

    app.command("/live")(live)
    async with socket(app, slack, ping_interval=10):
        slack.sockets.deafen(half=True)
        typing = asyncio.ensure_future(slack.command(ana, studio, "/live go"))
        await done.wait()
        slack.clock.advance(3)
        assert (await typing).error == "operation_timeout"


async def test_menus_in_a_message_keep_what_was_picked(
    slack: SlackEmulator, app: AsyncApp, web: AsyncWebClient, ana: User, ben: User, studio: Channel
) -> None:
    def options(*names: str) -> list[Json]:
        return [{"text": {"type": "plain_text", "text": name.title()}, "value": name} for name in names]

    menus: list[Json] = [
        {"type": "static_select", "action_id": "provider", "options": options("gcore", "aioz")},
        {"type": "overflow", "action_id": "more", "options": options("mark", "extend")},
        button("Apply", "apply"),
    ]
    await web.chat_postMessage(channel=studio.id, text="x", blocks=[{"type": "actions", "block_id": "b", "elements": menus}])
    [card] = studio.messages
    picked = await slack.press(ana, card, "provider", "aioz")
    assert picked.payload["actions"][0]["selected_option"]["value"] == "aioz"
    chosen = await slack.press(ana, card, "more", "Extend")
    assert chosen.payload["actions"][0]["selected_option"]["value"] == "extend"
    applied = await slack.press(ana, card, "apply")
    assert applied.payload["state"]["values"]["b"]["provider"]["selected_option"]["value"] == "aioz"
    others = await slack.press(ben, card, "apply")
    assert others.payload["state"]["values"]["b"]["provider"]["selected_option"] is None


async def test_a_refused_upgrade_recovers_with_a_new_ticket(
    slack: SlackEmulator, app: AsyncApp, ana: User, studio: Channel
) -> None:
    async def live(ack: AsyncAck) -> None:
        await ack()

    app.command("/live")(live)
    async with socket(app, slack) as handler:
        slack.sockets.refuse_upgrades(2)
        slack.sockets.drop_all()
        await slack.wait_for(lambda s: s.sockets.refused_upgrades == 2 and s.sockets.connected == 1)
        assert (await slack.command(ana, studio, "/live go")).acked
        assert await handler.client.is_connected()
    assert len(slack.posts("apps.connections.open")) == 4


async def test_a_refresh_is_followed_by_a_new_connection(slack: SlackEmulator, app: AsyncApp) -> None:
    async with socket(app, slack):
        before = slack.sockets.connections[0].number
        await slack.sockets.disconnect("refresh_requested")
        await slack.wait_for(lambda s: [one.number for one in s.sockets.connections] == [before + 1])


async def test_a_socket_that_stays_after_a_warning_is_closed(slack: SlackEmulator, web: AsyncWebClient) -> None:
    url = (await web.apps_connections_open(app_token=slack.app_token))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as ws:
        assert (await ws.receive_json())["type"] == "hello"
        await slack.sockets.disconnect("warning")
        assert (await ws.receive_json())["reason"] == "warning"
        slack.clock.advance(10)
        await slack.wait_for(lambda s: s.sockets.connected == 0)


async def test_an_envelope_goes_to_one_of_two_connections_unless_repeated(
    slack: SlackEmulator, app: AsyncApp, ana: User, studio: Channel
) -> None:
    heard: list[str] = []

    async def live(ack: AsyncAck, command: Json) -> None:
        await ack()
        heard.append(command["text"])

    app.command("/live")(live)
    async with socket(app, slack), socket(app, slack):
        used = {(await slack.command(ana, studio, f"/live {word}")).connections[0] for word in ("a", "b")}
        assert len(used) == 2
        slack.sockets.repeat_next()
        twice = await slack.command(ana, studio, "/live c")
        assert len(twice.connections) == 2
        assert (await slack.repeat(twice)).acked
    assert heard[:3] == ["a", "b", "c"]


async def test_a_ticket_opens_one_connection(slack: SlackEmulator, web: AsyncWebClient) -> None:
    url = (await web.apps_connections_open(app_token=slack.app_token))["url"]
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url) as ws:
            assert (await ws.receive_json())["type"] == "hello"
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)


async def test_the_eleventh_connection_is_sent_away(slack: SlackEmulator, web: AsyncWebClient) -> None:
    async with aiohttp.ClientSession() as session:
        there = []
        for _ in range(10):
            url = (await web.apps_connections_open(app_token=slack.app_token))["url"]
            there.append(await session.ws_connect(url))
            assert (await there[-1].receive_json())["type"] == "hello"
        url = (await web.apps_connections_open(app_token=slack.app_token))["url"]
        one_more = await session.ws_connect(url)
        assert (await one_more.receive_json())["reason"] == "too_many_websockets"


async def test_a_command_can_fail_with_a_real_error_code(slack: SlackEmulator, web: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        await web.views_open(trigger_id="1.2.3", view=modal())
