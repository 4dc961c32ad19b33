"""Whether pictures arrive at AIOZ, which tells no live state: inferred from what moves between two looks at a streaming."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.model import PageState

MOST_REMEMBERED = 200
"""Streamings; the ones longest not looked at are forgotten."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """What one look tells of a streaming: milliseconds, frames and kbit per second. None: not told."""

    at: datetime
    duration: float | None = None
    fps: float | None = None
    kbps: float | None = None

    @property
    def fed(self) -> bool | None:
        """Whether the statistic says that something comes in."""
        told = [value for value in (self.fps, self.kbps) if value is not None]
        return any(value > 0 for value in told) if told else None

    @property
    def inflow(self) -> str:
        """What comes in, as people read it."""
        return f"{self.kbps:,.0f} kbit/s in" if self.kbps else f"{self.fps or 0:g} fps in"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether there is a signal, and from what that is inferred."""

    signal: bool | None
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class _Felt:
    """The memory of a streaming: its last vitals, the first look at it, and the last sign of life."""

    vitals: Vitals
    since: datetime
    alive_at: datetime | None = None
    evidence: str = ""


class Pulses:
    """Remembers the streamings that are looked at. `patience` is how long nothing may move before the signal counts as gone."""

    def __init__(self, patience: timedelta) -> None:
        self._patience = patience
        self._felt: dict[str, _Felt] = {}

    def feel(self, streaming: str, vitals: Vitals, phase: PageState | None) -> Verdict:
        """Compare with the last look. `phase` is what the status word means, None for a word that is not known.

        A look that was overtaken by a younger one changes nothing.
        """
        before = self._felt.pop(streaming, None)
        if before is None:
            felt = self._first(vitals)
        elif vitals.at < before.vitals.at:
            felt = before
        else:
            felt = _next(before, vitals, phase)
        self._felt[streaming] = felt
        while len(self._felt) > MOST_REMEMBERED:
            del self._felt[next(iter(self._felt))]
        if phase is PageState.FINISHED:
            return Verdict(False)
        return self._verdict(felt, phase)

    def _first(self, vitals: Vitals) -> _Felt:
        """With nothing to compare, the statistic decides."""
        return _Felt(vitals, vitals.at, vitals.at, vitals.inflow) if vitals.fed else _Felt(vitals, vitals.at)

    def _verdict(self, felt: _Felt, phase: PageState | None) -> Verdict:
        now = felt.vitals
        if felt.alive_at is not None:
            alive = now.at - felt.alive_at < self._patience
            return Verdict(alive, felt.evidence if alive else "")
        never_began = not now.duration and (phase is PageState.PENDING or now.fed is False)
        watched_long_enough = now.at - felt.since >= self._patience
        return Verdict(False if never_began or watched_long_enough else None)


def _next(before: _Felt, vitals: Vitals, phase: PageState | None) -> _Felt:
    if vitals.duration is None:
        vitals = replace(vitals, duration=before.vitals.duration)
    sign = _sign(before.vitals, vitals, phase)
    if sign:
        return _Felt(vitals, before.since, vitals.at, sign)
    return replace(before, vitals=vitals)


def _sign(before: Vitals, now: Vitals, phase: PageState | None) -> str:
    """What has moved, empty if nothing has.

    AIOZ may count `duration` by the clock from the first picture on, also after the end (so does the server code it once
    published): under a status word that is not known, it counts only while the statistic does not deny it. A figure that stands
    still is no sign: it may be left over.
    """
    grown = (now.duration or 0) - (before.duration or 0)
    if grown > 0 and before.duration is not None and (phase is not None or now.fed is not False):
        return f"duration +{grown / 1000:.0f} s" if grown >= 1000 else "duration rises"
    return now.inflow if now.fed and (now.fps, now.kbps) != (before.fps, before.kbps) else ""
