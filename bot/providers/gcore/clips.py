"""Gcore's clips: cuts out of a stream's DVR, which live for some hours in memory and, as we ask for them, for good as videos."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from bot.errors import ProviderError, UserError
from bot.model import JSON
from bot.providers.base import ClipWindow, CutClip
from bot.providers.budget import Priority
from bot.providers.gcore import complaints
from bot.providers.gcore.api import GcoreApi, stream_path
from bot.providers.gcore.fields import CLIP_FIELDS, as_sent
from bot.providers.http import Answer, Seam
from bot.providers.reading import Sheet

USUAL_DVR = 3600
"""Seconds of DVR where the stream does not say (Gcore OpenAPI)."""
LIFE, LONGEST_LIFE = 3600, 4 * 3600
"""Seconds that a clip's links work after its end, by default and at most (Gcore OpenAPI)."""
NOT_YET, NOT_THERE = 425, 404
"""What a clip's link answers until its end has been sent, and after it expired (Gcore OpenAPI)."""
NO_DVR = "DVR is off for this stream; turn its `dvr_enabled` on, best before the show"
NO_SIGNAL = "nothing has been received on this stream yet"


class GcoreClips:
    """The clips of one account. `media` fetches links: it is another host, which must not get the token."""

    def __init__(self, api: GcoreApi, media: Seam, command: str) -> None:
        self._api = api
        self._media = media
        self._command = command

    async def window(self, stream: str, now: datetime) -> ClipWindow:
        """From the stream's DVR: on or not, and how long. Whether it was emptied since is told nowhere."""
        sheet, _ = await self._api.see(stream_path(stream), f"stream {stream}", Priority.LOOK)
        if sheet.flag("dvr_enabled") is False:
            return ClipWindow(why_not=NO_DVR)
        if sheet.flag("live") is False and "started_at_primary" in sheet and not _was_on(sheet):
            return ClipWindow(why_not=NO_SIGNAL)
        longest = timedelta(seconds=min(max(1, sheet.whole("dvr_duration") or USUAL_DVR), LONGEST_LIFE))
        made = sheet.instant("created_at")
        return ClipWindow(max(now - longest, made) if made else now - longest, longest)

    async def cut(
        self, stream: str, title: str, start: datetime, end: datetime, fields: Mapping[str, JSON], now: datetime
    ) -> CutClip:
        """PUT, bare, and yet every request makes another clip. Whole seconds, so that nothing of the range is lost."""
        first, length = _range(start, end)
        last = first + length
        body = {
            "start": first,
            "duration": length,
            "expiration": min(max(last, math.ceil(now.timestamp())) + LIFE, last + LONGEST_LIFE),
            "vod_required": True,
            **as_sent(fields, CLIP_FIELDS, creating=True),
        }
        what = f"stream {stream}"
        answer = await self._api.send("PUT", f"{stream_path(stream)}/clip_recording", body, what, accept=(422,))
        if answer.status == 422:
            raise self._api.seam.refusal(answer, what=what, sentence=complaints.no_dvr(self._command))
        return _clip(self._api.sheet(answer, what), title)

    async def found(self, stream: str, title: str, start: datetime, end: datetime) -> list[CutClip]:
        """Gcore keeps no name and no tag of a clip: those of exactly this range."""
        wanted = _range(start, end)
        clips = await self._listed(stream, Priority.VERIFY)
        return [_clip(clip, title) for clip in clips if (clip.whole("start"), clip.whole("duration")) == wanted]

    async def seen(self, stream: str, clip: str) -> CutClip:
        """One clip. It plays when its link no longer answers 425."""
        for sheet in await self._listed(stream, Priority.LOOK):
            if sheet.id() == clip:
                return await self._tried(sheet)
        raise ProviderError(
            f"Gcore has no clip {clip!r} any more: clips expire after some hours, their videos stay "
            f"(`{self._command} video list`).",
            permanent=True,
            status=NOT_THERE,
        )

    async def _listed(self, stream: str, priority: Priority) -> list[Sheet]:
        what = f"stream {stream}"
        answer = await self._api.get(f"{stream_path(stream)}/clip_recording", what, priority)
        return self._api.sheets(answer, what)

    async def _tried(self, sheet: Sheet) -> CutClip:
        link = _link(sheet)
        if not link:
            return _clip(sheet)
        answer = await self._asked(link)
        if answer.status == NOT_THERE:
            return _clip(sheet, error="its links have expired")
        return _clip(sheet, playable=answer.status != NOT_YET)

    async def _asked(self, link: str) -> Answer:
        """The headers alone: the clip itself is not ours to read."""
        return await self._media.call(
            "HEAD", link, priority=Priority.LOOK, what="clip", route="a clip's link", accept=(NOT_YET, NOT_THERE)
        )


def _was_on(sheet: Sheet) -> bool:
    names = ("backup_live", "started_at_primary", "started_at_backup")
    return any(sheet.body.get(name) for name in names)


def _range(start: datetime, end: datetime) -> tuple[int, int]:
    """Start in epoch seconds and length in seconds; UserError if there is nothing in between."""
    if end <= start:
        raise UserError("A clip ends after it starts. Type the earlier time first.")
    first = math.floor(start.timestamp())
    return first, math.ceil(end.timestamp()) - first


def _link(sheet: Sheet) -> str:
    """A browser plays an MP4; a playlist it only downloads (Gcore docs)."""
    return next((link for name in ("mp4_master", "hls_master") if (link := sheet.link(name))), "")


def _clip(sheet: Sheet, title: str = "", *, playable: bool = False, error: str = "") -> CutClip:
    start = _instant(sheet.whole("start"))
    length = min(max(0, sheet.whole("duration") or 0), 24 * 3600)
    return CutClip(
        sheet.id(),
        start,
        start + timedelta(seconds=length),
        title=title,
        playable=playable,
        link=_link(sheet),
        video=sheet.id("video_id"),
        error=error,
    )


def _instant(seconds: int | None) -> datetime:
    """Epoch seconds; what is no instant of this era is 1970."""
    return datetime.fromtimestamp(seconds if seconds is not None and 0 <= seconds < 2**33 else 0, UTC)
