"""Events: only those subscribed to, only where the bot is, its own messages too, and again until acknowledged."""

from __future__ import annotations

import asyncio

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Channel, NotOnScreen, SlackEmulator, User
from tests.sandbox.slack.stagehand import Json, bolt, client, manifest, modal, socket


@pytest.fixture
def heard() -> list[Json]:
    return []


@pytest.fixture
def app(slack: SlackEmulator, heard: list[Json]) -> AsyncApp:
    """An app that keeps every event."""
    made = bolt(slack)

    async def keep(body: Json) -> None:
        heard.append(body)

    for kind in ("message", "app_mention", "app_home_opened"):
        made.event({"type": kind, "subtype": None} if kind != "message" else {"type": "message"})(keep)
    return made


async def test_a_mention_in_a_thread(slack: SlackEmulator, app: AsyncApp, heard: list[Json], ana: User, studio: Channel) -> None:
    start = slack.say(ana, studio, "hello @ben")
    async with socket(app, slack):
        done = await slack.mention(ana, studio, "clip last 30s", thread_ts=start.ts)
        assert done is not None
        assert done.acked
    event = next(body["event"] for body in heard if body["event"]["type"] == "app_mention")
    assert event["text"] == f"<@{slack.bot_user_id}> clip last 30s"
    assert (event["thread_ts"], event["channel"], event["user"]) == (start.ts, studio.id, ana.id)
    assert slack.read(studio.messages[0]) == "hello @ben\n  | @showcaller clip last 30s"


async def test_the_bots_own_messages_come_back(
    slack: SlackEmulator, app: AsyncApp, heard: list[Json], web: AsyncWebClient, studio: Channel
) -> None:
    async with socket(app, slack):
        post = await web.chat_postMessage(channel=studio.id, text="ON AIR")
        await web.chat_update(channel=studio.id, ts=post["ts"], text="OFF AIR")
        await web.chat_delete(channel=studio.id, ts=post["ts"])
        await slack.wait_for(lambda s: [one.acked for one in s.deliveries] == [True] * 3)
    events = {one.payload["event"].get("subtype"): one.payload["event"] for one in slack.deliveries}
    assert events[None]["bot_id"] == slack.workspace.bot_id
    assert events["message_changed"]["message"]["text"] == "OFF AIR"
    assert events["message_changed"]["previous_message"]["text"] == "ON AIR"
    assert events["message_deleted"]["deleted_ts"] == post["ts"]
    assert heard == [], "Bolt keeps an app's own messages from its listeners"


async def test_what_is_not_subscribed_to_is_not_sent(slack: SlackEmulator, ana: User, studio: Channel) -> None:
    assert await slack.event({"type": "reaction_added", "user": ana.id, "channel": studio.id}) is None
    lobby = slack.add_channel("lobby", bot=False)
    assert await slack.mention(ana, lobby, "status") is None
    secret = slack.add_channel("secret", private=True)
    slack.say(ana, secret, "message.groups is not subscribed to")
    assert slack.deliveries == []


async def test_an_unanswered_event_comes_again_three_times(slack: SlackEmulator, ana: User) -> None:
    async with socket(bolt(slack), slack):
        opening = asyncio.ensure_future(slack.open_home(ana))
        await slack.wait_for(lambda s: s.deliveries and s.deliveries[0].connections)
        slack.clock.advance(3)
        delivery = await opening
        assert delivery is not None
        for attempt, pause in ((2, 60), (3, 300), (4, 0)):
            await slack.wait_for(lambda s, n=attempt: len(delivery.connections) == n)  # type: ignore[misc]
            slack.clock.advance(3)
            await slack.wait_for(lambda s, n=attempt: len(delivery.retry_reasons) == min(n, 3) and delivery.error)  # type: ignore[misc]
            slack.clock.advance(pause)
    assert (delivery.attempts, delivery.retry_reasons) == (4, ["timeout"] * 3)


async def test_the_home_tab_is_opened(slack: SlackEmulator, app: AsyncApp, heard: list[Json], ana: User) -> None:
    async with socket(app, slack):
        done = await slack.open_home(ana)
        assert done is not None
        assert done.acked
    assert heard[0]["event"]["tab"] == "home"
    assert heard[0]["authorizations"][0]["user_id"] == slack.bot_user_id


async def test_shortcuts_are_those_of_the_manifest(slack: SlackEmulator, web: AsyncWebClient, ana: User, studio: Channel) -> None:
    done = await slack.shortcut(ana, "plan")
    assert (done.payload["type"], done.payload["callback_id"]) == ("shortcut", "plan")
    await web.views_open(trigger_id=done.payload["trigger_id"], view=modal("Plan"))
    message = slack.say(ana, studio, "a moment")
    marked = await slack.shortcut(ana, "mark", message)
    assert marked.payload["message"]["text"] == "a moment"
    with pytest.raises(NotOnScreen):
        await slack.shortcut(ana, "mark")


def test_a_manifest_that_slack_would_refuse() -> None:
    with pytest.raises(ValueError, match="commands"):
        SlackEmulator(manifest(without=frozenset({"commands"})))
    with pytest.raises(ValueError, match="channels:history"):
        SlackEmulator(manifest(without=frozenset({"channels:history"})))


async def test_comings_and_goings_are_told() -> None:
    told = manifest()
    kinds = [
        "channel_archive",
        "channel_left",
        "channel_rename",
        "member_joined_channel",
        "member_left_channel",
        "subteam_members_changed",
        "tokens_revoked",
        "user_change",
    ]
    told["settings"]["event_subscriptions"]["bot_events"] = kinds
    async with SlackEmulator(told) as slack:
        ana = slack.add_user("ana")
        studio, lobby = slack.add_channel("studio"), slack.add_channel("lobby", bot=False)
        crew = slack.add_usergroup("crew", [])
        slack.invite(lobby)
        slack.remove(studio, ana)
        slack.rename(studio, "gallery")
        slack.archive(studio)
        slack.remove(lobby)
        slack.set_usergroup(crew, [ana])
        assert slack.change_user(ana, tz="Asia/Tokyo").tz == "Asia/Tokyo"
        slack.revoke_token()
        await slack.wait_for(lambda s: len(s.deliveries) == 8)
        events = [one.payload["event"] for one in slack.deliveries]
        assert sorted(event["type"] for event in events) == kinds
        assert next(event for event in events if event["type"] == "channel_rename")["channel"]["name"] == "gallery"


async def test_an_optional_scope_can_be_declined() -> None:
    asking = manifest()
    asking["oauth_config"]["scopes"]["bot_optional"] = ["channels:history"]
    async with SlackEmulator(asking, declined=["channels:history"]) as slack:
        studio = slack.add_channel("studio", members=[slack.add_user("ana")])
        slack.say("ana", studio, "hello")
        with pytest.raises(SlackApiError, match="missing_scope"):
            await client(slack).conversations_history(channel=studio.id)
        assert slack.deliveries == []
    with pytest.raises(ValueError, match="chat:write"):
        SlackEmulator(asking, declined=["chat:write"])


async def test_waiting_in_vain_shows_what_there_is(slack: SlackEmulator, ana: User, studio: Channel) -> None:
    slack.say(ana, studio, "nobody home")
    with pytest.raises(AssertionError, match="@ana: nobody home"):
        await slack.wait_for(lambda s: s.modals(ana), timeout=0.01)
