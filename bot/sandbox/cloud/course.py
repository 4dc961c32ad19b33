"""What a whole show leaves in a vendor's ledger, for telling from outside whether it went as planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Course:
    """A recorded show whose signal was interrupted once: every effect and how often it has to have happened; nothing else may have.

    `begins` and `ends` are the effects that let viewers in and send them home at the planned moments; empty where the encoder
    decides. `kept` is the effect of a recording that can be watched. `countdown` is how long after the planned end the vendor is
    asked, where that cannot be taken back.
    """

    effects: Mapping[str, int]
    begins: str
    ends: str
    kept: str
    countdown: timedelta = timedelta(0)
