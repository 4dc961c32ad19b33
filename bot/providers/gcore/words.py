"""Gcore's objects in our words: streams, broadcasts and videos as they come from its API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from pydantic import SecretStr

from bot.model import JSON, Look, PageState, Quality, Rendition, Source, StreamKey, Video
from bot.providers.base import Address, Field, Page, StreamInfo
from bot.providers.gcore.fields import PAGE_FIELDS, STREAM_FIELDS
from bot.providers.reading import Sheet, optional
from bot.providers.scrub import scrub

NAME = "gcore"
PAGE_GONE = "gone"
"""`Look.page_state` where the broadcast is not there (404) or not allowed (403): the show goes on without that axis."""

VIDEO_STATUS = {
    "empty": "pending",
    "new": "pending",
    "pending": "pending",
    "viewable": "viewable",
    "ready": "ready",
    "error": "error",
}
"""Gcore OpenAPI; `new` is in its prose only. `empty` is a video whose file has not arrived yet."""

INGESTS = (
    ("RTMP, primary", "push_url"),
    ("RTMP, backup", "backup_push_url"),
    ("SRT, primary", "push_url_srt"),
    ("SRT, backup", "backup_push_url_srt"),
    ("WHIP", "push_url_whip"),
)
CUT_OFF = "The old addresses no longer work, and an encoder that was pushing is cut off."
STILL_RUNNING = "The old addresses no longer work, but the encoder that is pushing runs on with the old key: restart it by hand."
NEW_ADDRESS = "Give the encoder its new address now."
PLAYERS = (
    ("HLS, low latency", "hls_cmaf_url"),
    ("HLS, MPEG-TS", "hls_mpegts_url"),
    ("DASH", "dash_url"),
    ("Picture of this moment", "screenshot"),
)
"""Gcore OpenAPI; `?no_low_latency` behind the player's address is for viewers whose picture stalls (Gcore docs)."""
_BITS_FROM = 100_000
"""`video_bitrate` is declared nowhere. Pictures have more than 100 kbit/s and less than 100 Mbit/s: the number tells its unit."""


def stream_key(stream: str) -> StreamKey:
    """The key of a Gcore stream."""
    return StreamKey(NAME, stream)


def page_state(word: str) -> str:
    """A broadcast's status in our words; an unknown one as the vendor wrote it. Its prose capitalises, its samples do not."""
    lower = word.strip().lower()
    return lower if lower in {state.value for state in PageState} else word


def video_status(word: str) -> str:
    """A video's status in our words; an unknown one as the vendor wrote it."""
    return VIDEO_STATUS.get(word.strip().lower(), word)


def signal(sheet: Sheet, *, own_look: bool) -> bool | None:
    """Whether any ingest is received.

    Gcore's own answer leaves `backup_live` out where there is no backup (PULL, Gcore OpenAPI). In a webhook its absence means
    nothing, unless the stream is a PULL: the short edition has three fields, and a primary lost with the backup up says
    `live: false`.
    """
    primary, backup = sheet.flag("live"), sheet.flag("backup_live")
    if primary or backup:
        return True
    if primary is None:
        return None
    has_no_backup = own_look or sheet.flag("pull") is True
    return False if backup is False or has_no_backup else None


def recording(sheet: Sheet) -> bool | None:
    """`recording` is returned but not declared; where it is left out, a running recording has a duration (Gcore OpenAPI)."""
    told = sheet.flag("recording")
    if told is not None or "recording_duration" not in sheet:
        return told
    return sheet.body["recording_duration"] is not None


def quality(sheet: Sheet) -> Quality | None:
    """The picture that is received, None if nothing is said of it."""
    rate = kbps(sheet.number("video_bitrate"))
    found = Quality(sheet.whole("video_height"), sheet.number("frame_rate"), rate, sheet.number("transcoding_speed"))
    return None if found == Quality() else found


def kbps(rate: float | None) -> float | None:
    """A bitrate in kbit/s, whichever of the two units it came in."""
    return rate / 1000 if rate is not None and rate >= _BITS_FROM else rate


def trouble(sheet: Sheet) -> str | None:
    """What goes wrong at Gcore's end, in its words; empty if nothing does, None if these undeclared fields are not sent."""
    names = ("receiving_error", "transcoding_error")
    if not any(name in sheet for name in names):
        return None
    words = {name: scrub(sheet.line(name)) for name in names}
    return "; ".join(f"{name.removesuffix('_error')}: {told}" for name, told in words.items() if told)


def look(sheet: Sheet, stream: str, at: datetime) -> Look:
    """Gcore's answer about a stream as a look."""
    on = signal(sheet, own_look=True)
    return Look(
        stream_key(stream),
        at,
        Source.LOOK,
        name=sheet.line("name") or None,
        enabled=sheet.flag("active"),
        signal=on,
        primary=sheet.flag("live"),
        backup=sheet.flag("backup_live"),
        recording=recording(sheet),
        recorded=sheet.seconds("recording_duration"),
        quality=optional(quality, sheet) if on else None,
        trouble=optional(trouble, sheet),
    )


def stream_info(sheet: Sheet, at: datetime) -> StreamInfo:
    """A stream without its secrets."""
    stream = sheet.id()
    return StreamInfo(
        stream_key(stream),
        sheet.line("name"),
        sheet.flag("active"),
        look(sheet, stream, at),
        fields=_settings(sheet, STREAM_FIELDS),
        tag=sheet.text("client_entity_data"),
        created_at=sheet.instant("created_at"),
        viewer_link=sheet.link("iframe_url"),
        links=_links(sheet),
        page_states={page.id(): page_state(page.line("status")) for page in sheet.sheets("broadcasts") if page.id()},
    )


def _links(sheet: Sheet) -> Mapping[str, str]:
    """What players take, as returned. Nothing that has the push token in it."""
    player, token = sheet.link("iframe_url"), sheet.text("token")
    links = {label: sheet.link(name) for label, name in PLAYERS}
    if player:
        links["Player without low latency"] = f"{player}{'&' if '?' in player else '?'}no_low_latency"
    return {label: link for label, link in links.items() if link and (not token or token not in link)}


def addresses(sheet: Sheet) -> list[Address]:
    """Where to push, as returned: a custom domain or another region changes the host."""
    return [Address(label, SecretStr(sheet.text(name))) for label, name in INGESTS if sheet.text(name)]


def page(sheet: Sheet) -> Page:
    """A broadcast."""
    streams = sheet.body.get("stream_ids")
    return Page(
        sheet.id(),
        sheet.line("name"),
        page_state(sheet.line("status")),
        streams=tuple(id_ for stream in streams if (id_ := Sheet({"id": stream}).id())) if isinstance(streams, list) else (),
        viewer_link=sheet.link("iframe_url"),
        fields=_settings(sheet, PAGE_FIELDS),
    )


def video(sheet: Sheet, at: datetime) -> Video:
    """A video; durations come in milliseconds (Gcore OpenAPI; the old webhook page's "seconds" is wrong by its own numbers)."""
    return Video(
        NAME,
        sheet.id(),
        name=sheet.line("name"),
        stream=sheet.id("stream_id"),
        status=video_status(sheet.line("status")),
        duration=sheet.seconds("duration", per_second=1000),
        started_at=sheet.instant("recording_started_at"),
        renditions=tuple(_rendition(item) for item in sheet.sheets("converted_videos")),
        link=sheet.link("share_url") or sheet.link("iframe_url"),
        error=scrub(sheet.line("error")),
        seen_at=at,
    )


def _rendition(sheet: Sheet) -> Rendition:
    words = sheet.line("name"), sheet.line("status")
    return Rendition(*words, sheet.whole("progress"), sheet.link("mp4_url"), sheet.whole("size") or None)


def _settings(sheet: Sheet, fields: Iterable[Field]) -> Mapping[str, JSON]:
    return {field.name: sheet.body[field.name] for field in fields if field.kind != "secret" and field.name in sheet}
