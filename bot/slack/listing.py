"""Long answers: lines gathered into as few paragraphs as Slack allows."""

from __future__ import annotations

from collections.abc import Iterable

from bot.slack.blocks import Block, Message, section
from bot.slack.text import length, truncate

PARAGRAPH = 2900
"""Characters of one paragraph; Slack refuses more than 3,000."""


def paragraphs(lines: Iterable[str]) -> list[Block]:
    """The lines in their order, cut nowhere but between lines."""
    blocks: list[Block] = []
    held = ""
    for line in lines:
        short = truncate(line, PARAGRAPH)
        longer = f"{held}\n{short}" if held else short
        if length(longer) > PARAGRAPH:
            blocks.append(section(held))
            longer = short
        held = longer
    return [*blocks, section(held)] if held else blocks


def listing(head: str, lines: Iterable[str], *more: Block) -> Message:
    """A heading, its lines, and what follows them."""
    return Message(head, (*paragraphs([head, *lines]), *more))
