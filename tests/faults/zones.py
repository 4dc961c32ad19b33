"""Shows planned across every change of clocks of every zone, and claimed in order: when does each start, by the clock on its wall?

What a wall shows is told by the trivial direction, from the instant to the wall, quarter by quarter; the product takes the other.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from bot.errors import Question
from bot.model import Decision, Dossier, Operation, OperationState, Show
from bot.operations.planning import Plan, make
from bot.show.defaults import Defaults
from bot.show.draft import Draft
from bot.show.plan_text import PlanWords, parse_plan
from bot.store import Store, open_store
from tests.store.nouns import schedule

FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
FIGURES = Defaults()
QUARTER, HOUR, DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
AHEAD = timedelta(days=40)
"""Shows are planned so long before the change: by the other offset."""

WALLS = tuple(timedelta(minutes=count) for count in (-60, -30, 0, 30, 60, 90))
"""Where starts lie on the wall, from the moment at which clocks change."""

Read = Callable[[str, datetime, ZoneInfo], PlanWords]


@dataclass
class Book:
    """What came of the shows. `wrong` has a sentence for each that did not start once, on time, by the wall."""

    zones: int = 0
    changes: int = 0
    shows: int = 0
    questions: int = 0
    wrong: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)

    def blame(self, kind: str, what: str) -> None:
        """Count it and keep the sentence."""
        self.kinds[kind] += 1
        self.wrong.append(f"{kind}: {what}")

    def __str__(self) -> str:
        found = ", ".join(f"{self.kinds[kind]} {kind}" for kind in ("misread", "off the wall", "twice", "never"))
        return (
            f"zones and clocks: {self.zones} zones, {self.changes} changes of clocks in 2026 to 2028, {self.shows} shows, "
            f"{self.questions} questions; {found}"
        )


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A show as somebody confirmed it: its zone, and what the wall there has to show when it starts."""

    zone: ZoneInfo
    wall: datetime
    words: PlanWords


@cache
def changes_of(zone: ZoneInfo) -> tuple[datetime, ...]:
    """The instants at which clocks in this zone change in the three years."""
    found, at = [], FIRST
    while at < LAST:
        later = at + DAY
        if at.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            found += [
                at + QUARTER * count
                for count in range(1, 97)
                if (at + QUARTER * count).astimezone(zone).utcoffset() != (at + QUARTER * (count - 1)).astimezone(zone).utcoffset()
            ]
        at = later
    return tuple(found)


def every_zone() -> list[ZoneInfo]:
    """Every zone in which clocks change in the three years."""
    names = sorted(available_timezones() - {"localtime", "Factory", "posixrules"})
    return [zone for zone in map(ZoneInfo, names) if changes_of(zone)]


def one_of_each() -> list[ZoneInfo]:
    """Of the zones whose clocks go alike one."""
    alike: dict[tuple[object, ...], ZoneInfo] = {}
    for zone in every_zone():
        alike.setdefault(tuple((at, at.astimezone(zone).utcoffset()) for at in changes_of(zone)), zone)
    return list(alike.values())


def as_we_read(line: str, now: datetime, zone: ZoneInfo) -> PlanWords:
    """The product's own reading."""
    return parse_plan(line, now, zone)


def by_the_offset_of_today(line: str, now: datetime, zone: ZoneInfo) -> PlanWords:
    """The control: what a program does that adds wall time to the offset it sees when a show is planned."""
    said = line.split()
    wall = datetime.fromisoformat(f"{said[1]}T{said[2]}")
    start = (wall - (now.astimezone(zone).utcoffset() or timedelta())).replace(tzinfo=UTC)
    return PlanWords("Show", start, start + HOUR, zone)


async def planned_and_claimed(zones: Sequence[ZoneInfo], read: Read = as_we_read) -> Book:
    """Plan a show at each wall time around each change, let the clock go, and hold the starts against the walls."""
    book = Book(zones=len(zones), changes=sum(len(changes_of(zone)) for zone in zones))
    with tempfile.TemporaryDirectory(prefix="showcaller-zones-") as folder:
        store = await open_store(str(Path(folder) / "zones.db"))
        try:
            wishes = list(_confirmed(zones, read, book))
            shows = [show for some in _in_batches(wishes) for show in await asyncio.gather(*(_plan(store, one) for one in some))]
            confirmed = dict(zip((show.id for show in shows), wishes, strict=True))
            book.shows = len(confirmed)
            starts = await _claim_all(store, {wanted.words.start for wanted in confirmed.values()})
        finally:
            await store.close()
    for show_id, wanted in confirmed.items():
        _judge(show_id, wanted, starts[show_id], book)
    return book


def _in_batches(wishes: list[Confirmed]) -> Iterator[list[Confirmed]]:
    return (wishes[first : first + 100] for first in range(0, len(wishes), 100))


def _confirmed(zones: Sequence[ZoneInfo], read: Read, book: Book) -> Iterator[Confirmed]:
    for zone in zones:
        for change in changes_of(zone):
            walls = _walls_around(change, zone)
            before = change.astimezone(UTC) - QUARTER
            edge = (before.astimezone(zone) + QUARTER).replace(tzinfo=None)
            for beside in WALLS:
                wall = edge + beside
                yield from _read_one(zone, wall, walls.get(wall, []), change - AHEAD, read, book)


def _walls_around(change: datetime, zone: ZoneInfo) -> dict[datetime, list[datetime]]:
    """What clocks show at every quarter of the hours around a change, and when."""
    shown: dict[datetime, list[datetime]] = defaultdict(list)
    for quarter in range(-24, 24):
        at = change + QUARTER * quarter
        shown[at.astimezone(zone).replace(tzinfo=None)].append(at)
    return shown


def _read_one(zone: ZoneInfo, wall: datetime, shown: list[datetime], now: datetime, read: Read, book: Book) -> Iterator[Confirmed]:
    line = f"Show {wall:%Y-%m-%d %H:%M} for 60m"
    try:
        words = read(line, now, zone)
    except Question as asked:
        book.questions += 1
        answers = [read(choice.value, now, zone) for choice in asked.choices]
        if len(shown) == 1:
            book.blame("misread", f"{line} in {zone} is asked about, though it comes once")
        elif shown and [answer.start for answer in answers] != shown:
            book.blame("misread", f"{line} in {zone} comes at {shown}, the question offers {answers}")
        for answer in answers:
            yield Confirmed(zone, answer.start.astimezone(zone).replace(tzinfo=None), answer)
        return
    if len(shown) > 1:
        book.blame("misread", f"{line} in {zone} comes twice and nobody is asked")
    yield Confirmed(zone, wall, words)


async def _plan(store: Store, wanted: Confirmed) -> Show:
    words = wanted.words

    def rule(handle: str) -> Decision[Show]:
        plan = Plan(words.title, "C-CREW", "gcore", str(wanted.zone), words.start, words.end, "U-ANA", stream=handle)
        draft = Draft(Dossier(None, None, (), ()), words.start - AHEAD)
        return draft.decision(make(draft, handle, plan, FIGURES))

    return await store.plan(rule)


async def _claim_all(store: Store, starts: set[datetime]) -> dict[str, list[datetime]]:
    """Claim what is due at each start in turn; for which moments each show was claimed to go live."""
    claimed: dict[str, list[datetime]] = defaultdict(list)
    for now in sorted(starts):
        while due := await store.claim_due(now, "boot", ()):
            for op in due:
                if op.verb == "go":
                    claimed[op.show].append(op.due)
            await schedule(store, *(_done(op, now) for op in due))
    return claimed


def _done(op: Operation, now: datetime) -> Operation:
    return replace(op, state=OperationState.DONE, ended=now, fence=op.fence + 1)


def _judge(show_id: str, wanted: Confirmed, starts: list[datetime], book: Book) -> None:
    what = f"{show_id}, confirmed for {wanted.wall} in {wanted.zone}"
    if not starts:
        book.blame("never", what)
    elif len(starts) > 1:
        book.blame("twice", f"{what}, started at {starts}")
    elif starts[0].astimezone(wanted.zone).replace(tzinfo=None) != wanted.wall:
        book.blame("off the wall", f"{what}, started when clocks there showed {starts[0].astimezone(wanted.zone)}")
