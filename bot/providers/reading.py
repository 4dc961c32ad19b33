"""Reads what a vendor sent as if any field might be missing, null or of another type: nothing here ever raises."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime

from bot.model import JSON


class Sheet:
    """A JSON object of a vendor's. Each question answers in one type, or says that it could not tell.

    Types are compared as tuples: `int | str` is made anew each time, and every webhook is asked before it is answered.
    """

    def __init__(self, body: JSON) -> None:
        self.body: Mapping[str, JSON] = body if isinstance(body, (dict, Mapping)) else {}

    def __contains__(self, name: str) -> bool:
        return name in self.body

    def __bool__(self) -> bool:
        return bool(self.body)

    def id(self, name: str = "id") -> str:
        """An identifier as text, whether sent as number or text; empty if there is none."""
        value = self.body.get(name)
        return self.text(name).strip() if isinstance(value, (int, str)) else ""

    def text(self, name: str) -> str:
        """Text; a number is written out, anything else is empty."""
        value = self.body.get(name)
        if isinstance(value, str):
            return value
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return ""
        try:
            return str(value)
        except ValueError:  # thousands of digits
            return ""

    def flag(self, name: str) -> bool | None:
        """A boolean; None for anything else."""
        value = self.body.get(name)
        return value if isinstance(value, bool) else None

    def number(self, name: str) -> float | None:
        """A finite number, also if sent as text; None for anything else."""
        value = self.body.get(name)
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            return None
        try:
            number = float(value)
        except (ValueError, OverflowError):
            return None
        return number if math.isfinite(number) else None

    def whole(self, name: str) -> int | None:
        """A whole number; a fraction is rounded."""
        number = self.number(name)
        return None if number is None else round(number)

    def instant(self, name: str) -> datetime | None:
        """An ISO 8601 instant in UTC; one without a zone is taken as UTC."""
        value = self.body.get(name)
        if not isinstance(value, str):
            return None
        try:
            instant = datetime.fromisoformat(value.strip().replace(" UTC", "+00:00"))
            return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    def sheet(self, name: str) -> Sheet:
        """The object under that name, empty if there is none."""
        return Sheet(self.body.get(name))

    def sheets(self, name: str) -> list[Sheet]:
        """The objects in the list under that name; what is not an object is left out."""
        value = self.body.get(name)
        return [Sheet(item) for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
