"""What a person can put into an element, what Slack's client refuses, and how it arrives in `state.values`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.sandbox.slack.nouns import Channel, Json, User


class Refused(Exception):
    """What Slack's own client would not let a person do."""


class NotOnScreen(Refused):
    """A button, menu, message or view that the person cannot see, or no longer sees in this form."""


class FormIncomplete(Refused):
    """A form the client does not send; `errors` says why, by block_id."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(f"{block}: {why}" for block, why in errors.items()))
        self.errors = errors


@dataclass(frozen=True)
class Answer:
    """Where an element keeps what was put in: the field in the state, and the one with its initial value."""

    field: str
    initial: str
    many: bool = False
    options: bool = False


ANSWERS: dict[str, Answer] = {
    "plain_text_input": Answer("value", "initial_value"),
    "email_text_input": Answer("value", "initial_value"),
    "url_text_input": Answer("value", "initial_value"),
    "number_input": Answer("value", "initial_value"),
    "rich_text_input": Answer("rich_text_value", "initial_value"),
    "static_select": Answer("selected_option", "initial_option", options=True),
    "external_select": Answer("selected_option", "initial_option", options=True),
    "radio_buttons": Answer("selected_option", "initial_option", options=True),
    "overflow": Answer("selected_option", "initial_option", options=True),
    "multi_static_select": Answer("selected_options", "initial_options", many=True, options=True),
    "multi_external_select": Answer("selected_options", "initial_options", many=True, options=True),
    "checkboxes": Answer("selected_options", "initial_options", many=True, options=True),
    "users_select": Answer("selected_user", "initial_user"),
    "multi_users_select": Answer("selected_users", "initial_users", many=True),
    "conversations_select": Answer("selected_conversation", "initial_conversation"),
    "multi_conversations_select": Answer("selected_conversations", "initial_conversations", many=True),
    "channels_select": Answer("selected_channel", "initial_channel"),
    "multi_channels_select": Answer("selected_channels", "initial_channels", many=True),
    "datepicker": Answer("selected_date", "initial_date"),
    "timepicker": Answer("selected_time", "initial_time"),
    "datetimepicker": Answer("selected_date_time", "initial_date_time"),
    "file_input": Answer("files", "initial_files", many=True),
}


def untouched(element: Json) -> Json | None:
    """What `state.values` holds for an element nobody has touched; None for one that keeps nothing."""
    answer = ANSWERS.get(element["type"])
    if answer is None or element["type"] == "overflow":
        return None
    return {"type": element["type"], answer.field: element.get(answer.initial, [] if answer.many else None)}


def filled(element: Json, value: object, offered: Iterable[Json] = ()) -> Json:
    """What an element holds after a person has put `value` into it.

    Options are named by their value or by the text one reads; people and channels by object or id. `offered` are the options an
    external select has shown. Raises NotOnScreen for a choice that is not there.
    """
    kind = element["type"]
    answer = ANSWERS.get(kind)
    if answer is None:
        raise NotOnScreen(f"a {kind} takes no value")
    if answer.options:
        shown = [*_options(element), *offered]
        put: Any = [_pick(shown, one) for one in _list(value)] if answer.many else value and _pick(shown, value)
    elif answer.many:
        put = [_plain(one) for one in _list(value)]
    else:
        put = _plain(value)
    if kind == "datetimepicker" and put is not None:
        put = int(put.timestamp()) if isinstance(put, datetime) else int(put)
    return {"type": kind, answer.field: put}


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple | set) else [value]


def _plain(value: object) -> Any:
    if isinstance(value, User | Channel):
        return value.id
    return str(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value


def _options(element: Json) -> list[Json]:
    return [*element.get("options", []), *(o for group in element.get("option_groups", []) for o in group["options"])]


def _pick(shown: list[Json], wanted: object) -> Json:
    for option in shown:
        if wanted in (option.get("value"), option["text"]["text"], option):
            return option
    there = ", ".join(str(option.get("value")) for option in shown) or "nothing"
    raise NotOnScreen(f"{wanted!r} is not offered; there is {there}")


def problem(block: Json, held: Json | None) -> str | None:
    """What Slack's client says about one input before it sends the form; None when it is content."""
    element = block["element"]
    answer = ANSWERS[element["type"]]
    value = (held or {}).get(answer.field)
    if value in (None, "", []):
        return None if block.get("optional") else "Please complete this required field."
    if answer.many:
        most = element.get("max_selected_items")
        return f"Choose at most {most}." if most and len(_list(value)) > most else None
    check = _PROBLEMS.get(element["type"])
    return check(element, value) if check is not None else None


def _text_problem(element: Json, value: str) -> str | None:
    if len(value) < element.get("min_length", 0):
        return f"Please use at least {element['min_length']} characters."
    most = element.get("max_length", 3000)
    return f"Please use at most {most} characters." if len(value) > most else None


def _number_problem(element: Json, value: str) -> str | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return "Please enter a number."
    if not element.get("is_decimal_allowed") and number != number.to_integral_value():
        return "Please enter a whole number."
    if element.get("min_value") is not None and number < Decimal(element["min_value"]):
        return f"Please enter at least {element['min_value']}."
    if element.get("max_value") is not None and number > Decimal(element["max_value"]):
        return f"Please enter at most {element['max_value']}."
    return None


def _date_problem(_element: Json, value: str) -> str | None:
    try:
        datetime.strptime(value, "%Y-%m-%d")  # noqa: DTZ007 - a date alone
    except ValueError:
        return "Please enter a date as YYYY-MM-DD."
    return None


def _time_problem(_element: Json, value: str) -> str | None:
    try:
        time.fromisoformat(value)
    except ValueError:
        return "Please enter a time as HH:MM."
    return None if re.fullmatch(r"\d\d:\d\d", value) else "Please enter a time as HH:MM."


def _email_problem(_element: Json, value: str) -> str | None:
    return None if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value) else "Please enter a valid email address."


def _url_problem(_element: Json, value: str) -> str | None:
    return None if re.match(r"[a-z][a-z0-9+.-]*://\S+$", value) else "Please enter a valid URL."


_PROBLEMS = {
    "plain_text_input": _text_problem,
    "number_input": _number_problem,
    "datepicker": _date_problem,
    "timepicker": _time_problem,
    "email_text_input": _email_problem,
    "url_text_input": _url_problem,
}


def problems(blocks: Iterable[Json], state: Mapping[str, Json]) -> dict[str, str]:
    """What the client complains about in a whole form, by block_id."""
    found: dict[str, str] = {}
    for block in blocks:
        if block["type"] == "input":
            why = problem(block, state.get(block["block_id"], {}).get(block["element"]["action_id"]))
            if why:
                found[block["block_id"]] = why
    return found
