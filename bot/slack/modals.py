"""Modals: forms made of declared fields, confirmations that state facts, and notices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.model import JSON
from bot.providers.base import Field
from bot.slack.blocks import Block
from bot.slack.text import truncate


def confirm(callback: str, title: str, text: str, submit: str, metadata: str) -> Mapping[str, JSON]:
    """A question with live facts in it, which a `confirm` object cannot have: its text is frozen when the card is drawn."""
    return form(callback, title, [_text(text)], submit, metadata)


def form(callback: str, title: str, blocks: Sequence[Block], submit: str, metadata: str) -> Mapping[str, JSON]:
    """A modal with inputs."""
    view: dict[str, JSON] = {
        "type": "modal",
        "callback_id": callback,
        "title": _plain(title, 24),
        "close": _plain("Close", 24),
        "private_metadata": metadata,
        "blocks": list(blocks),
    }
    if submit:
        view["submit"] = _plain(submit, 24)
    return view


def notice(title: str, blocks: Sequence[Block]) -> Mapping[str, JSON]:
    """A modal that only tells."""
    return form("notice", title, blocks, "", "")


def loading(title: str) -> Mapping[str, JSON]:
    """What is opened at once where the answer has to be asked of a provider first."""
    return notice(title, [_text(":hourglass_flowing_sand: Asking…")])


def paragraph(text: str) -> Block:
    """Text in a modal."""
    return _text(text)


def text_input(
    name: str, label: str, value: str = "", *, optional: bool = False, long: bool = False, hint: str = "", most: int = 0
) -> Block:
    """A text field; its block id is its name. Slack refuses a form that begins with more than its field takes, so that is cut."""
    element: dict[str, JSON] = {"type": "plain_text_input", "action_id": "value", "multiline": long}
    if value:
        element["initial_value"] = cut(value, most)
    if most:
        element["max_length"] = min(most, 3000)
    return _input(name, label, element, optional=optional, hint=hint)


def cut(value: str, most: int = 0) -> str:
    """A text as a field that takes `most` characters begins with it; no field takes more than 3,000."""
    return truncate(value, min(most or 3000, 3000))


def choice(
    name: str, label: str, options: Iterable[tuple[str, str]], value: str = "", *, optional: bool = False, hint: str = ""
) -> Block:
    """One of several, as a menu: pairs of label and value."""
    shown = [_option(text, option) for text, option in options][:100]
    element: dict[str, JSON] = {"type": "static_select", "action_id": "value", "options": shown}
    for option in shown:
        if option["value"] == value:
            element["initial_option"] = option
    return _input(name, label, element, optional=optional, hint=hint)


def picker(
    name: str, action: str, label: str, initial: tuple[str, str] | None = None, *, optional: bool = True, hint: str = ""
) -> Block:
    """A menu whose entries are asked for while somebody types."""
    element: dict[str, JSON] = {"type": "external_select", "action_id": action, "min_query_length": 0}
    if initial is not None:
        element["initial_option"] = _option(*initial)
    return _input(name, label, element, optional=optional, hint=hint)


def ticks(name: str, label: str, options: Iterable[tuple[str, str]], ticked: Iterable[str]) -> Block:
    """Boxes to tick: pairs of label and value."""
    shown = [_option(text, option) for text, option in options]
    chosen = [option for option in shown if option["value"] in set(ticked)]
    element: dict[str, JSON] = {"type": "checkboxes", "action_id": "value", "options": shown}
    if chosen:
        element["initial_options"] = chosen
    return _input(name, label, element, optional=True)


def day(name: str, label: str, when: datetime, zone: ZoneInfo) -> Block:
    """A date, in the zone of the show."""
    element = {"type": "datepicker", "action_id": "value", "initial_date": f"{when.astimezone(zone):%Y-%m-%d}"}
    return _input(name, label, element)


def clock(name: str, label: str, when: datetime, zone: ZoneInfo, *, hint: str = "") -> Block:
    """A time of day, in the zone of the show."""
    element = {"type": "timepicker", "action_id": "value", "initial_time": f"{when.astimezone(zone):%H:%M}"}
    return _input(name, label, element, hint=hint)


def field_input(field: Field, value: JSON = None) -> Block:
    """The input of a provider's documented field. A secret never comes back into a form."""
    hint = field.help
    if field.kind == "bool":
        shown = "" if value is None else ("true" if value else "false")
        return choice(field.name, field.label, (("yes", "true"), ("no", "false")), shown, optional=True, hint=hint)
    if field.kind == "choice":
        return choice(field.name, field.label, ((word, word) for word in field.choices), str(value or ""), optional=True, hint=hint)
    shown = "" if value is None or field.kind == "secret" else _written(value)
    most = (field.most or 0) if field.kind in ("text", "long", "secret") else 0
    return text_input(field.name, field.label, shown, optional=True, long=field.kind == "long", hint=hint, most=most)


def _written(value: JSON) -> str:
    return ", ".join(str(item) for item in value) if isinstance(value, list | tuple) else str(value)


def read_fields(fields: Iterable[Field], values: Mapping[str, JSON]) -> tuple[dict[str, JSON], dict[str, str]]:
    """What was filled in, typed, and an error by block id for what cannot be."""
    found: dict[str, JSON] = {}
    errors: dict[str, str] = {}
    for field in fields:
        typed = values.get(field.name)
        if typed in (None, ""):
            continue
        try:
            found[field.name] = read_field(field, str(typed))
        except ValueError as wrong:
            errors[field.name] = str(wrong)
    return found, errors


def read_field(field: Field, typed: str) -> JSON:
    """One typed value; ValueError with a sentence if it does not fit."""
    match field.kind:
        case "bool":
            if typed.casefold() in ("true", "yes", "on", "1"):
                return True
            if typed.casefold() in ("false", "no", "off", "0"):
                return False
            raise ValueError(f"Type yes or no for {field.label}.")
        case "int":
            return _number(field, typed)
        case "ids":
            return [_number(field, part) for part in typed.replace(",", " ").split()]
        case "choice":
            if typed not in field.choices:
                raise ValueError(f"Choose one of {', '.join(field.choices)}.")
            return typed
        case _:
            if field.least is not None and len(typed) < field.least:
                raise ValueError(f"At least {field.least} characters.")
            if field.most is not None and len(typed) > field.most:
                raise ValueError(f"At most {field.most} characters.")
            return typed


def _number(field: Field, typed: str) -> int:
    try:
        number = int(typed)
    except ValueError:
        raise ValueError(f"Type a whole number for {field.label}.") from None
    if (field.least is not None and number < field.least) or (field.most is not None and number > field.most):
        raise ValueError(f"From {field.least} to {field.most}.")
    return number


def _input(name: str, label: str, element: Mapping[str, JSON], *, optional: bool = False, hint: str = "") -> Block:
    block: dict[str, JSON] = {
        "type": "input",
        "block_id": name,
        "label": _plain(label, 2000),
        "element": element,
        "optional": optional,
    }
    if hint:
        block["hint"] = _plain(hint, 2000)
    return block


def _option(label: str, value: str) -> dict[str, JSON]:
    return {"text": _plain(label, 75), "value": value[:150]}


def _plain(text: str, limit: int) -> Mapping[str, JSON]:
    return {"type": "plain_text", "text": truncate(text, limit)}


def _text(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": truncate(text, 3000)}}
