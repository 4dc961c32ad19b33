"""From the start of the bot's process until it is well, with 100,000 operations in its database and with none."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.bench import rundown
from tests.bench.stage import Server, running, showcaller

OPERATIONS = 100_000
TIMES_AS_LONG = 1.5
"""What is wanted: at most so many times as long as with an empty database."""


@dataclass(frozen=True, slots=True)
class Starting:
    """Real seconds of one start each."""

    filled: float
    empty: float

    @property
    def longer(self) -> float:
        """How many times as long."""
        return self.filled / self.empty


def measure(folder: Path, *, operations: int = OPERATIONS) -> Generator[Starting]:
    """One pair of starts after the other, for as long as they are asked for; the first warms up."""
    with ExitStack() as stack:
        studio = stack.enter_context(running("studio", {"streams": 1}, folder))
        rundown.prepare(folder / "filled", rundown.scheduled(operations))
        rundown.prepare(folder / "empty")
        for number in count():
            empty, filled = (_start(studio, folder / name) for name in ("empty", "filled"))
            if number:
                yield Starting(filled, empty)


def _start(studio: Server, folder: Path) -> float:
    began = time.monotonic()
    with showcaller(studio, folder):
        return time.monotonic() - began
