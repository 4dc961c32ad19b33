"""Slack's rules for the interactive elements of Block Kit: buttons, menus, pickers and inputs."""

from __future__ import annotations

import re

from bot.sandbox.slack.shapes import Complaints, Json, check_list, check_text, listed

_INPUT = ("dispatch_action_config", "focus_on_load", "initial_value", "placeholder")
_MENU = ("confirm", "focus_on_load", "placeholder")

KEYS: dict[str, tuple[str, ...]] = {
    "button": ("accessibility_label", "confirm", "style", "text", "url", "value"),
    "workflow_button": ("accessibility_label", "confirm", "style", "text", "workflow"),
    "overflow": ("confirm", "options"),
    "static_select": (*_MENU, "initial_option", "option_groups", "options"),
    "external_select": (*_MENU, "initial_option", "min_query_length"),
    "users_select": (*_MENU, "initial_user"),
    "conversations_select": (
        *_MENU,
        "default_to_current_conversation",
        "filter",
        "initial_conversation",
        "response_url_enabled",
    ),
    "channels_select": (*_MENU, "initial_channel", "response_url_enabled"),
    "multi_static_select": (*_MENU, "initial_options", "max_selected_items", "option_groups", "options"),
    "multi_external_select": (*_MENU, "initial_options", "max_selected_items", "min_query_length"),
    "multi_users_select": (*_MENU, "initial_users", "max_selected_items"),
    "multi_conversations_select": (
        *_MENU,
        "default_to_current_conversation",
        "filter",
        "initial_conversations",
        "max_selected_items",
    ),
    "multi_channels_select": (*_MENU, "initial_channels", "max_selected_items"),
    "radio_buttons": ("confirm", "focus_on_load", "initial_option", "options"),
    "checkboxes": ("confirm", "focus_on_load", "initial_options", "options"),
    "datepicker": (*_MENU, "initial_date"),
    "timepicker": (*_MENU, "initial_time", "timezone"),
    "datetimepicker": ("confirm", "focus_on_load", "initial_date_time"),
    "plain_text_input": (*_INPUT, "max_length", "min_length", "multiline"),
    "email_text_input": _INPUT,
    "url_text_input": _INPUT,
    "number_input": (*_INPUT, "is_decimal_allowed", "max_value", "min_value"),
    "rich_text_input": (*_INPUT, "max_lines", "min_lines"),
    "file_input": ("filetypes", "max_files"),
    "image": ("alt_text", "image_url", "slack_file"),
    "feedback_buttons": ("negative_button", "positive_button"),
    "icon_button": ("accessibility_label", "confirm", "icon", "text", "value", "visible_to_user_ids"),
}
"""The fields of each element beside `type` and `action_id`."""


def check_element(said: Complaints, element: object, at: str, allowed: frozenset[str]) -> None:
    """Judge one element of a block that takes the `allowed` types."""
    if element is None:
        place, _, name = at.rpartition("/")
        said.add(f"missing required field: {name}", place)
        return
    if not isinstance(element, dict):
        said.add("must be an object", at)
        return
    kind = element.get("type")
    if not isinstance(kind, str) or kind not in allowed:
        said.add(f"unsupported type: {kind}", f"{at}/type")
        return
    named = () if kind == "image" else ("action_id",)
    for key in element:
        if key not in ("type", *named, *KEYS[kind]):
            said.add(f"invalid additional property: {key}", at)
    said.length(element.get("action_id"), 255, f"{at}/action_id")
    _check_confirm(said, element.get("confirm"), f"{at}/confirm")
    check_text(said, element.get("placeholder"), f"{at}/placeholder", most=150, plain=True)
    check = _CHECKS.get(kind)
    if check is not None:
        check(said, element, at)


def _check_confirm(said: Complaints, confirm: object, at: str) -> None:
    if confirm is None:
        return
    if not isinstance(confirm, dict):
        said.add("must be an object", at)
        return
    for key, most in (("title", 100), ("confirm", 30), ("deny", 30)):
        check_text(said, confirm.get(key), f"{at}/{key}", most=most, plain=True, required=True)
    check_text(said, confirm.get("text"), f"{at}/text", most=300, required=True)
    _check_style(said, confirm, at)


def _check_style(said: Complaints, element: Json, at: str) -> None:
    if element.get("style") not in (None, "primary", "danger"):
        said.add("must be a valid enum value", f"{at}/style")


def _button(said: Complaints, element: Json, at: str) -> None:
    check_text(said, element.get("text"), f"{at}/text", most=75, plain=True, required=True)
    said.length(element.get("value"), 2000, f"{at}/value", least=0)
    said.length(element.get("url"), 3000, f"{at}/url")
    said.length(element.get("accessibility_label"), 75, f"{at}/accessibility_label")
    _check_style(said, element, at)


def _check_option(said: Complaints, option: object, at: str, *, rich: bool) -> None:
    if not isinstance(option, dict):
        said.add("must be an object", at)
        return
    check_text(said, option.get("text"), f"{at}/text", most=75, plain=not rich, required=True)
    check_text(said, option.get("description"), f"{at}/description", most=75, plain=not rich)
    said.length(option.get("value"), 150, f"{at}/value", required=True)
    for key in option:
        if key not in ("text", "value", "description", "url"):
            said.add(f"invalid additional property: {key}", at)


def check_options(said: Complaints, options: object, at: str, *, most: int, rich: bool = False) -> None:
    """A list of 1 to `most` options; `rich` where their texts may be mrkdwn."""
    if not check_list(said, options, at, most=most) or not isinstance(options, list):
        return
    for i, option in enumerate(options):
        _check_option(said, option, f"{at}/{i}", rich=rich)


def check_groups(said: Complaints, groups: object, at: str) -> None:
    """A list of 1 to 100 option groups."""
    if not check_list(said, groups, at, most=100) or not isinstance(groups, list):
        return
    for i, group in enumerate(groups):
        if not isinstance(group, dict):
            said.add("must be an object", f"{at}/{i}")
            continue
        check_text(said, group.get("label"), f"{at}/{i}/label", most=75, plain=True, required=True)
        check_options(said, group.get("options"), f"{at}/{i}/options", most=100)


def _static_select(said: Complaints, element: Json, at: str) -> None:
    if "options" in element and "option_groups" in element:
        said.add("only one of options or option_groups is allowed", at)
    elif "option_groups" in element:
        check_groups(said, element["option_groups"], f"{at}/option_groups")
    else:
        check_options(said, element.get("options"), f"{at}/options", most=100)
    _check_initial(said, element, at)


def _check_initial(said: Complaints, element: Json, at: str) -> None:
    """Slack refuses an initial option that is not among the options, letter for letter."""
    offered = listed(element.get("options"))
    for group in listed(element.get("option_groups")):
        offered = [*offered, *(listed(group.get("options")) if isinstance(group, dict) else [])]
    wanted = [element["initial_option"]] if element.get("initial_option") else listed(element.get("initial_options"))
    for one in wanted:
        if one not in offered:
            key = "initial_option" if "initial_option" in element else "initial_options"
            said.add(f"{key} must be one of the options", f"{at}/{key}")


def _choices(said: Complaints, element: Json, at: str) -> None:
    check_options(said, element.get("options"), f"{at}/options", most=10, rich=True)
    _check_initial(said, element, at)


def _overflow(said: Complaints, element: Json, at: str) -> None:
    check_options(said, element.get("options"), f"{at}/options", most=5)


def _text_input(said: Complaints, element: Json, at: str) -> None:
    most = element.get("max_length", 3000)
    if not isinstance(most, int) or not 1 <= most <= 3000:
        said.add("must be between 1 and 3000", f"{at}/max_length")
        most = 3000
    least = element.get("min_length", 0)
    if not isinstance(least, int) or not 0 <= least <= most:
        said.add(f"must be between 0 and {most}", f"{at}/min_length")
    said.length(element.get("initial_value"), most, f"{at}/initial_value", least=0)


def _number_input(said: Complaints, element: Json, at: str) -> None:
    if not isinstance(element.get("is_decimal_allowed"), bool):
        said.add("missing required field: is_decimal_allowed", at)
    for key in ("min_value", "max_value", "initial_value"):
        _check_form(said, element, key, r"-?\d+(\.\d+)?", at)
    if not said.lines and float(element.get("min_value") or "-inf") > float(element.get("max_value") or "inf"):
        said.add("must not be more than max_value", f"{at}/min_value")


def _datepicker(said: Complaints, element: Json, at: str) -> None:
    _check_form(said, element, "initial_date", r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", at)


def _timepicker(said: Complaints, element: Json, at: str) -> None:
    _check_form(said, element, "initial_time", r"([01]\d|2[0-3]):[0-5]\d", at)


def _datetimepicker(said: Complaints, element: Json, at: str) -> None:
    """The start is in epoch seconds, which have ten digits."""
    _check_form(said, element, "initial_date_time", r"\d{10}", at)


def _check_form(said: Complaints, element: Json, key: str, pattern: str, at: str) -> None:
    if element.get(key) is not None and not re.fullmatch(pattern, str(element[key])):
        said.add("does not match the expected format", f"{at}/{key}")


def _image(said: Complaints, element: Json, at: str) -> None:
    if not element.get("image_url") and not element.get("slack_file"):
        said.add("missing required field: image_url", at)
    said.length(element.get("alt_text"), 2000, f"{at}/alt_text", required=True)


_CHECKS = {
    "button": _button,
    "workflow_button": _button,
    "overflow": _overflow,
    "static_select": _static_select,
    "multi_static_select": _static_select,
    "radio_buttons": _choices,
    "checkboxes": _choices,
    "plain_text_input": _text_input,
    "number_input": _number_input,
    "datepicker": _datepicker,
    "timepicker": _timepicker,
    "datetimepicker": _datetimepicker,
    "image": _image,
}
