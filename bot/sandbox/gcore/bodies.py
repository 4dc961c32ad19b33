"""How the simulated vendor writes its objects as JSON."""

from __future__ import annotations

from typing import Any

from bot.sandbox.gcore import addresses
from bot.sandbox.gcore.account import Account
from bot.sandbox.gcore.addresses import iso
from bot.sandbox.gcore.state import Broadcast, Clip, Rendition, Restream, Stream, Video

_STREAM_FIELDS = (
    *("id", "name", "active", "pull", "uri", "auto_record", "record_type", "dvr_enabled", "dvr_duration", "hls_mpegts_endlist_tag"),
    *("html_overlay", "quality_set_id", "cdn_id", "client_user_id", "client_entity_data", "projection", "srt_passphrase", "token"),
)
_BROADCAST_FIELDS = (
    *("id", "name", "status", "stream_ids", "player_id", "ad_id", "share_url", "custom_iframe_url", "pending_message"),
    *("show_dvr_after_finish", "poster", "client_user_id"),
)
_VIDEO_FIELDS = (
    *("id", "name", "slug", "status", "error", "description", "directory_id", "client_user_id", "stream_id", "record_type"),
    *("origin_url", "views"),
)
_RESTREAM_FIELDS = ["id", "name", "uri", "stream_id", "active", "live", "client_user_id", "no_audio", "no_audio_mode", "source"]
_LADDER = {360: "640x360", 480: "854x480", 720: "1280x720", 1080: "1920x1080"}


def stream_body(account: Account, stream: Stream, *, broadcasts: bool = True) -> dict[str, Any]:
    """A stream: what the OpenAPI declares and, unless `declared_only`, what practice adds to it."""
    body = {name: getattr(stream, name) for name in _STREAM_FIELDS}
    body |= addresses.push_urls(stream) | addresses.playback_urls(account, stream) | _reception(account, stream)
    body["broadcast_ids"] = [b.id for b in account.broadcasts.values() if stream.id in b.stream_ids]
    body["html_overlays"] = []
    body["created_at"] = iso(stream.created_at)
    if not account.habits.declared_only:
        body |= _undeclared(account, stream)
        if broadcasts:
            body["broadcasts"] = [broadcast_body(account, account.broadcasts[i]) for i in body["broadcast_ids"]]
    return body


def _reception(account: Account, stream: Stream) -> dict[str, Any]:
    picture, recording = stream.picture, stream.recording
    heights = [h for h in _LADDER if picture and h <= picture.height]
    return {
        "live": stream.primary.live,
        "backup_live": stream.backup.live,
        "started_at_primary": iso(stream.primary.started_at),
        "started_at_backup": iso(stream.backup.started_at),
        "finished_at_primary": iso(stream.primary.finished_at),
        "active_ingest_region_primary": "eu" if stream.primary.live else None,
        "active_ingest_region_backup": "eu" if stream.backup.live else None,
        "stream_source_type": picture.protocol if picture else None,
        "transcoded_qualities": [_LADDER[h] for h in heights] if stream.transcoding else None,
        "transcoding_speed": stream.transcoding_speed if stream.transcoding else None,
        "frame_rate": picture.fps if picture else None,
        "video_height": picture.height if picture else None,
        "video_width": picture.width if picture else None,
        "recording_duration": (account.now() - recording.started_at).total_seconds() if recording and stream.is_recording else None,
    }


def _undeclared(account: Account, stream: Stream) -> dict[str, Any]:
    """Fields seen in the tutorial, the vendor's clients and docs that its OpenAPI does not list."""
    picture = stream.picture
    return {
        "recording": stream.is_recording,
        "client_id": account.client_id,
        "restreams": [restream_body(account, r) for r in account.restreams_of(stream)],
        "receiving_error": stream.receiving_error,
        "transcoding_error": stream.transcoding_error,
        "receiving_speed": 1.0 if picture else None,
        "transcoding_enabled": True,
        "low_latency_enabled": True,
        "video_bitrate": picture.bitrate if picture else None,
        "transcoding_region": stream.transcoding_region,
        "webrtc": stream.webrtc,
        "quality_sets": [],
        "rtmp_play_url": [],
    }


def broadcast_body(account: Account, broadcast: Broadcast) -> dict[str, Any]:
    """A broadcast."""
    url = f"https://player.gvideo.co/broadcasts/{account.client_id}_{broadcast.id}"
    return {name: getattr(broadcast, name) for name in _BROADCAST_FIELDS} | {
        "client_id": account.client_id,
        "iframe_url": url,
        "iframe_embed_code": f'<iframe width="560" height="315" src="{url}" frameborder="0" allowfullscreen></iframe>',
        "custom_messages": None,
        "poster_thumb": None,
    }


def restream_body(account: Account, restream: Restream) -> dict[str, Any]:
    """A restream."""
    body = {name: getattr(restream, name) for name in _RESTREAM_FIELDS}
    return body | {"client_id": account.client_id, "playlist_id": None, "quality_id": None}


def video_body(account: Account, video: Video) -> dict[str, Any]:
    """A video; `duration` in milliseconds."""
    slug, media = f"{account.client_id}_{video.slug}", account.url
    body = {name: getattr(video, name) for name in _VIDEO_FIELDS}
    return body | {
        "client_id": account.client_id,
        "duration": video.duration_ms,
        "origin_video_duration": video.duration_ms,
        "origin_size": round(video.size_mb * 1_000_000),
        "cdn_views": video.views,
        "created_at": iso(video.created_at),
        "updated_at": iso(video.updated_at),
        "recording_started_at": iso(video.recording_started_at),
        "iframe_url": f"https://player.gvideo.co/videos/{slug}",
        "hls_url": f"{media}/videos/{slug}/master.m3u8",
        "hls_cmaf_url": f"{media}/videos/{slug}/master-cmaf.m3u8",
        "dash_url": f"{media}/videos/{slug}/index.mpd",
        "share_url": None,
        "poster": None,
        "poster_thumb": None,
        "screenshot": None,
        "screenshots": [],
        "screenshot_id": None,
        "projection": "regular",
        "converted_videos": [_rendition_body(account, video, r) for r in video.renditions],
    }


def _rendition_body(account: Account, video: Video, rendition: Rendition) -> dict[str, Any]:
    span, gone = rendition.done_at - rendition.begins_at, account.now() - rendition.begins_at
    progress = 100 if rendition.status == "complete" else max(0, min(99, round(100 * (gone / span)))) if span else 99
    body = {name: getattr(rendition, name) for name in ("id", "name", "width", "height", "status", "error")}
    done = rendition.status == "complete"
    return body | {
        "size": rendition.size if done else 0,
        "progress": progress,
        "mp4_url": addresses.rendition_url(account, video, rendition),
    }


def clip_body(account: Account, clip: Clip) -> dict[str, Any]:
    """A clip; `start` and `expiration` in seconds since 1970."""
    keys = ("id", "start", "duration", "expiration", "vod_required", "video_id", "renditions")
    return {k: getattr(clip, k) for k in keys} | {
        "created_at": iso(clip.created_at),
        "hls_master": addresses.clip_url(account, clip, "hls"),
        "mp4_master": addresses.clip_url(account, clip, "mp4"),
    }
