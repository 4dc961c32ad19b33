"""The simulated AIOZ's live stream keys and their multicast lists."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

from aiohttp import web

from bot.sandbox.aioz.account import Account, new_id, new_stream_key
from bot.sandbox.aioz.bodies import answer, done, key_body, page_of, read_body
from bot.sandbox.aioz.ingest import Ingest
from bot.sandbox.aioz.state import Key

KEYS = "/api/live_streams"
_KEY, _MULTICAST = KEYS + "/{id}", KEYS + "/multicast/{stream_key}"


class KeysApi:
    """Handlers."""

    def __init__(self, account: Account, ingest: Ingest) -> None:
        self._account = account
        self._ingest = ingest

    def routes(self) -> list[web.RouteDef]:
        """The routes of this part."""
        return [
            web.post(KEYS, self.create),
            web.get(KEYS, self.list),
            web.get(_MULTICAST, self.targets),
            web.post(_MULTICAST, self.set_targets),
            web.delete(_MULTICAST, self.clear_targets),
            web.get(_KEY, self.get),
            web.put(_KEY, self.update),
            web.delete(_KEY, self.delete),
        ]

    def _key(self, request: web.Request) -> Key:
        return self._account.find(self._account.keys, request.match_info["id"], "Live stream key")

    async def create(self, request: web.Request) -> web.Response:
        """A key; `save` is false where nothing is said."""
        account = self._account
        body = await read_body(account, request)
        name, save, kind = body.get("name"), body.get("save", False), body.get("type", "video")
        if not isinstance(name, str) or not name.strip():
            raise account.refuse(400, "Name is required.")
        if not isinstance(save, bool) or kind not in ("video", "audio"):
            raise account.refuse(400, "Invalid request body.")
        now = account.now()
        key = Key(new_id(), new_stream_key(), name, save, kind, now, now)
        account.keys[key.id] = key
        account.note("stream created", key.id)
        return answer(key_body(account, key))

    async def list(self, request: web.Request) -> web.Response:
        """Keys of one type, video where nothing is said."""
        account, kind = self._account, request.query.get("type", "video")
        bodies = [key_body(account, key) for key in account.keys.values() if key.type == kind]
        return page_of(account, bodies, request.query, "live_stream_keys")

    async def get(self, request: web.Request) -> web.Response:
        """One key."""
        return answer(key_body(self._account, self._key(request)))

    async def update(self, request: web.Request) -> web.Response:
        """Change `name` and `save`; `type` is declared as a boolean, so a text is refused (AIOZ SDK)."""
        account, key = self._account, self._key(request)
        body = await read_body(account, request)
        if "type" in body or not isinstance(body.get("save", False), bool):
            raise account.refuse(400, "Invalid request body.")
        key.name, key.save = str(body.get("name") or key.name), body.get("save", key.save)
        key.updated_at = account.now()
        return answer(key_body(account, key))

    async def delete(self, request: web.Request) -> web.Response:
        """Delete a key with what is open on it; what was saved stays."""
        account, key = self._account, self._key(request)
        self._ingest.remove(key)
        for streaming in account.streamings_of(key):
            del account.streamings[streaming.id]
        del account.keys[key.id]
        account.note("stream deleted", key.id)
        return done("Delete live stream key success.")

    def _pushed(self, request: web.Request) -> Key:
        """The key whose push key is in the path."""
        account, text = self._account, request.match_info["stream_key"]
        try:
            uuid.UUID(text)
        except ValueError:
            raise account.refuse(400, "Live stream key's id is invalid.") from None
        found = next((key for key in account.keys.values() if key.stream_key == text), None)
        if found is None:
            raise account.refuse(404, "Live stream key not found.")
        return found

    async def targets(self, request: web.Request) -> web.Response:
        """The list; a key that never had one has none to be found."""
        key = self._pushed(request)
        if not key.targets:
            raise self._account.refuse(404, "Live stream multicast not found.")
        return self._targets_of(key)

    async def set_targets(self, request: web.Request) -> web.Response:
        """Replace the whole list."""
        account, key = self._account, self._pushed(request)
        urls = (await read_body(account, request)).get("multicast_urls")
        if not isinstance(urls, list) or not urls:
            raise account.refuse(400, "StreamKey and MulticastUrls must be specified.")
        if len(urls) > account.habits.most_targets:
            raise account.refuse(400, f"Only {account.habits.most_targets} stream can forward.")
        if not all(isinstance(url, str) and urlsplit(url).scheme == "rtmp" and " " not in url for url in urls):
            raise account.refuse(400, "Multicast url is invalid.")
        if urls != key.targets:
            key.targets = urls
            account.note("restreams set", key.id)
        return self._targets_of(key)

    async def clear_targets(self, request: web.Request) -> web.Response:
        """Empty the list."""
        key = self._pushed(request)
        if key.targets:
            key.targets = []
            self._account.note("restreams cleared", key.id)
        return done("Delete live stream multicast success.")

    def _targets_of(self, key: Key) -> web.Response:
        return answer(
            {"id": key.id, "live_stream_key_id": key.id, "stream_key": key.stream_key, "live_stream_multicast_urls": key.targets}
        )
