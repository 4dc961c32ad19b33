"""Which buttons a card has in each phase, and what each of them carries to be compared when it is pressed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.model import JSON, ClipState, Dossier, FinishPolicy, Show
from bot.providers.base import Capabilities, Kept
from bot.show.defaults import Defaults
from bot.show.lifecycle import Phase, can_take_back
from bot.slack.blocks import Control

PRIMARY, DANGER = "primary", "danger"

LABELS: Mapping[str, tuple[str, str]] = {
    "edit": ("Edit…", ""),
    "move": ("Move…", ""),
    "ingest": ("Ingest details", ""),
    "hold": ("Hold", ""),
    "release": ("Release hold", ""),
    "open": ("Open now", ""),
    "cancel": ("Cancel…", ""),
    "go": ("Go live now", PRIMARY),
    "go-anyway": ("Go without signal…", ""),
    "this-is-the-show": ("This is the show", PRIMARY),
    "its-a-test": ("It's a test", ""),
    "check": ("Check now", ""),
    "tell-viewers": ("Tell viewers…", ""),
    "stream-off": ("Turn stream off…", ""),
    "pause": ("Pause", ""),
    "resume": ("Resume", PRIMARY),
    "finish": ("Finish…", DANGER),
    "back-on-air": ("Back on air…", PRIMARY),
    "undo-finish": ("Back on air", PRIMARY),
    "extend:5": ("+5 min", ""),
    "extend:15": ("+15 min", ""),
    "extend:30": ("+30 min", ""),
    "extend": ("Extend…", ""),
    "keep-on": ("No end, I decide", ""),
    "recording": ("Recording…", ""),
    "recordings": ("Recordings", ""),
    "restreams": ("Restreams…", ""),
    "quiet": ("Quiet alarms 5 min", ""),
    "take": ("I've got it", PRIMARY),
    "noted": ("Noted", PRIMARY),
    "link": ("Viewer link", ""),
    "delete-page": ("Delete page…", ""),
    "encoder-stopping": ("Encoder is stopping", PRIMARY),
    "reopen": ("Reopen show…", ""),
    "clip": ("Clip what just happened", ""),
    "clip-form": ("Clip…", ""),
    "clips": ("Clips", ""),
    "mark": ("Mark", ""),
}
"""The words and the style of every control of a card, by action."""

CARRIES: Mapping[str, tuple[str, ...]] = {
    "go": ("state",),
    "go-anyway": ("state",),
    "this-is-the-show": ("state",),
    "its-a-test": ("state",),
    "pause": ("state",),
    "resume": ("state",),
    "finish": ("state",),
    "back-on-air": ("state",),
    "encoder-stopping": ("state",),
    "undo-finish": ("state",),
    "open": ("state",),
    "hold": ("state",),
    "release": ("hold",),
    "cancel": ("state",),
    "extend:5": ("end",),
    "extend:15": ("end",),
    "extend:30": ("end",),
    "keep-on": ("end",),
    "take": ("alarm",),
    "quiet": ("state",),
    "noted": ("alarm",),
}
"""What each verb depends on: these facts and no others refuse a press that comes too late."""

OPENS: Mapping[str, str] = {"move": "edit", "reopen": "back-on-air"}
"""Controls that are another one under a name that says what it is for in this phase."""

MOST_IN_MENU = 5
"""Entries of the overflow menu (Slack's own limit)."""

NEAR_THE_END = timedelta(minutes=10)
"""From here on a lost signal is most likely the end: the first button is Finish."""

_ROWS: Mapping[Phase, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Phase.PLANNED: (("edit", "ingest"), ("hold", "open", "tell-viewers", "link", "cancel")),
    Phase.WAITING: (("ingest", "hold", "move"), ("check", "tell-viewers", "go-anyway", "stream-off", "cancel")),
    Phase.READY: (("go", "hold"), ("ingest", "move", "restreams", "tell-viewers", "link", "cancel")),
    Phase.HELD: (("go", "release", "tell-viewers"), ("move", "link", "ingest", "cancel")),
    Phase.LATE: (("ingest", "hold", "move"), ("go-anyway", "tell-viewers", "check", "cancel")),
    Phase.PUBLIC: (("this-is-the-show", "its-a-test", "ingest"), ("move", "link", "cancel")),
    Phase.GOING_LIVE: (("pause", "finish"), ()),
    Phase.TAKING_OFF: (("undo-finish",), ()),
    Phase.ON_AIR: (("clip", "pause", "finish"), ("mark", "extend:15", "recording", "restreams", "link", "quiet")),
    Phase.NO_SIGNAL: (("take", "pause", "finish"), ("ingest", "quiet", "extend:15", "mark")),
    Phase.NOT_SEEN: (("check", "pause", "finish"), ("extend:15", "quiet")),
    Phase.ON_BACKUP: (("noted", "pause", "finish"), ("mark", "extend:15", "recording", "restreams", "link", "quiet")),
    Phase.PAUSED: (("resume", "tell-viewers", "finish"), ("recording", "ingest", "extend:15", "mark")),
    Phase.PAST_END: (("extend:15", "finish", "keep-on"), ("extend:5", "extend:30", "clip", "mark", "pause")),
    Phase.STILL_PUBLIC: (("encoder-stopping", "reopen", "ingest"), ("clip-form", "mark", "link")),
    Phase.OFF_AIR: (("back-on-air", "recordings"), ("clip-form", "delete-page")),
    Phase.DONE: (("recordings",), ("clips",)),
    Phase.MISSED: (("go", "move", "cancel"), ("tell-viewers", "ingest")),
    Phase.CANCELLED: ((), ()),
}


def controls(
    stage: Phase, dossier: Dossier, show: Show, now: datetime, figures: Defaults, able: Capabilities
) -> tuple[list[Control], list[Control]]:
    """The buttons and the overflow of a card in this phase: those that this provider can carry out."""
    shown, more = _ROWS[stage]
    if stage is Phase.NO_SIGNAL and now >= show.end - NEAR_THE_END:
        shown = ("finish", *(action for action in shown if action != "finish"))
    allowed = [action for action in shown if _makes_sense(action, dossier, show, now, figures, able)]
    rest = [action for action in more if _makes_sense(action, dossier, show, now, figures, able)]
    if stage is Phase.ON_AIR and "pause" not in allowed and "mark" in rest:
        rest.remove("mark")
        allowed.insert(-1, "mark")
    if len(rest) > MOST_IN_MENU and "link" in rest:
        rest.remove("link")  # the one that a typed line gives as quickly
    return [_labelled(action, show, figures) for action in allowed], [_labelled(action, show, figures) for action in rest]


def _labelled(action: str, show: Show, figures: Defaults) -> Control:
    """The control, with the figure in its label that its verb follows."""
    made = control(action, show)
    return replace(made, label=f"Clip last {figures.clip_last.total_seconds():g} s") if action == "clip" else made


def control(action: str, show: Show, **more: JSON) -> Control:
    """The control of that action for this show, carrying what its verb depends on."""
    label, style = LABELS[action]
    action = OPENS.get(action, action)
    return Control(action, label, {"s": show.id, **facts(action, show), **more}, style)


def facts(action: str, show: Show) -> dict[str, JSON]:
    """What the verb behind `action` depends on, as it is now."""
    values: dict[str, JSON] = {
        "state": show.state.value,
        "end": int(show.end.timestamp()),
        "hold": bool(show.hold),
        "alarm": show.alarm.number if show.alarm else 0,
    }
    return {name: values[name] for name in CARRIES.get(action, ())}


def possible(action: str, show: Show, able: Capabilities) -> bool:
    """Whether the provider can do what this action is for, with what the show has there."""
    return action not in _POSSIBLE or _POSSIBLE[action](show, able)


def _makes_sense(action: str, dossier: Dossier, show: Show, now: datetime, figures: Defaults, able: Capabilities) -> bool:
    if not possible(action, show, able):
        return False
    match action:
        case "clips":
            return any(clip.show == show.id and clip.state is ClipState.PLAYABLE for clip in dossier.clips)
        case "keep-on":
            return show.finish is not FinishPolicy.BY_HAND
        case "undo-finish":
            return not (show.gated and able.final) or can_take_back(dossier, show, final=True)
        case "back-on-air" | "reopen":
            return show.off_at is not None and now - show.off_at < figures.back_on_air
        case "take" | "noted":
            return show.ringing is not None and not show.ringing.taken_by
        case "link":
            return bool(show.viewer_link)
        case "recordings":
            return any(video.show == show.id for video in dossier.videos)
        case _:
            return True


def _has_a_page(show: Show, able: Capabilities) -> bool:
    return show.wants_page and bool(show.page) and able.pages is not None


def _shows_a_text(show: Show, able: Capabilities) -> bool:
    return show.gated and _has_a_page(show, able) and able.pages is not None and able.pages.pausable


_POSSIBLE: Mapping[str, Callable[[Show, Capabilities], bool]] = {
    "back-on-air": lambda show, able: not (show.gated and able.final),
    "hold": lambda show, _: show.gated,
    "go-anyway": lambda show, _: show.gated,
    "tell-viewers": _shows_a_text,
    "pause": _shows_a_text,
    "resume": _shows_a_text,
    "delete-page": lambda show, able: _has_a_page(show, able) and able.pages is not None and able.pages.deletable,
    "recording": lambda _, able: able.recording is not None and able.recording.kept is Kept.LIVE,
    "restreams": lambda _, able: able.restreams is not None,
    "clip": lambda show, able: able.clips is not None and bool(show.stream),
    "clip-form": lambda show, able: able.clips is not None and bool(show.stream),
    "ingest": lambda show, _: bool(show.stream),
    "stream-off": lambda show, able: bool(show.stream) and able.switch is not None,
}
"""What an action needs of the provider, and of what the show has there."""
