"""Gcore's restreams: targets of one stream, each with an address whose end is the destination's key."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.errors import UserError
from bot.model import JSON
from bot.providers.base import Restream
from bot.providers.budget import Priority
from bot.providers.gcore import complaints
from bot.providers.gcore.api import RESTREAMS, GcoreApi, number
from bot.providers.gcore.fields import RESTREAM_FIELDS, as_sent
from bot.providers.reading import Sheet
from bot.providers.scrub import scrub
from bot.sanitise import same_text

PROTOCOLS = ("rtmp", "rtmps", "srt")
"""Gcore OpenAPI; SRT as a caller only."""


class GcoreRestreams:
    """The restream targets of one account."""

    def __init__(self, api: GcoreApi, command: str) -> None:
        self._api = api
        self._command = command

    async def listed(self, stream: str, priority: Priority = Priority.LIST) -> list[Restream]:
        """Those of a stream, in all pages of the account's list."""
        return [restream(sheet) for sheet in await self._of(stream, priority)]

    async def add(self, stream: str, title: str, url: SecretStr, key: SecretStr, fields: Mapping[str, JSON], tag: str) -> Restream:
        """Create one that is off: left out, `active` would be true. `client_user_id` carries the tag, as a number."""
        uri = address(url, key)
        body = {
            "name": title,
            "uri": uri,
            "stream_id": number(stream),
            "active": False,
            "client_user_id": numbered(tag),
            **as_sent(fields, RESTREAM_FIELDS, creating=True),
        }
        what, hidden = f"the new restream target “{title}”", (uri, key.get_secret_value().strip())
        answer = await self._api.send("POST", RESTREAMS, {"restream": body}, what, accept=(422,), secrets=hidden)
        if answer.status == 422:
            sentence = complaints.one_target(self._command) if complaints.is_limit(answer) else ""
            raise self._api.seam.refusal(answer, what=what, sentence=sentence, secrets=hidden)
        return restream(self._api.sheet(answer, what))

    async def found(self, stream: str, title: str, url: SecretStr, key: SecretStr, tag: str) -> list[Restream]:
        """Those with the tag's number; where none came back with the target, those of exactly this name and address."""
        uri, mine = address(url, key), str(numbered(tag))
        sheets = await self._of(stream, Priority.VERIFY)
        return [
            restream(sheet)
            for sheet in sheets
            if sheet.id("client_user_id") == mine
            or (not sheet.id("client_user_id") and same_text(sheet.text("name"), title) and sheet.text("uri") == uri)
        ]

    async def switch(self, target: str, on: bool) -> Restream:
        """Set `active`; that it arrives takes minutes (Gcore docs)."""
        path, what = _path(target), f"restream target {target}"
        answer = await self._api.change("restream", path, what, {"active": on})
        sheet = Sheet(answer.json)
        return restream(sheet if sheet.id() else (await self._api.see(path, what, Priority.VERIFY))[0])

    async def remove(self, target: str) -> None:
        """Delete one."""
        await self._api.delete(_path(target), f"restream target {target}")

    async def _of(self, stream: str, priority: Priority) -> list[Sheet]:
        wanted = str(number(stream))
        seen = await self._api.all_of(RESTREAMS, "restream targets", priority)
        return [sheet for sheet, _ in seen if sheet.id("stream_id") == wanted]


def restream(sheet: Sheet) -> Restream:
    """A target without its key; its own words for whom it is a number of ours."""
    return Restream(
        sheet.id(),
        scrub(sheet.line("name")),
        _host(sheet.text("uri")),
        active=sheet.flag("active"),
        live=sheet.flag("live"),
        tag=sheet.id("client_user_id"),
    )


def numbered(tag: str) -> int:
    """The number that stands for a tag: `client_user_id` takes no text."""
    return int.from_bytes(hashlib.sha256(tag.encode()).digest()[:4]) & 0x7FFFFFFF


def address(url: SecretStr, key: SecretStr) -> str:
    """Server and key in one, as Gcore wants them. UserError for a protocol that it does not send on with."""
    server, name = url.get_secret_value().strip(), key.get_secret_value().strip()
    if not _host(server) or server.partition("://")[0].lower() not in PROTOCOLS:
        raise UserError("Gcore sends on to addresses that begin with rtmp://, rtmps:// or srt://. Type one of these.")
    if not name:
        return server
    if server.startswith("srt"):
        return server + name if server.endswith("=") else f"{server}{'&' if '?' in server else '?'}streamid={name}"
    return f"{server.rstrip('/')}/{name}"


def _host(uri: str) -> str:
    try:
        return urlsplit(uri).hostname or ""
    except ValueError:
        return ""


def _path(target: str) -> str:
    return f"{RESTREAMS}/{number(target)}"
