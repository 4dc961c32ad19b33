"""A picture that has become worse: a line in the thread, and a call for people where the provider cannot keep up with it."""

from __future__ import annotations

from dataclasses import replace

from bot.model import Picture, Quality, Show, ShowState
from bot.providers.base import Capabilities
from bot.show.defaults import Defaults
from bot.show.draft import Draft
from bot.show.picture import BITRATE, FPS, SLOW, SPEED, held_against, measured
from bot.slack import notices
from bot.slack.stamps import at, brief
from bot.slack.text import mention


def tend(draft: Draft, show: Show, figures: Defaults, able: Capabilities) -> None:
    """After a look of ours, from shortly before the start on: measure the picture, and tell what has become worse or well again."""
    seen, now = draft.seen, draft.now
    if seen is None or not _is_the_shows(draft, show, figures):
        return
    quality = (seen.quality if seen.signal else None) or Quality()
    picture = show.picture
    if seen.steady_for(now) >= figures.steady:
        picture = measured(picture, quality, now)
    if picture is None:
        return
    verdict = held_against(picture, quality, now, figures, quiet=show.quiet_until is not None and now < show.quiet_until)
    if verdict.picture != show.picture:
        show = draft.put(replace(show, picture=verdict.picture))
    for kind in verdict.worse:
        if kind == SPEED and SLOW in verdict.worse:
            continue  # the call says it all
        _tell(draft, show, kind, verdict.picture, quality, able)
    for kind in verdict.well:
        if kind != SLOW:
            said = f":white_check_mark: {_LABELS[kind]} well again{_figure(kind, quality)} (seen by our look {at(now, show)})."
            draft.post(notices.line(show, f"quality-well-{kind}", now, said))
            draft.note(show.id, f"{kind} well again")


def _is_the_shows(draft: Draft, show: Show, figures: Defaults) -> bool:
    """Whether the picture on the stream is this show's: it is live, or about to be with nobody else on air before it."""
    if show.state is ShowState.LIVE:
        return True
    near = show.state is ShowState.OPEN and draft.now >= show.start - figures.look_near_lead
    return near and not any(other.state.on_air for other in draft.shows)


_LABELS = {BITRATE: "*Bitrate*", FPS: "*Frame rate*", SPEED: "*Converting*", SLOW: "*Converting*"}


def _figure(kind: str, quality: Quality) -> str:
    match kind:
        case "bitrate" if quality.kbps is not None:
            return f": {_mbps(quality.kbps)}"
        case "fps" if quality.fps is not None:
            return f": {quality.fps:g} frames/s"
        case _ if quality.speed is not None:
            return f": at {quality.speed:.2f} of real time"
        case _:
            return ""


def _mbps(kbps: float) -> str:
    return f"{kbps / 1000:.1f} Mbps"


def _tell(draft: Draft, show: Show, kind: str, picture: Picture, quality: Quality, able: Capabilities) -> None:
    since, seen = f"since {at(picture.flaws[kind].since, show)}", f"(seen by our look {at(draft.now, show)})"
    figure = _figure(kind, quality).removeprefix(": ")
    draft.note(show.id, f"{kind} low", "", figure)
    match kind:
        case "slow":
            text = (
                f":rotating_light: *PICTURE IN TROUBLE* — {brief(show.title)} ({show.id}), {mention(show.planned_by)}: "
                f"{able.title} converts it {figure} only, {since} {seen}. Sooner or later it stalls for viewers. "
                "A lower resolution or frame rate at the encoder is less to convert."
            )
            draft.post(notices.told(show, "quality-slow", draft.now, text))
            return
        case "speed":
            said = f"{able.title} converts the picture {figure} {since}; at 1.00 it keeps up"
        case "fps":
            said = f"{_LABELS[kind]} {figure} {since}, it was {picture.fps:g} at {at(picture.at, show)}"
        case _:
            said = f"{_LABELS[kind]} {figure} {since}, it was {_mbps(picture.kbps or 0)} at {at(picture.at, show)}"
    draft.post(notices.line(show, f"quality-{kind}", draft.now, f":chart_with_downwards_trend: {said} {seen}."))
