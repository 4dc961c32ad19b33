"""From a slash command to its acknowledgement, over signed HTTP on one kept connection: the whole bot against bare Bolt.

The bot's acknowledgement includes the committed request row. The contestants take turns, a burst of commands each, so that what
else the machine does hits all alike. All are asked at the same pace: a pause after each answer lets the bot finish what it does
after an acknowledgement, and without the same pause the others would be measured with warmer caches.
"""

from __future__ import annotations

import itertools
import sqlite3
import time
from collections.abc import Generator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figures import Times
from tests.bench.stage import KeptConnection, Server, command, database, running, showcaller

TIMES_FASTER, TIMES_AS_LONG = 10, 2.5
"""What is wanted: at least, than Bolt as it comes; at most, as Bolt with `process_before_response`, which stores nothing."""

AS_LONG_AS_KEPT = 1.0
"""At most, as that same Bolt where its listener commits such a row in a thread, which is what keeping it costs anybody."""

AS_LONG_AS_LEAST = 1.6
"""At most, as the least that can prove a command and keep it: no Bolt, no router, and the loop itself waits for the disk."""

PAUSE = 0.003
"""Real seconds between an answer and the next command."""

BURST = 25
"""Commands to one contestant before the next has its turn."""

WARM_UP = 2
"""Bursts that are not counted."""


@dataclass(frozen=True, slots=True)
class Acknowledging:
    """How long each took, and by how much the medians differ."""

    ours: Times
    default: Times
    pbr: Times
    keeping: Times
    """`pbr` that commits a row of each request before it acknowledges."""
    least: Times
    """Our check of the signature and a committed row, and nothing else."""

    @property
    def faster_than_default(self) -> float:
        """How many times faster than a bare `AsyncApp`."""
        return self.default.median / self.ours.median

    @property
    def of_pbr(self) -> float:
        """How many times as long as a bare `AsyncApp` with `process_before_response` and one listener."""
        return self.ours.median / self.pbr.median

    @property
    def of_keeping(self) -> float:
        """How many times as long as the same where it keeps the request too."""
        return self.ours.median / self.keeping.median

    @property
    def of_least(self) -> float:
        """How many times as long as the least that proves a command and keeps it."""
        return self.ours.median / self.least.median

    @property
    def least_of_pbr(self) -> float:
        """How many times as long that least takes as `pbr`: what no bot that keeps its commands gets below on this disk."""
        return self.least.median / self.pbr.median


def measure(folder: Path, *, bursts: int) -> Generator[Acknowledging]:
    """One round of turns after the other, for as long as they are asked for.

    AssertionError if any command was not acknowledged silently, or its row is missing.
    """
    with ExitStack() as stack:
        studio = stack.enter_context(running("studio", {"streams": 1}, folder))
        bolt = {key: studio.ready[key] for key in ("token", "secret", "api_url")}
        default = stack.enter_context(running("bolt", {**bolt, "pbr": False}, folder))
        pbr = stack.enter_context(running("bolt", {**bolt, "pbr": True}, folder))
        keeping = stack.enter_context(running("bolt", {**bolt, "pbr": True, "keeps": str(folder / "kept.db")}, folder))
        least = stack.enter_context(running("least", {**bolt, "keeps": str(folder / "least.db")}, folder))
        ours = stack.enter_context(showcaller(studio, folder))
        lines = [stack.enter_context(closing(KeptConnection(server.port))) for server in (default, pbr, keeping, least, ours)]
        _round(studio, lines, WARM_UP)
        for number in itertools.count(1):
            of_default, of_pbr, of_keeping, of_least, of_ours = map(Times.of, _round(studio, lines, bursts))
            rows, sent = _request_rows(folder), (WARM_UP + number * bursts) * BURST
            assert rows == sent, f"{sent} commands were acknowledged and {rows} requests committed"
            yield Acknowledging(of_ours, of_default, of_pbr, of_keeping, of_least)


def _round(studio: Server, lines: list[KeptConnection], bursts: int) -> list[list[float]]:
    took: list[list[float]] = [[] for _ in lines]
    for _ in range(bursts):
        for line, times in zip(lines, took, strict=True):
            times += [ask(studio, line) for _ in range(BURST)]
    return took


def ask(studio: Server, line: KeptConnection) -> float:
    """Seconds from a command to its silent acknowledgement; AssertionError where it was none."""
    sent = command(studio)
    began = time.monotonic()
    status, body = line.ask(sent)
    took = time.monotonic() - began
    assert (status, body) == (200, b""), f"answered {status} {body!r}"
    time.sleep(PAUSE)
    return took


def _request_rows(folder: Path) -> int:
    with closing(sqlite3.connect(f"file:{database(folder)}?mode=ro", uri=True)) as db:
        return int(db.execute("SELECT count(*) FROM requests").fetchone()[0])
