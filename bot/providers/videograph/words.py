"""Videograph's objects in our words: livestreams, contents and clips as they come from its API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from pydantic import SecretStr

from bot.model import JSON, Look, Source, StreamKey, Video
from bot.providers.base import Address, CutClip, StreamInfo
from bot.providers.reading import EARLIEST, LATEST, Sheet, optional
from bot.providers.scrub import scrub
from bot.providers.videograph.fields import RESERVED, STREAM_FIELDS

NAME = "videograph"
STREAM_ID, CONTENT_ID = "streamUUID", "contentId"

TAG, OF_STREAM, RANGE = RESERVED, f"{RESERVED}_stream", f"{RESERVED}_range"
"""Metadata keys of the bot's own: what made it; of a clip also the stream it was cut from and `start-end` in epoch seconds, since
a content object tells neither."""

PLAYER = "https://dashboard.videograph.ai/videos/embed"
"""The hosted player: it takes `streamId` or `videoId` (Videograph WordPress plugin) and so carries no key, unlike `playbackUrl`."""

DELETING = "deleting"
BEING_DELETED = "being deleted at Videograph, gone in a moment"
SIGNAL: Mapping[str, bool | None] = {"idle": False, "active": True, "failed": False, DELETING: None}
"""A livestream's `status` (Videograph docs; the plugin shows `Idle` as offline, `Active` as live, and knows `Failed`)."""
WELL = ("", "idle", "active")

VIDEO_STATUS = {
    "pending": "pending",
    "preparing": "pending",
    "processing": "pending",
    "ready": "ready",
    "failed": "error",
    DELETING: "deleted",
}
"""A content's `status`: the pages use the first four, the plugin `Failed`; `Deleting` is a livestream's word, inferred here."""

_RANGE = re.compile(r"(\d{1,11})-(\d{1,11})")


def stream_key(stream: str) -> StreamKey:
    """The key of a Videograph livestream."""
    return StreamKey(NAME, stream)


def player(**what: str) -> str:
    """The link for viewers."""
    return f"{PLAYER}?{urlencode(what, errors='replace')}"


def metadata(sheet: Sheet) -> dict[str, str]:
    """All metadata by key; Videograph keeps them as a list of `{key, value}`."""
    return {pair.text("key"): pair.text("value") for pair in sheet.sheets("metadata") if pair.text("key")}


def changeable(sheet: Sheet) -> dict[str, JSON]:
    """What is known of what can be changed later, as it is sent back; of pairs only their key and value."""
    found: dict[str, JSON] = {name: sheet.text(name) for name in ("title", "description") if sheet.text(name)}
    if (minutes := sheet.whole("dvrDurationInMins")) is not None:
        found["dvrDurationInMins"] = minutes
    if isinstance(tags := sheet.body.get("tags"), list):
        found["tags"] = [tag for tag in tags if isinstance(tag, str)]
    if "metadata" in sheet:
        pairs = sheet.sheets("metadata")
        found["metadata"] = [{"key": pair.text("key"), "value": pair.text("value")} for pair in pairs if pair.text("key")]
    return found


def own_metadata(sheet: Sheet) -> list[JSON]:
    """The pairs that are the bot's own, as Videograph keeps them."""
    return [pair for pair in changeable(sheet).get("metadata", ()) if pair["key"].startswith(RESERVED)]


def status(sheet: Sheet) -> str:
    """The status word, for comparing."""
    return sheet.text("status").strip().casefold()


def made_at(sheet: Sheet) -> datetime | None:
    """When it was created: in details `createdOn`, in lists `created_at`, both in epoch milliseconds (WordPress plugin)."""
    for name in ("createdOn", "created_at"):
        milliseconds = sheet.number(name)
        if milliseconds is not None and (instant := _instant(milliseconds / 1000)) is not None:
            return instant
    return None


def look(sheet: Sheet, stream: str, at: datetime, recorded: bool | None) -> Look:
    """A livestream as a look. A recording begins when the stream becomes active, where `record` is on (Videograph docs)."""
    signal = SIGNAL.get(status(sheet))
    return Look(
        stream_key(stream),
        at,
        Source.LOOK,
        name=sheet.line("title") or None,
        signal=signal,
        recording=None if signal is None or recorded is None else signal and recorded,
        trouble=optional(_trouble, sheet),
    )


def _trouble(sheet: Sheet) -> str | None:
    """A status that is no good news, as Videograph writes it; empty where all is well, None where it tells nothing.

    A deletion takes a while there, which is no trouble but has to be known to whoever still counts on the livestream.
    """
    if status(sheet) in WELL:
        return "" if status(sheet) else None
    if status(sheet) == DELETING:
        return BEING_DELETED
    return scrub(sheet.line("status"))


def stream_info(sheet: Sheet, at: datetime, recorded: bool | None) -> StreamInfo:
    """A livestream without its secrets; `playbackUrl` is left out, since it holds the stream key (Videograph docs, delete)."""
    stream = sheet.id(STREAM_ID)
    return StreamInfo(
        stream_key(stream),
        sheet.line("title"),
        None,
        look(sheet, stream, at, recorded),
        fields=_settings(sheet, recorded),
        tag=metadata(sheet).get(TAG, ""),
        created_at=made_at(sheet),
        viewer_link=player(streamId=stream),
    )


def _settings(sheet: Sheet, recorded: bool | None) -> dict[str, JSON]:
    found: dict[str, JSON] = {field.name: sheet.body[field.name] for field in STREAM_FIELDS if field.name in sheet}
    if "metadata" in found:
        found["metadata"] = {key: value for key, value in metadata(sheet).items() if not key.startswith(RESERVED)}
    if recorded is not None:
        found["record"] = recorded
    return found


def addresses(sheet: Sheet) -> list[Address]:
    """Where to push. The docs call the address `rtmpUrl`, the plugin reads `ingestUrl`; `rtmpsUrl` may be blank."""
    key = sheet.text("streamKey")
    servers = (("RTMP", sheet.text("rtmpUrl") or sheet.text("ingestUrl")), ("RTMPS", sheet.text("rtmpsUrl")))
    return [
        Address(label, SecretStr(server.strip().rstrip("/")), SecretStr(key) if key else None)
        for label, server in servers
        if server.strip()
    ]


def video_status(word: str) -> str:
    """A content's status in our words; an unknown one as the vendor wrote it."""
    return VIDEO_STATUS.get(word.strip().casefold(), word)


def video(sheet: Sheet, at: datetime) -> Video:
    """A content; its `duration` is in milliseconds (WordPress plugin)."""
    content, cut = sheet.id(CONTENT_ID), _range(sheet)
    return Video(
        NAME,
        content,
        name=sheet.line("title"),
        stream=metadata(sheet).get(OF_STREAM, ""),
        status=video_status(sheet.line("status")),
        duration=sheet.seconds("duration", per_second=1000),
        started_at=cut[0] if cut else None,
        link=player(videoId=content),
        error=scrub(sheet.line("error")),
        seen_at=at,
    )


def clip(sheet: Sheet, at: datetime) -> CutClip:
    """A content as the clip it is. One that was cut elsewhere tells no range: it is taken to end when it was made."""
    asset = video(sheet, at)
    end = made_at(sheet) or at
    start, end = _range(sheet) or (end - timedelta(seconds=min(max(asset.duration or 0, 0), 86_400)), end)
    return CutClip(
        asset.id,
        start,
        end,
        title=asset.name,
        playable=asset.status == "ready",
        link=asset.link,
        video=asset.id,
        error=(asset.error or sheet.line("status")) if asset.status == "error" else "",
    )


def range_word(start: int, end: int) -> str:
    """A range as it stands in the metadata."""
    return f"{start}-{end}"


def _range(sheet: Sheet) -> tuple[datetime, datetime] | None:
    told = _RANGE.fullmatch(metadata(sheet).get(RANGE, ""))
    if told is None:
        return None
    start, end = _instant(int(told[1])), _instant(int(told[2]))
    return (start, end) if start and end and start <= end else None


def _instant(seconds: float) -> datetime | None:
    try:
        instant = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return instant if EARLIEST <= instant <= LATEST else None
