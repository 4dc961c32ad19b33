"""A decision in the making: rules change a draft of a dossier, and what they changed is written in one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from bot.model import (
    Clip,
    Decision,
    Dossier,
    Grant,
    Marker,
    Noted,
    Operation,
    OperationState,
    Post,
    RestreamTarget,
    Seen,
    Show,
    StepRecord,
    Video,
)
from bot.show.confirmed import stamped

T = TypeVar("T")

Numbered = tuple[str, int]
"""What is numbered within its show."""


def new_id(prefix: str) -> str:
    """A fresh id, short enough for a button."""
    return f"{prefix}-{secrets.token_hex(6)}"


class Draft:
    """What a rule has decided so far. Reading gives the drafted state, so that rules can build on each other."""

    def __init__(self, dossier: Dossier, now: datetime) -> None:
        self.now = now
        self.key = dossier.key
        self._dossier = dossier
        self._shows = {show.id: show for show in dossier.shows}
        self._operations = {op.id: op for op in dossier.operations}
        self._videos = {video.id: video for video in dossier.videos}
        self._restreams = {target.id: target for target in dossier.restreams}
        self._clips = {(clip.show, clip.number): clip for clip in dossier.clips}
        self._markers = {(marker.show, marker.number): marker for marker in dossier.markers}
        self._changed_shows: set[str] = set()
        self._changed_operations: set[str] = set()
        self._changed_videos: set[str] = set()
        self._changed_restreams: set[str] = set()
        self._changed_clips: set[Numbered] = set()
        self._changed_markers: set[Numbered] = set()
        self._seen = dossier.seen
        self._seen_changed = False
        self._steps: list[StepRecord] = []
        self._posts: list[Post] = []
        self._noted: list[Noted] = []
        self._grants: list[Grant] = []

    # -- reading
    @property
    def seen(self) -> Seen | None:
        """What is known of the stream."""
        return self._seen

    @property
    def shows(self) -> tuple[Show, ...]:
        """The shows, as drafted."""
        return tuple(self._shows.values())

    @property
    def videos(self) -> tuple[Video, ...]:
        """The videos, as drafted."""
        return tuple(self._videos.values())

    @property
    def restreams(self) -> tuple[RestreamTarget, ...]:
        """The restream targets, as drafted."""
        return tuple(self._restreams.values())

    def restreams_of(self, show_id: str) -> list[RestreamTarget]:
        """Those of one show that are to stay."""
        return [target for target in self._restreams.values() if target.show == show_id and not (target.leaving or target.gone)]

    def restream(self, target_id: str) -> RestreamTarget:
        """One restream target, as drafted; KeyError if it is not in the dossier."""
        return self._restreams[target_id]

    @property
    def clips(self) -> tuple[Clip, ...]:
        """The clips of the stream and its shows, as drafted."""
        return tuple(self._clips.values())

    @property
    def markers(self) -> tuple[Marker, ...]:
        """The moments noted in the shows, as drafted."""
        return tuple(self._markers.values())

    @property
    def grants(self) -> tuple[Grant, ...]:
        """Who the stream belonged to when the dossier was read: what is being decided gives nobody a right on itself."""
        return self._dossier.grants

    def show(self, show_id: str) -> Show:
        """One show, as drafted; KeyError if it is not in the dossier."""
        return self._shows[show_id]

    def of(self, show_id: str, *verbs: str) -> list[Operation]:
        """The unfinished operations of a show, as drafted, of these verbs where any are named."""
        return [
            op for op in self._operations.values() if op.show == show_id and not op.state.ended and (not verbs or op.verb in verbs)
        ]

    @property
    def operations(self) -> list[Operation]:
        """Every unfinished operation, as drafted."""
        return [op for op in self._operations.values() if not op.state.ended]

    def steps(self, operation_id: str) -> tuple[StepRecord, ...]:
        """The journal of an operation as it was read."""
        return self._dossier.steps.get(operation_id, ())

    # -- deciding
    def put(self, show: Show) -> Show:
        """Write this show, with the wall times that are confirmed by it."""
        show = self._shows[show.id] = stamped(show, self._shows.get(show.id))
        self._changed_shows.add(show.id)
        return show

    def touch_shows(self) -> None:
        """Let whatever draws these shows be drawn again, although nothing of theirs changed."""
        self._changed_shows |= self._shows.keys()

    def operate(self, operation: Operation) -> Operation:
        """Write this operation."""
        self._operations[operation.id] = operation
        self._changed_operations.add(operation.id)
        return operation

    def end(self, operation: Operation, state: OperationState, note: str = "") -> Operation:
        """Close an operation, taking it away from whoever runs it."""
        return self.operate(replace(operation, state=state, ended=self.now, note=note or operation.note, fence=operation.fence + 1))

    def see(self, seen: Seen) -> None:
        """Write what is known of the stream."""
        self._seen, self._seen_changed = seen, True

    def video(self, video: Video) -> None:
        """Write what is known of a video."""
        self._videos[video.id] = video
        self._changed_videos.add(video.id)

    def send_on(self, target: RestreamTarget) -> RestreamTarget:
        """Write this restream target."""
        self._restreams[target.id] = target
        self._changed_restreams.add(target.id)
        return target

    def clip(self, clip: Clip) -> Clip:
        """Write this clip."""
        self._clips[clip.show, clip.number] = clip
        self._changed_clips.add((clip.show, clip.number))
        return clip

    def mark(self, marker: Marker) -> Marker:
        """Write this moment."""
        self._markers[marker.show, marker.number] = marker
        self._changed_markers.add((marker.show, marker.number))
        return marker

    def grant(self, grant: Grant) -> None:
        """Give a right on a stream; one that is there already stays as it is."""
        self._grants.append(grant)

    def step(self, record: StepRecord) -> None:
        """Write a step of a journal."""
        self._steps.append(record)

    def post(self, *posts: Post | None) -> None:
        """Say these once."""
        self._posts += [post for post in posts if post is not None]

    def note(self, show: str, what: str, by: str = "", detail: str = "", *, at: datetime | None = None) -> None:
        """Write a line of the as-run log; `at` is when it happened, where that is not now."""
        self._noted.append(Noted(show, at or self.now, what, by, detail))

    def decision(self, answer: T) -> Decision[T]:
        """What has been decided, with an answer to whoever asked."""
        return Decision(
            answer,
            shows=_pick(self._shows, self._changed_shows),
            operations=_pick(self._operations, self._changed_operations),
            steps=tuple(self._steps),
            seen=self._seen if self._seen_changed else None,
            videos=_pick(self._videos, self._changed_videos),
            restreams=_pick(self._restreams, self._changed_restreams),
            posts=tuple(self._posts),
            noted=tuple(self._noted),
            clips=_pick(self._clips, self._changed_clips),
            markers=_pick(self._markers, self._changed_markers),
            grants=tuple(self._grants),
        )


K = TypeVar("K")
V = TypeVar("V")


def _pick(things: Mapping[K, V], ids: set[K]) -> tuple[V, ...]:
    return tuple(thing for key, thing in things.items() if key in ids)
