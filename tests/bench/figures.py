"""The figures of a measurement: medians and tails in milliseconds, and the floor below which no durable answer can be."""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import median
from typing import TypeVar

Round = TypeVar("Round")


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of many tries."""

    median: float
    p99: float
    tries: int

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Times:
        """From seconds; ValueError of none."""
        ordered = sorted(seconds)
        return cls(median(ordered) * 1000, ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000, len(ordered))

    def __str__(self) -> str:
        return f"median {self.median:.2f} ms, p99 {self.p99:.2f} ms of {self.tries}"


@dataclass(frozen=True, slots=True)
class Ratios:
    """One ratio for each pair of turns, the control's and ours right after it; what counts is the median over the pairs."""

    median: float
    lowest: float
    highest: float
    pairs: int

    @classmethod
    def of(cls, ratios: Iterable[float]) -> Ratios:
        """From the ratio of each pair; ValueError of none."""
        found = list(ratios)
        return cls(median(found), min(found), max(found), len(found))

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.lowest:.2f} to {self.highest:.2f} in {self.pairs} pairs)"


def first(many: int, contest: Generator[Round]) -> list[Round]:
    """That many rounds of a contest, which then ends."""
    with closing(contest):
        return list(islice(contest, many))


def disk(folder: Path, *, tries: int = 25, pause: float = 0.003) -> Times:
    """How long this disk takes to keep 4 KiB just now: what every committed answer contains and the others do not."""
    took = []
    file = os.open(folder / "floor", os.O_CREAT | os.O_WRONLY)
    os.pwrite(file, bytes(4096), 0)
    os.fdatasync(file)
    for _ in range(tries):
        time.sleep(pause)
        began = time.monotonic()
        os.pwrite(file, bytes(4096), 0)
        os.fdatasync(file)
        took.append(time.monotonic() - began)
    os.close(file)
    return Times.of(took)
