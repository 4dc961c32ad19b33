"""A webhook that says again what was before is looked after: told when a look agrees, or as reported where none answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.model import Look, Seen, Source, StreamKey
from tests.contention import PATIENCE
from tests.faults.post_office import OnTape, PostOffice
from tests.faults.tape import cast, record

CHURCH = "101"
CHANNEL = "C-GCORE"
SOON = 0.01
"""Real seconds that are two here."""


class AtWill(OnTape):
    """A stream that is as a test says; while its `line` is closed, a look hangs."""

    def __init__(self, office: PostOffice) -> None:
        super().__init__(office.clock)
        key = StreamKey("gcore", CHURCH)
        self.true = Look(key, office.clock.now(), Source.LOOK, name="church", signal=True, recording=False)
        self.line = asyncio.Event()
        self.line.set()
        self.others = asyncio.Event()
        """Set once a look at any other stream began."""

    async def look(self, stream: str, *, page: str = "", verifying: bool = False) -> Look:
        """See it."""
        at = self._clock.now()
        if stream != CHURCH:
            self.others.set()
        await self.line.wait()
        return replace(self.true, key=StreamKey("gcore", stream), at=at)


class Desk(PostOffice):
    """A post office for one stream without a show, whose news goes to the provider's channel."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, seed=0)
        self.vendor = self.church = AtWill(self)
        self.channels, self.patient_for = {"gcore": CHANNEL}, SOON
        self._committed = asyncio.Event()

    async def open(self) -> None:
        """Everything begins."""
        await super().open()
        self.store.on_commit(lambda _: self._committed.set())

    async def hear(self, *, recording: bool) -> None:
        """A webhook comes."""
        entity = {"id": int(CHURCH), "live": True, "recording": recording}
        await self.inbox.accept("gcore", {"type": "stream", "message": {"stream": entity}})

    async def turns(self, *, recording: bool) -> None:
        """It turns, and a webhook comes in time."""
        self.church.true = replace(self.church.true, recording=recording)
        self.clock.advance(seconds=60)
        await self.hear(recording=recording)
        await self.settle()

    async def said(self) -> list[str]:
        """What was posted of the recording."""
        parcels = await self.store.parcels(limit=100)
        return [parcel.post.text for parcel in parcels if "*Recording" in parcel.post.text]

    async def told_again(self) -> bool:
        """Whether anything was posted of it since it stopped."""
        return len(await self.said()) > 2

    async def known(self) -> Seen:
        """What the bot knows of the stream."""
        seen = await self.store.seen(self.church.true.key)
        assert seen is not None
        return seen

    async def until(self, true: Callable[[], Awaitable[object]]) -> None:
        """Return once a commit has made this true."""
        async with asyncio.timeout(PATIENCE):
            while not await true():
                await self._committed.wait()
                self._committed.clear()

    async def hangs_while_recording_starts(self) -> None:
        """It does at the provider, and a webhook tells of it; the look that this sets off gets no answer."""
        self.church.line.clear()
        self.church.true = replace(self.church.true, recording=True)
        self.clock.advance(seconds=60)
        await self.hear(recording=True)
        await self.until(self._in_doubt)

    async def _in_doubt(self) -> bool:
        return bool((await self.known()).doubts)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Recording was on and is off again."""
    office = Desk(tmp_path)
    await office.open()
    await office.turns(recording=True)
    await office.turns(recording=False)
    assert len(await office.said()) == 2
    yield office
    office.church.line.set()
    await office.close()


async def test_the_first_time_is_told_by_the_webhook_and_the_rest_when_a_look_agrees(desk: Desk) -> None:
    started, stopped = await desk.said()
    assert "Recording started* (told by webhook" in started
    assert "Recording stopped* (seen by our look" in stopped


async def test_a_straggler_is_not_told_however_often_it_comes(desk: Desk) -> None:
    for _ in range(3):
        desk.clock.advance(seconds=60)
        await desk.hear(recording=True)
        await desk.settle()
    assert len(await desk.said()) == 2
    seen = await desk.known()
    assert (seen.recording, seen.doubts) == (False, {})


async def test_what_is_so_again_is_told_once_the_look_that_the_webhook_sets_off_agrees(desk: Desk) -> None:
    await desk.turns(recording=True)
    assert len(await desk.said()) == 3
    assert "Recording started* (seen by our look" in (await desk.said())[-1]


async def test_a_look_that_hangs_keeps_nobody_waiting_for_longer_than_two_seconds(desk: Desk) -> None:
    await desk.hangs_while_recording_starts()
    assert len(await desk.said()) == 2
    desk.clock.advance(seconds=2)
    await desk.until(desk.told_again)
    assert "reported by webhook, not confirmed by a look of ours" in (await desk.said())[-1]
    desk.church.line.set()
    await desk.settle()
    assert len(await desk.said()) == 3


async def test_a_stream_without_a_show_is_watched_until_the_doubt_is_laid(desk: Desk) -> None:
    await desk.hangs_while_recording_starts()
    await desk.plan(cast(await record(), 7, 1, desk.clock.now(), late=False))
    async with asyncio.timeout(PATIENCE):
        await desk.church.others.wait()  # the watcher planned anew, and only the other stream has a show
    desk.church.line.set()
    await desk.until(desk.told_again)
    assert "Recording started* (seen by our look" in (await desk.said())[-1]
