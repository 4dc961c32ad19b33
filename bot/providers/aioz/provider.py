"""AIOZ Stream: which request each call of the contract is. A stream is its live stream key, a page its streaming."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Self

from pydantic import Field, SecretStr

from bot.errors import ProviderError
from bot.model import JSON, Look, PageState, Video
from bot.offload import collected
from bot.providers.aioz import complaints, multicast, webhooks, words
from bot.providers.aioz.api import KEYS, MEDIA, AiozApi, Seen, joined, key_path, parted, segment, streaming_path
from bot.providers.aioz.fields import CAPABILITIES, DETECTION, STREAM_FIELDS, as_sent, page_as_sent
from bot.providers.aioz.multicast import Multicast
from bot.providers.aioz.pulse import Pulses
from bot.providers.base import Address, Capabilities, Connection, Figure, Heard, Page, Provider, Restream, StreamInfo
from bot.providers.budget import Priority
from bot.providers.reading import Sheet
from bot.providers.scrub import without_secrets
from bot.sanitise import same_text
from bot.settings import Account, HeaderSecret, Url

VIDEO_PAGES = 5
"""How far an account's media are read where no live stream key is named, at 100 to a page."""

EPOCH = datetime.fromtimestamp(0, UTC)


class AiozAccount(Account):
    """What AIOZ Stream wants to know: a pair of keys (recommended by its docs), or a token."""

    ways = (("public_key", "secret_key"), ("bearer_token",))

    public_key: HeaderSecret | None = Field(None, description="AIOZ Stream: public key of an API key of type full_access")
    secret_key: HeaderSecret | None = Field(None, description="AIOZ Stream: secret key of the same API key")
    bearer_token: HeaderSecret | None = Field(None, description="AIOZ Stream: a token, in the place of the two keys")
    base_url: Url = Field("https://api.aiozstream.network/api", description="where AIOZ Stream's API is")

    @property
    def headers(self) -> Mapping[str, SecretStr]:
        """How a request proves itself. Where both ways are given, the keys: the two together are documented nowhere."""
        if self.public_key is not None and self.secret_key is not None:
            return {"stream-public-key": self.public_key, "stream-secret-key": self.secret_key}
        token = self.bearer_token.get_secret_value() if self.bearer_token is not None else ""
        return {"Authorization": SecretStr(f"Bearer {token}")}


class Aioz(Provider):
    """One AIOZ Stream account. All facts are from AIOZ's docs or its SDK unless a comment says otherwise."""

    name: ClassVar[str] = words.NAME
    capabilities: ClassVar[Capabilities] = CAPABILITIES
    account: ClassVar[type[Account]] = AiozAccount

    def __init__(self, account: AiozAccount, connection: Connection | None = None) -> None:
        with_it = connection or Connection()
        headers = account.headers
        rate = self.capabilities.requests_per_second
        self._seam = with_it.seam(account.base_url, headers, complaints.manner(with_it.command), rate)
        self._api = AiozApi(self._seam)
        self._multicast = Multicast(self._api)
        self._pulses = Pulses(DETECTION)

    @classmethod
    def open(cls, account: Account, connection: Connection) -> Self:
        """The provider with this account."""
        assert isinstance(account, AiozAccount)
        return cls(account, connection)

    async def close(self) -> None:
        """Close the connections."""
        await self._seam.close()

    async def check(self) -> str:
        """Read the first live stream key; a line about the account."""
        params: dict[str, str | int] = {"limit": 1, "offset": 0, "sort_by": "created_at", "order_by": "desc"}
        answer = await self._api.get(KEYS, "live stream keys", Priority.LOOK, params=params)
        data = Sheet(answer.json).sheet("data")
        if not data:
            raise self._seam.garbage(answer, what="live stream keys")
        total = data.whole("total")
        return "credentials accepted" + ("" if total is None else f", {total} live stream keys")

    # -- live stream keys
    async def look(self, stream: str, *, page: str = "", verifying: bool = False) -> Look:
        """See the streaming `page`; without one, or where it is over or gone, the key and whatever streaming is in use on it.

        Whether pictures arrive is told nowhere: it is inferred from two looks (`pulse.py`).
        """
        priority = Priority.VERIFY if verifying else Priority.LOOK
        if not page:
            return await self._look_at_key(stream, priority)
        what = f"streaming {page}"
        answer = await self._api.get(streaming_path(page), what, priority, accept=(404,))
        sheet = Sheet(None) if answer.status == 404 else self._api.sheet(answer, what, parted(page)[1])
        state = words.page_state(sheet) if sheet else words.PAGE_GONE
        if sheet and words.phase(sheet) is not PageState.FINISHED:
            seen = replace(words.look(stream, answer.asked_at), page=page, page_state=state or None)
            return await self._felt(seen, sheet, priority, answer.sent)
        seen = replace(await self._look_at_key(stream, priority), page=page, page_state=state)
        return replace(seen, trouble=words.ELSEWHERE) if seen.signal else seen

    async def stream(self, stream: str) -> StreamInfo:
        """Read one key."""
        return words.stream_info(*await self._api.see(key_path(stream), f"live stream key {stream}", Priority.LOOK))

    async def list_streams(self) -> list[StreamInfo]:
        """Every key of the account, for video and for audio: a list has one of the two (AIOZ SDK)."""
        return await self._keys(Priority.LIST, {})

    async def create_stream(self, name: str, fields: Mapping[str, JSON], tag: str) -> StreamInfo:  # noqa: ARG002 - no place for it
        """Create a key. AIOZ has no switch and no place for a tag."""
        body = {"name": name, **as_sent(fields, STREAM_FIELDS, creating=True)}
        what = f"the new live stream key “{name}”"
        answer = await self._api.send("POST", KEYS, body, what)
        return words.stream_info(self._api.sheet(answer, what), answer.asked_at)

    async def find_streams(self, name: str, tag: str, since: datetime) -> list[StreamInfo]:  # noqa: ARG002 - see create_stream
        """The keys of exactly that name made after `since`, in all pages of the list."""
        # AIOZ compares what is searched for byte by byte, and an accent can be spelled in two ways.
        found = await self._keys(Priority.VERIFY, {"search": name} if name and name.isascii() else {})
        return [key for key in found if same_text(key.name, name) and key.created_at is not None and key.created_at >= since]

    async def update_stream(self, stream: str, fields: Mapping[str, JSON]) -> StreamInfo:
        """Change these settings and no others (both are optional in the tests of AIOZ's clients)."""
        what = f"live stream key {stream}"
        answer = await self._api.send("PUT", key_path(stream), as_sent(fields, STREAM_FIELDS, creating=False), what)
        sheet = Sheet(answer.json).sheet("data")
        return words.stream_info(sheet, answer.asked_at) if sheet.id() else await self.stream(stream)

    async def delete_stream(self, stream: str) -> None:
        """Delete a key."""
        await self._api.send("DELETE", key_path(stream), None, f"live stream key {stream}", accept=(404,))

    async def ingest(self, stream: str) -> list[Address]:
        """The push address as AIOZ returns it, the key apart."""
        sheet, _ = await self._api.see(key_path(stream), f"live stream key {stream}", Priority.LOOK)
        return words.addresses(sheet)

    # -- streamings
    async def create_page(self, name: str, stream: str, fields: Mapping[str, JSON]) -> Page:
        """Create a streaming; it is live as soon as the encoder pushes. What the answer says of `save` is what AIOZ will do."""
        body = {"title": name, **page_as_sent(fields, creating=True)}
        what = f"the new streaming “{name}”"
        answer = await self._api.send("POST", f"{key_path(stream)}/streamings", body, what, accept=(400, 409, 422))
        if answer.status >= 400:
            raise self._seam.refusal(answer, what=what, sentence=complaints.NOT_MADE)
        return words.page(self._api.sheet(answer, what), stream)

    async def find_pages(self, name: str, stream: str) -> list[Page]:
        """The streamings of exactly that title on that key, in all pages of the list."""
        pages = [words.page(sheet, stream) for sheet, _ in await self._streamings(stream, Priority.VERIFY)]
        return [page for page in pages if same_text(page.name, name)]

    async def page(self, page: str) -> Page:
        """Read one streaming."""
        sheet, _ = await self._streaming(page, Priority.LOOK)
        return words.page(sheet, parted(page)[0])

    async def update_page(self, page: str, fields: Mapping[str, JSON]) -> Page:
        """Change fields of a streaming: a PUT without its id in the path.

        `title` must be sent (AIOZ docs). `save` is sent along as it is, so that a PUT cannot switch it off unasked.
        """
        sent = page_as_sent(fields, creating=False)
        key, streaming = parted(page)
        stored, _ = await self._streaming(page, Priority.VERIFY)
        kept = {name: stored.body[name] for name in ("title", "save") if stored.body.get(name) is not None}
        body = {"stream_id": streaming, **kept, **sent}
        what = f"streaming {page}"
        answer = await self._api.send("PUT", f"{key_path(key)}/streamings", body, what, accept=(400, 409, 422))
        if answer.status >= 400:
            raise self._seam.refusal(answer, what=what, sentence=complaints.NOT_CHANGED)
        return await self.page(page)

    async def delete_page(self, page: str) -> None:
        """Delete a streaming.

        The tests of both AIOZ clients call this with the two ids swapped, and public server code that looks like its own
        looks for it like that: what is not found in the documented order is tried in the other one, and what is found in
        neither must be gone.
        """
        key, streaming = parted(page)
        for path in (streaming_path(page), streaming_path(joined(streaming, key))):
            what = f"streaming {page}"
            answer = await self._api.send("DELETE", path, None, what, accept=(400, 404, 405, 409, 422))
            if answer.status < 300:
                return
            if answer.status != 404:
                break
        read = await self._api.get(streaming_path(page), what, Priority.VERIFY, accept=(404,))
        if read.status != 404:
            raise self._seam.refusal(answer, what=what, sentence=complaints.NOT_DELETED)

    async def viewers(self, stream: str, page: str) -> int | None:  # noqa: ARG002 - counted by streaming
        """How many watch the streaming now; None where there is none."""
        if not page:
            return None
        answer = await self._api.get(streaming_path(page), f"streaming {page}", Priority.LIST, accept=(404,))
        return Sheet(answer.json).sheet("data").whole("current_view") if answer.status < 400 else None

    async def statistics(self, stream: str, page: str) -> list[Figure]:
        """Figures about the streaming, else about the one in use on the key; refreshed by AIOZ every 5 to 30 s."""
        streaming = parted(page)[1] if page else words.in_use(await self._open_streamings(stream, Priority.LIST)).id()
        if not streaming:
            return []
        what = f"statistic of streaming {streaming}"
        answer = await self._api.get(_statistic(streaming), what, Priority.LIST, accept=(404,))
        if answer.status == 404:
            return []
        statistic = Sheet(answer.json).sheet("data")
        if not statistic:
            raise self._seam.garbage(answer, what=what)
        return words.figures(statistic)

    # -- restreams
    async def list_restreams(self, owner: str) -> list[Restream]:
        """The targets of a key, without their keys."""
        return await self._multicast.targets(owner)

    async def add_restream(
        self,
        owner: str,
        title: str,  # noqa: ARG002 - AIOZ has a place for the address and for nothing else
        url: SecretStr,
        key: SecretStr,
        fields: Mapping[str, JSON],  # noqa: ARG002
        tag: str,  # noqa: ARG002
    ) -> Restream:
        """Add a target; it takes effect at once."""
        return await self._multicast.add(owner, multicast.target(url, key))

    async def find_restreams(self, owner: str, title: str, url: SecretStr, key: SecretStr, tag: str) -> list[Restream]:  # noqa: ARG002
        """The target with that address."""
        whole = multicast.target(url, key)
        wanted = multicast.restream(whole)
        return [found for found in await self._multicast.targets(owner, hidden=whole) if found.id == wanted.id]

    async def remove_restream(self, owner: str, restream: str) -> None:
        """Remove a target."""
        await self._multicast.remove(owner, restream)

    # -- videos
    async def list_videos(self, stream: str = "", search: str = "") -> list[Video]:
        """What is saved of a key's streamings, or the account's media, newest first; of those at most the first 500."""
        path = f"{key_path(stream)}/media" if stream else MEDIA
        query = {"search": search} if search else {}
        most = 0 if stream else VIDEO_PAGES
        seen = await self._api.all_of(path, words.SAVED, "media", Priority.LIST, query, by_post=True, most=most)
        items = ((words.saved(sheet), at) for sheet, at in seen)
        return await collected(words.video(sheet, at, stream) for sheet, at in items if sheet.id())

    async def video(self, video: str) -> Video:
        """Read one saved item. An id that is none of AIOZ's is a 400 (tests of AIOZ's clients)."""
        what = f"video {video}"
        answer = await self._api.get(_media(video), what, Priority.LOOK, accept=(400,))
        if answer.status >= 400:
            raise self._seam.refusal(answer, what=what, sentence=complaints.NO_SUCH_ID)
        return words.video(self._api.sheet(answer, what), answer.asked_at)

    async def rename_video(self, video: str, name: str) -> Video:
        """Give a saved item another title."""
        answer = await self._api.send("PATCH", _media(video), {"title": name}, f"video {video}")
        sheet = Sheet(answer.json).sheet("data")
        return words.video(sheet, answer.asked_at) if sheet.id() else await self.video(video)

    async def delete_video(self, video: str) -> None:
        """Delete a saved item for good."""
        await self._api.send("DELETE", _media(video), None, f"video {video}", accept=(404,))

    # -- webhooks
    def webhook_subject(self, body: Mapping[str, JSON]) -> str:
        """`media:<id>`."""
        return webhooks.subject(body)

    def redact(self, body: Mapping[str, JSON]) -> Mapping[str, JSON]:
        """The webhook without its secrets: none are documented in it."""
        return without_secrets(body)

    def hear(self, body: Mapping[str, JSON], at: datetime) -> Heard:
        """Translate a webhook."""
        return webhooks.hear(body, at)

    # -- inside
    async def _look_at_key(self, stream: str, priority: Priority) -> Look:
        what = f"live stream key {stream}"
        answer = await self._api.get(key_path(stream), what, priority, accept=(404,))
        if answer.status == 404:
            return replace(words.look(stream, answer.asked_at), gone=True)
        seen = words.look(stream, answer.asked_at, words.key_name(self._api.sheet(answer, what, stream)))
        try:
            streaming = words.in_use(await self._open_streamings(stream, priority))
        except ProviderError:
            return seen
        return (
            await self._felt(seen, streaming, priority, answer.sent) if streaming else replace(seen, signal=False, recording=False)
        )

    async def _felt(self, seen: Look, streaming: Sheet, priority: Priority, sent: float) -> Look:
        """What a streaming and its statistic tell; without the statistic, the streaming alone.

        `sent`: when it was asked for, on the clock that nobody sets: looks are compared by how far they are apart.
        """
        id_ = streaming.id()
        try:
            answer = await self._api.get(_statistic(id_), f"statistic of streaming {id_}", priority, accept=(404,))
            statistic = Sheet(answer.json).sheet("data") if answer.status < 400 else Sheet(None)
        except ProviderError:
            statistic = Sheet(None)
        vitals = words.vitals(streaming, statistic, EPOCH + timedelta(seconds=sent))
        return words.with_streaming(seen, streaming, vitals, self._pulses.feel(id_, vitals, words.phase(streaming)))

    async def _streaming(self, page: str, priority: Priority) -> Seen:
        return await self._api.see(streaming_path(page), f"streaming {page}", priority)

    async def _streamings(self, stream: str, priority: Priority) -> list[Seen]:
        what = f"streamings of live stream key {stream}"
        return await self._api.all_of(f"{key_path(stream)}/streamings", words.STREAMINGS, what, priority, {})

    async def _open_streamings(self, stream: str, priority: Priority) -> list[Sheet]:
        return [sheet for sheet, _ in await self._streamings(stream, priority)]

    async def _keys(self, priority: Priority, query: Mapping[str, str]) -> list[StreamInfo]:
        found: dict[str, StreamInfo] = {}
        for kind in ("video", "audio"):
            asked = {**query, "type": kind}
            listed = await self._api.all_of(KEYS, words.ALL_KEYS, "live stream keys", priority, asked)
            infos = await collected((sheet.id(), words.stream_info(sheet, at)) for sheet, at in listed)
            found = {**dict(infos), **found}
        return list(found.values())


def _statistic(streaming: str) -> str:
    return f"{KEYS}/statistic/{segment(streaming)}"


def _media(video: str) -> str:
    return f"{MEDIA}/{segment(video)}"
