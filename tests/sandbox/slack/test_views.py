"""Modals and the home tab: trigger ids, hashes, the stack of three, and what a form holds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Channel, FormIncomplete, NotOnScreen, Refused, SlackEmulator, User
from tests.sandbox.slack.stagehand import Json, bolt, button, client, manifest, modal, section, socket, text_input


async def refused(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def trigger(slack: SlackEmulator, who: User, channel: Channel) -> str:
    """The trigger id of a command that nobody answers."""
    return str((await slack.command(who, channel, "/live")).payload["trigger_id"])


async def test_a_trigger_opens_one_view(slack: SlackEmulator, web: AsyncWebClient, ana: User, studio: Channel) -> None:
    held = await trigger(slack, ana, studio)
    opened = await web.views_open(trigger_id=held, view=modal("Plan"))
    assert [view.title for view in slack.modals(ana)] == ["Plan"]
    assert opened["view"]["id"] == slack.modals(ana)[0].id
    assert await refused(web.views_open(trigger_id=held, view=modal("Again"))) == "exchanged_trigger_id"


async def test_a_trigger_lives_three_seconds(slack: SlackEmulator, web: AsyncWebClient, ana: User, studio: Channel) -> None:
    held = await trigger(slack, ana, studio)
    slack.clock.advance(3.1)
    assert await refused(web.views_open(trigger_id=held, view=modal())) == "expired_trigger_id"
    assert await refused(web.views_open(trigger_id="1.2.abc", view=modal())) == "invalid_trigger_id"


async def test_a_bad_view_leaves_the_trigger_good(slack: SlackEmulator, web: AsyncWebClient, ana: User, studio: Channel) -> None:
    held = await trigger(slack, ana, studio)
    with pytest.raises(SlackApiError) as caught:
        await web.views_open(trigger_id=held, view=modal("A title of more than twenty-four"))
    assert caught.value.response["error"] == "invalid_arguments"
    assert caught.value.response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]
    await web.views_open(trigger_id=held, view=modal("Plan"))


async def test_of_two_updates_with_one_hash_the_second_conflicts(
    slack: SlackEmulator, web: AsyncWebClient, ana: User, studio: Channel
) -> None:
    opened = await web.views_open(trigger_id=await trigger(slack, ana, studio), view=modal("Plan"))
    view = opened["view"]
    await web.views_update(view_id=view["id"], hash=view["hash"], view=modal("First"))
    assert await refused(web.views_update(view_id=view["id"], hash=view["hash"], view=modal("Second"))) == "hash_conflict"
    assert [one.title for one in slack.modals(ana)] == ["First"]
    await web.views_update(view_id=view["id"], view=modal("Whatever"))
    assert await refused(web.views_update(view_id="V404", view=modal())) == "not_found"


async def test_what_was_typed_survives_an_update(slack: SlackEmulator, ana: User, studio: Channel) -> None:
    app = bolt(slack)
    pick: Json = {"type": "actions", "block_id": "p", "elements": [button("Check", "check")]}

    async def check(ack: AsyncAck, body: Json, client: AsyncWebClient) -> None:
        await ack()
        view = body["view"]
        await client.views_update(
            view_id=view["id"], hash=view["hash"], view=modal("Checked", text_input("title", "Title"), pick, section("fine"))
        )

    app.action("check")(check)
    form = modal("Plan", text_input("title", "Title", initial_value="Sunday"), pick)
    await client(slack).views_open(trigger_id=await trigger(slack, ana, studio), view=form)
    async with socket(app, slack):
        done = await slack.press_in_view(ana, slack.modals(ana)[0], "check")
        [checked] = await slack.wait_for(lambda s: [one for one in s.modals(ana) if one.title == "Checked"])
    assert done.payload["view"]["state"]["values"]["title"]["typed"]["value"] == "Sunday"
    assert checked.state["title"]["typed"]["value"] == "Sunday"


async def test_the_stack_is_three_high(slack: SlackEmulator, web: AsyncWebClient, ana: User, studio: Channel) -> None:
    keys = {"type": "actions", "block_id": "k", "elements": [button("Deeper", "deeper")]}
    await web.views_open(trigger_id=await trigger(slack, ana, studio), view=modal("1", keys))
    for depth in ("2", "3"):
        pressed = await slack.press_in_view(ana, slack.modals(ana)[-1], "deeper")
        await web.views_push(trigger_id=pressed.payload["trigger_id"], view=modal(depth, keys))
    assert [view.title for view in slack.modals(ana)] == ["1", "2", "3"]
    with pytest.raises(NotOnScreen, match="on top"):
        await slack.press_in_view(ana, slack.modals(ana)[0], "deeper")
    pressed = await slack.press_in_view(ana, slack.modals(ana)[-1], "deeper")
    assert await refused(web.views_push(trigger_id=pressed.payload["trigger_id"], view=modal("4"))) == "push_limit_reached"
    await slack.close_view(ana, slack.modals(ana)[-1])
    assert [view.title for view in slack.modals(ana)] == ["1", "2"]
    await slack.close_view(ana, slack.modals(ana)[-1], all_of_them=True)
    assert slack.modals(ana) == []


@pytest.fixture
def planning(slack: SlackEmulator) -> AsyncApp:
    """An app that answers the submission of "plan" as its private_metadata says."""
    app = bolt(slack)

    async def plan(ack: AsyncAck, view: Json) -> None:
        action = view["private_metadata"]
        if action in ("update", "push"):
            await ack(response_action=action, view=modal("Next", callback_id="plan", private_metadata="clear"))
        elif action == "clear":
            await ack(response_action="clear")
        elif action == "wrong":
            await ack(response_action="errors", errors={"nowhere": "?"})
        else:
            await ack()

    app.view("plan")(plan)
    app.view_closed("plan")(plan)
    return app


async def test_closing_is_told_only_when_asked_for(
    slack: SlackEmulator, planning: AsyncApp, web: AsyncWebClient, ana: User, studio: Channel
) -> None:
    await web.views_open(trigger_id=await trigger(slack, ana, studio), view=modal("Plan", callback_id="plan"))
    assert await slack.close_view(ana, slack.modals(ana)[0]) is None
    asking = modal("Plan", callback_id="plan", notify_on_close=True)
    await web.views_open(trigger_id=await trigger(slack, ana, studio), view=asking)
    async with socket(planning, slack):
        told = await slack.close_view(ana, slack.modals(ana)[0])
    assert told is not None
    assert (told.acked, told.payload["type"], told.payload["is_cleared"]) == (True, "view_closed", False)
    assert slack.modals(ana) == []


async def test_nobody_presses_on_another_persons_screen(
    slack: SlackEmulator, web: AsyncWebClient, ana: User, ben: User, studio: Channel
) -> None:
    await web.views_open(trigger_id=await trigger(slack, ana, studio), view=modal("Plan"))
    with pytest.raises(NotOnScreen, match="ben has no such view"):
        await slack.submit(ben, slack.modals(ana)[0])
    await web.chat_postEphemeral(channel=studio.id, user=ana.id, text="x", blocks=[section("x", accessory=button("Go", "go"))])
    with pytest.raises(NotOnScreen, match="only another person"):
        await slack.press(ben, slack.ephemerals(ana)[0], "go")


async def test_without_interactivity_nothing_can_be_pressed() -> None:
    off = manifest()
    off["settings"]["interactivity"]["is_enabled"] = False
    async with SlackEmulator(off) as slack:
        ana = slack.add_user("ana")
        studio = slack.add_channel("studio")
        await client(slack).chat_postMessage(channel=studio.id, text="x", blocks=[section("x", accessory=button("Go", "go"))])
        with pytest.raises(Refused, match="interactivity"):
            await slack.press(ana, studio.messages[0], "go")


@pytest.mark.parametrize(("action", "left"), [("update", ["Next"]), ("push", ["Plan", "Next"]), ("clear", [])])
async def test_what_a_submission_answers_happens(
    slack: SlackEmulator, planning: AsyncApp, web: AsyncWebClient, ana: User, studio: Channel, action: str, left: list[str]
) -> None:
    held = await trigger(slack, ana, studio)
    await web.views_open(trigger_id=held, view=modal("Plan", callback_id="plan", private_metadata=action))
    async with socket(planning, slack):
        assert (await slack.submit(ana, slack.modals(ana)[0])).acked
    assert [view.title for view in slack.modals(ana)] == left


async def test_errors_must_name_an_input(
    slack: SlackEmulator, planning: AsyncApp, web: AsyncWebClient, ana: User, studio: Channel
) -> None:
    held = await trigger(slack, ana, studio)
    form = modal("Plan", text_input("title", "Title"), callback_id="plan", private_metadata="wrong")
    await web.views_open(trigger_id=held, view=form)
    async with socket(planning, slack):
        done = await slack.submit(ana, slack.modals(ana)[0], {"title": "x"})
    assert done.error == "invalid_response_errors"
    assert len(slack.modals(ana)) == 1


async def test_every_kind_of_input_arrives_as_slack_sends_it(
    slack: SlackEmulator, web: AsyncWebClient, ana: User, ben: User, studio: Channel
) -> None:
    def option(name: str) -> Json:
        return {"text": {"type": "plain_text", "text": name.title()}, "value": name}

    kinds: dict[str, Json] = {
        "provider": {"type": "static_select", "options": [option("gcore"), option("aioz")]},
        "crew": {"type": "multi_users_select", "max_selected_items": 2},
        "caller": {"type": "users_select"},
        "where": {"type": "conversations_select", "response_url_enabled": True},
        "day": {"type": "datepicker"},
        "at": {"type": "timepicker"},
        "moment": {"type": "datetimepicker"},
        "extras": {"type": "checkboxes", "options": [option("record"), option("dvr")]},
        "end": {"type": "radio_buttons", "options": [option("ask"), option("at-end")]},
        "minutes": {"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "600"},
        "tags": {"type": "multi_static_select", "options": [option("church"), option("sport")]},
        "note": {"type": "plain_text_input"},
    }
    blocks = [
        {
            "type": "input",
            "block_id": name,
            "label": {"type": "plain_text", "text": name},
            "element": {"action_id": name, **element},
            "optional": name == "note",
        }
        for name, element in kinds.items()
    ]
    await web.views_open(trigger_id=await trigger(slack, ana, studio), view=modal("Plan", *blocks))
    moment = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    values: dict[str, object] = {
        "provider": "Gcore",
        "crew": [ana, ben],
        "caller": ben,
        "where": studio,
        "day": "2026-11-22",
        "at": "10:00",
        "moment": moment,
        "extras": ["record", "dvr"],
        "end": "ask",
        "minutes": 75,
        "tags": ["church"],
    }
    with pytest.raises(FormIncomplete) as kept:
        await slack.submit(ana, slack.modals(ana)[0], {**values, "minutes": "7.5", "at": "25:00", "crew": [ana, ben, ana]})
    assert set(kept.value.errors) == {"minutes", "at", "crew"}
    done = await slack.submit(ana, slack.modals(ana)[0], values)
    state = {name: next(iter(held.values())) for name, held in done.payload["view"]["state"]["values"].items()}
    assert state["provider"] == {"type": "static_select", "selected_option": option("gcore")}
    assert state["crew"]["selected_users"] == [ana.id, ben.id]
    assert state["caller"]["selected_user"] == ben.id
    assert state["where"]["selected_conversation"] == studio.id
    assert (state["day"]["selected_date"], state["at"]["selected_time"]) == ("2026-11-22", "10:00")
    assert state["moment"]["selected_date_time"] == int(moment.timestamp())
    assert [one["value"] for one in state["extras"]["selected_options"]] == ["record", "dvr"]
    assert state["end"]["selected_option"]["value"] == "ask"
    assert state["minutes"] == {"type": "number_input", "value": "75"}
    assert state["note"] == {"type": "plain_text_input", "value": None}
    assert done.payload["response_urls"][0]["channel_id"] == studio.id
    with pytest.raises(NotOnScreen, match="gcore, aioz"):
        await slack.submit(ana, slack.modals(ana)[0], {"provider": "youtube"})


async def test_an_external_select_asks_the_app(slack: SlackEmulator, web: AsyncWebClient, ana: User, studio: Channel) -> None:
    app = bolt(slack)

    async def streams(ack: AsyncAck, payload: Json) -> None:
        found = [name for name in ("church", "chapel", "stadium") if payload["value"] in name]
        await ack(options=[{"text": {"type": "plain_text", "text": name}, "value": name} for name in found])

    app.options("stream")(streams)
    pick = {
        "type": "input",
        "block_id": "s",
        "label": {"type": "plain_text", "text": "Stream"},
        "element": {"type": "external_select", "action_id": "stream", "min_query_length": 2},
    }
    await web.views_open(trigger_id=await trigger(slack, ana, studio), view=modal("Plan", pick))
    async with socket(app, slack):
        form = slack.modals(ana)[0]
        with pytest.raises(NotOnScreen):
            await slack.submit(ana, form, {"s": "chapel"})
        offered = await slack.options(ana, form, "stream", "ch")
        assert [one["value"] for one in offered.options] == ["church", "chapel"]
    done = await slack.submit(ana, form, {"s": "chapel"})
    assert done.payload["view"]["state"]["values"]["s"]["stream"]["selected_option"]["value"] == "chapel"


async def test_the_home_tab_is_each_persons_own(slack: SlackEmulator, web: AsyncWebClient, ana: User, ben: User) -> None:
    keys = {"type": "actions", "block_id": "k", "elements": [button("Plan a show", "plan")]}
    view = {"type": "home", "blocks": [section("Nothing is on air."), keys]}
    published = await web.views_publish(user_id=ana.id, view=view)
    home = slack.home(ana)
    assert home is not None
    assert slack.read(home) == "Nothing is on air.\n[Plan a show]"
    assert slack.home(ben) is None
    pressed = await slack.press_in_view(ana, home, "plan")
    assert pressed.payload["container"] == {"type": "view", "view_id": published["view"]["id"]}
    await web.views_publish(user_id=ana.id, view=view, hash=home.hash)
    assert await refused(web.views_publish(user_id=ana.id, view=view, hash=home.hash)) == "hash_conflict"
    off = manifest()
    off["features"]["app_home"]["home_tab_enabled"] = False
    async with SlackEmulator(off) as other:
        carl = other.add_user("carl")
        assert await refused(client(other).views_publish(user_id=carl.id, view=view)) == "not_enabled"
