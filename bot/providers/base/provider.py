"""The contract of a provider: every call in our words, refused in one sentence where the vendor cannot."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import ClassVar, Self

from pydantic import SecretStr

from bot.errors import Unsupported
from bot.model import JSON, Look, Video
from bot.providers.base.capabilities import Capabilities, Kept
from bot.providers.base.connection import Connection
from bot.providers.base.nouns import Address, ClipWindow, CutClip, Figure, Heard, Page, Restream, StreamInfo
from bot.settings import Account

FAMILIES: Mapping[str, str] = {
    "switch": "turn a stream on and off",
    "pages": "keep a page for viewers",
    "recording": "keep a recording",
    "clips": "cut clips while a show runs",
    "restreams": "send the picture on to other platforms",
    "videos": "list recordings as videos",
    "rotation": "make a new push key",
    "dvr": "empty what viewers can rewind to",
    "viewers": "count who is watching",
    "statistics": "give figures about a stream",
    "webhooks": "tell news by webhook",
}
"""What each optional family of `Capabilities` means to the crew, as it follows “can” and “cannot”."""

PARTS: Mapping[str, str] = {
    "go": "be told to go live",
    "pause": "show viewers a pause text",
    "delete-page": "delete a page",
    "record-now": "start and stop a recording by hand",
    "rename-video": "rename a video",
    "delete-video": "delete a video",
    "switch-restream": "switch a restream target off and keep it",
}
"""Parts of a family that some providers lack, as they follow “cannot”."""

Promise = tuple[Callable[[Capabilities], bool], tuple[str, ...]]

PROMISES: tuple[Promise, ...] = (
    (lambda able: able.switch is not None, ("set_enabled",)),
    (lambda able: able.pages is not None, ("create_page", "find_pages", "page", "update_page")),
    (lambda able: able.pages is not None and bool(able.pages.states), ("set_page",)),
    (lambda able: able.pages is not None and able.pages.deletable, ("delete_page",)),
    (lambda able: _kept(able) is Kept.LIVE, ("start_recording", "stop_recording")),
    (lambda able: _kept(able) is Kept.END, ("save_page",)),
    (lambda able: able.clips is not None, ("clip_window", "create_clip", "find_clips", "clip")),
    (lambda able: able.restreams is not None, ("list_restreams", "add_restream", "find_restreams", "remove_restream")),
    (lambda able: able.restreams is not None and able.restreams.switchable, ("switch_restream",)),
    (lambda able: able.videos is not None, ("list_videos", "video")),
    (lambda able: able.videos is not None and able.videos.renamable, ("rename_video",)),
    (lambda able: able.videos is not None and able.videos.deletable, ("delete_video",)),
    (lambda able: able.rotation is not None, ("rotate_key",)),
    (lambda able: able.dvr, ("clean_dvr",)),
    (lambda able: able.viewers, ("viewers",)),
    (lambda able: able.statistics, ("statistics",)),
    (lambda able: able.webhooks, ("webhook_subject", "redact", "hear")),
)
"""Which methods a provider has exactly when its capabilities say so."""


def _kept(able: Capabilities) -> Kept | None:
    return able.recording.kept if able.recording else None


class Provider(ABC):
    """One vendor. Every call raises ProviderError with a sentence for people; effects are never retried here.

    A subclass whose capabilities and methods disagree refuses to exist (TypeError at definition).
    A `verifying` look goes before a routine one where the rate budget decides whose turn it is.
    """

    name: ClassVar[str]
    capabilities: ClassVar[Capabilities]
    account: ClassVar[type[Account]]
    """What has to be known to use it: its settings are named `<NAME>_<FIELD>`."""

    def __init_subclass__(cls) -> None:
        """Check that what is promised is there and nothing else."""
        super().__init_subclass__()
        if not hasattr(cls, "capabilities"):
            return
        for promises, methods in PROMISES:
            promised = promises(cls.capabilities)
            for method in methods:
                there = getattr(cls, method) is not getattr(Provider, method)
                if there != promised:
                    raise TypeError(f"{cls.__name__}: its capabilities {'' if promised else 'do not '}promise {method}()")

    @classmethod
    def cannot(cls, what: str) -> Unsupported:
        """The sentence for a family, or a part of one, that this provider lacks: what it cannot, and what can be done instead."""
        words = FAMILIES.get(what) or PARTS[what]
        instead = cls.capabilities.instead.get(what, "")
        return Unsupported(f"{cls.capabilities.title} cannot {words}{f': {instead}' if instead else ''}.")

    @classmethod
    @abstractmethod
    def open(cls, account: Account, connection: Connection) -> Self:
        """The provider with an account of its kind; nothing is sent yet."""

    @abstractmethod
    async def close(self) -> None:
        """Close the connections."""

    @abstractmethod
    async def check(self) -> str:
        """Ask for something harmless with the credentials; a short line about the account, ProviderError if refused."""

    # -- streams
    @abstractmethod
    async def look(self, stream: str, *, page: str = "", verifying: bool = False) -> Look:
        """See the stream (and its page) now; a stream that is not there gives a Look with `gone`."""

    @abstractmethod
    async def stream(self, stream: str) -> StreamInfo:
        """Read one stream."""

    @abstractmethod
    async def list_streams(self) -> list[StreamInfo]:
        """Every stream of the account, all pages."""

    @abstractmethod
    async def create_stream(self, name: str, fields: Mapping[str, JSON], tag: str) -> StreamInfo:
        """Create a stream, not enabled, carrying `tag` where the vendor has a place for it, so that it can be found again."""

    @abstractmethod
    async def find_streams(self, name: str, tag: str, since: datetime) -> list[StreamInfo]:
        """The streams that carry `tag`; where the vendor has no place for one, those of exactly that name made after `since`."""

    @abstractmethod
    async def update_stream(self, stream: str, fields: Mapping[str, JSON]) -> StreamInfo:
        """Change settings of a stream."""

    @abstractmethod
    async def delete_stream(self, stream: str) -> None:
        """Delete a stream; done already is done."""

    @abstractmethod
    async def ingest(self, stream: str) -> list[Address]:
        """Where the encoder pushes. Secret: for the asker only."""

    # -- switch
    async def set_enabled(self, stream: str, enabled: bool) -> None:
        """Enable or disable the ingest of a stream."""
        raise self.cannot("switch")

    async def rotate_key(self, stream: str) -> tuple[str, ...]:
        """Make the push key anew: the old addresses die at once. What people have to do next, in words for them."""
        raise self.cannot("rotation")

    async def clean_dvr(self, stream: str) -> None:
        """Throw away what viewers could rewind to."""
        raise self.cannot("dvr")

    # -- pages
    async def create_page(self, name: str, stream: str, fields: Mapping[str, JSON]) -> Page:
        """Create a page bound to the stream, that does not show the programme yet."""
        raise self.cannot("pages")

    async def find_pages(self, name: str, stream: str) -> list[Page]:
        """Pages of exactly that name bound to that stream."""
        raise self.cannot("pages")

    async def page(self, page: str) -> Page:
        """Read one page."""
        raise self.cannot("pages")

    async def update_page(self, page: str, fields: Mapping[str, JSON]) -> Page:
        """Change fields of a page."""
        raise self.cannot("pages")

    async def set_page(self, page: str, state: str) -> Page:
        """Bring a page to one of `Pages.states`; what has to come true first gives a ProviderError to be tried again."""
        raise self.cannot("go")

    async def save_page(self, page: str, title: str, start: datetime, end: datetime) -> Video | None:
        """End the page and keep what was shown from `start` to `end` as a video; None where the vendor does not say which."""
        raise self.cannot("recording")

    async def delete_page(self, page: str) -> None:
        """Delete a page; done already is done."""
        raise self.cannot("delete-page")

    # -- recording
    async def start_recording(self, stream: str) -> tuple[str, ...]:
        """Start to record; the provider's warnings, in words for people."""
        raise self.cannot("record-now")

    async def stop_recording(self, stream: str) -> Video | None:
        """Stop to record; the video it becomes, or None if nothing was recording."""
        raise self.cannot("record-now")

    # -- clips
    async def clip_window(self, stream: str) -> ClipWindow:
        """What can be clipped now."""
        raise self.cannot("clips")

    async def create_clip(
        self, stream: str, title: str, start: datetime, end: datetime, fields: Mapping[str, JSON], tag: str
    ) -> CutClip:
        """Cut a clip, carrying `tag` where the vendor has a place for it."""
        raise self.cannot("clips")

    async def find_clips(self, stream: str, title: str, start: datetime, end: datetime, tag: str) -> list[CutClip]:
        """The clips that such a `create_clip` made."""
        raise self.cannot("clips")

    async def clip(self, stream: str, clip: str) -> CutClip:
        """Read one clip: whether it can be played yet."""
        raise self.cannot("clips")

    # -- restreams: `owner` is the stream or the page, as `Restreams.of` says
    async def list_restreams(self, owner: str) -> list[Restream]:
        """The targets, without their keys."""
        raise self.cannot("restreams")

    async def add_restream(
        self, owner: str, title: str, url: SecretStr, key: SecretStr, fields: Mapping[str, JSON], tag: str
    ) -> Restream:
        """Add a target: switched off where it can be, else it takes effect at once."""
        raise self.cannot("restreams")

    async def find_restreams(self, owner: str, title: str, url: SecretStr, key: SecretStr, tag: str) -> list[Restream]:
        """The targets that such an `add_restream` made."""
        raise self.cannot("restreams")

    async def switch_restream(self, owner: str, restream: str, on: bool) -> Restream:
        """Bring a target to on or off."""
        raise self.cannot("switch-restream")

    async def remove_restream(self, owner: str, restream: str) -> None:
        """Remove a target; done already is done."""
        raise self.cannot("restreams")

    # -- videos
    async def list_videos(self, stream: str = "", search: str = "") -> list[Video]:
        """The account's newest videos, or those of a stream."""
        raise self.cannot("videos")

    async def video(self, video: str) -> Video:
        """Read one video; its links may change, so they are read when asked for."""
        raise self.cannot("videos")

    async def rename_video(self, video: str, name: str) -> Video:
        """Give a video another name."""
        raise self.cannot("rename-video")

    async def delete_video(self, video: str) -> None:
        """Delete a video for good; done already is done."""
        raise self.cannot("delete-video")

    # -- who watches
    async def viewers(self, stream: str, page: str) -> int | None:
        """How many are watching now; None where the vendor does not tell."""
        raise self.cannot("viewers")

    async def statistics(self, stream: str, page: str) -> list[Figure]:
        """Figures about a stream, of the last hour or of this moment, with the period in the label."""
        raise self.cannot("statistics")

    # -- webhooks (no I/O)
    def webhook_subject(self, body: Mapping[str, JSON]) -> str:
        """The ordering key of a webhook: what its events must be told in order of."""
        raise self.cannot("webhooks")

    def redact(self, body: Mapping[str, JSON]) -> Mapping[str, JSON]:
        """The webhook without its secrets, to be kept."""
        raise self.cannot("webhooks")

    def hear(self, body: Mapping[str, JSON], at: datetime) -> Heard:
        """Translate a webhook; never raises for unknown words."""
        raise self.cannot("webhooks")


Providers = Mapping[str, Provider]
