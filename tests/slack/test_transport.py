"""Both ways in from Slack, against the emulator: real WebSockets, real signed HTTP."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SettingsError
from bot.providers.catalogue import accounts
from bot.sandbox.faults import Fault
from bot.sandbox.slack import Channel, Delivery, SlackEmulator, User
from bot.settings import Settings, load_settings
from bot.slack.guard import sign
from bot.slack.interaction import Interaction, Kind
from bot.slack.transport import Identity, Rhythm, SlackLink, slack_client
from bot.web import build, serve
from tests.contention import PATIENCE, Stopwatch
from tests.sandbox.slack.stagehand import button, manifest, modal, section, text_input
from tests.slack.test_parsing import bent_bodies

BRISK = Rhythm(ping_every=0.05, ping_timeout=0.3, retry_first=0.02, retry_most=0.2, close_timeout=0.3)
FORM = "application/x-www-form-urlencoded"


@dataclass
class Router:
    """Takes what comes, remembers it, and answers as it is told."""

    heard: list[Interaction] = field(default_factory=list)
    answers: dict[Kind, Any] = field(default_factory=dict)
    before: Callable[[], Awaitable[None]] | None = None

    async def receive(self, interaction: Interaction) -> Mapping[str, Any] | str | None:
        self.heard.append(interaction)
        if self.before is not None:
            await self.before()
        answer = self.answers.get(interaction.kind)
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass(frozen=True)
class Team:
    """A workspace with a producer and a studio, and the bot connected to it."""

    slack: SlackEmulator
    ana: User
    studio: Channel
    router: Router
    link: SlackLink
    web: AsyncWebClient


def told(slack: SlackEmulator, *, http: bool) -> Settings:
    way = {"SLACK_SIGNING_SECRET": slack.signing_secret} if http else {"SLACK_APP_TOKEN": slack.app_token}
    env = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_API_URL": slack.api_url, "GCORE_API_TOKEN": "x", **way}
    return load_settings(accounts(), env, env_file=None)


@asynccontextmanager
async def team(*, http: bool = False, rhythm: Rhythm = BRISK, slack: SlackEmulator | None = None) -> AsyncIterator[Team]:
    async with slack or SlackEmulator(manifest(socket_mode=not http)) as emulator:
        ana = emulator.add_user("ana")
        studio = emulator.add_channel("studio", members=[ana])
        emulator.invite(studio)
        spoken = told(emulator, http=http)
        async with slack_client(spoken) as web:
            router = Router()
            link = SlackLink(spoken, web, router.receive, rhythm=rhythm)
            await link.start()
            try:
                yield Team(emulator, ana, studio, router, link, web)
            finally:
                await link.stop()


@asynccontextmanager
async def over_http() -> AsyncIterator[Team]:
    async with team(http=True) as up:
        app = build(
            providers=[], webhook_secrets=[SecretStr("x" * 16)], accept=_nobody, checks={"slack": up.link.check}, slack=up.link
        )
        server = await serve(app, "127.0.0.1", 0)
        up.slack.use_http(f"http://127.0.0.1:{server.port}")
        try:
            yield up
        finally:
            await server.stop()


async def _nobody(provider: str, body: dict[str, Any]) -> None:
    raise AssertionError(f"no webhook was sent, and yet {provider} is here with {body}")


@pytest.fixture(params=["socket mode", "http"])
async def either(request: pytest.FixtureRequest) -> AsyncIterator[Team]:
    async with over_http() if request.param == "http" else team() as up:
        yield up


@pytest.fixture
async def sockets() -> AsyncIterator[Team]:
    async with team() as up:
        yield up


def numbers(slack: SlackEmulator) -> set[int]:
    return {connection.number for connection in slack.sockets.connections}


async def until(true: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Let the loop run until something about the link is true."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - the link tells nobody when it changes
            await asyncio.sleep(0.005)


# Every kind of interaction, both ways


async def test_a_command_is_heard_and_answered(either: Team) -> None:
    either.router.answers[Kind.COMMAND] = "Nothing is live here."
    done = await either.slack.command(either.ana, either.studio, "/live status Q&A")
    assert (done.acked, done.error) == (True, None)
    [heard] = either.router.heard
    assert (heard.kind, heard.user, heard.channel, heard.text) == (Kind.COMMAND, either.ana.id, either.studio.id, "status Q&A")
    assert [message.text for message in either.slack.ephemerals(either.ana)] == ["Nothing is live here."]


async def test_an_answer_with_blocks_is_shown(either: Team) -> None:
    either.router.answers[Kind.COMMAND] = {"text": "Pick a show", "blocks": [section("Pick a show"), {"type": "divider"}]}
    await either.slack.command(either.ana, either.studio, "/live status")
    [message] = either.slack.ephemerals(either.ana)
    assert [block["type"] for block in message.blocks] == ["section", "divider"]


async def test_a_press_is_heard_and_acknowledged_without_words(either: Team) -> None:
    card = {"type": "actions", "block_id": "card", "elements": [button("Go live", "go", value="s12:open")]}
    await either.web.chat_postMessage(channel=either.studio.id, text="READY", blocks=[card])
    either.router.answers[Kind.PRESS] = "words that Slack would not show"
    done = await either.slack.press(either.ana, either.slack.channel(either.studio).messages[-1], "go")
    assert (done.acked, done.ack_payload) == (True, None)
    [heard] = either.router.heard
    assert (heard.kind, heard.action, heard.value, heard.block) == (Kind.PRESS, "go", "s12:open", "card")


async def test_a_form_is_heard_and_its_errors_are_shown(either: Team) -> None:
    opened = await either.slack.shortcut(either.ana, "plan")
    await either.web.views_open(
        trigger_id=opened.payload["trigger_id"],
        view=modal("Plan", text_input("title", "Title"), callback_id="plan", notify_on_close=True),
    )
    [view] = either.slack.modals(either.ana)
    either.router.answers[Kind.SUBMIT] = {"response_action": "errors", "errors": {"title": "There is one already."}}
    done = await either.slack.submit(either.ana, view, {"title": "Sunday <Service>"})
    assert done.errors == {"title": "There is one already."}
    heard = either.router.heard[-1]
    assert heard.view is not None
    assert (heard.action, heard.view.values) == ("plan", {"title": "Sunday <Service>"})
    await either.slack.close_view(either.ana, either.slack.modals(either.ana)[0])
    assert [each.kind for each in either.router.heard] == [Kind.SHORTCUT, Kind.SUBMIT, Kind.CLOSE]


async def test_options_are_looked_up(either: Team) -> None:
    picker = {
        "type": "external_select",
        "action_id": "stream",
        "min_query_length": 0,
        "placeholder": {"type": "plain_text", "text": "Stream"},
    }
    card = {"type": "actions", "elements": [picker]}
    await either.web.chat_postMessage(channel=either.studio.id, text="Which stream?", blocks=[card])
    option = {"text": {"type": "plain_text", "text": "church-main"}, "value": "gcore:1"}
    either.router.answers[Kind.OPTIONS] = {"options": [option]}
    message = either.slack.channel(either.studio).messages[-1]
    assert (await either.slack.options(either.ana, message, "stream", "chur")).options == [option]
    assert either.router.heard[-1].text == "chur"


async def test_a_mention_is_heard_with_its_thread(either: Team) -> None:
    root = either.slack.say(either.ana, either.studio, "the card")
    await either.slack.mention(either.ana, either.studio, "@showcaller clip last 30s", root.ts)
    await until(lambda: bool([heard for heard in either.router.heard if heard.action == "app_mention"]))
    heard = next(heard for heard in either.router.heard if heard.action == "app_mention")
    assert (heard.text, heard.thread, heard.channel) == ("clip last 30s", root.ts, either.studio.id)


async def test_the_bot_does_not_hear_itself(either: Team) -> None:
    await either.web.chat_postMessage(channel=either.studio.id, text="ON AIR")
    await either.slack.command(either.ana, either.studio, "/live")
    assert [heard.kind for heard in either.router.heard] == [Kind.COMMAND]


async def test_slack_is_asked_nothing_before_an_acknowledgement(either: Team) -> None:
    before = len(either.slack.calls)
    await either.slack.command(either.ana, either.studio, "/live")
    assert either.slack.calls[before:] == []


async def test_a_person_learns_of_a_failure_and_its_reference(either: Team, caplog: pytest.LogCaptureFixture) -> None:
    either.router.answers[Kind.COMMAND] = ZeroDivisionError("a bug")
    done = await either.slack.command(either.ana, either.studio, "/live go")
    assert done.error is None
    [message] = either.slack.ephemerals(either.ana)
    reference = message.text.rstrip(".").split()[-1]
    assert f"Reference {reference}: a command (/live) failed" in caplog.text
    assert either.link.counters.failures == 1


async def test_a_failed_press_is_told_to_who_pressed(either: Team) -> None:
    card = {"type": "actions", "elements": [button("Go live", "go")]}
    await either.web.chat_postMessage(channel=either.studio.id, text="READY", blocks=[card])
    either.router.answers[Kind.PRESS] = ZeroDivisionError("a bug")
    message = either.slack.channel(either.studio).messages[-1]
    assert (await either.slack.press(either.ana, message, "go")).error is None
    await either.slack.wait_for(lambda slack: slack.ephemerals(either.ana))
    assert "failed on my side" in either.slack.ephemerals(either.ana)[0].text
    assert either.slack.channel(either.studio).messages[-1].text == "READY"


async def test_a_failed_form_keeps_what_was_typed(either: Team) -> None:
    opened = await either.slack.shortcut(either.ana, "plan")
    await either.web.views_open(trigger_id=opened.payload["trigger_id"], view=modal("Plan", text_input("title", "Title")))
    either.router.answers[Kind.SUBMIT] = ZeroDivisionError("a bug")
    done = await either.slack.submit(either.ana, either.slack.modals(either.ana)[0], {"title": "Sunday"})
    assert done.error is None
    assert [view.body["title"]["text"] for view in either.slack.modals(either.ana)] == ["Plan", "That did not work"]


async def test_the_link_knows_who_the_bot_is_and_is_well(either: Team) -> None:
    assert either.link.identity is not None
    assert either.link.identity.user == either.slack.bot_user_id
    assert (either.link.healthy, either.link.reason, await either.link.check()) == (True, "", "")
    await either.link.stop()
    assert either.link.reason == "The link to Slack is closed."


async def test_both_ways_give_the_same_interaction() -> None:
    async with team() as up:
        await up.web.chat_postMessage(
            channel=up.studio.id, text="READY", blocks=[{"type": "actions", "elements": [button("Go", "go", value="s12")]}]
        )
        await up.slack.command(up.ana, up.studio, "/live plan <Q&A> with @ana")
        await up.slack.press(up.ana, up.slack.channel(up.studio).messages[-1], "go")
        await up.slack.shortcut(up.ana, "plan")
        await up.slack.mention(up.ana, up.studio, "@showcaller status")
        spoken = told(up.slack, http=True)
        again = Router()
        link = SlackLink(spoken, up.web, again.receive)
        link.identity = up.link.identity
        for delivery in up.slack.deliveries:
            assert (await signed(link, up.slack, delivery)).status == 200
        assert {heard.kind for heard in again.heard} == {Kind.COMMAND, Kind.PRESS, Kind.SHORTCUT, Kind.EVENT}
        assert sorted(again.heard, key=lambda each: each.key) == sorted(up.router.heard, key=lambda each: each.key)


async def signed(link: SlackLink, slack: SlackEmulator, delivery: Delivery) -> Any:
    if delivery.kind == "events_api":
        raw, content_type = json.dumps(delivery.payload).encode(), "application/json"
    else:
        form = delivery.payload if delivery.kind == "slash_commands" else {"payload": json.dumps(delivery.payload)}
        raw, content_type = urlencode(form).encode(), FORM
    headers = {name.lower(): value for name, value in slack.http.signature(raw).items()}
    return await link.answer(raw, {**headers, "content-type": content_type})


# Signed HTTP


async def test_slack_verifies_the_address() -> None:
    async with over_http() as up:
        assert await up.slack.http.verify_url()


@pytest.mark.parametrize("how", ["unsigned", "stale", "forged"])
async def test_what_slack_did_not_sign_now_is_refused_and_not_heard(how: Any) -> None:
    async with over_http() as up:
        done = await up.slack.command(up.ana, up.studio, "/live")
        up.router.heard.clear()
        status, _ = await up.slack.http.send(done.payload, sign=how)
        assert (status, up.router.heard, up.link.counters.malformed) == (401, [], 1)


async def test_a_wide_body_is_refused() -> None:
    async with over_http() as up:
        status, _ = await up.slack.http.send({"type": "shortcut", "text": "x" * 1024 * 1024})
        assert status == 413


async def test_an_address_stops_answering_when_the_bot_stops() -> None:
    async with over_http() as up:
        await up.link.stop()
        done = await up.slack.command(up.ana, up.studio, "/live")
        assert (done.status, up.router.heard) == (503, [])


@given(bent_bodies())
@settings(suppress_health_check=list(HealthCheck), deadline=None)
async def test_signed_junk_is_heard_or_a_bad_request_and_never_breaks_bolt(body: Any) -> None:
    spoken = load_settings(
        accounts(), {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s" * 32, "GCORE_API_TOKEN": "x"}, env_file=None
    )
    async with slack_client(spoken) as web:
        link = SlackLink(spoken, web, Router().receive)
        link.identity = Identity("UBOT", "B1", "T1")
        for raw, content_type in (
            (urlencode({"payload": json.dumps(body)}).encode(), FORM),
            (json.dumps(body).encode(), "application/json"),
        ):
            stamp = str(int(time.time()))
            headers = {
                "x-slack-request-timestamp": stamp,
                "x-slack-signature": sign(raw, stamp, "s" * 32),
                "content-type": content_type,
            }
            assert (await link.answer(raw, headers)).status in {200, 400}


@pytest.mark.parametrize(
    "odd",
    [
        {"enterprise": 5},
        {"team": {"id": "T1"}, "view": None, "response_urls": 3},
        {"authorizations": 5},
        {"is_enterprise_install": []},
        {"function_data": [], "bot_access_token": {}},
        {"message": {"user": {"x": 1}}},
    ],
)
async def test_fields_that_only_bolt_looks_at_do_not_break_it(odd: dict[str, Any]) -> None:
    async with over_http() as up:
        done = await up.slack.shortcut(up.ana, "plan")
        status, _ = await up.slack.http.send({**done.payload, **odd})
        assert status in {200, 400}


@pytest.mark.parametrize("cut", ["before", "after", None])
async def test_a_call_passes_its_two_moments_however_it_ends(cut: Any) -> None:
    async with SlackEmulator(manifest()) as slack:
        if cut is not None:
            slack.faults.add(Fault("/api/auth.test", cut=cut))
        moments: list[str] = []
        async with slack_client(told(slack, http=False), moments.append) as web:
            with suppress(OSError, aiohttp.ClientError):
                await web.auth_test()
        assert moments == ["before POST auth.test", "after POST auth.test"]


# Socket Mode and its troubles


async def test_two_connections_are_open(sockets: Team) -> None:
    assert sockets.slack.sockets.connected == 2


async def test_a_repeated_envelope_comes_twice_with_one_key(sockets: Team) -> None:
    sockets.slack.sockets.repeat_next()
    await sockets.slack.command(sockets.ana, sockets.studio, "/live go")
    await until(lambda: len(sockets.router.heard) == 2)
    first, second = sockets.router.heard
    assert first == second


async def test_a_malformed_envelope_is_acknowledged_and_counted(sockets: Team) -> None:
    delivery = Delivery("interactive", "block_actions", 0.0, {"type": "block_actions", "actions": []})
    await sockets.slack.sockets.deliver(delivery)
    assert (delivery.acked, sockets.router.heard, sockets.link.counters.malformed) == (True, [], 1)


async def test_deaf_connections_are_replaced_within_five_seconds_at_the_real_rhythm() -> None:
    async with team(rhythm=Rhythm()) as up:
        watch = Stopwatch()
        up.slack.sockets.deafen()
        up.slack.sockets.deafen()
        await up.slack.wait_for(lambda slack: sum(not each.deaf for each in slack.sockets.connections) == 2)
        assert watch.passed() <= 5
        up.slack.sockets.undeafen()
        await up.slack.wait_for(lambda slack: slack.sockets.connected == 2)
        assert (await up.slack.command(up.ana, up.studio, "/live go")).error is None
        assert up.link.counters.deaf == 2
        await until(lambda: up.link.healthy)


async def test_a_deaf_link_says_that_it_is_not_well() -> None:
    async with team(rhythm=Rhythm(ping_every=0.05, ping_timeout=0.2, retry_first=0.05, retry_most=0.1)) as up:
        up.slack.sockets.refuse_upgrades(1000)
        up.slack.sockets.deafen()
        up.slack.sockets.deafen()
        await until(lambda: not up.link.healthy)
        assert up.link.reason == "Slack answers on none of the Socket Mode connections."
        up.slack.sockets.refuse_upgrades(0)
        await until(lambda: up.link.healthy)


async def test_dropped_connections_come_back_through_refused_upgrades(sockets: Team) -> None:
    sockets.slack.sockets.refuse_upgrades(3)
    sockets.slack.sockets.drop_all()
    await sockets.slack.wait_for(lambda slack: slack.sockets.refused_upgrades == 3 and slack.sockets.connected == 2)
    assert (await sockets.slack.command(sockets.ana, sockets.studio, "/live go")).error is None
    await until(lambda: sockets.link.counters.reconnects == 2)


async def test_dropped_connections_come_back_although_no_address_is_given_at_first(sockets: Team) -> None:
    sockets.slack.fail("apps.connections.open", "internal_error", times=3)
    sockets.slack.faults.add(Fault(path="/api/apps.connections.open", times=2, status=503))
    before = numbers(sockets.slack)
    sockets.slack.sockets.drop_all()
    await sockets.slack.wait_for(lambda slack: len(numbers(slack) - before) == 2 and not before & numbers(slack))
    assert (await sockets.slack.command(sockets.ana, sockets.studio, "/live go")).error is None


async def test_a_request_to_refresh_is_followed_at_once(sockets: Team) -> None:
    before = numbers(sockets.slack)
    await sockets.slack.sockets.disconnect("refresh_requested")
    await sockets.slack.wait_for(lambda slack: slack.sockets.connected == 2 and not before & numbers(slack))
    assert (await sockets.slack.command(sockets.ana, sockets.studio, "/live go")).error is None


async def test_connections_are_renewed_in_turn() -> None:
    async with team(rhythm=Rhythm(ping_every=0.05, renew_every=0.1)) as up:
        first = numbers(up.slack)
        await up.slack.wait_for(lambda slack: not first & numbers(slack))
        assert up.slack.sockets.connected >= 1
        await until(lambda: up.link.counters.reconnects >= 2)
        assert up.link.counters.deaf == 0


async def test_connections_that_answer_pings_and_bring_nothing_are_heard_again_once_both_were_renewed() -> None:
    async with team(rhythm=Rhythm(ping_every=0.05, renew_every=0.4)) as up:
        up.slack.sockets.silence()
        unheard = await up.slack.command(up.ana, up.studio, "/live go")
        assert (unheard.acked, unheard.error, up.router.heard) == (False, "operation_timeout", [])
        assert up.link.healthy, "nothing but a renewal can tell"
        await up.slack.wait_for(
            lambda slack: slack.sockets.connected == 2 and not any(one.mute for one in slack.sockets.connections)
        )
        assert (await up.slack.command(up.ana, up.studio, "/live go")).error is None
        assert up.link.counters.deaf == 0


async def test_slack_is_asked_for_no_address_before_it_wants_to_be(sockets: Team) -> None:
    before = sockets.slack.sockets.connected, len(asked(sockets))
    sockets.slack.fail("apps.connections.open", "ratelimited", times=2, retry_after=1)
    sockets.slack.sockets.drop_all()
    began = time.monotonic()
    await sockets.slack.wait_for(lambda slack: len(asked(sockets)) == before[1] + 4 and slack.sockets.connected == before[0])
    assert time.monotonic() - began >= 1


def asked(up: Team) -> list[str]:
    return [call.method for call in up.slack.calls if call.method == "apps.connections.open"]


async def test_a_page_in_the_place_of_an_address_does_not_end_the_watch(sockets: Team) -> None:
    page = Fault(
        path="/api/apps.connections.open", times=4, status=503, body=b"<html></html>", headers={"Content-Type": "text/html"}
    )
    sockets.slack.faults.add(page)
    sockets.slack.sockets.drop_all()
    await sockets.slack.wait_for(lambda slack: page.times == 0 and slack.sockets.connected == 2)


async def test_renewing_loses_nothing_that_is_on_its_way() -> None:
    async with team(rhythm=Rhythm(ping_every=0.05, renew_every=0.02)) as up:

        async def keep_typing() -> list[str | None]:
            ended = []
            while up.slack.sockets.upgrades < 14:
                ended.append((await up.slack.command(up.ana, up.studio, "/live go")).error)
            return ended

        typed = [error for each in await asyncio.gather(*(keep_typing() for _ in range(4))) for error in each]
        assert len(typed) > 50
        assert not any(typed)
        assert len({heard.key for heard in up.router.heard}) == len(typed)


async def test_acknowledgements_under_way_go_out_before_the_link_closes(sockets: Team) -> None:
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def commit() -> None:
        arrived.set()
        await go_on.wait()

    sockets.router.before = commit
    pressing = asyncio.create_task(sockets.slack.command(sockets.ana, sockets.studio, "/live go"))
    await arrived.wait()
    stopping = asyncio.create_task(sockets.link.stop())
    await asyncio.sleep(0)
    go_on.set()
    assert (await pressing).error is None
    await stopping
    await sockets.slack.wait_for(lambda slack: slack.sockets.connected == 0)


async def test_a_bot_that_starts_while_slack_is_away_connects_when_it_is_back() -> None:
    slack = SlackEmulator(manifest())
    slack.fail("auth.test", "internal_error", times=2)
    slack.sockets.refuse_upgrades(4)
    async with team(slack=slack) as up:
        assert up.link.identity is None
        await slack.wait_for(lambda s: s.sockets.connected == 2)
        await until(lambda: up.link.identity is not None and up.link.healthy)
        assert (await slack.command(up.ana, up.studio, "/live go")).error is None


@pytest.mark.parametrize(("method", "setting"), [("auth.test", "SLACK_BOT_TOKEN"), ("apps.connections.open", "SLACK_APP_TOKEN")])
async def test_a_refused_token_is_a_matter_of_settings(method: str, setting: str) -> None:
    slack = SlackEmulator(manifest())
    slack.fail(method, "invalid_auth", times=2)
    with pytest.raises(SettingsError, match=rf"^{setting} is refused by Slack \(invalid_auth\)"):
        async with team(slack=slack):
            pass
