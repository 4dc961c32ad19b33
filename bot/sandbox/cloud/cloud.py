"""A simulated vendor as the demo and the tests hold it in the hand: its life, its books and what an encoder does to it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import ClassVar, cast

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.sandbox.cloud.books import Books
from bot.sandbox.cloud.course import Course
from bot.sandbox.cloud.door import Door, Overheard
from bot.sandbox.cloud.ledger import Call, Id, Ledger
from bot.sandbox.cloud.webhooks import Webhooks
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.server import LocalServer


class Cloud(ABC):
    """One vendor on 127.0.0.1, in show time: nothing happens by itself while the clock stands still.

    `faults` is what the network does, `ledger` what really happened, `calls` what was asked.
    """

    name: ClassVar[str]
    """As the provider's that talks to it."""
    course: ClassVar[Course]
    """What a whole show leaves in its ledger."""

    def __init__(self, books: Books, door: Door) -> None:
        self._books = books
        self._door = door
        self._server: LocalServer | None = None
        self.faults = Faults()

    # -- life --------------------------------------------------------------------------------------------------------------

    @abstractmethod
    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """The API, and whatever else is served."""

    def furnish(self, app: web.Application) -> None:  # noqa: B027 - most vendors put nothing there
        """Put into the application what its handlers look up there."""

    async def start(self, port: int = 0) -> str:
        """Listen on 127.0.0.1 (`port` 0: any free one) and return the base URL."""
        faults = cast("Middleware", self.faults.middleware())
        app = web.Application(middlewares=[self._door.write_down(), faults, self._door.check()])
        self.furnish(app)
        app.add_routes(self.routes())
        self._server = LocalServer(app)
        self._books.url = await self._server.start(port)
        self._books.agenda.start()
        self._books.webhooks.start()
        return self._books.url

    async def stop(self) -> None:
        """Close the listener; webhooks on their way are lost, as the vendor's would be."""
        if self._server is not None:
            await self._server.stop()
        await self._books.webhooks.stop()
        await self._books.agenda.stop()

    async def settle(self) -> None:
        """Return when everything due at the present clock time has happened and every webhook of it is answered."""
        while self._books.agenda.run_due() or self.webhooks.waiting:
            await self.webhooks.idle()
        await self.webhooks.idle()

    def refuse(
        self, status: int, *, method: str = "*", path: str = "*", times: int | None = None, headers: Mapping[str, str] | None = None
    ) -> Fault:
        """Answer requests with this status in the vendor's own shape and without any effect: so many, or until taken back.

        `method` and `path` are shell patterns. There is no Retry-After unless `headers` have one.
        """
        answer = self._door.refusal(status, HTTPStatus(status).phrase)
        body = answer.body if isinstance(answer.body, bytes) else b""
        sent = {"Content-Type": answer.content_type, **(headers or {})}
        return self.faults.add(Fault(path, method, times, status, body, sent))

    async def until(self, condition: Callable[[], bool]) -> None:
        """Return as soon as `condition` holds, asked after every call, effect and delivery: tests wait without sleeping."""
        await self._books.until(condition)

    def overhear(self, listener: Overheard) -> None:
        """Let `listener` be told every answered exchange of the API as it was sent, for holding it against a description."""
        self._door.overheard = listener

    # -- what can be seen from outside -------------------------------------------------------------------------------------

    @property
    def base_url(self) -> str:
        """`http://127.0.0.1:<port>`; empty before `start`."""
        return self._books.url

    @property
    def ledger(self) -> Ledger:
        """Every effect as it really happened."""
        return self._books.ledger

    @property
    def calls(self) -> list[Call]:
        """Every HTTP request, refused ones included, in the order in which they were answered."""
        return self._books.calls

    @property
    def in_flight(self) -> list[str]:
        """Requests that have arrived and are not answered yet, as `PATCH /streaming/streams/7`."""
        return self._books.in_flight

    @property
    def webhooks(self) -> Webhooks:
        """Where events are lost, held, repeated, and logged."""
        return self._books.webhooks

    @abstractmethod
    def environment(self) -> Mapping[str, str]:
        """The settings of a bot that uses this account."""

    @abstractmethod
    def secrets(self) -> Iterator[str]:
        """Every credential and push key that there is now, for looking whether one of them leaked."""

    @abstractmethod
    def left_on(self) -> list[str]:
        """What is still on, one sentence without its full stop for each thing; empty when all is off and over."""

    # -- the audience ------------------------------------------------------------------------------------------------------

    def watched_by(self, viewers: int) -> bool:  # noqa: ARG002 - a vendor that counts nobody needs no number
        """Let so many people watch whatever is on; False where the vendor counts nobody."""
        return False

    # -- the encoder's side: streams are named by their id, in either spelling ----------------------------------------------

    @abstractmethod
    def push_to(self, url: str) -> bool:
        """Let an encoder push to an address as people read it, its key included; False when it is refused."""

    @abstractmethod
    def drop_signal(self, stream_id: Id) -> bool:
        """Let the encoder fall silent; False when none was connected."""
