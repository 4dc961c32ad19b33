"""Response URLs: five posts in thirty minutes, to the asker alone unless said otherwise, member of the channel or not."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.sandbox.slack import Channel, SlackEmulator, User
from tests.sandbox.slack.stagehand import button, section


async def asked(slack: SlackEmulator, who: User, channel: Channel) -> AsyncWebhookClient:
    """The response URL of a command that nobody answers yet."""
    return AsyncWebhookClient((await slack.command(who, channel, "/live")).payload["response_url"])


async def test_the_sixth_post_is_refused(slack: SlackEmulator, ana: User, studio: Channel) -> None:
    url = await asked(slack, ana, studio)
    for number in range(5):
        assert (await url.send(text=f"{number}")).status_code == 200
    sixth = await url.send(text="6")
    assert sixth.status_code == 404
    assert "used_url" in sixth.body
    assert len(slack.ephemerals(ana)) == 5
    assert slack.calls[-1].error == "used_url"


async def test_after_half_an_hour_it_is_over(slack: SlackEmulator, ana: User, studio: Channel) -> None:
    url = await asked(slack, ana, studio)
    slack.clock.advance(30 * 60 + 1)
    late = await url.send(text="late")
    assert (late.status_code, "expired_url" in late.body) == (404, True)


async def test_it_works_where_the_bot_is_not(slack: SlackEmulator, ana: User) -> None:
    lobby = slack.add_channel("lobby", bot=False)
    url = await asked(slack, ana, lobby)
    await url.send(text="only you")
    await url.send(text="everybody", response_type="in_channel")
    assert [m.text for m in slack.ephemerals(ana, lobby)] == ["only you"]
    assert [m.text for m in lobby.messages] == ["everybody"]


async def test_an_answer_can_be_replaced_and_taken_back(slack: SlackEmulator, ana: User, studio: Channel) -> None:
    url = await asked(slack, ana, studio)
    await url.send(text="working…")
    await url.send(text="done", replace_original=True)
    assert [m.text for m in slack.ephemerals(ana)] == ["done"]
    await url.send(delete_original=True)
    assert slack.ephemerals(ana) == []


async def test_a_press_on_an_ephemeral_message_has_its_own_url(
    slack: SlackEmulator, web: AsyncWebClient, ana: User, studio: Channel
) -> None:
    keys = {"type": "actions", "elements": [button("Show", "show"), button("Hide", "hide")]}
    await web.chat_postEphemeral(channel=studio.id, user=ana.id, text="Key?", blocks=[section("Key?"), keys])
    pressed = await slack.press(ana, slack.ephemerals(ana)[0], "show")
    assert pressed.payload["container"]["is_ephemeral"]
    assert "message" not in pressed.payload
    await AsyncWebhookClient(pressed.payload["response_url"]).send(text="gone", replace_original=True)
    assert [slack.read(m, ana) for m in slack.ephemerals(ana)] == ["gone"]


async def test_what_it_is_sent_is_judged_too(slack: SlackEmulator, ana: User, studio: Channel) -> None:
    url = await asked(slack, ana, studio)
    assert "no_text" in (await url.send()).body
    assert "invalid_blocks" in (await url.send(text="x", blocks=[section("")])).body
    assert slack.ephemerals(ana) == []
