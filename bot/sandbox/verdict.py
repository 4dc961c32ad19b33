"""What the provider itself says about a show that was played: each effect once, in time, and nothing left on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from bot.sandbox.gcore import GcoreCloud

ON_TIME = timedelta(seconds=10)
"""How late an effect that is due at a moment may be, in show time."""

ONE_INTERRUPTION = {
    "stream created": 1,
    "broadcast created": 1,
    "enabled": 1,
    "live": 2,
    "recording started": 2,
    "broadcast live": 1,
    "off": 2,
    "recording stopped": 2,
    "video created": 2,
    "video viewable": 2,
    "video ready": 2,
    "video renamed": 2,
    "broadcast finished": 1,
    "disabled": 1,
}
"""Every effect of a show whose signal was interrupted once, and how often it has to have happened; nothing else may have."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What was planned."""

    start: datetime
    end: datetime


def differences(cloud: GcoreCloud, plan: Expected, zone: tzinfo) -> list[str]:
    """What is not as it should be, one sentence each; empty when the show was what was planned."""
    wrong = []
    happened = Counter(cloud.ledger.kinds())
    for kind in sorted({*ONE_INTERRUPTION, *happened}):
        wanted, found = ONE_INTERRUPTION.get(kind, 0), happened[kind]
        if wanted != found:
            wrong.append(f"“{kind}” happened {_times(found)} instead of {_times(wanted)}")
    wrong += _late(cloud, "broadcast live", plan.start, zone) + _late(cloud, "broadcast finished", plan.end, zone)
    wrong += _left_on(cloud)
    return wrong


def _late(cloud: GcoreCloud, kind: str, due: datetime, zone: tzinfo) -> list[str]:
    return [
        f"“{kind}” was at {_clock(effect.at, zone)}, planned for {_clock(due, zone)}"
        for effect in cloud.ledger.of(kind)
        if not due <= effect.at <= due + ON_TIME
    ]


def _left_on(cloud: GcoreCloud) -> list[str]:
    wrong = []
    for number in {effect.id for effect in cloud.ledger.of("stream created")}:
        stream = cloud.stream(number)
        left = {"enabled": stream.active, "on air": stream.on_air, "recording": stream.recording is not None}
        wrong += [f"the stream is still {what}" for what, is_so in left.items() if is_so]
    pages = [effect.kind for effect in cloud.ledger if effect.kind.startswith("broadcast ")]
    if pages and pages[-1] != "broadcast finished":
        wrong.append(f"viewers' page: the last thing that happened is “{pages[-1]}”")
    return wrong


def summary(cloud: GcoreCloud, zone: tzinfo) -> str:
    """The show in the provider's own figures, for one that went as planned."""
    on, off = cloud.ledger.of("broadcast live")[0].at, cloud.ledger.of("broadcast finished")[-1].at
    recordings, dark = len(cloud.ledger.of("video ready")), cloud.ledger.of("off")[-1].at
    return (
        f"on air once, {_clock(on, zone)}–{_clock(off, zone)}, {recordings} recordings ready, "
        f"stream off {_clock(dark, zone)}, nothing left on."
    )


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def _clock(when: datetime, zone: tzinfo) -> str:
    return f"{when.astimezone(zone):%H:%M:%S}"
