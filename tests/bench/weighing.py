"""How much memory the bot holds with 10,000 shows in its database and 200 on air, beside one with none; and whether it grows.

The traffic of the soak is webhooks of all the streams on air and commands of the crew, evenly mixed, at a steady pace.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench import rundown
from tests.bench.acknowledging import ask
from tests.bench.stage import KeptConnection, Server, order, running, showcaller, webhook

STORED, LIVE = 10_000, 200
EXPECTED = 130
"""Megabytes with all of that."""

GROWTH, TIMES_AS_HEAVY = 1.05, 1.25
"""What is wanted: in the last third of a soak at most so many times as much as in the second; with all shows, as with none."""

WEBHOOKS, COMMANDS = 50.0, 5.0
"""A second, in the soak."""

SAMPLES = 60


@dataclass(frozen=True, slots=True)
class Weighing:
    """Resident megabytes."""

    empty: float
    """The bot without any show."""
    full: float
    """The bot with all shows, before any traffic."""
    soak: tuple[float, ...]
    """Through the soak, evenly spaced."""
    seconds: float
    """Real seconds that the soak lasted."""
    served: int
    """Webhooks and commands answered in it."""

    @property
    def growth(self) -> float:
        """The median of the last third as a multiple of that of the second."""
        third = len(self.soak) // 3
        return median(self.soak[-third:]) / median(self.soak[third:-third])

    @property
    def heavier(self) -> float:
        """All shows as a multiple of none, before any traffic."""
        return self.full / self.empty


def measure(folder: Path, *, seconds: float, stored: int = STORED, live: int = LIVE, hurry: float = 1.0) -> Weighing:
    """One bot of each kind, then a soak of that many real seconds with `hurry` times the traffic.

    In a hurry Slack's pace is left out: at one post a second in the channel that all shows share, ever more would wait.
    """
    with ExitStack() as stack:
        studio = stack.enter_context(running("studio", {"streams": live}, folder))
        for stream in studio.ready["streams"]:
            order(studio, f"on {stream}")
        rundown.prepare(folder / "empty")
        rundown.prepare(folder / "full", rundown.over(studio, stored), rundown.on_air(studio))
        empty = stack.enter_context(showcaller(studio, folder / "empty"))
        full = stack.enter_context(showcaller(studio, folder / "full", unpaced=hurry > 1))
        time.sleep(min(5.0, seconds / 10))  # the first looks
        before = resident(empty), resident(full)
        served, soak = zip(*((many, resident(full)) for many in _traffic(studio, full, seconds, hurry)), strict=True)
        return Weighing(*before, soak, seconds, served[-1])


def _traffic(studio: Server, bot: Server, seconds: float, hurry: float) -> Iterator[int]:
    """Yields `SAMPLES` times, with how many were answered until then."""
    chance, streams = random.Random(7), list(studio.ready["streams"])
    served, began = 0, time.monotonic()
    commands = COMMANDS / (COMMANDS + WEBHOOKS)
    with closing(KeptConnection(bot.port)) as line:
        for sample in range(1, SAMPLES + 1):
            until = began + seconds * sample / SAMPLES
            while (now := time.monotonic()) < until:
                if chance.random() < commands:
                    ask(studio, line)
                else:
                    status, _ = line.ask(webhook(chance.choice(streams), live=chance.random() < 0.9))
                    assert status == 200, f"a webhook was answered {status}"
                served += 1
                due = began + served / ((WEBHOOKS + COMMANDS) * hurry)
                time.sleep(max(0.0, due - now))
            yield served


def resident(server: Server) -> float:
    """Megabytes of memory that a process holds (Linux)."""
    status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="utf-8").splitlines()
    [line] = [line for line in status if line.startswith("VmRSS:")]
    return int(line.split()[1]) / 1024


def shape(soak: Sequence[float]) -> str:
    """A soak in a few figures, from its beginning to its end."""
    step = max(1, len(soak) // 6)
    return ", ".join(f"{megabytes:.0f}" for megabytes in soak[step - 1 :: step])
