"""A simulated vendor's webhooks: one POST each, tried again where the vendor does, and what a network does to them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import httpx

from bot.sandbox.cloud.agenda import Agenda
from bot.sandbox.cloud.ledger import Id

TIMEOUT = 5.0
"""Real seconds a receiver has; the vendor documents none."""


@dataclass
class Delivery:
    """One event on its way out. `status` is the receiver's answer; `payload` may hold a push token and is never printed."""

    type: str
    id: Id
    at: datetime
    payload: dict[str, Any] = field(repr=False)
    outcome: Literal["waiting", "held", "delivered", "lost", "failed", "no address"] = "waiting"
    status: int | None = None
    tries: int = 0


class Webhooks:
    """Sends events one after another; `log` keeps every delivery with what became of it.

    `retries` are the show seconds after which a delivery that was not answered with a 2xx is tried again, one after the other.
    """

    def __init__(self, url: str | None, heard: Callable[[], None], agenda: Agenda) -> None:
        self.url = url
        self.retries: Sequence[float] = ()
        self.rewrite: Callable[[bytes], bytes] | None = None
        """What becomes of a body before it is sent: a vendor that writes odd JSON."""
        self.log: list[Delivery] = []
        self._agenda = agenda
        self._heard = heard
        self._queue: asyncio.Queue[Delivery] = asyncio.Queue()
        self._held: list[Delivery] | None = None
        self._to_lose = 0
        self._to_repeat = 0
        self._task: asyncio.Task[None] | None = None

    def lose_next(self, count: int = 1) -> None:
        """Let the next `count` events never arrive, as when the receiver is down: "sent once" (Gcore webhook page)."""
        self._to_lose += count

    def repeat_next(self, count: int = 1) -> None:
        """Send each of the next `count` events twice."""
        self._to_repeat += count

    def hold(self) -> None:
        """Keep events back until `release`."""
        self._held = self._held if self._held is not None else []

    def release(self, order: Literal["in order", "reversed"] = "in order") -> int:
        """Send what was held, also the newest first, and hold no longer. Returns how many those were."""
        held, self._held = self._held or [], None
        for delivery in reversed(held) if order == "reversed" else held:
            delivery.outcome = "waiting"
            self._queue.put_nowait(delivery)
        return len(held)

    def send(self, kind: str, about: Id, payload: dict[str, Any], at: datetime) -> None:
        """Let the event `kind` about an object go out. `at` is show time and only for the log."""
        copies = 1
        if self._to_repeat:
            self._to_repeat -= 1
            copies = 2
        for _ in range(copies):
            self._dispatch(Delivery(kind, about, at, payload))

    def _dispatch(self, delivery: Delivery) -> None:
        self.log.append(delivery)
        if self._to_lose:
            self._to_lose -= 1
            delivery.outcome = "lost"
        elif self._held is not None:
            delivery.outcome = "held"
            self._held.append(delivery)
        else:
            self._queue.put_nowait(delivery)

    def start(self) -> None:
        """Begin to deliver."""
        self._task = asyncio.create_task(self._deliver_all(), name="sandbox webhooks")

    async def stop(self) -> None:
        """Stop delivering; what waits is lost."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def idle(self) -> None:
        """Return when nothing is on its way any more; held events do not count."""
        await self._queue.join()

    @property
    def waiting(self) -> int:
        """How many events are queued."""
        return self._queue.qsize()

    async def _deliver_all(self) -> None:
        # The bot listens beside it without TLS; reading the trusted certificates would take 50 ms of every start.
        async with httpx.AsyncClient(timeout=TIMEOUT, trust_env=False, verify=False) as client:  # noqa: S501
            while True:
                delivery = await self._queue.get()
                try:
                    await self._deliver(client, delivery)
                finally:
                    self._queue.task_done()
                self._heard()

    async def _deliver(self, client: httpx.AsyncClient, delivery: Delivery) -> None:
        if self.url is None:
            delivery.outcome = "no address"
            return
        delivery.tries += 1
        try:
            # Half a character in a payload goes out as `\\ud800`, as from any writer of ASCII JSON; httpx would refuse it.
            body = json.dumps(delivery.payload).encode()
            body = body if self.rewrite is None else self.rewrite(body)
            answer = await client.post(self.url, content=body, headers={"content-type": "application/json"})
        except (httpx.HTTPError, httpx.InvalidURL):
            delivery.outcome, delivery.status = "failed", None
        else:
            delivery.outcome, delivery.status = "delivered", answer.status_code
        taken = delivery.status is not None and 200 <= delivery.status < 300
        if not taken and delivery.tries <= len(self.retries):
            self._agenda.after(self.retries[delivery.tries - 1], lambda: self._queue.put_nowait(delivery))
