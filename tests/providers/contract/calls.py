"""A call of every kind, made with what a crew would have at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr

from bot.providers.base import Provider
from bot.providers.catalogue import catalogue
from bot.sandbox.played import played
from tests.providers.contract.stage import TAG, TARGET, TARGET_KEY, OnAir, Stage, editable

LENGTH = timedelta(seconds=45)
ANOTHER = "rtmp://second.example.org/app"
"""A target beside the one at hand: where targets are a list of addresses, the same one again is nothing new."""


@dataclass(frozen=True)
class Hand:
    """The ids at hand; empty where the provider has no such thing."""

    air: OnAir
    start: datetime
    settings: Mapping[str, Any]
    page_settings: Mapping[str, Any]
    stream_field: str
    page_field: str
    owner: str
    spare: str
    """A stream without a page."""
    video: str = ""
    clip: str = ""
    restream: str = ""


async def at_hand(stage: Stage, method: str = "") -> Hand:
    """A show on air, a clip and a restream target of it, and the video of an earlier one, for that method.

    There is no target where one is to be added: some accounts have only one.
    """
    able = stage.able
    video = ""
    if able.videos:
        video = await stage.video()
        for stream in await stage.provider.list_streams() if able.switch else ():
            await stage.provider.set_enabled(stream.key.id, False)
    air = await stage.on_air()
    await stage.goes_live(air)
    await stage.later(120)
    hand = Hand(
        air,
        stage.now - LENGTH,
        stage.settings(),
        stage.page_settings() if able.pages else {},
        editable(able.stream_fields).name,
        editable(able.pages.fields).name if able.pages else "",
        stage.owner(air),
        await stage.stream("church spare", "showcaller:spare"),
        video,
    )
    if able.clips:
        clip = await stage.provider.create_clip(air.stream, "Goal", hand.start, hand.start + LENGTH, {}, TAG)
        hand = replace(hand, clip=clip.id)
    if able.restreams and method != "add_restream":
        hand = replace(hand, restream=await stage.restream(hand.owner))
    return hand


Arguments = Callable[[Hand], tuple[Any, ...]]
CALLS: Mapping[str, Arguments] = {
    "check": lambda hand: (),
    "look": lambda hand: (hand.air.stream,),
    "stream": lambda hand: (hand.air.stream,),
    "list_streams": lambda hand: (),
    "create_stream": lambda hand: ("church side", hand.settings, "showcaller:s13"),
    "find_streams": lambda hand: ("church main", TAG, hand.start),
    "update_stream": lambda hand: (hand.air.stream, {hand.stream_field: "church"}),
    "delete_stream": lambda hand: (hand.air.stream,),
    "ingest": lambda hand: (hand.air.stream,),
    "set_enabled": lambda hand: (hand.air.stream, True),
    "rotate_key": lambda hand: (hand.air.stream,),
    "clean_dvr": lambda hand: (hand.air.stream,),
    "create_page": lambda hand: ("Evensong", hand.spare, hand.page_settings),
    "find_pages": lambda hand: ("Sunday Service", hand.air.stream),
    "page": lambda hand: (hand.air.page,),
    "update_page": lambda hand: (hand.air.page, {hand.page_field: "Evensong"}),
    "set_page": lambda hand: (hand.air.page, "live"),
    "save_page": lambda hand: (hand.air.page, "Sunday Service", hand.start, hand.start + LENGTH),
    "delete_page": lambda hand: (hand.air.page,),
    "start_recording": lambda hand: (hand.air.stream,),
    "stop_recording": lambda hand: (hand.air.stream,),
    "clip_window": lambda hand: (hand.air.stream,),
    "create_clip": lambda hand: (hand.air.stream, "Save", hand.start, hand.start + LENGTH, {}, "showcaller:c2"),
    "find_clips": lambda hand: (hand.air.stream, "Goal", hand.start, hand.start + LENGTH, TAG),
    "clip": lambda hand: (hand.air.stream, hand.clip),
    "list_restreams": lambda hand: (hand.owner,),
    "add_restream": lambda hand: (hand.owner, "Church two", SecretStr(ANOTHER), SecretStr(TARGET_KEY), {}, "showcaller:r2"),
    "find_restreams": lambda hand: (hand.owner, "Church channel", SecretStr(TARGET), SecretStr(TARGET_KEY), TAG),
    "switch_restream": lambda hand: (hand.owner, hand.restream, True),
    "remove_restream": lambda hand: (hand.owner, hand.restream),
    "list_videos": lambda hand: (),
    "video": lambda hand: (hand.video,),
    "rename_video": lambda hand: (hand.video, "Easter"),
    "delete_video": lambda hand: (hand.video,),
    "viewers": lambda hand: (hand.air.stream, hand.air.page),
    "statistics": lambda hand: (hand.air.stream, hand.air.page),
}
"""By method, with its arguments."""
CREATES = ("create_stream", "create_page", "create_clip", "add_restream")
"""What makes another thing each time it is sent."""
SILENT = (
    *("set_enabled", "rotate_key", "clean_dvr", "delete_stream", "delete_page", "save_page", "start_recording", "stop_recording"),
    *("remove_restream", "delete_video", "viewers"),
)
"""What may be well with an answer that says nothing."""


def has(kind: type[Provider], method: str) -> bool:
    """Whether a provider has a method of its own for that."""
    return getattr(kind, method) is not getattr(Provider, method)


def calls_of(name: str) -> list[str]:
    """Each call that a provider has."""
    return [method for method in CALLS if has(catalogue()[name], method)]


def promised(*only: str) -> list[tuple[str, str]]:
    """Every provider that has a simulator, with each call that it has."""
    return [(name, method) for name in played() for method in calls_of(name) if not only or method in only]


async def make(stage: Stage, method: str, hand: Hand, provider: Provider | None = None) -> Any:
    """Make that call."""
    return await getattr(provider or stage.provider, method)(*CALLS[method](hand))
