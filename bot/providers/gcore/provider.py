"""Gcore Video Streaming: which request each call of the contract is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import ClassVar, Self

from pydantic import Field, SecretStr

from bot.errors import ProviderError
from bot.model import JSON, Look, PageState, Source, Video
from bot.offload import collected
from bot.providers.base import (
    Address,
    Capabilities,
    ClipWindow,
    Connection,
    CutClip,
    Figure,
    Heard,
    Page,
    Provider,
    Restream,
    StreamInfo,
)
from bot.providers.budget import Priority
from bot.providers.gcore import complaints, webhooks, words
from bot.providers.gcore.api import BROADCASTS, STREAMS, VIDEOS, GcoreApi, number, stream_path
from bot.providers.gcore.clips import GcoreClips
from bot.providers.gcore.fields import CAPABILITIES, PAGE_FIELDS, STREAM_FIELDS, as_sent, secrets_in
from bot.providers.gcore.figures import GcoreFigures
from bot.providers.gcore.restreams import GcoreRestreams
from bot.providers.reading import Sheet, optional
from bot.providers.scrub import without_secrets
from bot.settings import Account, HeaderSecret, Url

VIDEO_PAGES, VIDEOS_PER_PAGE = 5, 100
"""How far an account's videos are read where no stream is named."""
ENABLING_REFUSED = (400, 402, 403, 409, 412, 422)
"""How Gcore refuses above the active-stream limit is not documented: any of these may be it."""


class GcoreAccount(Account):
    """What Gcore wants to know."""

    api_token: HeaderSecret = Field(description="Gcore: permanent API token")
    base_url: Url = Field("https://api.gcore.com", description="where Gcore's API is")


class Gcore(Provider):
    """One Gcore account. All facts are from Gcore's OpenAPI description unless a comment says otherwise."""

    name: ClassVar[str] = words.NAME
    capabilities: ClassVar[Capabilities] = CAPABILITIES
    account: ClassVar[type[Account]] = GcoreAccount

    def __init__(self, account: GcoreAccount, connection: Connection | None = None) -> None:
        with_it = connection or Connection()
        self._command = with_it.command
        token = account.api_token.get_secret_value().strip()
        self._now = with_it.clock.now
        manner, rate = complaints.manner(with_it.command), self.capabilities.requests_per_second
        self._seam = with_it.seam(account.base_url, {"Authorization": SecretStr(f"APIKey {token}")}, manner, rate)
        self._media = with_it.seam("", {}, manner, rate)
        """For links that lead elsewhere, where the token must not go."""
        self._api = GcoreApi(self._seam)
        self._clips = GcoreClips(self._api, self._media, self._command)
        self._restreams = GcoreRestreams(self._api, self._command)
        self._figures = GcoreFigures(self._api)

    @classmethod
    def open(cls, account: Account, connection: Connection) -> Self:
        """The provider with this account."""
        assert isinstance(account, GcoreAccount)
        return cls(account, connection)

    async def close(self) -> None:
        """Close the connections."""
        await self._seam.close()
        await self._media.close()

    async def check(self) -> str:
        """Read the first page of streams; a line about the account."""
        answer = await self._seam.call("GET", STREAMS, params={"page": 1}, priority=Priority.LOOK, what="streams")
        streams = self._api.sheets(answer, "streams")
        enabled = sum(stream.flag("active") is True for stream in streams)
        account = next((f"account {stream.id('client_id')}: " for stream in streams if stream.id("client_id")), "")
        return f"{account}token accepted, {enabled} of the first {len(streams)} streams enabled"

    # -- streams
    async def look(self, stream: str, *, page: str = "", verifying: bool = False) -> Look:
        """See stream and page. A page that is not there or not allowed has the state `gone`, one that could not be read None.

        Only a failure to see the stream itself is raised.
        """
        priority = Priority.VERIFY if verifying else Priority.LOOK
        what = f"stream {stream}"
        answer = await self._api.get(stream_path(stream), what, priority, accept=(404,))
        if answer.status == 404:
            return Look(words.stream_key(stream), answer.asked_at, Source.LOOK, page=page, gone=True)
        seen = words.look(self._api.sheet(answer, what, stream), stream, answer.asked_at)
        if not page:
            return seen
        return replace(seen, page=page, page_state=await self._page_state(page, priority))

    async def stream(self, stream: str) -> StreamInfo:
        """Read one stream."""
        return words.stream_info(*await self._api.see(stream_path(stream), f"stream {stream}", Priority.LOOK))

    async def list_streams(self) -> list[StreamInfo]:
        """Every stream of the account, with the states of its broadcasts."""
        return await self._streams(Priority.LIST)

    async def create_stream(self, name: str, fields: Mapping[str, JSON], tag: str) -> StreamInfo:
        """Create a stream, not enabled; `client_entity_data` carries the tag.

        Sent bare, as the current API has it. The tutorial and the 2022 Android app wrap it: if Gcore then finds no name although
        one was sent, it is sent once more in a wrapper. A refused create has made nothing, so nothing can be made twice.
        """
        body = {"name": name, "active": False, "client_entity_data": tag, **as_sent(fields, STREAM_FIELDS, creating=True)}
        what, hidden = f"the new stream “{name}”", secrets_in(fields)
        answer = await self._api.send("POST", STREAMS, body, what, accept=(422,), secrets=hidden)
        if answer.status == 422 and name.strip() and "blank" in complaints.field_errors(answer, "name"):
            answer = await self._api.send("POST", STREAMS, {"stream": body}, what, accept=(422,), secrets=hidden)
        if answer.status == 422:
            raise self._seam.refusal(answer, what=what, secrets=hidden)
        return words.stream_info(self._api.sheet(answer, what), answer.asked_at)

    async def find_streams(self, name: str, tag: str, since: datetime) -> list[StreamInfo]:  # noqa: ARG002 - its tag is enough
        """The streams whose `client_entity_data` is exactly `tag`, in all pages of the list."""
        return [stream for stream in await self._streams(Priority.VERIFY) if stream.tag == tag]

    async def update_stream(self, stream: str, fields: Mapping[str, JSON]) -> StreamInfo:
        """Change these settings and no others."""
        sent = as_sent(fields, STREAM_FIELDS, creating=False)
        what = f"stream {stream}"
        answer = await self._api.change("stream", stream_path(stream), what, sent, secrets=secrets_in(fields))
        sheet = Sheet(answer.json)
        return words.stream_info(sheet, answer.asked_at) if sheet.id() else await self.stream(stream)

    async def delete_stream(self, stream: str) -> None:
        """Delete a stream with its push and player links and its statistics; its recordings stay (Gcore docs)."""
        await self._api.delete(stream_path(stream), f"stream {stream}")

    async def ingest(self, stream: str) -> list[Address]:
        """The push addresses as Gcore returns them; none for a stream that has none."""
        sheet, _ = await self._api.see(stream_path(stream), f"stream {stream}", Priority.LOOK)
        return words.addresses(sheet)

    async def set_enabled(self, stream: str, enabled: bool) -> None:
        """Set `active`, which is what the quota counts. The answer may still say `live: true` after disabling (tutorial)."""
        what = f"stream {stream}"
        accept = ENABLING_REFUSED if enabled else ()
        answer = await self._api.change("stream", stream_path(stream), what, {"active": enabled}, accept=accept)
        if answer.status >= 400:
            sentence = complaints.quota(self._command) if complaints.is_quota(answer) else ""
            raise self._seam.refusal(answer, what=what, sentence=sentence)

    async def rotate_key(self, stream: str) -> tuple[str, ...]:
        """Make the push token anew: 200 drops the encoder, 202 leaves it running until it reconnects (Gcore OpenAPI)."""
        answer = await self._api.send("POST", f"{stream_path(stream)}/reset_push_token", None, f"stream {stream}")
        return (words.STILL_RUNNING if answer.status == 202 else words.CUT_OFF, words.NEW_ADDRESS)

    async def clean_dvr(self, stream: str) -> None:
        """Empty the DVR: a stream that is used again still shows the end of the previous show (Gcore docs)."""
        await self._api.send("PUT", f"{stream_path(stream)}/dvr_cleanup", None, f"stream {stream}")

    # -- pages
    async def create_page(self, name: str, stream: str, fields: Mapping[str, JSON]) -> Page:
        """Create a broadcast, `pending`, bound to the stream."""
        body = {
            "name": name,
            "status": PageState.PENDING.value,
            "stream_ids": [number(stream)],
            **as_sent(fields, PAGE_FIELDS, creating=True),
        }
        what = f"the new broadcast “{name}”"
        answer = await self._api.send("POST", BROADCASTS, {"broadcast": body}, what)
        return words.page(self._api.sheet(answer, what))

    async def find_pages(self, name: str, stream: str) -> list[Page]:
        """The broadcasts of exactly that name that show that stream, in all pages of the list."""
        listed = await self._api.all_of(BROADCASTS, "broadcasts", Priority.VERIFY)
        pages = await collected(words.page(sheet) for sheet, _ in listed)
        return [page for page in pages if page.name == name and stream in page.streams]

    async def page(self, page: str) -> Page:
        """Read one broadcast."""
        sheet, _ = await self._api.see(_broadcast(page), f"broadcast {page}", Priority.LOOK)
        return words.page(sheet)

    async def update_page(self, page: str, fields: Mapping[str, JSON]) -> Page:
        """Change these fields of a broadcast and no others."""
        return await self._changed_page(page, as_sent(fields, PAGE_FIELDS, creating=False))

    async def set_page(self, page: str, state: str) -> Page:
        """Set the status; open players follow at once. The answer is to be trusted, broadcast events may no longer be sent."""
        return await self._changed_page(page, {"status": state})

    async def delete_page(self, page: str) -> None:
        """Delete a broadcast."""
        await self._api.delete(_broadcast(page), f"broadcast {page}")

    async def viewers(self, stream: str, page: str) -> int | None:
        """How many watch the broadcast now; without one, who watched the stream in the last minute that is known.

        None where there is no such broadcast or it is not allowed.
        """
        if not page:
            return await self._figures.watching(stream, self._now())
        path = f"{_broadcast(page)}/spectators"
        answer = await self._api.get(path, f"broadcast {page}", Priority.LIST, accept=(403, 404))
        return Sheet(answer.json).whole("spectators_count") if answer.status < 400 else None

    async def statistics(self, stream: str, page: str) -> list[Figure]:
        """Viewers and what arrives: of the last hour, and of the last minute; the page's viewers of this moment."""
        figures = await self._figures.about(stream, self._now())
        now = await self.viewers(stream, page) if page else None
        return figures if now is None else [Figure("Viewers of the broadcast now", f"{now}"), *figures]

    # -- recording
    async def start_recording(self, stream: str) -> tuple[str, ...]:
        """Ask for a recording: 204, or 200 with warnings. A 200 that lists errors is taken for a refusal."""
        what = f"stream {stream}"
        answer = await self._api.send("PUT", f"{stream_path(stream)}/start_recording", None, what, accept=(422,))
        if answer.status == 422 or complaints.reported_errors(answer):
            raise self._seam.refusal(answer, what=what, sentence=complaints.storage(self._command))
        return complaints.warnings(answer)

    async def stop_recording(self, stream: str) -> Video | None:
        """Stop: the video, or None for the empty 200 that says that nothing was recording."""
        answer = await self._api.send("PUT", f"{stream_path(stream)}/stop_recording", None, f"stream {stream}")
        sheet = Sheet(answer.json)
        return words.video(sheet, answer.asked_at) if sheet.id() else None

    # -- clips
    async def clip_window(self, stream: str) -> ClipWindow:
        """What the stream's DVR holds."""
        return await self._clips.window(stream, self._now())

    async def create_clip(
        self,
        stream: str,
        title: str,
        start: datetime,
        end: datetime,
        fields: Mapping[str, JSON],
        tag: str,  # noqa: ARG002
    ) -> CutClip:
        """Cut a clip, which becomes a video as well. Gcore has no place for a tag, nor for the title."""
        return await self._clips.cut(stream, title, start, end, fields, self._now())

    async def find_clips(self, stream: str, title: str, start: datetime, end: datetime, tag: str) -> list[CutClip]:  # noqa: ARG002
        """The clips of exactly that range which have not expired."""
        return await self._clips.found(stream, title, start, end)

    async def clip(self, stream: str, clip: str) -> CutClip:
        """Read one clip and try its link."""
        return await self._clips.seen(stream, clip)

    # -- restreams
    async def list_restreams(self, owner: str) -> list[Restream]:
        """The targets of a stream."""
        return await self._restreams.listed(owner)

    async def add_restream(
        self, owner: str, title: str, url: SecretStr, key: SecretStr, fields: Mapping[str, JSON], tag: str
    ) -> Restream:
        """Add a target, switched off."""
        return await self._restreams.add(owner, title, url, key, fields, tag)

    async def find_restreams(self, owner: str, title: str, url: SecretStr, key: SecretStr, tag: str) -> list[Restream]:
        """The targets that carry the tag's number."""
        return await self._restreams.found(owner, title, url, key, tag)

    async def switch_restream(self, owner: str, restream: str, on: bool) -> Restream:  # noqa: ARG002 - its own id is enough
        """Bring a target to on or off."""
        return await self._restreams.switch(restream, on)

    async def remove_restream(self, owner: str, restream: str) -> None:  # noqa: ARG002 - its own id is enough
        """Remove a target."""
        await self._restreams.remove(restream)

    # -- videos
    async def list_videos(self, stream: str = "", search: str = "") -> list[Video]:
        """All videos of a stream, or the account's, newest first; without a stream at most the first 500 that Gcore lists."""
        params: dict[str, str | int] = {"per_page": VIDEOS_PER_PAGE}
        if stream:
            params["stream_id"] = number(stream)
        if search:
            params["search"] = search
        seen = await self._api.all_of(VIDEOS, "videos", Priority.LIST, params, most=0 if stream else VIDEO_PAGES)
        seen.sort(key=lambda item: item[0].text("created_at"), reverse=True)
        videos = await collected(words.video(*item) for item in seen)
        return [video for video in videos if not stream or video.stream in ("", stream)]

    async def video(self, video: str) -> Video:
        """Read one video."""
        return words.video(*await self._api.see(_video(video), f"video {video}", Priority.LOOK))

    async def rename_video(self, video: str, name: str) -> Video:
        """Give a video another name; this PATCH is bare."""
        answer = await self._api.send("PATCH", _video(video), {"name": name}, f"video {video}")
        sheet = Sheet(answer.json)
        return words.video(sheet, answer.asked_at) if sheet.id() else await self.video(video)

    async def delete_video(self, video: str) -> None:
        """Delete a video for good."""
        await self._api.delete(_video(video), f"video {video}")

    # -- webhooks
    def webhook_subject(self, body: Mapping[str, JSON]) -> str:
        """`stream:123`, `broadcast:5`, `video:77`."""
        return webhooks.subject(body)

    def redact(self, body: Mapping[str, JSON]) -> Mapping[str, JSON]:
        """The webhook without its secrets: the `uri` of a PUSH stream contains the push token (Gcore webhook page)."""
        return without_secrets(body)

    def hear(self, body: Mapping[str, JSON], at: datetime) -> Heard:
        """Translate a webhook."""
        return webhooks.hear(body, at)

    async def _streams(self, priority: Priority) -> list[StreamInfo]:
        seen = await self._api.all_of(STREAMS, "streams", priority, {"with_broadcasts": 1})
        return await collected(words.stream_info(*item) for item in seen)

    async def _page_state(self, page: str, priority: Priority) -> str | None:
        try:
            sheet, _ = await self._api.see(_broadcast(page), f"broadcast {page}", priority)
        except ProviderError as error:
            return words.PAGE_GONE if error.status in (403, 404) else None
        page_seen = optional(words.page, sheet)
        return (page_seen.state or None) if page_seen is not None else None

    async def _changed_page(self, page: str, sent: Mapping[str, JSON]) -> Page:
        answer = await self._api.change("broadcast", _broadcast(page), f"broadcast {page}", sent)
        sheet = Sheet(answer.json)
        return words.page(sheet) if sheet.id() else await self.page(page)


def _broadcast(page: str) -> str:
    return f"{BROADCASTS}/{number(page)}"


def _video(video: str) -> str:
    return f"{VIDEOS}/{number(video)}"
