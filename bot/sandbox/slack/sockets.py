"""Socket Mode from Slack's side: tickets, connections, envelopes and acknowledgements."""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import WSMsgType, web

from bot.sandbox.slack.log import Delivery, Json
from bot.sandbox.slack.time import SlackTime

MOST_CONNECTIONS = 10
ACK_SECONDS = 3.0
TICKET_SECONDS = 60.0
FAREWELL_SECONDS = 10.0
Reason = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]


@dataclass(eq=False)
class Connection:
    """One open WebSocket. A `deaf` one stays open and answers nothing, not even a ping or a close; a `mute` one brings nothing."""

    number: int
    ws: web.WebSocketResponse
    request: web.Request
    hearing: asyncio.Event = field(default_factory=asyncio.Event)
    mute: bool = False

    @property
    def deaf(self) -> bool:
        """Whether it hears nothing."""
        return not self.hearing.is_set()

    def abort(self) -> None:
        """Drop the TCP connection without a word."""
        self.hearing.set()
        if self.request.transport is not None:
            self.request.transport.abort()


class Sockets:
    """The Socket Mode service of one app."""

    def __init__(self, clock: SlackTime, app_id: str, changed: Callable[[], None]) -> None:
        self._clock = clock
        self._app_id = app_id
        self._changed = changed
        self._tickets: dict[str, float] = {}
        self._numbers = itertools.count(1)
        self._turn = itertools.count()
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._refuse = 0
        self._repeat = 0
        self._farewells: set[asyncio.Task[None]] = set()
        self.connections: list[Connection] = []
        self.upgrades = 0
        self.refused_upgrades = 0
        self.enabled = True

    # What the Web API and the web server need

    def ticket_path(self) -> str:
        """The path of a fresh single-use WebSocket address."""
        ticket = str(uuid.uuid4())
        self._tickets[ticket] = self._clock.time()
        return f"/link/?ticket={ticket}&app_id={self._app_id}"

    async def upgrade(self, request: web.Request) -> web.StreamResponse:
        """Serve one WebSocket from upgrade to close."""
        issued = self._tickets.pop(request.query.get("ticket", ""), None)
        if self._refuse > 0:
            self._refuse -= 1
            self.refused_upgrades += 1
            self._changed()
            return web.Response(status=503, text="upgrade refused")
        if issued is None or self._clock.time() - issued > TICKET_SECONDS:
            self.refused_upgrades += 1
            return web.Response(status=403, text="ticket spent, expired or unknown")
        ws = web.WebSocketResponse(autoping=False, autoclose=False)
        await ws.prepare(request)
        self.upgrades += 1
        if len(self.connections) >= MOST_CONNECTIONS:
            await ws.send_json({"type": "disconnect", "reason": "too_many_websockets", "debug_info": {"host": "applink-1"}})
            await ws.close()
            return ws
        connection = Connection(next(self._numbers), ws, request)
        connection.hearing.set()
        await self._serve(connection)
        return ws

    async def _serve(self, connection: Connection) -> None:
        self.connections.append(connection)
        try:
            await connection.ws.send_json(self._hello())
            self._changed()
            while await self._read(connection):
                pass
        except ConnectionError:
            pass
        finally:
            if connection in self.connections:
                self.connections.remove(connection)
            self._changed()

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "debug_info": {"host": "applink-1", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._app_id},
        }

    async def _read(self, connection: Connection) -> bool:
        message = await connection.ws.receive()
        await connection.hearing.wait()
        if message.type is WSMsgType.PING:
            await connection.ws.pong(message.data)
        elif message.type is WSMsgType.TEXT:
            self._acknowledge(str(message.data))
        elif message.type is WSMsgType.CLOSE:
            await connection.ws.close()
        return message.type in (WSMsgType.PING, WSMsgType.PONG, WSMsgType.TEXT, WSMsgType.BINARY)

    def _acknowledge(self, text: str) -> None:
        try:
            answer = json.loads(text)
        except ValueError:
            return
        waiting = self._waiting.get(answer.get("envelope_id", "")) if isinstance(answer, dict) else None
        if waiting is not None and not waiting.done():
            waiting.set_result(answer.get("payload"))

    # Delivering

    async def deliver(self, delivery: Delivery, *, retry: int | None = None, reason: str = "") -> None:
        """Bring one payload to one connection and wait for the acknowledgement, at most 3 seconds."""
        chosen = self._choose()
        if not chosen:
            delivery.error = "dispatch_failed"
            return
        envelope = {
            "envelope_id": str(uuid.uuid4()),
            "type": delivery.kind,
            "payload": delivery.payload,
            "accepts_response_payload": delivery.kind != "events_api",
        }
        if retry is not None:
            envelope.update(retry_attempt=retry, retry_reason=reason)
        await self._send_and_wait(delivery, envelope, chosen)

    async def _send_and_wait(self, delivery: Delivery, envelope: Json, chosen: list[Connection]) -> None:
        name = envelope["envelope_id"]
        waiting: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[name] = waiting
        started, due = asyncio.get_running_loop().time(), self._clock.time() + ACK_SECONDS
        try:
            for connection in chosen:
                delivery.connections.append(connection.number)
                await _send(connection, envelope)
            self._changed()
            delivery.ack_payload = await self._clock.before(due, waiting)
            delivery.acked, delivery.error = True, None
            delivery.ack_ms = (asyncio.get_running_loop().time() - started) * 1000
        except TimeoutError:
            delivery.error = "operation_timeout"
        finally:
            del self._waiting[name]

    def _choose(self) -> list[Connection]:
        """One open connection, in turn (Slack promises no pattern), or two while envelopes are to be repeated."""
        there = [connection for connection in self.connections if not connection.ws.closed]
        if not there:
            return []
        first = next(self._turn) % len(there)
        if self._repeat > 0:
            self._repeat -= 1
            return [there[first], there[(first + 1) % len(there)]]
        return [there[first]]

    # Trouble on request

    @property
    def connected(self) -> int:
        """How many connections are open."""
        return len(self.connections)

    def refuse_upgrades(self, times: int = 1) -> None:
        """Answer the next upgrades with 503; their tickets are spent all the same."""
        self._refuse = times

    def deafen(self, connection: Connection | None = None, *, half: bool = False) -> Connection:
        """Let a connection, by default the oldest that hears, stay open while nothing passes, as with a cable pulled.

        With `half` envelopes still reach the app and only what it answers is lost: what was done looks undone.
        """
        chosen = connection or next(one for one in self.connections if not one.deaf)
        chosen.hearing.clear()
        chosen.mute = not half
        return chosen

    def silence(self) -> None:
        """Let every connection there is now answer pings and bring nothing any more: from outside it looks well."""
        for connection in self.connections:
            connection.mute = True

    def undeafen(self) -> None:
        """Let every connection hear again; what the app said meanwhile is heard now, what Slack said is lost."""
        for connection in self.connections:
            connection.mute = False
            connection.hearing.set()

    def drop_all(self) -> None:
        """Cut every connection at once."""
        for connection in list(self.connections):
            connection.abort()

    def repeat_next(self, times: int = 1) -> None:
        """Send the next envelopes to two connections each, or twice to the only one."""
        self._repeat = times

    async def disconnect(self, reason: Reason = "refresh_requested", connection: Connection | None = None) -> None:
        """Say `disconnect`, to one connection or to all, and close those still open 10 seconds later."""
        for one in [connection] if connection else list(self.connections):
            await _send(one, {"type": "disconnect", "reason": reason, "debug_info": {"host": f"applink-{secrets.randbelow(9)}"}})
            task = asyncio.ensure_future(self._bid_farewell(one))
            self._farewells.add(task)
            task.add_done_callback(self._farewells.discard)

    async def _bid_farewell(self, connection: Connection) -> None:
        await self._clock.sleep(FAREWELL_SECONDS)
        connection.abort()

    async def stop(self) -> None:
        """Cut everything."""
        for task in list(self._farewells):
            task.cancel()
        self.drop_all()


async def _send(connection: Connection, message: Json) -> None:
    """Write to a connection; one that is mute or breaks in this moment loses the message, as it would in Slack."""
    if connection.mute:
        return
    try:
        await connection.ws.send_str(json.dumps(message))
    except (ConnectionError, RuntimeError):
        return
