"""What a rule is handed, and what it wants written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from bot.model.access import Grant
from bot.model.clip import Clip, Marker
from bot.model.operation import Operation, StepRecord
from bot.model.restream import RestreamTarget
from bot.model.show import Show, StreamKey
from bot.model.sight import Seen, Video
from bot.model.speech import Noted, Post

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything known about a stream and the shows on it, read in one transaction.

    `shows` are those not closed, earliest first (plus the one asked about, whatever its state); `operations` those not ended of
    these shows or on this stream; `steps` the journal of these operations; `videos` and `clips` those of the stream or its shows,
    `markers` those of the shows.
    """

    key: StreamKey | None
    seen: Seen | None
    shows: tuple[Show, ...]
    operations: tuple[Operation, ...]
    steps: Mapping[str, tuple[StepRecord, ...]] = field(default_factory=dict)
    videos: tuple[Video, ...] = ()
    restreams: tuple[RestreamTarget, ...] = ()
    clips: tuple[Clip, ...] = ()
    markers: tuple[Marker, ...] = ()
    grants: tuple[Grant, ...] = field(default=(), compare=False)
    """Who the stream belongs to, before anything that is being decided. Not compared: it says who may ask, not what there is."""

    def show(self, show_id: str) -> Show:
        """The show of that id; KeyError if it is not part of this dossier."""
        for show in self.shows:
            if show.id == show_id:
                return show
        raise KeyError(show_id)

    def restream(self, target_id: str) -> RestreamTarget:
        """The restream target of that id; KeyError if it is not part of this dossier."""
        for target in self.restreams:
            if target.id == target_id:
                return target
        raise KeyError(target_id)

    def of(self, show_id: str, *verbs: str) -> tuple[Operation, ...]:
        """The unfinished operations of a show, of these verbs where any are named."""
        return tuple(op for op in self.operations if op.show == show_id and (not verbs or op.verb in verbs))

    def after(self, decision: Decision[T]) -> Dossier:
        """The dossier as it would be read once that is written; what is over stays in it, and journals stay as they are."""
        return replace(
            self,
            seen=decision.seen or self.seen,
            shows=_with(self.shows, decision.shows, lambda show: show.id),
            operations=_with(self.operations, decision.operations, lambda operation: operation.id),
            videos=_with(self.videos, decision.videos, lambda video: (video.provider, video.id)),
            restreams=_with(self.restreams, decision.restreams, lambda target: target.id),
            clips=_with(self.clips, decision.clips, lambda clip: (clip.show, clip.number)),
            markers=_with(self.markers, decision.markers, lambda marker: (marker.show, marker.number)),
            grants=_with(self.grants, decision.grants, lambda grant: (grant.key, grant.channel, grant.user)),
        )


def _with(there: Iterable[T], written: Iterable[T], identity: Callable[[T], object]) -> tuple[T, ...]:
    return tuple({identity(one): one for one in (*there, *written)}.values())


@dataclass(frozen=True, slots=True)
class Decision(Generic[T]):
    """What a rule wants written, all of it or nothing, and its answer to whoever asked."""

    answer: T
    shows: tuple[Show, ...] = ()
    operations: tuple[Operation, ...] = ()
    steps: tuple[StepRecord, ...] = ()
    seen: Seen | None = None
    videos: tuple[Video, ...] = ()
    posts: tuple[Post, ...] = ()
    noted: tuple[Noted, ...] = ()
    clips: tuple[Clip, ...] = ()
    markers: tuple[Marker, ...] = ()
    request: str = ""
    """The key of the person's request that this carries out; empty where nobody waits for it."""
    restreams: tuple[RestreamTarget, ...] = ()
    grants: tuple[Grant, ...] = ()
