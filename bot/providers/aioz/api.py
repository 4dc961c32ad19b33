"""How AIOZ Stream wants to be asked: what its envelope is, how lists page, and how ids become paths."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Literal
from urllib.parse import quote, unquote

from bot.errors import ProviderError
from bot.model import JSON
from bot.offload import offload
from bot.providers.budget import Priority
from bot.providers.http import Answer, Seam
from bot.providers.reading import Sheet, with_id

KEYS, MEDIA = "/live_streams", "/media"
PAGE = 100
"""The largest page (AIOZ docs)."""
MOST_PAGES = 100
"""A list that has not ended by then is a fault: 10,000 objects."""
_LONGEST_ID = 200

TELLING = frozenset({"status", "stream_key", "save"})
"""Fields by which an object of AIOZ's is known although its id is missing; no error has them in its `data`."""

Seen = tuple[Sheet, datetime]
"""An object and the instant at which it was asked for."""


def segment(id_: str) -> str:
    """An id as a part of a path, so that no text in it reaches another path; ProviderError like that of a 404 for what is none."""
    if id_.strip(". ") and len(id_) <= _LONGEST_ID:
        return quote(id_, safe="")
    raise ProviderError(
        f"AIOZ Stream has nothing with the id {id_[:40]!r}: its ids are long texts. Pick one from a list.",
        permanent=True,
        status=404,
    )


def joined(key: str, streaming: str) -> str:
    """The id of a streaming as we keep it: AIOZ finds one only below its live stream key."""
    return f"{segment(key)}/{segment(streaming)}"


def parted(page: str) -> tuple[str, str]:
    """Key and streaming of such an id; ProviderError like that of a 404 for what is none."""
    key, slash, streaming = page.partition("/")
    if slash and "/" not in streaming:
        return unquote(key), unquote(streaming)
    raise ProviderError(
        f"AIOZ Stream has no streaming {page[:90]!r}: such an id has two parts, KEY/STREAMING. Pick one from a list.",
        permanent=True,
        status=404,
    )


def key_path(key: str) -> str:
    """The path of a live stream key."""
    return f"{KEYS}/{segment(key)}"


def streaming_path(page: str) -> str:
    """The path of a streaming."""
    key, streaming = parted(page)
    return f"{key_path(key)}/streamings/{segment(streaming)}"


class AiozApi:
    """AIOZ Stream's resources over one seam. Every method raises ProviderError."""

    def __init__(self, seam: Seam) -> None:
        self.seam = seam

    async def get(
        self,
        path: str,
        what: str,
        priority: Priority,
        *,
        params: Mapping[str, str | int] | None = None,
        accept: Collection[int] = (),
        route: str = "",
        secrets: Iterable[str] = (),
    ) -> Answer:
        """Read something."""
        answer = await self.seam.call(
            "GET", path, params=params, priority=priority, what=what, accept=accept, route=route, secrets=secrets
        )
        return self._judged(answer, what, secrets)

    async def see(self, path: str, what: str, priority: Priority) -> Seen:
        """Read one object that must be there."""
        answer = await self.get(path, what, priority)
        return self.sheet(answer, what, unquote(path.rpartition("/")[2])), answer.asked_at

    async def send(
        self,
        method: Literal["POST", "PUT", "PATCH", "DELETE"],
        path: str,
        body: JSON,
        what: str,
        *,
        accept: Collection[int] = (),
        route: str = "",
        secrets: Iterable[str] = (),
    ) -> Answer:
        """An effect, sent once."""
        hidden = tuple(secrets)
        answer = await self.seam.call(
            method, path, json=body, priority=Priority.EFFECT, what=what, accept=accept, route=route, secrets=hidden
        )
        return self._judged(answer, what, hidden)

    async def all_of(
        self,
        path: str,
        names: Iterable[str],
        what: str,
        priority: Priority,
        query: Mapping[str, str | int],
        *,
        by_post: bool = False,
        most: int = 0,
    ) -> list[Seen]:
        """All objects of a list, each once; `most` pages are enough where that is given.

        `names` are what the list may be called in `data`. On until `total` is reached, or until a page brings nothing new; the
        order is always asked for, since the documented defaults contradict each other.
        """
        found: dict[str, Seen] = {}
        offset = 0
        for _ in range(most or MOST_PAGES):
            asked = {"limit": PAGE, "offset": offset, "sort_by": "created_at", "order_by": "desc", **query}
            answer = await self._page(path, asked, what, priority, by_post=by_post)
            sheets, total = self._listed(answer, names, what)
            told = await offload(with_id, sheets, "id", what)
            fresh = {id_: (sheet, answer.asked_at) for id_, sheet in told.items() if id_ not in found}
            found |= fresh
            offset += len(sheets)
            if not fresh or (total is not None and offset >= total):
                return list(found.values())
        if most:
            return list(found.values())
        raise ProviderError(f"AIOZ Stream's list of {what} did not end after {MOST_PAGES} pages. Look into its dashboard.")

    def sheet(self, answer: Answer, what: str, asked: str = "") -> Sheet:
        """The object that the `data` of an answer must be. `asked` is the id it was asked for: one without its id is still it."""
        sheet = Sheet(answer.json).sheet("data")
        if asked and not sheet.id() and TELLING & sheet.body.keys():
            return Sheet({**sheet.body, "id": asked})
        if not sheet.id():
            raise self.seam.garbage(answer, what=what)
        return sheet

    async def _page(self, path: str, asked: Mapping[str, str | int], what: str, priority: Priority, *, by_post: bool) -> Answer:
        """One page; the lists of media are read by a POST, which changes nothing."""
        if not by_post:
            return await self.get(path, what, priority, params=asked)
        answer = await self.seam.call("POST", path, json=dict(asked), priority=priority, what=what, asks=True)
        return self._judged(answer, what, ())

    def _listed(self, answer: Answer, names: Iterable[str], what: str) -> tuple[list[Sheet], int | None]:
        data = Sheet(answer.json).sheet("data")
        for name in names:
            if isinstance(data.body.get(name), list):
                return data.sheets(name), data.whole("total")
        if data.whole("total") == 0 or any(name in data and data.body[name] is None for name in names):
            return [], 0  # an empty list may be a null
        raise self.seam.garbage(answer, what=what)

    def _judged(self, answer: Answer, what: str, secrets: Iterable[str]) -> Answer:
        """A status that says well around an envelope that does not is a refusal."""
        word = Sheet(answer.json).text("status").strip().lower()
        if answer.status < 300 and word not in ("", "success", "ok"):
            raise self.seam.refusal(answer, what=what, secrets=secrets)
        return answer
