"""How a command names a show, and the words that may stand last in it: `s12`, `dry`, `all`."""

from __future__ import annotations

import re
from collections.abc import Collection

from bot.show.phone import normalise, words

_HANDLE = re.compile(r"\(?#?(s[1-9][0-9]{0,8})\)?", re.IGNORECASE)


def parse_handle(text: str) -> str | None:
    """`s12` for `s12`, `S12`, `#s12` and `(s12)` as cards print it; None for what is no handle."""
    match = _HANDLE.fullmatch(normalise(text))
    return match[1].casefold() if match else None


def take_handle(text: str) -> tuple[str | None, str]:
    """The handle a command starts or ends with, and the text without it: `s12 +15` and `+15 s12` are both (`s12`, `+15`)."""
    said = words(normalise(text))
    for at in (0, -1):
        if said and (handle := parse_handle(said[at])):
            del said[at]
            return handle, " ".join(said)
    return None, " ".join(said)


def split_option(text: str, options: Collection[str]) -> tuple[str, str | None]:
    """The text without its last word, and that word in lower case, where it is one of `options`; else the text and None."""
    said = words(normalise(text))
    if said and (last := said[-1].casefold()) in options:
        return " ".join(said[:-1]), last
    return " ".join(said), None


def split_dry(text: str) -> tuple[str, bool]:
    """The text without a last word `dry`, and whether it was there: say what would be done, do not do it."""
    rest, option = split_option(text, {"dry"})
    return rest, option is not None
