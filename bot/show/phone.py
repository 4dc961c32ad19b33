"""Undoes what phones do to typed text: curly quotes, long dashes, odd spaces, invisible characters and `19.30`."""

from __future__ import annotations

import re

from bot.sanitise import clean_text

_REWRITTEN = str.maketrans(
    dict.fromkeys("“”„‟«»″〝〞＂", '"')
    | dict.fromkeys("‘’‚‛′＇", "'")
    | dict.fromkeys("‐‑‒–—―−⁃﹘﹣－", "-")
    | dict.fromkeys("：∶﹕", ":")
    | {"＋": "+", "．": ".", "／": "/"}
    | {chr(0xFF10 + digit): str(digit) for digit in range(10)}
)

_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f]")

_QUOTED = re.compile(r'"[^"]*"')
_DOTTED = re.compile(r"(?<![\w.,:/$€£#])([01]?[0-9]|2[0-3])\.([0-5][0-9])(?=[ap]\.?m\b|[^\w.:/%]|\Z)(?!,[0-9])")
_DOTTED_RANGE = re.compile(
    r"(?<![\w.,:/])([01]?[0-9]|2[0-3])\.([0-5][0-9])\.([0-5][0-9])( ?- ?| to )"
    r"([01]?[0-9]|2[0-3])\.([0-5][0-9])\.([0-5][0-9])(?!\w|[.:/]\w)",
    re.IGNORECASE,
)
_WORDS_BEFORE_A_TIME = re.compile(
    r"(?:\b(?:at|to|until|till|by|today|tomorrow|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*(?: [0-9]{1,2})?"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}\.[0-9]{1,2}\.)"
    r" |[0-9] ?(?:[ap]\.?m\.? ?)?-) ?\Z",
    re.IGNORECASE,
)
_WORDS_AFTER_A_TIME = re.compile(
    r"\Z| ?[ap]\.?m\b| ?- ?[0-9]| (?:for|to|until|till|on|every|zone|new|no|finish|this|all|dry|today|tomorrow)\b", re.IGNORECASE
)
_TIME_FOLLOWS = re.compile(r" (?:at )?(?:[0-9]{1,2}[:.h][0-9]{2}|[0-9]{1,2} ?[ap]\.?m|[0-9]{4})\b", re.IGNORECASE)


def normalise(text: str) -> str:
    """The text as a keyboard would have typed it, on one line, in its own capitals; doing it twice changes nothing.

    `19.30` becomes `19:30` only where a time can stand, and never between double quotes or before another time (then it is a date).
    `19.31.05-19.31.40` are times too: alone, three numbers may be a date.
    """
    plain = clean_text(_BLANK.sub(" ", text).translate(_REWRITTEN))
    plain = re.sub(" {2,}", " ", plain).strip()
    quoted = [match.span() for match in _QUOTED.finditer(plain)]

    def with_colon(match: re.Match[str]) -> str:
        in_quotes = any(start < match.start() < end for start, end in quoted)
        return match[0] if in_quotes or not _stands_as_time(plain, *match.span()) else f"{match[1]}:{match[2]}"

    def with_colons(match: re.Match[str]) -> str:
        in_quotes = any(start < match.start() < end for start, end in quoted)
        return match[0] if in_quotes else "{}:{}:{}{}{}:{}:{}".format(*match.groups())

    return _DOTTED.sub(with_colon, _DOTTED_RANGE.sub(with_colons, plain))


def _stands_as_time(text: str, start: int, end: int) -> bool:
    """Whether the words around a dotted number are those around a time of day."""
    after = text[end:]
    if _TIME_FOLLOWS.match(after):
        return False
    return bool(_WORDS_AFTER_A_TIME.match(after) or _WORDS_BEFORE_A_TIME.search(text[max(0, start - 20) : start]))


def unquote(text: str) -> str:
    """`"News at 9"` without its quotes, double or single; any other text trimmed and otherwise as it is."""
    trimmed = text.strip()
    for mark in ('"', "'"):
        inner = trimmed[1:-1]
        if len(trimmed) >= 2 and trimmed[0] == trimmed[-1] == mark and mark not in inner:
            return inner.strip()
    return trimmed


def words(text: str) -> list[str]:
    """The words of a normalised text, a double-quoted phrase counting as one word that keeps its quotes."""
    return re.findall(r'"[^"]*"(?!\S)|\S+', text)


def as_typed(text: str) -> str:
    """What somebody typed, for repeating it in an answer: in quotes, on one line, at most 60 characters."""
    line = " ".join(text.split())
    return f"“{line if len(line) <= 60 else line[:59] + '…'}”"
