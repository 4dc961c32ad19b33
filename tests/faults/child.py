"""The bot as a process that is told at which moment to die; Slack and the provider live in the process that started it."""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import uvloop

import commands
from bot.__main__ import NOISY
from bot.app import Bot, World
from bot.passing import Passing
from bot.providers.catalogue import accounts
from bot.sandbox.clock import RehearsalClock
from bot.sandbox.rehearsal import BRISK
from bot.settings import load_settings

FILE = "showcaller.db"
"""The bot's memory, in the folder of the drill."""

KILLED = 137
"""The exit code of a process that ended at the moment it was told to, as the shell shows a SIGKILL."""

REST = 30.0
"""Real seconds in which a bot that is told to stop comes to rest: what is still to be said or opened then is lost."""

A_BREATH = 0.02

TO_DO = """
SELECT (SELECT count(*) FROM posts WHERE state = 'queued' AND json_extract(body, '$.reply_to') = '')
     + (SELECT count(*) FROM inbox WHERE state = 'new')"""
"""A post that may have been sent waits until it can be looked for, a webhook that could not be opened for its next try: neither
keeps the bot busy meanwhile, and neither is lost."""

PACE = replace(BRISK, http_timeout=1.0, backoff=0.1, longest_backoff=0.5)


@dataclass(frozen=True, slots=True)
class ShowTime:
    """What the show clock shows at a moment of CLOCK_MONOTONIC, which all processes of a machine share, and its rate."""

    shows: datetime
    monotonic: float
    rate: float
    announced: bool = True
    """Whether a clock that is set to it says so; the wall clock of a machine does not."""

    def now(self) -> datetime:
        """What it shows at present."""
        return self.shows + timedelta(seconds=(time.monotonic() - self.monotonic) * self.rate)


@dataclass(frozen=True, slots=True)
class Moment:
    """When a bot is to die: at the `number`-th moment that it passes, or so many moments after it first passes `name`."""

    number: int = 0
    name: str = ""

    def __str__(self) -> str:
        return f"{self.number} after “{self.name}”" if self.name else str(self.number)


NEVER = Moment()


@dataclass(frozen=True, slots=True)
class Order:
    """How a bot is to live. `settle` and `timeout` are real seconds, as in `World`."""

    env: Mapping[str, str]
    time: ShowTime
    folder: Path
    life: int
    dies: Moment
    settle: float | None
    timeout: float


class SetClock(RehearsalClock):
    """The show clock of a bot, set by the process that started it."""

    _silent = False

    def follow(self, said: ShowTime) -> None:
        """Show that time from now on."""
        self._silent = not said.announced
        self.set(said.now())

    def announce(self) -> None:
        if not self._silent:
            super().announce()


def live(order: Order, line: Connection) -> None:
    """The process: a bot until the moment comes, or it is told to stop. The line brings what the clock shows, or None to stop."""
    log = order.folder / f"life-{order.life}.log"
    logging.basicConfig(level=logging.INFO, filename=log, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            runner.run(_live(order, line))
        except Exception:
            logging.exception("the bot fell by itself")
            raise


async def _live(order: Order, line: Connection) -> None:
    clock = SetClock(order.time.now(), order.time.rate)
    world = World(
        clock=clock,
        pace=PACE,
        requests_per_second=200.0,
        settle=order.settle,
        timeout=order.timeout,
        passing=_counted(order.folder / f"life-{order.life}.points", order.dies),
    )
    bot = Bot(load_settings(accounts(), order.env, None), commands.load(), world)
    stopping = asyncio.Event()

    def heard() -> None:
        try:
            said: ShowTime | None = line.recv()
        except EOFError:
            said = None
        if said is None:
            stopping.set()
        else:
            clock.follow(said)

    await bot.start()
    asyncio.get_running_loop().add_reader(line.fileno(), heard)
    await stopping.wait()
    asyncio.get_running_loop().remove_reader(line.fileno())
    with closing(sqlite3.connect(f"file:{order.folder / FILE}?mode=ro", uri=True)) as books:
        for _ in range(round(REST / A_BREATH)):
            if not bot.busy and not books.execute(TO_DO).fetchone()[0]:
                break
            await asyncio.sleep(A_BREATH)
    await bot.stop()


def _counted(journal: Path, dies: Moment) -> Passing:
    """Writes down each moment and ends the process at the one it is told, as suddenly as a SIGKILL."""
    book = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    numbers = itertools.count(1)
    fatal = 0 if dies.name else dies.number

    def passing(name: str) -> None:
        nonlocal fatal
        number = next(numbers)
        os.write(book, f"{number} {name}\n".encode())
        if not fatal and name == dies.name:
            fatal = number + dies.number
        if number == fatal:
            os._exit(KILLED)

    return passing
