"""How late the bot's alarm clock rings with 100,000 operations in the store, beside what APScheduler brings along.

That is its SQLAlchemy store with 10,000 jobs on the same kind of file (WAL, every commit waits for the disk), and APScheduler
alone, which keeps nothing: what no alarm clock on it can beat. All ring at the same distances, one after the other.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from tests.bench.figures import Times
from tests.bench.stage import Server, running

OURS, THEIRS = 100_000, 10_000
"""Alarms in the two stores."""

MEDIAN, TAIL, CROWD, ADDED, ADDED_TOGETHER = 1.0, 2.0, 1.0, 1.0, 5.0
"""What is wanted: median lateness at most SQLAlchemy's, 99th percentile at most twice APScheduler's alone, a crowd in less than
SQLAlchemy's time; adding one at a time at least at SQLAlchemy's rate, and in batches at five times that.
"""

SPACED, GAP = 60, 0.02
AT_ONCE = 500
ADDS, BATCH = 320, 32


@dataclass(frozen=True, slots=True)
class Scheduling:
    """One turn of each."""

    ours: Times
    sqlalchemy: Times
    alone: Times
    crowd: float
    """Real seconds until the last of those due at one instant has rung."""
    sqlalchemy_crowd: float
    added: float
    """Alarms set per second, one at a time."""
    added_together: float
    sqlalchemy_added: float

    @property
    def of_sqlalchemy(self) -> float:
        """Our median lateness as a share of SQLAlchemy's."""
        return self.ours.median / self.sqlalchemy.median

    @property
    def of_alone(self) -> float:
        """Our 99th percentile as a multiple of that of APScheduler alone."""
        return self.ours.p99 / self.alone.p99

    @property
    def crowd_of_sqlalchemy(self) -> float:
        """Our time for a crowd as a share of SQLAlchemy's."""
        return self.crowd / self.sqlalchemy_crowd

    @property
    def added_of_sqlalchemy(self) -> float:
        """Our rate, one at a time, as a multiple of SQLAlchemy's."""
        return self.added / self.sqlalchemy_added

    @property
    def together_of_sqlalchemy(self) -> float:
        """Our rate in batches, as a multiple of SQLAlchemy's, which knows none."""
        return self.added_together / self.sqlalchemy_added


def measure(folder: Path, *, ours: int = OURS, theirs: int = THEIRS) -> Generator[Scheduling]:
    """One round of turns after the other, for as long as they are asked for; the first warms up."""
    with ExitStack() as stack:
        clocks = [
            stack.enter_context(running("alarm", {"kind": kind, "filled": filled, "folder": str(folder)}, folder))
            for kind, filled in (("alone", 0), ("sqlalchemy", theirs), ("ours", ours))
        ]
        for number in count():
            found = _round(clocks)
            if number:
                yield found


def _round(clocks: list[Server]) -> Scheduling:
    _, sqlalchemy, ours = clocks
    spaced = [Times.of(_order(clock, "spaced", many=SPACED, gap=GAP)) for clock in clocks]
    crowds = [max(_order(clock, "at_once", many=AT_ONCE)) for clock in (sqlalchemy, ours)]
    theirs, one_by_one = (ADDS / sum(_order(clock, "add", many=ADDS, batch=1)) for clock in (sqlalchemy, ours))
    together = ADDS / sum(_order(ours, "add", many=ADDS, batch=BATCH))
    return Scheduling(spaced[2], spaced[1], spaced[0], crowds[1], crowds[0], one_by_one, together, theirs)


def _order(clock: Server, do: str, **how: Any) -> list[float]:
    clock.tell(json.dumps({"do": do, **how}))
    seconds: list[float] = clock.hear()["seconds"]
    return seconds
