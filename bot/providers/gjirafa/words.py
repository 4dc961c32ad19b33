"""Gjirafa's objects in our words: channels, live videos, restreams and on-demand videos."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.model import JSON, Look, PageState, Source, StreamKey, Video
from bot.providers.base import Address, Field, Page, Restream, StreamInfo
from bot.providers.gjirafa.fields import PAGE_FIELDS
from bot.providers.reading import Sheet, optional
from bot.providers.scrub import scrub

NAME = "gjirafa"
PAGE_GONE = "gone"
"""`Look.page_state` where the live video is not there."""

LIVE, INTERRUPTED, OFFLINE, PROCESSING = "live", "interrupted", "offline", "processing"
LIVE_WORDS = frozenset({LIVE, INTERRUPTED, OFFLINE, PROCESSING})
"""Gjirafa docs, webhooks; `Processing` is in the older page only, without a word on what it means."""
A_TICK = timedelta(milliseconds=1)
"""Gjirafa's dates have a seventh digit, which is cut off here: a bound must not fall before the beginning for that."""
HEALTHY = "healthy"
HEALTH_WORDS = frozenset({HEALTHY, "unknown"})
"""Gjirafa docs: `Healthy`, and `Unknown` on idle channels. Any other word is trouble, and shown as it is written."""


def word(sheet: Sheet, name: str) -> str:
    """A status word, for comparing."""
    return sheet.text(name).strip().lower()


def channel_key(channel: str) -> StreamKey:
    """The key of a channel."""
    return StreamKey(NAME, channel)


def signal_of(status: str, health: str) -> bool | None:
    """Whether a picture arrives, from a channel's `liveStatus` and `healthStatus`, lower-case; None where they tell nothing.

    That a channel's words follow the encoder, before and while a live video shows it, is inferred: the pages only list the words.
    """
    if status == INTERRUPTED:
        return False
    if status == LIVE or health == HEALTHY:
        return True
    return False if status == OFFLINE else None


def trouble(sheet: Sheet) -> str | None:
    """Words of a channel that no page explains, as written; empty if there are none, None if nothing is said."""
    known = {"liveStatus": LIVE_WORDS, "healthStatus": HEALTH_WORDS}
    said = {name: scrub(sheet.line(name)) for name in known}
    if not any(said.values()):
        return None
    return "; ".join(f"{name} {words}" for name, words in said.items() if words and words.lower() not in known[name])


def look(sheet: Sheet, channel: str, at: datetime) -> Look:
    """Gjirafa's answer about a channel as a look."""
    return Look(
        channel_key(channel),
        at,
        Source.LOOK,
        name=sheet.line("title") or None,
        signal=signal_of(word(sheet, "liveStatus"), word(sheet, "healthStatus")),
        trouble=optional(trouble, sheet),
    )


def stream_info(sheet: Sheet, at: datetime) -> StreamInfo:
    """A channel without its secrets. Whether channels tell when they were made is not documented; if they do, it is read."""
    channel = sheet.id("publicId")
    ours = {"Title": "title", "Type": "typeId", "LatencyType": "latencyTypeId", "InputType": "inputType"}
    return StreamInfo(
        channel_key(channel),
        sheet.line("title"),
        None,
        look(sheet, channel, at),
        fields={name: sheet.body[theirs] for name, theirs in ours.items() if _plain(sheet.body.get(theirs))},
        created_at=sheet.instant("insertedDate"),
        viewer_link=sheet.link("playbackUrl"),
    )


def addresses(sheet: Sheet) -> list[Address]:
    """Where to push: server and key apart, as the encoder's form has them; nowhere for a channel whose picture is fetched."""
    server, key = sheet.text("streamServer"), sheet.text("streamKey")
    return [Address("RTMP", SecretStr(server), SecretStr(key) if key else None)] if server else []


def page_state(sheet: Sheet, now: datetime) -> str:
    """What viewers are shown by a live video.

    `Interrupted` is a lost ingest while live. What is offline was over if it ever began, by its dates: no other field tells a
    live video that is still to come from one that is done (inferred). A word of which no page knows stays as written.
    """
    status = word(sheet, "liveStatus") or (LIVE if sheet.flag("isLiveStreaming") else OFFLINE)
    if status in (LIVE, INTERRUPTED):
        return PageState.LIVE.value
    ended = _passed(sheet.instant("endDateUTC"), now)
    if status == PROCESSING and ended:
        return PageState.FINISHED.value
    if status != OFFLINE:
        return sheet.line("liveStatus")
    over = ended or _passed(sheet.instant("startDateUTC"), now)
    return PageState.FINISHED.value if over else PageState.PENDING.value


def page(sheet: Sheet, now: datetime) -> Page:
    """A live video."""
    channels = (sheet.id("channelPublicId"), sheet.id("activeChannelId"))
    return Page(
        sheet.id("publicId"),
        sheet.line("title"),
        page_state(sheet, now),
        streams=tuple(dict.fromkeys(channel for channel in channels if channel)),
        viewer_link=sheet.link("playbackUrl"),
        fields=_settings(sheet, PAGE_FIELDS),
        created_at=sheet.instant("insertedDate"),
    )


def shown(sheet: Sheet, start: datetime, end: datetime, now: datetime) -> tuple[datetime, datetime] | None:
    """The part of what is wanted that was live; None where that is all of it, or where nothing would be left of it."""
    began = sheet.instant("startDateUTC")
    last = min(now, sheet.instant("endDateUTC") or now)
    since, until = max(start, began + A_TICK if began else start), min(end, last)
    everything = began is not None and start <= began and end >= last
    return None if everything or until - since < timedelta(seconds=1) else (since, until)


def restream(sheet: Sheet) -> Restream:
    """A restream without its key; where it sends to is known by its host alone."""
    return Restream(sheet.id(), scrub(sheet.line("title")), host_of(sheet.text("streamUrl")), active=sheet.flag("status"))


def host_of(url: str) -> str:
    """The host of a destination; empty for what is no address."""
    try:
        return urlsplit(url.strip()).hostname or ""
    except ValueError:
        return ""


def kept(id_: str, title: str, sheet: Sheet, part: tuple[datetime, datetime] | None, at: datetime) -> Video:
    """The video that a live video becomes: it is being encoded. It is as long as what was cut, since nothing else tells."""
    began, ended = part or (sheet.instant("startDateUTC"), sheet.instant("endDateUTC") or at)
    return Video(
        NAME,
        id_,
        name=title or sheet.line("title"),
        stream=sheet.id("channelPublicId"),
        status="pending",
        duration=(ended - began).total_seconds() if began is not None and began < ended else None,
        started_at=began,
        seen_at=at,
    )


def _passed(instant: datetime | None, now: datetime) -> bool:
    return instant is not None and instant <= now


def _plain(value: JSON) -> bool:
    return value is not None and isinstance(value, str | int | float)


def _settings(sheet: Sheet, fields: Iterable[Field]) -> Mapping[str, JSON]:
    return {field.name: sheet.body[field.name] for field in fields if _plain(sheet.body.get(field.name))}
