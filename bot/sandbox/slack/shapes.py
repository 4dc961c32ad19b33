"""The small judgements that every Block Kit rule is made of, in the words Slack uses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass
class Complaints:
    """What is wrong, each line with a JSON pointer, as in `response_metadata.messages`."""

    lines: list[str] = field(default_factory=list)

    def add(self, what: str, at: str) -> None:
        """Complain about the value at that pointer."""
        self.lines.append(f"[ERROR] {what} [json-pointer:{at}]")

    def length(self, value: object, most: int, at: str, *, required: bool = False, least: int = 1) -> None:
        """A string of `least` to `most` characters; absent is fine unless required."""
        if value is None:
            if required:
                place, _, name = at.rpartition("/")
                self.add(f"missing required field: {name}", place)
            return
        if not isinstance(value, str):
            self.add("must be a string", at)
        elif len(value) > most:
            self.add(f"must be less than {most + 1} characters", at)
        elif len(value) < least:
            self.add(f"must be more than {least - 1} characters", at)


def check_list(said: Complaints, value: object, at: str, *, most: int, least: int = 1) -> bool:
    """Whether it is a list of a fitting length that is worth looking into."""
    if value is None:
        place, _, name = at.rpartition("/")
        said.add(f"missing required field: {name}", place)
        return False
    if not isinstance(value, list):
        said.add("must be an array", at)
        return False
    if len(value) > most:
        said.add(f"no more than {most} items allowed", at)
    if len(value) < least and not at.endswith("/blocks"):
        said.add(f"no fewer than {least} items required", at)
    return True


def listed(value: object) -> list[Any]:
    """The value if it is a list, else nothing; for looking into what was already complained about."""
    return value if isinstance(value, list) else []


def check_text(said: Complaints, value: object, at: str, *, most: int, plain: bool = False, required: bool = False) -> None:
    """A text object; `plain` where Slack takes plain_text only."""
    if value is None:
        if required:
            place, _, name = at.rpartition("/")
            said.add(f"missing required field: {name}", place)
        return
    if not isinstance(value, dict):
        said.add("must be an object", at)
        return
    kind = value.get("type")
    if kind not in (("plain_text",) if plain else ("plain_text", "mrkdwn")):
        said.add("must be a valid enum value", f"{at}/type")
        return
    for key in value:
        if key not in ("type", "text", "emoji" if kind == "plain_text" else "verbatim"):
            said.add(f"invalid additional property: {key}", at)
    said.length(value.get("text"), most, f"{at}/text", required=True)
