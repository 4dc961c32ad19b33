"""The few words in which Slack's rules for JSON are written down: each checks one value and reports in readable lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from bot.slack.text import length

Report = Callable[[str, str], None]
"""Told a pointer and what is wrong there."""
Check = Callable[[object, str, Report], None]


def string(most: int, *, least: int = 1) -> Check:
    """A string of `least` to `most` characters, measured by `length`."""

    def check(value: object, at: str, report: Report) -> None:
        if not isinstance(value, str):
            report(at, "is not text")
        elif len(value) < least:
            report(at, "is empty")
        elif length(value) > most:
            report(at, f"has {length(value)} characters, Slack takes {most}")

    return check


def matching(pattern: str, meaning: str) -> Check:
    """A string in a fixed notation."""
    compiled = re.compile(pattern)

    def check(value: object, at: str, report: Report) -> None:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            report(at, f"is not {meaning}")

    return check


def boolean(value: object, at: str, report: Report) -> None:
    """True or false."""
    if not isinstance(value, bool):
        report(at, "is not true or false")


def integer(least: int, most: int) -> Check:
    """A whole number within both ends."""

    def check(value: object, at: str, report: Report) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            report(at, "is not a whole number")
        elif not least <= value <= most:
            report(at, f"is {value}, Slack takes {least} to {most}")

    return check


def one_of(*allowed: object) -> Check:
    """One of a few fixed values."""

    def check(value: object, at: str, report: Report) -> None:
        if isinstance(value, bool) or value not in allowed:
            report(at, f"is {value!r}, not one of {', '.join(map(str, allowed))}")

    return check


def array(item: Check, most: int, *, least: int = 1) -> Check:
    """A list of `least` to `most` values of one kind."""

    def check(value: object, at: str, report: Report) -> None:
        if not isinstance(value, list):
            report(at, "is not a list")
            return
        if not least <= len(value) <= most:
            report(at, f"has {len(value)} entries, Slack takes {least} to {most}")
        for index, entry in enumerate(value):
            item(entry, f"{at}/{index}", report)

    return check


def record(fields: Mapping[str, Check], *, needs: Collection[str] = (), also: Check | None = None) -> Check:
    """An object with these fields and no others; `also` is what holds between its fields."""

    def check(value: object, at: str, report: Report) -> None:
        if not isinstance(value, Mapping):
            report(at, "is not an object")
            return
        for name in needs:
            if name not in value:
                report(at, f"has no `{name}`")
        for name, content in value.items():
            if name in fields:
                fields[name](content, f"{at}/{name}", report)
            else:
                report(f"{at}/{name}", "is not known to Slack here")
        if also is not None:
            also(value, at, report)

    return check


def by_type(kinds: Mapping[str, Check], what: str) -> Check:
    """An object whose `type` says which rule holds for it."""

    def check(value: object, at: str, report: Report) -> None:
        kind = value.get("type") if isinstance(value, Mapping) else None
        if not isinstance(kind, str):
            report(at, "has no type")
        elif kind not in kinds:
            report(at, f"is a {kind}, which is no {what}")
        else:
            kinds[kind](value, at, report)

    return check


def exactly_one(*names: str) -> Check:
    """Of these fields an object has one, never two and never none."""

    def check(value: object, at: str, report: Report) -> None:
        present = [name for name in names if isinstance(value, Mapping) and name in value]
        if len(present) != 1:
            report(at, f"needs exactly one of {', '.join(names)}")

    return check


def together(*checks: Check) -> Check:
    """All of these hold."""

    def check(value: object, at: str, report: Report) -> None:
        for each in checks:
            each(value, at, report)

    return check
