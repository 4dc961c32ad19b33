"""What people read, held against what they were due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tally:
    """How often each thing was left out, and how often it was said too often or without reason."""

    missing: Counter[str]
    doubled: Counter[str]


def tally(due: Mapping[str, int], said: Mapping[str, int]) -> Tally:
    """Count what differs."""
    return Tally(Counter(due) - Counter(said), Counter(said) - Counter(due))
