"""The simulated vendor's /streaming/broadcasts and /streaming/restreams, whose bodies are always wrapped."""

from __future__ import annotations

import copy
from typing import Any

from aiohttp import web

from bot.sandbox.gcore.account import Account
from bot.sandbox.gcore.bodies import broadcast_body, restream_body
from bot.sandbox.gcore.paging import page_of
from bot.sandbox.gcore.params import BroadcastParams, RestreamParams, read_body, unwrap
from bot.sandbox.gcore.refusals import invalid
from bot.sandbox.gcore.restreaming import Restreamer
from bot.sandbox.gcore.state import Broadcast, Restream

_BROADCAST = "/streaming/broadcasts/{id}"
_RESTREAM = "/streaming/restreams/{id}"
_PROTOCOLS = ("rtmp://", "rtmps://", "srt://")


class BroadcastsApi:
    """What viewers see: pending, live, paused, finished."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> list[web.RouteDef]:
        """The routes of this part."""
        return [
            web.post("/streaming/broadcasts", self.create),
            web.get("/streaming/broadcasts", self.list),
            web.get(_BROADCAST, self.get),
            web.patch(_BROADCAST, self.update),
            web.delete(_BROADCAST, self.delete),
            web.get(_BROADCAST + "/spectators", self.spectators),
        ]

    def _broadcast(self, request: web.Request) -> Broadcast:
        return self._account.find(self._account.broadcasts, request.match_info["id"])

    async def _changes(self, request: web.Request) -> dict[str, Any]:
        changes = BroadcastParams.read(unwrap(await read_body(request), "broadcast", bare=False)).changes()
        if "name" in changes and not changes["name"].strip():
            raise invalid("name", "can't be blank")
        for number in changes.get("stream_ids", []):
            self._account.find(self._account.streams, str(number))
        return changes

    async def create(self, request: web.Request) -> web.Response:
        """Create; `name` and `status` must not be blank (Gcore OpenAPI)."""
        changes, account = await self._changes(request), self._account
        for name in ("name", "status"):
            if name not in changes:
                raise invalid(name, "can't be blank")
        broadcast = Broadcast(next(account.broadcast_ids), account.appearance(), **changes)
        account.broadcasts[broadcast.id] = broadcast
        account.note("broadcast created", broadcast.id)
        if broadcast.status != "pending":
            account.note(f"broadcast {broadcast.status}", broadcast.id)
        return web.json_response(broadcast_body(account, broadcast))

    async def list(self, request: web.Request) -> web.Response:
        """A bare array, page by page."""
        found = page_of(request, self._account.visible(self._account.broadcasts))
        return web.json_response([broadcast_body(self._account, b) for b in found])

    async def get(self, request: web.Request) -> web.Response:
        """One broadcast."""
        return web.json_response(broadcast_body(self._account, self._broadcast(request)))

    async def update(self, request: web.Request) -> web.Response:
        """Change the fields sent; open players follow a new status at once (Gcore docs)."""
        broadcast = self._broadcast(request)
        changes = await self._changes(request)
        shown = copy.copy(broadcast)
        vars(shown).update(changes)
        self._account.apply(lambda: self._change(broadcast, changes))
        return web.json_response(broadcast_body(self._account, shown))

    def _change(self, broadcast: Broadcast, changes: dict[str, Any]) -> None:
        before = broadcast.status
        vars(broadcast).update(changes)
        if broadcast.status != before:
            self._account.note(f"broadcast {broadcast.status}", broadcast.id)
            self._account.tell_broadcast(broadcast)

    async def delete(self, request: web.Request) -> web.Response:
        """Delete a broadcast."""
        broadcast = self._broadcast(request)
        self._account.apply(lambda: self._remove(broadcast))
        return web.Response(status=204)

    def _remove(self, broadcast: Broadcast) -> None:
        if self._account.broadcasts.pop(broadcast.id, None) is not None:
            self._account.note("broadcast deleted", broadcast.id)

    async def spectators(self, request: web.Request) -> web.Response:
        """Viewers right now."""
        broadcast = self._broadcast(request)
        streams = [self._account.streams[i] for i in broadcast.stream_ids if i in self._account.streams]
        counted = sum(s.viewers[-1][1] for s in streams if s.viewers)
        return web.json_response({"spectators_count": counted if broadcast.spectators is None else broadcast.spectators})


class RestreamsApi:
    """Simulcast targets."""

    def __init__(self, account: Account, restreamer: Restreamer) -> None:
        self._account = account
        self._restreamer = restreamer

    def routes(self) -> list[web.RouteDef]:
        """The routes of this part."""
        return [
            web.post("/streaming/restreams", self.create),
            web.get("/streaming/restreams", self.list),
            web.get(_RESTREAM, self.get),
            web.patch(_RESTREAM, self.update),
            web.delete(_RESTREAM, self.delete),
        ]

    def _restream(self, request: web.Request) -> Restream:
        return self._account.find(self._account.restreams, request.match_info["id"])

    async def _changes(self, request: web.Request) -> dict[str, Any]:
        changes = RestreamParams.read(unwrap(await read_body(request), "restream", bare=False)).changes()
        if "stream_id" in changes and changes["stream_id"] not in self._account.streams:
            raise invalid("stream", "must exist")
        if "uri" in changes and not changes["uri"].lower().startswith(_PROTOCOLS):
            raise invalid("uri", "unsupported protocol")
        return changes

    async def create(self, request: web.Request) -> web.Response:
        """Create; one target per account unless support raises it (Gcore docs; the refusal's text is our choice)."""
        changes, account = await self._changes(request), self._account
        if "stream_id" not in changes:
            raise invalid("stream", "must exist")
        if "uri" not in changes:
            raise invalid("uri", "can't be blank")
        if len(account.restreams) >= account.restream_limit:
            raise invalid("base", "Restreams limit exceeded")
        restream = Restream(next(account.restream_ids), account.appearance(), **changes)
        account.restreams[restream.id] = restream
        account.note("restream created", restream.id)
        self._restreamer.begin(restream)
        return web.json_response(restream_body(account, restream))

    async def list(self, request: web.Request) -> web.Response:
        """A bare array, page by page."""
        found = page_of(request, self._account.visible(self._account.restreams))
        return web.json_response([restream_body(self._account, r) for r in found])

    async def get(self, request: web.Request) -> web.Response:
        """One restream; its `uri` contains the destination's key."""
        return web.json_response(restream_body(self._account, self._restream(request)))

    async def update(self, request: web.Request) -> web.Response:
        """Change the fields sent."""
        restream = self._restream(request)
        changes = await self._changes(request)
        shown = copy.copy(restream)
        vars(shown).update(changes)
        self._account.apply(lambda: self._change(restream, changes))
        return web.json_response(restream_body(self._account, shown))

    def _change(self, restream: Restream, changes: dict[str, Any]) -> None:
        was_active = restream.active
        vars(restream).update(changes)
        if restream.active is not was_active:
            self._account.note("restream enabled" if restream.active else "restream disabled", restream.id)
        if restream.active:
            self._restreamer.begin(restream)
        else:
            self._restreamer.end(restream)

    async def delete(self, request: web.Request) -> web.Response:
        """Delete a restream."""
        restream = self._restream(request)
        self._account.apply(lambda: self._remove(restream))
        return web.Response(status=204)

    def _remove(self, restream: Restream) -> None:
        self._restreamer.end(restream)
        if self._account.restreams.pop(restream.id, None) is not None:
            self._account.note("restream deleted", restream.id)
