"""What a person did in Slack, the same whether it came by Socket Mode or by signed HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.model import JSON


class Kind(StrEnum):
    """Slack's kinds of interaction, as far as the bot takes part in them."""

    COMMAND = "command"
    PRESS = "press"
    SUBMIT = "submit"
    CLOSE = "close"
    OPTIONS = "options"
    EVENT = "event"
    SHORTCUT = "shortcut"


@dataclass(frozen=True, slots=True)
class View:
    """A modal as the person left it. `values` are its inputs by block id, each as plain text, number, list or None."""

    id: str
    hash: str
    callback: str
    metadata: str
    values: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Interaction:
    """One thing a person did. `key` is unique to it in Slack's eyes, so that a redelivery has the same one.

    `text` is what was typed after the root command, or after the mention, or into an options search; `action` and `value` name
    the element pressed and what it carried; `trigger` opens one modal within 3 s of real time; `reply_to` is the response URL.
    """

    kind: Kind
    key: str
    user: str
    team: str = ""
    """The workspace that the payload names for the person; empty where it names none."""
    by_bot: bool = False
    """Whether an app did it (`bot_id`), whatever user it is said to be."""
    channel: str = ""
    thread: str = ""
    message: str = ""
    text: str = ""
    action: str = ""
    value: str = ""
    block: str = ""
    trigger: str = ""
    reply_to: str = ""
    view: View | None = None
    event: Mapping[str, JSON] = field(default_factory=dict)
    at: datetime | None = None
    """The show time at which it came in; of the answer to a question, at which what was asked about came in."""


Receive = Callable[[Interaction], Awaitable[Mapping[str, JSON] | str | None]]
"""Takes an interaction and returns within moments what the acknowledgement carries (None: nothing); the work goes on after it."""
