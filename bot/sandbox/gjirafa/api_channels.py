"""The simulated vendor's channels: made and changed by forms."""

from __future__ import annotations

import uuid
from typing import Any

from aiohttp import web

from bot.sandbox.gjirafa.account import SERVER, Account, status_words
from bot.sandbox.gjirafa.answers import answer, form_of, needed, whole
from bot.sandbox.gjirafa.lists import page_of
from bot.sandbox.gjirafa.state import INPUTS, PULL, Channel

_LIST = "/api/v1/{project}/channels"
_ONE = _LIST + "/{id}"


class ChannelsApi:
    """Channels."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> list[web.RouteDef]:
        """The routes of this part."""
        return [
            web.post(_LIST, self.create),
            web.get(_LIST, self.list),
            web.get("/api/v2/{project}/channels", self.list_without_totals),
            web.get(_ONE, self.get),
            web.put(_LIST, self.update),
            web.delete(_ONE, self.delete),
        ]

    async def create(self, request: web.Request) -> web.Response:
        """`Title`, `Type`, `LatencyType`, `InputType` are needed; `FilePath` for what is fetched."""
        form, account = await form_of(request), self._account
        needed(form, "Title", "Type", "LatencyType", "InputType")
        if whole(form, "Type") != 1 or whole(form, "LatencyType") != 1 or whole(form, "InputType") not in INPUTS:
            raise account.refuse(400, "Type, LatencyType or InputType is not valid.")
        kind = int(form["InputType"])
        if kind == PULL:
            needed(form, "FilePath")
        key = uuid.uuid4().hex
        channel = Channel(account.new_id("c"), form["Title"], str(uuid.uuid4()), key, kind, form.get("FilePath", ""))
        account.channels[channel.id] = channel
        account.note("stream created", channel.id)
        account.tell("live.channel.created", channel.id, {"Id": channel.id, "PublicId": channel.id, "Title": channel.title})
        return answer(_made(account, channel), 201)

    async def list(self, request: web.Request) -> web.Response:
        """A page with its totals."""
        items = [_listed(channel) for channel in self._account.channels.values()]
        return answer(page_of(request, self._account.habits, items))

    async def list_without_totals(self, request: web.Request) -> web.Response:
        """A page of items."""
        items = [_listed(channel) for channel in self._account.channels.values()]
        return answer(page_of(request, self._account.habits, items, totals=False))

    async def get(self, request: web.Request) -> web.Response:
        """One channel, with its key."""
        return answer(_detail(self._account, self._channel(request.match_info["id"])))

    async def update(self, request: web.Request) -> web.Response:
        """`PublicId` and `Title`."""
        form = await form_of(request)
        needed(form, "PublicId", "Title")
        channel = self._channel(form["PublicId"])
        if channel.title != form["Title"]:
            channel.title = form["Title"]
            self._account.note("stream renamed", channel.id)
            self._account.tell("live.channel.updated", channel.id, {"Id": channel.id, "Title": channel.title})
        return answer(_made(self._account, channel))

    async def delete(self, request: web.Request) -> web.Response:
        """Delete a channel."""
        self._account.remove_channel(self._channel(request.match_info["id"]))
        return answer(True)

    def _channel(self, id_: str) -> Channel:
        channel = self._account.channels.get(id_)
        if channel is None:
            raise self._account.refuse(404)
        return channel


def _words(channel: Channel) -> dict[str, Any]:
    words = status_words(channel)
    return {"liveStatus": words["Status"], "healthStatus": words["HealthStatus"]}


def _listed(channel: Channel) -> dict[str, Any]:
    return {
        "publicId": channel.id,
        "title": channel.title,
        "logo": None,
        **_words(channel),
        "inputType": INPUTS[channel.input],
        "orderNumber": 0,
    }


def _made(account: Account, channel: Channel) -> dict[str, Any]:
    pushes = channel.input != PULL
    return {
        "publicId": channel.id,
        "streamId": channel.stream_id,
        "name": channel.stream_id,
        "title": channel.title,
        "logo": None,
        "streamServer": SERVER if pushes else "",
        "streamKey": channel.key if pushes else "",
        "playbackUrl": account.playback(channel.id) if channel.healthy else "",
        **_words(channel),
        "inputSource": None,
    }


def _detail(account: Account, channel: Channel) -> dict[str, Any]:
    return _made(account, channel) | {
        "source": None,
        "type": "Standard",
        "typeId": 1,
        "latencyType": "Normal",
        "latencyTypeId": 1,
        "inputType": INPUTS[channel.input],
        "filePath": channel.file_path or None,
    }
