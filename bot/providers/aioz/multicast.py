"""Where AIOZ sends a picture on to: one list of RTMP addresses per live stream key, written as a whole and read by its push key."""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.errors import UserError
from bot.providers.aioz.api import AiozApi, key_path, segment
from bot.providers.base import Restream
from bot.providers.budget import Priority
from bot.providers.http import Answer
from bot.providers.reading import Sheet

ROUTE = "/live_streams/multicast/{stream_key}"
"""How the log names the path: the push key is in it."""
_ABSENT = (404,)
"""What AIOZ answers for a key without a list is not documented; the SDK lists 404."""


def target(url: SecretStr, key: SecretStr) -> str:
    """The address that AIOZ takes, its key at the end; UserError for one that it does not take."""
    server, name = url.get_secret_value().strip().rstrip("/"), key.get_secret_value().strip().lstrip("/")
    if not server.lower().startswith("rtmp://") or not urlsplit(server).hostname:
        raise UserError("AIOZ Stream sends on by RTMP only: give an address that begins with rtmp://.")
    whole = f"{server}/{name}" if name else server
    if not whole.isprintable() or " " in whole:
        raise UserError("The address or its key holds a space or a line break: copy it again.")
    return whole


def restream(whole: str) -> Restream:
    """A target without its key. AIOZ gives it neither an id nor a name: the id is a short hash, the name its host."""
    try:
        host = urlsplit(whole).hostname or "unknown"
    except ValueError:
        host = "unknown"
    return Restream(hashlib.sha256(whole.encode()).hexdigest()[:12], host, host, active=True)


class Multicast:
    """The lists of an account. What is edited is read first, and nobody edits the same list meanwhile."""

    def __init__(self, api: AiozApi) -> None:
        self._api = api
        self._editing: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def targets(self, stream: str, *, hidden: str = "") -> list[Restream]:
        """What is on the list of a live stream key. `hidden` is an address that must not come back in a sentence."""
        _, urls = await self._read(stream, hidden)
        return [restream(url) for url in urls]

    async def add(self, stream: str, whole: str) -> Restream:
        """Put an address on the list; there already is there."""
        async with self._editing[stream]:
            push_key, urls = await self._read(stream, whole)
            if whole not in urls:
                await self._write(stream, push_key, [*urls, whole])
        return restream(whole)

    async def remove(self, stream: str, target_id: str) -> None:
        """Take an address off the list; not there is removed. An empty list cannot be written, it is cleared."""
        async with self._editing[stream]:
            push_key, urls = await self._read(stream, "")
            rest = [url for url in urls if restream(url).id != target_id]
            if len(rest) < len(urls):
                await self._write(stream, push_key, rest)

    async def _read(self, stream: str, hidden: str) -> tuple[str, list[str]]:
        what, secrets = f"live stream key {stream}", _secrets(hidden)
        key = await self._api.get(key_path(stream), what, Priority.VERIFY, secrets=secrets)
        push_key = self._api.sheet(key, what).text("stream_key")
        if not push_key:
            raise self._api.seam.garbage(key, what=what)
        path, what = ROUTE.format(stream_key=segment(push_key)), f"list of targets of {what}"
        secrets = (push_key, *secrets)
        answer = await self._api.get(path, what, Priority.VERIFY, accept=_ABSENT, route=ROUTE, secrets=secrets)
        listed = _listed(answer)
        if listed is None and answer.status < 300 and "data" not in Sheet(answer.json):
            raise self._api.seam.garbage(answer, what=what)
        return push_key, listed or []

    async def _write(self, stream: str, push_key: str, urls: list[str]) -> None:
        what, path = f"list of targets of live stream key {stream}", ROUTE.format(stream_key=segment(push_key))
        secrets = (push_key, *_secrets(*urls))
        if urls:
            answer = await self._api.send("POST", path, {"multicast_urls": urls}, what, route=ROUTE, secrets=secrets)
            if _listed(answer) is None:
                raise self._api.seam.garbage(answer, what=what)
        else:
            await self._api.send("DELETE", path, None, what, accept=_ABSENT, route=ROUTE, secrets=secrets)


def _listed(answer: Answer) -> list[str] | None:
    """The addresses in an answer; None if it has no list."""
    listed = Sheet(answer.json).sheet("data").body.get("live_stream_multicast_urls")
    return [url for url in listed if isinstance(url, str) and url] if isinstance(listed, list) else None


def _secrets(*urls: str) -> tuple[str, ...]:
    """The addresses, and the keys at their ends."""
    return tuple(word for url in urls if url for word in (url, url.rpartition("/")[2]))
