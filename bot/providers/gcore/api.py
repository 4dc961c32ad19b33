"""How Gcore wants to be asked: what is wrapped, what is bare, how lists page, and that a deletion of nothing is no error."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Literal

from bot.errors import ProviderError
from bot.model import JSON
from bot.offload import offload
from bot.providers.budget import Priority
from bot.providers.gcore import complaints
from bot.providers.http import Answer, Seam
from bot.providers.reading import Sheet, objects, with_id

STREAMS, BROADCASTS, VIDEOS = "/streaming/streams", "/streaming/broadcasts", "/streaming/videos"
RESTREAMS, STATISTICS = "/streaming/restreams", "/streaming/statistics"
MOST_PAGES = 400
"""A list that has not ended by then is a fault; at 25 to a page (the vendor's iOS demo) these are 10,000 objects."""

TELLING = frozenset({"live", "active", "status"})
"""Fields by which an object of Gcore's is known although its id is missing; no error has them."""

Seen = tuple[Sheet, datetime]
"""An object and the instant at which it was asked for."""


def number(id_: str) -> int:
    """An id as Gcore's paths and bodies have it; ProviderError like that of a 404 for what is no number."""
    if id_.isascii() and id_.isdigit() and len(id_) <= 18:
        return int(id_)
    raise ProviderError(
        f"Gcore has nothing with the id {id_!r}: its ids are numbers. Pick one from a list.", permanent=True, status=404
    )


def stream_path(stream: str) -> str:
    """Where a stream is."""
    return f"{STREAMS}/{number(stream)}"


class GcoreApi:
    """Gcore's resources over one seam. Every method raises ProviderError."""

    def __init__(self, seam: Seam) -> None:
        self.seam = seam

    async def get(self, path: str, what: str, priority: Priority, *, accept: Collection[int] = ()) -> Answer:
        """Read one object."""
        return await self.seam.call("GET", path, priority=priority, what=what, accept=accept)

    async def see(self, path: str, what: str, priority: Priority) -> Seen:
        """Read one object that must be there; its path ends in its id."""
        answer = await self.get(path, what, priority)
        return self.sheet(answer, what, path.rpartition("/")[2]), answer.asked_at

    async def send(
        self,
        method: Literal["POST", "PUT", "PATCH"],
        path: str,
        body: JSON,
        what: str,
        *,
        accept: Collection[int] = (),
        secrets: Iterable[str] = (),
    ) -> Answer:
        """An effect, sent once."""
        return await self.seam.call(method, path, json=body, priority=Priority.EFFECT, what=what, accept=accept, secrets=secrets)

    async def change(
        self,
        wrapper: Literal["stream", "broadcast", "restream"],
        path: str,
        what: str,
        fields: Mapping[str, JSON],
        *,
        accept: Collection[int] = (),
        secrets: Iterable[str] = (),
    ) -> Answer:
        """PATCH these fields, wrapped.

        The generated types demand `name`, the vendor's samples leave it out: if Gcore misses it, the stored name is sent along.
        """
        hidden = tuple(secrets)
        answer = await self.send("PATCH", path, {wrapper: dict(fields)}, what, accept={422, *accept}, secrets=hidden)
        if answer.status == 422 and "name" not in fields and complaints.field_errors(answer, "name"):
            stored, _ = await self.see(path, what, Priority.VERIFY)
            named = {"name": stored.text("name"), **fields}
            answer = await self.send("PATCH", path, {wrapper: named}, what, accept={422, *accept}, secrets=hidden)
        if answer.status == 422 and 422 not in accept:
            raise self.seam.refusal(answer, what=what, secrets=hidden)
        return answer

    async def delete(self, path: str, what: str) -> None:
        """Delete; what is not there is deleted."""
        await self.seam.call("DELETE", path, priority=Priority.EFFECT, what=what, accept=(404,))

    async def all_of(
        self,
        path: str,
        what: str,
        priority: Priority,
        params: Mapping[str, str | int] | None = None,
        *,
        most: int = 0,
    ) -> list[Seen]:
        """All objects of a list, each once. `most` pages are enough where that is given.

        Lists are bare arrays without a total, and the size of a page is not documented: so on until a page is empty or brings
        nothing new, as it would if `page` were ignored.
        """
        found: dict[str, Seen] = {}
        for page in range(1, (most or MOST_PAGES) + 1):
            answer = await self.seam.call("GET", path, params={**(params or {}), "page": page}, priority=priority, what=what)
            told = await offload(with_id, self.sheets(answer, what), "id", what)
            fresh = {id_: (sheet, answer.asked_at) for id_, sheet in told.items() if id_ not in found}
            if not fresh:
                return list(found.values())
            found |= fresh
        if not most:
            raise ProviderError(
                f"Gcore's list of {what} did not end after {MOST_PAGES} pages. Look into the Gcore portal.", detail=f"GET {path}"
            )
        return list(found.values())

    def sheet(self, answer: Answer, what: str, asked: str = "") -> Sheet:
        """The object that an answer must be. `asked` is the id it was asked for: one that has lost its id is still that one."""
        sheet = Sheet(answer.json)
        if asked and not sheet.id() and TELLING & sheet.body.keys():
            return Sheet({**sheet.body, "id": asked})
        if not sheet.id():
            raise self.seam.garbage(answer, what=what)
        return sheet

    def sheets(self, answer: Answer, what: str) -> list[Sheet]:
        """The objects of the array that an answer must be, or of none where it is `null`."""
        if not isinstance(answer.json, list) and not answer.is_null:
            raise self.seam.garbage(answer, what=what)
        return objects(answer.json, what)
