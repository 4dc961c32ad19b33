"""Gjirafa Video Platform: which request each call of the contract is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import ClassVar, Self

from pydantic import Field, SecretStr

from bot.errors import ProviderError, Unsupported, UserError
from bot.model import JSON, Look, PageState, Source, Video
from bot.offload import collected
from bot.providers.base import Address, Capabilities, Connection, Heard, Page, Provider, Restream, StreamInfo
from bot.providers.budget import Priority
from bot.providers.gjirafa import complaints, webhooks, words
from bot.providers.gjirafa.api import GjirafaApi, part
from bot.providers.gjirafa.fields import CAPABILITIES, PAGE_FIELDS, STREAM_FIELDS, as_form, as_sent, secrets_in, utc
from bot.providers.reading import Sheet, objects, optional, with_id
from bot.sanitise import same_text
from bot.settings import Account, HeaderSecret, Url

CHANNELS, LIVE_VIDEOS, RESTREAMS = "/channels", "/live-videos", "/restreams"
CHANGEABLE = ("title", "description", "author", "publishDate", "publishEndDate")
"""What the update of a live video takes, all of it at once (Gjirafa docs, version 2)."""


class GjirafaAccount(Account):
    """What Gjirafa wants to know."""

    authorization: HeaderSecret = Field(
        description="Gjirafa: the whole value of the Authorization header; usually the API key as it is"
    )
    project_id: str = Field(description="Gjirafa: id of the project", min_length=1)
    base_url: Url = Field("https://livestream.vp.gjirafa.tech", description="where Gjirafa's livestream API is")


class Gjirafa(Provider):
    """One project at Gjirafa. All facts are from Gjirafa's documentation unless a comment says otherwise."""

    name: ClassVar[str] = words.NAME
    capabilities: ClassVar[Capabilities] = CAPABILITIES
    account: ClassVar[type[Account]] = GjirafaAccount

    def __init__(self, account: GjirafaAccount, connection: Connection | None = None) -> None:
        with_it = connection or Connection()
        self._project = account.project_id.strip()
        headers = {"Authorization": SecretStr(account.authorization.get_secret_value().strip())}
        rate = self.capabilities.requests_per_second
        self._seam = with_it.seam(account.base_url, headers, complaints.manner(with_it.command), rate)
        self._api = GjirafaApi(self._seam, self._project)
        self._toggling = asyncio.Lock()

    @classmethod
    def open(cls, account: Account, connection: Connection) -> Self:
        """The provider with this account."""
        assert isinstance(account, GjirafaAccount)
        return cls(account, connection)

    async def close(self) -> None:
        """Close the connections."""
        await self._seam.close()

    async def check(self) -> str:
        """Read the beginning of the list of channels; a line about the project."""
        page, _ = await self._api.page_of(CHANNELS, "channels", Priority.LOOK, 1, 1)
        total = page.whole("totalCount")
        return f"project {self._project}: key accepted{'' if total is None else f', {total} channels'}"

    # -- streams: channels
    async def look(self, stream: str, *, page: str = "", verifying: bool = False) -> Look:
        """See channel and live video. A live video that is not there has the state `gone`, one that could not be read None.

        A live video that is interrupted has no signal, whatever its channel says. Only a failure to see the channel is raised.
        """
        priority = Priority.VERIFY if verifying else Priority.LOOK
        what = f"channel {stream}"
        answer = await self._api.get(_channel(stream), what, priority, accept=(404,))
        if answer.status == 404:
            return Look(words.channel_key(stream), answer.asked_at, Source.LOOK, page=page, gone=True)
        seen = words.look(self._api.object_in(answer, what, asked=stream), stream, answer.asked_at)
        if not page:
            return seen
        try:
            sheet, at = await self._api.see_dated(_live_video(page), f"live video {page}", priority)
        except ProviderError as error:
            return replace(seen, page=page, page_state=words.PAGE_GONE if error.status == 404 else None)
        lost = words.word(sheet, "liveStatus") == words.INTERRUPTED
        return replace(seen, page=page, page_state=optional(words.page_state, sheet, at), signal=False if lost else seen.signal)

    async def stream(self, stream: str) -> StreamInfo:
        """Read one channel."""
        return words.stream_info(*await self._api.see(_channel(stream), f"channel {stream}", Priority.LOOK))

    async def list_streams(self) -> list[StreamInfo]:
        """Every channel of the project."""
        return await self._channels(Priority.LIST)

    async def create_stream(self, name: str, fields: Mapping[str, JSON], tag: str) -> StreamInfo:  # noqa: ARG002 - no place for it
        """Create a channel, by a form; the three numbers that it needs are the documented ones unless others are given."""
        given = {field.name: int(field.default) for field in STREAM_FIELDS if field.needed}
        sent = {"Title": name, **given, **as_sent(fields, STREAM_FIELDS, creating=True)}
        what = f"the new channel “{name}”"
        answer = await self._api.send("POST", CHANNELS, what, form=as_form(sent), secrets=secrets_in(fields))
        return words.stream_info(self._api.object_in(answer, what), answer.asked_at)

    async def find_streams(self, name: str, tag: str, since: datetime) -> list[StreamInfo]:  # noqa: ARG002 - a channel carries none
        """The channels of exactly that name, in all pages of the list.

        A channel has no place for a tag. If it tells when it was made, those made before `since` are left out; no page documents
        that it does, and then an older channel of the same name is found as well.
        """
        found = [channel for channel in await self._channels(Priority.VERIFY) if same_text(channel.name, name)]
        return [channel for channel in found if channel.created_at is None or channel.created_at >= since.replace(microsecond=0)]

    async def update_stream(self, stream: str, fields: Mapping[str, JSON]) -> StreamInfo:
        """Change the title, by a form: besides the logo nothing else can be changed."""
        sent = as_sent(fields, STREAM_FIELDS, creating=False)
        if not sent:
            return await self.stream(stream)
        what = f"channel {stream}"
        part(stream)
        answer = await self._api.send("PUT", CHANNELS, what, form=as_form({"PublicId": stream, **sent}))
        sheet = Sheet(self._api.result(answer))
        return words.stream_info(sheet, answer.asked_at) if sheet.id("publicId") else await self.stream(stream)

    async def delete_stream(self, stream: str) -> None:
        """Delete a channel."""
        await self._api.send("DELETE", _channel(stream), f"channel {stream}", accept=(404,))

    async def ingest(self, stream: str) -> list[Address]:
        """Server and key of a channel; none for one whose picture Gjirafa fetches."""
        sheet, _ = await self._api.see(_channel(stream), f"channel {stream}", Priority.LOOK)
        return words.addresses(sheet)

    # -- pages: live videos
    async def create_page(self, name: str, stream: str, fields: Mapping[str, JSON]) -> Page:
        """Create a live video bound to the channel; with DVR unless it is refused, since nothing can be kept without it."""
        part(stream)
        body = {"title": name, "channelId": stream, "dvrEnabled": True, **as_sent(fields, PAGE_FIELDS, creating=True)}
        what = f"the new live video “{name}”"
        answer = await self._api.send("POST", LIVE_VIDEOS, what, body=body)
        return words.page(self._api.object_in(answer, what), answer.theirs)

    async def find_pages(self, name: str, stream: str) -> list[Page]:
        """The live videos of exactly that title that show that channel. The list does not tell the channel, so each is read."""
        listed = await self._api.all_of(LIVE_VIDEOS, "live videos", Priority.VERIFY)
        ids = [sheet.id("publicId") for sheet, _ in listed if same_text(sheet.text("title"), name)]
        pages = [await self._page(id_, Priority.VERIFY) for id_ in ids]
        return [page for page in pages if page is not None and stream in page.streams]

    async def page(self, page: str) -> Page:
        """Read one live video."""
        return words.page(*await self._api.see_dated(_live_video(page), f"live video {page}", Priority.LOOK))

    async def update_page(self, page: str, fields: Mapping[str, JSON]) -> Page:
        """Change these fields. The update takes all that can be changed, so the others are read and sent along (inferred)."""
        sent = as_sent(fields, PAGE_FIELDS, creating=False)
        what = f"live video {page}"
        stored, _ = await self._api.see(_live_video(page), what, Priority.VERIFY)
        body = {name: stored.body[name] for name in CHANGEABLE if stored.body.get(name) is not None} | sent
        answer = await self._api.send("PUT", _live_video(page), what, body=body, version="v2")
        sheet = Sheet(self._api.result(answer))
        return words.page(sheet, answer.theirs) if sheet.id("publicId") else await self.page(page)

    async def set_page(self, page: str, state: str) -> Page:
        """Go live, or stop. **A stop throws away what was shown**; `save_page` is the end that keeps it.

        Gjirafa says of a live video what it takes now: what it does not is not sent, and can be tried again where it may yet come.
        """
        if state == PageState.PAUSED:
            raise self.cannot("pause")
        if state not in (PageState.LIVE, PageState.FINISHED):
            raise Unsupported(f"Gjirafa cannot bring a live video to “{state}”: it can go live once, and be finished.")
        sheet, now = await self._api.see_dated(_live_video(page), f"live video {page}", Priority.VERIFY)
        seen = words.page(sheet, now)
        if seen.state == state:
            return seen
        if state == PageState.LIVE:
            self._may(sheet, seen, "canGoLive")
            await self._api.order("PUT", f"{LIVE_VIDEOS}/go-live", f"live video {page}", params={"publicId": page})
        else:
            self._may(sheet, seen, "canStopWithoutSaving")
            await self._api.order("POST", f"{_live_video(page)}/stop", f"live video {page}")
        return await self.page(page)

    async def save_page(self, page: str, title: str, start: datetime, end: datetime) -> Video | None:
        """Stop, and keep what was live of that time. None where it is over already: nothing tells what was kept of it then.

        Without bounds the whole is kept, so they are sent only where less is wanted. Only the pair of date-times is sent: with the
        milliseconds as well it would be refused.
        """
        what = f"live video {page}"
        sheet, now = await self._api.see_dated(_live_video(page), what, Priority.VERIFY)
        seen = words.page(sheet, now)
        if seen.state == PageState.FINISHED:
            return None
        self._may(sheet, seen, "canStopAndCut")
        wanted = words.shown(sheet, start, end, now)
        bounds = {"dateTimeFrom": utc(wanted[0]), "dateTimeTo": utc(wanted[1])} if wanted else {}
        body = {"videoPublicId": page}
        if title:
            body["title"] = title  # named in the overview of the calls, missing in the call's own table
        path = f"{LIVE_VIDEOS}/stop-and-cut"
        try:
            answer = await self._api.send("POST", path, what, body=body | bounds)
        except ProviderError as refusal:
            if not bounds or refusal.status not in (400, 422):
                raise
            wanted = None  # more is kept than was wanted, but viewers are sent home: that must not depend on two dates
            answer = await self._api.send("POST", path, what, body=body)
        video = Sheet(self._api.result(answer)).id("videoPublicId")
        return words.kept(video, title, sheet, wanted, answer.asked_at) if video else None

    # -- restreams of a live video
    async def list_restreams(self, owner: str) -> list[Restream]:
        """The targets of a live video. Their keys come along and are dropped."""
        return [words.restream(sheet) for sheet in await self._restreams(owner, Priority.LIST)]

    async def add_restream(
        self,
        owner: str,
        title: str,
        url: SecretStr,
        key: SecretStr,
        fields: Mapping[str, JSON],
        tag: str,  # noqa: ARG002 - no place for it
    ) -> Restream:
        """Add a target, switched off."""
        part(owner)
        if fields:
            raise UserError(f"Gjirafa has no field {next(iter(fields))!r} of a restream to set here.")
        to = {"streamUrl": url.get_secret_value(), "streamKey": key.get_secret_value()}
        body = {"videoId": owner, "title": title, **to, "status": False}
        what = f"the new restream “{title}”"
        answer = await self._api.send("POST", RESTREAMS, what, body=body, secrets=(to["streamKey"],))
        return words.restream(self._api.object_in(answer, what, "id"))

    async def find_restreams(
        self,
        owner: str,
        title: str,
        url: SecretStr,
        key: SecretStr,
        tag: str,  # noqa: ARG002 - a restream carries none
    ) -> list[Restream]:
        """The targets of exactly that title, address and key."""
        to = (url.get_secret_value(), key.get_secret_value())
        sheets = await self._restreams(owner, Priority.VERIFY, secrets=to[1:])
        same = [sheet for sheet in sheets if (sheet.text("streamUrl"), sheet.text("streamKey")) == to]
        return [words.restream(sheet) for sheet in same if same_text(sheet.text("title"), title)]

    async def switch_restream(self, owner: str, restream: str, on: bool) -> Restream:
        """Bring a target to on or off: Gjirafa only toggles, so it is read first, and what it answers is compared.

        One switch at a time, lest two of ours that want the same undo each other.
        """
        async with self._toggling:
            what = f"restream {restream}"
            found = [sheet for sheet in await self._restreams(owner, Priority.VERIFY) if sheet.id() == restream]
            if not found:
                raise ProviderError(f"Gjirafa has no {what} any more. Add it again.", permanent=True, status=404)
            seen = words.restream(found[0])
            if seen.active is on:
                return seen
            if seen.active is None:
                raise ProviderError(f"Gjirafa does not say whether {what} is on, so it was not toggled. Look into its dashboard.")
            answer = await self._api.send("PUT", f"{RESTREAMS}/{part(restream)}/toggle", what)
            is_on = Sheet(self._api.result(answer)).flag("status")
            if is_on is (not on):
                raise ProviderError(f"Somebody else switched {what} at Gjirafa at the same moment. Look at it and try again.")
            return replace(seen, active=is_on)

    async def remove_restream(self, owner: str, restream: str) -> None:  # noqa: ARG002 - its id is enough
        """Remove a target."""
        await self._api.send("DELETE", f"{RESTREAMS}/{part(restream)}", f"restream {restream}", accept=(404,))

    # -- webhooks
    def webhook_subject(self, body: Mapping[str, JSON]) -> str:
        """`live.video:v7gk2p`, `live.channel:c7gk2p`, `video:v8hq1z`."""
        return webhooks.subject(body)

    def redact(self, body: Mapping[str, JSON]) -> Mapping[str, JSON]:
        """The webhook without its secrets."""
        return webhooks.redacted(body)

    def hear(self, body: Mapping[str, JSON], at: datetime) -> Heard:
        """Translate a webhook."""
        return webhooks.hear(body, at, self._project)

    async def _channels(self, priority: Priority) -> list[StreamInfo]:
        return await collected(words.stream_info(*seen) for seen in await self._api.all_of(CHANNELS, "channels", priority))

    async def _page(self, page: str, priority: Priority) -> Page | None:
        answer = await self._api.get(_live_video(page), f"live video {page}", priority, accept=(404,))
        if answer.status == 404:
            return None
        return words.page(self._api.object_in(answer, f"live video {page}", asked=page), answer.theirs)

    async def _restreams(self, page: str, priority: Priority, *, secrets: Iterable[str] = ()) -> list[Sheet]:
        """The path is singular, and the sample shows one object where the text says all: both are understood.

        A 404 is an empty list if the live video is there (inferred: "Result Not Found" is Gjirafa's word for it).
        """
        what = f"live video {page}"
        answer = await self._api.get(f"/live-video/{part(page)}/restreams", what, priority, accept=(404,), secrets=secrets)
        if answer.status == 404:
            await self._api.see(_live_video(page), what, priority)
            return []
        result = self._api.result(answer)
        several = result if isinstance(result, list) else Sheet(result).body.get("items", [result] if result is not None else [])
        return list(with_id(objects(several, "restreams"), "id", "restreams").values())

    def _may(self, sheet: Sheet, page: Page, flag: str) -> None:
        """Raise ProviderError where Gjirafa says that it does not take this now; where it says nothing, the call will tell.

        Except that nothing is ever stopped to be kept without DVR: that would throw it away.
        """
        may, dvr = sheet.flag(flag), sheet.flag("dvrEnabled")
        if may is False or (may is None and dvr is False and flag == "canStopAndCut"):
            raise complaints.not_now(page.name or page.id, page.state, flag, dvr=dvr)


def _channel(channel: str) -> str:
    return f"{CHANNELS}/{part(channel)}"


def _live_video(page: str) -> str:
    return f"{LIVE_VIDEOS}/{part(page)}"
