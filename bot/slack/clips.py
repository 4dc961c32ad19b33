"""Clips and marks as people read them: in the thread when they are made, and in lists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.model import Clip, ClipState, Marker, Post, Show
from bot.show.clip_text import range_words
from bot.show.times import duration_words
from bot.slack import notices
from bot.slack.blocks import Control, Message, actions, say
from bot.slack.listing import listing
from bot.slack.stamps import at, brief
from bot.slack.text import escape, link, mention

STATES = {ClipState.ASKED: "being cut", ClipState.PLAYABLE: "ready", ClipState.FAILED: "failed"}


def clip_words(clip: Clip, show: Show) -> str:
    """`c1 “Goal” 19:29:45–19:30:45 (1 min)`, in the show's zone."""
    titled = f" “{brief(clip.title)}”" if clip.title else ""
    span = range_words(clip.start, clip.end, ZoneInfo(show.zone), show.start)
    return f"{clip.name}{titled} {span} ({duration_words(clip.length)})"


def clip_title(clip: Clip, show: Show) -> str:
    """What it is called at the provider where nobody gave it a title: `Sunday Service 10:04:12`."""
    return clip.title or f"{show.title} {at(clip.start, show)}"


def asked(clip: Clip, show: Show, remark: str) -> Message:
    """The answer to whoever wants it: the exact range, and the two ways in which it may have been meant otherwise."""
    text = f":scissors: Cutting {clip_words(clip, show)} of {brief(show.title)} ({show.id}). {remark}".strip()
    carried = {"s": show.id, "n": clip.number}
    buttons = [Control("clip-earlier", "10 s earlier", carried), Control("clip-longer", "10 s longer", carried)]
    return say(f"{text} It is posted in the card's thread as soon as it can be played.", *actions(buttons))


def ready(clip: Clip, show: Show, now: datetime) -> Post:
    """It can be played: told once, and kept up to date, because a vendor's first link to a clip may not last."""
    key = f"clip-ready:{show.id}:{clip.number}:{int(now.timestamp() * 1000)}"
    return Post(key, show.channel, now, view="clip", subject=show.id, thread=show.card_key, show=show.id)


def ready_words(show: Show, clips: Iterable[Clip], key: str) -> Message | None:
    """What such a post shows now."""
    number = int(key.split(":")[2])
    clip = next((clip for clip in clips if clip.number == number), None)
    if clip is None:
        return None
    watch = f": {link(clip.link, 'Watch it')}" if clip.link else " can be played at the provider now"
    return say(f":scissors: {mention(clip.by)} {clip_words(clip, show)}{watch}")


def failed(clip: Clip, show: Show, now: datetime) -> Post:
    """It could not be made, and why."""
    text = f":x: {mention(clip.by)} {clip_words(clip, show)} could not be made: {brief(clip.error, 500)}"
    again = Control("clip-again", "Try again", {"s": show.id, "n": clip.number})
    return notices.line(show, f"clip-failed-{clip.number}", now, text, more=actions([again]))


def clip_list(show: Show, clips: Iterable[Clip], markers: Iterable[Marker], without: str) -> Message:
    """The clips of a show, and the marks between which more can be cut; `without` is what to say where there is no clip."""
    made = [f"• {_one(clip, show)}" for clip in clips]
    marked = [f"• {mark_words(marker, show)}" for marker in markers]
    marks = ["*Marks*", *marked] if marked else []
    return listing(f"*Clips of {brief(show.title)}* ({show.id})", [*(made or [escape(without)]), *marks])


def _one(clip: Clip, show: Show) -> str:
    words = f"{clip_words(clip, show)}, {mention(clip.by)}: "
    if clip.state is ClipState.PLAYABLE and clip.link:
        return words + link(clip.link, "Watch it")
    return words + STATES[clip.state] + (f" ({brief(clip.error, 300)})" if clip.error else "")


# -- marks --------------------------------------------------------------------------------------------------------------
def mark_words(marker: Marker, show: Show) -> str:
    """`m3 10:04:12 Goal, @ana`."""
    text = f" {brief(marker.text, 300)}" if marker.text else ""
    return f"*{marker.name}* {at(marker.at, show)}{text}, {mention(marker.by)}"


def marked(marker: Marker, show: Show) -> Post:
    """A moment was noted."""
    return notices.line(show, f"mark-{marker.number}", marker.at, f":bookmark: {mark_words(marker, show)}")


def named(marker: Marker, show: Show, now: datetime) -> Post:
    """It was said what a moment was about."""
    text = f":bookmark: *{marker.name}* {at(marker.at, show)} was: {brief(marker.text, 300)}"
    return notices.line(show, f"mark-{marker.number}-named", now, text)
