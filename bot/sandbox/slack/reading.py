"""Slack's messages and views as a person reads them, in plain text: for tests and for the terminal."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.sandbox.slack.nouns import Json, Message, View

_TOKEN = re.compile(r"<([^<>]+)>")
_DATE_PART = re.compile(r"\{(\w+)\}")


def _ordinal(day: int) -> str:
    return f"{day}{'th' if 10 <= day % 100 <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"


_DATES: dict[str, Callable[[datetime], str]] = {
    "date_num": lambda at: f"{at:%Y-%m-%d}",
    "date_slash": lambda at: f"{at:%m/%d/%Y}",
    "date_long": lambda at: f"{at:%A, %B} {_ordinal(at.day)}, {at.year}",
    "date_long_full": lambda at: f"{at:%A, %B} {at.day}, {at.year}",
    "date": lambda at: f"{at:%B} {_ordinal(at.day)}, {at.year}",
    "date_short": lambda at: f"{at:%b} {at.day}, {at.year}",
    "time": lambda at: f"{at:%H:%M}",
    "time_secs": lambda at: f"{at:%H:%M:%S}",
    "day_divider": lambda at: f"{at:%A, %B} {_ordinal(at.day)}",
}


@dataclass(frozen=True)
class Reader:
    """Somebody who reads: the names they know behind ids, their IANA zone, and the moment (epoch seconds) they read at.

    Times are written in 24 hours. `names` maps ids to what is shown: @ana, #studio.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    tz: str = "UTC"
    now: float | None = None

    def message(self, message: Message) -> str:
        """A whole message: its blocks, or its text when it has none, then files, reactions and replies."""
        lines = self.blocks(message.blocks) if message.blocks else [self.mrkdwn(message.text)]
        if message.edited:
            lines[-1] += " (edited)"
        lines += [f"[file {file.get('title') or file.get('name')}]" for file in message.files]
        if message.reactions:
            lines.append(" ".join(f":{name}: {len(users)}" for name, users in message.reactions))
        for reply in message.replies:
            lines += ["  | " + line for line in self.message(reply).splitlines()]
        return "\n".join(lines)

    def view(self, view: View) -> str:
        """A modal or home tab, with its title and buttons."""
        lines = [f"= {view.title} ="] if view.title else []
        lines += self.blocks(view.blocks)
        foot = [f"[{view.body[key]['text']}]" for key in ("close", "submit") if view.body.get(key)]
        return "\n".join([*lines, *([" ".join(foot)] if foot else [])])

    def blocks(self, blocks: list[Json]) -> list[str]:
        """The lines of some blocks."""
        return [line for block in blocks for line in self._block(block)]

    def _block(self, block: Json) -> list[str]:
        kind = block["type"]
        reading = getattr(self, f"_{kind}", None)
        if callable(reading):
            lines: list[str] = reading(block)
            return lines
        return [f"[{kind}]"]

    def _section(self, block: Json) -> list[str]:
        lines = [self.text(block["text"])] if block.get("text") else []
        lines += [self.text(one) for one in block.get("fields", [])]
        if block.get("accessory"):
            lines.append(self.element(block["accessory"]))
        return lines

    def _header(self, block: Json) -> list[str]:
        return [f"# {self.text(block['text'])}"]

    def _context(self, block: Json) -> list[str]:
        return [" · ".join(self.element(one) if one["type"] == "image" else self.text(one) for one in block["elements"])]

    def _divider(self, _block: Json) -> list[str]:
        return ["---"]

    def _actions(self, block: Json) -> list[str]:
        return [" ".join(self.element(one) for one in block["elements"])]

    def _input(self, block: Json) -> list[str]:
        optional = " (optional)" if block.get("optional") else ""
        lines = [f"{self.text(block['label'])}{optional}: {self.element(block['element'])}"]
        return [*lines, self.text(block["hint"])] if block.get("hint") else lines

    def _image(self, block: Json) -> list[str]:
        return [f"[image: {block['alt_text']}]"]

    def _markdown(self, block: Json) -> list[str]:
        return [str(block["text"])]

    def _alert(self, block: Json) -> list[str]:
        return [f"! {self.text(block['text'])}"]

    def _rich_text(self, block: Json) -> list[str]:
        return [line for one in block["elements"] for line in self._rich(one).splitlines() or [""]]

    def _table(self, block: Json) -> list[str]:
        return [" | ".join(self._cell(cell) for cell in row) for row in block["rows"]]

    def _cell(self, cell: Json) -> str:
        return " ".join(self._rich_text(cell)) if cell["type"] == "rich_text" else str(cell.get("text", ""))

    def _rich(self, element: Json) -> str:
        kind = element["type"]
        if kind == "rich_text_list":
            return "\n".join(f"• {self._rich(one)}" for one in element["elements"])
        if "elements" in element:
            return "".join(self._rich(one) for one in element["elements"])
        if kind == "date":
            return self._date(str(element["timestamp"]), str(element["format"]))
        for key in ("user_id", "channel_id", "usergroup_id"):
            if key in element:
                return self.names.get(element[key], str(element[key]))
        return str(element.get("text") or element.get("url") or f":{element.get('name', kind)}:")

    def text(self, text: Json) -> str:
        """A text object."""
        return self.mrkdwn(text["text"]) if text["type"] == "mrkdwn" else str(text["text"])

    def element(self, element: Json) -> str:
        """A button as `[Label]`, a menu as `[Label v]`, an input with what stands in it."""
        kind = element["type"]
        if kind in ("button", "workflow_button"):
            return f"[{self.text(element['text'])}]"
        if kind == "overflow":
            return "[… " + " / ".join(self.text(option["text"]) for option in element["options"]) + "]"
        if kind == "image":
            return f"[image: {element['alt_text']}]"
        if kind in ("checkboxes", "radio_buttons"):
            chosen = element.get("initial_options") or [element.get("initial_option")]
            return " ".join(f"({'x' if one in chosen else ' '}) {self.text(one['text'])}" for one in element["options"])
        return f"[{self._held(element)}]"

    def _held(self, element: Json) -> str:
        if element.get("initial_option"):
            return self.text(element["initial_option"]["text"]) + " v"
        for key in ("initial_value", "initial_date", "initial_time", "initial_date_time"):
            if element.get(key):
                return str(element[key])
        for key in ("initial_user", "initial_channel", "initial_conversation"):
            if element.get(key):
                return self.names.get(element[key], str(element[key])) + " v"
        placeholder = element.get("placeholder")
        return self.text(placeholder) if placeholder else str(element["type"]).replace("_", " ")

    def mrkdwn(self, text: str) -> str:
        """Slack's markup as one reads it: names for ids, links by their label, dates in the reader's zone, entities undone."""
        return html.unescape(_TOKEN.sub(lambda found: self._token(found[1]), text))

    def _token(self, inner: str) -> str:
        body, _, label = inner.partition("|")
        if body.startswith("!date^"):
            _, stamp, form, *_ = body.split("^")
            return self._date(stamp, form)
        if body.startswith("!subteam^"):
            return label or self.names.get(body.removeprefix("!subteam^"), body)
        if body.startswith(("@", "#")):
            return self.names.get(body[1:], body[0] + (label or body[1:]))
        if body.startswith("!"):
            return "@" + body[1:]
        return label or body.removeprefix("mailto:")

    def _date(self, stamp: str, form: str) -> str:
        at = datetime.fromtimestamp(int(stamp), UTC).astimezone(ZoneInfo(self.tz))
        return _DATE_PART.sub(lambda found: self._date_part(found[1], at) or found[0], form)

    def _date_part(self, name: str, at: datetime) -> str | None:
        now = datetime.now(UTC) if self.now is None else datetime.fromtimestamp(self.now, UTC)
        if name == "ago":
            return _ago((now - at).total_seconds())
        plain = name.removesuffix("_pretty")
        days = (at.date() - now.astimezone(at.tzinfo).date()).days
        if plain != name and days in (-1, 0, 1):
            return ("today", "tomorrow", "yesterday")[days]
        writing = _DATES.get(plain)
        return writing(at) if writing else None


def _ago(seconds: float) -> str:
    size = abs(seconds)
    for length, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if size >= length:
            count = int(size // length)
            phrase = f"{count} {unit}{'' if count == 1 else 's'}"
            return f"{phrase} ago" if seconds > 0 else f"in {phrase}"
    return "just now"


def render(message: Message, *, names: Mapping[str, str] | None = None, tz: str = "UTC", now: float | None = None) -> str:
    """A message as plain text, as somebody in that zone who knows these names reads it."""
    return Reader(names or {}, tz, now).message(message)
