"""From a slash command to its acknowledgement while the bot is at work: 200 shows are going live, and the provider answers nothing.

Beside it an idle bot on the same machine, asked in turns, a burst each.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from tests.bench import rundown
from tests.bench.acknowledging import ask
from tests.bench.figures import Times
from tests.bench.stage import KeptConnection, metric, order, running, showcaller

RUNNING = 200
TIMES_AS_LONG = 3.0
"""What is wanted: the 99th percentile at most so many times the idle bot's."""

BURST, BURSTS, WARM_UP = 25, 8, 2
TIMEOUT = 60.0
"""Real seconds for which the bot waits for one answer of the provider."""


@dataclass(frozen=True, slots=True)
class Busy:
    """Both in one round."""

    busy: Times
    idle: Times
    running: int
    """Operations that were still running at the end of the round."""

    @property
    def tail(self) -> float:
        """The busy bot's 99th percentile as a multiple of the idle one's."""
        return self.busy.p99 / self.idle.p99

    @property
    def middle(self) -> float:
        """The same of the medians."""
        return self.busy.median / self.idle.median


def measure(folder: Path, *, operations: int = RUNNING, bursts: int = BURSTS) -> Generator[Busy]:
    """One round of turns after the other, for as long as they are asked for."""
    with ExitStack() as stack:
        studio = stack.enter_context(running("studio", {"streams": operations}, folder))
        for at_work in ("idle", "busy"):
            rundown.prepare(folder / at_work, rundown.going(studio) if at_work == "busy" else ())
        order(studio, "hang")
        bots = [stack.enter_context(showcaller(studio, folder / name, timeout=TIMEOUT)) for name in ("idle", "busy")]
        idle, busy = (stack.enter_context(closing(KeptConnection(bot.port))) for bot in bots)
        _wait_until(busy, operations)
        number = 0
        while True:
            took: tuple[list[float], list[float]] = ([], [])
            for _ in range(bursts if number else WARM_UP):
                for line, times in zip((idle, busy), took, strict=True):
                    times += [ask(studio, line) for _ in range(BURST)]
            if number:
                yield Busy(Times.of(took[1]), Times.of(took[0]), int(metric(busy, "operations_running")))
            number += 1


def _wait_until(line: KeptConnection, operations: int) -> None:
    until = time.monotonic() + 20
    while (there := int(metric(line, "operations_running"))) != operations:
        assert time.monotonic() < until, f"{there} operations are running"
        time.sleep(0.05)
