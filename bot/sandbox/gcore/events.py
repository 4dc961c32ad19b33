"""The entities inside webhooks, in the vendor's three editions of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.gcore import addresses
from bot.sandbox.gcore.state import Stream, Video

if TYPE_CHECKING:
    from bot.sandbox.gcore.account import Account


def stream_event(account: Account, stream: Stream) -> dict[str, Any]:
    """`stream`: three fields in the old edition, more in "w2" (Gcore webhook page), `transcoding` in "w3" (its preview).

    In the PUSH case `uri` contains the push token, and `client_user_id` is text, as the page prints them.
    """
    style = account.habits.webhook_style
    event: dict[str, Any] = {"id": stream.id, "live": stream.primary.live, "recording": stream.is_recording}
    if style == "short":
        return event
    picture = stream.picture
    event |= {
        "backup_live": stream.backup.live,
        "client_user_id": None if stream.client_user_id is None else str(stream.client_user_id),
        "client_entity_data": stream.client_entity_data,
        "pull": stream.pull,
        "uri": stream.uri if stream.pull else addresses.push_urls(stream)["push_url"],
        "stream_source_type": picture.protocol if picture else None,
    }
    if style == "w3":
        event["transcoding"] = stream.transcoding
    return event


def video_event(account: Account, video: Video) -> dict[str, Any]:
    """`video`: `duration` is in milliseconds; "w2" adds `stream_id` and the links of complete renditions."""
    short = account.habits.webhook_style == "short"
    event: dict[str, Any] = {
        "id": video.id,
        "slug": video.slug,
        "name": video.name,
        "duration": video.duration_ms,
        "status": video.status,
        "converted_videos": [{"name": r.name, "status": r.status} for r in video.renditions],
    }
    if not short:
        event["stream_id"] = video.stream_id
        for entry, rendition in zip(event["converted_videos"], video.renditions, strict=True):
            entry["mp4_url"] = addresses.rendition_url(account, video, rendition)
    return event


def video_deleted_event(account: Account, video: Video) -> dict[str, Any]:
    """`video_delete`: the only event with a time in it."""
    keys = ("id", "slug", "name", "status")
    return {k: getattr(video, k) for k in keys} | {"deleted_at": addresses.iso(account.now())}
