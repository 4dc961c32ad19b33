"""Makes text from outside safe to keep, compare and print: one core for what Slack, vendors and webhooks send.

A lone surrogate cannot be written to SQLite or sent over HTTP, a NUL ends a string in C, and control and bidi characters change
what a terminal or a reader sees around them. Unicode also has two spellings of most accented letters (NFC and NFD), so every text
is kept in one of them and can be compared.
"""

from __future__ import annotations

import math
import re
import unicodedata

from bot.model import JSON

DEEPEST = 40
"""Levels of nesting that are kept; no body of Slack's or a vendor's has more than about ten."""
LARGEST_INT = 2**63 - 1
"""What SQLite and JSON readers of other languages can hold."""
LONGEST_ID = 40
"""Digits of a whole number beyond `LARGEST_INT` that may be an id and is kept as text; a longer one is dropped."""

_BROKEN = re.compile("[\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n|[\r\u0085\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufff9-\ufffb\ufffe\uffff]")
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
# A joiner holds an emoji or a Persian word together; beside plain text or at an end it is litter.
_STRAY_JOINERS = re.compile("(?:\\A|(?<=[\\x00-\\x7f]))[\u200c\u200d]+|[\u200c\u200d]+(?=[\\x00-\\x7f]|\\Z)")
_PLAIN = re.compile("[\t\n\x20-\x7e]*")
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


def clean_text(text: str) -> str:
    """`text` in NFC, without control, bidi and invisible characters; line ends become `\\n`, half characters U+FFFD.

    Doing it twice changes nothing. Joiners stay where they hold an emoji or a word together.
    """
    if _PLAIN.fullmatch(text):
        return text
    if _BROKEN.search(text):  # a pair in two halves, as `\ud83d\ude00` from a careless writer, is one character again
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text = _INVISIBLE.sub("", _CONTROLS.sub("", _LINE_ENDS.sub("\n", text)))
    return unicodedata.normalize("NFC", _STRAY_JOINERS.sub("", text))


def one_line(text: str) -> str:
    """`clean_text` on one line: every run of white space becomes one space. For names and titles."""
    return " ".join(clean_text(text).split())


def clean_json(value: object, depth: int = 0) -> JSON:
    """A JSON value with every text and key cleaned, and without what cannot be kept.

    NaN and infinities become None, whole numbers beyond 64 bits their digits as text (they can only be ids) or None, what is nested
    deeper than `DEEPEST` None. Of two keys that are alike once cleaned the later wins, as in JSON itself.
    """
    if isinstance(value, str):
        return clean_text(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if -LARGEST_INT <= value <= LARGEST_INT else _digits(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth >= DEEPEST:
        return None
    if isinstance(value, dict):
        return {clean_text(str(key)): clean_json(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [clean_json(inner, depth + 1) for inner in value]
    return None


def escape_controls(text: str) -> str:
    """`text` on one line with everything that a terminal could obey, or a reader not see, written as `\\x1b` or `\\u202e`.

    For logs and terminals, where what was there matters more than how it looks.
    """
    return _UNPRINTABLE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character)
    if named is not None:
        return named
    code = ord(character)
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _digits(number: int) -> str | None:
    return str(number) if abs(number) < 10**LONGEST_ID else None
