"""What a rule is handed, and what it wants written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

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
