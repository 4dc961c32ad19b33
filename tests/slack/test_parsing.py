"""What people do in Slack, as Slack tells it and as the bot reads it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.interaction import Interaction, Kind, View
from bot.slack.parsing import MalformedError, parse

Json = dict[str, Any]

COMMAND: Json = {
    "token": "deprecated",
    "team_id": "T1",
    "channel_id": "C1",
    "channel_name": "studio",
    "user_id": "U1",
    "command": "/live",
    "text": " plan Q&amp;A &lt;live&gt; with <@U2|ann> in <#C9|air> ",
    "response_url": "https://hooks.slack.com/commands/1",
    "trigger_id": "13345224609.738474920.8088930838d88f008e0",
}


def interactive(kind: str, **more: object) -> Json:
    return {
        "type": kind,
        "user": {"id": "U1", "username": "ana", "team_id": "T1"},
        "team": {"id": "T9", "domain": "studio"},
        "enterprise": None,
        "trigger_id": "1.2.3",
        **more,
    }


def press(element: Json, **more: object) -> Json:
    return interactive(
        "block_actions",
        container={"type": "message", "message_ts": "17.1", "channel_id": "C1", "is_ephemeral": False, "thread_ts": "16.9"},
        channel={"id": "C1", "name": "studio"},
        response_url="https://hooks.slack.com/actions/1",
        actions=[{"action_id": "go", "block_id": "card", "action_ts": "18.5", **element}],
        **more,
    )


def form(kind: str = "view_submission", **inputs: Json) -> Json:
    return interactive(
        kind,
        view={
            "id": "V1",
            "hash": "156772938.1827394",
            "type": "modal",
            "callback_id": "plan",
            "private_metadata": '{"show": "s12"}',
            "state": {"values": {name: {"input": element} for name, element in inputs.items()}},
        },
    )


def event(**event: object) -> Json:
    return {
        "type": "event_callback",
        "team_id": "T1",
        "event_id": "Ev1",
        "event_time": 17,
        "authorizations": [{"team_id": "T1", "user_id": "UBOT", "is_bot": True}],
        "event": event,
    }


def test_a_command_keeps_its_mentions_and_loses_its_entities() -> None:
    assert parse(COMMAND) == Interaction(
        Kind.COMMAND,
        "command:13345224609.738474920.8088930838d88f008e0",
        "U1",
        team="T1",
        channel="C1",
        text="plan Q&A <live> with <@U2|ann> in <#C9|air>",
        action="/live",
        trigger="13345224609.738474920.8088930838d88f008e0",
        reply_to="https://hooks.slack.com/commands/1",
    )


def test_a_bare_command_has_no_text() -> None:
    assert parse({**COMMAND, "text": ""}).text == ""


def test_a_press_on_a_card_says_where_what_and_whose() -> None:
    assert parse(press({"type": "button", "value": "s12:live"})) == Interaction(
        Kind.PRESS,
        "press:C1/17.1:go:18.5:U1",
        "U1",
        team="T1",
        channel="C1",
        thread="16.9",
        message="17.1",
        action="go",
        value="s12:live",
        block="card",
        trigger="1.2.3",
        reply_to="https://hooks.slack.com/actions/1",
    )


def test_the_same_button_pressed_again_is_another_press() -> None:
    first, again = (parse(press({"type": "button", "action_ts": ts})) for ts in ("18.5", "18.6"))
    assert first.key != again.key
    assert parse(press({"type": "button", "action_ts": "18.5"})).key == first.key


def option(value: str) -> Json:
    return {"text": {"type": "plain_text", "text": value.title()}, "value": value}


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ({"type": "button"}, ""),
        ({"type": "overflow", "selected_option": option("hold:s12")}, "hold:s12"),
        ({"type": "static_select", "selected_option": option("gcore")}, "gcore"),
        ({"type": "external_select", "selected_option": None}, ""),
        ({"type": "checkboxes", "selected_options": [option("a"), option("b")]}, "a,b"),
        ({"type": "users_select", "selected_user": "U2"}, "U2"),
        ({"type": "datetimepicker", "selected_date_time": 1764000000}, "1764000000"),
    ],
)
def test_a_press_carries_what_was_chosen(element: Json, value: str) -> None:
    assert parse(press(element)).value == value


def test_a_press_in_a_view_brings_the_view() -> None:
    body = interactive(
        "block_actions",
        container={"type": "view", "view_id": "V1"},
        view={"id": "V1", "hash": "1.2", "type": "home", "callback_id": "", "private_metadata": "", "state": {"values": {}}},
        actions=[{"type": "button", "action_id": "refresh", "block_id": "top", "action_ts": "18.5"}],
    )
    read = parse(body)
    assert (read.key, read.channel, read.view) == ("press:V1:refresh:18.5:U1", "", View("V1", "1.2", "", "", {}))


def test_a_form_is_read_by_block_whatever_its_inputs_are() -> None:
    read = parse(
        form(
            title={"type": "plain_text_input", "value": "Q&A <live>"},
            note={"type": "plain_text_input", "value": None},
            mail={"type": "email_text_input", "value": "a@b.example"},
            minutes={"type": "number_input", "value": "75"},
            speed={"type": "number_input", "value": "0.5"},
            unsaid={"type": "number_input"},
            provider={"type": "static_select", "selected_option": option("gcore")},
            unchosen={"type": "static_select", "selected_option": None},
            stream={"type": "external_select", "selected_option": option("gcore:1")},
            tags={"type": "multi_static_select", "selected_options": [option("a"), option("b")]},
            flags={"type": "checkboxes", "selected_options": []},
            policy={"type": "radio_buttons", "selected_option": option("ask")},
            day={"type": "datepicker", "selected_date": "2026-11-22"},
            at={"type": "timepicker", "selected_time": "10:00"},
            moment={"type": "datetimepicker", "selected_date_time": 1764000000},
            caller={"type": "users_select", "selected_user": "U2"},
            crew={"type": "multi_users_select", "selected_users": ["U2", "U3"]},
            where={"type": "conversations_select", "selected_conversation": "C2"},
            poster={"type": "file_input", "files": [{"id": "F1", "name": "poster.png"}]},
        )
    )
    assert read.view is not None
    assert read.view.values == {
        "title": "Q&A <live>",
        "note": None,
        "mail": "a@b.example",
        "minutes": 75,
        "speed": 0.5,
        "unsaid": None,
        "provider": "gcore",
        "unchosen": None,
        "stream": "gcore:1",
        "tags": ["a", "b"],
        "flags": [],
        "policy": "ask",
        "day": "2026-11-22",
        "at": "10:00",
        "moment": 1764000000,
        "caller": "U2",
        "crew": ["U2", "U3"],
        "where": "C2",
        "poster": ["F1"],
    }
    assert (read.kind, read.key, read.action) == (Kind.SUBMIT, "submit:V1:156772938.1827394", "plan")
    assert (read.view.callback, read.view.metadata) == ("plan", '{"show": "s12"}')


def test_several_inputs_of_one_block_are_told_apart_by_their_action() -> None:
    body = form()
    body["view"]["state"]["values"] = {
        "row": {"day": {"type": "datepicker", "selected_date": None}, "at": {"type": "timepicker", "selected_time": "9:30"}}
    }
    view = parse(body).view
    assert view is not None
    assert view.values == {"day": None, "at": "9:30"}


def test_a_closed_form_is_told_from_a_sent_one() -> None:
    assert parse(form("view_closed")).key == "close:V1:156772938.1827394"
    assert parse(form("view_closed")).kind is Kind.CLOSE


def test_a_search_for_options_carries_what_was_typed() -> None:
    read = parse(
        interactive("block_suggestion", action_id="stream", block_id="b", value="chur", container={"type": "view", "view_id": "V1"})
    )
    assert (read.kind, read.text, read.action, read.key) == (Kind.OPTIONS, "chur", "stream", "options:V1:stream:U1:chur")


def test_a_message_shortcut_knows_its_message() -> None:
    read = parse(
        interactive(
            "message_action",
            callback_id="mark",
            channel={"id": "C1"},
            message={"ts": "17.1", "thread_ts": "16.9", "text": "goal"},
            response_url="https://hooks.slack.com/app/1",
        )
    )
    assert (read.kind, read.action, read.channel, read.message, read.thread) == (Kind.SHORTCUT, "mark", "C1", "17.1", "16.9")
    assert parse(interactive("shortcut", callback_id="plan")).key == "shortcut:1.2.3"


@pytest.mark.parametrize("said", ["<@UBOT> clip last 30s", "hey <@UBOT|showcaller>: clip last 30s", "<@UBOT>, clip last 30s"])
def test_a_mention_is_read_without_the_mention(said: str) -> None:
    read = parse(event(type="app_mention", user="U1", text=said, channel="C1", ts="17.1", thread_ts="16.9"))
    assert read.text.removeprefix("hey ") == "clip last 30s"
    assert (read.kind, read.key, read.thread, read.message, read.action) == (Kind.EVENT, "event:Ev1", "16.9", "17.1", "app_mention")


def test_other_mentions_stay_where_they_are() -> None:
    read = parse(event(type="app_mention", user="U1", text="<@UBOT> crew add <@U2> td", channel="C1", ts="17.1"))
    assert read.text == "crew add <@U2> td"


def test_events_about_people_and_channels_are_read_from_their_objects() -> None:
    changed = parse(event(type="user_change", user={"id": "U2", "team_id": "T1"}))
    renamed = parse(event(type="channel_rename", channel={"id": "C2", "name": "air"}))
    reacted = parse(event(type="reaction_added", user="U1", item={"type": "message", "channel": "C1", "ts": "17.1"}))
    assert (changed.user, renamed.channel, reacted.channel, reacted.message) == ("U2", "C2", "C1", "17.1")
    assert changed.event["user"]["team_id"] == "T1"


def test_somebody_of_another_workspace_is_of_that_workspace() -> None:
    assert parse(event(type="app_mention", user="U8", user_team="T8", team="T8", text="hi", channel="C1", ts="1.1")).team == "T8"
    assert parse(press({"type": "button"}) | {"user": {"id": "U8", "team_id": "T8"}}).team == "T8"


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "x",
        {},
        {"type": "block_actions"},
        {"type": ["block_actions"]},
        {"type": "unheard_of", "user": {"id": "U1"}},
        {**COMMAND, "user_id": ""},
        {key: value for key, value in COMMAND.items() if key != "trigger_id"},
        interactive("block_actions", actions=[]),
        interactive("block_actions", actions=None),
        interactive("block_actions", actions=["x"]),
        interactive("block_actions", actions=[{"action_id": "a", "action_ts": "1"}]),
        press({"type": "static_select", "selected_option": {"value": 5}}),
        interactive("view_submission", view={}),
        form(minutes={"type": "number_input", "value": "many"}),
        form(minutes={"type": "number_input", "value": "inf"}),
        event(user="U1"),
        {"type": "event_callback", "event_id": "", "event": {"type": "app_mention"}},
        {"type": "event_callback", "event_id": "Ev1", "event": []},
    ],
)
def test_what_slack_never_sends_is_malformed(body: object) -> None:
    with pytest.raises(MalformedError):
        parse(body)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
BODIES = (
    COMMAND,
    press({"type": "overflow", "selected_option": option("a")}),
    form(at={"type": "checkboxes", "selected_options": [option("a")]}),
    interactive("block_suggestion", action_id="a", value="x", container={"type": "view", "view_id": "V1"}),
    interactive("message_action", callback_id="mark", channel={"id": "C1"}, message={"ts": "1.1"}),
    event(type="app_mention", user="U1", text="<@UBOT> go", channel="C1", ts="17.1", item={}),
)


def bent(body: Json, draw: st.DrawFn) -> object:
    """The body with one thing in it, at any depth, put in place of another or taken away."""
    key = draw(st.sampled_from(sorted(body)))
    inner = body[key]
    if isinstance(inner, dict) and inner and draw(st.booleans()):
        return {**body, key: bent(inner, draw)}
    if isinstance(inner, list) and inner and isinstance(inner[0], dict) and draw(st.booleans()):
        return {**body, key: [bent(inner[0], draw)]}
    return {**body, key: draw(JUNK)} if draw(st.booleans()) else {name: value for name, value in body.items() if name != key}


@st.composite
def bent_bodies(draw: st.DrawFn) -> object:
    """Something close to what Slack sends."""
    return bent(draw(st.sampled_from(BODIES)), draw)


@given(bent_bodies() | JUNK)
def test_whatever_comes_is_read_or_called_malformed(body: object) -> None:
    try:
        read = parse(body)
    except MalformedError:
        return
    assert read.key
    assert all(isinstance(text, str) for text in (read.user, read.text, read.value, read.channel, read.thread, read.team))
