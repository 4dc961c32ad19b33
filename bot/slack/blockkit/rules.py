"""Slack's rules for blocks, messages and views: what it would refuse, said before it is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from bot.slack.blockkit.elements import (
    ACTIONS_ELEMENT,
    CONTEXT_ELEMENT,
    INPUT_ELEMENT,
    SECTION_ACCESSORY,
    SLACK_FILE,
    any_text,
    plain_text,
)
from bot.slack.blockkit.grammar import (
    Check,
    Report,
    array,
    boolean,
    by_type,
    exactly_one,
    integer,
    one_of,
    record,
    string,
    together,
)
from bot.slack.blockkit.limits import MESSAGE_BLOCKS, MESSAGE_CHARACTERS, SECTION_TEXT, VIEW_BLOCKS, Surface, characters


def problems(blocks: Sequence[Mapping[str, object]], surface: Surface) -> list[str]:
    """What Slack would refuse, one readable line each with a pointer; empty when there is nothing.

    Knows the blocks and elements that this product uses; any other is reported.
    """
    found: list[str] = []

    def report(at: str, what: str) -> None:
        found.append(f"{at} {what}")

    most = MESSAGE_BLOCKS if surface == "message" else VIEW_BLOCKS
    array(_BLOCK, most, least=1 if surface == "message" else 0)(list(blocks), "/blocks", report)
    _ids_are_unique(blocks, report)
    _fits_the_surface(blocks, surface, report)
    return found


def view_problems(view: Mapping[str, object]) -> list[str]:
    """What Slack would refuse of a modal or home view, its blocks included."""
    found: list[str] = []
    surface: Surface = "home" if view.get("type") == "home" else "modal"
    _VIEWS(view, "", lambda at, what: found.append(f"{at} {what}".lstrip()))
    blocks = view.get("blocks")
    return found + (problems(blocks, surface) if isinstance(blocks, list) else [])


_STYLE = record(dict.fromkeys(("bold", "code", "italic", "strike", "underline"), boolean))
_WORDS = string(MESSAGE_CHARACTERS)


def _rich(kind: str, needs: tuple[str, ...], **own: Check) -> Check:
    return record({"type": one_of(kind), "style": _STYLE, **own}, needs=needs)


_RICH_TEXT = _rich("text", ("text",), text=_WORDS)
_RICH_LINK = _rich("link", ("url",), url=string(3000), text=_WORDS, unsafe=boolean)
_RICH_ELEMENT = by_type(
    {
        "text": _RICH_TEXT,
        "link": _RICH_LINK,
        "emoji": _rich("emoji", ("name",), name=string(255), unicode=string(255)),
        "user": _rich("user", ("user_id",), user_id=string(255)),
        "channel": _rich("channel", ("channel_id",), channel_id=string(255)),
        "usergroup": _rich("usergroup", ("usergroup_id",), usergroup_id=string(255)),
        "broadcast": _rich("broadcast", ("range",), range=one_of("here", "channel", "everyone")),
        "date": _rich(
            "date",
            ("timestamp", "format"),
            timestamp=integer(0, 9_999_999_999),
            format=string(3000),
            url=string(3000),
            fallback=string(3000),
        ),
    },
    "element of rich text",
)


def _rich_part(kind: str, item: Check, *needs: str, **own: Check) -> Check:
    fields: dict[str, Check] = {"type": one_of(kind), "elements": array(item, 3000, least=0), **own}
    return record(fields, needs=("elements", *needs))


_BORDER = one_of(0, 1)
_RICH_SECTION = _rich_part("rich_text_section", _RICH_ELEMENT)
_RICH_PART = by_type(
    {
        "rich_text_section": _RICH_SECTION,
        "rich_text_quote": _rich_part("rich_text_quote", _RICH_ELEMENT, border=_BORDER),
        "rich_text_preformatted": _rich_part(
            "rich_text_preformatted", by_type({"text": _RICH_TEXT, "link": _RICH_LINK}, "preformatted text"), border=_BORDER
        ),
        "rich_text_list": _rich_part(
            "rich_text_list",
            by_type({"rich_text_section": _RICH_SECTION}, "item of a list"),
            "style",
            style=one_of("bullet", "ordered"),
            indent=integer(0, 8),
            border=_BORDER,
        ),
    },
    "part of rich text",
)


def _says_something(value: object, at: str, report: Report) -> None:
    if isinstance(value, Mapping) and "text" not in value and "fields" not in value:
        report(at, "has neither text nor fields")


def _block(kind: str, needs: tuple[str, ...] = (), *, also: Check | None = None, **own: Check) -> Check:
    return record({"type": one_of(kind), "block_id": string(255), **own}, needs=needs, also=also)


_BLOCK = by_type(
    {
        "header": _block("header", ("text",), text=plain_text(150)),
        "divider": _block("divider"),
        "section": _block(
            "section",
            also=_says_something,
            text=any_text(SECTION_TEXT),
            fields=array(any_text(2000), 10),
            accessory=SECTION_ACCESSORY,
            expand=boolean,
        ),
        "context": _block("context", ("elements",), elements=array(CONTEXT_ELEMENT, 10)),
        "actions": _block("actions", ("elements",), elements=array(ACTIONS_ELEMENT, 25)),
        "input": _block(
            "input",
            ("label", "element"),
            label=plain_text(2000),
            element=INPUT_ELEMENT,
            hint=plain_text(2000),
            optional=boolean,
            dispatch_action=boolean,
        ),
        "rich_text": _block("rich_text", ("elements",), elements=array(_RICH_PART, 3000)),
        "image": together(
            _block(
                "image",
                ("alt_text",),
                image_url=string(3000),
                slack_file=SLACK_FILE,
                alt_text=string(2000, least=0),
                title=plain_text(2000),
            ),
            exactly_one("image_url", "slack_file"),
        ),
    },
    "block that this product uses",
)


def _can_be_submitted(view: object, at: str, report: Report) -> None:
    """Slack refuses a modal with an input block and no submit button."""
    if isinstance(view, Mapping) and "submit" not in view:
        blocks = view.get("blocks")
        if isinstance(blocks, list) and any(isinstance(block, Mapping) and block.get("type") == "input" for block in blocks):
            report(f"{at}/submit", "is missing, and there are inputs")


_VIEW_FIELDS: dict[str, Check] = {
    "blocks": lambda value, at, report: None if isinstance(value, list) else report(at, "is not a list"),
    "callback_id": string(255, least=0),
    "external_id": string(255, least=0),
    "private_metadata": string(3000, least=0),
}
_MODAL = record(
    {
        "type": one_of("modal"),
        "title": plain_text(24),
        "submit": plain_text(24),
        "close": plain_text(24),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        **_VIEW_FIELDS,
    },
    needs=("title", "blocks"),
    also=_can_be_submitted,
)
_VIEWS = by_type({"modal": _MODAL, "home": record({"type": one_of("home"), **_VIEW_FIELDS}, needs=("blocks",))}, "view")


def _ids_are_unique(blocks: Sequence[object], report: Report) -> None:
    for block_id in _repeated(blocks, "block_id"):
        report("/blocks", f"use block_id {block_id!r} more than once")
    for index, block in enumerate(blocks):
        elements = block.get("elements") if isinstance(block, Mapping) else None
        for action_id in _repeated(elements if isinstance(elements, list) else (), "action_id"):
            report(f"/blocks/{index}/elements", f"use action_id {action_id!r} more than once")


def _repeated(objects: Sequence[object], name: str) -> list[str]:
    times = Counter(str(each[name]) for each in objects if isinstance(each, Mapping) and name in each)
    return [value for value, count in times.items() if count > 1]


def _fits_the_surface(blocks: Sequence[object], surface: Surface, report: Report) -> None:
    if surface == "message" and (total := sum(characters(block) for block in blocks)) > MESSAGE_CHARACTERS:
        report("/blocks", f"show {total} characters, a message takes {MESSAGE_CHARACTERS}")
    for index, block in enumerate(blocks):
        for element, at in _elements(block):
            if "response_url_enabled" in element and (surface != "modal" or at != "element"):
                report(f"/blocks/{index}/{at}/response_url_enabled", "only works in the inputs of a modal")


def _elements(block: object) -> list[tuple[Mapping[str, object], str]]:
    """The interactive parts of one block, each with the last steps of its pointer."""
    if not isinstance(block, Mapping):
        return []
    several = block.get("elements")
    parts: list[tuple[object, str]] = [(block.get("accessory"), "accessory"), (block.get("element"), "element")]
    parts += [(each, f"elements/{index}") for index, each in enumerate(several)] if isinstance(several, list) else []
    return [(part, at) for part, at in parts if isinstance(part, Mapping)]
