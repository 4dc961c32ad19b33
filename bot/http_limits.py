"""Bounds on what an HTTP connection may cost: bytes and number of headers, time, size, and connections in all.

uvicorn bounds none of these with httptools: one connection that never ends its headers took 150 MB, and a request of which half was
sent was kept for ever. Nothing is proven about a caller before its request is complete, so all of this holds for everybody.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from bot.slack.guard import LARGEST_BODY

LARGEST_HEAD = 32 * 1024
"""Bytes of a request line and its headers; Slack and the providers send about one kilobyte."""
MOST_HEADERS = 100
LARGEST_MESSAGE = 4 * LARGEST_BODY
"""Bytes of a whole request on the wire, framing and trailers included; of a body no more than `LARGEST_BODY` is kept."""
STEP = 16 * 1024
"""Bytes that are parsed at a time while the headers have not ended."""
REQUEST_TIMEOUT = 10.0
"""Real seconds from the first moment of a connection, or the first byte of its next request, to the last byte of the request."""
ANSWER_TIMEOUT = 60.0
"""Real seconds for the answer to be made and taken."""
LAST_READ = 0.05
"""Real seconds in which what has arrived already is still read."""
LINGER = 2.0
"""Real seconds that a refused caller has to take the reason."""
MOST_CONNECTIONS = 400
"""At once. Another one takes the place of the one that has waited longest, so that a crowd of idle ones keeps nobody out."""

REFUSALS = {
    408: "The request was not complete in time.",
    413: "The request is too large.",
    431: "The headers are too large.",
}


class LimitedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with limits. Its public callbacks are those of httptools."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._deadline: asyncio.TimerHandle | None = None
        self._in_head = True
        self._head_bytes = 0
        self._message_bytes = 0
        self._refused = 0
        self._since = self.loop.time()

    @property
    def _request(self) -> RequestResponseCycle | None:
        """The request whose headers ended last; uvicorn's own type does not say that there is none at first."""
        return self.cycle

    @property
    def _at_work(self) -> bool:
        """Whether the application owes an answer to a request that came whole."""
        cycle = self._request
        return cycle is not None and not cycle.response_complete and not cycle.more_body

    # -- the connection
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own has it
        """Take a connection; the one that has waited longest makes room for it."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            self._make_room()
        self._expect_within(REQUEST_TIMEOUT)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._expect_nothing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came, in small steps until the headers have ended."""
        while data and not self.transport.is_closing():
            size = STEP if self._in_head else len(data)
            piece, data = data[:size], data[size:]
            self._message_bytes += len(piece)
            if self._in_head:
                self._head_bytes += len(piece)
                if self._deadline is None:  # the next request on a connection that was kept
                    self._expect_within(REQUEST_TIMEOUT)
            if self._head_bytes > LARGEST_HEAD:
                self._refuse(431)
            elif self._message_bytes > LARGEST_MESSAGE:
                self._refuse(413)
            else:
                super().data_received(piece)
                if self._refused:
                    self._refuse(self._refused)

    # -- the request
    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._in_head, self._head_bytes, self._message_bytes = True, 0, 1

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header, or one trailer."""
        if len(self.headers) >= MOST_HEADERS:
            self._refused = 431
        else:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The headers have ended; nothing is begun for a request that is refused."""
        if not self._refused:
            super().on_headers_complete()
            self._in_head, self._head_bytes = False, 0

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request came whole: from now on the application has its time."""
        if self._refused:
            return
        super().on_message_complete()
        self._in_head, self._head_bytes, self._message_bytes = True, 0, 0
        self._expect_within(ANSWER_TIMEOUT)

    def on_response_complete(self) -> None:
        """The answer is sent."""
        self._since = self.loop.time()
        request = self._request
        if request is not None and not request.more_body:
            self._expect_nothing()
        super().on_response_complete()

    # -- limits
    def _expect_within(self, seconds: float) -> None:
        self._expect_nothing()
        self._deadline = self.loop.call_later(seconds, self._read_once_more)

    def _expect_nothing(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _read_once_more(self) -> None:
        """Time is up, but where our own loop was held up the bytes may have come long ago: timers run before sockets are read."""
        self._deadline = self.loop.call_later(LAST_READ, self._too_late)

    def _too_late(self) -> None:
        self._deadline = None
        if self._at_work or not self._message_bytes:  # a browser or balancer that connected ahead takes a 408 for an answer
            self.transport.abort()
        else:
            self._refuse(408)

    def _refuse(self, status: int) -> None:
        """Say why, and close. Where an answer has begun already there is nothing left to say."""
        self._refused = status
        if self.transport.is_closing():
            return
        request = self._request
        if request is not None and (request.more_body or not request.response_complete):
            self.transport.abort()
            return
        said = REFUSALS[status].encode()
        head = (b"content-type: text/plain; charset=utf-8", b"content-length: %d" % len(said), b"connection: close", b"", said)
        self.transport.write(STATUS_LINE[status] + b"\r\n".join(head))
        self.transport.close()
        self.loop.call_later(LINGER, self.transport.abort)

    def _make_room(self) -> None:
        waiting = (
            each for each in self.connections if isinstance(each, LimitedProtocol) and each is not self and not each._at_work
        )
        longest = min(waiting, key=lambda each: each._since, default=self)
        longest.transport.abort()
