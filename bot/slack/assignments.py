"""One-line settings: `Church Main region=ix1 dvr_enabled=yes` is a name and values for a provider's documented fields."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping

from bot.errors import UserError
from bot.model import JSON
from bot.providers.base import Field
from bot.show.phone import unquote
from bot.slack.modals import read_field

_ASSIGNED = re.compile(r'(?<!\S)([A-Za-z_][\w.-]*)=("[^"]*"(?!\S)|\S*)')


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
        field = _field(known, key, typed)
        if field.kind == "secret":
            raise TypedSecret(
                f"{field.label} is a secret: a typed line is kept in Slack's history. Use the form, which keeps it safe."
            )
        try:
            found[field.name] = read_field(field, typed)
        except ValueError as wrong:
            raise UserError(f"{field.name}: {wrong}") from None
    return found


def _field(known: list[Field], key: str, typed: str) -> Field:
    """The field of that name, or the only one whose name has the key in it: `region` is `transcoding_region`."""
    exact = next((field for field in known if field.name == key), None)
    if exact is not None:
        return exact
    parts = [field for field in known if key in field.name]
    if len(parts) == 1:
        return parts[0]
    if "://" in typed:
        raise TypedSecret(f"There is no {key}. An address may carry a secret: use the form, which keeps it safe.")
    names = [field.name for field in known if field.kind != "secret"]
    close = [field.name for field in parts] or difflib.get_close_matches(key, names, n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(close)}?" if close else f"There is: {', '.join(names)}."
    raise UserError(f"There is no “{key}” to set. {hint}")
