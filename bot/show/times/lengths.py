"""Lengths of time as people type them: `90`, `90m`, `1h30`, `45s`, `1:30`."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.errors import UserError
from bot.show.phone import as_typed, normalise
from bot.show.times.words import duration_words

_NUMBER = "[0-9]{1,6}"
_UNITS = re.compile(
    rf"(?:(?P<hours>{_NUMBER}(?:[.,][0-9]{{1,3}})?) ?(?:h|hrs?|hours?))?"
    rf" ?(?:(?P<minutes>{_NUMBER}) ?(?:m|mins?|minutes?))?"
    rf" ?(?:(?P<seconds>{_NUMBER}) ?(?:s|secs?|seconds?))?"
)
_HOURS_AND_MINUTES = re.compile(r"(?P<hours>[0-9]{1,3}) ?(?:h|:) ?(?P<minutes>[0-5][0-9])(?::(?P<seconds>[0-5][0-9]))?")
_MINUTES = re.compile(rf"(?P<minutes>{_NUMBER})")

A_DAY = timedelta(hours=24)


def parse_duration(text: str, *, at_most: timedelta = A_DAY) -> timedelta:
    """Read `90` (minutes), `90m`, `+15`, `1h30`, `1h30m`, `1.5h`, `45s`, `1:30` (h:mm) or `1 h 15 min`.

    Raises UserError, which repeats what was typed, for anything else, for nothing, and above `at_most`.
    """
    typed = normalise(text)
    said = typed.casefold().rstrip(" .,;").removeprefix("+").lstrip()
    match = next((m for form in (_MINUTES, _HOURS_AND_MINUTES, _UNITS) if (m := form.fullmatch(said))), None)
    if match is None or not said:
        raise UserError(f"I cannot read {as_typed(typed)} as a length of time. Type it like 90 (minutes), 90m, 1h30 or 45s.")
    parts = {unit: float(count.replace(",", ".")) for unit, count in match.groupdict().items() if count}
    length = timedelta(**parts)
    if length <= timedelta(0):
        raise UserError(f"{as_typed(typed)} is no time at all. Type a length above zero, like 90m or 45s.")
    if length > at_most:
        raise UserError(
            f"{as_typed(typed)} is {duration_words(length)}; at most {duration_words(at_most)} can be used. Type a shorter one."
        )
    return length
