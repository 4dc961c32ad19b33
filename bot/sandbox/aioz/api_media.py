"""The simulated AIOZ's saved media."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.sandbox.aioz.account import Account
from bot.sandbox.aioz.api_keys import KEYS
from bot.sandbox.aioz.bodies import answer, done, media_body, page_of, read_body, streaming_body
from bot.sandbox.aioz.state import Media

_MEDIA, _ONE = "/api/media", "/api/media/{id}"


class MediaApi:
    """Handlers. The lists are asked for by POST."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> list[web.RouteDef]:
        """The routes of this part."""
        return [
            web.post(KEYS + "/{id}/media", self.of_key),
            web.post(KEYS + "/{id}/videos", self.of_key),
            web.post(_MEDIA, self.list),
            web.get(_ONE, self.get),
            web.patch(_ONE, self.rename),
            web.delete(_ONE, self.delete),
        ]

    def _media(self, request: web.Request) -> Media:
        return self._account.find(self._account.media, request.match_info["id"], "Media")

    async def _asked(self, request: web.Request) -> dict[str, Any]:
        """Empty texts and negative numbers are refused (tests of AIOZ's clients)."""
        body = await read_body(self._account, request)
        if body.get("sort_by", "created_at") not in ("created_at", "title"):
            raise self._account.refuse(400, "Sorting is not allowed. Allowed values: created_at, title.")
        if body.get("order_by", "asc") not in ("asc", "desc") or body.get("search") == "":
            raise self._account.refuse(400, 'Unknown sorting order. Please use "asc" or "desc".')
        return body

    async def of_key(self, request: web.Request) -> web.Response:
        """The streamings on a key that were saved, each with its saved item inside."""
        account = self._account
        key = account.find(account.keys, request.match_info["id"], "Live stream key")
        saved = [streaming_body(account, one) for one in account.streamings_of(key) if one.save and one.phase == "over"]
        return page_of(account, saved, await self._asked(request), account.habits.lists_as)

    async def list(self, request: web.Request) -> web.Response:
        """All media of the account."""
        account = self._account
        bodies = [media_body(account, media) for media in account.media.values()]
        return page_of(account, bodies, await self._asked(request), account.habits.lists_as)

    async def get(self, request: web.Request) -> web.Response:
        """One saved item."""
        return answer(media_body(self._account, self._media(request)))

    async def rename(self, request: web.Request) -> web.Response:
        """Change its title."""
        account, media = self._account, self._media(request)
        title = (await read_body(account, request)).get("title")
        if not isinstance(title, str) or not title.strip():
            raise account.refuse(400, "Title is required.")
        if title != media.title:
            account.note("video renamed", media.id)
        media.title, media.updated_at = title, account.now()
        return done("Update media success.")

    async def delete(self, request: web.Request) -> web.Response:
        """Delete it for good."""
        account, media = self._account, self._media(request)
        del account.media[media.id]
        account.note("video deleted", media.id)
        return done("Delete media success.")
