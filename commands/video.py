"""`/live video`: recordings and other videos: listed, looked at, named, deleted."""

from __future__ import annotations

import difflib
from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot.errors import UserError
from bot.model import ShowState, Video
from bot.show.access import Verb
from bot.show.phone import normalise, unquote, words
from bot.show.references import take_handle
from bot.slack.blocks import Control, actions, say
from bot.slack.call import ACTIVE, Call
from bot.slack.declare import Button, Command, Form, Picker, Stage
from bot.slack.listing import listing
from bot.slack.modals import confirm, form, loading, paragraph, picker, text_input
from bot.slack.requests import request
from bot.slack.streams import missing
from bot.slack.text import escape
from bot.slack.videos import (
    find_video,
    known_videos,
    listed_videos,
    offer_videos,
    read_video,
    require_hands_on_video,
    video_key,
    video_line,
    video_words,
    with_videos,
)

LAST = 5
MOST_LISTED = 30
PICK = "video-pick"


async def run(call: Call) -> None:
    """Do what the first word says; without words, the recordings of this channel's show."""
    with_videos(call)
    verb, _, rest = call.words.partition(" ")
    if not verb:
        await _bare(call)
        return
    act = _ACTS.get(verb.casefold())
    if act is None:
        close = difflib.get_close_matches(verb.casefold(), list(_ACTS), n=1)
        hint = f" Did you mean {call.command} video {close[0]}?" if close else ""
        raise UserError(f"A video can be: {', '.join(_ACTS)}.{hint}")
    await act(call, rest.strip())


# -- lists --------------------------------------------------------------------------------------------------------------
async def _bare(call: Call) -> None:
    """The recordings of the newest show here that has any, else the last five."""
    states = (*ACTIVE, ShowState.DONE)
    found = await call.context.store.shows(channel=call.channel, states=states, limit=1000) if call.channel else []
    shows = await call.readable_shows(found)
    for show in sorted(shows, key=lambda show: show.start, reverse=True)[:10]:
        if await _tell_recordings(call, show.id, show.title):
            return
    known = (await known_videos(call))[:LAST]
    if not known:
        listed, failures = await listed_videos(call, "")
        await _tell(call, "*The last videos*", listed[:LAST], failures)
        return
    await _tell(call, "*The last videos*", known)


async def _tell_recordings(call: Call, show_id: str, title: str) -> bool:
    videos = [video for video in await call.context.store.videos(show=show_id) if video.status != "deleted"]
    if not videos:
        return False
    videos.sort(key=lambda video: (video.started_at is None, video.started_at))
    await _tell(call, f"*Recordings of {escape(title)}* ({show_id})", videos)
    return True


async def _tell(call: Call, head: str, videos: list[Video], failures: Sequence[str] = ()) -> None:
    if not videos:
        out = "".join(f" {sentence}" for sentence in failures)
        raise UserError(f"There are no videos yet.{out} Recordings appear here a few minutes after they end.")
    shown = videos[:MOST_LISTED]
    more = (
        [f"… and {len(videos) - len(shown)} more: {call.command} video list <part of a name>"] if len(videos) > len(shown) else []
    )
    buttons = [Control(f"video-info:{number}", _short(video), {"v": video_key(video)}) for number, video in enumerate(shown[:LAST])]
    await call.reply(listing(head, [*map(video_line, shown), *more, *missing(failures)], *actions(buttons)))


def _short(video: Video) -> str:
    return f"{video.name or video.id}"[:40]


async def _list(call: Call, said: str) -> None:
    """Of a show, with these words in the name, or the newest."""
    handle, rest = take_handle(said)
    if handle is not None and not rest:
        show, _ = await call.choose_show(handle, verb=Verb.READ)
        if not await _tell_recordings(call, show.id, show.title):
            raise UserError(f"{show.title} ({show.id}) has no recordings yet.")
        return
    listed, failures = await listed_videos(call, said)
    await _tell(call, f"*Videos* with “{escape(said)}”" if said else "*Videos*, the newest first", listed, failures)


async def press_recordings(call: Call) -> None:
    """Recordings on the card."""
    show = await call.carried_show(Verb.READ)
    if not await _tell_recordings(call, show.id, show.title):
        raise UserError(f"{show.title} ({show.id}) has no recordings yet.")


# -- one video ----------------------------------------------------------------------------------------------------------
async def _chosen(call: Call, verb: str, said: str, rest: str = "") -> Video | None:
    """The video meant; without words a form to pick it from, and None for now."""
    if said:
        return await find_video(call, f"video {verb}", said, rest)
    block = picker("video", "video", "Video", optional=False)
    await call.open(form(PICK, f"{verb.capitalize()} a video", [block], "Next", call.remember(v=verb)))
    return None


async def submit_pick(call: Call) -> None:
    """A video was picked for a verb."""
    await _ACTS[str(call.metadata.get("v"))](call, str(call.view.values.get("video") or ""))


async def _info(call: Call, said: str) -> None:
    video = await _chosen(call, "info", said)
    if video is not None:
        await _tell_all(call, video)


async def press_info(call: Call) -> None:
    """A video of a list."""
    await _tell_all(call, await read_video(call, str(call.carried.get("v"))))


async def _tell_all(call: Call, video: Video) -> None:
    able = call.context.provider(video.provider).capabilities.videos
    carried = {"v": video_key(video)}
    buttons = [
        *([Control("video-rename", "Rename…", carried)] if able and able.renamable else []),
        Control("video-delete", "Delete…", carried, "danger"),
    ]
    await call.reply(say(video_words(video, call.zone, able.download if able else ""), *actions(buttons)))


# -- rename -------------------------------------------------------------------------------------------------------------
async def _rename(call: Call, said: str) -> None:
    """The video, then its new name; a name of several words stands in quotes where it comes first."""
    first, *rest = words(said) or [""]
    name = unquote(" ".join(rest))
    if name:
        video = await _chosen(call, "rename", first, name)
        if video is not None:
            await _ask_to_rename(call, video, name)
        return
    if first and call.interaction.trigger:
        await call.open(loading("Rename video"))
    video = await _chosen(call, "rename", first)
    if video is not None:
        await _rename_form(call, video)


async def press_rename(call: Call) -> None:
    """Rename, from what was told of a video."""
    await call.open(loading("Rename video"))
    await _rename_form(call, await read_video(call, str(call.carried.get("v"))))


async def _rename_form(call: Call, video: Video) -> None:
    await _require_renamable(call, video)
    blocks = [paragraph(f"Video {video.id}."), text_input("name", "Name", video.name, most=255)]
    await call.open(form("video-rename", "Rename video", blocks, "Rename", call.remember(v=video_key(video))))


async def _require_renamable(call: Call, video: Video) -> None:
    provider = call.context.provider(video.provider)
    able = provider.capabilities.videos
    if able is None or not able.renamable:
        raise provider.cannot("rename-video")
    await require_hands_on_video(call, video, "Renaming the video", Verb.CHANGE)


async def submit_rename(call: Call) -> None:
    """A new name was sent."""
    video = await read_video(call, str(call.metadata.get("v")))
    await _ask_to_rename(call, video, normalise(str(call.view.values.get("name") or "")))


async def _ask_to_rename(call: Call, video: Video, name: str) -> None:
    await _require_renamable(call, video)
    if not name:
        raise UserError("Type a name for the video.")
    if name == video.name:
        raise UserError(f"The video {video.id} has that name already. Nothing to do.")
    await request(call, "rename_video", video.provider, "", {"video": video.id, "name": name, "of": video.show})


# -- delete -------------------------------------------------------------------------------------------------------------
async def _delete(call: Call, said: str) -> None:
    if said and call.interaction.trigger:
        await call.open(loading("Delete video"))
    video = await _chosen(call, "delete", said)
    if video is not None:
        await _delete_question(call, video)


async def press_delete(call: Call) -> None:
    """Delete, from what was told of a video."""
    await call.open(loading("Delete video"))
    await _delete_question(call, await read_video(call, str(call.carried.get("v"))))


async def _delete_question(call: Call, video: Video) -> None:
    """Deleting asks first: nothing brings it back."""
    await require_hands_on_video(call, video, "Deleting the video", Verb.DELETE)
    text = (
        f"{video_words(video, call.zone, '')}\n\n:warning: *This cannot be undone.* The video and all its links are gone for good."
    )
    carried = {"v": video_key(video)}
    if not call.interaction.trigger:
        await call.reply(say(text, *actions([Control("video-delete", "Delete…", carried, "danger")])))
        return
    await call.open(confirm("video-delete", "Delete this video?", text, "Delete", call.remember(**carried)))


async def submit_delete(call: Call) -> None:
    """Deleting was confirmed."""
    video = await read_video(call, str(call.metadata.get("v")))
    await require_hands_on_video(call, video, "Deleting the video", Verb.DELETE)
    await request(call, "delete_video", video.provider, "", {"video": video.id, "name": video.name, "of": video.show})


_ACTS: Mapping[str, Callable[[Call, str], Awaitable[None]]] = {
    "list": _list,
    "info": _info,
    "rename": _rename,
    "delete": _delete,
}

DECLARATIONS = (
    Command(
        "video",
        "list|info|rename|delete [<video>]",
        "recordings and videos",
        Stage.AFTER,
        run,
        bare="the recordings of this channel's show, else the last five videos",
        examples=("video", "video list s12", "video info 4400123", 'video rename 4400123 "Sunday Service, whole"'),
    ),
    Button("recordings", press_recordings),
    Button("video-info", press_info),
    Button("video-rename", press_rename),
    Button("video-delete", press_delete),
    Form(PICK, submit_pick),
    Form("video-rename", submit_rename),
    Form("video-delete", submit_delete),
    Picker("video", offer_videos),
)
