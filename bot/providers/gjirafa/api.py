"""How Gjirafa wants to be asked: the project in the path, the envelope around every answer, JSON here and forms there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Literal
from urllib.parse import quote, unquote

from bot.errors import ProviderError
from bot.model import JSON
from bot.offload import offload
from bot.providers.budget import Priority
from bot.providers.gjirafa.complaints import judged
from bot.providers.http import Answer, Seam
from bot.providers.reading import Sheet, with_id

TAKE = 100
"""Objects on a page of a list; neither the default nor the most is documented, and what comes instead is read as well."""
MOST_PAGES = 400
"""A list that has not ended by then is a fault."""

TELLING = frozenset({"liveStatus", "healthStatus", "isLiveStreaming"})
"""Fields by which an object of Gjirafa's is known although its id is missing; no error has them."""

Seen = tuple[Sheet, datetime]
"""An object and the instant at which it was asked for."""


def part(id_: str) -> str:
    """An id as a part of a path; ProviderError like that of a 404 for what would lead elsewhere.

    Ids are short texts such as `v7gk2p` (Gjirafa docs, webhooks), but what else they may hold is not documented.
    """
    if not id_.strip(".") or len(id_) > 200:
        raise ProviderError(f"Gjirafa has nothing with the id {id_[:40]!r}. Pick one from a list.", permanent=True, status=404)
    return quote(id_, safe="")


class GjirafaApi:
    """One project's resources over one seam. Paths begin behind `/api/v1/{projectId}`; every method raises ProviderError."""

    def __init__(self, seam: Seam, project: str) -> None:
        self._seam = seam
        self._project = quote(project, safe="")

    async def get(
        self,
        path: str,
        what: str,
        priority: Priority,
        *,
        params: Mapping[str, str | int] | None = None,
        accept: Collection[int] = (),
        secrets: Iterable[str] = (),
    ) -> Answer:
        """Read. An answer whose envelope says no has the status that this means, and is returned if that is in `accept`."""
        hidden = tuple(secrets)
        answer = await self._seam.call(
            "GET", self._path(path), params=params, priority=priority, what=what, route=_route(path), accept=accept, secrets=hidden
        )
        if answer.status < 300 and not isinstance(answer.json, Mapping):
            raise self._seam.garbage(answer, what=what)
        return self._judged(answer, what, accept, hidden)

    async def send(
        self,
        method: Literal["POST", "PUT", "DELETE"],
        path: str,
        what: str,
        *,
        body: JSON = None,
        form: Mapping[str, str] | None = None,
        params: Mapping[str, str | int] | None = None,
        version: Literal["v1", "v2"] = "v1",
        accept: Collection[int] = (),
        secrets: Iterable[str] = (),
    ) -> Answer:
        """An effect, sent once."""
        hidden = tuple(secrets)
        answer = await self._seam.call(
            method,
            self._path(path, version),
            json=body,
            form=form,
            params=params,
            priority=Priority.EFFECT,
            what=what,
            route=_route(path, version),
            accept=accept,
            secrets=hidden,
        )
        return self._judged(answer, what, accept, hidden)

    async def order(
        self, method: Literal["POST", "PUT"], path: str, what: str, *, params: Mapping[str, str | int] | None = None
    ) -> None:
        """An effect whose answer is a plain `true` (Gjirafa docs: go live, stop); a `false` means that it was not done."""
        answer = await self.send(method, path, what, params=params)
        if self.result(answer) is False:
            raise self._seam.refusal(answer, what=what)

    async def see(self, path: str, what: str, priority: Priority) -> Seen:
        """Read one object that must be there."""
        answer = await self.get(path, what, priority)
        return self.object_in(answer, what, asked=unquote(path.rpartition("/")[2])), answer.asked_at

    async def see_dated(self, path: str, what: str, priority: Priority) -> Seen:
        """Read one object that is judged by its dates: with the present as Gjirafa's own clock has it."""
        answer = await self.get(path, what, priority)
        return self.object_in(answer, what, asked=unquote(path.rpartition("/")[2])), answer.theirs

    async def page_of(self, path: str, what: str, priority: Priority, page: int, take: int = TAKE) -> tuple[Sheet, datetime]:
        """One page of a list, with its totals (Gjirafa docs, version 1; version 2 of the lists has no totals)."""
        answer = await self.get(path, what, priority, params={"page": page, "take": take})
        result = self.result(answer)
        # `null` is what some servers send for an empty list; what is not there at all is not taken for one.
        if not isinstance(result, Mapping) or not isinstance(result.get("items", ""), list | None):
            raise self._seam.garbage(answer, what=what)
        return Sheet(result), answer.asked_at

    async def all_of(self, path: str, what: str, priority: Priority) -> list[Seen]:
        """All objects of a list, each once, until its totals are reached or a page brings nothing new."""
        found: dict[str, Seen] = {}
        for number in range(1, MOST_PAGES + 1):
            page, at = await self.page_of(path, what, priority, number)
            items = await offload(with_id, page.sheets("items"), "publicId", what)
            fresh = {id_: (item, at) for id_, item in items.items() if id_ not in found}
            found |= fresh
            pages = page.whole("totalPages")
            if not fresh or (pages is not None and number >= pages):
                return list(found.values())
        raise ProviderError(
            f"Gjirafa's list of {what} did not end after {MOST_PAGES} pages. Look into Gjirafa's dashboard.", detail=f"GET {path}"
        )

    def object_in(self, answer: Answer, what: str, id_: str = "publicId", *, asked: str = "") -> Sheet:
        """The object that an answer must bring. `asked` is the id it was asked for: one without its id is still that one."""
        sheet = Sheet(self.result(answer))
        if asked and not sheet.id(id_) and TELLING & sheet.body.keys():
            return Sheet({**sheet.body, id_: asked})
        if not sheet.id(id_):
            raise self._seam.garbage(answer, what=what)
        return sheet

    @staticmethod
    def result(answer: Answer) -> JSON:
        """What is in the envelope."""
        return Sheet(answer.json).body.get("result")

    def refusal(self, answer: Answer, what: str, sentence: str = "") -> ProviderError:
        """The error for an answer that turned out to be a refusal."""
        return self._seam.refusal(answer, what=what, sentence=sentence)

    def _judged(self, answer: Answer, what: str, accept: Collection[int], secrets: Iterable[str] = ()) -> Answer:
        meant = judged(answer)
        if meant.status >= 300 and meant.status not in accept:
            raise self._seam.refusal(meant, what=what, secrets=secrets)
        return meant

    def _path(self, path: str, version: str = "v1") -> str:
        return f"/api/{version}/{self._project}{path}"


def _route(path: str, version: str = "v1") -> str:
    return f"/api/{version}/{{projectId}}{path}"
