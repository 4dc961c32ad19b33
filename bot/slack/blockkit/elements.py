"""Slack's rules for texts, options, buttons, menus, pickers and inputs (docs.slack.dev, @slack/types 3.2.0)."""

from __future__ import annotations

from collections.abc import Mapping

from bot.slack.blockkit.grammar import (
    Check,
    Report,
    array,
    boolean,
    by_type,
    exactly_one,
    integer,
    matching,
    one_of,
    record,
    string,
    together,
)

_SLACK_ID = string(255)
_URL = string(3000)


def plain_text(most: int) -> Check:
    """A plain_text object of at most `most` characters."""
    return by_type(_texts(most, "plain_text"), "plain_text")


def any_text(most: int) -> Check:
    """A plain_text or mrkdwn object of at most `most` characters."""
    return by_type(_texts(most, "plain_text", "mrkdwn"), "text")


def _texts(most: int, *kinds: str) -> dict[str, Check]:
    own: dict[str, dict[str, Check]] = {"plain_text": {"emoji": boolean}, "mrkdwn": {"verbatim": boolean}}
    return {kind: record({"type": one_of(kind), "text": string(most), **own[kind]}, needs=("type", "text")) for kind in kinds}


def _option(text: Check, **more: Check) -> Check:
    return record({"text": text, "value": string(150, least=0), "description": text, **more}, needs=("text",))


_PLAIN_OPTION = _option(plain_text(75))
_ANY_OPTION = _option(any_text(75))
_OPTION_GROUP = record({"label": plain_text(75), "options": array(_PLAIN_OPTION, 100)}, needs=("label", "options"))

_CONFIRM = record(
    {
        "title": plain_text(100),
        "text": any_text(300),
        "confirm": plain_text(30),
        "deny": plain_text(30),
        "style": one_of("primary", "danger"),
    },
    needs=("text",),
)

SLACK_FILE = together(record({"id": _SLACK_ID, "url": _URL}), exactly_one("id", "url"))

IMAGE_ELEMENT = together(
    record(
        {"type": one_of("image"), "image_url": _URL, "slack_file": SLACK_FILE, "alt_text": string(2000, least=0)},
        needs=("alt_text",),
    ),
    exactly_one("image_url", "slack_file"),
)

BUTTON = record(
    {
        "type": one_of("button"),
        "action_id": string(255),
        "text": plain_text(75),
        "url": _URL,
        "value": string(2000, least=0),
        "style": one_of("primary", "danger"),
        "confirm": _CONFIRM,
        "accessibility_label": string(75, least=0),
    },
    needs=("text",),
)


def _entries(value: object, name: str) -> list[object]:
    entries = value.get(name) if isinstance(value, Mapping) else None
    return entries if isinstance(entries, list) else []


def _initial_is_offered(value: object, at: str, report: Report) -> None:
    """Slack wants an initial option repeated to the letter from those offered."""
    if not isinstance(value, Mapping):
        return
    offered = list(_entries(value, "options"))
    for group in _entries(value, "option_groups"):
        offered += _entries(group, "options")
    if "initial_option" in value and value["initial_option"] not in offered:
        report(f"{at}/initial_option", "is not among the options")
    for index, chosen in enumerate(_entries(value, "initial_options")):
        if chosen not in offered:
            report(f"{at}/initial_options/{index}", "is not among the options")


def _choice(kind: str, own: Mapping[str, Check], *, needs: tuple[str, ...] = (), also: Check | None = None) -> Check:
    """An element that has a value of its own: everything but a button."""
    common: dict[str, Check] = {
        "type": one_of(kind),
        "action_id": string(255),
        "confirm": _CONFIRM,
        "focus_on_load": boolean,
    }
    return record({**common, **own}, needs=needs, also=also)


_PLACEHOLDER = plain_text(150)
_IDS = array(_SLACK_ID, 100, least=0)
_MOST_CHOSEN = integer(1, 100)
_STATIC: dict[str, Check] = {
    "placeholder": _PLACEHOLDER,
    "options": array(_PLAIN_OPTION, 100),
    "option_groups": array(_OPTION_GROUP, 100),
}
_EXTERNAL: dict[str, Check] = {"placeholder": _PLACEHOLDER, "min_query_length": integer(0, 3000)}
_CONVERSATIONS: dict[str, Check] = {
    "placeholder": _PLACEHOLDER,
    "default_to_current_conversation": boolean,
    "filter": record(
        {
            "include": array(one_of("im", "mpim", "private", "public"), 4),
            "exclude_bot_users": boolean,
            "exclude_external_shared_channels": boolean,
        }
    ),
}
_STATIC_RULES = together(exactly_one("options", "option_groups"), _initial_is_offered)

_MULTI: dict[str, Check] = {"max_selected_items": _MOST_CHOSEN}
_LIST: dict[str, Check] = {"placeholder": _PLACEHOLDER}
_ANSWERABLE: dict[str, Check] = {"response_url_enabled": boolean}
_OPTIONS = array(_PLAIN_OPTION, 100)

_MENUS: dict[str, Check] = {
    "static_select": _choice("static_select", {"initial_option": _PLAIN_OPTION, **_STATIC}, also=_STATIC_RULES),
    "external_select": _choice("external_select", {"initial_option": _PLAIN_OPTION, **_EXTERNAL}),
    "users_select": _choice("users_select", {"initial_user": _SLACK_ID, **_LIST}),
    "channels_select": _choice("channels_select", {"initial_channel": _SLACK_ID, **_LIST, **_ANSWERABLE}),
    "conversations_select": _choice("conversations_select", {"initial_conversation": _SLACK_ID, **_CONVERSATIONS, **_ANSWERABLE}),
    "multi_static_select": _choice("multi_static_select", {"initial_options": _OPTIONS, **_STATIC, **_MULTI}, also=_STATIC_RULES),
    "multi_external_select": _choice("multi_external_select", {"initial_options": _OPTIONS, **_EXTERNAL, **_MULTI}),
    "multi_users_select": _choice("multi_users_select", {"initial_users": _IDS, **_LIST, **_MULTI}),
    "multi_channels_select": _choice("multi_channels_select", {"initial_channels": _IDS, **_LIST, **_MULTI}),
    "multi_conversations_select": _choice(
        "multi_conversations_select", {"initial_conversations": _IDS, **_CONVERSATIONS, **_MULTI}
    ),
}

_DATE = matching(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", "a date such as 2026-11-21")
_TIME = matching(r"([01][0-9]|2[0-3]):[0-5][0-9]", "a time such as 19:30")
_SHORT_LIST = array(_ANY_OPTION, 10)

_PICKERS: dict[str, Check] = {
    "datepicker": _choice("datepicker", {"placeholder": _PLACEHOLDER, "initial_date": _DATE}),
    "timepicker": _choice("timepicker", {"placeholder": _PLACEHOLDER, "initial_time": _TIME, "timezone": string(255)}),
    "checkboxes": _choice(
        "checkboxes", {"options": _SHORT_LIST, "initial_options": _SHORT_LIST}, needs=("options",), also=_initial_is_offered
    ),
    "radio_buttons": _choice(
        "radio_buttons", {"options": _SHORT_LIST, "initial_option": _ANY_OPTION}, needs=("options",), also=_initial_is_offered
    ),
}

# The range within which Slack reads a number as epoch seconds: ten digits.
_DATETIMEPICKER = _choice("datetimepicker", {"initial_date_time": integer(1_000_000_000, 9_999_999_999)})

_OVERFLOW = record(
    {
        "type": one_of("overflow"),
        "action_id": string(255),
        "confirm": _CONFIRM,
        "options": array(_option(plain_text(75), url=_URL), 5),
    },
    needs=("options",),
)


def _ends_are_ordered(value: object, at: str, report: Report) -> None:
    if isinstance(value, Mapping):
        least, most = value.get("min_length"), value.get("max_length")
        if isinstance(least, int) and isinstance(most, int) and least > most:
            report(at, f"wants at least {least} and at most {most} characters")


_DISPATCH = record(
    {"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), 2)}, needs=("trigger_actions_on",)
)
_NUMBER = matching(r"-?[0-9]+(\.[0-9]+)?", "a number written as text")

_INPUTS: dict[str, Check] = {
    "plain_text_input": record(
        {
            "type": one_of("plain_text_input"),
            "action_id": string(255),
            "initial_value": string(3000, least=0),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
            "dispatch_action_config": _DISPATCH,
            "focus_on_load": boolean,
            "placeholder": _PLACEHOLDER,
        },
        also=_ends_are_ordered,
    ),
    "number_input": record(
        {
            "type": one_of("number_input"),
            "action_id": string(255),
            "is_decimal_allowed": boolean,
            "initial_value": _NUMBER,
            "min_value": _NUMBER,
            "max_value": _NUMBER,
            "dispatch_action_config": _DISPATCH,
            "focus_on_load": boolean,
            "placeholder": _PLACEHOLDER,
        },
        needs=("is_decimal_allowed",),
    ),
}

ACTIONS_ELEMENT = by_type(
    {"button": BUTTON, "overflow": _OVERFLOW, "datetimepicker": _DATETIMEPICKER, **_MENUS, **_PICKERS},
    "element of an actions block",
)
SECTION_ACCESSORY = by_type(
    {"button": BUTTON, "overflow": _OVERFLOW, "image": IMAGE_ELEMENT, **_MENUS, **_PICKERS}, "accessory of a section"
)
INPUT_ELEMENT = by_type({"datetimepicker": _DATETIMEPICKER, **_MENUS, **_PICKERS, **_INPUTS}, "element of an input block")
CONTEXT_ELEMENT = by_type({"image": IMAGE_ELEMENT, **_texts(3000, "plain_text", "mrkdwn")}, "element of a context block")
