"""The store on one SQLite file: every method of `Store`, each either one question to the readers or one closure for the writer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from pydantic_core import from_json
from sqlite_utils import Database

from bot.clock import Clock, SteadyTime
from bot.errors import StoreError
from bot.model import (
    JSON,
    Clip,
    Decision,
    Dossier,
    Grant,
    Marker,
    Noted,
    Operation,
    Owners,
    Person,
    Post,
    RestreamTarget,
    Seen,
    Show,
    ShowState,
    StepRecord,
    StreamKey,
    Video,
)
from bot.passing import Passing, unheeded
from bot.store import clock_steps, decisions, grants, mail, moves, requests, schedule
from bot.store.arrivals import Arrivals
from bot.store.backup import Shelf
from bot.store.base import Asked, Letter, Parcel, Touched
from bot.store.codec import from_ms, to_ms
from bot.store.locks import FileLock, OpenFiles
from bot.store.opening import check_access, open_file, path_of, shelf_of
from bot.store.readers import Readers
from bot.store.rows import AS_RUN, CLIPS, MARKERS, OPERATIONS, PEOPLE, RESTREAMS, SEEN, SHOWS, UNFINISHED, VIDEOS, write_json
from bot.store.writer import NOTHING, Writer

T = TypeVar("T")

HEALTHY_WITHIN = 2.0
"""Real seconds in which a write has to succeed for the store to be well."""


async def open_store(
    where: str,
    *,
    clock: Clock | None = None,
    real_time: Callable[[], float] | None = None,
    passing: Passing = unheeded,
    shelf: Shelf | None = None,
) -> SqliteStore:
    """Open the database that `where` names (`sqlite:///showcaller.db`, or a path), made if it is not there yet.

    `clock` tells when a show was closed; `real_time` (epoch seconds) when a letter may be tried again. A database of an older
    version is put on the `shelf` before it is changed; without one, in the folder `backups` beside it. Raises StoreLocked,
    DamagedStore, NewerSchema or StoreError, each a sentence with the file's name.
    """
    path = path_of(where)
    loop = asyncio.get_running_loop()
    lock, db, readers = await asyncio.to_thread(_open, path, loop, shelf or shelf_of(where))
    return SqliteStore(lock, Writer(db, loop, passing), readers, clock or Clock(), real_time or SteadyTime().time)


def _open(path: Path, loop: asyncio.AbstractEventLoop, shelf: Shelf) -> tuple[FileLock, Database, Readers]:
    check_access(path)
    lock = FileLock(path)
    try:
        return lock, open_file(path, lock, shelf), Readers(path, loop)
    except BaseException:
        lock.release()
        raise


class SqliteStore:
    """The bot's memory in one file. Instants come back cut to whole milliseconds."""

    def __init__(self, lock: FileLock, writer: Writer, readers: Readers, clock: Clock, real_time: Callable[[], float]) -> None:
        self._lock = lock
        self._files = OpenFiles(lock.path)
        self._files.remember()
        self._writer = writer
        self._arrivals = Arrivals(writer)
        self._readers = readers
        self._clock = clock
        self._real_time = real_time

    # -- life ---------------------------------------------------------------------------------------------------------
    async def close(self) -> None:
        """Write and answer what was asked for, then let go of the file; closing again does nothing."""
        await self._readers.close()
        await self._writer.close()
        self._lock.release()

    async def healthy(self) -> bool:
        """Whether a write transaction succeeds within two real seconds, in the files that were opened."""
        return not await self.check()

    async def check(self) -> str:
        """Why the store is not well, in a sentence; empty if `healthy`."""
        try:
            async with asyncio.timeout(HEALTHY_WITHIN):
                if missing := await asyncio.to_thread(self._files.missing):
                    return missing
                await self._execute("UPDATE counters SET value = value + 1 WHERE name = 'pulse'")
        except (StoreError, TimeoutError) as why:
            return str(why) or f"The database has not taken a write for {HEALTHY_WITHIN:g} s."
        return ""

    @property
    def lost_transactions(self) -> int:
        """How many transactions were lost to trouble with the disk since the start."""
        return self._writer.lost

    def on_commit(self, listener: Callable[[Touched], None]) -> None:
        """Call `listener` on the event loop after each commit that touched anything; what it raises is logged."""
        self._writer.on_commit(listener)

    # -- decisions ----------------------------------------------------------------------------------------------------
    async def decide(self, about: str | StreamKey, rule: Callable[[Dossier], Decision[T]]) -> T:
        """Let `rule` decide on the dossier of a show (KeyError if unknown) or a stream, and write what it decides."""
        return await self._writer.run(lambda db: self._write(db, rule(decisions.dossier_of(db, about))))

    async def plan(self, rule: Callable[[str], Decision[T]]) -> T:
        """Let `rule` plan a show under the next handle; the handle is free again if it raises."""

        def work(db: Database) -> tuple[T, Touched]:
            return self._write(db, rule(f"s{_count(db, 'show')}"))

        return await self._writer.run(work)

    async def plan_on(self, key: StreamKey, rule: Callable[[Dossier, str], Decision[T]]) -> T:
        """Let `rule` plan a show under the next handle on a stream, by what was known of that before."""

        def work(db: Database) -> tuple[T, Touched]:
            return self._write(db, rule(decisions.dossier_of(db, key), f"s{_count(db, 'show')}"))

        return await self._writer.run(work)

    async def add_restreams(
        self, show_id: str, count: int, rule: Callable[[Dossier, tuple[str, ...]], Decision[T]], *, beside: str = ""
    ) -> T:
        """Let `rule` give a show restream targets under the next ids; the ids are free again if it raises."""

        def work(db: Database) -> tuple[T, Touched]:
            last = _count(db, "restream", count)
            ids = tuple(f"r{number}" for number in range(last - count + 1, last + 1))
            dossier = decisions.dossier_of(db, show_id)
            if beside:
                dossier = decisions.with_restreams_of(db, dossier, beside)
            return self._write(db, rule(dossier, ids))

        return await self._writer.run(work)

    async def advance(self, operation_id: str, fence: int, rule: Callable[[Dossier, Operation], Decision[T]]) -> T:
        """Let `rule` decide for an operation that is running under `fence`; LostFence if it is not."""

        def work(db: Database) -> tuple[T, Touched]:
            operation = decisions.running(db, operation_id, fence)
            return self._write(db, rule(decisions.dossier_around(db, operation), operation))

        return await self._writer.run(work)

    async def observe_video(
        self, provider: str, video_id: str, rule: Callable[[Video | None, Dossier], Decision[T]], *, show: str = ""
    ) -> T:
        """Let `rule` decide on what was known of a video and the dossier of its show, else of its stream, else an empty one."""

        def work(db: Database) -> tuple[T, Touched]:
            video = VIDEOS.first(db, "WHERE provider = ? AND id = ?", (provider, video_id))
            return self._write(db, rule(video, decisions.dossier_beside(db, video, show)))

        return await self._writer.run(work)

    def _write(self, db: Database, decision: Decision[T]) -> tuple[T, Touched]:
        return decisions.write(db, decision, self._now_ms)

    # -- reading ------------------------------------------------------------------------------------------------------
    async def dossier(self, about: str | StreamKey) -> Dossier:
        """The dossier of a show id (KeyError if unknown) or of a stream."""
        return await self._readers.ask(lambda db: decisions.dossier_of(db, about))

    async def show(self, show_id: str) -> Show | None:
        """One show."""
        return await self._readers.ask(lambda db: SHOWS.first(db, "WHERE id = ?", (show_id,)))

    async def shows(
        self,
        *,
        channel: str | None = None,
        channels: Collection[str] | None = None,
        states: Collection[ShowState] | None = None,
        start_from: datetime | None = None,
        start_until: datetime | None = None,
        text: str = "",
        page: str = "",
        without_stream: bool = False,
        newest: bool = False,
        limit: int = 100,
    ) -> list[Show]:
        """Shows that fit all that is given, by start: from `start_from`, and before `start_until`."""
        conditions: dict[str, Any] = {}
        if channel is not None:
            conditions["channel = ?"] = channel
        if channels is not None:
            conditions["channel IN (SELECT value FROM json_each(?))"] = write_json(sorted(channels))
        if states is not None:
            conditions["state IN (SELECT value FROM json_each(?))"] = write_json([str(state) for state in states])
        if start_from is not None:
            conditions["start_ms >= ?"] = to_ms(start_from)
        if start_until is not None:
            conditions["start_ms < ?"] = to_ms(start_until)
        if text:
            conditions["instr(title_folded, ?) > 0"] = text.casefold()
        if page:
            conditions["json_extract(body, '$.page') = ?"] = page
        if without_stream:
            conditions["stream = ?"] = ""
        order = "start_ms DESC, rowid DESC" if newest else "start_ms, rowid"
        where = f"WHERE {' AND '.join(conditions) or '1'} ORDER BY {order} LIMIT ?"
        return await self._readers.ask(lambda db: SHOWS.find(db, where, (*conditions.values(), limit)))

    async def show_channels(self, states: Collection[ShowState] | None = None) -> frozenset[str]:
        """The channels that have any show in these states."""
        return await self._readers.ask(lambda db: grants.show_channels(db, states))

    async def grants(self, key: StreamKey) -> tuple[Grant, ...]:
        """Whose stream it is, each right with who gave it."""
        return await self._readers.ask(lambda db: grants.grants_of(db, key))

    async def streams_by_owners(self) -> Mapping[Owners, frozenset[StreamKey]]:
        """Every stream that belongs to anybody, gathered by its owners."""
        return await self._readers.ask(grants.streams_by_owners)

    async def owners_of_videos(self, videos: Sequence[Video]) -> list[Owners]:
        """Whose videos these are, in their order."""
        return await self._readers.ask(lambda db: grants.owners_of_videos(db, videos))

    async def operation(self, operation_id: str) -> Operation | None:
        """One operation."""
        return await self._readers.ask(lambda db: OPERATIONS.first(db, "WHERE id = ?", (operation_id,)))

    async def operations(self, *, show: str | None = None, unfinished: bool = True, limit: int = 100) -> list[Operation]:
        """Operations by due time."""
        conditions = [f"state IN {UNFINISHED}"] if unfinished else ["1"]
        values: list[Any] = [limit]
        if show is not None:
            conditions.append("show = ?")
            values.insert(0, show)
        where = f"WHERE {' AND '.join(conditions)} ORDER BY due_ms, rowid LIMIT ?"
        return await self._readers.ask(lambda db: OPERATIONS.find(db, where, values))

    async def steps(self, operation_id: str) -> tuple[StepRecord, ...]:
        """The journal of an operation, by `seq`."""
        return await self._readers.ask(lambda db: decisions.steps_of(db, operation_id))

    async def seen(self, key: StreamKey) -> Seen | None:
        """What is known of a stream."""
        return await self._readers.ask(lambda db: SEEN.first(db, "WHERE provider = ? AND stream = ?", (key.provider, key.id)))

    async def streams_seen(self, provider: str) -> list[Seen]:
        """Every stream of a provider that was ever seen and is not gone, by id."""
        return await self._readers.ask(lambda db: SEEN.find(db, "WHERE provider = ? AND gone = 0 ORDER BY stream", (provider,)))

    async def videos(self, *, show: str | None = None, provider: str | None = None, limit: int = 50) -> list[Video]:
        """Videos, the newest first: by when their recording began, else by when they were seen."""
        conditions = {column: value for column, value in (("show = ?", show), ("provider = ?", provider)) if value is not None}
        where = f"WHERE {' AND '.join(conditions) or '1'} ORDER BY newness_ms DESC, rowid DESC LIMIT ?"
        return await self._readers.ask(lambda db: VIDEOS.find(db, where, (*conditions.values(), limit)))

    async def video(self, provider: str, video_id: str) -> Video | None:
        """One video."""
        return await self._readers.ask(lambda db: VIDEOS.first(db, "WHERE provider = ? AND id = ?", (provider, video_id)))

    async def restreams(self, show_id: str) -> list[RestreamTarget]:
        """The restream targets of a show that were not removed, in the order in which they were added."""
        return await self._readers.ask(lambda db: decisions.restreams_of(db, show_id))

    async def restream(self, target_id: str) -> RestreamTarget | None:
        """One restream target, removed or not."""
        return await self._readers.ask(lambda db: RESTREAMS.first(db, "WHERE id = ?", (target_id,)))

    async def restream_shows(self, provider: str, remotes: Collection[str]) -> Mapping[str, str]:
        """Of those of the provider's targets that are a show's of ours, the show, by the provider's id."""
        where = "WHERE provider = ? AND gone = 0 AND remote IN (SELECT value FROM json_each(?))"
        asked = (provider, write_json(sorted(remotes)))
        found = await self._readers.ask(lambda db: RESTREAMS.find(db, where, asked))
        return {target.remote: target.show for target in found}

    async def clips(self, show: str) -> list[Clip]:
        """The clips of a show, by number."""
        return await self._readers.ask(lambda db: CLIPS.find(db, "WHERE show = ? ORDER BY number", (show,)))

    async def markers(self, show: str) -> list[Marker]:
        """The moments noted in a show, by number."""
        return await self._readers.ask(lambda db: MARKERS.find(db, "WHERE show = ? ORDER BY number", (show,)))

    async def as_run(self, show_id: str) -> list[Noted]:
        """The as-run log of a show, in the order in which it was written."""
        return await self._readers.ask(lambda db: AS_RUN.find(db, "WHERE show = ? ORDER BY number", (show_id,)))

    # -- schedule -----------------------------------------------------------------------------------------------------
    async def next_due(self, after: datetime) -> datetime | None:
        """The earliest due time later than `after` of an operation that is scheduled or waiting."""
        found = await self._readers.ask(lambda db: schedule.next_due_ms(db, to_ms(after)))
        return None if found is None else from_ms(found)

    async def claim_due(self, now: datetime, owner: str, alive: Collection[str]) -> list[Operation]:
        """Take what was left running by the dead, then what is due: at most one for a stream, the highest rank first."""
        known = frozenset(alive)

        def work(db: Database) -> tuple[list[Operation], Touched]:
            taken, parked = schedule.claim(db, to_ms(now), owner, known)
            concerned = frozenset([*(operation.id for operation in taken), *parked])
            return taken, Touched(operations=concerned, schedule=True) if concerned else NOTHING

        return await self._writer.run(work)

    async def follow_clock(self, adopt: Callable[[], tuple[datetime, timedelta]]) -> timedelta:
        """Let `adopt` move the clock, and move along what is noted of shows that go on; by how much."""

        def work(db: Database) -> tuple[timedelta, Touched]:
            before, by = adopt()
            return by, clock_steps.follow(db, by, before)

        return await self._writer.run(work)

    # -- requests -----------------------------------------------------------------------------------------------------
    async def accept_request(self, key: str, user: str, what: str, at: datetime) -> bool:
        """Record what a person asked, once: False if this very request is known already and was not lost."""
        return bool(await self._execute(requests.TAKE, (key, user, what, to_ms(at))))

    async def request_done(self, key: str) -> None:
        """Nothing is left to do for it."""
        await self._execute(requests.DONE, (key,))

    async def lose_requests(self, word: Callable[[Asked], Post]) -> int:
        """Give up what was under way in a process that died, each with `word` to the person; how many that were."""
        return await self._writer.run(lambda db: requests.lose(db, word))

    # -- inbox --------------------------------------------------------------------------------------------------------
    async def receive(self, provider: str, stream: str, body: Mapping[str, JSON], received: datetime) -> int:
        """Accept a webhook; returns its letter's id."""
        return await self._arrivals.take((provider, stream, write_json(dict(body)), to_ms(received)))

    async def letters(self, limit: int = 100) -> list[Letter]:
        """Unopened letters whose time has come: for each stream only the oldest, oldest first."""
        now = self._real_time()
        return await self._readers.ask(lambda db: mail.letters(db, now, limit))

    async def opened(self, letter_id: int, *, forget: bool = False) -> None:
        """The letter is dealt with."""
        done = "DELETE FROM inbox WHERE id = ?" if forget else "UPDATE inbox SET state = 'opened', error = '' WHERE id = ?"
        await self._execute(done, (letter_id,))

    async def failed_letter(self, letter_id: int, error: str, retry_in: float | None) -> None:
        """Opening failed: again in `retry_in` real seconds, or never if None."""
        again = None if retry_in is None else self._real_time() + retry_in
        await self._writer.run(lambda db: mail.fail_letter(db, letter_id, error, again))

    async def dead_letters(self) -> list[Letter]:
        """Letters given up on."""
        return await self._readers.ask(mail.dead_letters)

    async def replay_letter(self, letter_id: int) -> None:
        """Open a dead letter again; KeyError for an unknown id."""
        await self._writer.run(lambda db: mail.replay_letter(db, letter_id))

    # -- outbox -------------------------------------------------------------------------------------------------------
    async def post(self, *posts: Post) -> None:
        """Queue posts on their own; one whose key is known is not queued again."""

        def work(db: Database) -> tuple[None, Touched]:
            redraw: set[str] = set()
            return None, Touched(posts=mail.queue(db, posts, redraw) > 0, redraw=frozenset(redraw))

        await self._writer.run(work)

    async def collapse_posts(self, digest: Post, keys: Collection[str]) -> None:
        """Queue one post in the place of several that are queued."""
        await self._writer.run(lambda db: mail.collapse(db, digest, keys))

    async def latest_in(self, channel: str, limit: int = 3) -> list[str]:
        """The `ts` of the newest messages of ours in a channel."""
        return await self._readers.ask(lambda db: mail.latest_in(db, channel, limit))

    async def move_channel(self, old: str, new: str) -> bool:
        """Everything kept under a channel's old id goes to its new one; False where that is so already."""
        return await self._writer.run(lambda db: moves.move_channel(db, old, new))

    async def channel_moves(self) -> dict[str, str]:
        """Earlier ids of channels, and what each is now."""
        return await self._readers.ask(moves.all_moves)

    async def parcels(self, limit: int = 200) -> list[Parcel]:
        """Queued parcels by urgency, then number."""
        return await self._readers.ask(lambda db: mail.parcels(db, limit))

    async def parcel(self, key: str) -> Parcel | None:
        """One parcel."""
        return await self._readers.ask(lambda db: mail.parcel_of(db, key))

    async def live_parcels(self, subject: str = "") -> list[Parcel]:
        """Sent parcels with a view: of one subject, or of all whose show or operation did not end more than a day ago."""
        return await self._readers.ask(lambda db: mail.live_parcels(db, subject, self._now_ms()))

    async def update_parcel(
        self,
        key: str,
        *,
        state: str | None = None,
        attempts: int | None = None,
        first_tried: float | None = None,
        slack_tried: float | None = None,
        next_try: float | None = None,
        ts: str | None = None,
        drawn: str | None = None,
        error: str | None = None,
    ) -> None:
        """Write what became of a delivery; KeyError for an unknown key."""
        told = {
            "state": state,
            "attempts": attempts,
            "first_tried": first_tried,
            "slack_tried": slack_tried,
            "next_try": next_try,
            "ts": ts,
            "drawn": drawn,
            "error": error,
        }
        changes = {column: value for column, value in told.items() if value is not None}
        await self._writer.run(lambda db: mail.update_parcel(db, key, changes))

    # -- directory ----------------------------------------------------------------------------------------------------
    async def person(self, user_id: str) -> Person | None:
        """A Slack user, as last seen."""
        return await self._readers.ask(lambda db: PEOPLE.first(db, "WHERE id = ?", (user_id,)))

    async def remember_people(self, *people: Person) -> None:
        """Keep what Slack says of these users."""
        await self._writer.run(lambda db: ([PEOPLE.put(db, person) for person in people], NOTHING))

    async def get(self, name: str) -> JSON:
        """A small fact kept under a name (None if there is none)."""
        row = await self._readers.ask(lambda db: db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone())
        return None if row is None else from_json(row[0])

    async def put(self, name: str, value: JSON) -> None:
        """Keep a small fact."""
        await self._execute("INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)", (name, write_json(value)))

    # -- housekeeping -------------------------------------------------------------------------------------------------
    async def prune(self, before: datetime) -> int:
        """Forget what is over and happened before `before`: opened letters, posts sent or given up, ended operations; how many.

        A post and an operation of a show that goes on stay, so that their keys cannot be used twice.
        """
        return await self._writer.run(lambda db: (mail.forget(db, to_ms(before)), NOTHING))

    # -----------------------------------------------------------------------------------------------------------------
    def _now_ms(self) -> int:
        return to_ms(self._clock.now())

    async def _execute(self, statement: str, values: tuple[Any, ...] = ()) -> int:
        """Run one statement that touches nothing anybody listens for; how many rows it changed."""
        return await self._writer.run(lambda db: (db.execute(statement, values).rowcount, NOTHING), one_statement=True)


def _count(db: Database, name: str, by: int = 1) -> int:
    """The last of the next `by` numbers of a counter."""
    count = "UPDATE counters SET value = value + ? WHERE name = ? RETURNING value"
    number: int = db.execute(count, (by, name)).fetchall()[0][0]
    return number
