"""What a provider can do, row by row in words: the README's table and what Slack shows are made of the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.providers.base.capabilities import Capabilities, Field, Gate, Kept, Recording
from bot.providers.base.provider import FAMILIES

GATES: Mapping[Gate, str] = {
    Gate.CALL: "a call to the provider",
    Gate.PAGE: "the page; in a show without one, the encoder",
    Gate.NONE: "the encoder",
}


@dataclass(frozen=True, slots=True)
class Ability:
    """One row: `how` it can be done, or what can be done instead. `able` is None where it is no question of yes or no."""

    what: str
    how: str
    able: bool | None = None

    @property
    def cell(self) -> str:
        """The row's answer as one text."""
        word = {True: "yes", False: "no", None: ""}[self.able]
        return ": ".join(part for part in (word, self.how) if part)


def abilities(one: Capabilities) -> tuple[Ability, ...]:
    """Every row but those of the fields, the same ones in the same order for each provider."""
    return (
        Ability("who lets viewers in", GATES[one.gate]),
        Ability("a lost signal is known after", f"about {one.detection.total_seconds():g} s"),
        Ability("requests at most", f"{one.requests_per_second:g} a second"),
        *(Ability(words, _how(one, family), bool(getattr(one, family))) for family, words in FAMILIES.items()),
    )


def settable(one: Capabilities) -> tuple[Ability, ...]:
    """The rows that name the fields."""
    return (
        Ability("fields of a stream that can be set", _names(one.stream_fields)),
        Ability("fields of a page that can be set", _names(one.pages.fields if one.pages else ())),
    )


def _how(one: Capabilities, family: str) -> str:
    if not getattr(one, family):
        return one.instead.get(family, "")
    match family:
        case "switch" if one.switch and one.switch.quota:
            return f"counts against {one.switch.quota}"
        case "recording" if one.recording:
            return _kept(one, one.recording)
        case "pages" if one.pages:
            return one.pages.word + ("" if one.pages.pausable else "; no pause text")
        case "restreams" if one.restreams:
            way = "" if one.restreams.switchable else "; off means taken away there"
            return f"arrival is {'' if one.restreams.reports else 'not '}reported{way}"
        case "videos" if one.videos and one.videos.renamable:
            return "can be renamed"
        case _:
            return ""


def _kept(one: Capabilities, recording: Recording) -> str:
    """How what was shown is kept."""
    match recording.kept:
        case Kept.LIVE:
            shows, shortest = recording.roll_delay.total_seconds(), recording.shortest.total_seconds()
            part = f", a part is at least {shortest:g} s long" if shortest else ""
            cut = f", cut into parts of {recording.cut.total_seconds() / 3600:g} h" if recording.cut else ""
            return f"started and stopped at any time, shows after up to {shows:g} s{part}{cut}"
        case Kept.CREATION:
            what = one.pages.word if recording.on_page and one.pages else one.stream_word
            hours = recording.expires.total_seconds() / 3600 if recording.expires else 0
            expires = f"; it expires after about {hours:g} h, so the whole show is cut out at its end" if hours else ""
            return f"`{recording.field}`, chosen when the {what} is made{expires}"
        case Kept.END:
            return "by the way in which the show is ended"


def _names(fields: Iterable[Field]) -> str:
    return ", ".join(f"`{field.name}`" for field in fields)
