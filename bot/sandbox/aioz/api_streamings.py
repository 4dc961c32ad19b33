"""The simulated AIOZ's streamings and their statistic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from bot.sandbox.aioz.account import Account
from bot.sandbox.aioz.api_keys import KEYS
from bot.sandbox.aioz.bodies import answer, done, page_of, read_body, statistic_body, streaming_body
from bot.sandbox.aioz.state import Key, Streaming

_STREAMINGS = KEYS + "/{id}/streamings"
_RESOLUTIONS = ("144p", "240p", "360p", "480p", "720p", "1080p", "1440p", "2160p")
_CONTAINERS = {"hls": ("mpegts", "mp4"), "dash": ("fmp4",)}


class StreamingsApi:
    """Handlers."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> list[web.RouteDef]:
        """The routes of this part."""
        return [
            web.get(KEYS + "/statistic/{id}", self.statistic),
            web.post(_STREAMINGS, self.create),
            web.get(_STREAMINGS, self.list),
            web.put(_STREAMINGS, self.update),
            web.get(_STREAMINGS + "/{streaming}", self.get),
            web.delete(_STREAMINGS + "/{streaming}", self.delete),
        ]

    def _key(self, request: web.Request) -> Key:
        return self._account.find(self._account.keys, request.match_info["id"], "Live stream key")

    def _streaming(self, key: Key, id_: str) -> Streaming:
        found = self._account.find(self._account.streamings, id_, "Streaming")
        hidden = found.phase == "over" and self._account.habits.over_is_hidden
        if found.key_id != key.id or hidden:
            raise self._account.refuse(404, "Streaming not found.", "streaming-not-found")
        return found

    async def create(self, request: web.Request) -> web.Response:
        """A streaming that waits for the encoder; `save` is false where nothing is said."""
        account, key = self._account, self._key(request)
        body = await read_body(account, request)
        title, save = self._title_and_save(body)
        qualities = self._qualities(body)
        if account.habits.one_open and account.open_on(key) is not None:
            raise account.refuse(400, "Live stream already created")
        if save and not account.habits.save_affordable:
            if not account.habits.save_dropped:
                raise account.refuse(400, "Insufficient balance to save live stream media.")
            save = False
        made = account.create_streaming(key, title, save=save, qualities=qualities)
        return answer(streaming_body(account, made))

    async def list(self, request: web.Request) -> web.Response:
        """The streamings on a key."""
        account = self._account
        shown = [
            one for one in account.streamings_of(self._key(request)) if not (one.phase == "over" and account.habits.over_is_hidden)
        ]
        return page_of(account, [streaming_body(account, one) for one in shown], request.query, account.habits.lists_as)

    async def get(self, request: web.Request) -> web.Response:
        """One streaming."""
        streaming = self._streaming(self._key(request), request.match_info["streaming"])
        return answer(streaming_body(self._account, streaming))

    async def update(self, request: web.Request) -> web.Response:
        """Change the streaming whose id is in the body; what a PUT leaves out is false or as it was."""
        account, key = self._account, self._key(request)
        body = await read_body(account, request)
        streaming = self._streaming(key, str(body.get("stream_id", "")))
        title, save = self._title_and_save(body)
        qualities = self._qualities(body)
        if streaming.phase == "over" or (account.habits.update_only_live and streaming.phase != "live"):
            raise account.refuse(400, "You can only update while live streaming.")
        if save and not account.habits.save_affordable:
            raise account.refuse(400, "Insufficient balance to save live stream media.")
        streaming.title, streaming.save, streaming.updated_at = title, save, account.now()
        streaming.qualities = [*(qualities or streaming.qualities)]
        account.note("page changed", streaming.id)
        return done("Update live stream media success.")

    async def delete(self, request: web.Request) -> web.Response:
        """Delete one that was never live, found by its two ids in the order of the day."""
        account, ids = self._account, (request.match_info["id"], request.match_info["streaming"])
        if account.habits.delete_ids == "gone":
            raise account.refuse(404, "Not Found")
        key_id, id_ = reversed(ids) if account.habits.delete_ids == "swapped" else ids
        streaming = self._streaming(account.find(account.keys, key_id, "Live stream key"), id_)
        if account.habits.delete_only_created and streaming.phase != "created":
            raise account.refuse(400, "You can only delete live stream media when it's created.")
        del account.streamings[streaming.id]
        account.note("page deleted", streaming.id)
        return done("Delete streaming success.")

    async def statistic(self, request: web.Request) -> web.Response:
        """The figures about a streaming."""
        account = self._account
        streaming = account.find(account.streamings, request.match_info["id"], "Streaming")
        if account.habits.statistics_missing:
            raise account.refuse(404, "Live stream statistic not found.")
        return answer(statistic_body(account, streaming))

    def _title_and_save(self, body: dict[str, Any]) -> tuple[str, bool]:
        title, save = body.get("title"), body.get("save", False)
        if not isinstance(title, str) or not title.strip():
            raise self._account.refuse(400, "Title is required.")
        if not isinstance(save, bool):
            raise self._account.refuse(400, "Invalid request body.")
        return title, save

    def _qualities(self, body: dict[str, Any]) -> Sequence[Any]:
        found, style = body.get("qualities", []), self._account.habits.qualities
        for each in found:
            as_text = isinstance(each, str)
            good = each in _RESOLUTIONS if as_text else _is_quality(each)
            if not good or style not in ("both", "texts" if as_text else "objects"):
                raise self._account.refuse(400, "Qualities are invalid.")
        return tuple(found)


def _is_quality(each: Any) -> bool:
    return (
        isinstance(each, dict)
        and each.get("resolution") in _RESOLUTIONS
        and each.get("container_type") in _CONTAINERS.get(each.get("type", ""), ())
    )
