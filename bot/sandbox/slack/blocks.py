"""Slack's Block Kit rules: what a message, modal or home tab may hold, judged with a pointer to what is wrong."""

from __future__ import annotations

import copy
import secrets
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from bot.sandbox.slack.elements import KEYS as ELEMENT_KEYS
from bot.sandbox.slack.elements import check_element
from bot.sandbox.slack.shapes import Complaints, Json, check_list, check_text, listed

Surface = Literal["message", "modal", "home"]

BLOCK_CHARACTERS = 13_200
"""Characters of text in all the blocks of one message (slackapi/bolt-js issue 2509; not in Slack's documentation)."""
MARKDOWN_CHARACTERS = 12_000

BLOCK_KEYS: dict[str, tuple[str, ...]] = {
    "actions": ("elements",),
    "alert": ("level", "text"),
    "card": ("actions", "body", "hero_image", "icon", "subtitle", "title"),
    "carousel": ("elements",),
    "container": (
        "child_blocks",
        "default_collapsed",
        "has_header_divider",
        "icon",
        "is_collapsible",
        "rich_text_title",
        "subtitle",
        "title",
        "width",
    ),
    "context": ("elements",),
    "context_actions": ("elements",),
    "data_table": ("caption", "page_size", "row_header_column_index", "rows"),
    "divider": (),
    "file": ("external_id", "source"),
    "header": ("text",),
    "image": ("alt_text", "image_url", "slack_file", "title"),
    "input": ("dispatch_action", "element", "hint", "label", "optional"),
    "markdown": ("text",),
    "plan": ("tasks", "title"),
    "rich_text": ("elements",),
    "section": ("accessory", "expand", "fields", "text"),
    "table": ("column_settings", "rows"),
    "task_card": ("details", "output", "sources", "status", "task_id", "title"),
    "video": (
        "alt_text",
        "author_name",
        "description",
        "provider_icon_url",
        "provider_name",
        "thumbnail_url",
        "title",
        "title_url",
        "video_url",
    ),
}
MESSAGE_ONLY = frozenset({"table", "data_table", "markdown", "plan", "task_card", "context_actions", "container"})
SURFACES: dict[str, frozenset[str]] = {
    "alert": frozenset({"modal"}),
    "carousel": frozenset({"message", "home"}),
    "file": frozenset(),
    **{kind: frozenset({"message"}) for kind in MESSAGE_ONLY},
}
"""Where a block may stand, for those that may not stand everywhere (docs.slack.dev/blocks.json)."""
RICH_PARTS = frozenset({"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"})
RICH_INLINE = frozenset({"text", "link", "user", "channel", "usergroup", "team", "broadcast", "emoji", "date", "color"})
IN_ACTIONS = frozenset(ELEMENT_KEYS) - {
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "file_input",
    "image",
    "feedback_buttons",
    "icon_button",
}
IN_INPUT = frozenset(ELEMENT_KEYS) - {"button", "overflow", "workflow_button", "image", "feedback_buttons", "icon_button"}
IN_SECTION = IN_ACTIONS | {"image"}


def complaints(blocks: object, surface: Surface, at: str = "/blocks") -> list[str]:
    """What Slack would say about these blocks, each with a JSON pointer; empty when they are fine."""
    said = Complaints()
    limit = 50 if surface == "message" else 100
    if not check_list(said, blocks, at, most=limit):
        return said.lines
    seen: set[str] = set()
    for i, block in enumerate(_objects(said, blocks, at)):
        _check_block(said, block, f"{at}/{i}", surface)
        name = block.get("block_id")
        if isinstance(name, str) and name:
            if name in seen:
                said.add(f"`block_id`: {name} already exists", f"{at}/{i}/block_id")
            seen.add(name)
    if sum(b.get("type") == "table" for b in _known(blocks)) > 1:
        said.add("only one table is allowed", at)
    if sum(len(str(b.get("text", ""))) for b in _known(blocks) if b.get("type") == "markdown") > MARKDOWN_CHARACTERS:
        said.add(f"markdown must be less than {MARKDOWN_CHARACTERS + 1} characters in total", at)
    return said.lines


def view_complaints(view: Mapping[str, Any], at: str = "/view") -> list[str]:
    """What Slack would say about a modal or home view."""
    said = Complaints()
    kind = view.get("type")
    if kind not in ("modal", "home"):
        said.add("must be a valid enum value", f"{at}/type")
        return said.lines
    modal = ("title", "submit", "close", "clear_on_close", "notify_on_close", "submit_disabled") if kind == "modal" else ()
    allowed = {"type", "blocks", "callback_id", "private_metadata", "external_id", *modal}
    for key in view:
        if key not in allowed:
            said.add(f"invalid additional property: {key}", at)
    if kind == "modal":
        check_text(said, view.get("title"), f"{at}/title", most=24, plain=True, required=True)
        for key in ("submit", "close"):
            check_text(said, view.get(key), f"{at}/{key}", most=24, plain=True)
    for key, most in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        said.length(view.get(key), most, f"{at}/{key}", least=0)
    surface: Surface = "modal" if kind == "modal" else "home"
    said.lines.extend(complaints(view.get("blocks"), surface, f"{at}/blocks"))
    if kind == "modal" and not view.get("submit") and any(b.get("type") == "input" for b in _known(view.get("blocks"))):
        said.add("`submit` is required when an input block is within blocks", f"{at}/submit")
    return said.lines


def characters(value: object) -> int:
    """Characters of text anywhere in these blocks, as far as Slack counts them."""
    if isinstance(value, Mapping):
        own = sum(len(text) for key, text in value.items() if key == "text" and isinstance(text, str))
        return own + sum(characters(inner) for inner in value.values() if not isinstance(inner, str))
    if isinstance(value, list | tuple):
        return sum(characters(inner) for inner in value)
    return 0


def with_ids(blocks: list[Json]) -> list[Json]:
    """A copy in which, as in Slack, every block has a block_id and every interactive element an action_id."""
    made = copy.deepcopy(blocks)
    for block in made:
        block.setdefault("block_id", secrets.token_urlsafe(4)[:5])
        for element in elements_of(block):
            if element.get("type") in ELEMENT_KEYS and element["type"] != "image":
                element.setdefault("action_id", secrets.token_urlsafe(4)[:5])
    return made


def elements_of(block: Mapping[str, Any]) -> Iterator[Json]:
    """The elements of one block that a person can act on, in the order they are seen."""
    if isinstance(block.get("accessory"), dict):
        yield block["accessory"]
    if isinstance(block.get("element"), dict):
        yield block["element"]
    if block.get("type") in ("actions", "context_actions"):
        yield from _known(block.get("elements"))
    if block.get("type") == "card":
        yield from _known(block.get("actions"))
    for inner in _known(block.get("child_blocks")) if block.get("type") == "container" else []:
        yield from elements_of(inner)


def _known(blocks: object) -> list[Json]:
    return [block for block in blocks if isinstance(block, dict)] if isinstance(blocks, list) else []


def _objects(said: Complaints, blocks: object, at: str) -> Iterator[Json]:
    assert isinstance(blocks, list)
    for i, block in enumerate(blocks):
        if isinstance(block, dict):
            yield block
        else:
            said.add("must be an object", f"{at}/{i}")
            yield {"type": "divider"}


def _check_block(said: Complaints, block: Json, at: str, surface: Surface) -> None:
    kind = block.get("type")
    if not isinstance(kind, str) or kind not in BLOCK_KEYS:
        said.add(f"unsupported type: {kind}", f"{at}/type")
        return
    if surface not in SURFACES.get(kind, frozenset({"message", "modal", "home"})):
        said.add(f"unsupported type: {kind}", f"{at}/type")
        return
    for key in block:
        if key not in ("type", "block_id", *BLOCK_KEYS[kind]):
            said.add(f"invalid additional property: {key}", at)
    said.length(block.get("block_id"), 255, f"{at}/block_id")
    check = _CHECKS.get(kind)
    if check is not None:
        check(said, block, at)
    _check_action_ids(said, block, at)


def _check_action_ids(said: Complaints, block: Json, at: str) -> None:
    seen: set[str] = set()
    for element in elements_of(block):
        name = element.get("action_id")
        if not isinstance(name, str):
            continue
        if name in seen:
            said.add(f"`action_id`: {name} already exists in this block", at)
        seen.add(name)


def _section(said: Complaints, block: Json, at: str) -> None:
    if block.get("text") is None and not block.get("fields"):
        said.add("missing required field: text", at)
    check_text(said, block.get("text"), f"{at}/text", most=3000)
    if "fields" in block and check_list(said, block["fields"], f"{at}/fields", most=10):
        for i, one in enumerate(block["fields"]):
            check_text(said, one, f"{at}/fields/{i}", most=2000, required=True)
    if "accessory" in block:
        check_element(said, block["accessory"], f"{at}/accessory", IN_SECTION)


def _header(said: Complaints, block: Json, at: str) -> None:
    check_text(said, block.get("text"), f"{at}/text", most=150, plain=True, required=True)


def _context(said: Complaints, block: Json, at: str) -> None:
    if not check_list(said, block.get("elements"), f"{at}/elements", most=10):
        return
    for i, one in enumerate(block["elements"]):
        here = f"{at}/elements/{i}"
        if isinstance(one, dict) and one.get("type") == "image":
            check_element(said, one, here, frozenset({"image"}))
        else:
            check_text(said, one, here, most=3000, required=True)


def _actions(said: Complaints, block: Json, at: str) -> None:
    if check_list(said, block.get("elements"), f"{at}/elements", most=25):
        for i, one in enumerate(block["elements"]):
            check_element(said, one, f"{at}/elements/{i}", IN_ACTIONS)


def _context_actions(said: Complaints, block: Json, at: str) -> None:
    if check_list(said, block.get("elements"), f"{at}/elements", most=5):
        for i, one in enumerate(block["elements"]):
            check_element(said, one, f"{at}/elements/{i}", frozenset({"feedback_buttons", "icon_button"}))


def _input(said: Complaints, block: Json, at: str) -> None:
    check_text(said, block.get("label"), f"{at}/label", most=2000, plain=True, required=True)
    check_text(said, block.get("hint"), f"{at}/hint", most=2000, plain=True)
    check_element(said, block.get("element"), f"{at}/element", IN_INPUT)


def _image(said: Complaints, block: Json, at: str) -> None:
    if not block.get("image_url") and not block.get("slack_file"):
        said.add("missing required field: image_url", at)
    said.length(block.get("image_url"), 3000, f"{at}/image_url")
    said.length(block.get("alt_text"), 2000, f"{at}/alt_text", required=True)
    check_text(said, block.get("title"), f"{at}/title", most=2000, plain=True)


def _markdown(said: Complaints, block: Json, at: str) -> None:
    said.length(block.get("text"), MARKDOWN_CHARACTERS, f"{at}/text", required=True)


def _table(said: Complaints, block: Json, at: str) -> None:
    if check_list(said, block.get("rows"), f"{at}/rows", most=100):
        for i, row in enumerate(block["rows"]):
            check_list(said, row, f"{at}/rows/{i}", most=20)


def _rich_text(said: Complaints, block: Json, at: str) -> None:
    if check_list(said, block.get("elements"), f"{at}/elements", most=1000):
        for i, one in enumerate(block["elements"]):
            _rich_part(said, one, f"{at}/elements/{i}", RICH_PARTS)


def _rich_part(said: Complaints, part: object, at: str, allowed: frozenset[str]) -> None:
    kind = part.get("type") if isinstance(part, dict) else part
    if not isinstance(part, dict) or not isinstance(kind, str) or kind not in allowed:
        said.add(f"unsupported type: {kind}", at)
    elif kind in RICH_PARTS:
        inner = frozenset({"rich_text_section"}) if kind == "rich_text_list" else RICH_INLINE
        for i, one in enumerate(listed(part.get("elements"))):
            _rich_part(said, one, f"{at}/elements/{i}", inner)
    elif kind == "text":
        said.length(part.get("text"), 3000, f"{at}/text", required=True)


def _video(said: Complaints, block: Json, at: str) -> None:
    check_text(said, block.get("title"), f"{at}/title", most=199, plain=True, required=True)
    for key in ("video_url", "thumbnail_url", "alt_text"):
        said.length(block.get(key), 3000, f"{at}/{key}", required=True)


def _card(said: Complaints, block: Json, at: str) -> None:
    for key, most in (("title", 150), ("subtitle", 150), ("body", 200)):
        check_text(said, block.get(key), f"{at}/{key}", most=most)


def _carousel(said: Complaints, block: Json, at: str) -> None:
    check_list(said, block.get("elements"), f"{at}/elements", most=10)


def _container(said: Complaints, block: Json, at: str) -> None:
    check_list(said, block.get("child_blocks"), f"{at}/child_blocks", most=10)


def _data_table(said: Complaints, block: Json, at: str) -> None:
    said.length(block.get("caption"), 3000, f"{at}/caption", required=True)
    check_list(said, block.get("rows"), f"{at}/rows", most=101, least=2)


_CHECKS = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "context_actions": _context_actions,
    "input": _input,
    "image": _image,
    "markdown": _markdown,
    "table": _table,
    "rich_text": _rich_text,
    "video": _video,
    "card": _card,
    "carousel": _carousel,
    "container": _container,
    "data_table": _data_table,
}
