"""What the provider itself says about a show that was played: each effect once, in time, and nothing left on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from bot.sandbox.cloud import Cloud

ON_TIME = timedelta(seconds=10)
"""How late an effect that is due at a moment may be, in show time."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What was planned."""

    start: datetime
    end: datetime


def differences(cloud: Cloud, plan: Expected, zone: tzinfo) -> list[str]:
    """What is not as it should be, one sentence each; empty when the show was what was planned."""
    wrong = []
    happened = Counter(cloud.ledger.kinds())
    for kind in sorted({*cloud.course.effects, *happened}):
        wanted, found = cloud.course.effects.get(kind, 0), happened[kind]
        if wanted != found:
            wrong.append(f"“{kind}” happened {_times(found)} instead of {_times(wanted)}")
    wrong += _late(cloud, cloud.course.begins, plan.start, zone)
    wrong += _late(cloud, cloud.course.ends, plan.end + cloud.course.countdown, zone)
    return wrong + cloud.left_on()


def _late(cloud: Cloud, kind: str, due: datetime, zone: tzinfo) -> list[str]:
    return [
        f"“{kind}” was at {_clock(effect.at, zone)}, planned for {_clock(due, zone)}"
        for effect in cloud.ledger.of(kind)
        if not due <= effect.at <= due + ON_TIME
    ]


def summary(cloud: Cloud, zone: tzinfo) -> str:
    """The show in the provider's own figures, for one that went as planned."""
    on = cloud.ledger.of(cloud.course.begins or "live")[0].at
    off = cloud.ledger.of(cloud.course.ends or "off")[-1].at
    kept, dark = len(cloud.ledger.of(cloud.course.kept)), cloud.ledger.of("off")[-1].at
    recordings = f"{kept} recording{'s' if kept != 1 else ''} ready"
    return f"on air once, {_clock(on, zone)}–{_clock(off, zone)}, {recordings}, signal off {_clock(dark, zone)}, nothing left on."


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _clock(when: datetime, zone: tzinfo) -> str:
    return f"{when.astimezone(zone):%H:%M:%S}"
