"""Our Block Kit rules refuse what Slack refuses, and a message that is too long loses nothing."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from bot.slack.blockkit import characters, fit, problems, view_problems
from bot.slack.blockkit.limits import shown
from bot.slack.text import escape, length, plain
from tests.slack.schemas import shared_schema

Block = dict[str, Any]


def words(text: str, kind: str = "plain_text") -> Block:
    return {"type": kind, "text": text}


def section(text: str, **more: Any) -> Block:
    return {"type": "section", "text": words(text, "mrkdwn"), **more}


def button(label: str = "Go live now", **more: Any) -> Block:
    return {"type": "button", "text": words(label), **more}


def actions(*elements: Block, **more: Any) -> Block:
    return {"type": "actions", "elements": list(elements), **more}


def option(label: str = "Camera 1", value: str = "cam1", **more: Any) -> Block:
    return {"text": words(label), "value": value, **more}


def options(count: int) -> list[Block]:
    return [option(f"Camera {number}", f"cam{number}") for number in range(count)]


def asked(element: Block, **more: Any) -> Block:
    return {"type": "input", "label": words("Title"), "element": element, **more}


def rich(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


@pytest.fixture(scope="module")
def slack_accepts() -> Callable[[list[Block]], bool]:
    schema = shared_schema("slack_blockkit_schema.json")
    validator = Draft7Validator({"$ref": "#/definitions/MessageBlocks", "definitions": schema["definitions"]})
    return lambda blocks: bool(validator.is_valid(blocks))


CONFIRM = {"title": words("Take it off?"), "text": words("312 viewers", "mrkdwn"), "confirm": words("Finish"), "deny": words("No")}
PICTURE = {"type": "image", "image_url": "https://e.org/a.png", "alt_text": "Test card"}

GOOD: dict[str, list[Block]] = {
    "header": [{"type": "header", "text": words("ON AIR — Sunday Service", "plain_text"), "block_id": "h"}],
    "section": [section("on air since 00:01:12", expand=True, accessory=button(style="danger", confirm=CONFIRM, value="v"))],
    "fields": [{"type": "section", "fields": [words("Signal", "mrkdwn")] * 10}],
    "picture beside": [section("preview", accessory=PICTURE)],
    "context": [{"type": "context", "elements": [words("seen 19:31:05", "mrkdwn"), PICTURE]}],
    "actions": [
        actions(
            button(action_id="go", url="https://e.org", accessibility_label="Go live"),
            {"type": "static_select", "action_id": "a", "options": options(5), "initial_option": options(3)[2]},
            {"type": "external_select", "action_id": "b", "min_query_length": 0, "placeholder": words("Stream")},
            {"type": "users_select", "action_id": "c", "initial_user": "U1"},
            {"type": "channels_select", "action_id": "d"},
            {"type": "conversations_select", "action_id": "e", "filter": {"include": ["public", "private"]}},
            {"type": "overflow", "action_id": "f", "options": [option(url="https://e.org"), *options(4)]},
            {"type": "datepicker", "action_id": "g", "initial_date": "2026-11-21"},
            {"type": "timepicker", "action_id": "h", "initial_time": "19:30", "timezone": "Europe/Berlin"},
            {"type": "datetimepicker", "action_id": "i", "initial_date_time": 1795285865},
            {"type": "checkboxes", "action_id": "j", "options": options(10), "initial_options": options(1)},
            {"type": "radio_buttons", "action_id": "k", "options": [{"text": words("*Hold*", "mrkdwn"), "value": "hold"}]},
        )
    ],
    "menus of several": [
        asked(
            {
                "type": "multi_static_select",
                "option_groups": [{"label": words("A"), "options": options(100)}],
                "max_selected_items": 2,
            }
        ),
        asked({"type": "multi_external_select", "initial_options": options(2)}),
        asked({"type": "multi_users_select", "initial_users": ["U1"]}),
        asked({"type": "multi_channels_select", "initial_channels": []}),
        asked({"type": "multi_conversations_select", "default_to_current_conversation": True}),
    ],
    "inputs": [
        asked(
            {"type": "plain_text_input", "multiline": True, "min_length": 1, "max_length": 3000}, hint=words("as viewers see it")
        ),
        asked({"type": "number_input", "is_decimal_allowed": False, "initial_value": "-12", "max_value": "1.5"}, optional=True),
    ],
    "rich text": [
        rich(words("on air", "text"), {"type": "user", "user_id": "U1"}, {"type": "emoji", "name": "red_circle"}),
        rich(
            {"type": "date", "timestamp": 1795285865, "format": "{time_secs}"},
            {"type": "link", "url": "https://e.org", "text": "watch"},
        ),
        {
            "type": "rich_text",
            "elements": [
                {"type": "rich_text_list", "style": "ordered", "elements": [{"type": "rich_text_section", "elements": []}]},
                {"type": "rich_text_preformatted", "elements": [words("00:01:12", "text")]},
                {
                    "type": "rich_text_quote",
                    "elements": [{"type": "broadcast", "range": "here"}, {"type": "channel", "channel_id": "C1"}],
                },
            ],
        },
    ],
    "image and divider": [{**PICTURE, "title": words("Preview")}, {"type": "divider"}],
    "fifty blocks": [{"type": "divider"}] * 50,
    "a hundred options": [actions({"type": "static_select", "options": options(100)})],
}

# What Slack's schema can see: both refuse.
BAD: dict[str, list[Block]] = {
    "no block": [],
    "51 blocks": [{"type": "divider"}] * 51,
    "a made-up block": [{"type": "billboard"}],
    "no type": [{"text": words("hello")}],
    "an unknown field": [{"type": "divider", "colour": "red"}],
    "header of 151": [{"type": "header", "text": words("x" * 151)}],
    "header in mrkdwn": [{"type": "header", "text": words("x", "mrkdwn")}],
    "section of 3001": [section("x" * 3001)],
    "an empty section text": [section("")],
    "a section with nothing": [{"type": "section"}],
    "11 fields": [{"type": "section", "fields": [words("x")] * 11}],
    "a field of 2001": [{"type": "section", "fields": [words("x" * 2001)]}],
    "11 things in a context": [{"type": "context", "elements": [words("x")] * 11}],
    "an empty context": [{"type": "context", "elements": []}],
    "a button in a context": [{"type": "context", "elements": [button()]}],
    "26 buttons": [actions(*[button(action_id=str(number)) for number in range(26)])],
    "a button of 76": [actions(button("x" * 76))],
    "a value of 2001": [actions(button(value="x" * 2001))],
    "an address of 3001": [actions(button(url="x" * 3001))],
    "a label of 76 for screen readers": [actions(button(accessibility_label="x" * 76))],
    "a purple button": [actions(button(style="purple"))],
    "an action id of 256": [actions(button(action_id="x" * 256))],
    "a block id of 256": [{"type": "divider", "block_id": "x" * 256}],
    "a confirm title of 101": [actions(button(confirm={**CONFIRM, "title": words("x" * 101)}))],
    "a confirm text of 301": [actions(button(confirm={**CONFIRM, "text": words("x" * 301)}))],
    "a confirm button of 31": [actions(button(confirm={**CONFIRM, "deny": words("x" * 31)}))],
    "101 options": [actions({"type": "static_select", "options": options(101)})],
    "101 groups": [
        actions({"type": "static_select", "option_groups": [{"label": words("A"), "options": options(1)}] * 101}),
    ],
    "an option of 76": [actions({"type": "static_select", "options": [option("x" * 76)]})],
    "an option value of 151": [actions({"type": "static_select", "options": [option(value="x" * 151)]})],
    "an option description of 76": [actions({"type": "static_select", "options": [option(description=words("x" * 76))]})],
    "6 in an overflow": [actions({"type": "overflow", "options": options(6)})],
    "11 checkboxes": [actions({"type": "checkboxes", "options": options(11)})],
    "11 radio buttons": [actions({"type": "radio_buttons", "options": options(11)})],
    "the 32nd": [actions({"type": "datepicker", "initial_date": "2026-11-32"})],
    "24:00": [actions({"type": "timepicker", "initial_time": "24:00"})],
    "milliseconds for seconds": [actions({"type": "datetimepicker", "initial_date_time": 1795285865000})],
    "a text field among the buttons": [actions({"type": "plain_text_input"})],
    "a button as input": [asked(button())],
    "a label of 2001": [asked({"type": "plain_text_input"}, label=words("x" * 2001))],
    "a hint of 2001": [asked({"type": "plain_text_input"}, hint=words("x" * 2001))],
    "max_length 3001": [asked({"type": "plain_text_input", "max_length": 3001})],
    "a number without is_decimal_allowed": [asked({"type": "number_input"})],
    "alt text of 2001": [{**PICTURE, "alt_text": "x" * 2001}],
    "an image without alt text": [{"type": "image", "image_url": "https://e.org"}],
    "an image from nowhere": [{"type": "image", "alt_text": "x"}],
    "an empty rich text": [{"type": "rich_text", "elements": []}],
    "a list within a list": [
        {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "bullet", "elements": [rich()]}]}
    ],
}

# What only Slack itself sees: the schema lets it pass.
BAD_BEYOND_THE_SCHEMA: dict[str, tuple[list[Block], str]] = {
    "12,001 characters": ([section("x" * 3000)] * 4 + [section("x")], "/blocks show 12001 characters"),
    "one block id twice": ([{"type": "divider", "block_id": "card"}] * 2, "block_id 'card' more than once"),
    "one action id twice": ([actions(button(action_id="go"), button(action_id="go"))], "/blocks/0/elements use action_id 'go'"),
    "options and groups": (
        [
            actions(
                {"type": "static_select", "options": options(1), "option_groups": [{"label": words("A"), "options": options(1)}]}
            )
        ],
        "exactly one of options, option_groups",
    ),
    "neither options nor groups": ([actions({"type": "static_select"})], "exactly one of options, option_groups"),
    "a placeholder of 151": (
        [actions({"type": "users_select", "placeholder": words("x" * 151)})],
        "151 characters, Slack takes 150",
    ),
    "a default that is not offered": (
        [actions({"type": "radio_buttons", "options": options(2), "initial_option": option("Camera 9", "cam9")})],
        "/blocks/0/elements/0/initial_option is not among the options",
    ),
    "a default that is not in a group": (
        [asked({"type": "multi_static_select", "options": options(2), "initial_options": options(3)})],
        "/blocks/0/element/initial_options/2 is not among the options",
    ),
    "a response_url in a message": (
        [asked({"type": "channels_select", "response_url_enabled": True})],
        "/blocks/0/element/response_url_enabled only works in the inputs of a modal",
    ),
    "from 9 to 5": ([asked({"type": "plain_text_input", "min_length": 9, "max_length": 5})], "at least 9 and at most 5"),
    "empty rich text": ([rich(words("", "text"))], "is empty"),
    "a block of tomorrow": ([{"type": "markdown", "text": "*hi*"}], "/blocks/0 is a markdown"),
}


@pytest.mark.parametrize("blocks", GOOD.values(), ids=GOOD)
def test_what_we_send_is_what_slack_takes(blocks: list[Block], slack_accepts: Callable[[list[Block]], bool]) -> None:
    assert problems(blocks, "message") == []
    assert slack_accepts(blocks)


@pytest.mark.parametrize("blocks", BAD.values(), ids=BAD)
def test_what_slack_refuses_we_refuse(blocks: list[Block], slack_accepts: Callable[[list[Block]], bool]) -> None:
    assert not slack_accepts(blocks)
    assert problems(blocks, "message") != []


@pytest.mark.parametrize(("blocks", "complaint"), BAD_BEYOND_THE_SCHEMA.values(), ids=BAD_BEYOND_THE_SCHEMA)
def test_rules_beyond_the_schema(blocks: list[Block], complaint: str) -> None:
    assert any(complaint in line for line in problems(blocks, "message")), problems(blocks, "message")


@pytest.mark.parametrize(
    "junk", [None, 7, "text", [], {"type": []}, {"type": "section", "text": 3}, {"type": "actions", "elements": {}}]
)
def test_junk_is_reported_and_never_raises(junk: Any) -> None:
    assert problems([junk], "message") != []


def test_a_problem_says_where_and_how_much() -> None:
    assert problems([section("ok"), section("ok", accessory=button("x" * 80))], "message") == [
        "/blocks/1/accessory/text/text has 80 characters, Slack takes 75"
    ]


def test_views_take_a_hundred_blocks_and_no_total() -> None:
    assert problems([section("x" * 3000)] * 100, "home") == []
    assert problems([section("x")] * 101, "modal") != []
    assert problems([asked({"type": "channels_select", "response_url_enabled": True})], "modal") == []


def test_a_modal_has_short_titles_and_a_way_to_submit() -> None:
    modal = {"type": "modal", "title": words("Plan a show"), "blocks": [asked({"type": "plain_text_input"})]}
    assert view_problems({**modal, "submit": words("Create"), "private_metadata": "x" * 3000}) == []
    assert view_problems(modal) == ["/submit is missing, and there are inputs"]
    assert view_problems({**modal, "submit": words("x" * 25)}) == ["/submit/text has 25 characters, Slack takes 24"]
    assert view_problems({"type": "home", "blocks": [section("x" * 3001)]}) == [
        "/blocks/0/text/text has 3001 characters, Slack takes 3000"
    ]


STRANGE: list[Any] = [
    None,
    "",
    "x" * 76,
    "x" * 151,
    "x" * 3001,
    0,
    -1,
    1.5,
    True,
    [],
    {},
    "mrkdwn",
    words("x" * 301),
    options(101),
    button(),
]


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every container of a message with each of its keys or indexes."""
    keys: list[Any] = list(node) if isinstance(node, dict) else list(range(len(node))) if isinstance(node, list) else []
    return [(node, key) for key in keys] + [place for key in keys for place in places(node[key])]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_slip_in_a_good_message_passes_us_and_fails_at_slack(
    data: st.DataObject, slack_accepts: Callable[[list[Block]], bool]
) -> None:
    blocks = copy.deepcopy(
        data.draw(st.sampled_from([blocks for name, blocks in GOOD.items() if name not in ("fifty blocks", "a hundred options")]))
    )
    for _ in range(data.draw(st.integers(1, 2))):
        found = places(blocks)
        if not found:
            break
        container, key = data.draw(st.sampled_from(found))
        if data.draw(st.booleans()):
            container[key] = copy.deepcopy(data.draw(st.sampled_from(STRANGE)))
        else:
            del container[key]
    assert problems(blocks, "message") or slack_accepts(blocks)


FRAGMENTS = [
    "00:01:12 ",
    "+00:00:59.120\n",
    "🎬",
    "👨‍👩‍👧 ",
    "שלום ",
    "مرحبا\n",
    "a\u0301",
    "<@U0CALLER> ",
    "<https://e.org/x?a&amp;b|the show> ",
]
typed = st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=40).map(escape))


@st.composite
def long_text(draw: st.DrawFn, most: int) -> str:
    """Words of a control room, repeated up to a drawn length: short ones, and ones at and past Slack's limits."""
    unit = "".join(draw(st.lists(typed, min_size=1, max_size=6))) or "x"
    wanted = draw(st.one_of(st.integers(1, 200), st.integers(2900, 3100), st.integers(1, most)))
    return unit * max(1, wanted // len(unit))


display = st.one_of(
    long_text(9000).map(section),
    long_text(9000).map(lambda text: {"type": "section", "text": words(text)}),
    long_text(400).map(lambda text: {"type": "header", "text": words(text)}),
    st.lists(long_text(3100).map(lambda text: words(text, "mrkdwn")), min_size=1, max_size=12).map(
        lambda elements: {"type": "context", "elements": elements}
    ),
    st.lists(long_text(2100).map(words), min_size=1, max_size=10).map(
        lambda fields: {"type": "section", "text": words("Checks"), "fields": fields}
    ),
    long_text(13_000).map(lambda text: rich(words(text, "text"), {"type": "user", "user_id": "U1"})),
    st.just({"type": "divider"}),
)
controls = st.text(min_size=1, max_size=70).filter(lambda label: length(label) <= 75).map(lambda label: actions(button(label)))


@st.composite
def messages(draw: st.DrawFn) -> list[Block]:
    blocks = draw(st.lists(display, min_size=1, max_size=8)) * draw(st.sampled_from([1, 1, 1, 9]))
    for control in draw(st.lists(controls, max_size=3)):
        blocks.insert(draw(st.integers(0, len(blocks))), control)
    return blocks


def bare(text: str) -> str:
    return "".join(text.split())


def reads(blocks: list[Block]) -> str:
    return "".join(bare(piece.plain) for block in blocks for piece in shown(block))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(messages())
def test_whatever_is_sent_fits_and_nothing_is_lost(blocks: list[Block]) -> None:
    kept, rest = fit(blocks)
    assert problems(kept, "message") == []
    assert [block for block in kept if block["type"] == "actions"] == [block for block in blocks if block["type"] == "actions"]
    display_kept = reads([block for block in kept if block["type"] != "actions"])
    display_before = reads([block for block in blocks if block["type"] != "actions"])
    assert display_kept + bare(rest or "") == display_before


def test_a_short_message_is_left_alone() -> None:
    card = [{"type": "header", "text": words("ON AIR")}, section("since 19:31:05"), actions(button())]
    assert fit(card) == (card, None)


def test_a_long_section_is_split_where_a_line_ends() -> None:
    lines = [f"00:{minute:02}:12 " + "x" * 80 for minute in range(60)]
    kept, rest = fit([section("\n".join(lines), block_id="log", accessory=button())])
    assert rest is None
    assert len(kept) == 2
    assert "\n".join(block["text"]["text"] for block in kept).split("\n") == lines
    assert kept[0]["block_id"] == "log"
    assert "accessory" in kept[0]
    assert set(kept[1]) == {"type", "text"}


def test_fields_stay_below_the_text_they_belong_to() -> None:
    kept, _ = fit([section("x " * 2000, fields=[words("Signal")])])
    assert ["fields" in block for block in kept] == [False, True]


def test_a_link_is_not_torn_apart() -> None:
    link = "<https://e.org/show|watch the show now>"
    kept, _ = fit([section("x" * 2990 + " " + link)])
    assert [block["text"]["text"] for block in kept] == ["x" * 2990, link]


def test_the_rest_goes_on_as_plain_text_and_the_buttons_stay() -> None:
    log = [section(f"{number}: R&amp;B <https://e.org|watch> " + "x" * 400) for number in range(60)]
    kept, rest = fit([*log, actions(button("I've got it"))])
    assert kept[-1]["type"] == "actions"
    assert rest is not None
    assert rest.splitlines()[0].startswith(f"{len(kept) - 1}: R&B watch (https://e.org)")
    assert rest.splitlines()[-1].startswith("59: ")


def test_an_alarm_with_an_overlong_header_still_arrives() -> None:
    title = "SIGNAL LOST — " + "very " * 60
    kept, rest = fit([{"type": "header", "text": words(title)}])
    assert rest is None
    assert kept == [{"type": "section", "text": words(title)}]


def test_only_what_is_seen_counts() -> None:
    assert characters(actions(button("Go", value="x" * 2000, action_id="go"))) == 2
    assert characters(section("🎬")) == 2
    assert plain("&amp;") == "&"
