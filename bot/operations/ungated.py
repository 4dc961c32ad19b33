"""Shows where nothing keeps viewers out: the encoder is the air, its crew is asked, and what expires is cut out to be kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.model import CLOCK, OperationState, Seen, Show, ShowState, Urgency
from bot.operations.asking import ask
from bot.providers.base import Capabilities
from bot.show.defaults import Defaults
from bot.show.draft import Draft
from bot.slack import notices
from bot.slack.stamps import at, brief
from bot.slack.text import mention


def encoder_is_the_air(draft: Draft, show: Show, figures: Defaults, able: Capabilities) -> None:
    """The standing rules of such a show, after a look of ours."""
    if not show.gated:
        _came_late(draft, show, figures)
        _ask_to_stop(draft, draft.show(show.id), figures)
    _save(draft, draft.show(show.id), figures, able)


def _came_late(draft: Draft, show: Show, figures: Defaults) -> None:
    """Past its start, a steady picture is the show: viewers see it already, so the question what to do has answered itself."""
    seen, now = draft.seen, draft.now
    if show.state is not ShowState.OPEN or now < show.start or seen is None or seen.steady_for(now) < figures.steady:
        return
    for op in draft.of(show.id, "go"):
        if op.state is OperationState.ASKING and draft.steps(op.id):
            draft.operate(replace(op, state=OperationState.SCHEDULED, due=now, fence=op.fence + 1, note=""))


def _ask_to_stop(draft: Draft, show: Show, figures: Defaults) -> None:
    """The books are closed and the encoder goes on, or is back: its crew is asked again and again until it is silent."""
    seen, off_at = draft.seen, show.off_at
    if show.state is not ShowState.OFF or off_at is None or seen is None or not public_after_all(draft, show, figures):
        return
    if show.stopped_at is not None:
        if seen.steady_for(draft.now) < figures.steady:
            return
        show = draft.put(replace(show, stopped_at=None))
        draft.note(show.id, "encoder back")
    closed = at(off_at, show)
    back = max(seen.since.get("signal", off_at), off_at)
    number = _due_nag(draft.now - back, figures)
    if number < 0:
        return
    how = f"it closed at {closed} and is still what viewers see"
    if back > off_at:
        how = f"it closed at {closed}, and since {at(back, show)} viewers see what the encoder sends again"
    text = f":octagonal_sign: {mention(show.planned_by)}, please *stop the encoder* of {brief(show.title)} ({show.id}): {how}."
    draft.post(notices.told(show, f"stop-encoder-{number}", back, text))


def public_after_all(draft: Draft, show: Show, figures: Defaults) -> bool:
    """Whether viewers see an encoder that no show on its stream needs: of one that is over, where nothing keeps them out."""
    seen = draft.seen
    shown = not show.gated and seen is not None and seen.signal and seen.enabled is None
    return bool(shown) and not _needed_elsewhere(draft, show, figures)


def _needed_elsewhere(draft: Draft, show: Show, figures: Defaults) -> bool:
    """Whether the encoder on this stream sends, or is about to send, for another show."""
    others = [other for other in draft.shows if other.id != show.id and other.state not in (ShowState.OFF, ShowState.DONE)]
    return any(other.state is not ShowState.PLANNED or other.start - draft.now <= figures.due_here for other in others)


def _due_nag(since: timedelta, figures: Defaults) -> int:
    """Which of the requests is due, counted from 0; below that none is yet."""
    first = [lead for lead in figures.encoder_stop_nags if lead <= since]
    if len(first) < len(figures.encoder_stop_nags):
        return len(first) - 1
    last = max(figures.encoder_stop_nags, default=timedelta(0))
    return len(first) - 1 + int((since - last) / figures.encoder_stop_every)


# -- the save -------------------------------------------------------------------------------------------------------------
def to_be_saved(show: Show, able: Capabilities) -> bool:
    """Whether a recording that expires is wanted and not cut out yet."""
    return expires(able) and show.wants_recording and show.on_air_at is not None and show.saved_to is None


def expires(able: Capabilities) -> bool:
    """Whether only a clip of its whole length keeps a recording."""
    return able.recording is not None and able.recording.expires is not None and able.clips is not None


def _save(draft: Draft, show: Show, figures: Defaults, able: Capabilities) -> None:
    """A wish without a grace: after the last signal it is cut out, again if the signal came back, and at the latest in time."""
    if not expires(able) or not show.wants_recording or show.on_air_at is None or draft.of(show.id, "save"):
        return
    if show.save_again_at is not None and draft.now < show.save_again_at:
        return
    last = _last_signal(draft.seen, draft.now)
    if last is not None and show.off_at is not None and _needed_elsewhere(draft, show, figures):
        last = min(last, show.off_at)  # what comes after that is the other show
    if show.saved_to is not None and (last is None or last <= show.saved_to):
        return
    age = draft.now - show.on_air_at
    over = show.state in (ShowState.OFF, ShowState.DONE) and last is not None and draft.now - last >= figures.save_after
    if over or (age >= figures.save_alarm and show.saved_to is None):
        ask(draft, "save", CLOCK, show, {"to": int((last or draft.now).timestamp()) + 1})
    if age >= figures.save_alarm and show.saved_to is None:
        assert able.recording is not None
        hours = int((able.recording.expires or timedelta(0)).total_seconds() // 3600)
        text = (
            f":rotating_light: {mention(show.planned_by)}: the recording of {brief(show.title)} ({show.id}) is not kept yet, and "
            f"{able.title} throws it away about {hours} h after its start. I am cutting it out now."
        )
        draft.post(notices.told(show, "unsaved", show.on_air_at, text, Urgency.ALARM))


def _last_signal(seen: Seen | None, now: datetime) -> datetime | None:
    """When pictures were last arriving: now, or when they went away; None if that was never seen."""
    if seen is None or seen.signal is None:
        return None
    return now if seen.signal else seen.since.get("signal")
