"""How the log is written: one record is one line whatever is in it, and what repeats is counted instead of written again."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.sanitise import escape_controls

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
TRACEBACK_INDENT = "    "
"""Begins every line of a traceback, so that no text inside of one can pass for a record."""

REPEAT_EVERY = 60.0
"""Real seconds between two lines of one kind from a `RateLimitedLog`."""
MOST_KINDS = 200
"""Kinds that are remembered; whoever can reach an address may invent any number of them."""
OTHER = "other"


class LineFormatter(logging.Formatter):
    """Writes each record on one line, with control and bidi characters escaped; the lines of a traceback follow, indented."""

    def __init__(self, fmt: str = FORMAT) -> None:
        super().__init__(fmt)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """The first line of a record."""
        return escape_controls(super().formatMessage(record))

    def formatException(self, ei: object) -> str:  # noqa: N802 - logging's name
        """A traceback, indented."""
        return _indented(super().formatException(ei))  # type: ignore[arg-type]  # typeshed's private tuple type

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 - logging's name
        """A stack, indented."""
        return _indented(super().formatStack(stack_info))


def set_up_logging(level: int | str) -> None:
    """Write the log of this process to stderr. Never raises for a character that the terminal's encoding lacks."""
    handler = logging.StreamHandler()  # stderr, which writes what it cannot encode as an escape
    handler.setFormatter(LineFormatter())
    logging.basicConfig(level=level, handlers=[handler])
    logging.raiseExceptions = False  # a log that takes no more (disk full, reader gone) ends nothing and is not written about
    logging.getLogger("uvicorn.error").addFilter(RateLimitFilter())  # one line for each connection that is no HTTP


@dataclass(slots=True)
class _Kind:
    """Since when a kind is being counted, in monotonic seconds, and how many were left out since."""

    since: float
    left_out: int = 0


class RateLimit:
    """Decides which of many records of one kind are written: the first at once, then one in `every` seconds."""

    def __init__(self, every: float = REPEAT_EVERY, *, now: Callable[[], float] = time.monotonic) -> None:
        self.every = every
        self._now = now
        self._kinds: dict[str, _Kind] = {}

    def admit(self, kind: str) -> int | None:
        """How many were left out since the last one that was written; None if this one is to be left out as well."""
        now = self._now()
        known = self._kinds.get(kind)
        if known is None and len(self._kinds) >= MOST_KINDS:
            self._forget_old(now)
            kind = kind if len(self._kinds) < MOST_KINDS else OTHER
            known = self._kinds.get(kind)
        if known is None:
            self._kinds[kind] = _Kind(now)
            return 0
        if now - known.since < self.every:
            known.left_out += 1
            return None
        left_out, known.left_out, known.since = known.left_out, 0, now
        return left_out

    def take_left_out(self, kind: str) -> int:
        """How many of a kind were left out and not told yet; they count as told."""
        known = self._kinds.get(kind)
        if known is None or not known.left_out:
            return 0
        left_out, known.left_out, known.since = known.left_out, 0, self._now()
        return left_out

    def forget(self, kind: str) -> int:
        """End a kind, because what it reports is over: the next one is written at once. How many were left out."""
        known = self._kinds.pop(kind, None)
        return known.left_out if known is not None else 0

    def _forget_old(self, now: float) -> None:
        for kind, known in list(self._kinds.items()):
            if now - known.since >= self.every and not known.left_out:
                del self._kinds[kind]


class RateLimitedLog:
    """Writes repeated events to a logger: the first of a kind at once, then at most one line in `every` real seconds with a count.

    On a running event loop the count of the last ones is written when the time is up, otherwise with the next of the kind.

        repeated = RateLimitedLog(log)
        repeated.warning("refused", "POST %s: %d", route, 401)    # … "POST /slack/events: 401 (and 5,123 more in 60 s)"
    """

    def __init__(self, log: logging.Logger, every: float = REPEAT_EVERY, *, now: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._limit = RateLimit(every, now=now)
        self._timers: dict[str, asyncio.AbstractEventLoop] = {}

    def warning(self, kind: str, message: str, *args: object) -> None:
        """A warning; `kind` tells which events are the same, and holds nothing from outside."""
        self.log(logging.WARNING, kind, message, *args)

    def error(self, kind: str, message: str, *args: object, exc_info: BaseException | bool = False) -> None:
        """An error, with its traceback if `exc_info` says so."""
        self.log(logging.ERROR, kind, message, *args, exc_info=exc_info)

    def log(self, level: int, kind: str, message: str, *args: object, exc_info: BaseException | bool = False) -> None:
        """Write one event of a kind, or count it."""
        left_out = self._limit.admit(kind)
        if left_out is None:
            self._tell_later(level, kind, message)
        elif left_out:
            text = message % args if args else message
            self._log.log(level, "%s (and %s more in %g s)", text, f"{left_out:,}", self._limit.every, exc_info=exc_info)
        else:
            self._log.log(level, message, *args, exc_info=exc_info)

    def over(self, kind: str) -> int:
        """What the kind reports has ended, so that the next one is written at once. How many were left out of the log."""
        return self._limit.forget(kind)

    def _tell_later(self, level: int, kind: str, message: str) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # another thread: the next of the kind tells the count
            return
        if self._timers.get(kind) is loop:
            return
        self._timers[kind] = loop
        loop.call_later(self._limit.every, self._tell_rest, level, kind, message)

    def _tell_rest(self, level: int, kind: str, message: str) -> None:
        self._timers.pop(kind, None)
        if left_out := self._limit.take_left_out(kind):
            self._log.log(level, "%s more like “%s” in %g s", f"{left_out:,}", message, self._limit.every)


class RateLimitFilter(logging.Filter):
    """Lets one record of each message template through in `every` seconds; for loggers that are not ours."""

    def __init__(self, every: float = REPEAT_EVERY, *, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._limit = RateLimit(every, now=now)

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written; it then says how many were left out before it."""
        left_out = self._limit.admit(str(record.msg))
        if left_out:
            record.msg, record.args = f"{record.getMessage()} (and {left_out:,} more in {self._limit.every:g} s)", None
        return left_out is not None


def _indented(text: str) -> str:
    # Only `\n`: splitlines would take U+2028 and others for ends of lines, and they are to be escaped.
    return "\n".join(TRACEBACK_INDENT + escape_controls(line) for line in text.split("\n"))
