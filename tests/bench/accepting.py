"""Webhooks committed and answered per second, against a bare Starlette endpoint that stores nothing.

Both are asked over the same number of kept connections by a client that does nothing but count, on the same loop and parser. The
bot's inbox opens what it accepted meanwhile; how long it takes to open the rest is measured as well.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import uvloop

from tests.bench.figures import Times, disk
from tests.bench.stage import KeptConnection, Server, request, running, showcaller, webhook

SHARE = 0.45
"""Of the bare endpoint's rate, what is wanted at least."""

CONNECTIONS = 32
STREAMS = 50
OPENED = b"\nshowcaller_inbox_opened_total "


@dataclass(frozen=True, slots=True)
class Load:
    """What one endpoint did under load."""

    per_second: float
    times: Times
    client: float
    """The share of the time that the client itself was busy: near 1.0 it would be the client that was measured."""

    def __str__(self) -> str:
        return f"{self.per_second:.0f}/s, {self.times}, client busy {self.client:.0%}"


@dataclass(frozen=True, slots=True)
class Accepting:
    """Both under the same load, and the seconds until the last accepted webhook was opened."""

    ours: Load
    bare: Load
    drained_after: float
    floor: Times
    """What the disk alone took, in the same round."""

    @property
    def share(self) -> float:
        """Of the bare endpoint's rate, 1.0 being as fast."""
        return self.ours.per_second / self.bare.per_second


def measure(folder: Path, *, webhooks: int) -> Generator[Accepting]:
    """One pair of turns after the other, for as long as they are asked for.

    AssertionError if anything was not answered with 200.
    """
    with ExitStack() as stack:
        studio = stack.enter_context(running("studio", {"streams": STREAMS}, folder))
        bare = stack.enter_context(running("bare", {}, folder))
        ours = stack.enter_context(showcaller(studio, folder))
        streams = list(studio.ready["streams"])
        for number in itertools.count(1):
            floor = disk(folder, pause=0.0)
            of_bare = press(bare.port, _webhooks(streams, webhooks))
            began = time.monotonic()
            of_ours = press(ours.port, _webhooks(streams, webhooks))
            _wait_until_opened(ours, number * webhooks)
            drained = time.monotonic() - began - webhooks / of_ours.per_second
            if number > 1:  # the first pair warms up
                yield Accepting(of_ours, of_bare, drained, floor)


def _webhooks(streams: list[int], count: int) -> list[bytes]:
    """Each with a body of its own, the streams mixed: signals come and go as the vendor would tell it."""
    chance = random.Random(7)
    return [webhook(chance.choice(streams), live=chance.random() < 0.9) for _ in range(count)]


def _wait_until_opened(ours: Server, count: int) -> None:
    line = KeptConnection(ours.port)
    while _opened(line) < count:
        time.sleep(0.02)
    line.close()


def _opened(line: KeptConnection) -> int:
    _, body = line.ask(request("GET", "/metrics"))
    return int(float(body.partition(OPENED)[2].split(b"\n")[0]))


# -- the client -------------------------------------------------------------------------------------------------------
def press(port: int, requests: list[bytes]) -> Load:
    """Send them all as fast as the endpoint answers."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_press(port, requests))


async def _press(port: int, requests: list[bytes]) -> Load:
    loop, waiting, took = asyncio.get_running_loop(), iter(requests), list[float]()
    callers = [Caller(waiting, took) for _ in range(CONNECTIONS)]
    for caller in callers:
        await loop.create_connection(lambda caller=caller: caller, "127.0.0.1", port)  # type: ignore[misc]
    began, worked = time.monotonic(), time.process_time()
    for caller in callers:
        caller.go_on()
    await asyncio.gather(*(caller.done for caller in callers))
    seconds, busy = time.monotonic() - began, time.process_time() - worked
    assert len(took) == len(requests), f"{len(took)} of {len(requests)} were answered"
    return Load(len(requests) / seconds, Times.of(took), busy / seconds)


class Caller(asyncio.Protocol):
    """One kept connection: the next request as soon as the one before is answered."""

    def __init__(self, waiting: Iterator[bytes], took: list[float]) -> None:
        self._waiting, self._took, self._heard, self._asked_at = waiting, took, b"", 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Be ready to go on."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but its bases

    def go_on(self) -> None:
        """Send the next request, or hang up when there is none."""
        sent = next(self._waiting, None)
        if sent is None:
            self._transport.close()
            self.done.set_result(None)
            return
        self._asked_at = time.monotonic()
        self._transport.write(sent)

    def data_received(self, data: bytes) -> None:
        """Take the answer, which has no body."""
        self._heard += data
        if not self._heard.endswith(b"\r\n\r\n"):
            return
        self._took.append(time.monotonic() - self._asked_at)
        if not self._heard.startswith(b"HTTP/1.1 200 "):
            self.done.set_exception(AssertionError(f"answered {self._heard[:60]!r}"))
            return
        self._heard = b""
        self.go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        """The server hung up before the end."""
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the server hung up"))
