"""The settings by which shows are called: the name, unit, limit and meaning of every figure in `bot.show.defaults`."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.show.defaults import Defaults


class Unit(StrEnum):
    """What a figure is counted in; it ends the setting's name."""

    SECONDS = "seconds"
    MINUTES = "minutes"
    PERCENT = "percent"
    TIMES = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as people set it. `least` and `most` are in its unit."""

    unit: Unit
    meaning: str
    least: float = 0
    most: float = 24 * 60


def _s(meaning: str, *, least: float = 0, most: float = 3600) -> Figure:
    return Figure(Unit.SECONDS, meaning, least, most)


def _m(meaning: str, *, least: float = 0, most: float = 24 * 60) -> Figure:
    return Figure(Unit.MINUTES, meaning, least, most)


def _percent(meaning: str) -> Figure:
    return Figure(Unit.PERCENT, meaning, 0, 100)


FIGURES: Mapping[str, Figure] = {
    "open_lead": _m("before the start, the stream is turned on"),
    "fetch_lead": _m("before the start, a stream is turned on whose picture the provider fetches from a source"),
    "encoder_ask_lead": _m("before the start, the crew is asked to connect the encoder, where a gate keeps viewers out"),
    "check_leads": _m("before the start, checks whose reds are posted to the crew", most=7 * 24 * 60),
    "caller_lead": _m("before the start, the show caller is told that it goes live by itself"),
    "steady": _s("signal without a gap before a show goes live by itself"),
    "go_window": _s("after the start, a show still goes live by itself; later the bot asks"),
    "go_early": _m("more than this before the start, going live is asked about"),
    "go_give_up": _m("after the start without signal, the bot asks whether to cancel"),
    "roll_lead": _s("before the start, recording is started"),
    "roll_confirm": _s("in which the provider has to confirm a recording before it is asked again, or the alarm rings", least=1),
    "roll_tries": Figure(Unit.TIMES, "how often a recording is asked for before the alarm rings", 1, 10),
    "roll_pause": _s("between two such tries"),
    "cut_note_lead": _m("before a provider cuts a long recording into a new part, the thread is told"),
    "remind_grace": _m("a reminder may be late by this, and never later than what it is about"),
    "finish_grace": _m("a finish may be late by this and still runs, saying so; later the bot asks"),
    "end_warnings": _m("before the end, warnings with buttons"),
    "overrun_first": _m("after the end, the crew is asked about an overrun for the first time"),
    "overrun_every": _m("between two such questions", least=1),
    "overrun_limit": _m("after the end, the limit at which an overrun without an answer is finished", most=240),
    "silent_end": _s("without signal after the end before the show is finished"),
    "save_after": _s("after the last signal, a recording that expires is cut out to be kept"),
    "save_alarm": _m("after the start, the crew is told of a recording that expires and is not kept yet"),
    "encoder_stop_nags": _m("after the end, the crew is asked to stop an encoder that nothing else can stop"),
    "encoder_stop_every": _m("between two such requests after that, until it is silent", least=1),
    "undo": _s("in which a finish can be taken back before recording and stream are stopped"),
    "back_on_air": _m("after going off, *Back on air* is offered"),
    "off_confirm": _s("in which a provider has to report a stream as off before the alarm rings", least=1),
    "stream_kept_for_next": _m("a stream stays on when another show on it is due within this"),
    "due_here": _m("a show counts as due in its channel this long before its start"),
    "recovery_hold": _s("signal without a gap before the all-clear"),
    "recovery_hold_most": _s("the longest such hold, which doubles with each flap"),
    "flap_window": _m("an outage within this after the last one is a flap"),
    "quick_return": _s("signal back within this edits the alarm's post and nothing else"),
    "ladder": _s("after an alarm that nobody took, the next people are called"),
    "ladder_every": _m("between two calls after that", least=1),
    "claim_lapse": _m("a claim on an alarm lapses when the signal is still gone"),
    "backup_again": _m("on the backup that nobody noted, people are told again", least=1),
    "quiet": _m("alarms stay quiet when asked to"),
    "blind_alarm": _s("without an answer from the provider on air before the bot says that it cannot see"),
    "quality_hold": _s("a picture has to be worse, or well again, before the crew is told"),
    "quality_bitrate": _percent("of the bitrate shortly before the start, below which the thread is told"),
    "quality_fps": _percent("of the frame rate shortly before the start, at or below which the thread is told"),
    "quality_speed": _percent("of real time at which the provider converts the picture, below which the thread is told"),
    "quality_speed_alarm": _percent("of real time at which the provider converts the picture, below which people are called"),
    "viewers_every": _s("between two counts of viewers", least=5),
    "no_viewers_after": _m("after it went live, the thread is told if nobody has watched yet"),
    "look_open": _s("between two looks at an open show", least=1),
    "look_near": _s("between two looks from shortly before the start until it is off", least=1),
    "look_near_lead": _m("before the start, looks become frequent"),
    "look_idle": _m("between two looks at a stream that is on without a show", least=1),
    "look_video": _s("between two looks at a recording being processed", least=1),
    "look_video_fast_for": _m("a recording is looked at that often"),
    "look_video_slow": _m("between two looks after that", least=1),
    "look_video_for": _m("a recording is looked at altogether", most=7 * 24 * 60),
    "left_on": _m("after the finish, the bot asks about a stream that was left on"),
    "length": _m("how long a show is when nobody said", least=1),
    "clip_last": _s("how long a clip is when nobody said", least=5),
    "clip_delay": _s("a viewer's player is behind, where that person said nothing else", most=600),
    "clip_settle": _s("after a clip was asked for and its last moment is over, before the provider is asked for it"),
    "clip_asks": _m("a clip longer than this is asked about first", least=1),
    "marker_before": _s("a clip begins before the mark that it begins with"),
    "marker_after": _s("a clip ends after the mark that it ends with"),
    "look_clip": _s("between two looks at a clip that cannot be played yet", least=1),
    "clip_patience": _m("a clip is waited for before it is told to have failed", least=1),
}
"""By the name in `Defaults`. A test says so when the two differ."""


def setting_name(figure: str) -> str:
    """The environment's name for a figure: `open_lead` is OPEN_LEAD_MINUTES."""
    unit = FIGURES[figure].unit
    return "_".join(part for part in (figure, unit.value) if part).upper()


def shown(figure: str) -> str:
    """A figure's default as one would write it in the environment."""
    value = getattr(Defaults(), figure)
    return ",".join(_number(each, FIGURES[figure].unit) for each in (value if isinstance(value, tuple) else (value,)))


def read_figures(values: Mapping[str, str]) -> tuple[Defaults, list[str]]:
    """The figures of an environment, and a line for each that cannot be used."""
    usual = Defaults()
    given: dict[str, object] = {}
    problems: list[str] = []
    for name, figure in FIGURES.items():
        text = values.get(setting_name(name), "").strip()
        if text:
            try:
                given[name] = _read(text, figure, several=isinstance(getattr(usual, name), tuple))
            except ValueError as why:
                problems.append(f"{setting_name(name)} {why}")
    return dataclasses.replace(usual, **given), problems  # type: ignore[arg-type]


def _number(value: timedelta | int, unit: Unit) -> str:
    if isinstance(value, int):
        return str(value)
    return f"{value / timedelta(**{unit.value: 1}):g}"


def _read(text: str, figure: Figure, *, several: bool) -> timedelta | int | tuple[timedelta | int, ...]:
    if not several:
        return _one(text, figure)
    return tuple(_one(each.strip(), figure) for each in text.split(",") if each.strip())


def _one(text: str, figure: Figure) -> timedelta | int:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    whole = figure.unit in (Unit.PERCENT, Unit.TIMES)
    if not figure.least <= number <= figure.most or (whole and number != int(number)):
        kind = "whole number" if whole else "number"
        counted = f"{kind} of {figure.unit.value}" if figure.unit.value else kind
        raise ValueError(f"is not a {counted} from {figure.least:g} to {figure.most:g}: correct it, or remove it for the default.")
    return int(number) if whole else timedelta(**{figure.unit.value: number})
