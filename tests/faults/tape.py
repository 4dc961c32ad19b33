"""A real show's webhooks on tape, cast for any stream and any evening, and what was true at the provider at each moment of it."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import commands
from bot.model import JSON, Look, Source, StreamKey, Video
from bot.providers.gcore import webhooks
from bot.sandbox.rehearsal import Rehearsal
from tests.show_stories.elsewhere import SUNDAY_MORNING
from tests.show_stories.gallery import Gallery

LONGEST_PAUSE = 20.0
"""Show seconds between two webhooks, at most: nothing happens in a longer one."""

BEFORE, AFTER = timedelta(seconds=20), timedelta(seconds=70)
"""From the beginning of a round to the first webhook, and from the last to its end: long enough for every look there is."""

LATE, VERY_LATE = 4.0, 60.0
"""Seconds by which most deliveries come late, at most; and by which some shows' do."""


@dataclass(frozen=True, slots=True)
class Event:
    """A webhook as it was sent, so many seconds after the first of its show."""

    after: float
    body: str


@dataclass(frozen=True, slots=True)
class Tape:
    """Every webhook of one show, from the encoder's first signal to the last part of its recording."""

    events: tuple[Event, ...]
    names: tuple[str, ...]
    """The ids on the tape: of the stream, the page and the videos, in the order in which they came."""

    @property
    def length(self) -> timedelta:
        """From the first webhook to the last."""
        return timedelta(seconds=self.events[-1].after)


@dataclass(frozen=True, slots=True)
class Round:
    """One show of one stream: the tape with ids of its own, begun at `begins`. `late`: some of its webhooks come very late."""

    stream: int
    number: int
    begins: datetime
    told: tuple[tuple[datetime, dict[str, Any]], ...]
    late: bool

    @property
    def key(self) -> StreamKey:
        """Its stream."""
        return StreamKey("gcore", str(self.stream))

    @property
    def page(self) -> str:
        """The id of its page."""
        return str(self.stream * 1000 + self.number)

    @property
    def ends(self) -> datetime:
        """When nothing more is going to be seen of it."""
        return self.told[-1][0] + AFTER

    def on_air_at(self, state: str) -> datetime:
        """When its page came to show this."""
        return next(at for at, body in self.told if body["message"].get("broadcast", {}).get("status") == state)


async def record() -> Tape:
    """Play a whole show with an encoder that drops out once, and keep its webhooks."""
    with tempfile.TemporaryDirectory(prefix="showcaller-tape-") as folder:
        rehearsal = Rehearsal(Path(folder), commands.load(), start=SUNDAY_MORNING)
        await rehearsal.open()
        try:
            gallery = Gallery(rehearsal)
            await gallery.on_air()
            await gallery.at("10:08", step=60)
            gallery.drop()
            await gallery.passes(40, step=4)
            gallery.connect()
            await gallery.at("10:19:50", step=60)
            await gallery.at("10:20:20", step=4)
            await gallery.at("10:40", step=60)
        finally:
            await rehearsal.close()
    return _cut([(delivery.at, delivery.payload) for delivery in rehearsal.cloud.webhooks.log])


def _cut(log: Sequence[tuple[datetime, dict[str, Any]]]) -> Tape:
    events: list[Event] = []
    names: dict[str, None] = {}
    after = 0.0
    for number, (at, body) in enumerate(log):
        after += min((at - log[number - 1][0]).total_seconds(), LONGEST_PAUSE) if number else 0.0
        events.append(Event(after, json.dumps(body)))
        for entity in body["message"].values():
            names[str(entity["id"])] = None
    return Tape(tuple(events), tuple(names))


def cast(tape: Tape, stream: int, number: int, begins: datetime, *, late: bool) -> Round:
    """The tape as the `number`-th show of a stream, with a page and videos of its own."""
    ids = {name: str(stream * 1_000_000 + number * 100 + place) for place, name in enumerate(tape.names)}
    ids[_first(tape, "stream")], ids[_first(tape, "broadcast")] = str(stream), str(stream * 1000 + number)
    told = []
    for event in tape.events:
        body = event.body
        for name, other in ids.items():
            body = body.replace(name, other)
        told.append((begins + BEFORE + timedelta(seconds=event.after), json.loads(body)))
    return Round(stream, number, begins, tuple(told), late)


def _first(tape: Tape, kind: str) -> str:
    bodies = [json.loads(event.body)["message"] for event in tape.events]
    return str(next(body[kind]["id"] for body in bodies if kind in body))


def deliveries(show: Round, chance: random.Random) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """What a network makes of its webhooks: dropped, doubled, delayed and so in another order."""
    for at, body in show.told:
        copies = 0 if chance.random() < 0.15 else 1
        while copies and chance.random() < 0.3:
            copies += 1
        for _ in range(copies):
            very = show.late and chance.random() < 0.2
            most = VERY_LATE if very else LATE if chance.random() < 0.3 else 1.0
            yield at + timedelta(seconds=chance.uniform(0.0, most)), body


def truth(show: Round, now: datetime) -> Look:
    """What a look at the stream and its page sees at that moment."""
    state: dict[str, JSON] = {"live": False, "recording": False, "backup_live": False}
    page = "pending"
    for at, body in show.told:
        if at <= now:
            state |= body["message"].get("stream", {})
            page = body["message"].get("broadcast", {}).get("status", page)
    live, backup = bool(state["live"]), bool(state["backup_live"])
    return Look(
        show.key,
        now,
        Source.LOOK,
        name="church-main",
        enabled=True,
        signal=live or backup,
        primary=live,
        backup=backup,
        recording=bool(state["recording"]),
        page=show.page,
        page_state=page,
    )


def videos(show: Round, now: datetime) -> list[Video]:
    """The show's recordings as they are listed at that moment."""
    listed: dict[str, Video] = {}
    for at, body in show.told:
        if at <= now and body["type"] == "video":
            for video in webhooks.hear(body, at).videos:
                listed[video.id] = video
    return list(listed.values())


def transitions(show: Round) -> dict[str, int]:
    """What has to be told of it, and how often. Once viewers were sent home, the end of the signal is no news."""
    found = {"signal-True": 0, "signal-False": 0, "recording-True": 0, "recording-False": 0, "on-air": 1, "off-air": 1}
    before = truth(show, show.begins)
    for at, _ in show.told:
        now = truth(show, at)
        for fact in ("signal", "recording"):
            value = getattr(now, fact)
            if value != getattr(before, fact) and not (fact == "signal" and now.page_state == "finished"):
                found[f"{fact}-{value}"] += 1
        before = now
    found |= {f"video-{video.id}-ready": 1 for video in videos(show, show.ends)}
    return found
