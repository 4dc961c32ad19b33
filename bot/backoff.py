"""Exponential back-off with jitter: how long to stay away after so many failures in a row."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(slots=True)
class Backoff:
    """Seconds to wait after each failure: `first`, then twice as long each time up to `longest`, a quarter less at random."""

    first: float = 0.5
    longest: float = 30.0
    failures: int = 0
    """In a row."""

    def failed(self) -> float:
        """Count a failure; the seconds to wait before the next try."""
        self.failures += 1
        wanted = min(self.longest, self.first * 2.0 ** min(self.failures - 1, 30))
        return wanted * random.uniform(0.75, 1.0)  # noqa: S311 - spreads tries, guards nothing

    def succeeded(self) -> int:
        """Begin anew; how many failures in a row there were."""
        failures, self.failures = self.failures, 0
        return failures
