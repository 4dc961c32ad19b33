"""The simulated vendor's restreams: added, listed under a singular path, toggled, deleted."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.sandbox.gjirafa.account import Account
from bot.sandbox.gjirafa.answers import answer, json_of, needed
from bot.sandbox.gjirafa.state import Restream

_ALL = "/api/v1/{project}/restreams"


class RestreamsApi:
    """Restreams of live videos."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> list[web.RouteDef]:
        """The routes of this part."""
        return [
            web.post(_ALL, self.create),
            web.get("/api/v1/{project}/live-video/{id}/restreams", self.list),
            web.put(_ALL + "/{id}/toggle", self.toggle),
            web.delete(_ALL + "/{id}", self.delete),
        ]

    async def create(self, request: web.Request) -> web.Response:
        """All five fields are needed."""
        body, account = await json_of(request), self._account
        needed(body, "videoId", "title", "streamUrl", "streamKey", "status")
        if type(body["status"]) is not bool:
            raise account.refuse(400, "status is not valid.")
        if body["videoId"] not in account.live_videos:
            raise account.refuse(404)
        number = next(account.numbers)
        restream = Restream(number, body["videoId"], body["title"], body["streamUrl"], body["streamKey"], body["status"])
        account.restreams[restream.id] = restream
        account.note("restream created", restream.id)
        if restream.active:
            account.note("restream enabled", restream.id)
        return answer(_body(restream), 201)

    async def list(self, request: web.Request) -> web.Response:
        """All of a live video; in one manner only the first, as the sample shows."""
        video = request.match_info["id"]
        if video not in self._account.live_videos:
            raise self._account.refuse(404)
        found = [_body(restream) for restream in self._account.restreams.values() if restream.video == video]
        if self._account.habits.restreams_as == "object":
            return answer(found[0] if found else None)
        return answer(found)

    async def toggle(self, request: web.Request) -> web.Response:
        """On becomes off and off becomes on; the new status is answered."""
        restream = self._restream(request)
        restream.active = not restream.active
        self._account.note("restream enabled" if restream.active else "restream disabled", restream.id)
        return answer({"id": restream.id, "status": restream.active})

    async def delete(self, request: web.Request) -> web.Response:
        """Delete a restream."""
        restream = self._restream(request)
        del self._account.restreams[restream.id]
        self._account.note("restream deleted", restream.id)
        return answer(True)

    def _restream(self, request: web.Request) -> Restream:
        id_ = request.match_info["id"]
        restream = self._account.restreams.get(int(id_)) if id_.isdecimal() else None
        if restream is None:
            raise self._account.refuse(404)
        return restream


def _body(restream: Restream) -> dict[str, Any]:
    return {
        "id": restream.id,
        "title": restream.title,
        "streamKey": restream.key,
        "streamUrl": restream.url,
        "status": restream.active,
        "videoId": restream.video,
    }
