"""The JSON objects that the simulated AIOZ answers with, and how it pages its lists."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from bot.sandbox.aioz.account import USER_ID, Account
from bot.sandbox.aioz.state import Key, Media, Streaming

RTMP_URL = "rtmp://live-ingest.aiozstream.example/live"
_DEFAULTS = ["1080p", "720p", "360p"]


def answer(data: Any) -> web.Response:
    """The envelope of what went well."""
    return web.json_response({"status": "success", "data": data})


def done(message: str) -> web.Response:
    """The envelope of what went well and brings nothing."""
    return web.json_response({"status": "success", "message": message})


def page_of(account: Account, items: Iterable[dict[str, Any]], asked: Mapping[str, Any], called: str) -> web.Response:
    """A page of a list, found and ordered as asked; `created_at` ascending where nothing is said (AIOZ SDK)."""
    search = str(asked.get("search", ""))
    found = [item for item in items if search.lower() in (item.get("name") or item.get("title") or "").lower()]
    found.sort(key=lambda item: item["created_at"], reverse=asked.get("order_by", "asc") == "desc")
    limit, offset = _number(account, asked, "limit", 25), _number(account, asked, "offset", 0)
    return answer({called: found[offset : offset + min(limit, 100)], "total": len(found)})


def _number(account: Account, asked: Mapping[str, Any], name: str, default: int) -> int:
    value = asked.get(name, default)
    if not str(value).isdecimal():
        raise account.refuse(400, f"{name.capitalize()} is invalid.")
    return int(value)


async def read_body(account: Account, request: web.Request) -> dict[str, Any]:
    """The JSON object of a request; empty texts are no values (tests of AIOZ's clients)."""
    try:
        body = json.loads(await request.read() or b"{}")
    except ValueError:
        raise account.refuse(400, "Invalid request body.") from None
    if not isinstance(body, dict):
        raise account.refuse(400, "Invalid request body.")
    return body


def key_body(account: Account, key: Key) -> dict[str, Any]:
    """A live stream key, its secret in clear (AIOZ docs)."""
    return {
        "id": key.id,
        "user_id": USER_ID,
        account.habits.key_name_as: key.name,
        "save": key.save,
        "stream_key": key.stream_key,
        "rtmp_url": RTMP_URL,
        "type": key.type,
        "created_at": iso(key.created_at),
        "updated_at": iso(key.updated_at),
    }


def streaming_body(account: Account, streaming: Streaming) -> dict[str, Any]:
    """A streaming."""
    player = f"https://player.aiozstream.example/live/{streaming.id}"
    media = account.media.get(streaming.media_id)
    return {
        "id": streaming.id,
        "live_stream_key_id": streaming.key_id,
        "user_id": USER_ID,
        "title": streaming.title,
        "status": account.status_word(streaming),
        "save": streaming.save,
        "duration": _duration(account, streaming),
        "qualities": [each if isinstance(each, str) else each["resolution"] for each in streaming.qualities] or _DEFAULTS,
        "assets": {
            "hls_url": f"{account.url}/live/{streaming.id}/index.m3u8",
            "iframe": f'<iframe src="{player}"></iframe>',
            "player_url": player,
            "thumbnail_url": "",
        },
        "media": media_body(account, media) if media else None,
        "frame_rate": 0,
        "audio_bitrate": 0,
        "current_view": streaming.viewers if streaming.on_air else 0,
        "total_view": streaming.views,
        "type": "video",
        "created_at": iso(streaming.created_at),
        "updated_at": iso(streaming.updated_at),
    }


def media_body(account: Account, media: Media) -> dict[str, Any]:
    """A saved item, with the key that it was streamed to in its metadata (AIOZ docs, videos)."""
    ready = media.status == "done"
    address = f"{account.url}/media/{media.id}"
    return {
        "id": media.id,
        "user_id": USER_ID,
        "title": media.title,
        "status": media.status,
        "duration": media.duration_ms,
        "qualities": [{"resolution": name, "status": media.status} for name in ("720p", "360p")],
        "metadata": [{"key": "live_stream_id", "value": media.key_id}],
        "assets": {
            "hls_url": f"{address}/index.m3u8",
            "hls_player_url": f"https://player.aiozstream.example/vod/hls/{media.id}",
            "mp4_url": f"{address}/video.mp4",
        }
        if ready
        else None,
        "size": 350_000 * media.duration_ms // 1000 if ready else 0,
        "type": "video",
        "created_at": iso(media.created_at),
        "updated_at": iso(media.updated_at),
    }


def statistic_body(account: Account, streaming: Streaming) -> dict[str, Any]:
    """The figures of the last refresh."""
    when = _last(account, streaming, account.habits.statistics_every)
    picture = streaming.picture_at(when)
    if picture is None and account.habits.statistics_stay and streaming.spans:
        picture = streaming.spans[-1].picture
    fps, kbps = (picture.fps, picture.kbps) if picture else (0.0, 0.0)
    return {
        "id": streaming.id,
        "live_stream_media_id": streaming.id,
        "fps_in": fps,
        "fps_out": fps,
        "bitrate_in": kbps,
        "bitrate_out": kbps * 2,
        "data_transferred": round(streaming.seconds(when) * 0.35, 1),
        "current_view": streaming.viewers if picture else 0,
        "total_view": streaming.views,
    }


def _duration(account: Account, streaming: Streaming) -> int:
    """Milliseconds, as last counted."""
    if not streaming.spans:
        return 0
    when = _last(account, streaming, account.habits.duration_every)
    first = streaming.spans[0].start
    by_clock = account.habits.duration_counts == "clock"
    return max(0, round(1000 * ((when - first).total_seconds() if by_clock else streaming.seconds(when))))


def _last(account: Account, streaming: Streaming, every: float) -> datetime:
    """The last instant at which something was refreshed that is every so many seconds."""
    gone = (account.now() - streaming.created_at).total_seconds()
    return streaming.created_at + timedelta(seconds=gone // every * every if every else gone)


def iso(when: datetime) -> str:
    """ISO 8601 with microseconds and Z."""
    return when.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
