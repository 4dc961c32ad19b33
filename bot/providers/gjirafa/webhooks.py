"""What Gjirafa's webhooks say. They are unsigned and may come again hours later: observations, not orders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bot.model import JSON, Look, PageState, Source, Video
from bot.providers.base import Heard, PageHeard
from bot.providers.gjirafa import words
from bot.providers.reading import Sheet
from bot.providers.scrub import scrub, without_secrets

FAMILIES = ("live.video", "live.channel", "video")
STALE = timedelta(seconds=30)
"""What happened longer ago tells history: it is tried again up to 28 h later (Gjirafa docs, webhooks). It only makes us look."""

_KEPT_BACK = frozenset({"filepath", "source"})
"""The address from which a channel fetches its picture may hold a password. What channel events carry is not documented."""


def subject(body: Mapping[str, JSON]) -> str:
    """What the event is about, `live.video:v7gk2p`; only the family where there is no id."""
    kind = Sheet(body).text("eventType").strip()
    family = next((family for family in FAMILIES if kind.startswith(f"{family}.")), kind or "event")
    id_ = _id(_data(body))
    return f"{family}:{id_}" if id_ else family


def redacted(body: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """The event without keys, push addresses and source addresses."""
    kept = without_secrets(body)
    data = kept.get("data")
    if isinstance(data, dict):
        kept["data"] = {name: value for name, value in data.items() if name.lower() not in _KEPT_BACK}
    return kept


def hear(body: Mapping[str, JSON], at: datetime, project: str) -> Heard:
    """Translate one event, of either edition; those of another project of the same organization say nothing here."""
    envelope = Sheet(body)
    kind = envelope.text("eventType").strip()
    if envelope.id("projectId") not in ("", project):
        return Heard()
    translate = _KINDS.get(kind)
    if translate is None:
        return Heard(unknown=kind or "an event without a type")
    data = _data(body)
    if not _id(data):
        return Heard()
    happened = min(envelope.instant("eventTime") or at, at)
    return translate(data, happened, at - happened > STALE)


def _data(body: Mapping[str, JSON]) -> Sheet:
    """The fields of an event in PascalCase, however they begin."""
    data = body.get("data")
    return Sheet(
        {str(name)[:1].upper() + str(name)[1:]: value for name, value in data.items()} if isinstance(data, Mapping) else {}
    )


def _id(data: Sheet) -> str:
    """`PublicId` where there is one: deletions and changes of status carry only `Id` (Gjirafa docs, webhooks)."""
    return data.id("PublicId") or data.id("Id")


def _page(data: Sheet, state: str, stale: bool) -> Heard:
    return Heard() if stale or not state else Heard(pages=(PageHeard(_id(data), state),))


def _page_status(data: Sheet, _: datetime, stale: bool) -> Heard:
    """A status that changed to Offline was another before: it is over. An unknown word is told as written."""
    written = data.line("Status")
    states = {words.LIVE: PageState.LIVE, words.INTERRUPTED: PageState.LIVE, words.OFFLINE: PageState.FINISHED}
    known = states.get(written.lower())
    return _page(data, known.value if known else written, stale)


def _page_started(data: Sheet, _: datetime, stale: bool) -> Heard:
    return _page(data, PageState.LIVE.value, stale)


def _page_stopped(data: Sheet, _: datetime, stale: bool) -> Heard:
    return _page(data, PageState.FINISHED.value, stale)


def _page_deleted(data: Sheet, _: datetime, __: bool) -> Heard:
    return _page(data, words.PAGE_GONE, stale=False)


def _page_told(data: Sheet, at: datetime, _: bool) -> Heard:
    """Made or changed: no status comes with it, but it is a reason to look at the channel that it shows."""
    channel = data.id("ChannelPublicId")
    return Heard(looks=(Look(words.channel_key(channel), at, Source.WEBHOOK),)) if channel else Heard()


def _channel_told(data: Sheet, at: datetime, _: bool) -> Heard:
    """Made, changed or deleted: a reason to look."""
    return Heard(looks=(Look(words.channel_key(_id(data)), at, Source.WEBHOOK, name=data.line("Title") or None),))


def _channel_status(data: Sheet, at: datetime, stale: bool) -> Heard:
    """The words stand as in a live video's event (inferred: this payload is not documented), or as the API has them."""
    status = words.word(data, "Status") or words.word(data, "LiveStatus")
    signal = None if stale else words.signal_of(status, words.word(data, "HealthStatus"))
    return Heard(looks=(Look(words.channel_key(_id(data)), at, Source.WEBHOOK, name=data.line("Title") or None, signal=signal),))


def _video(status: str) -> Callable[[Sheet, datetime, bool], Heard]:
    def translate(data: Sheet, at: datetime, _: bool) -> Heard:
        """These payloads are not documented: what stands there under the names of the other events is read."""
        told = Video(
            words.NAME,
            _id(data),
            name=data.line("Title"),
            stream=data.id("ChannelPublicId"),
            status=status,
            duration=data.seconds("Duration"),
            link=data.link("PlaybackUrl"),
            error=scrub(data.line("ErrorMessage") or data.line("Error")) if status == "error" else "",
            seen_at=at,
        )
        return Heard(videos=(told,))

    return translate


_KINDS: Mapping[str, Callable[[Sheet, datetime, bool], Heard]] = {
    "live.video.created": _page_told,
    "live.video.updated": _page_told,
    "live.video.deleted": _page_deleted,
    "live.video.status.changed": _page_status,
    "live.video.started": _page_started,
    "live.video.stopped": _page_stopped,
    "live.channel.created": _channel_told,
    "live.channel.updated": _channel_told,
    "live.channel.deleted": _channel_told,
    "live.channel.status.changed": _channel_status,
    "video.created": _video("pending"),
    "video.encode.completed": _video("ready"),
    "video.encode.errored": _video("error"),
    "video.publish.status.changed": _video(""),
}
"""Gjirafa docs, webhooks: the events of live shows, and those of the videos that are kept of them."""
