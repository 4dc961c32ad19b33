"""A workspace with so many of everything, for the loop to be held by."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import commands
from bot.model import (
    Clip,
    Marker,
    Noted,
    Operation,
    OperationState,
    Person,
    Post,
    RestreamTarget,
    Seen,
    Show,
    ShowState,
    StreamKey,
    Urgency,
    Video,
)
from bot.providers.base import StreamInfo
from bot.sandbox.rehearsal import Rehearsal
from bot.store import mail
from bot.store.base import Touched
from bot.store.rows import AS_RUN, CLIPS, MARKERS, OPERATIONS, PEOPLE, RESTREAMS, SEEN, SHOWS, VIDEOS
from tests.studio import Studio

START = datetime(2026, 11, 22, 7, 50, tzinfo=UTC)
STATES = (ShowState.PLANNED, ShowState.DONE, ShowState.OPEN)
FAR = timedelta(days=400)


async def crowded(folder: Path, count: int) -> Studio:
    """A crew with one show of its own, s1, that has `count` of everything, among as many shows, streams and videos."""
    rehearsal = Rehearsal(folder, commands.load(), start=START)
    await rehearsal.open()
    crew = Studio(rehearsal)
    await rehearsal.settle()
    await crew.plan("Sunday Service 10:00-10:20")
    show = await crew.show()
    provider: Any = rehearsal.bot.providers["gcore"]
    (one,) = await provider.list_streams()
    streams, videos = _streams(one, count), _videos(count)

    async def list_streams() -> list[StreamInfo]:
        return list(streams)

    async def list_videos(stream: str = "", search: str = "") -> list[Video]:
        return list(videos)

    provider.list_streams, provider.list_videos = list_streams, list_videos
    store: Any = rehearsal.bot.store
    await store._writer.run(lambda db: _fill(db, show, videos, count))
    return crew


def _streams(one: StreamInfo, count: int) -> list[StreamInfo]:
    keys = [StreamKey("gcore", str(10**6 + number)) for number in range(count)]
    looks = [replace(one.look, key=key, enabled=bool(number % 2)) for number, key in enumerate(keys)]
    return [
        replace(one, key=look.key, name=f"Church {number} hall", look=look, enabled=look.enabled)
        for number, look in enumerate(looks)
    ]


def _videos(count: int) -> list[Video]:
    made = range(count)
    return [
        Video("gcore", str(10**6 + number), name=f"Recording {number}", status="ready", seen_at=START, started_at=START)
        for number in made
    ]


def _fill(db: Any, show: Show, videos: list[Video], count: int) -> tuple[None, Touched]:
    for number, video in enumerate(videos):
        start, stream = START + timedelta(minutes=number), str(10**6 + number)
        title, state = f"Service {number}", STATES[number % 3]
        SHOWS.put(db, replace(show, id=f"s{number + 10}", title=title, stream=stream, start=start, end=start, state=state))
        VIDEOS.put(db, replace(video, show=show.id if number % 2 else ""))
        SEEN.put(db, Seen(StreamKey("gcore", stream), name=title))
        MARKERS.put(db, Marker(show.id, number + 1, start, "U1", f"goal {number}"))
        CLIPS.put(db, Clip(show.id, number + 1, "gcore", show.stream, start, start + timedelta(seconds=60), "U1", START))
        RESTREAMS.put(db, RestreamTarget(f"t{number}", show.id, "gcore", title, "live.example.org", f"tag{number}", "U1", START))
        AS_RUN.put(db, Noted(show.id, start, "signal True", "webhook", ""))
        PEOPLE.put(db, Person(f"U9{number:06}", f"person {number}"))
        later = Operation(f"op{number}", "remind", START + FAR, "clock", START, show=show.id, state=OperationState.SCHEDULED)
        OPERATIONS.put(db, later)
    posts = (Post(f"old:{number}", "C_NOWHERE", START, Urgency.STATE, text="news", show=show.id) for number in range(count))
    mail.queue(db, posts, set())
    db.execute("UPDATE posts SET state = 'sent' WHERE key LIKE 'old:%'")
    return None, Touched()
