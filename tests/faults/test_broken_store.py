"""The database is held, refused by its disk, damaged or from the future: survived or refused in a sentence, never begun empty."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx
import pytest

from bot.store import open_store
from tests.contention import Stopwatch
from tests.faults.scenes import GO_LIVE, berlin, done
from tests.faults.stage import Stage
from tests.process.conftest import house
from tests.process.house import House
from tests.store.nouns import plan

__all__ = ["house"]

TROUBLE = 6.0
"""Real seconds: longer than the writer waits for a lock."""

ANSWER = 3.0
"""Real seconds after which Slack tells a person that the app did not answer."""

AT_ONCE = 3
"""Processes that start beside each other, so that each is done in its time on a small machine."""

GOES_ON = 5.0
"""Real seconds after the trouble in which what was due is done."""


class Trouble(Protocol):
    """Something that keeps the database from being written, for as long as it is entered."""

    __name__: str

    def __call__(self, stage: Stage, /) -> AbstractContextManager[None]: ...


@dataclass(frozen=True, slots=True)
class Survived:
    """What became of one trouble while a show was due. `after`: real seconds from its end until it was on air."""

    trouble: str
    answered: float
    told: str
    ready: tuple[int, ...]
    """What /readyz said before, during and after."""
    after: float
    live: int
    held: bool
    open_requests: int
    """Which a restart would tell people it had lost."""
    codes: tuple[int, ...]

    def __str__(self) -> str:
        during = f"a person was answered after {self.answered:.1f} s, /readyz said {self.ready}"
        return f"database, {self.trouble} for {TROUBLE:g} s: {during}, on air {self.after:.1f} s later, {self.live} time"

    @property
    def wrong(self) -> list[str]:
        """What is not as it has to be, a sentence each."""
        found = {
            f"a person was answered after {self.answered:.1f} s": self.answered > ANSWER,
            f"a person was told {self.told!r}": "nothing was changed" not in self.told,
            f"/readyz said {self.ready}": self.ready != (200, 503, 200),
            f"what was due was done {self.after:.1f} s later": self.after > GOES_ON,
            f"it went live {self.live} times": self.live != 1,
            "what was refused was done all the same": self.held,
            f"{self.open_requests} requests are still open": bool(self.open_requests),
            f"the bot fell with {self.codes}": bool(self.codes),
        }
        return [f"{self.trouble}: {sentence}" for sentence, is_so in found.items() if is_so]


async def ready(stage: Stage) -> int:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{stage.port}", trust_env=False, timeout=15) as browser:
        return (await browser.get("/readyz")).status_code


@asynccontextmanager
async def due(folder: Path) -> AsyncIterator[Stage]:
    """A show is ready, its recording runs, and it is due in a moment."""
    stage = Stage(folder, berlin("8:50"))
    await stage.open()
    try:
        await GO_LIVE.setting(stage.gallery)
        await stage.raise_curtain()
        assert await stage.until(lambda: stage.connected and done(stage.gallery, "Recording"), 15)
        yield stage
    finally:
        await stage.close()


async def survive(trouble: Trouble, folder: Path) -> Survived:
    async with due(folder) as stage:
        gallery, slack = stage.gallery, stage.gallery.slack
        before = await ready(stage)
        with trouble(stage):
            stage.jump(berlin("9:59:57"))
            began, watch = time.monotonic(), Stopwatch(stage.contention)
            heard = len(slack.ephemerals(gallery.ben))
            await slack.command(gallery.ben, gallery.channel, "/live hold s1")
            await stage.until(lambda: len(slack.ephemerals(gallery.ben)) > heard, 2 * ANSWER)
            answered = watch.passed()
            told = slack.read(slack.ephemerals(gallery.ben)[-1]) if len(slack.ephemerals(gallery.ben)) > heard else ""
            during = await ready(stage)
            await asyncio.sleep(TROUBLE - (time.monotonic() - began))
        watch = Stopwatch(stage.contention)
        await stage.until(lambda: gallery.posted("*ON AIR —") or "HELD" in gallery.everything, 2 * GOES_ON)
        after = watch.passed()
        healthy = await ready(stage)
        await stage.until(lambda: done(gallery, "Going live") or "HELD" in gallery.everything, GOES_ON)
        await stage.rest()
        live, held = len(gallery.cloud.ledger.of("broadcast live")), "HELD" in gallery.everything
        codes = tuple(stage.died_otherwise())
        with closing(sqlite3.connect(stage.file)) as books:
            (open_requests,) = books.execute("SELECT count(*) FROM requests WHERE state = 'taken'").fetchone()
        return Survived(trouble.__name__, answered, told, (before, during, healthy), after, live, held, open_requests, codes)


def no_trouble(_: Stage) -> AbstractContextManager[None]:
    """The control: what a person asks for is done, so all that the drill looks for is there to be found."""
    return nullcontext()


async def test_a_show_that_is_due_while_the_database_takes_nothing_goes_live_once_as_soon_as_it_does(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    troubles = (Stage.held_by_another_program, Stage.disk_that_takes_nothing, no_trouble)
    *outcomes, control = await asyncio.gather(*(survive(trouble, tmp_path_factory.mktemp("store")) for trouble in troubles))
    with capsys.disabled():
        for one in (*outcomes, control):
            print(f"\n{one}, wrong {len(one.wrong)}", end="")  # noqa: T201 (the counts are what it is for)
        print(" (must be wrong)")  # noqa: T201
    assert not [sentence for one in outcomes for sentence in one.wrong]
    assert control.held
    assert len(control.wrong) >= 3


# -- at the start -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Spoilt:
    """A database that a bot must not begin with: how it comes to that, and what the one line says."""

    spoil: Callable[[Path], None]
    says: str
    held: bool = False

    def __str__(self) -> str:
        return self.spoil.__name__


def torn(file: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[:8192] + os.urandom(8192) + whole[16384:])


def cut_to_nothing(file: Path) -> None:
    os.truncate(file, 0)


def read_only(file: Path) -> None:
    file.chmod(0o444)


def of_a_newer_version(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db, db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('showcaller', '0999_future', '2031-01-01')"
        )


def of_another_program(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("CREATE TABLE recipes (name TEXT)")


def sound(_: Path) -> None:
    """Nothing is wrong with it."""


@contextmanager
def in_a_shell(file: Path) -> Iterator[None]:
    """Another program has the file for itself."""
    with closing(sqlite3.connect(file, isolation_level=None)) as shell:
        shell.execute("PRAGMA locking_mode = EXCLUSIVE")
        shell.execute("BEGIN EXCLUSIVE")
        yield


SPOILT = (
    Spoilt(sound, "Another program holds {file}. Close it, or set DATABASE_URL to another file.", held=True),
    Spoilt(torn, "{file} is damaged"),
    Spoilt(cut_to_nothing, "{file} is damaged: it was cut to nothing"),
    Spoilt(read_only, "{file} is read-only. Give the bot write access to it."),
    Spoilt(of_a_newer_version, "{file} was written by a newer version (0999_future). Install that version"),
    Spoilt(of_another_program, "{file} belongs to another program. Set DATABASE_URL to another file."),
)


async def an_evening(file: Path) -> None:
    """What a bot left behind that was stopped in good order."""
    file.parent.mkdir()
    store = await open_store(str(file))
    await plan(store)
    await store.close()


async def refused(house: House, spoilt: Spoilt, folder: Path) -> list[str]:
    """What is wrong with how a bot refuses this file, a sentence each."""
    file = folder / "showcaller.db"
    await an_evening(file)
    spoilt.spoil(file)
    before = file.read_bytes()
    with in_a_shell(file) if spoilt.held else nullcontext():
        process = await house.run({"DATABASE_URL": f"sqlite:///{file}"})
        await process.end(None)
    found = {
        f"it ended with {process.code}": process.code != 2,
        f"it said {process.said}": spoilt.says.format(file=file) not in process.said,
        "it said that it is ready": bool(process.stdout),
        "there is a traceback": "Traceback" in process.said,
        "the file was changed": file.read_bytes() != before,
    }
    return [f"{spoilt}: {sentence}" for sentence, is_so in found.items() if is_so]


async def test_a_database_that_cannot_be_trusted_is_refused_in_a_line_and_left_as_it_is(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    turns = asyncio.Semaphore(AT_ONCE)

    async def in_turn(spoilt: Spoilt) -> list[str]:
        async with turns:
            return await refused(house, spoilt, tmp_path / str(spoilt))

    found = await asyncio.gather(*(in_turn(spoilt) for spoilt in SPOILT))
    wrong = [sentence for sentences in found for sentence in sentences]
    with capsys.disabled():
        print(f"\n{len(SPOILT)} databases that cannot be trusted: wrong {len(wrong)}")  # noqa: T201
    assert not wrong


async def test_a_good_one_is_not_refused(house: House, tmp_path: Path) -> None:
    """The control: the same file before anybody spoils it."""
    await an_evening(tmp_path / "good" / "showcaller.db")
    process = await house.start({"DATABASE_URL": f"sqlite:///{tmp_path / 'good' / 'showcaller.db'}"})
    await process.end()
    assert process.code == 0
    assert len(process.stdout) == 1
