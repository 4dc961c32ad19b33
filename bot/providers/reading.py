"""Reads what a vendor sent as if any field might be missing, null or of another type: nothing here ever raises.

Text, numbers and nesting were cleaned when the answer or the webhook came in (`bot/sanitise.py`).
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from bot.log import RateLimitedLog
from bot.model import JSON
from bot.sanitise import one_line, web_link

LARGEST = 2**53
"""Beyond it a JSON number is no longer exact, and no quantity of a vendor's is near it."""
LONGEST_DURATION = 366 * 86400.0
"""Seconds. Longer is no length of a video: instants are reckoned with it, which must not leave the calendar."""
EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Instants outside stand for "none": 0001-01-01 is .NET's default, 1970 everybody's zero, 9999-12-31 a database's "never"."""
LONGEST_ID = 255

log = logging.getLogger(__name__)
_skipped = RateLimitedLog(log)


def objects(value: JSON, what: str = "list") -> list[Sheet]:
    """The objects of a list; what is none of them is left out and logged, null is an empty list."""
    items = value if isinstance(value, list) else []
    found = [Sheet(item) for item in items if isinstance(item, Mapping)]
    if len(found) < len(items):
        _skipped.warning(
            what, "%d of %d items of a vendor's “%s” are no objects and were skipped", len(items) - len(found), len(items), what
        )
    return found


def with_id(sheets: list[Sheet], name: str, what: str) -> dict[str, Sheet]:
    """The objects by their id; what has none cannot be acted on, so it is left out and logged."""
    found = {id_: sheet for sheet in sheets if (id_ := sheet.id(name))}
    lacking = sum(not sheet.id(name) for sheet in sheets)
    if lacking:
        _skipped.warning(
            what, "%d of %d items of a vendor's list of %s have no usable id and were skipped", lacking, len(sheets), what
        )
    return found


T = TypeVar("T")

log = logging.getLogger(__name__)


def optional(read: Callable[..., T], *args: object) -> T | None:
    """What `read` makes of an answer; None where our own reading breaks: a detail never hides whether there is a signal."""
    try:
        return read(*args)
    except Exception:
        log.exception("%s could not be read; the rest of the answer is", read.__name__)
        return None


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
        """An identifier as text, whether sent as text, as a number or as `123.0`; empty if there is none that can be used."""
        value = self.body.get(name)
        if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST:
            return str(int(value))
        if isinstance(value, bool) or not isinstance(value, int | str):
            return ""
        written = str(value).strip()
        return written if len(written) <= LONGEST_ID and written.isprintable() else ""

    def text(self, name: str) -> str:
        """Text; a number is written out, anything else is empty."""
        value = self.body.get(name)
        if isinstance(value, str):
            return value
        return "" if isinstance(value, bool) or not isinstance(value, int | float) else str(value)

    def line(self, name: str) -> str:
        """Text on one line: a name or title, whose line breaks would otherwise begin lines of ours."""
        return one_line(self.text(name))

    def link(self, name: str) -> str:
        """An http or https address that a browser may be sent to; empty for anything else, such as `javascript:`."""
        return web_link(self.text(name))

    def flag(self, name: str) -> bool | None:
        """A boolean, also if sent as `"true"`, `"false"`, 1 or 0; None for anything else."""
        value = self.body.get(name)
        if isinstance(value, str):
            return {"true": True, "false": False}.get(value.strip().lower())
        return bool(value) if isinstance(value, bool) or (isinstance(value, int | float) and value in (0, 1)) else None

    def number(self, name: str) -> float | None:
        """A number of less than `LARGEST`, also if sent as text; None for anything else."""
        value = self.body.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return None
        try:
            number = float(value)
        except (ValueError, OverflowError):
            return None
        return number if math.isfinite(number) and abs(number) < LARGEST else None

    def seconds(self, name: str, *, per_second: int = 1) -> float | None:
        """A length in seconds, sent in units of which `per_second` are one; None for what is no length."""
        number = self.number(name)
        return number / per_second if number is not None and 0 <= number / per_second <= LONGEST_DURATION else None

    def whole(self, name: str) -> int | None:
        """A whole number; a fraction is rounded."""
        number = self.number(name)
        return None if number is None else round(number)

    def instant(self, name: str) -> datetime | None:
        """An ISO 8601 instant in UTC between 1990 and 2200; one without a zone is taken as UTC."""
        value = self.body.get(name)
        if not isinstance(value, str):
            return None
        try:
            instant = datetime.fromisoformat(value.strip().replace(" UTC", "+00:00"))
            instant = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
        except (ValueError, OverflowError):
            return None
        return instant if EARLIEST <= instant <= LATEST else None

    def sheet(self, name: str) -> Sheet:
        """The object under that name, empty if there is none."""
        return Sheet(self.body.get(name))

    def sheets(self, name: str) -> list[Sheet]:
        """The objects in the list under that name; what is not an object is left out and logged."""
        return objects(self.body.get(name), name)
