"""Block Kit's limits, each at the number that still fits and the one that does not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Channel
from bot.sandbox.slack.blocks import BLOCK_KEYS, Surface, characters, complaints, view_complaints
from bot.sandbox.slack.elements import KEYS
from tests.sandbox.slack.stagehand import Json, button, modal, section, text_input


def actions(*elements: Json, **more: object) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def option(text: str = "One", value: str = "1") -> Json:
    return {"text": {"type": "plain_text", "text": text}, "value": value}


def select(count: int, **more: object) -> Json:
    return {"type": "static_select", "action_id": "pick", "options": [option(value=str(i)) for i in range(count)], **more}


def overflow(count: int) -> Json:
    return {"type": "overflow", "action_id": "more", "options": [option(value=str(i)) for i in range(count)]}


FITS_AND_NOT: list[tuple[str, list[Json], list[Json], str]] = [
    ("blocks", [section("x")] * 50, [section("x")] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    (
        "text",
        [section("x" * 3000)],
        [section("x" * 3001)],
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ),
    ("empty text", [section("x")], [section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    (
        "fields",
        [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 10}],
        [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 11}],
        "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
    ),
    (
        "header",
        [{"type": "header", "text": {"type": "plain_text", "text": "x" * 150}}],
        [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}],
        "must be less than 151 characters",
    ),
    (
        "plain header",
        [{"type": "header", "text": {"type": "plain_text", "text": "x"}}],
        [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
        "must be a valid enum value [json-pointer:/blocks/0/text/type]",
    ),
    (
        "elements",
        [actions(*(button("x", f"{i}") for i in range(25)))],
        [actions(*(button("x", f"{i}") for i in range(26)))],
        "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
    ),
    ("button text", [actions(button("x" * 75, "a"))], [actions(button("x" * 76, "a"))], "must be less than 76 characters"),
    (
        "button value",
        [actions(button("x", "a", value="x" * 2000))],
        [actions(button("x", "a", value="x" * 2001))],
        "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    ),
    ("action_id", [actions(button("x", "a" * 255))], [actions(button("x", "a" * 256))], "must be less than 256 characters"),
    (
        "button style",
        [actions(button("x", "a", style="danger"))],
        [actions(button("x", "a", style="green"))],
        "must be a valid enum value",
    ),
    ("overflow", [actions(overflow(5))], [actions(overflow(6))], "no more than 5 items allowed"),
    ("options", [actions(select(100))], [actions(select(101))], "no more than 100 items allowed"),
    (
        "option text",
        [actions(select(1, options=[option("x" * 75)]))],
        [actions(select(1, options=[option("x" * 76)]))],
        "must be less than 76 characters",
    ),
    (
        "option value",
        [actions(select(1, options=[option(value="x" * 150)]))],
        [actions(select(1, options=[option(value="x" * 151)]))],
        "must be less than 151 characters",
    ),
    (
        "initial option",
        [actions(select(2, initial_option=option(value="1")))],
        [actions(select(2, initial_option=option(value="7")))],
        "initial_option must be one of the options",
    ),
    (
        "context",
        [{"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 10}],
        [{"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 11}],
        "no more than 10 items allowed",
    ),
    (
        "action_ids in one block",
        [actions(button("x", "a")), actions(button("y", "a"))],
        [actions(button("x", "a"), button("y", "a"))],
        "`action_id`: a already exists",
    ),
    (
        "block_ids",
        [section("x", block_id="a"), section("y", block_id="b")],
        [section("x", block_id="a"), section("y", block_id="a")],
        "`block_id`: a already exists",
    ),
    ("unknown field", [section("x")], [section("x", colour="red")], "invalid additional property: colour"),
    ("unknown block", [{"type": "divider"}], [{"type": "banner"}], "unsupported type: banner"),
    (
        "table",
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]] * 100}],
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]] * 101}],
        "no more than 100 items allowed",
    ),
    (
        "time of day",
        [actions({"type": "timepicker", "initial_time": "23:59"})],
        [actions({"type": "timepicker", "initial_time": "24:00"})],
        "does not match the expected format [json-pointer:/blocks/0/elements/0/initial_time]",
    ),
    (
        "seconds, not milliseconds",
        [actions({"type": "datetimepicker", "initial_date_time": 1_795_338_000})],
        [actions({"type": "datetimepicker", "initial_date_time": 1_795_338_000_000})],
        "does not match the expected format",
    ),
    (
        "rich text",
        [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}]}],
        [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]}]}],
        "must be more than 0 characters [json-pointer:/blocks/0/elements/0/elements/0/text]",
    ),
    (
        "one table",
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}],
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}] * 2,
        "only one table",
    ),
]


@pytest.mark.parametrize(("fits", "not_any_more", "said"), [case[1:] for case in FITS_AND_NOT], ids=[c[0] for c in FITS_AND_NOT])
def test_a_limit(fits: list[Json], not_any_more: list[Json], said: str) -> None:
    assert complaints(fits, "message") == []
    assert said in "\n".join(complaints(not_any_more, "message"))


async def test_bad_blocks_come_back_with_a_pointer(web: AsyncWebClient, studio: Channel) -> None:
    with pytest.raises(SlackApiError) as caught:
        await web.chat_postMessage(channel=studio.id, text="x", blocks=[section("fine"), section("x" * 3001)])
    assert caught.value.response["error"] == "invalid_blocks"
    assert caught.value.response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]"
    ]
    with pytest.raises(SlackApiError, match="invalid_blocks_format"):
        await web.api_call("chat.postMessage", json={"channel": studio.id, "blocks": "[{"})
    assert studio.messages == []


@pytest.mark.parametrize(
    ("block", "surface", "stands"),
    [
        ({"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}, "modal", False),
        ({"type": "alert", "text": {"type": "plain_text", "text": "x"}}, "modal", True),
        ({"type": "alert", "text": {"type": "plain_text", "text": "x"}}, "message", False),
        ({"type": "markdown", "text": "x"}, "home", False),
        ({"type": "divider"}, "home", True),
    ],
)
def test_some_blocks_stand_in_some_places_only(block: Json, surface: Surface, stands: bool) -> None:
    assert (complaints([block], surface) == []) is stands


def test_a_modal_takes_a_hundred_blocks_and_needs_a_submit_for_inputs() -> None:
    assert view_complaints(modal("x", *[section("x")] * 100)) == []
    assert "no more than 100 items" in view_complaints(modal("x", *[section("x")] * 101))[0]
    silent = modal("x", text_input("a", "A"))
    del silent["submit"]
    assert "`submit` is required" in view_complaints(silent)[0]
    assert view_complaints(modal("x", private_metadata="x" * 3000)) == []
    assert "/view/private_metadata" in view_complaints(modal("x", private_metadata="x" * 3001))[0]


def test_the_text_of_all_blocks_is_counted() -> None:
    table = {"type": "table", "rows": [[{"type": "raw_text", "text": "12345"}]]}
    assert characters([section("123"), actions(button("12", "long_action_id")), table]) == 10


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["plain_text", "mrkdwn", "rich_text_section"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "text", "options", "elements", "value", "blocks", "label"]), inner, max_size=4)
    ),
    max_leaves=12,
)
FIELDS = sorted({field for fields in (*BLOCK_KEYS.values(), *KEYS.values()) for field in fields} | {"action_id", "block_id"})


@st.composite
def nearly_blocks(draw: st.DrawFn) -> list[object]:
    """Blocks with elements of known types, whose fields hold anything."""
    anything = st.dictionaries(st.sampled_from(FIELDS), JUNK, max_size=4)
    element = {**draw(anything), "type": draw(st.sampled_from(sorted(KEYS)))}
    block = {**draw(anything), "type": draw(st.sampled_from(sorted(BLOCK_KEYS)))}
    place = draw(st.sampled_from(["elements", "accessory", "element"]))
    block[place] = [element, draw(JUNK)] if place == "elements" else element
    return [block, draw(JUNK)]


@given(nearly_blocks(), st.sampled_from(["message", "modal", "home"]))
@settings(deadline=None, max_examples=300)
def test_no_junk_upsets_the_judge(blocks: list[object], surface: Surface) -> None:
    complaints(blocks, surface)
    characters(blocks)
    view_complaints({"type": "modal", "title": blocks[1], "blocks": blocks})
