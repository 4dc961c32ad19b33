"""A terminal as a screen for a rehearsal: the show clock at the left, Slack's markup as colours, and no secret ever."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import TextIO

WIDTH = 100
"""Columns."""

HIDDEN = "••••••"

_EMOJI = {
    "alarm_clock": "⏰",
    "arrow_forward": "▶",
    "bell": "🔔",
    "black_circle": "⚫",
    "black_circle_for_record": "⏺",
    "black_square_for_stop": "⏹",
    "checkered_flag": "🏁",
    "double_vertical_bar": "⏸",
    "electric_plug": "🔌",
    "eyes": "👀",
    "film_frames": "🎬",
    "grey_question": "❔",
    "heavy_check_mark": "✔",
    "heavy_minus_sign": "➖",
    "hourglass": "⌛",
    "hourglass_flowing_sand": "⏳",
    "large_yellow_circle": "🟡",
    "lock": "🔒",
    "question": "❓",
    "red_circle": "🔴",
    "rotating_light": "🚨",
    "octagonal_sign": "🛑",
    "satellite_antenna": "📡",
    "video": "📹",
    "warning": "⚠",
    "wastebasket": "🗑",
    "white_check_mark": "✅",
    "white_circle": "⚪",
    "white_small_square": "▫",
    "x": "❌",
}
"""What Slack draws for the shortcodes that the bot writes; an unknown one stays as it is written."""

_SHORTCODE = re.compile(r":([a-z_]+):")
_BOLD = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)\*(?![\w*])")
_PLAIN = re.compile(r"(?<!\w)[_`](?=\S)([^_`\n]+?)[_`](?!\w)")
_ON, _OFF = "\ue000", "\ue001"
"""Marks of bold text while lines are broken: two characters of private use, without width."""

_RESET = "\x1b[0m"


class Tone(StrEnum):
    """What a line is about; the value is how a terminal is asked for its colour (ECMA-48, SGR)."""

    PLAIN = ""
    QUIET = "2"
    PERSON = "36"
    WORLD = "35"
    WAITING = "33"
    GOOD = "32"
    AIR = "31"
    ALARM = "1;31"


class Terminal:
    """Prints what happens, one thing after the other.

    `hidden` tells what must not be printed, asked for each line: it is covered wherever it stands.
    """

    def __init__(
        self, out: TextIO, *, colour: bool, zone: tzinfo, hidden: Callable[[], Iterable[str]] = tuple, width: int = WIDTH
    ) -> None:
        self._out = out
        self._colour = colour
        self._zone = zone
        self._hidden = hidden
        self._width = width
        self._last = ""

    def say(self, when: datetime | None, text: str, tone: Tone = Tone.PLAIN, *, margin: str = "", more: str = "") -> None:
        """Print Slack's markup behind the clock; `margin` stands before the first line, `more` (else `margin`) before the others.

        The tone is that of the first line and of every margin; what follows is detail.
        """
        clock = f"{when.astimezone(self._zone):%H:%M:%S}" if when else ""
        quiet = tone if tone is Tone.QUIET else Tone.PLAIN
        for i, line in enumerate(text.splitlines() or [""]):
            before = margin if i == 0 or not more else more
            for part in broken(marked(self.covered(line)), self._width - 10 - cells(before)):
                shown = "" if clock == self._last else clock
                self._last = clock or self._last
                self._write(f"{shown:8}", before, part, tone, tone if i == 0 else quiet)
                before, clock = more or margin, ""

    def _write(self, clock: str, margin: str, part: str, tone: Tone, inner: Tone) -> None:
        if self._colour:
            start = _sgr(inner)
            part = part.replace(_ON, f"{start}\x1b[1m").replace(_OFF, start)
            line = f"{_sgr(Tone.QUIET)}{clock}{_sgr(tone)}  {margin}{start}{part}{_RESET}"
        else:
            line = f"{clock}  {margin}{part.replace(_ON, '').replace(_OFF, '')}".rstrip()
        print(line, file=self._out, flush=True)

    def rule(self, title: str) -> None:
        """A line across the screen, with a title."""
        line = f"── {title} ".ljust(self._width, "─")
        text = f"\n{_sgr(Tone.QUIET)}{line}{_RESET}" if self._colour else f"\n{line}"
        print(text, file=self._out, flush=True)

    def raw(self, text: str) -> None:
        """Print as it is, secrets covered: for what a person has to read when something went wrong."""
        print(self.covered(text), file=self._out, flush=True)

    def covered(self, text: str) -> str:
        """The text with every secret covered."""
        for secret in self._hidden():
            text = text.replace(secret, HIDDEN)
        return text


def _sgr(tone: Tone) -> str:
    return f"{_RESET}\x1b[{tone.value}m" if tone.value else _RESET


def marked(text: str) -> str:
    """Slack's markup as the terminal's own: emoji for shortcodes, marks around bold text, other marks gone."""
    text = _SHORTCODE.sub(lambda found: _EMOJI.get(found[1], found[0]), text)
    return _PLAIN.sub(r"\1", _BOLD.sub(rf"{_ON}\1{_OFF}", text))


def cells(text: str) -> int:
    """How many columns a text takes."""
    narrow = sum(not unicodedata.combining(sign) and sign not in (_ON, _OFF) for sign in text)
    return narrow + sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)


def broken(text: str, room: int) -> list[str]:
    """The text in lines of at most so many columns, broken at spaces; bold goes on in the next line."""
    lines, line = [], ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and cells(longer) > room:
            bold = line.rfind(_ON) > line.rfind(_OFF)
            lines.append(line + (_OFF if bold else ""))
            longer = (_ON if bold else "") + word
        line = longer
    return [*lines, line]
