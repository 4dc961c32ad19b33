"""The simulated vendor's objects as it writes them; details and lists of livestreams differ, in names too."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.sandbox.videograph.account import Account, Content, Livestream

_STATUS_IDS = {"Pending": 1, "Preparing": 1, "Processing": 2, "Ready": 3, "Failed": 4}
"""1 with the first two (Videograph docs); the rest is our choice."""


def milliseconds(when: datetime) -> int:
    """Since 1970, as all of the vendor's instants."""
    return round(when.timestamp() * 1000)


def livestream_body(account: Account, stream: Livestream, *, address: str = "rtmpUrl") -> dict[str, Any]:
    """What create, detail and delete answer; the stream key is in it three times (Videograph docs, delete)."""
    settings, habits = stream.settings, account.habits
    host = stream.server.split("/", 1)[0].replace("ingest", "play")
    body: dict[str, Any] = {
        "streamUUID": stream.id,
        "title": settings["title"],
        "description": settings.get("description", ""),
        "metadata": settings.get("metadata", []),
        "streamKey": stream.key,
        address: f"rtmp://{stream.server}",
        "rtmpsUrl": f"rtmps://{stream.server}" if habits.rtmps else "",
        "playbackUrl": f"https://{host}/vglive/{stream.key}/playlist_dvr.m3u8",
        "status": stream.status,
        "createdOn": milliseconds(stream.created),
    }
    return body | ({"record": settings["record"]} if habits.tells_record else {})


def livestream_item(stream: Livestream) -> dict[str, Any]:
    """An item of the list (WordPress plugin)."""
    item = {
        "streamUUID": stream.id,
        "title": stream.settings["title"],
        "status": stream.status,
        "created_at": milliseconds(stream.created),
    }
    return item | ({"thumbnailUrl": f"https://thumbnails.videograph.ai/{stream.id}.png"} if stream.status == "Active" else {})


def content_body(content: Content) -> dict[str, Any]:
    """A content; a playback id once it is ready (Videograph docs, core-video-pipeline)."""
    settings, ready = content.settings, content.status == "Ready"
    body = {
        "contentId": content.id,
        "title": settings["title"],
        "description": settings.get("description", ""),
        "tags": settings.get("tags", []),
        "metadata": settings.get("metadata", []),
        "playbackPolicy": settings.get("playback_policy", ["public"]),
        "mp4_support": settings.get("mp4_support", False),
        "save_original_copy": settings.get("save_original_copy", False),
        "test_video": settings.get("test_video", False),
        "status": content.status,
        "statusId": _STATUS_IDS[content.status],
        "duration": content.duration_ms if ready else None,
        "created_at": milliseconds(content.created),
    }
    return body | ({"playbackId": f"pb-{content.id}"} if ready else {})
