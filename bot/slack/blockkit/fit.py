"""Fitting a message into Slack's limits: what stays as blocks, and what goes on as a text file in the thread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.slack.blockkit.limits import MESSAGE_BLOCKS, MESSAGE_CHARACTERS, SECTION_TEXT, characters, shown
from bot.slack.blockkit.rules import problems
from bot.slack.text import boundary, length

Block = dict[str, Any]

_CONTROLS = frozenset({"actions", "input"})


def fit(blocks: Sequence[Mapping[str, Any]]) -> tuple[list[Block], str | None]:
    """A message's blocks cut to what Slack takes, and the rest as plain text, or None when all of it fits.

    Nothing is dropped. A section whose text is too long becomes several, split where its lines end. Any other block
    without controls that Slack would refuse (a header past 150 characters, say) is shown as sections, so that an alarm
    still arrives. Actions and inputs stay even behind the cut, since a text file cannot be pressed. Expects one block
    at least, controls that are valid in themselves, and no block_id twice.
    """
    pieces = [piece for block in blocks for piece in _pieces(dict(block))]
    kept_controls = _within([piece for piece in pieces if _is_control(piece)], MESSAGE_BLOCKS, MESSAGE_CHARACTERS)
    left = MESSAGE_CHARACTERS - sum(characters(piece) for piece in kept_controls)
    display = [piece for piece in pieces if not _is_control(piece)]
    kept_display = _within(display, MESSAGE_BLOCKS - len(kept_controls), left)
    staying = {id(piece) for piece in (*kept_controls, *kept_display)}
    rest = [words.plain for piece in pieces if id(piece) not in staying for words in shown(piece)]
    return [piece for piece in pieces if id(piece) in staying], "\n".join(rest) if rest else None


def _within(pieces: Sequence[Block], most_blocks: int, most_characters: int) -> list[Block]:
    """The longest beginning that keeps to both limits."""
    spent, kept = 0, list[Block]()
    for piece in pieces[:most_blocks]:
        spent += characters(piece)
        if spent > most_characters:
            break
        kept.append(piece)
    return kept


def _is_control(block: Block) -> bool:
    return block.get("type") in _CONTROLS


def _pieces(block: Block) -> list[Block]:
    text = block.get("text")
    if block.get("type") == "section" and isinstance(text, Mapping) and length(str(text.get("text", ""))) > SECTION_TEXT:
        return [piece for section in _split_section(block, text) for piece in _pieces(section)]
    if _is_control(block) or "accessory" in block or not problems([block], "message"):
        return [block]
    return [
        section
        for words in shown(block)
        for section in _sections({"type": "mrkdwn" if words.is_mrkdwn else "plain_text", "text": words.text})
    ]


def _split_section(block: Block, text: Mapping[str, Any]) -> list[Block]:
    """The first piece keeps the name and the accessory, which stands beside the top; the last the fields, which stand below."""
    pieces = _sections(text)
    for name, value in block.items():
        if name not in ("type", "text"):
            pieces[-1 if name == "fields" else 0][name] = value
    return pieces


def _sections(text: Mapping[str, Any]) -> list[Block]:
    return [{"type": "section", "text": {**text, "text": part}} for part in _parts(str(text["text"]))]


def _parts(text: str) -> Iterator[str]:
    """`text` in parts that a section takes: split where a line ends, else at a space, else between characters."""
    while length(text) > SECTION_TEXT:
        most = boundary(text, SECTION_TEXT) or SECTION_TEXT // 2
        end, start = next(
            ((cut, cut + 1) for separator in "\n " if _may_cut(text, cut := text.rfind(separator, 0, most + 1))), (most, most)
        )
        yield text[:end]
        text = text[start:]
    if text:
        yield text


def _may_cut(text: str, at: int) -> bool:
    """Not at the very beginning, and not at a space within a link's label."""
    return at > 0 and boundary(text, length(text[:at])) == at
