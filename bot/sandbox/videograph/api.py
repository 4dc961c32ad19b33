"""The simulated vendor's API: livestreams, clips and contents in their envelopes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from aiohttp import web

from bot.sandbox.videograph.account import Account, Content, Livestream
from bot.sandbox.videograph.bodies import content_body, livestream_body, livestream_item
from bot.sandbox.videograph.params import ChangedLivestream, NewClip, NewContent, NewLivestream
from bot.sandbox.videograph.refusals import Refusal, envelope

PREFIX = "/video/services/api/v1"
_STREAM, _CONTENT = f"{PREFIX}/livestreams/{{id}}", f"{PREFIX}/contents/{{id}}"
_UPLOAD = timedelta(minutes=1)
"""How long a content from an address is."""

Handler = Callable[[web.Request], Awaitable[web.Response]]


class Api:
    """Handlers; everything that lasts is done by the account."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> list[web.RouteDef]:
        """All routes."""
        return [
            web.post(f"{PREFIX}/livestreams", self._plainly(self.create)),
            web.get(f"{PREFIX}/livestreams", self._plainly(self.list)),
            web.get(_STREAM, self._plainly(self.get)),
            web.put(_STREAM, self._plainly(self.update)),
            web.delete(_STREAM, self._plainly(self.delete)),
            web.post(f"{_STREAM}/clips", self._plainly(self.create_clip)),
            web.post(f"{PREFIX}/contents", self._plainly(self.create_content)),
            web.get(f"{PREFIX}/contents", self._plainly(self.list_contents)),
            web.get(_CONTENT, self._plainly(self.get_content)),
            web.delete(_CONTENT, self._plainly(self.delete_content)),
        ]

    def _plainly(self, handler: Handler) -> Handler:
        """Refusals with a status of their own, or as a 200, as the habit is."""

        async def answer(request: web.Request) -> web.Response:
            try:
                return await handler(request)
            except Refusal as refusal:
                refusal.quietly = self._account.habits.failures == "envelope"
                raise

        return answer

    def _stream(self, request: web.Request) -> Livestream:
        stream = self._account.livestreams.get(request.match_info["id"])
        if stream is None:
            raise Refusal(404, "Livestream not found")
        return stream

    def _content(self, request: web.Request) -> Content:
        content = self._account.contents.get(request.match_info["id"])
        if content is None:
            raise Refusal(404, "Content not found")
        return content

    # -- livestreams
    async def create(self, request: web.Request) -> web.Response:
        """Create: `Idle`."""
        stream = self._account.create((await NewLivestream.read(request)).sent())
        body = livestream_body(self._account, stream)
        return web.json_response(envelope(body, "Livestream created successfully"), status=self._account.habits.created_status)

    async def list(self, request: web.Request) -> web.Response:
        """Those with `record` on or off as asked, newest first (our choice)."""
        wanted = {"true": True, "false": False}.get(request.query.get("record", ""))
        streams = reversed(self._account.livestreams.values())
        found = [livestream_item(stream) for stream in streams if wanted in (None, stream.settings["record"])]
        return _well(found, "Livestreams fetched successfully")

    async def get(self, request: web.Request) -> web.Response:
        """One livestream, its push address under the plugin's name."""
        body = livestream_body(self._account, self._stream(request), address=self._account.habits.address_in_details)
        return _well(body, "Livestream fetched successfully")

    async def update(self, request: web.Request) -> web.Response:
        """Change what can be changed; `title` must come along."""
        stream, account = self._stream(request), self._account
        changes = (await ChangedLivestream.read(request)).sent()
        if account.habits.put_replaces:
            for name in ("description", "tags", "dvrDurationInMins", "metadata"):
                stream.settings.pop(name, None)
        stream.settings |= changes
        account.note("stream changed", stream.id)
        if account.habits.empty_answers:
            return web.Response(content_type="application/json")
        return _well(livestream_body(account, stream), "Livestream updated successfully")

    async def delete(self, request: web.Request) -> web.Response:
        """Begin to delete."""
        stream = self._stream(request)
        self._account.delete(stream)
        return _well(livestream_body(self._account, stream), "Livestream deleted successfully")

    async def create_clip(self, request: web.Request) -> web.Response:
        """Cut a clip; every request makes another one."""
        stream, settings = self._stream(request), (await NewClip.read(request)).sent()
        start, end = settings.pop("startTime"), settings.pop("endTime")
        content = self._account.cut(stream, settings, start, end)
        if self._account.habits.empty_clip_answers:
            return web.Response(content_type="application/json")
        return _well(content_body(content), "Clip created successfully")

    # -- contents
    async def create_content(self, request: web.Request) -> web.Response:
        """From an address: `Pending` first."""
        settings = (await NewContent.read(request)).sent()
        return _well(content_body(self._account.add_content(settings, _UPLOAD)), "Content created successfully")

    async def list_contents(self, request: web.Request) -> web.Response:
        """From index `start` on, at most `limit`, newest first (our choice)."""
        habits = self._account.habits
        start, limit = (_number(request, name, usual) for name, usual in (("start", 0), ("limit", 10)))
        contents = list(reversed(self._account.contents.values()))[start : start + min(limit, habits.largest_page)]
        bodies = [content_body(content) for content in contents]
        for body in bodies if not habits.lists_metadata else ():
            del body["metadata"]
        return _well(bodies, "Contents fetched successfully")

    async def get_content(self, request: web.Request) -> web.Response:
        """One content."""
        return _well(content_body(self._content(request)), "Content fetched successfully")

    async def delete_content(self, request: web.Request) -> web.Response:
        """Delete a content."""
        content = self._content(request)
        self._account.delete_content(content)
        return _well({"contentId": content.id}, "Content deleted successfully")


def _well(data: Any, message: str) -> web.Response:
    return web.json_response(envelope(data, message))


def _number(request: web.Request, name: str, usual: int) -> int:
    text = request.query.get(name, "")
    return int(text) if text.isdecimal() else usual
