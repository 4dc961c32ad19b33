"""What it means for a show that viewers were let in, shown the pause text, or sent home."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.model import OperationState, PageState, Seen, Show, ShowState, Source
from bot.operations import restreaming
from bot.providers.base import Capabilities
from bot.show.cues import schedule
from bot.show.defaults import Defaults
from bot.show.draft import Draft
from bot.show.lifecycle import still_public
from bot.slack import notices
from bot.slack.stamps import at, seen_by


def opened(draft: Draft, show: Show) -> Show:
    """The ingest is enabled: the encoder may connect. A fresh card is posted."""
    if show.state is not ShowState.PLANNED:
        return show
    show = draft.put(replace(show, state=ShowState.OPEN, card=show.card + 1))
    draft.post(notices.card(show, draft.now))
    draft.note(show.id, "opened")
    return show


def went_on_air(draft: Draft, show: Show, when: datetime, source: Source | None, figures: Defaults) -> Show:
    """Viewers see the programme from `when` on. Saying it again changes nothing."""
    if show.state is ShowState.LIVE or show.state.closed:
        return show
    if show.state is ShowState.PAUSED and show.on_air_at is not None:
        return _resumed(draft, show, when, source)
    returned = show.off_at is not None
    if show.state is ShowState.PLANNED:
        show = replace(show, card=show.card + 1)
        draft.post(notices.card(show, draft.now))
    show = replace(
        show,
        state=ShowState.LIVE,
        on_air_at=show.on_air_at or when,
        hold=None,
        off_at=None,
        off_by="",
        stopped_at=None,
        tidied_at=None,
        paused_at=None,
        paused_by="",
        recording_failed=False,
        keep_on=show.keep_on or draft.now >= show.end,
    )
    draft.put(show)
    _consume(draft, show)
    schedule(draft, show, figures)
    restreaming.with_the_show(draft, show, on=True)
    draft.post(notices.on_air(show, when, source))
    draft.note(show.id, "on air", show.on_air_by, "again" if returned else "")
    return show


def _consume(draft: Draft, show: Show) -> None:
    """Whatever led up to the air has happened; only what is in the middle of a step ends by itself."""
    for op in draft.of(show.id, "open", "go", "remind"):
        if op.state is not OperationState.RUNNING:
            draft.end(op, OperationState.DONE, "the show is on air")


def _resumed(draft: Draft, show: Show, when: datetime, source: Source | None) -> Show:
    show = draft.put(replace(show, state=ShowState.LIVE, paused_at=None, paused_by=""))
    draft.post(notices.line(show, "resumed", when, f":arrow_forward: *Resumed*, {seen_by(source)} {at(when, show)}."))
    draft.note(show.id, "resumed")
    return show


def went_to_pause(draft: Draft, show: Show, when: datetime, source: Source | None) -> Show:
    """Viewers see the pause text from `when` on. Pausing a show that was just going live keeps it from going by itself."""
    if show.state not in (ShowState.OPEN, ShowState.LIVE):
        return show
    if show.state is ShowState.OPEN:
        _consume(draft, show)
    show = draft.put(replace(show, state=ShowState.PAUSED, paused_at=when))
    draft.post(notices.line(show, "paused", when, f":double_vertical_bar: *Paused*, {seen_by(source)} {at(when, show)}."))
    draft.note(show.id, "paused", show.paused_by)
    return show


def went_off_air(draft: Draft, show: Show, when: datetime, source: Source | None, *, final: bool = False) -> Show:
    """Viewers are sent home at `when`; recording and ingest may still be on. `final`: nothing leads back on air."""
    if show.state.closed or show.off_at is not None:
        return show
    was_on_air = show.state.on_air
    show = draft.put(
        replace(
            show,
            state=ShowState.OFF,
            off_at=when,
            alarm=replace(show.alarm, cleared_at=when) if show.ringing and show.alarm else show.alarm,
        )
    )
    for op in draft.of(show.id, "open", "go", "remind", "end_warning", "overrun", "pause", "resume"):
        draft.end(op, OperationState.CANCELLED, "the show is off air")
    for op in draft.of(show.id, "finish"):
        if op.state in (OperationState.SCHEDULED, OperationState.ASKING):
            draft.end(op, OperationState.DONE, "the show is off air")
    restreaming.with_the_show(draft, show, on=False)
    if was_on_air and still_public(draft.seen, show):
        show = draft.put(replace(show, left_public=True))
        draft.post(notices.still_public(show, when))
    elif was_on_air:
        draft.post(notices.off_air(show, when, source, final=final))
    draft.note(show.id, "off air", show.off_by)
    return show


def silent(show: Show, seen: Seen | None) -> bool:
    """Whether, where no switch turns the stream off, viewers see nothing any more: the page is over, or the encoder has stopped."""
    if show.gated:
        return seen is not None and seen.pages.get(show.page) in (PageState.FINISHED, "gone")
    return seen is not None and seen.signal is False


def stopped(draft: Draft, show: Show, able: Capabilities) -> Show:
    """The provider confirms that the stream is off, or that there is nothing left to see; only now is it called stopped."""
    if show.stopped_at is not None:
        return show
    show = draft.put(replace(show, stopped_at=draft.now))
    when = at(draft.now, show)
    if able.switch is not None:
        said = f"{able.title} confirms that the stream is off"
    elif show.gated and able.pages is not None:
        said = f"{able.title} confirms that the {able.pages.word} is over"
    elif able.tells_signal:
        said = f"{able.title} shows no signal any more"
    else:
        said = f"{able.title} shows no sign of pictures any more"
    draft.post(notices.line(show, "stopped", draft.now, f":electric_plug: *Stopped*: {said} ({when})."))
    draft.note(show.id, "stream off")
    if show.left_public:
        show = draft.put(replace(show, left_public=False))
        draft.post(notices.off_air(show, draft.now, able.signal_source, final=True))  # its card knows how long it can be reopened
    return show
