"""What AIOZ's webhooks say. All five are of files and their encoding, none of a live show; they are unsigned."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.model import JSON, Video
from bot.providers.aioz import words
from bot.providers.base import Heard
from bot.providers.reading import Sheet

EVENTS = {
    "file_received": "pending",
    "encoding_started": "pending",
    "partial_finished": "viewable",
    "encoding_partial_finished": "viewable",
    "encoding_finished": "ready",
    "encoding_failed": "error",
}
"""What each event says of the media, in our words. `file.received` and `encoding.started` are documented with dots (AIOZ docs,
webhooks), the names of the switches have underscores; the other dotted names are inferred."""


def subject(body: Mapping[str, JSON]) -> str:
    """What the event is about, `media:<id>`; only the type where there is no id."""
    sheet = Sheet(body)
    return f"media:{sheet.id('media_id')}" if sheet.id("media_id") else sheet.text("type")


def hear(body: Mapping[str, JSON], at: datetime) -> Heard:
    """Translate one event. Which live stream key it is of is not said: that is read from the list of media."""
    sheet = Sheet(body)
    kind = sheet.text("type")
    status = EVENTS.get(kind.strip().lower().replace(".", "_").replace("-", "_"))
    if status is None:
        return Heard(unknown=kind or "an event without a type")
    media = sheet.id("media_id")
    if not media:
        return Heard()
    return Heard(videos=(Video(words.NAME, media, name=sheet.line("title"), status=status, seen_at=at),))
