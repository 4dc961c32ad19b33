"""One-line settings: `Church Main region=ix1 dvr_enabled=yes` is a name and values for a provider's documented fields."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping

from bot.errors import UserError
from bot.model import JSON
from bot.providers.base import Field
from bot.providers.scrub import is_push_address
from bot.show.phone import normalise, unquote
from bot.slack.fields import read_field

_ASSIGNED = re.compile(r'(?<!\S)([A-Za-z_][\w.-]*)=("[^"]*"(?!\S)|\S*)')
_ADDRESS = re.compile(r"\S*://\S*")
_TELLING = re.compile("key|secret|token|pass|auth|credential|uri|url", re.IGNORECASE)
"""In the name of a setting. Every name is looked at closely: a false alarm only asks for the form."""
_NAMES_A_KEY = re.compile(
    r"(?<![a-z])(?:(?:(?:stream|api|access|auth)_?)?(?:key|token)|secret|pass(?:word|phrase)?|credentials?)(?![a-z])",
    re.IGNORECASE,
)
"""The same among ordinary words, as a whole word: not in `author=`, `keynote=` or `tokens=`."""

_STREAM_KEY = re.compile(
    r"(?<!\S)(?:(?=\S*[0-9])(?:[A-Za-z0-9]{4}-){3,}[A-Za-z0-9]{4}|live_[0-9]{5,}_\w{8,}|FB-[0-9]+-[0-9]+-\w+)(?!\S)"
)
"""A stream key as YouTube, Twitch and Facebook hand them out."""
_MIXED = r"(?=[A-Za-z0-9]{0,3}[0-9])(?=[A-Za-z0-9]{0,3}[A-Za-z])[A-Za-z0-9]{4}(?![A-Za-z0-9])"
_KEY_AMONG_WORDS = re.compile(rf"(?<!\S)(?=(?:[A-Za-z0-9]{{4}}-)*{_MIXED}|live_|FB-){_STREAM_KEY.pattern}")
"""The same among ordinary words: letters and digits in one group, because a title may be `News-2026-show-live`."""
_KEYLIKE = re.compile(r"(?<!\S)(?=\S*[0-9])(?=\S*[A-Za-z])[^\s“”\"]{12,}(?!\S)")
"""Where a key might be typed by mistake: a long word of letters and digits."""

SHORTEST_SECRET = 4
"""Characters; what is shorter is no secret, and hiding it would eat ordinary words."""


class TypedSecret(UserError):
    """A secret stands in a typed line. Raised by the grammar; the command answers it without repeating what was typed."""


def split_assignments(text: str) -> tuple[str, dict[str, str]]:
    """The words outside of any `key=value`, and the values by key; the text is normalised already."""
    values = {match[1].casefold(): unquote(match[2]) for match in _ASSIGNED.finditer(text)}
    return unquote(" ".join(_ASSIGNED.sub(" ", text).split())), values


def read_assignments(fields: Iterable[Field], values: Mapping[str, str]) -> dict[str, JSON]:
    """The values, typed, by field; UserError for an unknown key or a value out of bounds, TypedSecret for a secret."""
    known = list(fields)
    found: dict[str, JSON] = {}
    for key, typed in values.items():
        _require_open(known, key, typed)
        field = _field(known, key)
        try:
            found[field.name] = read_field(field, typed)
        except ValueError as wrong:
            raise UserError(f"{field.name}: {wrong}") from None
    return found


# -- secrets ------------------------------------------------------------------------------------------------------------
def require_no_secret(fields: Iterable[Field], text: str) -> None:
    """TypedSecret if one stands in a line: checked before anything is looked up, asked about or kept."""
    known = list(fields)
    words, values = split_assignments(text)
    for key, typed in values.items():
        _require_open(known, key, typed)
    if "://" in words:
        raise TypedSecret("An address may carry a secret, and a typed line is kept in Slack's history. Use the form.")


def require_no_stream_key(words: str, *, strict: bool = True) -> None:
    """TypedSecret if an address or a stream key stands in the words; `strict`: also what only might be a key."""
    require_no_secret((), words)
    if _STREAM_KEY.search(words) or (strict and _KEYLIKE.search(words)):
        raise TypedSecret(
            "That looks like a stream key: a typed line is kept in Slack's history. Use the form, which keeps it safe."
        )


def require_no_key_in_words(words: str) -> None:
    """TypedSecret if a stream key, a push address or a value assigned to a key stands in words that people are shown again."""
    assigned = any(
        _NAMES_A_KEY.search(match[1]) and len(unquote(match[2])) >= SHORTEST_SECRET for match in _ASSIGNED.finditer(words)
    )
    if assigned or _KEY_AMONG_WORDS.search(words) or is_push_address(words):
        raise TypedSecret(
            "That looks like a stream key or an address with one, and it would be shown to everybody here. Nothing was kept of it: "
            "say it again without it, and rotate the key if others could read what you typed."
        )


def _require_open(known: list[Field], key: str, typed: str) -> None:
    meant = _meant(known, key)
    if len(meant) == 1 and meant[0].kind == "secret":
        raise TypedSecret(
            f"{meant[0].label} is a secret: a typed line is kept in Slack's history. Use the form, which keeps it safe."
        )
    if len(meant) != 1 and ("://" in typed or _TELLING.search(key)):
        raise TypedSecret(f"There is no {key} to set. It looks like a secret: use the form, which keeps it safe.")


def typed_secrets(typed: str) -> frozenset[str]:
    """What in a typed line may be a secret: addresses, stream keys, and what is assigned to a key, a token or the like."""
    found: set[str] = set()
    for line in (typed, normalise(typed)):
        found |= {match[0] for match in (*_ADDRESS.finditer(line), *_STREAM_KEY.finditer(line))}
        if line.split()[:1] and line.split()[0].casefold() == "restream":
            found |= {match[0] for match in _KEYLIKE.finditer(line)}
        for match in _ASSIGNED.finditer(line):
            if _TELLING.search(match[1]) or "://" in match[2]:
                found |= {match[2], unquote(match[2]), *unquote(match[2]).split()}
    return frozenset(found - {""})


def hide_secrets(text: str, typed: str) -> str:
    """A text without the secrets that stand in the `typed` line it may repeat."""
    for secret in sorted(typed_secrets(typed), key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, "…")
    return text


# -- fields -------------------------------------------------------------------------------------------------------------
def _meant(known: list[Field], key: str) -> list[Field]:
    """The field of that name, or all whose name has the key in it: `region` is `transcoding_region`."""
    folded = key.casefold()
    exact = [field for field in known if field.name.casefold() == folded]
    return exact or [field for field in known if folded in field.name.casefold()]


def _field(known: list[Field], key: str) -> Field:
    """The one field that the key means; UserError if there is none or more than one."""
    meant = _meant(known, key)
    if len(meant) == 1:
        return meant[0]
    names = [field.name for field in known if field.kind != "secret"]
    close = [field.name for field in meant] or difflib.get_close_matches(key, names, n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(close)}?" if close else f"There is: {', '.join(names)}."
    raise UserError(f"There is no “{key}” to set. {hint}")
