"""Exponential back-off with jitter: how long to stay away after so many failures in a row."""

from __future__ import annotations

import random
from dataclasses import dataclass

JITTER = 0.25
"""By so much of itself a wait may be longer, so that many who failed together do not try again together."""


@dataclass(frozen=True, slots=True)
class BackoffPolicy:
    """The wait is `first` after one failure and twice as long with each further one, up to `longest`. All values are real seconds.

    `longest_wanted` is for how long the other side can ask to be left alone; asked for more, it is tried after that.
    """

    first: float
    longest: float
    longest_wanted: float
    jitter: float = JITTER

    def delay(self, failures: int, wanted: float | None = None) -> float:
        """Seconds until the next try after so many failures in a row (at least one).

        Never less than what the other side wants (`wanted`, from a Retry-After), within `longest_wanted`. From one failure to the
        next it does not become shorter.
        """
        grown = self.first * 2.0 ** min(failures - 1, 30) * random.uniform(1.0, 1.0 + self.jitter)  # noqa: S311 (guards nothing)
        return max(min(grown, self.longest), min(wanted or 0.0, self.longest_wanted))


@dataclass(slots=True)
class Backoff:
    """Counts failures in a row; the waits begin with `first` and grow to `longest` (real seconds)."""

    first: float = 0.5
    longest: float = 30.0
    failures: int = 0
    """In a row."""

    def failed(self) -> float:
        """Count a failure; the seconds to wait before the next try."""
        self.failures += 1
        return BackoffPolicy(self.first, self.longest, self.longest).delay(self.failures)

    def succeeded(self) -> int:
        """Begin anew; how many failures in a row there were."""
        failures, self.failures = self.failures, 0
        return failures
