"""The Web API through the real client: what it does, and what it refuses with which word."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.faults import Fault
from bot.sandbox.slack import Channel, SlackEmulator, User
from bot.sandbox.slack.web_api import METHODS
from tests.sandbox.slack.stagehand import button, client, manifest, section


async def refused(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def test_the_bot_knows_itself(slack: SlackEmulator, web: AsyncWebClient) -> None:
    me = await web.auth_test()
    assert (me["user_id"], me["team_id"]) == (slack.bot_user_id, slack.team_id)
    assert "chat:write" in me.headers["X-OAuth-Scopes"]


async def test_a_post_is_seen_edited_threaded_and_taken_away(slack: SlackEmulator, web: AsyncWebClient, studio: Channel) -> None:
    post = await web.chat_postMessage(channel=studio.id, text="ON AIR", metadata={"event_type": "on", "event_payload": {"k": 1}})
    await web.chat_postMessage(channel=studio.id, thread_ts=post["ts"], text="recording rolls")
    [seen] = studio.messages
    assert (seen.text, seen.edited, [reply.text for reply in seen.replies]) == ("ON AIR", None, ["recording rolls"])
    await web.chat_update(channel=studio.id, ts=post["ts"], text="OFF AIR")
    assert studio.messages[0].text == "OFF AIR"
    assert studio.messages[0].edited
    assert studio.messages[0].metadata == {"event_type": "on", "event_payload": {"k": 1}}
    await web.chat_delete(channel=studio.id, ts=post["ts"])
    assert studio.messages == []


async def test_an_edit_without_blocks_keeps_the_blocks(web: AsyncWebClient, studio: Channel) -> None:
    post = await web.chat_postMessage(channel=studio.id, text="card", blocks=[section("card")])
    await web.chat_update(channel=studio.id, ts=post["ts"], text="new words")
    assert studio.messages[0].blocks[0]["text"]["text"] == "card"
    await web.chat_update(channel=studio.id, ts=post["ts"], text="words only", blocks=[])
    assert studio.messages[0].blocks == []


async def test_metadata_comes_only_when_asked_for(web: AsyncWebClient, studio: Channel) -> None:
    await web.chat_postMessage(channel=studio.id, text="x", metadata={"event_type": "on", "event_payload": {}})
    plain = await web.conversations_history(channel=studio.id)
    whole = await web.conversations_history(channel=studio.id, include_all_metadata=True)
    assert "metadata" not in plain["messages"][0]
    assert whole["messages"][0]["metadata"]["event_type"] == "on"


async def test_history_is_newest_first_and_paged(web: AsyncWebClient, studio: Channel) -> None:
    for number in range(5):
        await web.chat_postMessage(channel=studio.id, text=f"{number}")
    first = await web.conversations_history(channel=studio.id, limit=2)
    assert [m["text"] for m in first["messages"]] == ["4", "3"]
    second = await web.conversations_history(channel=studio.id, limit=2, cursor=first["response_metadata"]["next_cursor"])
    assert [m["text"] for m in second["messages"]] == ["2", "1"]
    since = await web.conversations_history(channel=studio.id, oldest=studio.messages[3].ts)
    assert [m["text"] for m in since["messages"]] == ["4"]


async def test_every_encoding_of_a_call_is_understood(slack: SlackEmulator, studio: Channel) -> None:
    blocks = json.dumps([section("hello")])
    url, bearer = slack.api_url + "chat.postMessage", {"Authorization": f"Bearer {slack.bot_token}"}
    async with aiohttp.ClientSession() as session:
        form = {"token": slack.bot_token, "channel": studio.id, "blocks": blocks}
        for sending in (
            session.post(url, data=form),
            session.post(url, headers=bearer, json={"channel": studio.id, "blocks": [section("hello")]}),
            session.post(url, headers=bearer, params={"channel": studio.id}, data={"blocks": blocks}),
            session.get(url, headers=bearer, params={"channel": studio.id, "text": "hello"}),
        ):
            async with sending as answer:
                body = await answer.json()
                assert (answer.status, body["ok"]) == (200, True), body
    assert len(studio.messages) == 4


async def test_who_calls_is_judged_first(slack: SlackEmulator) -> None:
    wrong = AsyncWebClient(base_url=slack.api_url, retry_handlers=[])
    assert await refused(wrong.auth_test()) == "not_authed"
    assert await refused(wrong.auth_test(token="xoxb-other")) == "invalid_auth"
    assert await refused(wrong.apps_connections_open(app_token=slack.bot_token)) == "not_allowed_token_type"
    assert await refused(wrong.chat_postMessage(token=slack.app_token, channel="C1", text="x")) == "not_allowed_token_type"
    slack.revoke_token()
    assert await refused(client(slack).auth_test()) == "token_revoked"


async def test_an_unknown_method_is_called_so(web: AsyncWebClient) -> None:
    assert await refused(web.api_call("chat.shout")) == "unknown_method"


async def test_a_missing_scope_is_named() -> None:
    async with SlackEmulator(manifest(without=frozenset({"pins:write"}))) as slack:
        studio = slack.add_channel("studio")
        with pytest.raises(SlackApiError) as caught:
            await client(slack).pins_add(channel=studio.id, timestamp="1.0")
        assert caught.value.response["error"] == "missing_scope"
        assert caught.value.response["needed"] == "pins:write"
        assert "chat:write" in caught.value.response["provided"].split(",")


async def test_channels_the_bot_cannot_write_in(slack: SlackEmulator, web: AsyncWebClient, ana: User) -> None:
    lobby = slack.add_channel("lobby", bot=False)
    secret = slack.add_channel("secret", bot=False, private=True)
    attic = slack.add_channel("attic", archived=True)
    assert await refused(web.chat_postMessage(channel=lobby.id, text="x")) == "not_in_channel"
    assert await refused(web.chat_postMessage(channel=secret.id, text="x")) == "channel_not_found"
    assert await refused(web.chat_postMessage(channel=attic.id, text="x")) == "is_archived"
    assert await refused(web.chat_postMessage(channel="C404", text="x")) == "channel_not_found"
    slack.invite(lobby)
    await web.chat_postMessage(channel=lobby.id, text="hello")
    assert [m.text for m in lobby.messages] == ["hello"]


async def test_what_cannot_be_said_or_changed(slack: SlackEmulator, web: AsyncWebClient, studio: Channel, ana: User) -> None:
    assert await refused(web.api_call("chat.postMessage", json={"channel": studio.id, "text": " "})) == "no_text"
    assert await refused(web.chat_update(channel=studio.id, ts="1.0", text="x")) == "message_not_found"
    foreign = slack.say(ana, studio, "mine")
    assert await refused(web.chat_update(channel=studio.id, ts=foreign.ts, text="x")) == "cant_update_message"
    assert await refused(web.chat_delete(channel=studio.id, ts=foreign.ts)) == "cant_delete_message"
    post = await web.chat_postMessage(channel=studio.id, text="x" * 41_000)
    assert len(studio.messages[-1].text) == 40_000
    assert await refused(web.chat_update(channel=studio.id, ts=post["ts"], text="x" * 4_001)) == "msg_too_long"
    long = [section("x" * 2_900) for _ in range(5)]
    assert await refused(web.chat_postMessage(channel=studio.id, text="t", blocks=long)) == "msg_blocks_too_long"


async def test_a_whisper_reaches_one_person(
    slack: SlackEmulator, web: AsyncWebClient, studio: Channel, ana: User, ben: User
) -> None:
    await web.chat_postEphemeral(channel=studio.id, user=ana.id, text="only you")
    assert [m.text for m in slack.ephemerals(ana, studio)] == ["only you"]
    assert slack.ephemerals(ben) == []
    assert studio.messages == []
    outsider = slack.add_user("carl")
    assert await refused(web.chat_postEphemeral(channel=studio.id, user=outsider.id, text="x")) == "user_not_in_channel"


async def test_too_fast_is_told_with_a_wait_and_then_works(slack: SlackEmulator, web: AsyncWebClient, studio: Channel) -> None:
    for number in range(5):
        await web.chat_postMessage(channel=studio.id, text=f"{number}")
    with pytest.raises(SlackApiError) as caught:
        await web.chat_postMessage(channel=studio.id, text="too many")
    assert caught.value.response.status_code == 429
    assert caught.value.response["error"] == "ratelimited"
    wait = int(caught.value.response.headers["Retry-After"])
    slack.clock.advance(wait)
    await web.chat_postMessage(channel=studio.id, text="now")
    assert [call.status for call in slack.calls][-2:] == [429, 200]
    assert slack.calls[-2].retry_after == wait


async def test_edits_share_fifty_a_minute_over_all_channels(slack: SlackEmulator, web: AsyncWebClient, studio: Channel) -> None:
    gallery = slack.add_channel("gallery")
    posts = [(one.id, (await web.chat_postMessage(channel=one.id, text="0"))["ts"]) for one in (studio, gallery)]
    for number in range(50):
        channel, ts = posts[number % 2]
        await web.chat_update(channel=channel, ts=ts, text=f"{number}")
    assert await refused(web.chat_update(channel=posts[0][0], ts=posts[0][1], text="51")) == "ratelimited"


async def test_the_pace_can_be_switched_off() -> None:
    async with SlackEmulator(manifest(), rate_limits=False) as slack:
        studio = slack.add_channel("studio")
        for number in range(30):
            await client(slack).chat_postMessage(channel=studio.id, text=f"{number}")
        assert len(studio.messages) == 30


async def test_an_error_on_request(slack: SlackEmulator, web: AsyncWebClient, studio: Channel) -> None:
    slack.fail("chat.postMessage", "internal_error")
    slack.fail("chat.postMessage", "rate_limited", retry_after=2)
    assert await refused(web.chat_postMessage(channel=studio.id, text="x")) == "internal_error"
    assert await refused(web.chat_postMessage(channel=studio.id, text="x")) == "rate_limited"
    await web.chat_postMessage(channel=studio.id, text="x")
    assert len(studio.messages) == 1


async def test_a_connection_dropped_after_accepting_leaves_the_message(
    slack: SlackEmulator, web: AsyncWebClient, studio: Channel
) -> None:
    slack.faults.add(Fault(path="/api/chat.postMessage", cut="after"))
    with pytest.raises(aiohttp.ClientError):
        await web.chat_postMessage(channel=studio.id, text="ON AIR")
    assert [m.text for m in studio.messages] == ["ON AIR"]


async def test_people_are_described_as_they_are(slack: SlackEmulator, web: AsyncWebClient, ana: User) -> None:
    carl = slack.add_user("carl", guest="single", tz="Europe/London")
    dana = slack.add_user("dana", stranger=True)
    guest = (await web.users_info(user=carl.id))["user"]
    assert (guest["is_restricted"], guest["is_ultra_restricted"], guest["tz"]) == (True, True, "Europe/London")
    stranger = (await web.users_info(user=dana.id))["user"]
    assert stranger["is_stranger"]
    assert stranger["team_id"] != slack.team_id
    assert await refused(web.users_info(user="U404")) == "user_not_found"
    names: list[str] = []
    async for page in await web.users_list(limit=1):
        names += [one["name"] for one in page["members"]]
    assert names == ["showcaller", "ana", "carl"]
    crew = slack.add_usergroup("crew", [ana, carl])
    assert (await web.usergroups_list(include_users=True))["usergroups"][0]["handle"] == "crew"
    assert (await web.usergroups_users_list(usergroup=crew.id))["users"] == [ana.id, carl.id]


async def test_a_direct_message(slack: SlackEmulator, web: AsyncWebClient, ana: User) -> None:
    opened = await web.conversations_open(users=ana.id)
    await web.chat_postMessage(channel=opened["channel"]["id"], text="psst")
    await web.chat_postMessage(channel=ana.id, text="again")
    assert [m.text for m in slack.dms(ana)] == ["psst", "again"]


async def test_channels_and_their_members(slack: SlackEmulator, web: AsyncWebClient, studio: Channel, ana: User, ben: User) -> None:
    listed = await web.conversations_list(types="public_channel")
    assert [(one["name"], one["is_member"]) for one in listed["channels"]] == [("studio", True)]
    assert (await web.conversations_members(channel=studio.id))["members"] == [ana.id, ben.id, slack.bot_user_id]
    assert await refused(web.conversations_list(types="mpim")) == "missing_scope"
    post = await web.chat_postMessage(channel=studio.id, text="card")
    link = (await web.chat_getPermalink(channel=studio.id, message_ts=post["ts"]))["permalink"]
    assert link.endswith(f"/archives/{studio.id}/p{post['ts'].replace('.', '')}")


async def test_pins_bookmarks_and_reactions(slack: SlackEmulator, web: AsyncWebClient, studio: Channel) -> None:
    post = await web.chat_postMessage(channel=studio.id, text="card")
    await web.pins_add(channel=studio.id, timestamp=post["ts"])
    assert await refused(web.pins_add(channel=studio.id, timestamp=post["ts"])) == "already_pinned"
    assert studio.messages[0].pinned
    assert len((await web.pins_list(channel=studio.id))["items"]) == 1
    await web.pins_remove(channel=studio.id, timestamp=post["ts"])
    assert studio.pinned == []
    made = await web.bookmarks_add(channel_id=studio.id, title="Show", type="link", link="https://a.example")
    await web.bookmarks_edit(channel_id=studio.id, bookmark_id=made["bookmark"]["id"], title="On air")
    assert [one.title for one in studio.bookmarks] == ["On air"]
    await web.bookmarks_remove(channel_id=studio.id, bookmark_id=made["bookmark"]["id"])
    assert (await web.bookmarks_list(channel_id=studio.id))["bookmarks"] == []
    await web.reactions_add(channel=studio.id, timestamp=post["ts"], name="eyes")
    assert await refused(web.reactions_add(channel=studio.id, timestamp=post["ts"], name="eyes")) == "already_reacted"
    await web.reactions_remove(channel=studio.id, timestamp=post["ts"], name="eyes")
    assert studio.messages[0].reactions == ()


async def test_a_file_is_uploaded_into_a_thread(slack: SlackEmulator, web: AsyncWebClient, studio: Channel) -> None:
    post = await web.chat_postMessage(channel=studio.id, text="As-run")
    done = await web.files_upload_v2(
        filename="as-run.csv", content="at,what\n", title="As-run", channel=studio.id, thread_ts=post["ts"], initial_comment="here"
    )
    [reply] = studio.messages[0].replies
    assert (reply.text, reply.files[0]["title"]) == ("here", "As-run")
    assert slack.workspace.files[done["file"]["id"]]["content"] == b"at,what\n"


async def test_tokens_are_in_no_log(slack: SlackEmulator, web: AsyncWebClient, studio: Channel) -> None:
    async with aiohttp.ClientSession() as session:
        await session.post(slack.api_url + "chat.postMessage", data={"token": slack.bot_token, "channel": studio.id, "text": "x"})
    await web.chat_postMessage(channel=studio.id, text="y")
    told = repr(slack.calls) + slack.snapshot() + repr(slack.web_api)
    assert slack.bot_token not in told
    assert slack.app_token not in told


async def test_a_reset_empties_the_rooms_and_keeps_the_people(slack: SlackEmulator, web: AsyncWebClient, studio: Channel) -> None:
    await web.chat_postMessage(channel=studio.id, text="x", blocks=[{"type": "actions", "elements": [button("Go", "go")]}])
    slack.reset()
    assert (studio.messages, slack.calls, slack.user("ana").name) == ([], [], "ana")


JUNK: tuple[object, ...] = (None, 7, True, "", "{", "[]", [], {}, [[]], {"type": "modal"}, [{"type": 5}], "C404")


@pytest.mark.parametrize("name", sorted(set(METHODS) - {"api.test"}))
async def test_no_argument_upsets_a_method(name: str) -> None:
    scopes = [scope for method in METHODS.values() for scope in (*method.scopes, *method.channel_scopes)]
    generous = manifest()
    generous["oauth_config"]["scopes"]["bot"] += scopes
    async with SlackEmulator(generous, rate_limits=False) as slack, aiohttp.ClientSession() as session:
        ana = slack.add_user("ana")
        studio = slack.add_channel("studio")
        slack.say(ana, studio, "hello")
        token = slack.app_token if METHODS[name].app_level else slack.bot_token
        known = {"channel": studio.id, "channel_id": studio.id, "user": ana.id, "user_id": ana.id, "ts": studio.messages[0].ts}
        for junk in JUNK:
            required = {one: known.get(one, junk) for one in METHODS[name].required}
            for extra in ("blocks", "view", "metadata", "cursor", "limit", "text", "oldest", "files", "users", "thread_ts"):
                args = {**required, extra: junk}
                async with session.post(slack.api_url + name, json=args, headers={"Authorization": f"Bearer {token}"}) as answer:
                    assert answer.status == 200, args
