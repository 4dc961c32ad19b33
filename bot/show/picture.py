"""Whether the picture of a show has become worse than it was shortly before its start, and for how long: pure rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.model import Flaw, Picture, Quality
from bot.show.defaults import Defaults

BITRATE, FPS, SPEED, SLOW = "bitrate", "fps", "speed", "slow"
"""The kinds of flaw. `speed` and `slow` are of the provider's converting, the second so bad that people are called."""

KINDS = (SLOW, SPEED, FPS, BITRATE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A picture after a look: the kinds of which the crew is to be told that they are worse, or well again."""

    picture: Picture
    worse: tuple[str, ...] = ()
    well: tuple[str, ...] = ()


def measured(picture: Picture | None, quality: Quality, now: datetime) -> Picture | None:
    """What later pictures are held against: the first one that says something, and what it left out as soon as it is told."""
    if picture is None:
        told = quality.fps is not None or quality.kbps is not None or quality.speed is not None
        return Picture(now, quality.fps, quality.kbps) if told else None
    if (picture.fps is None and quality.fps is not None) or (picture.kbps is None and quality.kbps is not None):
        fps, kbps = (old if old is not None else new for old, new in ((picture.fps, quality.fps), (picture.kbps, quality.kbps)))
        return replace(picture, fps=fps, kbps=kbps)
    return picture


def held_against(picture: Picture, quality: Quality, now: datetime, figures: Defaults, *, quiet: bool = False) -> Verdict:
    """Hold what is seen now against the picture of before: told once it has lasted, and of one kind once per flap window.

    While `quiet` nothing becomes news; what is still so afterwards does then.
    """
    judged, flaws, told = _judged(picture, quality, figures), dict[str, Flaw](), dict(picture.told)
    worse, well = list[str](), list[str]()
    for kind in KINDS:
        flaw, poor = picture.flaws.get(kind), judged.get(kind)
        if poor:
            flaw = replace(flaw, better_at=None) if flaw else Flaw(now)
            recently = kind in told and now - told[kind] < figures.flap_window
            if not (flaw.told or quiet or recently) and now - flaw.since >= figures.quality_hold:
                flaw, told[kind] = replace(flaw, told=True), now
                worse.append(kind)
        elif flaw is not None and flaw.told:
            since = flaw.better_at or now
            flaw = replace(flaw, better_at=since if poor is False else None)
            if poor is False and now - since >= figures.quality_hold:
                flaw = None
                well.append(kind)
        else:
            flaw = None
        if flaw is not None:
            flaws[kind] = flaw
    return Verdict(replace(picture, flaws=flaws, told=told), tuple(worse), tuple(well))


def _judged(picture: Picture, quality: Quality, figures: Defaults) -> Mapping[str, bool]:
    """By kind, whether the picture has that flaw now. What the provider does not tell is left out: nothing is known of it."""
    found = {}
    if quality.speed is not None:
        percent = round(100 * quality.speed, 1)
        found[SLOW], found[SPEED] = percent < figures.quality_speed_alarm, percent < figures.quality_speed
    if quality.fps is not None and picture.fps:
        found[FPS] = quality.fps <= picture.fps * figures.quality_fps / 100
    if quality.kbps is not None and picture.kbps:
        found[BITRATE] = quality.kbps < picture.kbps * figures.quality_bitrate / 100
    return found
