"""AIOZ Stream's objects in our words: live stream keys, streamings and saved media as they come from its API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from pydantic import SecretStr

from bot.model import JSON, Look, PageState, Quality, Rendition, Source, StreamKey, Video
from bot.providers.aioz.api import joined
from bot.providers.aioz.fields import PAGE_FIELDS, STREAM_FIELDS
from bot.providers.aioz.pulse import Verdict, Vitals
from bot.providers.base import Address, Field, Figure, Page, StreamInfo
from bot.providers.reading import LONGEST_DURATION, Sheet, optional
from bot.providers.scrub import scrub
from bot.sanitise import one_line

NAME = "aioz"
PAGE_GONE = "gone"
"""`Look.page_state` where AIOZ does not know the streaming (any more)."""

ELSEWHERE = "the encoder feeds another streaming on this key, which the show's link does not play"
"""An encoder that comes back to a streaming that is over is given a new one by the public server code that looks like its own."""

STATUS = {
    "created": PageState.PENDING,
    "streaming": PageState.LIVE,
    "end": PageState.FINISHED,
    "uploading": PageState.FINISHED,
}
"""The status words of a streaming. Only `created` is documented (AIOZ docs); the others are inferred from public
server code that looks like its own. Any other word is shown as AIOZ writes it. This is the place to add one."""

VIDEO_STATUS = {
    "new": "pending",
    "transcoding": "pending",
    "done": "ready",
    "fail": "error",
    "deleted": "deleted",
}
"""The status words of media: `transcoding`, `done`, `fail` (AIOZ docs, webhooks); the others inferred, as above."""

STREAMINGS, SAVED, ALL_KEYS = ("media", "videos"), ("media", "videos"), ("live_stream_keys",)
"""What a list is called in `data`; `videos` in the older pages (AIOZ docs)."""

_FIGURES = (
    ("frames a second in, now", "fps_in", "{:g}"),
    ("frames a second out, now", "fps_out", "{:g}"),
    ("kbit/s in, now", "bitrate_in", "{:,.0f}"),
    ("kbit/s out, now", "bitrate_out", "{:,.0f}"),
    ("MB transferred, since its start", "data_transferred", "{:,.1f}"),
    ("watching, now", "current_view", "{:,.0f}"),
    ("views, since its start", "total_view", "{:,.0f}"),
)
"""AIOZ docs and SDK, livestream-statistic; what is not sent is left out."""


def stream_key(key: str) -> StreamKey:
    """Our key of a live stream key."""
    return StreamKey(NAME, key)


def phase(sheet: Sheet) -> PageState | None:
    """What the status word of a streaming means; None for one that is not known."""
    return STATUS.get(sheet.text("status").strip().lower())


def page_state(sheet: Sheet) -> str:
    """The status of a streaming in our words; an unknown one as AIOZ wrote it."""
    known = phase(sheet)
    return known.value if known else sheet.line("status")


def trouble(sheet: Sheet) -> str:
    """A status word that nobody has translated, told as it is."""
    word = scrub(sheet.line("status"))
    return "" if not word or phase(sheet) else f"AIOZ calls the streaming “{word}”"


def vitals(streaming: Sheet, statistic: Sheet, at: datetime) -> Vitals:
    """What moves while pictures arrive; durations are in milliseconds, bitrates in kbit/s (AIOZ docs)."""
    return Vitals(at, streaming.number("duration"), statistic.number("fps_in"), statistic.number("bitrate_in"))


def look(key: str, at: datetime, name: str = "") -> Look:
    """A live stream key as a look that could tell no more than that it is there."""
    return Look(stream_key(key), at, Source.LOOK, name=name or None)


def with_streaming(seen: Look, streaming: Sheet, felt: Vitals, verdict: Verdict) -> Look:
    """The same look, with what a streaming on the key tells. It is recorded as long as there is signal and `save` is on."""
    save, fed = streaming.flag("save"), verdict.signal and felt.fed
    recording = False if save is False or verdict.signal is False else save and verdict.signal
    return replace(
        seen,
        signal=verdict.signal,
        recording=recording,
        quality=Quality(fps=felt.fps, kbps=felt.kbps) if fed else None,
        trouble=optional(trouble, streaming),
        evidence=verdict.evidence,
    )


def key_name(sheet: Sheet) -> str:
    """The name of a live stream key: `name` (AIOZ SDK), `title` in a sample (AIOZ docs)."""
    return sheet.line("name") or sheet.line("title")


def stream_info(sheet: Sheet, at: datetime) -> StreamInfo:
    """A live stream key without its secret."""
    name = key_name(sheet)
    return StreamInfo(
        stream_key(sheet.id()),
        name,
        None,
        look(sheet.id(), at, name),
        fields={**_settings(sheet, STREAM_FIELDS), "name": name},
        created_at=sheet.instant("created_at"),
    )


def addresses(sheet: Sheet) -> list[Address]:
    """Where to push, as returned: the server and the key apart; RTMP only."""
    server, key = sheet.text("rtmp_url"), sheet.text("stream_key")
    return [Address("RTMP", SecretStr(server), SecretStr(key))] if server and key else []


def page(sheet: Sheet, key: str) -> Page:
    """A streaming of a live stream key."""
    return Page(
        joined(key, sheet.id()),
        sheet.line("title"),
        page_state(sheet),
        streams=(key,),
        viewer_link=_link(sheet.sheet("assets")),
        fields=_settings(sheet, PAGE_FIELDS[:3]),
        created_at=sheet.instant("created_at"),
    )


def in_use(streamings: Iterable[Sheet]) -> Sheet:
    """The one of a key's streamings, newest first, that its encoder feeds or would feed; an empty one for none."""
    order = {PageState.LIVE: 0, PageState.FINISHED: 2}
    return min(streamings, key=lambda sheet: order.get(phase(sheet) or PageState.PENDING, 1), default=Sheet(None))


def saved(sheet: Sheet) -> Sheet:
    """The saved item in the item of a list: a key's list has its streamings, with the saved one inside, or none in it yet."""
    if "media" in sheet or "video" in sheet:
        return sheet.sheet("media") or sheet.sheet("video")
    return sheet


def video(sheet: Sheet, at: datetime, key: str = "") -> Video:
    """A saved item; `key` is the live stream key that it was asked for, else its `live_stream_id` says (AIOZ docs, videos)."""
    assets = sheet.sheet("assets")
    return Video(
        NAME,
        sheet.id(),
        name=sheet.line("title") or sheet.line("name"),
        stream=key or _linked(sheet),
        status=video_status(sheet.line("status")),
        duration=_seconds(sheet.number("duration")),
        started_at=sheet.instant("created_at"),
        renditions=tuple(_renditions(sheet, assets)),
        link=_link(assets),
        seen_at=at,
    )


def video_status(word: str) -> str:
    """The status of media in our words; an unknown one as AIOZ wrote it."""
    return VIDEO_STATUS.get(word.strip().lower(), word)


def figures(sheet: Sheet) -> list[Figure]:
    """What the statistic tells."""
    told = ((label, sheet.number(name), shape) for label, name, shape in _FIGURES)
    return [Figure(label, shape.format(value)) for label, value, shape in told if value is not None]


def _linked(sheet: Sheet) -> str:
    metadata = sheet.body.get("metadata")
    if isinstance(metadata, Mapping):
        return Sheet(metadata).id("live_stream_id")
    return next((pair.id("value") for pair in sheet.sheets("metadata") if pair.text("key") == "live_stream_id"), "")


def _link(assets: Sheet) -> str:
    names = ("player_url", "hls_player_url", "dash_player_url", "hls_url", "dash_url")
    return next((link for name in names if (link := assets.link(name))), "")


def _seconds(length: float | None) -> float | None:
    """AIOZ writes durations in milliseconds (AIOZ docs); a fraction can only be of seconds, as the SDK's type has them."""
    seconds = length / 1000 if length is not None and length.is_integer() else length
    return seconds if seconds is not None and 0 <= seconds <= LONGEST_DURATION else None


def _renditions(sheet: Sheet, assets: Sheet) -> Iterable[Rendition]:
    """The qualities, as texts or objects, and the file to download where there is one."""
    if assets.link("mp4_url"):
        yield Rendition("mp4", video_status(sheet.line("status")), url=assets.link("mp4_url"), size=sheet.whole("size") or None)
    qualities = sheet.body.get("qualities")
    for item in qualities if isinstance(qualities, list) else ():
        quality = Sheet(item)
        name = one_line(item) if isinstance(item, str) else quality.line("resolution") or quality.line("name")
        if name:
            yield Rendition(name, video_status(quality.line("status")), quality.whole("progress"))


def _settings(sheet: Sheet, fields: Iterable[Field]) -> Mapping[str, JSON]:
    return {field.name: sheet.body[field.name] for field in fields if field.name in sheet}
