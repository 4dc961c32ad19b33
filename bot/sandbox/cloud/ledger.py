"""What a simulated vendor writes down about itself, for checks from outside: effects as they happened, and calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

Id = int | str
"""How a vendor numbers or names its objects."""


@dataclass(frozen=True)
class Effect:
    """Something that really happened, such as ("enabled", 201693, 10:00:02). `at` is show time.

    A wish that was already true leaves no effect: a second PATCH `active: true` is a `Call`, not an `Effect`.
    """

    kind: str
    id: Id
    at: datetime


@dataclass(frozen=True)
class Call:
    """One HTTP request as received. `path` is without the query; `status` is None when no answer was sent. No secrets."""

    method: str
    path: str
    query: dict[str, str]
    status: int | None
    at: datetime


class Ledger:
    """All effects in the order in which they happened."""

    def __init__(self, heard: Callable[[], None]) -> None:
        self._effects: list[Effect] = []
        self._heard = heard

    def note(self, kind: str, object_id: Id, at: datetime) -> None:
        """Write down one effect."""
        self._effects.append(Effect(kind, object_id, at))
        self._heard()

    def of(self, kind: str, object_id: Id | None = None) -> list[Effect]:
        """The effects of one kind, of one object where `object_id` is given: `len(ledger.of("enabled", 7)) == 1`."""
        return [e for e in self._effects if e.kind == kind and object_id in (None, e.id)]

    def kinds(self, object_id: Id | None = None) -> list[str]:
        """Only the kinds, in order: the story of an object at a glance."""
        return [e.kind for e in self._effects if object_id in (None, e.id)]

    def __iter__(self) -> Iterator[Effect]:
        return iter(self._effects)

    def __len__(self) -> int:
        return len(self._effects)
