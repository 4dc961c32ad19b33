"""Live videos as the simulated vendor's calls show them, each with what it takes now."""

from __future__ import annotations

from typing import Any

from bot.sandbox.gjirafa.account import Account
from bot.sandbox.gjirafa.state import LiveVideo


def flags(account: Account, video: LiveVideo) -> dict[str, Any]:
    """Which call is legal now."""
    may_stop = account.may_stop(video)
    return {
        "canGoLive": account.may_go_live(video),
        "isLiveStreaming": video.on_air,
        "canCutAndPublish": may_stop and video.dvr,
        "canStopAndCut": may_stop and video.dvr,
        "canStopWithoutSaving": may_stop,
    }


def listed(account: Account, video: LiveVideo) -> dict[str, Any]:
    """In a list: without its channel and its dates."""
    return {
        "publicId": video.id,
        "title": video.title,
        "author": video.extra.get("author"),
        "publishDate": video.extra.get("publishDate"),
        "liveStatus": video.status,
        "dvrEnabled": video.dvr,
        "thumbnail": "",
        **flags(account, video),
    }


def made(account: Account, video: LiveVideo) -> dict[str, Any]:
    """As the create answers."""
    channel = account.channels.get(video.channel)
    extra = {name: video.extra.get(name) for name in ("description", "author", "publishDate", "publishEndDate")}
    able = flags(account, video)
    return {
        "publicId": video.id,
        "id": video.number,
        "name": video.id,
        "title": video.title,
        "playbackUrl": account.playback(video.id),
        "thumbnail": "",
        "channelPublicId": video.channel,
        "channelName": channel.stream_id if channel else None,
        "channelTitle": channel.title if channel else None,
        "liveStatus": None if video.fresh and account.habits.null_status else video.status,
        "dvrEnabled": video.dvr,
        **extra,
        **{name: able[name] for name in ("canCutAndPublish", "canStopAndCut", "canStopWithoutSaving")},
    }


def detail(account: Account, video: LiveVideo) -> dict[str, Any]:
    """As the details answer."""
    return (
        made(account, video)
        | flags(account, video)
        | {
            "type": "Standard",
            "latencyType": "Normal",
            "liveStatus": video.status,
            "rewindTypeId": video.extra.get("rewindTypeId"),
            "rewindDuration": video.extra.get("rewindDuration"),
            "startDateUTC": account.date(video.began),
            "endDateUTC": account.date(video.ended),
            "geoBlockingRuleId": None,
            "activeChannelId": video.channel,
            "tags": [],
            "channelLogo": None,
            "hasGeoRestriction": False,
            "geoRestrictionLink": None,
        }
    )
