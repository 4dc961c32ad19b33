"""Webhooks of many streams, permuted, doubled, delayed and dropped: is each change told once, is what is seen true?"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.errors import ProviderError
from bot.inbox import Inbox
from bot.model import JSON, Decision, Dossier, Look, OperationState, Post, Show, ShowState, Video
from bot.operations.restreaming import reported
from bot.providers.base import Connection, Heard, Provider, StreamInfo
from bot.providers.gcore.provider import Gcore, GcoreAccount
from bot.reactions import Reactions
from bot.sandbox.clock import RehearsalClock
from bot.show.changes import PATIENCE_FOR_A_LOOK
from bot.show.defaults import Defaults
from bot.sightings import Sightings
from bot.store import Store, open_store
from bot.watcher import Watcher
from tests.faults.tape import Round, Tape, cast, deliveries, transitions, truth, videos
from tests.show_stories.elsewhere import SUNDAY_MORNING
from tests.tally import tally

STREAMS = 50
FIGURES = Defaults()
AT_ONCE = (0.002, 0.002)
"""Real seconds before a letter that cannot be opened is tried again."""

NEVER_AT_ONCE = 0.0005
"""Real seconds after which the inbox goes on without a slow letter: so that nearly every one is slow."""

POISON = "poison"

ONE_OUTAGE = {"alarm": 1, "clear-1": 1}
"""What is posted of it beside its transitions."""


class OnTape(Gcore):
    """Gcore, whose looks see what is on the tape. `blind`: no look gets an answer. `poisoned`: some webhooks break the parser."""

    def __init__(self, clock: RehearsalClock) -> None:
        super().__init__(GcoreAccount(api_token=SecretStr("tape")), Connection(clock))
        self._clock = clock
        self.playing: dict[str, Round] = {}
        self.blind = False
        self.poisoned = True
        self.looks = 0

    async def look(self, stream: str, *, page: str = "", verifying: bool = False) -> Look:
        """See the stream."""
        if self.blind:
            raise ProviderError("No answer.")
        self.looks += 1
        seen = truth(self.playing[stream], self._clock.now())
        return seen if page == seen.page else replace(seen, page="", page_state=None)

    async def list_videos(self, stream: str = "", search: str = "") -> list[Video]:
        """The recordings that there are by now."""
        return [] if self.blind else videos(self.playing[stream], self._clock.now())

    async def list_streams(self) -> list[StreamInfo]:
        """Each stream is looked at by itself."""
        return []

    async def viewers(self, stream: str, page: str) -> int | None:
        """Nobody counts."""
        return None

    def hear(self, body: Mapping[str, JSON], at: datetime) -> Heard:
        """Translate a webhook."""
        if self.poisoned and POISON in body:
            raise ValueError(body[POISON])
        return super().hear(body, at)


@dataclass
class Book:
    """What came of it. `wrong` has a sentence for each thing that should not be."""

    streams: int = 0
    shows: int = 0
    deliveries: int = 0
    looks: int = 0
    poison: int = 0
    replayed: int = 0
    told: int = 0
    missing: int = 0
    doubled: int = 0
    astray: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"webhooks: {self.deliveries} deliveries of {self.shows} shows on {self.streams} streams, {self.looks} looks, "
            f"{self.told} changes told; missing {self.missing}, doubled {self.doubled}, not true after one look {self.astray}; "
            f"{self.poison} poisoned, {self.replayed} replayed ({self.seconds:.0f} s)"
        )


class PostOffice:
    """The bot's inbox, watcher, sightings and reactions on a store of their own, for as long as a `with` lasts."""

    def __init__(self, folder: Path, seed: int, *, blind: bool = False) -> None:
        self.clock = RehearsalClock(SUNDAY_MORNING)
        self.vendor = OnTape(self.clock)
        self.vendor.blind = blind
        self.book = Book()
        self._chance = random.Random(seed)
        self._folder = folder
        self.channels: dict[str, str] = {}
        """Where news of a provider's streams without a show goes."""
        self.patient_for = PATIENCE_FOR_A_LOOK.total_seconds()
        self.store: Store

    async def open(self) -> None:
        """Everything begins."""
        providers: dict[str, Provider] = {"gcore": self.vendor}
        self.store = await open_store(str(self._folder / "office.db"), clock=self.clock)
        reactions = Reactions(FIGURES, providers, default_channels=self.channels)
        sightings = Sightings(self.store, self.clock, reactions.react, reactions.react_to_video, reported)
        self.watcher = Watcher(self.store, providers, self.clock, FIGURES, sightings, self.patient_for)
        self.inbox = Inbox(self.store, providers, self.clock, sightings, self.watcher, AT_ONCE, slow=NEVER_AT_ONCE)
        for listener in (self.watcher.touched, self.inbox.touched):
            self.store.on_commit(listener)
        self.watcher.start()
        self.inbox.start()

    async def close(self) -> None:
        """Everything ends."""
        await self.inbox.stop()
        await self.watcher.stop()
        await self.store.close()
        await self.vendor.close()

    async def settle(self) -> None:
        """Return when every delivery is opened or given up, and nobody has anything to do before the clock moves."""
        quiet = 0
        async with asyncio.timeout(60):
            while quiet < 3:
                counts = self.inbox.counts
                opened = counts["opened"] + counts["dead"] >= counts["accepted"]
                quiet = quiet + 1 if opened and not (self.inbox.busy or self.watcher.busy) else 0
                await asyncio.sleep(0 if quiet else 0.0005)

    async def play(self, rounds: Iterable[Round]) -> None:
        """Let the clock go through these shows, one step for each second in which anything comes."""
        shows = list(rounds)
        ids = await asyncio.gather(*(self.plan(show) for show in shows))
        post: dict[datetime, list[tuple[Round, dict[str, Any]]]] = defaultdict(list)
        for show in shows:
            self.vendor.playing[str(show.stream)] = show
            for at, body in deliveries(show, self._chance):
                post[at.replace(microsecond=0) + timedelta(seconds=1)].append((show, body))
        moments = {at.replace(microsecond=0) + timedelta(seconds=1) for show in shows for at, _ in show.told} | set(post)
        end = max(show.ends for show in shows)
        for at in sorted({*moments, *_rhythm(min(show.begins for show in shows), max(end, *moments))}):
            self.clock.set(max(at, self.clock.now()))
            letters = post.get(at, [])
            self._chance.shuffle(letters)
            await asyncio.gather(*(self._deliver(body) for _, body in letters))
            await self.settle()
            for show in {show.stream: show for show, body in letters if body["type"] == "stream"}.values():
                await self._compare(show)
        for show in shows:
            await self._compare(show)
        await self._judge(dict(zip(ids, shows, strict=True)))
        self.book.shows += len(shows)
        self.book.looks, self.vendor.looks = self.book.looks + self.vendor.looks, 0

    async def replay(self) -> None:
        """Somebody mends the parser and has every dead letter opened again."""
        self.vendor.poisoned = False
        dead = await self.store.dead_letters()
        before = self.inbox.counts["opened"]
        for letter in dead:
            await self.store.replay_letter(letter.id)
        await self.settle()
        counts = self.inbox.counts
        self.book.replayed += counts["opened"] - before
        if counts["opened"] != counts["accepted"]:
            self.book.wrong.append(f"{counts['accepted']} webhooks were accepted, and opened {counts['opened']} times")

    async def _deliver(self, body: dict[str, Any]) -> None:
        if self._chance.random() < 0.01:
            self.book.poison += 1
            await self.inbox.accept("gcore", {**body, POISON: "a field that nobody expected"})
        self.book.deliveries += 1
        await self.inbox.accept("gcore", body)

    async def plan(self, show: Round) -> str:
        """Plan this show."""

        def rule(handle: str) -> Decision[str]:
            planned = Show(
                id=handle,
                title="Sunday Service",
                channel=f"C-{show.stream}",
                provider="gcore",
                zone="Europe/Berlin",
                start=show.on_air_at("live"),
                end=show.on_air_at("finished"),
                planned_by="U-ANA",
                planned_at=show.begins,
                stream=str(show.stream),
                page=show.page,
            )
            return Decision(handle, shows=(planned,))

        return await self.store.plan(rule)

    async def _compare(self, show: Round) -> None:
        seen, true = await self.store.seen(show.key), truth(show, self.clock.now())
        assert seen is not None
        found = (seen.signal, seen.recording, seen.pages.get(show.page, "pending"))
        if found != (true.signal, true.recording, true.page_state):
            self.book.astray += 1
            self.book.wrong.append(f"{show.key} at {self.clock.now():%H:%M:%S}: seen {found}, true is {true}")

    async def _judge(self, shows: Mapping[str, Round]) -> None:
        said: dict[str, Counter[str]] = defaultdict(Counter)
        for parcel in await self.store.parcels(limit=1_000_000):
            if parcel.post.view != "progress":  # one for each operation, and edited
                said[parcel.post.show][kind_of(parcel.post)] += 1
            await self.store.update_parcel(parcel.post.key, state="sent")
        for show_id, show in shows.items():
            judge(self.book, f"{show_id} on {show.key}", said[show_id], {**transitions(show), **ONE_OUTAGE})
            await self.store.decide(show_id, _closed(show_id))


def kind_of(post: Post) -> str:
    """What a post tells, without which and when."""
    return post.key.split(":")[0]


def judge(book: Book, what: str, said: Counter[str], due: Mapping[str, int]) -> None:
    """Hold what was posted of a show against what was due: all of that, nothing more often, and nothing else."""
    once = {kind: 1 for kind in said if kind == "card" or kind.startswith("video-")}
    count = tally({**once, **due}, said)
    book.told += sum(due.values()) - count.missing.total()
    book.missing += count.missing.total()
    book.doubled += count.doubled.total()
    for kind in (*count.missing, *count.doubled):
        book.wrong.append(f"{what}: {kind} was told {said[kind]} times of {due.get(kind, 0)}")


def _closed(show_id: str) -> Any:
    def rule(dossier: Dossier) -> Decision[None]:
        over = [replace(op, state=OperationState.DONE) for op in dossier.operations if op.show == show_id]
        return Decision(None, shows=(replace(dossier.show(show_id), state=ShowState.DONE),), operations=tuple(over))

    return rule


def _rhythm(begins: datetime, ends: datetime) -> list[datetime]:
    """The looks' own moments, where nothing comes."""
    every = timedelta(seconds=10)
    return [begins + every * count for count in range(1 + int((ends - begins) / every))]


def rounds(tape: Tape, number: int, begins: datetime, chance: random.Random) -> list[Round]:
    """One show on each stream, all in the same minutes."""
    return [
        cast(tape, 1000 + stream, number, begins + timedelta(seconds=chance.uniform(0, 20)), late=chance.random() < 0.2)
        for stream in range(STREAMS)
    ]


async def blind(tape: Tape, seed: int) -> Book:
    """The control: one show on each stream, and no look gets an answer."""
    return await deliver(tape, 1, seed, looking=False)


async def deliver(tape: Tape, at_least: int, seed: int, *, looking: bool = True) -> Book:
    """Shows on fifty streams until so many webhooks were delivered, then every dead letter replayed."""
    chance, began = random.Random(seed), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="showcaller-post-") as folder:
        office = PostOffice(Path(folder), seed, blind=not looking)
        await office.open()
        try:
            number = 0
            while office.book.deliveries < at_least:
                number += 1
                await office.play(rounds(tape, number, office.clock.now() + timedelta(minutes=1), chance))
            await office.replay()
        finally:
            await office.close()
    office.book.streams, office.book.seconds = STREAMS, time.monotonic() - began
    return office.book


def believed(tape: Tape, seed: int) -> Book:
    """The control: what a bot tells that believes every webhook as it comes, and tells what differs from the one before."""
    book, chance = Book(streams=STREAMS, shows=STREAMS), random.Random(seed)
    for show in rounds(tape, 1, SUNDAY_MORNING, chance):
        said: Counter[str] = Counter()
        known: dict[str, Any] = {"live": False, "recording": False, "status": "pending"}
        for _, body in sorted(deliveries(show, chance), key=lambda one: one[0]):
            said.update(_news(known, body))
            book.deliveries += 1
        judge(book, str(show.key), said, transitions(show))
    return book


def _news(known: dict[str, Any], body: dict[str, Any]) -> list[str]:
    kind, entity = next(iter(body["message"].items()))
    if kind == "video":
        return [f"video-{entity['id']}-{entity['status']}"]
    names = {"live": "signal", "recording": "recording"}
    news = [f"{names[fact]}-{entity[fact]}" for fact in names if fact in entity and entity[fact] != known[fact]]
    if kind == "broadcast" and entity["status"] != known["status"]:
        news.append({"live": "on-air", "finished": "off-air"}[entity["status"]])
    known.update(entity)
    return news
