"""The stage: Slack and the provider, which survive every crash and remember everything, and the bot, which is started again."""

from __future__ import annotations

import asyncio
import resource
import signal
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import commands
from bot.sandbox.rehearsal import Rehearsal
from tests.contention import Contention, Stopwatch
from tests.faults.bodies import Body, Syscall, fork_server, forked, traced
from tests.faults.child import FILE, KILLED, NEVER, Moment, Order, ShowTime
from tests.faults.watch import Watch
from tests.show_stories.gallery import Gallery

RATE = 10.0
"""Show seconds in a real one, once the bot is a process of its own."""

TIMEOUT = 1.0
SETTLE = 2.5
"""Real seconds: a request is given up after one, so an orphan cannot arrive any more after two and a half."""

Death = Moment | Syscall

EXPECTED = (KILLED, -signal.SIGKILL)
"""The exit codes of deaths that were asked for."""

FIRST_LOOK = 3.0
"""Real seconds from a start in which what was under way is claimed again and the provider is first looked at."""

SMALL_FILES_GROW = 64 * 1024
"""Bytes that a bot's log and its journal of moments may get longer by while the disk takes no more of its database."""

SEAL = "a-long-random-text-of-this-crew-0f9d"
"""With it, a key that somebody typed survives the death of the bot that was told it."""

FIGURES = {"UNDO_SECONDS": "3", "LOOK_NEAR_SECONDS": "5", "STEADY_SECONDS": "2", "ROLL_CONFIRM_SECONDS": "25", "SECRET_KEY": SEAL}


class Stage:
    """One drill's world. `deaths` are the exit codes of the bots that died. Real seconds from each restart: `first_looks` to the
    first request at the provider, `claims` until an operation that was running at the death was claimed again.
    """

    def __init__(self, folder: Path, start: datetime, *, settle: float | None = SETTLE) -> None:
        self.folder = folder
        self.settle = settle
        self.rehearsal = Rehearsal(folder, commands.load(), start=start, env=FIGURES)
        self.deaths: list[int] = []
        self.first_looks: list[float] = []
        self.claims: list[float] = []
        self.lost: list[str] = []
        self.gallery: Gallery
        self._door: socket.socket | None = None
        self._body: Body | None = None
        self._lives = 0
        self._keeper: asyncio.Task[None] | None = None
        self._timing: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._noting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._watch = Watch(self.file)
        self._waits = Contention()
        self._noted: list[tuple[float, float]] = []
        """Of the last start, the wait for a core until these moments (epoch seconds): claims are found later, in the file."""
        self._stopping = False
        self._may_live = asyncio.Event()
        self._may_live.set()

    # -- life
    async def open(self) -> None:
        """Everything runs, the bot in this very process, and the clock stands still: the time to set the scene."""
        await self.rehearsal.open()
        self.gallery = Gallery(self.rehearsal)
        await self.rehearsal.settle()

    async def raise_curtain(self, deaths: Sequence[Death] = ()) -> None:
        """From here on the bot is a process of its own, and the clock runs. Each bot in turn dies at its moment, the last lives."""
        await self.rehearsal.stop_bot()
        self._watch.install()
        self._door = _reserved()
        self.rehearsal.cloud.webhooks.url = f"http://127.0.0.1:{self.port}/webhooks/gcore/{self.rehearsal.secret}"
        self.rehearsal.clock.run_at(RATE)
        self._keeper = asyncio.create_task(self._keep_it_running(deaths))

    async def rest(self) -> None:
        """The bot stops as SIGTERM would have it: what can be said is said, and its file can be read."""
        self._stopping = True
        if self._body is not None:
            with suppress(OSError):
                self._body.line.send(None)
        if self._keeper is not None:
            await self._keeper

    async def close(self) -> None:
        """Everything stops."""
        await self.rest()
        for task in (self._timing, self._noting):
            task.cancel()
        await asyncio.gather(self._timing, self._noting, return_exceptions=True)
        await self.rehearsal.close()
        if self._door is not None:
            self._door.close()

    def kill(self) -> None:
        """SIGKILL, wherever the bot stands."""
        self._signal(signal.SIGKILL)

    @contextmanager
    def down(self) -> Iterator[None]:
        """SIGKILL, and no bot lives meanwhile."""
        self._may_live.clear()
        self.kill()
        yield
        self._may_live.set()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """The process stands still meanwhile, as on a machine that sleeps, and goes on without having been started."""
        self._signal(signal.SIGSTOP)
        yield
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        if self._body is not None and not self._stopping:
            with suppress(ProcessLookupError):  # it died in this very moment
                self._body.signal(number)

    @property
    def port(self) -> int:
        """Where the bot listens, once it is a process of its own; through all its lives."""
        assert self._door is not None
        port: int = self._door.getsockname()[1]
        return port

    @contextmanager
    def disk_that_takes_nothing(self) -> Iterator[None]:
        """The kernel refuses whatever the bot writes beyond what its small files need (EFBIG, where a full disk says ENOSPC)."""
        assert self._body is not None
        kept = resource.prlimit(self._body.number, resource.RLIMIT_FSIZE)
        small = max(path.stat().st_size for path in self.folder.glob("life-*")) + SMALL_FILES_GROW
        resource.prlimit(self._body.number, resource.RLIMIT_FSIZE, (small, kept[1]))
        yield
        resource.prlimit(self._body.number, resource.RLIMIT_FSIZE, kept)

    @contextmanager
    def held_by_another_program(self) -> Iterator[None]:
        """Somebody has the database open in a shell, in the middle of a write."""
        with closing(sqlite3.connect(self.file, isolation_level=None)) as shell:
            shell.execute("BEGIN IMMEDIATE")
            yield
            shell.execute("ROLLBACK")

    @property
    def connected(self) -> bool:
        """Whether Slack has a connection to a bot."""
        return self.rehearsal.slack.sockets.connected > 0

    @property
    def file(self) -> Path:
        """The bot's memory."""
        return self.folder / FILE

    @property
    def lives(self) -> int:
        """How many bots were started."""
        return self._lives

    def points(self, life: int = 1) -> list[str]:
        """The moments that one of the bots has passed."""
        path = self.folder / f"life-{life}.points"
        return [line.partition(" ")[2] for line in path.read_text().splitlines()] if path.exists() else []

    async def _keep_it_running(self, deaths: Sequence[Death]) -> None:
        to_come = iter(deaths)
        code = await self._one_life(next(to_come, NEVER))
        while code in EXPECTED:
            self.deaths.append(code)
            self._timing.cancel()
            await self._may_live.wait()
            orphans, began = self._watch.running(), time.time()
            self._noting = asyncio.ensure_future(self._note_the_wait())
            self._timing = asyncio.ensure_future(self._time_first_look())
            code = await self._one_life(NEVER if self._stopping else next(to_come, NEVER))
            self._noting.cancel()
            claimed = list(self._watch.claimed(orphans, began, FIRST_LOOK + self._waited_until(time.time())))
            self.claims += [took - self._waited_until(began + took) for took in claimed]
        if code:
            self.deaths.append(code)

    async def _one_life(self, dies: Death) -> int:
        self._lives += 1
        order = Order(
            env={**self.rehearsal.environment(), "PORT": str(self.port)},
            time=self._time(),
            folder=self.folder,
            life=self._lives,
            dies=dies if isinstance(dies, Moment) else NEVER,
            settle=self.settle,
            timeout=TIMEOUT,
        )
        self._body = body = forked(order) if isinstance(dies, Moment) else await traced(order, dies)
        if self._stopping:
            body.line.send(None)
        return await body.ended

    async def _time_first_look(self) -> None:
        cloud, watch = self.rehearsal.cloud, Stopwatch(self.contention)
        known = len(cloud.calls)
        try:
            await cloud.until(lambda: len(cloud.calls) > known)
        finally:  # a bot that died before it looked was not late, unless it had the time
            took = watch.passed()
            if len(cloud.calls) > known or took > FIRST_LOOK:
                self.first_looks.append(took)

    async def _note_the_wait(self) -> None:
        watch = Stopwatch(self.contention)
        self._noted = [(time.time(), 0.0)]
        while True:
            await asyncio.sleep(0.1)
            self._noted.append((time.time(), watch.left_out()))

    def _waited_until(self, moment: float) -> float:
        return max(waited for at, waited in self._noted if at <= moment or not waited)

    # -- time
    def contention(self) -> float:
        """Seconds for which this process and all bots so far were ready and waited for a core; see `Stopwatch`."""
        return self._waits.of(*([fork_server(), self._body.number] if self._body is not None else []))

    def _time(self) -> ShowTime:
        return ShowTime(self.rehearsal.clock.now(), time.monotonic(), self.rehearsal.clock.rate)

    def jump(self, when: datetime) -> None:
        """Move the show clock forward, here and in the bot."""
        self.rehearsal.clock.set(max(when, self.rehearsal.clock.now()))
        if self._body is not None:
            with suppress(OSError):
                self._body.line.send(self._time())

    def step(self, by: timedelta) -> None:
        """Somebody sets the clock of the bot's machine, which tells nobody; the world goes on as it did."""
        now = self._time()
        assert self._body is not None
        self._body.line.send(replace(now, shows=now.shows + by, announced=False))

    async def until(self, true: Callable[[], object], timeout: float) -> bool:
        """Whether that came true within so many seconds by a `Stopwatch`; asked after all that happens outside of the bot."""
        watch = Stopwatch(self.contention)
        while not (seen := await self._within(true, timeout)) and (timeout := timeout - watch.passed()) > 0:
            watch = Stopwatch(self.contention)
        return seen

    async def _within(self, true: Callable[[], object], timeout: float) -> bool:
        waits = (self._in_slack(true, timeout), self.rehearsal.cloud.until(lambda: bool(true())))
        tasks = [asyncio.ensure_future(wait) for wait in waits]
        try:
            await asyncio.wait(tasks, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return bool(true())

    async def _in_slack(self, true: Callable[[], object], timeout: float) -> None:
        await self.rehearsal.slack.wait_for(lambda _: true(), timeout=timeout)

    def died_otherwise(self) -> list[int]:
        """Exit codes that nobody asked for."""
        return [code for code in self.deaths if code not in EXPECTED]


def _reserved() -> socket.socket:
    """A port of our own, which nobody else is given while it is held; a server, which sets SO_REUSEADDR, may listen there."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    return held
