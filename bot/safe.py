"""Keeps what people typed as a secret until it was sent: sealed where there is a SECRET_KEY, else in memory and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping

from bot.errors import UserError
from bot.model import JSON, Operation
from bot.seal import OtherSeal, Seal

MOST = 100
"""Things whose secrets are kept in memory at a time; the oldest are forgotten first."""

NAMED = "secret_fields"
"""The argument of an operation that names the fields kept here."""

SEALED = "sealed_fields"
"""The argument of an operation that holds these fields, sealed."""


class SecretLost(UserError):
    """A secret that was typed cannot be had any more. The message says why; whoever raises it adds what to do."""


class Safe:
    """Secrets by the name of what will send them: an operation's id, a restream target's tag.

    Without a `seal` a restart empties it, and what needed a secret then says so.
    """

    def __init__(self, seal: Seal | None = None) -> None:
        self._kept: dict[str, dict[str, JSON]] = {}
        self._seal = seal

    def __repr__(self) -> str:
        return f"Safe({len(self._kept)} kept, {'sealing' if self._seal else 'memory only'})"

    def copy(self) -> Safe:
        """Another with the same in it: what is kept or forgotten there changes nothing here."""
        other = Safe(self._seal)
        other._kept = dict(self._kept)
        return other

    def keep(self, name: str, secrets: Mapping[str, JSON]) -> str:
        """Keep these values under that name: the text to be stored beside it, sealed, or empty where memory alone has them."""
        if self._seal is not None:
            return self._seal.close(secrets)
        while len(self._kept) >= MOST:
            del self._kept[next(iter(self._kept))]
        self._kept[name] = dict(secrets)
        return ""

    def take(self, name: str, sealed: str) -> dict[str, JSON]:
        """What was kept under that name, of which `sealed` was stored; SecretLost if it cannot be had any more."""
        if name in self._kept:
            return dict(self._kept[name])
        if not sealed:
            raise SecretLost("The bot was restarted since it was typed, and without SECRET_KEY a secret is kept in memory only.")
        if self._seal is None:
            raise SecretLost("It was sealed with a SECRET_KEY, and there is none set now.")
        try:
            return self._seal.open(sealed)
        except OtherSeal:
            raise SecretLost("It was sealed with another SECRET_KEY than the present one.") from None

    def has(self, name: str, sealed: str) -> bool:
        """Whether it can be had."""
        try:
            self.take(name, sealed)
        except SecretLost:
            return False
        return True

    def fields_of(self, operation: Operation) -> dict[str, JSON]:
        """The fields that an operation sends, its secrets among them; UserError if they were lost on the way."""
        fields = dict(operation.args.get("fields") or {})
        names = operation.args.get(NAMED)
        if not names:
            return fields
        try:
            return {**fields, **self.take(operation.id, str(operation.args.get(SEALED) or ""))}
        except SecretLost as lost:
            typed = ", ".join(map(str, names))
            raise UserError(f"What was typed for {typed} was not sent. {lost} Fill in the form again.") from None

    def forget(self, name: str) -> None:
        """It was sent: memory need not have it any more."""
        self._kept.pop(name, None)
