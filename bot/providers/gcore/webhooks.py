"""What Gcore's webhooks say. They are unsigned, carry no time and may come twice or never: observations, not orders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from bot.model import JSON, Look, Source
from bot.providers.base import Heard, PageHeard, RestreamHeard
from bot.providers.gcore import words
from bot.providers.reading import Sheet


def subject(body: Mapping[str, JSON]) -> str:
    """What the event is about, `stream:123`; only the type where there is no id."""
    envelope = Sheet(body)
    kind = _entity_word(envelope.text("type"))
    number = _entity(envelope).id()
    return f"{kind}:{number}" if number else kind


def hear(body: Mapping[str, JSON], at: datetime) -> Heard:
    """Translate one event (all editions of Gcore's webhook page, and the tutorial's broadcast events)."""
    envelope = Sheet(body)
    kind = envelope.text("type")
    translate = _KINDS.get(kind)
    if translate is None:
        return Heard(unknown=kind or "an event without a type")
    entity = _entity(envelope)
    return translate(entity, at) if entity.id() else Heard()


def _entity_word(kind: str) -> str:
    return {"vod": "video", "video_delete": "video"}.get(kind, kind)


def _entity(envelope: Sheet) -> Sheet:
    """The object in the envelope: under its own word (`vod` events call it `video`), else the only object there is."""
    message, kind = envelope.sheet("message"), envelope.text("type")
    for word in (_entity_word(kind), kind):
        if entity := message.sheet(word):
            return entity
    inner = [Sheet(value) for value in message.body.values() if isinstance(value, Mapping)]
    return inner[0] if len(inner) == 1 else Sheet(None)


def _stream(entity: Sheet, at: datetime) -> Heard:
    heard = Look(
        words.stream_key(entity.id()),
        at,
        Source.WEBHOOK,
        signal=words.signal(entity, own_look=False),
        primary=entity.flag("live"),
        backup=entity.flag("backup_live"),
        recording=words.recording(entity),
    )
    return Heard(looks=(heard,))


def _page(entity: Sheet, _at: datetime) -> Heard:
    state = words.page_state(entity.line("status"))
    return Heard(pages=(PageHeard(entity.id(), state),) if state else ())


def _video(entity: Sheet, at: datetime) -> Heard:
    return Heard(videos=(words.video(entity, at),))


def _deleted(entity: Sheet, at: datetime) -> Heard:
    return Heard(videos=(replace(words.video(entity, at), status="deleted"),))


def _restream(entity: Sheet, _at: datetime) -> Heard:
    live = entity.flag("live")
    return Heard() if live is None else Heard(restreams=(RestreamHeard(entity.id("stream_id"), entity.id(), live),))


_KINDS: Mapping[str, Callable[[Sheet, datetime], Heard]] = {
    "stream": _stream,
    "broadcast": _page,
    "video": _video,
    "vod": _video,
    "video_delete": _deleted,
    "restream": _restream,
}
