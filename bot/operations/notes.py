"""What the crew should know of a show on air without being called: a line in the thread, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.model import FinishPolicy, Show, ShowState
from bot.providers.base import Capabilities
from bot.show.cues import asked_finish
from bot.show.defaults import Defaults
from bot.show.draft import Draft
from bot.show.times import duration_words
from bot.slack import notices
from bot.slack.stamps import at
from bot.slack.text import link


def tend(draft: Draft, show: Show, figures: Defaults, able: Capabilities) -> None:
    """After a look of ours."""
    _cut(draft, show, figures, able)
    _nobody_watches(draft, draft.show(show.id), figures, able)


def _cut(draft: Draft, show: Show, figures: Defaults, able: Capabilities) -> None:
    """A recording that runs for hours is about to go on in a new part, which looks like a mishap to whoever does not know."""
    seen = draft.seen
    every = able.recording.cut if able.recording is not None else None
    if every is None or seen is None or not (show.state.on_air and show.wants_recording and seen.recording):
        return
    began = seen.part_since or seen.since.get("recording")
    if began is None:
        return
    cut = began + every * ((draft.now - began + figures.cut_note_lead) // every)
    noted = show.cut_noted is not None and cut - show.cut_noted < every / 2
    if cut == began or noted or _over_before(draft, show, cut):
        return
    draft.put(replace(show, cut_noted=cut))
    goes = "goes on" if draft.now < cut else "went on"
    text = (
        f":scissors: {able.title} cuts a recording every {duration_words(every)}: at {at(cut, show)} this one {goes} in a new part "
        "by itself. There is nothing to do; all parts are collected."
    )
    draft.post(notices.line(show, "cut", draft.now, text))


def _over_before(draft: Draft, show: Show, moment: datetime) -> bool:
    """Whether the show ends by itself before that."""
    by_itself = show.finish is FinishPolicy.AT_END and not show.keep_on
    return show.end < moment and (by_itself or asked_finish(draft.of(show.id, "finish"), show) is not None)


def _nobody_watches(draft: Draft, show: Show, figures: Defaults, able: Capabilities) -> None:
    """Minutes after it went live nobody has watched yet: perhaps the link that people have is another one."""
    seen = draft.seen
    if show.state is not ShowState.LIVE or show.on_air_at is None or show.peak_viewers or seen is None:
        return
    if seen.viewers != 0 or seen.viewers_at is None or seen.viewers_at - show.on_air_at < figures.no_viewers_after:
        return
    question = f" Does {link(show.viewer_link, 'the viewer link')} play?" if show.viewer_link else ""
    text = (
        f":eyes: *Nobody has watched so far*: {able.title} counted 0 viewers at {at(seen.viewers_at, show)}, on air since "
        f"{at(show.on_air_at, show)}.{question}"
    )
    draft.post(replace(notices.line(show, "no-viewers", draft.now, text), key=f"no-viewers:{show.id}"))
