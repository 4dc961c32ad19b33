"""What elements of a message or a form carry or were set to, whatever kind they are of."""

from __future__ import annotations

from collections.abc import Mapping

from bot.model import JSON
from bot.slack.parsing.malformed import MalformedError


def flat(blocks: Mapping[str, Mapping[str, Mapping[str, JSON]]]) -> dict[str, JSON]:
    """By block id; the inputs of a block with several (an actions block) are by their action id instead."""
    flat: dict[str, JSON] = {}
    for block, elements in blocks.items():
        for action, element in elements.items():
            flat[block if len(elements) == 1 else action] = value_of(element)
    return flat


def value_of(element: Mapping[str, JSON]) -> JSON:
    """What an element carries or was set to: text, number, list, or None where nothing was chosen."""
    kind = element.get("type")
    if kind == "number_input":
        return _number(element.get("value"))
    field = _FIELDS.get(kind if isinstance(kind, str) else "", "value")
    chosen = element.get(field)
    if field in {"selected_option", "selected_options"}:
        return _chosen(chosen)
    if field == "files":
        return [each["id"] for each in chosen if isinstance(each, dict) and isinstance(each.get("id"), str)] if chosen else []
    return chosen if chosen != "" else None


def _chosen(chosen: JSON) -> JSON:
    """The value of an option, the values of several."""
    if isinstance(chosen, list):
        return [_chosen(option) for option in chosen]
    if chosen is None:
        return None
    if not isinstance(chosen, dict) or not isinstance(chosen.get("value"), str):
        raise MalformedError("An option has no value.")
    return chosen["value"]


def _number(text: JSON) -> int | float | None:
    if text is None or text == "":
        return None
    try:
        number = float(text)
        return int(number) if number == int(number) else number
    except (TypeError, ValueError, OverflowError):
        raise MalformedError("A number is not one.") from None


def as_text(value: JSON) -> str:
    """A press carries text: several choices are separated by commas."""
    if value is None:
        return ""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


_FIELDS: Mapping[str, str] = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "overflow": "selected_option",
    "radio_buttons": "selected_option",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "rich_text_input": "rich_text_value",
    "file_input": "files",
}
"""Where each element keeps its value (Slack's block element reference); the others keep it in `value`."""
