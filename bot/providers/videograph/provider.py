"""Videograph.ai: which request each call of the contract is."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import ClassVar, Self

from pydantic import Field, SecretStr

from bot.errors import ProviderError
from bot.model import JSON, Look, Source, Video
from bot.offload import collected, offload
from bot.providers.base import Address, Capabilities, ClipWindow, Connection, CutClip, Provider, StreamInfo
from bot.providers.budget import Priority
from bot.providers.reading import Sheet
from bot.providers.videograph import api, words
from bot.providers.videograph.api import CONTENTS, LIVESTREAMS, Seen, VideographApi
from bot.providers.videograph.fields import CAPABILITIES, CLIP_FIELDS, KEPT_FOR, STREAM_FIELDS, as_sent
from bot.providers.videograph.words import CONTENT_ID, STREAM_ID
from bot.sanitise import same_text
from bot.settings import Account, HeaderSecret, Url

VIDEOS_LISTED = 500
"""How many of an account's videos are read where no stream is named and the newest come first."""
CLOCKS_DIFFER = timedelta(minutes=10)
"""How far Videograph's clock may be behind ours when a stream is looked for by when it was made."""
NOT_RECORDED = (
    "This livestream was made with record off, so Videograph keeps nothing to cut from, and that cannot be changed later. "
    "Make one with record on for the next show."
)
"""Plain livestreams cannot be clipped (Videograph docs, old guide)."""
BEING_DELETED = "This livestream is being deleted at Videograph: nothing can be cut from it any more."


class VideographAccount(Account):
    """What Videograph wants to know."""

    token_id: HeaderSecret = Field(description="Videograph: id of an access token with Video Read and Video Write")
    secret_key: HeaderSecret = Field(description="Videograph: the secret key of that token")
    region: str = Field("us-east-1", description="region of new livestreams where none is given")
    base_url: Url = Field("https://api.videograph.ai", description="where Videograph's API is")


class Videograph(Provider):
    """One Videograph environment. All facts are from Videograph's docs unless a comment says otherwise."""

    name: ClassVar[str] = words.NAME
    capabilities: ClassVar[Capabilities] = CAPABILITIES
    account: ClassVar[type[Account]] = VideographAccount

    def __init__(self, account: VideographAccount, connection: Connection | None = None) -> None:
        with_it = connection or Connection()
        pair = [secret.get_secret_value().strip() for secret in (account.token_id, account.secret_key)]
        self._region = account.region
        self._recorded: dict[str, bool] = {}
        """Which streams have `record` on: only lists tell it (WordPress plugin), and it never changes."""
        headers = {"Authorization": SecretStr("Basic " + base64.b64encode(":".join(pair).encode()).decode())}
        rate = self.capabilities.requests_per_second
        self._seam = with_it.seam(account.base_url, headers, api.manner(with_it.command), rate)
        self._api = VideographApi(self._seam, pair)

    @classmethod
    def open(cls, account: Account, connection: Connection) -> Self:
        """The provider with this account."""
        assert isinstance(account, VideographAccount)
        return cls(account, connection)

    async def close(self) -> None:
        """Close the connections."""
        await self._seam.close()

    async def check(self) -> str:
        """Read the list of recorded livestreams; a line about the account."""
        streams = await self._api.livestreams(True, Priority.LOOK)
        active = sum(words.SIGNAL.get(words.status(sheet)) is True for sheet, _ in streams)
        return f"access token accepted, {active} of {len(streams)} recorded livestreams active"

    # -- streams
    async def look(self, stream: str, *, page: str = "", verifying: bool = False) -> Look:  # noqa: ARG002 - there are no pages
        """See the stream. One that is being deleted says so as its trouble and is gone once it is not found any more."""
        priority, what = Priority.VERIFY if verifying else Priority.LOOK, f"livestream {stream}"
        answer = await self._api.ask("GET", api.path(LIVESTREAMS, stream), what, priority, accept=(404,))
        if answer.status == 404:
            return Look(words.stream_key(stream), answer.asked_at, Source.LOOK, gone=True)
        sheet = self._api.sheet(answer, what, STREAM_ID, stream)
        recorded = self._recorded.get(stream)
        if words.SIGNAL.get(words.status(sheet)):
            try:
                recorded = await self._is_recorded(stream, sheet, priority)
            except ProviderError:  # the stream itself was seen
                recorded = None
        return words.look(sheet, stream, answer.asked_at, recorded)

    async def stream(self, stream: str) -> StreamInfo:
        """Read one livestream."""
        sheet, at = await self._see(stream, Priority.LOOK)
        return words.stream_info(sheet, at, await self._is_recorded(stream, sheet, Priority.LOOK))

    async def list_streams(self) -> list[StreamInfo]:
        """Every livestream. The items of the two lists tell neither settings nor tags (WordPress plugin)."""
        seen = await self._lists(Priority.LIST)
        return await collected(words.stream_info(*each, self._recorded.get(stream)) for stream, each in seen.items())

    async def create_stream(self, name: str, fields: Mapping[str, JSON], tag: str) -> StreamInfo:
        """Create a livestream, with `record` on unless it is said otherwise; metadata carry the tag. 200 or 201 (plugin)."""
        asked = as_sent(fields, STREAM_FIELDS, creating=True)
        region = asked.pop("region", "").strip() or self._region
        tagged = [*asked.pop("metadata", []), {"key": words.TAG, "value": tag}]
        body = {"title": name, "region": region, "record": True, "metadata": tagged, **asked}
        what = f"the new livestream “{name}”"
        answer = await self._api.ask("POST", LIVESTREAMS, what, Priority.EFFECT, json=body)
        sheet = self._api.sheet(answer, what, STREAM_ID)
        self._recorded[sheet.id(STREAM_ID)] = body["record"]
        return words.stream_info(sheet, answer.asked_at, body["record"])

    async def find_streams(self, name: str, tag: str, since: datetime) -> list[StreamInfo]:  # noqa: ARG002 - its tag is enough
        """The livestreams whose metadata carry exactly `tag`; lists leave metadata out, so those made since then are read."""
        found: list[StreamInfo] = []
        for stream, (item, at) in (await self._lists(Priority.VERIFY)).items():
            made, told = words.made_at(item), (item, at)
            if "metadata" not in item:
                if made is not None and made < since - CLOCKS_DIFFER:
                    continue
                told = await self._see_if_there(stream) or told
            if words.metadata(told[0]).get(words.TAG) == tag:
                found.append(words.stream_info(*told, self._recorded.get(stream)))
        return found

    async def update_stream(self, stream: str, fields: Mapping[str, JSON]) -> StreamInfo:
        """Change these settings.

        `title` is required, and whether what is left out stays is not documented: so the livestream is read first and everything
        known of it is sent along, the bot's own metadata in any case.
        """
        asked = as_sent(fields, STREAM_FIELDS, creating=False)
        stored, _ = await self._see(stream, Priority.VERIFY)
        if "metadata" in asked:
            asked["metadata"] = [*asked["metadata"], *words.own_metadata(stored)]
        body = {**words.changeable(stored), **asked}
        await self._api.ask("PUT", api.path(LIVESTREAMS, stream), f"livestream {stream}", Priority.EFFECT, json=body)
        return await self.stream(stream)

    async def delete_stream(self, stream: str) -> None:
        """Delete a livestream: it is `Deleting` for a while and then not found any more."""
        what = f"livestream {stream}"
        await self._api.ask("DELETE", api.path(LIVESTREAMS, stream), what, Priority.EFFECT, accept=(404,))

    async def ingest(self, stream: str) -> list[Address]:
        """The push addresses as Videograph returns them."""
        sheet, _ = await self._see(stream, Priority.LOOK)
        return words.addresses(sheet)

    # -- clips
    async def clip_window(self, stream: str) -> ClipWindow:
        """What can be clipped. When the stream started, from which its twelve hours count, no answer of Videograph's tells."""
        sheet, _ = await self._see(stream, Priority.LOOK)
        if words.status(sheet) == words.DELETING:
            return ClipWindow(why_not=BEING_DELETED)
        if await self._is_recorded(stream, sheet, Priority.LOOK) is False:
            return ClipWindow(why_not=NOT_RECORDED)
        return ClipWindow(longest=KEPT_FOR)

    async def create_clip(
        self, stream: str, title: str, start: datetime, end: datetime, fields: Mapping[str, JSON], tag: str
    ) -> CutClip:
        """Cut a clip, whole seconds that hold the range; the page shows no answer, so without one the clip is looked for."""
        if self._recorded.get(stream) is False:
            raise ProviderError(NOT_RECORDED, permanent=True)
        first, last = math.floor(start.timestamp()), math.ceil(end.timestamp())
        if last <= first:
            raise ProviderError("A clip must end after it begins. Turn the two times around.", permanent=True)
        asked = as_sent(fields, CLIP_FIELDS, creating=True)
        own = {words.TAG: tag, words.OF_STREAM: stream, words.RANGE: words.range_word(first, last)}
        tagged = [*asked.pop("metadata", []), *({"key": key, "value": value} for key, value in own.items())]
        body = {"title": title, **asked, "metadata": tagged, "startTime": first, "endTime": last}
        what, refused = f"livestream {stream}", dict.fromkeys(api.RANGE_REFUSED, api.NOT_CUT)
        where = api.path(LIVESTREAMS, stream, "clips")
        answer = await self._api.ask("POST", where, what, Priority.EFFECT, json=body, sentences=refused)
        made = Sheet(api.data(answer))
        if made.id(CONTENT_ID):
            ours = made if words.RANGE in words.metadata(made) else Sheet({**made.body, "metadata": tagged})
            return words.clip(ours, answer.asked_at)
        found = await self.find_clips(stream, title, start, end, tag)
        if len(found) == 1:
            return found[0]
        raise ProviderError(
            "Videograph took the clip without saying which it is, and does not list it yet. It is looked for again.",
            ambiguous=True,
            status=answer.status,
            detail=f"POST {where}, {len(found)} found",
        )

    async def find_clips(self, stream: str, title: str, start: datetime, end: datetime, tag: str) -> list[CutClip]:  # noqa: ARG002 - its tag is enough
        """The contents whose metadata carry exactly `tag`; a list without metadata is read item by item where the title fits."""
        found: list[CutClip] = []
        for item, at in await self._api.contents(Priority.VERIFY):
            told = (item, at)
            if "metadata" not in item and same_text(item.text("title"), title):
                told = await self._api.see(*_content(item.id(CONTENT_ID)), CONTENT_ID, Priority.VERIFY)
            if words.metadata(told[0]).get(words.TAG) == tag:
                found.append(words.clip(*told))
        return found

    async def clip(self, stream: str, clip: str) -> CutClip:  # noqa: ARG002 - contents belong to no stream
        """Read one clip, which is a content: it can be played once it is `Ready`."""
        return words.clip(*await self._api.see(*_content(clip), CONTENT_ID, Priority.LOOK))

    # -- videos
    async def list_videos(self, stream: str = "", search: str = "") -> list[Video]:
        """The account's contents, newest first, or the clips that the bot cut from a stream: nothing else tells whose they are."""
        seen = await self._api.contents(Priority.LIST, enough=0 if stream else VIDEOS_LISTED)
        dated = await collected((sheet.id(CONTENT_ID), words.made_at(sheet)) for sheet, _ in seen)
        made = {id_: instant.timestamp() for id_, instant in dated if instant}
        videos, said = await collected(words.video(*each) for each in seen), search.casefold()
        newest = await offload(sorted, videos, key=lambda video: made.get(video.id, 0.0), reverse=True)
        return await collected(
            video for video in newest if stream in ("", video.stream) and said in f"{video.name} {video.id}".casefold()
        )

    async def video(self, video: str) -> Video:
        """Read one content."""
        return words.video(*await self._api.see(*_content(video), CONTENT_ID, Priority.LOOK))

    async def delete_video(self, video: str) -> None:
        """Delete a content (WordPress plugin)."""
        await self._api.ask("DELETE", *_content(video), Priority.EFFECT, accept=(404,))

    # -- what is behind them
    async def _see(self, stream: str, priority: Priority) -> Seen:
        return await self._api.see(api.path(LIVESTREAMS, stream), f"livestream {stream}", STREAM_ID, priority)

    async def _see_if_there(self, stream: str) -> Seen | None:
        try:
            return await self._see(stream, Priority.VERIFY)
        except ProviderError as error:
            if error.status != 404:
                raise
            return None

    async def _lists(self, priority: Priority) -> dict[str, Seen]:
        """Both lists, by id; what stands in only one of them is known to be recorded, or not to be."""
        recorded, plain = await self._list(True, priority), await self._list(False, priority)
        self._recorded |= dict.fromkeys(recorded.keys() - plain.keys(), True)
        self._recorded |= dict.fromkeys(plain.keys() - recorded.keys(), False)
        return {**recorded, **plain}

    async def _list(self, recorded: bool, priority: Priority) -> dict[str, Seen]:
        listed = await self._api.livestreams(recorded, priority)
        return dict(await collected((sheet.id(STREAM_ID), (sheet, at)) for sheet, at in listed))

    async def _is_recorded(self, stream: str, sheet: Sheet, priority: Priority) -> bool | None:
        """Whether the livestream has `record` on; None where neither its object nor the lists tell."""
        told = sheet.flag("record")
        if told is not None:
            self._recorded[stream] = told
        elif stream not in self._recorded:
            await self._lists(priority)
        return self._recorded.get(stream)


def _content(content: str) -> tuple[str, str]:
    """The path of a content and how sentences call it."""
    return api.path(CONTENTS, content), f"video {content}"
