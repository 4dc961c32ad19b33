"""The few Block Kit shapes that the bot speaks in, as functions; a message is text for the push and blocks for the eyes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.model import JSON
from bot.sanitise import web_link
from bot.slack.text import truncate

Block = Mapping[str, JSON]

OVERFLOW = "more"
"""The action of every overflow menu; its entries carry the action that they stand for."""

MOST_CARRIED = 2000
"""Characters that a button can carry (Slack: button element, `value`)."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent to Slack: `text` is what a phone's notification shows. `final`: nothing will change in it any more."""

    text: str
    blocks: tuple[Block, ...] = ()
    final: bool = False


@dataclass(frozen=True, slots=True)
class Control:
    """A button, or an entry of an overflow menu. `carries` is what its verb depends on, compared when it is pressed."""

    action: str
    label: str
    carries: Mapping[str, JSON]
    style: str = ""
    url: str = ""

    @property
    def value(self) -> str:
        """The value as Slack keeps it; an overflow entry's is 150 characters at most."""
        return _written(self.carries)


def _written(carries: Mapping[str, JSON]) -> str:
    """As JSON in its own letters: `\\u0416` would count six times at Slack."""
    return json.dumps(dict(carries), separators=(",", ":"), ensure_ascii=False)


def section(text: str) -> Block:
    """A paragraph in Slack's markup."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": truncate(text, 3000)}}


def context(*texts: str) -> Block:
    """Small print."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": truncate(text, 3000)} for text in texts[:10]]}


def button(control: Control) -> Block:
    """One button."""
    element: dict[str, JSON] = {
        "type": "button",
        "action_id": control.action,
        "text": {"type": "plain_text", "text": truncate(control.label, 75), "emoji": True},
    }
    if url := web_link(control.url):
        element["url"] = url
    else:
        element["value"] = control.value
    if control.style:
        element["style"] = control.style
    return element


def actions(controls: Iterable[Control], more: Iterable[Control] = (), *, block_id: str = "") -> list[Block]:
    """A row of buttons, with an overflow menu of at most five more at its end; nothing if there is neither."""
    elements = [button(control) for control in controls]
    rest = list(more)
    if rest:
        options = [
            {
                "text": {"type": "plain_text", "text": truncate(control.label, 75), "emoji": True},
                "value": _written({"a": control.action, **control.carries}),
            }
            for control in rest[:5]
        ]
        elements.append({"type": "overflow", "action_id": OVERFLOW, "options": options})
    if not elements:
        return []
    row: dict[str, JSON] = {"type": "actions", "elements": elements}
    if block_id:
        row["block_id"] = block_id
    return [row]


def verbatim(value: JSON) -> JSON:
    """Blocks, views or arguments of a call whose markup Slack takes as it is written.

    Left to itself Slack makes links of channel names and addresses and mentions of names in every mrkdwn text (Slack: text object,
    `verbatim`), so that a show called "@channel" would ring for everybody.
    """
    if isinstance(value, Mapping):
        made = {key: verbatim(inner) for key, inner in value.items()}
        return {**made, "verbatim": True} if value.get("type") == "mrkdwn" and "text" in value else made
    return [verbatim(inner) for inner in value] if isinstance(value, list | tuple) else value


def say(text: str, *more: Block) -> Message:
    """A message of one paragraph, and what follows it."""
    return Message(text, (section(text), *more))
