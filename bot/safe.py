"""Keeps what people typed as a secret until it was sent: in memory, for one operation, never in the database."""

from __future__ import annotations

from collections.abc import Mapping

from bot.errors import UserError
from bot.model import JSON, Operation

MOST = 100
"""Operations whose secrets are kept at a time; the oldest are forgotten first."""

NAMED = "secret_fields"
"""The argument of an operation that names the fields kept here."""


class Safe:
    """Secrets by the id of the operation that will send them. A restart empties it, and the operation then says so."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, JSON]] = {}

    def __repr__(self) -> str:
        return f"Safe({len(self._kept)} kept)"

    def keep(self, operation: str, secrets: Mapping[str, JSON]) -> None:
        """Keep these values for the operation of that id."""
        while len(self._kept) >= MOST:
            del self._kept[next(iter(self._kept))]
        self._kept[operation] = dict(secrets)

    def fields_of(self, operation: Operation) -> dict[str, JSON]:
        """The fields that an operation sends, its secrets among them; UserError if they were lost with a restart."""
        fields = dict(operation.args.get("fields") or {})
        names = operation.args.get(NAMED)
        if not names:
            return fields
        if operation.id not in self._kept:
            typed = ", ".join(map(str, names))
            raise UserError(f"The bot was restarted before it could send what was typed for {typed}. Fill in the form again.")
        return {**fields, **self._kept[operation.id]}

    def forget(self, operation: str) -> None:
        """It was sent."""
        self._kept.pop(operation, None)
