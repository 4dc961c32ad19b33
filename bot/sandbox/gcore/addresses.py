"""Addresses and instants as the simulated vendor writes them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bot.sandbox.gcore.state import Clip, Rendition, Stream, Video

if TYPE_CHECKING:
    from bot.sandbox.gcore.account import Account


def iso(when: datetime | None) -> str | None:
    """ISO 8601 with milliseconds and Z."""
    return None if when is None else when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"


def ingest_host(region: str | None) -> str:
    """The push host; another one for each `transcoding_region` (tutorial: the addresses change with the region)."""
    return f"vp-push-{region}.gvideo.co" if region else "vp-push.gvideo.co"


def push_urls(stream: Stream) -> dict[str, str]:
    """The five push addresses, all containing the token (Gcore OpenAPI and docs)."""
    host, key = ingest_host(stream.transcoding_region), f"{stream.id}?{stream.token}"
    backup = host.replace("vp-push", "vp-push-bak", 1)
    return {
        "push_url": f"rtmp://{host}/in/{key}",
        "backup_push_url": f"rtmp://{backup}/in/{stream.id}b?{stream.token}",
        "push_url_srt": f"srt://{host}:5001?streamid={stream.id}#{stream.token}",
        "backup_push_url_srt": f"srt://{backup}:5001?streamid={stream.id}b#{stream.token}",
        "push_url_whip": f"https://whip.gvideo.co/{stream.id}_{stream.token}/whip",
    }


def playback_urls(account: Account, stream: Stream) -> dict[str, str]:
    """Player, manifests and thumbnail. Manifests and thumbnail lead to the simulator, so that they can be fetched."""
    name, media = f"{account.client_id}_{stream.id}", account.url
    return {
        "iframe_url": f"https://player.gvideo.co/streams/{name}",
        "hls_cmaf_url": f"{media}/cmaf/{name}/master.m3u8",
        "dash_url": f"{media}/cmaf/{name}/index.mpd",
        "hls_mpegts_url": f"{media}/mpegts/{name}/master_mpegts.m3u8",
        "screenshot": f"{media}/{name}/screenshots/last.jpg",
    }


def rendition_url(account: Account, video: Video, rendition: Rendition) -> str | None:
    """The MP4 of a complete rendition, to be fetched from the simulator."""
    if rendition.status != "complete":
        return None
    return f"{account.url}/videos/{account.client_id}_{video.slug}/{rendition.name}.mp4"


def clip_url(account: Account, clip: Clip, kind: str) -> str:
    """The clip's master link: `mp4` or `hls` (m3u8)."""
    ending = "mp4" if kind == "mp4" else "m3u8"
    return f"{account.url}/rec/{account.client_id}_{clip.stream_id}/{clip.id}/{kind}/master.{ending}"
