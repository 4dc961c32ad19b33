"""Makes text from outside safe to keep, compare and print: one core for what Slack, vendors and webhooks send.

A lone surrogate cannot be written to SQLite or sent over HTTP, a NUL ends a string in C, and control and bidi characters change
what a terminal or a reader sees around them. Unicode also has two spellings of most accented letters (NFC and NFD), so every text
is kept in one of them and can be compared.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from email.message import Message
from urllib.parse import urlsplit

from pydantic_core import from_json

from bot.model import JSON

DEEPEST = 40
"""Levels of nesting that are kept; no body of Slack's or a vendor's has more than about ten."""
LARGEST_INT = 2**63 - 1
"""What SQLite and JSON readers of other languages can hold."""
LONGEST_ID = 40
"""Digits of a whole number beyond `LARGEST_INT` that may be an id and is kept as text; a longer one is dropped."""

LONGEST_LINK = 2900
"""Characters; Slack takes 3,000 in a button and in a text."""
LONGEST_NUMBER = 4000
"""Digits of a number that is read at all; Python refuses those beyond 4,300."""

_BROKEN = re.compile("[\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n|[\r\u0085\u2028\u2029]")
_BLANKS = re.compile("[\x0b\x0c\x1c-\x1f]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x9f\ufff9-\ufffb\ufffe\uffff]")
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
# A joiner holds an emoji or a Persian word together; beside plain text or at an end it is litter.
_STRAY_JOINERS = re.compile("(?:\\A|(?<=[\\x00-\\x7f]))[\u200c\u200d]+|[\u200c\u200d]+(?=[\\x00-\\x7f]|\\Z)")
_WEB_LINK = re.compile(r"(?i:https?)://[^\s\x00-\x20\x7f-\x9f<>|\"`\\^{}]+")
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
    text = _INVISIBLE.sub("", _CONTROLS.sub("", _BLANKS.sub(" ", _LINE_ENDS.sub("\n", text))))
    # NFC makes letters of some signs, and a joiner that goes may have held a letter and its accent apart.
    return unicodedata.normalize("NFC", _STRAY_JOINERS.sub("", unicodedata.normalize("NFC", text)))


def one_line(text: str) -> str:
    """`clean_text` on one line: every run of white space becomes one space. For names and titles."""
    return " ".join(clean_text(text).split())


def same_text(one: str, other: str) -> bool:
    """Whether two names are the same to a reader: either may have been kept or sent before texts were cleaned here."""
    return one == other or one_line(one) == one_line(other)


def web_link(url: str) -> str:
    """`url` if a browser may be sent there: http or https, a host, and nothing that could end the link early; else empty."""
    trimmed = url.strip()
    if len(trimmed) > LONGEST_LINK or not _WEB_LINK.fullmatch(trimmed):
        return ""
    try:
        return trimmed if urlsplit(trimmed).hostname else ""
    except ValueError:  # half an IPv6 address
        return ""


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


def read_json(raw: bytes | str, content_type: str = "") -> JSON:
    """The JSON value in a body, cleaned. Raises ValueError where it is no JSON, also where it is empty.

    Read although the standard forbids it, since writers of JSON send it all the same: a byte order mark, another charset than
    UTF-8 (by its mark, the zeros between its letters, or `content_type`), lone surrogates, NaN and Infinity, numbers of any length.
    """
    if isinstance(raw, bytes) and _is_plain(raw):
        try:
            return clean_json(from_json(raw))
        except ValueError:  # nested beyond 200 levels, numbers of thousands of digits, zeros behind its end
            pass
    return clean_json(_parsed(raw if isinstance(raw, str) else decode(raw, content_type)))


def read_object(raw: bytes | str, content_type: str = "") -> dict[str, JSON]:
    """As `read_json`, for a body that is to be an object. Raises ValueError for anything else."""
    value = read_json(raw, content_type)
    if not isinstance(value, dict):
        raise ValueError("The JSON is not an object.")  # noqa: TRY004 - what is wrong is the body, not a type of ours
    return value


def decode(raw: bytes, content_type: str = "") -> str:
    """The text of a body. What is valid UTF-8 is taken as that, whatever the header says: servers declare latin-1 by default."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in raw[:4]:
        try:
            return raw.decode(json.detect_encoding(raw)).removeprefix("\ufeff")
        except UnicodeDecodeError:
            pass
    try:
        return raw.decode("utf-8-sig", "surrogatepass")
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode(charset_of(content_type) or "utf-8", "replace")
    except (LookupError, ValueError):  # a charset that nobody knows
        return raw.decode("utf-8", "replace")


def charset_of(content_type: str) -> str:
    """The charset that a Content-Type names; empty if it names none."""
    header = Message()
    header["content-type"] = content_type.replace("\r", " ").replace("\n", " ")
    return header.get_content_charset("")


def _is_plain(raw: bytes) -> bool:
    """Whether the fast parser reads it as the lenient one does."""
    return raw.isascii() and b"\\u" not in raw


def _parsed(text: str) -> object:
    try:
        return json.loads(text.strip("\ufeff\x00 \t\r\n"), parse_constant=lambda _: None, parse_int=_whole)
    except RecursionError:
        raise json.JSONDecodeError("nested too deeply", "", 0) from None


def _whole(digits: str) -> int | None:
    return int(digits) if len(digits) <= LONGEST_NUMBER else None


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
