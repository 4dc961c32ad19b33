"""Finding on the screen what a person wants to press or fill in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.sandbox.slack.blocks import elements_of
from bot.sandbox.slack.forms import NotOnScreen, filled, untouched
from bot.sandbox.slack.nouns import Json

Found = tuple[Json, Json]
"""A block and one of its elements."""


def find(blocks: Iterable[Json], action_id: str, *, block_id: str | None = None, value: object = None) -> Found:
    """The block and element with that action_id; `block_id` or a button's `value` tells several apart. Raises NotOnScreen."""
    shown = [(block, element) for block in blocks for element in elements_of(block)]
    named = [one for one in shown if one[1].get("action_id") == action_id and block_id in (None, one[0]["block_id"])]
    if len(named) > 1 and isinstance(value, str):
        named = [one for one in named if _carries(one[1], value)]
    if not named:
        there = ", ".join(str(element.get("action_id")) for _, element in shown) or "nothing to press"
        raise NotOnScreen(f"there is no {action_id}; there is {there}")
    if len(named) > 1:
        raise NotOnScreen(f"there are {len(named)} elements {action_id}; say which block_id or value")
    if named[0][1]["type"] == "button" and isinstance(value, str) and named[0][1].get("value") != value:
        raise NotOnScreen(f"the button {action_id} carries another value than {value!r}")
    return named[0]


def _carries(element: Json, value: str) -> bool:
    options = [*element.get("options", []), *(o for group in element.get("option_groups", []) for o in group["options"])]
    return element.get("value") == value or any(option.get("value") == value for option in options)


def state_of(blocks: Iterable[Json], typed: Mapping[str, Json]) -> Json:
    """`state.values` of what is on the screen: what was typed, over the initial values."""
    values: Json = {}
    for block in blocks:
        for element in elements_of(block):
            if "action_id" not in element:
                continue
            held = typed.get(block["block_id"], {}).get(element["action_id"]) or untouched(element)
            if held is not None:
                values.setdefault(block["block_id"], {})[element["action_id"]] = held
    return values


def put_in(blocks: list[Json], state: Json, values: Mapping[str, object], offered: Mapping[str, list[Json]]) -> Json:
    """The state after a person has filled in `values`, named by block_id or action_id."""
    after = {block_id: dict(actions) for block_id, actions in state.items()}
    for name, value in values.items():
        block, element = _named(blocks, name)
        held = filled(element, value, offered.get(element["action_id"], ()))
        after.setdefault(block["block_id"], {})[element["action_id"]] = held
    return after


def _named(blocks: list[Json], name: str) -> Found:
    shown = [(block, element) for block in blocks for element in elements_of(block)]
    for block, element in shown:
        if name in (block["block_id"], element.get("action_id")):
            return block, element
    there = ", ".join(f"{block['block_id']}/{element.get('action_id')}" for block, element in shown) or "no input"
    raise NotOnScreen(f"there is no input {name}; there is {there}")
