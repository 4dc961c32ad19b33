"""Writes a database with something in every table, as this version leaves it after a Sunday with a crew.

Run it with the version whose file is to be kept, before the schema changes: `python -m tests.upgrade.write_database FILE`. Beside
the file it writes `FILE.json`: what has to be in it. Kept files are never written again: a later version has to open
them as they are.
"""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import commands
from bot.model import Person
from bot.sandbox.faults import Fault
from bot.sandbox.played import play
from bot.sandbox.rehearsal import Rehearsal
from bot.store import Store
from tests.studio import Studio
from tests.upgrade.contents import KEY_OF_THE_TARGET, SECRET_KEY, contents_of

SUNDAY_MORNING = datetime(2026, 11, 22, 6, 50, tzinfo=UTC)
"""07:50 in Berlin."""

PROVIDERS = ("gcore", "videograph", "gjirafa", "aioz")


class Sunday:
    """A crew with accounts at all four providers, and a second crew in a private channel."""

    def __init__(self, folder: Path, start: datetime = SUNDAY_MORNING) -> None:
        env = {"SECRET_KEY": SECRET_KEY}
        self.rehearsal = Rehearsal(
            folder,
            commands.load(),
            start=start,
            env=env,
            letter_retries=(0.01, 0.01, 0.01),
            settle=0.3,
            timeout=0.5,
            clouds=lambda clock: tuple(play(name, clock) for name in PROVIDERS),
        )
        self.studio = Studio(self.rehearsal)
        self.eva = self.studio.slack.add_user("eva", tz="Europe/Berlin")
        self.vestry = self.studio.slack.add_channel("vestry", members=[self.eva], private=True)

    @property
    def store(self) -> Store:
        """What the bot remembers."""
        return self.rehearsal.bot.store

    async def play(self) -> None:
        """Every kind of row, in the order in which a Sunday brings them; the bot is stopped with work left."""
        await self.rehearsal.open()
        self.rehearsal.cloud.limit(restreams=3)
        await self._early_service_ends_well()
        await self._shows_ahead()
        await self._main_service_loses_its_signal()
        await self._letters_and_requests()
        await self._slack_goes_away()
        await self.rehearsal.close()

    async def _early_service_ends_well(self) -> None:
        studio = self.studio
        show = await studio.plan("Early Service 9:00-9:10 new on gcore")
        await studio.type("/live restream add")
        await studio.submit(None, title="YouTube", url="rtmp://a.rtmp.example/live2", key=KEY_OF_THE_TARGET)
        await studio.at("8:58:30", step=60)
        assert self.rehearsal.cloud.connect_encoder(int((await studio.show(show.id)).stream))
        await studio.at("9:02", step=5)
        await studio.type("/live mark First reading")
        await studio.type("/live clip last 45s “Opening”")
        await studio.at("9:20", step=5)

    async def _shows_ahead(self) -> None:
        studio = self.studio
        await studio.plan("Tuesday Match tue 19:00-21:00 new on videograph")
        await studio.plan("Radio Hour tue 22:00-23:00 new on aioz")
        await studio.plan("League Night wed 19:00-21:00 new on gjirafa")
        await studio.plan("Choir Rehearsal thu 19:00-20:00 new on gcore", studio.ben)
        await studio.type("/live hold s5 projector is broken")
        await studio.plan("Old Idea fri 19:00-20:00 new on gcore")
        await studio.type("/live cancel s6 nobody comes")
        await studio.submit()
        await self._in_the_vestry("/live plan Parish Council 18:00-19:00 new on gcore")

    async def _in_the_vestry(self, typed: str) -> None:
        await self.rehearsal.command(self.eva, self.vestry, typed)
        await self.studio.slack.submit(self.eva, self.studio.slack.modals(self.eva)[-1], {})
        await self.studio.settle()

    async def _main_service_loses_its_signal(self) -> None:
        studio = self.studio
        show = await studio.plan("Sunday Service 10:00-11:15 new on gcore")
        await studio.at("9:58:30", step=60)
        stream = int((await studio.show(show.id)).stream)
        assert self.rehearsal.cloud.connect_encoder(stream)
        await studio.at("10:05", step=5)
        assert self.rehearsal.cloud.drop_signal(stream)
        await studio.at("10:06", step=2)

    async def _letters_and_requests(self) -> None:
        now = self.studio.now
        await self.store.receive("youtube", "stream:1", {"number": 1}, now)  # its credentials were taken out of the settings since
        await self.store.receive("gcore", "nobody", {"type": "novelty"}, now)
        async with asyncio.timeout(30):
            while not await self.store.dead_letters():
                await self.studio.settle()
        await self.store.accept_request("request-that-was-not-carried-out", self.studio.ana.id, "mark", now)
        await self.store.remember_people(Person("U0LONGGONE", "Old Hand", zone="Europe/Berlin", seen_at=now))
        await self.store.put("a fact", ["kept"])
        await self.studio.settle()

    async def _slack_goes_away(self) -> None:
        """What is said from now on waits in the outbox."""
        self.studio.slack.faults.add(Fault(path="*/chat.*", times=None, status=503))
        await self.store.accept_request("another-request", self.studio.ben.id, "clip", self.studio.now)
        await self.studio.type("/live mark Sermon")
        assert await self.store.parcels(), "nothing waits for Slack"


async def write(target: Path) -> None:
    """Play the Sunday and keep its database as `target`, a file that does not exist yet."""
    with TemporaryDirectory() as folder:
        sunday = Sunday(Path(folder))
        await sunday.play()
        shutil.copyfile(Path(folder) / "showcaller.db", target)
    expected = contents_of(target)
    target.with_name(target.name + ".json").write_text(json.dumps(expected, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    asyncio.run(write(Path(sys.argv[1])))
