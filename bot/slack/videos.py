"""Videos as people name and pick them, and what is told of one: status, qualities, length, size, links."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.errors import Choice, ProviderError, Question, UserError
from bot.model import Rendition, Video
from bot.offload import offload
from bot.providers.base import Provider
from bot.show.access import Refusal, Verb, video_thing
from bot.show.phone import unquote
from bot.show.times import clock_words, wall
from bot.slack.call import Call
from bot.slack.streams import NOT_FOUND, PICKER_PATIENCE, folded, from_each, refused_stream
from bot.slack.text import escape, link

REMEMBERED = 200
"""The newest videos that are looked through before the provider is asked."""

WATCHABLE = ("viewable", "ready")


def video_key(video: Video) -> str:
    """`gcore:55`."""
    return f"{video.provider}:{video.id}"


def with_videos(call: Call) -> list[Provider]:
    """The providers that keep videos; Unsupported, with what they do instead, if none does."""
    found = [provider for provider in call.context.providers.values() if provider.capabilities.videos is not None]
    if not found:
        raise call.context.only_provider.cannot("videos")
    return found


# -- naming -------------------------------------------------------------------------------------------------------------
async def read_video(call: Call, key: str) -> Video:
    """The video of `gcore:55` as it is now; the show it belongs to comes from memory.

    UserError, in the same words, where there is none and where the person may not know of it.
    """
    name, _, video = key.partition(":")
    provider = call.context.provider(name.casefold())
    if provider.capabilities.videos is None:
        raise provider.cannot("videos")
    try:
        found = await _with_show(call, await provider.video(video))
    except ProviderError as failure:
        if failure.status != NOT_FOUND:
            raise
    else:
        if await visible_videos(call, [found]):
            return found
    raise UserError(no_video(call, name.casefold(), video))


def no_video(call: Call, provider: str, video: str) -> str:
    """That there is no such video, as it is said of one that the person may not know of as well."""
    return f"{call.context.provider(provider).capabilities.title} has no video {video}. See {call.command} video list."


async def visible_videos(call: Call, videos: Sequence[Video]) -> list[Video]:
    """Those of the videos that the person may know of: by show, by clip, else by the stream that they came from."""
    owners = await call.context.store.owners_of_videos(videos)
    seen = await call.patiently(call.desk.permissions.visible_videos(call.person, owners))
    return await offload(lambda: [video for video, visible in zip(videos, seen, strict=True) if visible])


async def known_videos(call: Call) -> list[Video]:
    """The newest videos in memory that were not deleted and that the person may know of."""
    newest = await call.context.store.videos(limit=REMEMBERED)
    return await visible_videos(call, [video for video in newest if video.status != "deleted"])


async def _with_show(call: Call, video: Video) -> Video:
    known = await call.context.store.video(video.provider, video.id)
    if known is None:
        return video
    return replace(video, show=known.show, stream=video.stream or known.stream)


async def find_video(call: Call, verb: str, words: str, rest: str = "") -> Video:
    """The one video that `words` name: by id, by its whole name or by a part of it; UserError or Question otherwise."""
    said = unquote(words)
    if re.fullmatch(r"[a-z]+:\S+", said.casefold()):
        return await read_video(call, said)
    known = await known_videos(call)
    found, failures = await offload(_fitting, known, said), list[str]()
    if not found:
        listed, failures = await listed_videos(call, _search(said))
        found = await offload(_fitting, listed, said)
    if not found and said.isdigit() and len(with_videos(call)) == 1:
        return await read_video(call, f"{with_videos(call)[0].name}:{said}")
    if not found:
        out = "".join(f" {sentence}" for sentence in failures)
        raise UserError(f"There is no video “{said}”{' among those I can see' if out else ''}.{out} See {call.command} video list.")
    if len(found) == 1:
        return await read_video(call, video_key(found[0]))
    choices = [Choice(f"{video.name} ({video.id})", f"{verb} {video_key(video)} {rest}".strip()) for video in found[:5]]
    raise Question(f"“{said}” fits several videos. Choose one.", choices)


async def listed_videos(call: Call, search: str) -> tuple[list[Video], list[str]]:
    """The videos of every provider that answers, the newest first as far as they tell, and a sentence for each that does not.

    Only those that the person may know of.
    """
    able = with_videos(call)
    listed, failures = await from_each(able, lambda provider: provider.list_videos(search=search))
    videos = await visible_videos(call, listed)
    if len(able) > 1:
        videos = await offload(sorted, videos, key=_started, reverse=True)
    return videos, failures


def _started(video: Video) -> float:
    return video.started_at.timestamp() if video.started_at else 0.0


def _search(said: str) -> str:
    return "" if said.isdigit() else said


def _fitting(videos: Iterable[Video], said: str) -> list[Video]:
    there, wanted = [(video, folded(video.name)) for video in videos], folded(said)
    exact = [video for video, _ in there if video.id == said]
    exact = exact or [video for video, name in there if name == wanted]
    return exact or [video for video, name in there if wanted in name]


async def require_hands_on_video(call: Call, video: Video, what: str, verb: Verb) -> None:
    """The crew of its show, else whoever may touch the stream it came from; UserError otherwise."""
    show = await call.context.store.show(video.show) if video.show else None
    if show is not None:
        await call.require(show, Verb.ACT, no_video(call, video.provider, video.id))
        return
    (owners,) = await call.context.store.owners_of_videos([video])
    asker = await call.asker(owners.channels, verb)
    refusal = call.desk.permissions.judge(asker, verb, video_thing(owners))
    if refusal is Refusal.HIDDEN:
        raise UserError(no_video(call, video.provider, video.id))
    if refusal is not None:
        join = next(iter(sorted(owners.channels & asker.public)), "")
        raise refused_stream(call, refusal, video.id, what, join)


# -- picking ------------------------------------------------------------------------------------------------------------
async def offer_videos(call: Call) -> list[tuple[str, str]]:
    """`Sunday Service 1/2 · ready · 4400123`, newest first: from memory, and from the providers where memory has none."""
    known = await asyncio.wait_for(known_videos(call), PICKER_PATIENCE)
    fitting = await offload(_containing, known, call.words)
    if not fitting:
        able = [provider for provider in call.context.providers.values() if provider.capabilities.videos is not None]
        lists = await asyncio.gather(*(_listed(provider, call.words) for provider in able))
        visible = await visible_videos(call, [video for videos in lists for video in videos])
        fitting = await offload(_containing, visible, call.words)
    return [(f"{video.name[:50] or '(no name)'} · {video.status} · {video.id}", video_key(video)) for video in fitting[:100]]


async def _listed(provider: Provider, typed: str) -> list[Video]:
    try:
        return await asyncio.wait_for(provider.list_videos(search=_search(typed)), PICKER_PATIENCE)
    except (ProviderError, TimeoutError):
        return []


def _containing(videos: Iterable[Video], typed: str) -> list[Video]:
    wanted, id_ = folded(typed), typed.strip()
    return [video for video in videos if wanted in folded(video.name) or id_ in video.id]


# -- telling ------------------------------------------------------------------------------------------------------------
def video_line(video: Video) -> str:
    """One line of a list."""
    name = video.name or f"video {video.id}"
    shown = link(video.link, name) if video.link and video.status in WATCHABLE else escape(name)
    words = [escape(video.status or "status not told")]
    words += [clock_words(timedelta(seconds=video.duration))] if video.duration else []
    words += [f"{', '.join(escape(each.name) for each in complete(video))} ready"] if complete(video) else []
    words += [f":x: {escape(video.error)}"] if video.error else []
    return f"• {shown} ({video.id}): {' · '.join(words)}"


def video_words(video: Video, zone: ZoneInfo, download: str) -> str:
    """All that is known of a video; `download` is what stands behind a rendition's address to save it."""
    lines = [f"*{escape(video.name or f'video {video.id}')}* ({video.id})", f"Status: *{escape(video.status or 'not told')}*"]
    lines += [f":x: {escape(video.error)}"] if video.error else []
    lines += [f"Length: {clock_words(timedelta(seconds=video.duration))}"] if video.duration else []
    lines += (
        [f"Recorded from {wall(video.started_at, zone, seconds=True)} on {video.started_at:%d %b %Y}"] if video.started_at else []
    )
    lines += [f"Of the show {video.show}"] if video.show else []
    lines += [f"Quality {_rendition(each)}" for each in video.renditions]
    lines += [link(video.link, "Watch")] if video.link and video.status in WATCHABLE else []
    best = best_rendition(video)
    if best is not None:
        lines.append(f"{link(best.url + download, f'Download {best.name}')} (the address may change: ask again)")
    return "\n".join(lines)


def _rendition(rendition: Rendition) -> str:
    words = [escape(rendition.status or "not told")]
    if not rendition.is_done and rendition.progress is not None:
        words.append(f"{rendition.progress} %")
    words += [f"{rendition.size / 1_000_000:.1f} MB"] if rendition.size else []
    return f"{escape(rendition.name)}: {' · '.join(words)}"


def complete(video: Video) -> list[Rendition]:
    """The renditions that are ready."""
    return [each for each in video.renditions if each.is_done]


def best_rendition(video: Video) -> Rendition | None:
    """The tallest rendition that is ready and has an address."""
    return max((each for each in complete(video) if each.url), key=_height, default=None)


def _height(rendition: Rendition) -> int:
    """`vod720p`, `4029_h264_720p`: the number before the last letter."""
    found = re.findall(r"(\d{3,4})[a-z]?\b", rendition.name)
    return int(found[-1]) if found else 0
