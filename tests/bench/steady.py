"""How long webhooks take that come at 1,000 a second, while the provider answers and while it keeps every question waiting.

Two bots in short turns, each with a provider of its own. Each webhook has its instant, whether or not those before are answered,
and is timed from that instant. Every one makes the bot look at its stream, so a provider that hangs holds as many questions as the
bot dares to ask.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Generator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import cast

import uvloop

from tests.bench.figures import Times
from tests.bench.stage import KeptConnection, metric, order, running, showcaller, webhook

PER_SECOND = 1000
NO_DIFFERENCE = 1.25
"""What is wanted: the median while the provider hangs at most so many times the one while it answers."""

SAME_TAIL = 1.5
"""The same of the 99th percentiles, each of which is the eighth of 750: further apart by chance alone."""

TURN = 250
"""Webhooks."""

CONNECTIONS = 32
STREAMS = 50
TIMEOUT = 60.0
"""Real seconds for which the bot waits for one answer of the provider."""


@dataclass(frozen=True, slots=True)
class Steady:
    """Both in one round."""

    hanging: Times
    answering: Times

    @property
    def middle(self) -> float:
        """The median while the provider hangs as a multiple of the other."""
        return self.hanging.median / self.answering.median

    @property
    def tail(self) -> float:
        """The same of the 99th percentiles."""
        return self.hanging.p99 / self.answering.p99


def measure(folder: Path, *, turns: int) -> Generator[Steady]:
    """One round of so many short turns of each after the other, for as long as they are asked for; the first warms up."""
    with ExitStack() as stack:
        answering, hanging = (_Bot(stack, folder / name) for name in ("answering", "hanging"))
        order(hanging.studio, "hang")
        for number in count():
            took: tuple[list[float], list[float]] = ([], [])
            for _ in range(turns):
                for bot, times in zip((answering, hanging), took, strict=True):
                    times.extend(bot.turn())
            if number:
                yield Steady(Times.of(took[1]), Times.of(took[0]))


class _Bot:
    """A bot with its own provider."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        folder.mkdir()
        self.studio = stack.enter_context(running("studio", {"streams": STREAMS}, folder))
        self._bot = stack.enter_context(showcaller(self.studio, folder, timeout=TIMEOUT))
        self._line = stack.enter_context(closing(KeptConnection(self._bot.port)))
        self._sent = 0

    def turn(self) -> list[float]:
        """Seconds of each webhook of one turn; what was accepted is opened before the next turn."""
        took = keep_pace(self._bot.port, _webhooks(list(self.studio.ready["streams"]), TURN), PER_SECOND)
        self._sent += TURN
        _wait_until_opened(self._line, self._sent)
        return took


def _webhooks(streams: list[int], many: int) -> list[bytes]:
    chance = random.Random(7)
    return [webhook(chance.choice(streams), live=chance.random() < 0.9) for _ in range(many)]


def _wait_until_opened(line: KeptConnection, many: int) -> None:
    until = time.monotonic() + 60
    while (opened := metric(line, "inbox_opened_total")) < many:
        assert time.monotonic() < until, f"{opened:.0f} of {many} webhooks were opened"
        time.sleep(0.05)


# -- the client -------------------------------------------------------------------------------------------------------
def keep_pace(port: int, requests: list[bytes], per_second: float) -> list[float]:
    """Seconds from the instant of each request to its answer; AssertionError if one is not answered with 200."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_keep_pace(port, requests, per_second))


async def _keep_pace(port: int, requests: list[bytes], per_second: float) -> list[float]:
    loop = asyncio.get_running_loop()
    desk = Desk(len(requests))
    for _ in range(CONNECTIONS):
        await loop.create_connection(lambda: Line(desk), "127.0.0.1", port)
    began = time.monotonic()  # the loop's own clock counts whole milliseconds
    for number, request in enumerate(requests):
        at = began + number / per_second
        if (ahead := at - time.monotonic()) > 0:
            await asyncio.sleep(ahead)
        desk.send(request, at)
    took = await desk.done
    for line in desk.free:
        line.hang_up()
    return took


class Desk:
    """Gives each request to a line that is free, or to the next that will be."""

    def __init__(self, many: int) -> None:
        self.free: deque[Line] = deque()
        self.done: asyncio.Future[list[float]] = asyncio.get_running_loop().create_future()
        self._many = many
        self._waiting: deque[tuple[bytes, float]] = deque()
        self._took: list[float] = []

    def send(self, request: bytes, at: float) -> None:
        """Its instant is `at`, in monotonic seconds."""
        if self.free:
            self.free.popleft().ask(request, at)
        else:
            self._waiting.append((request, at))

    def answered(self, line: Line, took: float) -> None:
        """A line is free again."""
        self._took.append(took)
        if self._waiting:
            line.ask(*self._waiting.popleft())
        else:
            self.free.append(line)
        if len(self._took) == self._many:
            self.done.set_result(self._took)

    def failed(self, why: Exception) -> None:
        """Nothing can be measured any more."""
        if not self.done.done():
            self.done.set_exception(why)


class Line(asyncio.Protocol):
    """One kept connection."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._heard, self._at = desk, b"", 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Free from now on."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but its bases
        self._desk.free.append(self)

    def ask(self, request: bytes, at: float) -> None:
        """Send it."""
        self._at = at
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Take the answer, which has no body."""
        self._heard += data
        if not self._heard.endswith(b"\r\n\r\n"):
            return
        if not self._heard.startswith(b"HTTP/1.1 200 "):
            self._desk.failed(AssertionError(f"answered {self._heard[:60]!r}"))
        self._heard = b""
        self._desk.answered(self, time.monotonic() - self._at)

    def connection_lost(self, exc: Exception | None) -> None:
        """The server hung up before the end."""
        self._desk.failed(exc or ConnectionError("the server hung up"))

    def hang_up(self) -> None:
        """All is done."""
        self._transport.close()
