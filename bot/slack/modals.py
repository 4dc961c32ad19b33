"""Modals: forms made of declared fields, confirmations that state facts, and notices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.model import JSON
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
    name: str,
    label: str,
    options: Iterable[tuple[str, str]],
    value: str = "",
    *,
    optional: bool = False,
    hint: str = "",
    action: str = "",
) -> Block:
    """One of several, as a menu: pairs of label and value. With an `action` choosing is told at once, as a press is."""
    shown = [_option(text, option) for text, option in options][:100]
    element: dict[str, JSON] = {"type": "static_select", "action_id": action or "value", "options": shown}
    for option in shown:
        if option["value"] == value:
            element["initial_option"] = option
    block = dict(_input(name, label, element, optional=optional, hint=hint))
    return {**block, "dispatch_action": True} if action else block


def picker(
    name: str, action: str, label: str, initial: tuple[str, str] | None = None, *, optional: bool = True, hint: str = ""
) -> Block:
    """A menu whose entries are asked for while somebody types."""
    element: dict[str, JSON] = {"type": "external_select", "action_id": action, "min_query_length": 0}
    if initial is not None:
        element["initial_option"] = _option(*initial)
    return _input(name, label, element, optional=optional, hint=hint)


def choices(
    name: str, label: str, options: Iterable[tuple[str, str]], values: Iterable[str] = (), *, optional: bool = True, hint: str = ""
) -> Block:
    """Several of several, as a menu: pairs of label and value."""
    shown = [_option(text, option) for text, option in options][:100]
    element: dict[str, JSON] = {"type": "multi_static_select", "action_id": "value", "options": shown}
    wanted = set(values)
    if chosen := [option for option in shown if option["value"] in wanted]:
        element["initial_options"] = chosen
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
