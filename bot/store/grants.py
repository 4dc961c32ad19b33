"""Who streams and videos belong to, read and written inside a transaction that somebody else began."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlite_utils import Database

from bot.model import Grant, Owners, Show, ShowState, StreamKey, Video, owners_of
from bot.store import moves
from bot.store.codec import from_ms, to_ms
from bot.store.rows import write_json

COLUMNS = "provider, stream, channel, user, given_by, at_ms"
PUT = f"INSERT OR IGNORE INTO grants ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608  # names of ours, no input

FIRST_SHOW = f"""
INSERT OR IGNORE INTO grants ({COLUMNS}) SELECT ?1, ?2, ?3, '', '', ?4
WHERE NOT EXISTS (SELECT 1 FROM grants WHERE provider = ?1 AND stream = ?2 AND channel <> '')
"""  # noqa: S608  # names of ours, no input


KEPT = "SELECT provider, id, show, stream FROM videos WHERE id IN (SELECT value FROM json_each(?))"
CLIPPED = """
SELECT provider, json_extract(body, '$.video') AS video, show, stream FROM clips
WHERE video IN (SELECT value FROM json_each(?))
"""

CHANNELS = """
WITH RECURSIVE found (channel) AS (
    SELECT min(channel) FROM shows
    UNION ALL SELECT (SELECT min(shows.channel) FROM shows WHERE shows.channel > found.channel) FROM found WHERE channel IS NOT NULL
) SELECT channel FROM found WHERE channel IS NOT NULL
"""
"""Each channel once, by skipping from one to the next in the index: the work grows with the channels, not with their shows."""

CHANNELS_IN = "SELECT DISTINCT channel FROM shows WHERE state IN (SELECT value FROM json_each(?))"


def show_channels(db: Database, states: Collection[ShowState] | None) -> frozenset[str]:
    """The channels that have any show in these states."""
    asked = (CHANNELS, ()) if states is None else (CHANNELS_IN, (write_json([str(state) for state in states]),))
    return frozenset(channel for (channel,) in db.execute(*asked))


def grants_of(db: Database, key: StreamKey) -> tuple[Grant, ...]:
    """The grants of one stream, the oldest first."""
    where = "WHERE provider = ? AND stream = ? ORDER BY at_ms"
    rows = db.execute(f"SELECT {COLUMNS} FROM grants {where}", (key.provider, key.id))  # noqa: S608  # names of ours, no input
    return tuple(_grant(row) for row in rows)


def streams_by_owners(db: Database) -> dict[Owners, frozenset[StreamKey]]:
    """Every stream that belongs to anybody, gathered by its owners: of thousands of streams there are only few of these."""
    found: dict[StreamKey, tuple[set[str], set[str]]] = {}
    for provider, stream, channel, user in db.execute("SELECT provider, stream, channel, user FROM grants"):
        channels, people = found.setdefault(StreamKey(provider, stream), (set(), set()))
        channels.add(channel)
        people.add(user)
    gathered: dict[Owners, set[StreamKey]] = {}
    for key, (channels, people) in found.items():
        gathered.setdefault(Owners(frozenset(channels - {""}), frozenset(people - {""})), set()).add(key)
    return {owners: frozenset(keys) for owners, keys in gathered.items()}


def _grant(row: tuple[Any, ...]) -> Grant:
    provider, stream, channel, user, by, at = row
    return Grant(StreamKey(provider, stream), channel, user, by, from_ms(at))


def put_grants(db: Database, grants: Iterable[Grant]) -> None:
    """Keep these; one that is there already stays as it is."""
    for grant in grants:
        db.execute(PUT, (grant.key.provider, grant.key.id, moves.current(db, grant.channel), grant.user, grant.by, to_ms(grant.at)))


def first_show(db: Database, show: Show) -> None:
    """A stream that belongs to no channel yet belongs to that of its first show, as of the commit that puts the show on it."""
    if show.stream:
        db.execute(FIRST_SHOW, (show.provider, show.stream, show.channel, to_ms(show.planned_at)))


def owners_of_videos(db: Database, videos: Sequence[Video]) -> list[Owners]:
    """The owners of each: the channel of its show, or of the show whose clip it is, else the owners of its stream."""
    known = _known(db, videos)
    shows = {number: video.show or known.get((video.provider, video.id), ("", ""))[0] for number, video in enumerate(videos)}
    channels = _channels(db, set(shows.values()))
    streams: dict[StreamKey, Owners] = {}
    of_channel = {channel: Owners(frozenset({channel})) for channel in channels.values()}
    found = []
    for number, video in enumerate(videos):
        stream = video.stream or known.get((video.provider, video.id), ("", ""))[1]
        channel = channels.get(shows[number])
        if channel is not None:
            found.append(of_channel[channel])
            continue
        key = StreamKey(video.provider, stream)
        if key not in streams:
            streams[key] = owners_of(grants_of(db, key)) if stream else Owners(known=False)
        found.append(streams[key])
    return found


def _known(db: Database, videos: Sequence[Video]) -> dict[tuple[str, str], tuple[str, str]]:
    """Show and stream of these videos, as far as they are kept; a clip's video belongs to the show that it was cut out of."""
    ids = write_json(sorted({video.id for video in videos}))
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for question in (KEPT, CLIPPED):
        for provider, video, show, stream in db.execute(question, (ids,)):
            before = found.get((provider, video), ("", ""))
            found[provider, video] = (before[0] or show, before[1] or stream)
    return found


def _channels(db: Database, shows: set[str]) -> dict[str, str]:
    wanted = write_json(sorted(shows))
    return dict(db.execute("SELECT id, channel FROM shows WHERE id IN (SELECT value FROM json_each(?))", (wanted,)))
