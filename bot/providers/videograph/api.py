"""How Videograph wants to be asked and how it answers: envelopes, failures that come as a 200, lists, and pages of contents."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote, unquote

from bot.errors import ProviderError
from bot.model import JSON
from bot.offload import offload
from bot.providers.budget import Priority
from bot.providers.http import Answer, Manner, Seam, Trouble
from bot.providers.reading import Sheet, objects, with_id
from bot.providers.scrub import scrub
from bot.providers.videograph import words
from bot.providers.videograph.words import CONTENT_ID, STREAM_ID

PREFIX = "/video/services/api/v1"
LIVESTREAMS, CONTENTS = f"{PREFIX}/livestreams", f"{PREFIX}/contents"
PAGE = 30
"""Contents per request: the most that first-party code asks for (WordPress plugin)."""
MOST_PAGES = 400
"""A list that has not ended by then is a fault."""

Seen = tuple[Sheet, datetime]
"""An object and the instant at which it was asked for."""


def manner(command: str) -> Manner:
    """Videograph's sentences; `command` is the root command, for what to type next."""
    return Manner(
        "Videograph",
        {
            Trouble.UNAUTHORIZED: "Videograph refused the access token{words}. Put a valid VIDEOGRAPH_TOKEN_ID and "
            "VIDEOGRAPH_SECRET_KEY in the settings; a pair works only in the environment it was made in.",
            Trouble.FORBIDDEN: "Videograph does not allow this access token to do that{words}. Make a token with Video "
            "Read and Video Write in Videograph's dashboard and put it in the settings.",
            Trouble.MISSING: "Videograph has no {what}{words}. It may have been deleted there; "
            f"`{command} stream list` and `{command} video list` show what exists.",
            Trouble.REFUSED: "Videograph refused for {what}: {complaint}. {change}",
            Trouble.REDIRECT: "Videograph points to another address. Check VIDEOGRAPH_BASE_URL in the settings.",
        },
        complaint,
    )


NOT_CUT = (
    "Videograph did not cut the clip: {complaint}. It takes what lies between the stream's start and now, until about "
    "12 hours after that start. Choose such a range and try again."
)
"""How a range outside the recording is refused is documented nowhere, so its words are quoted."""
RANGE_REFUSED = (400, 409, 416, 422)


def complaint(answer: Answer) -> str:
    """Videograph's own words in a failure. Its shape is not documented: `message` is the success envelope's, the rest is usual."""
    sheet = Sheet(answer.json)
    told = (sheet.text("message"), sheet.text("error"), sheet.sheet("error").text("message"), sheet.text("detail"))
    keys = [part.text("streamKey") for part in (sheet, sheet.sheet("data"), *sheet.sheets("data"))]
    return next((scrub(said.strip(), keys) for said in told if said.strip()), "")


def path(collection: str, id_: str, *rest: str) -> str:
    """The path of an object. An id stays one segment, whoever typed it; ProviderError as of a 404 for what cannot be one."""
    if not 0 < len(id_.strip(".")) <= 200:
        raise ProviderError(f"Videograph has nothing with the id {id_[:60]!r}. Pick one from a list.", permanent=True, status=404)
    return "/".join((collection, quote(id_, safe="", errors="replace"), *rest))


def data(answer: Answer) -> JSON:
    """What is in the envelope."""
    return Sheet(answer.json).body.get("data")


class VideographApi:
    """Videograph's resources over one seam. Every method raises ProviderError. `secrets` never come back in a sentence."""

    def __init__(self, seam: Seam, secrets: Collection[str] = ()) -> None:
        self.seam = seam
        self._secrets = tuple(secrets)

    async def ask(
        self,
        method: str,
        path: str,
        what: str,
        priority: Priority,
        *,
        json: JSON = None,
        params: Mapping[str, str | int] | None = None,
        accept: Collection[int] = (),
        sentences: Mapping[int, str] | None = None,
    ) -> Answer:
        """One request. A failure that came with a 2xx has the status that its envelope tells.

        `sentences` are those to say for some statuses instead of the usual ones.
        """
        special = sentences or {}
        answer = await self.seam.call(
            method, path, json=json, params=params, priority=priority, what=what, accept={*accept, *special}, secrets=self._secrets
        )
        judged, failed = _judged(answer)
        if judged.status in accept or not failed:
            return judged
        raise self.seam.refusal(judged, what=what, sentence=special.get(judged.status, ""), secrets=self._secrets)

    async def see(self, path: str, what: str, id_name: str, priority: Priority) -> Seen:
        """Read one object that must be there."""
        answer = await self.ask("GET", path, what, priority)
        return self.sheet(answer, what, id_name, unquote(path.rpartition("/")[2])), answer.asked_at

    def sheet(self, answer: Answer, what: str, id_name: str, asked: str = "") -> Sheet:
        """The object that an answer must bring; `data` is an object, or an array of one (Videograph docs).

        `asked` is the id it was asked for: one that has lost its id and tells its `status` is still that one.
        """
        inside = data(answer)
        sheet = Sheet(inside[0] if isinstance(inside, list) and len(inside) == 1 else inside)
        if asked and not sheet.id(id_name) and "status" in sheet:
            return Sheet({**sheet.body, id_name: asked})
        if not sheet.id(id_name):
            raise self.seam.garbage(answer, what=what)
        return sheet

    def sheets(self, answer: Answer, what: str) -> list[Sheet]:
        """The objects of the list that an answer must bring; where there are none, `data` may be missing (WordPress plugin)."""
        envelope, inside = Sheet(answer.json), data(answer)
        if inside is None and _succeeded(envelope):
            return []
        if not isinstance(inside, list):
            raise self.seam.garbage(answer, what=what)
        return objects(inside, what)

    async def livestreams(self, recorded: bool, priority: Priority) -> list[Seen]:
        """All livestreams with `record` on, or all with it off; no paging is known (WordPress plugin)."""
        params = {"record": "true" if recorded else "false"}
        answer = await self.ask("GET", LIVESTREAMS, "livestreams", priority, params=params)
        sheets = await offload(with_id, self.sheets(answer, "livestreams"), STREAM_ID, "livestreams")
        return [(sheet, answer.asked_at) for sheet in sheets.values()]

    async def contents(self, priority: Priority, *, enough: int = 0) -> list[Seen]:
        """All contents, each once; `enough` of them where the list proves to have the newest first.

        `start` is a zero-based index (WordPress plugin). The largest `limit` and the order are not documented: so on by as many
        as came, until a page brings nothing new.
        """
        found: dict[str, Seen] = {}
        start = 0
        for _ in range(MOST_PAGES):
            params = {"start": start, "limit": PAGE}
            answer = await self.ask("GET", CONTENTS, "videos", priority, params=params)
            sheets = self.sheets(answer, "videos")
            told = await offload(with_id, sheets, CONTENT_ID, "videos")
            fresh = {id_: (sheet, answer.asked_at) for id_, sheet in told.items()}
            if not fresh.keys() - found.keys():
                return list(found.values())
            found = {**fresh, **found}
            start += len(sheets)
            if enough and len(found) >= enough and _newest_first(sheets):
                return list(found.values())
        raise ProviderError(
            f"Videograph's list of videos did not end after {MOST_PAGES} pages. Look into its dashboard.", detail=f"GET {CONTENTS}"
        )


def _succeeded(envelope: Sheet) -> bool:
    return envelope.text("status").strip().casefold() == "success"


def _judged(answer: Answer) -> tuple[Answer, bool]:
    """The answer with the status it really has, and whether it is a failure.

    Whatever says a `status` other than `Success` failed (WordPress plugin). An empty body is what some pages show of a success.
    """
    if not 200 <= answer.status < 300:
        return answer, True
    envelope = Sheet(answer.json)
    code = envelope.whole("code") or 0
    refused = 400 <= code < 600
    if _succeeded(envelope) or not (refused or envelope.text("status").strip()):
        return answer, False
    return (replace(answer, status=code) if refused else answer), True


def _newest_first(sheets: list[Sheet]) -> bool:
    made = [instant for sheet in sheets if (instant := words.made_at(sheet)) is not None]
    return len(made) > 1 and made[0] > made[-1]
