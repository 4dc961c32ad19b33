"""What Slack answers to a call, bounded and cleaned before the SDK or anything of ours sees it."""

from __future__ import annotations

import aiohttp

from bot.model import JSON
from bot.sanitise import decode, read_json

LONGEST_ANSWER = 16 * 1024 * 1024
"""Bytes of an answer that are read, after decompression; a page of 200 people has about half a megabyte."""


class SlackResponse(aiohttp.ClientResponse):
    """An answer of Slack's as the rest of the program can keep it: of bounded size, its JSON cleaned at this border."""

    async def read(self) -> bytes:
        """The body after decompression. Raises aiohttp.ClientPayloadError as soon as it is longer than `LONGEST_ANSWER`."""
        if self._body is None:
            try:
                self._body = await self._bounded()
            except BaseException:
                self.close()
                raise
        return await super().read()

    async def _bounded(self) -> bytes:
        body = bytearray()
        async for chunk in self.content.iter_any():
            body += chunk
            if len(body) > LONGEST_ANSWER:
                raise aiohttp.ClientPayloadError("the answer is too long")
        return bytes(body)

    async def text(self, encoding: str | None = None, errors: str = "replace") -> str:
        """The body as text; `encoding` is what its Content-Type says if nothing else is asked for."""
        body = await self.read()
        return decode(body, self.headers.get("content-type", "")) if encoding is None else body.decode(encoding, errors)

    async def json(self, **_: object) -> JSON:
        """The JSON of the body. Raises aiohttp.ContentTypeError for another type, json.JSONDecodeError for what is no JSON."""
        body, content_type = await self.read(), self.headers.get("content-type", "")
        if "json" not in content_type.lower():
            raise aiohttp.ContentTypeError(self.request_info, self.history, status=self.status, message="no JSON")
        return read_json(body, content_type) if body.strip() else None
