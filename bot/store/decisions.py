"""Reading a dossier and writing a decision, inside a transaction that somebody else began."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sqlite_utils import Database

from bot.errors import StoreError
from bot.model import (
    Clip,
    Decision,
    Dossier,
    Marker,
    Operation,
    OperationState,
    RestreamTarget,
    Show,
    StepRecord,
    StreamKey,
    Video,
)
from bot.store import grants, moves, requests
from bot.store.base import LostFence, Touched
from bot.store.mail import queue
from bot.store.rows import (
    AS_RUN,
    CLIPS,
    MARKERS,
    OPERATIONS,
    RESTREAMS,
    SEEN,
    SHOWS,
    STEPS,
    UNFINISHED,
    VIDEOS,
    stream_key,
    write_json,
)

T = TypeVar("T")

DOSSIER_VIDEOS = 200
"""The newest videos of a show, and clips of a stream, that a dossier carries."""

BESIDE = 20
"""The newest videos of a stream, of any show or none, that a dossier carries: it is read with every look, no rule asks for those of
shows that are closed, and a stream that is used every day gathers thousands in a year."""

NOT_CLOSED = "state NOT IN ('done', 'cancelled')"

NOBODY = Dossier(None, None, (), ())
"""What is known of nothing."""


# -- reading ----------------------------------------------------------------------------------------------------------
def dossier_of(db: Database, about: str | StreamKey) -> Dossier:
    """The dossier of a show id (KeyError if there is no such show) or of a stream."""
    if isinstance(about, StreamKey):
        return _assemble(db, about, _open_shows(db, about))
    show = SHOWS.first(db, "WHERE id = ?", (about,))
    if show is None:
        raise KeyError(about)
    if show.key is None:
        return _assemble(db, None, [show])
    return _assemble(db, show.key, [show, *_open_shows(db, show.key, show.id)])


def _open_shows(db: Database, key: StreamKey, but: str = "") -> list[Show]:
    return SHOWS.find(db, f"WHERE provider = ? AND stream = ? AND {NOT_CLOSED} AND id <> ?", (key.provider, key.id, but))


def _assemble(db: Database, key: StreamKey | None, shows: list[Show]) -> Dossier:
    seen = SEEN.first(db, "WHERE provider = ? AND stream = ?", (key.provider, key.id)) if key else None
    operations = _operations(db, key, shows)
    return Dossier(
        key=key,
        seen=seen,
        shows=tuple(sorted(shows, key=lambda show: (show.start, show.id))),
        operations=tuple(operations),
        steps=_steps(db, operations),
        videos=tuple(_videos(db, key, shows)),
        restreams=tuple(target for show in shows for target in restreams_of(db, show.id)),
        clips=tuple(_clips(db, key, shows)),
        markers=tuple(_markers(db, shows)),
        grants=grants.grants_of(db, key) if key else (),
    )


def _operations(db: Database, key: StreamKey | None, shows: Sequence[Show]) -> list[Operation]:
    found: dict[str, Operation] = {}
    for show in shows:
        for operation in OPERATIONS.find(db, f"WHERE show = ? AND state IN {UNFINISHED}", (show.id,)):
            found[operation.id] = operation
    if key is not None:
        where = f"WHERE provider = ? AND stream = ? AND stream <> '' AND state IN {UNFINISHED}"
        for operation in OPERATIONS.find(db, where, (key.provider, key.id)):
            found[operation.id] = operation
    return sorted(found.values(), key=lambda operation: (operation.due, operation.id))


def _steps(db: Database, operations: Sequence[Operation]) -> dict[str, tuple[StepRecord, ...]]:
    return {operation.id: steps for operation in operations if (steps := steps_of(db, operation.id))}


def steps_of(db: Database, operation_id: str) -> tuple[StepRecord, ...]:
    """The journal of an operation, by `seq`."""
    return tuple(STEPS.find(db, "WHERE operation = ? ORDER BY seq", (operation_id,)))


def _videos(db: Database, key: StreamKey | None, shows: Sequence[Show]) -> list[Video]:
    newest = "ORDER BY newness_ms DESC LIMIT"
    found: dict[tuple[str, str], Video] = {}
    if key is not None:
        where = f"WHERE provider = ? AND stream = ? AND stream <> '' {newest} {BESIDE}"
        for video in VIDEOS.find(db, where, (key.provider, key.id)):
            found[video.provider, video.id] = video
    for show in shows:
        for video in VIDEOS.find(db, f"WHERE show = ? AND show <> '' {newest} {DOSSIER_VIDEOS}", (show.id,)):
            found[video.provider, video.id] = video
    return list(found.values())


def restreams_of(db: Database, show_id: str) -> list[RestreamTarget]:
    """The restream targets of a show that were not removed, in the order in which they were added."""
    return RESTREAMS.find(db, "WHERE show = ? AND gone = 0 ORDER BY rowid", (show_id,))


def with_restreams_of(db: Database, dossier: Dossier, show_id: str) -> Dossier:
    """The dossier with the restream targets of another show as well."""
    known = {target.id for target in dossier.restreams}
    beside = [target for target in restreams_of(db, show_id) if target.id not in known]
    return replace(dossier, restreams=(*dossier.restreams, *beside))


def _clips(db: Database, key: StreamKey | None, shows: Sequence[Show]) -> list[Clip]:
    """All of the shows; and the newest of the stream, whose videos may be reported when their show is closed."""
    mine = CLIPS.find(db, "WHERE show IN (SELECT value FROM json_each(?)) ORDER BY show, number", (_ids(shows),)) if shows else []
    if key is None:
        return mine
    newest = f"WHERE provider = ? AND stream = ? ORDER BY start_ms DESC LIMIT {DOSSIER_VIDEOS}"
    known = {clip.show for clip in mine}
    return [*mine, *(clip for clip in CLIPS.find(db, newest, (key.provider, key.id)) if clip.show not in known)]


def _markers(db: Database, shows: Sequence[Show]) -> list[Marker]:
    return MARKERS.find(db, "WHERE show IN (SELECT value FROM json_each(?)) ORDER BY show, number", (_ids(shows),)) if shows else []


def _ids(shows: Sequence[Show]) -> str:
    return write_json([show.id for show in shows])


def running(db: Database, operation_id: str, fence: int) -> Operation:
    """The operation, if it is running under this fence; else LostFence."""
    operation = OPERATIONS.first(db, "WHERE id = ?", (operation_id,))
    if operation is None or operation.state is not OperationState.RUNNING or operation.fence != fence:
        raise LostFence(operation_id)
    return operation


def dossier_around(db: Database, operation: Operation) -> Dossier:
    """The dossier of its show, else of its stream, else an empty one; the operation itself is always part of it."""
    dossier = _nearest(db, operation.show, stream_key(operation.provider, operation.stream))
    if any(known.id == operation.id for known in dossier.operations):
        return dossier
    operations = (*dossier.operations, operation)
    return replace(dossier, operations=operations, steps=_steps(db, operations))


def dossier_beside(db: Database, video: Video | None, show: str = "") -> Dossier:
    """The dossier of a video's show, closed or not, else of the stream that it was recorded from, else an empty one."""
    if video is None:
        return _nearest(db, show, None)
    return _nearest(db, show or video.show, stream_key(video.provider, video.stream))


def _nearest(db: Database, show: str, key: StreamKey | None) -> Dossier:
    if show and db.execute("SELECT 1 FROM shows WHERE id = ?", (show,)).fetchone():
        return dossier_of(db, show)
    return dossier_of(db, key) if key else NOBODY


# -- writing ----------------------------------------------------------------------------------------------------------
def write(db: Database, decision: Decision[T], now_ms: Callable[[], int]) -> tuple[T, Touched]:
    """Write all of a decision. StoreError where it would bring an ended operation back, or put two at work on one stream."""
    grants.put_grants(db, decision.grants)
    for show in decision.shows:
        _write_show(db, show, now_ms)
    _write_operations(db, decision.operations)
    for step in decision.steps:
        STEPS.put(db, step)
    if decision.seen is not None:
        SEEN.put(db, decision.seen)
    for video in decision.videos:
        VIDEOS.put(db, video)
    for target in decision.restreams:
        RESTREAMS.put(db, target)
    for clip in decision.clips:
        CLIPS.put(db, clip)
    for marker in decision.markers:
        MARKERS.put(db, marker)
    for line in decision.noted:
        AS_RUN.put(db, line)
    redraw: set[str] = set()
    queued = queue(db, decision.posts, redraw)
    requests.done(db, decision.request)
    return decision.answer, _touched(decision, queued, redraw)


def _write_show(db: Database, show: Show, now_ms: Callable[[], int]) -> None:
    show = replace(show, channel=moves.current(db, show.channel))
    SHOWS.put(db, show)
    grants.first_show(db, show)
    if show.state.closed:
        db.execute("UPDATE shows SET closed_ms = ? WHERE id = ? AND closed_ms IS NULL", (now_ms(), show.id))
    else:
        db.execute("UPDATE shows SET closed_ms = NULL WHERE id = ? AND closed_ms IS NOT NULL", (show.id,))


def _write_operations(db: Database, operations: Sequence[Operation]) -> None:
    """Those that let go of a stream first: a takeover writes the old and the new one together, in any order."""
    for operation in sorted(operations, key=lambda operation: operation.state is OperationState.RUNNING):
        if not OPERATIONS.put(db, replace(operation, channel=moves.current(db, operation.channel))):
            raise StoreError(f"The operation {operation.id} has ended and cannot become {operation.state} again.")


def _touched(decision: Decision[Any], queued: int, redraw: Collection[str]) -> Touched:
    streams = {StreamKey(video.provider, video.stream) for video in decision.videos if video.stream}
    if decision.seen is not None:
        streams.add(decision.seen.key)
    shows = {show.id for show in decision.shows}
    shows |= {thing.show for things in (decision.operations, decision.videos, decision.restreams) for thing in things if thing.show}
    shows |= {thing.show for things in (decision.clips, decision.markers) for thing in things}
    return Touched(
        shows=frozenset(shows),
        operations=frozenset([operation.id for operation in decision.operations] + [step.operation for step in decision.steps]),
        streams=frozenset(streams),
        schedule=bool(decision.operations),
        posts=queued > 0,
        redraw=frozenset(redraw),
    )
