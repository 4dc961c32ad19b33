"""What a change of a stream or a video means: for the shows on it, for the channel, and for what has to be done next."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ParamSpec

from bot.model import Change, ChangeKind, Clip, ClipState, PageState, Show, ShowState, Source, Video, owners_of
from bot.operations.onair import went_off_air, went_on_air, went_to_pause
from bot.operations.tending import Tending, name_video
from bot.providers.base import Capabilities, Gate, Provider
from bot.show.defaults import Defaults
from bot.show.draft import Draft
from bot.slack import notices
from bot.slack.clips import clip_title
from bot.slack.stamps import at
from bot.slack.text import escape, mention

log = logging.getLogger(__name__)

P = ParamSpec("P")

RANK = {"": 0, "empty": 1, "new": 1, "pending": 2, "viewable": 3, "ready": 4, "error": 5, "deleted": 6}
"""The order in which a video's states follow each other; a webhook overtaken on its way is not told any more."""

ROLLED_AHEAD = timedelta(minutes=2)
"""A recording that began longer ahead of a show belongs to the one before it on the same stream, if there was one."""

ROUNDED = 2.0
"""Seconds by which a clip's video may differ from what was asked for: vendors cut between pictures."""

WATCHABLE = ("viewable", "ready")

BEFORE_OPEN = timedelta(hours=2)
"""A video that began at most this long before a show's start may be its recording."""


class Reactions:
    """Pure rules, handed what they need to know; they change a draft and do no I/O."""

    def __init__(
        self,
        figures: Defaults,
        providers: Mapping[str, Provider],
        *,
        default_channels: Mapping[str, str],
        ring: tuple[str, ...] = (),
    ) -> None:
        self._figures = figures
        self._able = {name: provider.capabilities for name, provider in providers.items()}
        self._channels = default_channels
        self._ring = ring

    # -- streams
    def react(self, draft: Draft, found: tuple[Change, ...], source: Source | None, refused: str = "") -> None:
        """What these changes mean; after a look of ours, or a failed one, every show on the stream is tended as well.

        `refused`: why the provider will not let us see it however long we wait; on air people hear of that at once.
        """
        for change in found:
            shows = [show for show in draft.shows if not show.state.closed]
            told = False
            for show in shows:
                told = self._change(draft, draft.show(show.id), change) or told
            if not told:
                self._unmanaged(draft, change)
        for show in draft.shows:
            able = self._able.get(show.provider)
            if able is not None and not show.state.closed and source is not Source.WEBHOOK:
                Tending(draft, show.id, self._figures, able, self._ring).tend(blind=source is None)
            since = draft.seen.blind_since if draft.seen else None
            if refused and since and show.state.on_air:
                draft.post(notices.shut_out(show, refused, since))

    def react_barely(self, draft: Draft, found: tuple[Change, ...], blind: bool) -> None:
        """The same where a rule of ours broke: each change and each rule on its own, so that one that breaks stops no other."""
        for change in found:
            for show in [show for show in draft.shows if not show.state.closed]:
                self._alone(self._change, draft, draft.show(show.id), change)
        for show in draft.shows:
            able = self._able.get(show.provider)
            if able is not None and not show.state.closed:
                Tending(draft, show.id, self._figures, able, self._ring).tend_barely(self._alone, blind=blind)

    def _alone(self, rule: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
        try:
            rule(*args, **kwargs)
        except Exception:  # in the thread that writes
            log.exception("the rule %s broke; the others go on", rule.__name__)

    def _change(self, draft: Draft, show: Show, change: Change) -> bool:
        """Apply a change to one show; whether it concerns that show at all."""
        if change.kind is ChangeKind.PAGE:
            if change.page != show.page:
                return False
            self._page(draft, show, change)
            return True
        if show.state is ShowState.PLANNED and show.start - draft.now > self._figures.due_here:
            return False
        if show.state is ShowState.OFF and (show.stopped_at is not None or change.kind is ChangeKind.SIGNAL):
            if change.kind is ChangeKind.SIGNAL:
                draft.note(show.id, f"signal {change.value}", "", change.source.value)
            return show.stopped_at is None
        if change.kind is ChangeKind.RECORDING and self._belongs_to_another(draft, show):
            return True
        if change.kind is ChangeKind.PRIMARY or (change.kind is ChangeKind.ENABLED and not change.value):
            return True
        able = self._able[show.provider]
        words = notices.change_words(change, able, at(change.at, show), draft.seen)
        if not words:
            return True
        if self._lost_just_before(draft, show, change):
            words = f"{mention(show.planned_by)}: {words}"
        as_set = change.kind is ChangeKind.RECORDING and not able.tells_recording
        if as_set and not change.value and show.wants_recording:
            draft.post(notices.unkept(show, able, change.at, words))
        else:
            draft.post(notices.line(show, f"{change.kind.value}-{change.value}", change.at, words))
        what = f"{change.kind.value} as set" if as_set else change.kind.value
        draft.note(show.id, f"{what} {change.value}", "", change.source.value)
        if change.kind is ChangeKind.SIGNAL and change.value and show.recording_failed:
            draft.put(replace(draft.show(show.id), recording_failed=False))
        return True

    def _lost_just_before(self, draft: Draft, show: Show, change: Change) -> bool:
        """Whether the signal of a show that is about to start went away: an alarm rings on air only, but somebody is called."""
        lost = change.kind is ChangeKind.SIGNAL and not change.value and show.state is ShowState.OPEN
        return lost and draft.now >= show.start - self._figures.caller_lead

    def _belongs_to_another(self, draft: Draft, show: Show) -> bool:
        """Whether what is recorded now is another show on the same stream, because this one does not roll yet."""
        if show.state.on_air or show.state is ShowState.OFF or draft.now >= show.start - self._figures.roll_lead:
            return False
        return any(other.state.on_air or (other.state is ShowState.OFF and other.stopped_at is None) for other in draft.shows)

    def _page(self, draft: Draft, show: Show, change: Change) -> None:
        source = change.source
        if not change.confirmed:
            words = notices.change_words(change, self._able[show.provider], at(change.at, show))
            draft.post(notices.line(show, "page-reported", change.at, words))
            return
        able = self._able.get(show.provider)
        if able is not None and able.gate is Gate.NONE:
            self._page_of_the_encoder(draft, show, change, able)
            return
        word = able.page_word if able is not None else "page"
        match change.value:
            case PageState.LIVE:
                went_on_air(draft, show, change.at, source, self._figures)
            case PageState.PAUSED:
                went_to_pause(draft, show, change.at, source)
            case PageState.FINISHED:
                went_off_air(draft, show, change.at, source, final=able is not None and able.final)
            case "gone":
                text = f":warning: The {word} is not there any more at the provider; the show goes on without it."
                draft.post(notices.line(show, "page-gone", change.at, text))
                draft.put(replace(show, wants_page=False))
            case PageState.PENDING if show.state is ShowState.LIVE:
                text = f":warning: The {word} was put back to *pending*: viewers see the waiting text."
                draft.post(notices.told(show, "page-pending", change.at, f"{text} Resume brings the programme back."))
                went_to_pause(draft, show, change.at, source)
            case _:
                words = notices.change_words(change, self._able[show.provider], at(change.at, show))
                draft.post(notices.line(show, "page", change.at, words))

    def _page_of_the_encoder(self, draft: Draft, show: Show, change: Change, able: Capabilities) -> None:
        """A page that keeps nobody out follows the encoder: it moves no show, and only its end is news while the show goes on."""
        over = {PageState.FINISHED.value: "is over", "gone": "is not there any more"}.get(str(change.value))
        if not show.state.on_air or over is None:
            return
        word = able.page_word
        text = (
            f":warning: The {word} of *{escape(show.title)}* ({show.id}) {over} at {able.title} while the show goes on: whatever "
            f"the encoder sends, its link no longer plays it. Make another {word}, and give viewers its link."
        )
        draft.post(notices.told(show, "page-over", change.at, text))

    def _unmanaged(self, draft: Draft, change: Change) -> None:
        channel = self._channels.get(change.key.provider, "")
        if not channel or change.kind in (ChangeKind.PRIMARY, ChangeKind.PAGE):
            return
        able = self._able.get(change.key.provider)
        named = draft.seen is not None and draft.seen.name and not _belongs_elsewhere(draft, channel)
        name = draft.seen.name if draft.seen is not None and named else change.key.id
        words = notices.change_words(change, able, _utc(change.at), draft.seen) if able is not None else ""
        if not words:
            return
        key = f"{change.key}:{change.kind.value}:{change.value}:{int(change.at.timestamp() * 1000)}"
        draft.post(notices.unmanaged(channel, key, change.at, f"{escape(name)}: {words}"))

    # -- videos
    def react_to_video(self, draft: Draft, before: Video | None, video: Video) -> None:
        """Keep what is known of a video, and tell each of its states once, in order."""
        if before is not None:
            video = _merged(before, video)
            if RANK.get(video.status, 3) < RANK.get(before.status, 3):
                return
        clip = _clip_of(draft, video)
        if clip is not None:
            self._clips_video(draft, clip, replace(video, show=""))
            return
        show = self._show_of(draft, video)
        video = replace(video, show=show.id if show else video.show)
        draft.video(video)
        if before is not None and before.status == video.status and bool(before.show) == bool(video.show):
            return
        if show is None:
            self._unmanaged_video(draft, before, video)
            return
        if video.status not in ("", "empty", "new"):
            text = notices.video_words(video)
            key = f"video-{video.id}-{video.status}"
            draft.post(replace(notices.line(show, key, draft.now, text), key=f"{key}:{show.id}"))
            draft.note(show.id, f"video {video.status}", "", video.id)
        able = self._able.get(show.provider)
        if able is not None:
            Tending(draft, show.id, self._figures, able, self._ring).close_the_books()

    def _clips_video(self, draft: Draft, clip: Clip, video: Video) -> None:
        """What is posted of a clip leads to its video from now on, which stays; and the video is called what the clip is."""
        draft.video(video)
        if clip.state is not ClipState.PLAYABLE:
            return
        link = video.link if video.status in WATCHABLE and video.link else clip.link
        if (clip.video, clip.link) != (video.id, link):
            clip = draft.clip(replace(clip, video=video.id, link=link))
        show = next((show for show in draft.shows if show.id == clip.show), None)
        able = self._able.get(clip.provider)
        if show is not None and able is not None and able.videos and able.videos.renamable and video.status == "ready":
            name_video(draft, show, video.id, clip_title(clip, show))

    def _show_of(self, draft: Draft, video: Video) -> Show | None:
        if video.show:
            return next((show for show in draft.shows if show.id == video.show), None)
        candidates = [
            show
            for show in draft.shows
            if show.state is not ShowState.CANCELLED and show.stream == video.stream and _fits(show, video)
        ]
        begun = [show for show in candidates if video.started_at and video.started_at >= _first_moment(show) - ROLLED_AHEAD]
        if begun:
            return max(begun, key=_first_moment)
        return min(candidates, key=_first_moment, default=None)

    def _unmanaged_video(self, draft: Draft, before: Video | None, video: Video) -> None:
        channel = self._channels.get(video.provider, "")
        placed_now = video.stream and not (before and before.stream)  # the draft knows nothing of its stream yet
        if not channel or video.status in ("", "empty", "new") or (placed_now and not draft.shows):
            return
        if _belongs_elsewhere(draft, channel):
            video = replace(video, name="")  # it carries the title of a show, or of the stream that was made for one
        key = f"{video.provider}:video:{video.id}:{video.status}"
        draft.post(notices.unmanaged(channel, key, draft.now, notices.video_words(video)))


def _clip_of(draft: Draft, video: Video) -> Clip | None:
    """The clip of which the provider made this video: no part of a show's recording, and told of as a clip.

    It may be reported before the provider's answer about the clip names it. Then it is a clip's if one of this stream plays as
    long from the same moment; and, as long as nothing but its id is told, while one is being made.
    """
    mine = [clip for clip in draft.clips if clip.provider == video.provider]
    named = next((clip for clip in mine if clip.video == video.id), None)
    return named or next((clip for clip in mine if clip.stream == video.stream and _may_be(clip, video)), None)


def _may_be(clip: Clip, video: Video) -> bool:
    if clip.video or clip.state is ClipState.FAILED:
        return False
    if video.duration is None and video.started_at is None:
        return clip.state is ClipState.ASKED
    as_long = video.duration is None or abs(video.duration - clip.length.total_seconds()) <= ROUNDED
    then = video.started_at is None or abs((video.started_at - clip.start).total_seconds()) <= ROUNDED
    return as_long and then


def _first_moment(show: Show) -> datetime:
    return show.start if show.on_air_at is None else min(show.start, show.on_air_at)


def _fits(show: Show, video: Video) -> bool:
    began = video.started_at
    if began is None:
        return show.on_air_at is not None
    return began >= _first_moment(show) - BEFORE_OPEN and (show.off_at is None or began <= show.off_at + timedelta(minutes=1))


def _belongs_elsewhere(draft: Draft, channel: str) -> bool:
    """Whether the stream belongs to other channels than this one, whose people need not be in any of them."""
    owners = owners_of(draft.grants).channels
    return bool(owners) and channel not in owners


def _merged(before: Video, video: Video) -> Video:
    """A webhook knows less of a video than a look: what it does not say stays."""
    return replace(
        video,
        name=video.name or before.name,
        stream=video.stream or before.stream,
        show=video.show or before.show,
        status=video.status or before.status,
        duration=video.duration if video.duration is not None else before.duration,
        started_at=video.started_at or before.started_at,
        renditions=video.renditions or before.renditions,
        link=video.link or before.link,
        error=video.error or before.error,
    )


def _utc(when: datetime) -> str:
    return f"{when:%H:%M:%S} UTC"
