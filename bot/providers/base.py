"""What a streaming provider is to the bot: what it can do, as values, and how it is asked, in our words."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import SecretStr

from bot.errors import Unsupported
from bot.model import JSON, Look, StreamKey, Video


class Gate(StrEnum):
    """Who lets viewers in."""

    CALL = "call"
    """A go-live call."""
    PAGE = "page"
    """A page with a status; without it, the encoder itself."""
    NONE = "none"
    """The encoder is the air."""


@dataclass(frozen=True, slots=True)
class Field:
    """One documented field of a provider's object: how a form shows it and how a typed value is checked.

    `kind` `secret` is only ever typed into a form and never shown again. Bounds are of the number, or of the text's length.
    """

    name: str
    label: str
    kind: Literal["text", "long", "bool", "int", "choice", "ids", "secret"] = "text"
    choices: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    help: str = ""
    on_create: bool = True
    on_edit: bool = True
    moves_ingest: bool = False
    """Changing it gives the stream other push addresses."""


@dataclass(frozen=True, slots=True)
class Switch:
    """The stream can be enabled and disabled. `quota` says in a few words what enabling counts against."""

    quota: str = ""


@dataclass(frozen=True, slots=True)
class Pages:
    """There is a page for viewers with a status of its own."""

    fields: tuple[Field, ...] = ()
    pausable: bool = True


@dataclass(frozen=True, slots=True)
class Recording:
    """Recording is started and stopped while live; `roll_delay` is how long the vendor documents for a start to show."""

    roll_delay: timedelta
    shortest: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Videos:
    """On-demand assets can be listed, read, renamed and deleted."""

    renamable: bool = True
    download: str = ""
    """What stands behind the address of a rendition so that a browser saves the file."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What one provider can do. An optional family is `None` where it cannot, and a small value that says how where it can."""

    title: str
    gate: Gate
    stream_word: str
    stream_fields: tuple[Field, ...]
    detection: timedelta
    """How long the vendor needs to notice a lost signal."""
    steady: timedelta = timedelta(seconds=10)
    requests_per_second: float = 3.0
    switch: Switch | None = None
    pages: Pages | None = None
    recording: Recording | None = None
    videos: Videos | None = None
    webhooks: bool = False
    instead: Mapping[str, str] = field(default_factory=dict)
    """For a missing family: what the provider can do instead, as the second half of a sentence."""


@dataclass(frozen=True, slots=True)
class PageHeard:
    """What a webhook says of a viewers' page, without saying whose stream it shows."""

    page: str
    state: str


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """A stream as the provider lists it, without its secrets. `fields` are its settings in the provider's own names.

    `page_states` are the pages bound to it, by id, where a list tells them: so many shows are seen with one request.
    """

    key: StreamKey
    name: str
    enabled: bool | None
    look: Look
    fields: Mapping[str, JSON] = field(default_factory=dict)
    tag: str = ""
    created_at: datetime | None = None
    viewer_link: str = ""
    page_states: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """A viewers' page."""

    id: str
    name: str
    state: str
    streams: tuple[str, ...] = ()
    viewer_link: str = ""
    fields: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Address:
    """One place to push to: a label (`RTMP, primary`), the server, and the key kept apart where the vendor's form has both."""

    label: str
    url: SecretStr


@dataclass(frozen=True, slots=True)
class Heard:
    """What a webhook says: streams, pages and videos in our words. `unknown` is the vendor's type word if we know none."""

    looks: tuple[Look, ...] = ()
    videos: tuple[Video, ...] = ()
    pages: tuple[PageHeard, ...] = ()
    unknown: str = ""


FAMILIES: Mapping[str, tuple[str, ...]] = {
    "switch": ("set_enabled",),
    "pages": ("create_page", "find_pages", "page", "update_page", "set_page", "delete_page", "viewers"),
    "recording": ("start_recording", "stop_recording"),
    "videos": ("list_videos", "video", "rename_video", "delete_video"),
    "webhooks": ("webhook_subject", "redact", "hear"),
}
"""The methods that belong to each optional family of `Capabilities`."""


class Provider(ABC):
    """One vendor. Every call raises ProviderError with a sentence for people; effects are never retried here.

    A subclass whose capabilities and methods disagree refuses to exist (TypeError at definition).
    `kind` on reading calls tells the rate budget whose turn it is: verifying an effect goes before a routine look.
    """

    name: ClassVar[str]
    capabilities: ClassVar[Capabilities]

    def __init_subclass__(cls) -> None:
        """Check that what is promised is there and nothing else."""
        super().__init_subclass__()
        if not hasattr(cls, "capabilities"):
            return
        for family, methods in FAMILIES.items():
            promised = bool(getattr(cls.capabilities, family))
            for method in methods:
                there = getattr(cls, method) is not getattr(Provider, method)
                if there != promised:
                    raise TypeError(f"{cls.__name__}: capability {family!r} is {promised}, but {method}() is {there}")

    def cannot(self, family: str) -> Unsupported:
        """The sentence for a family this provider lacks."""
        instead = self.capabilities.instead.get(family, "")
        sentence = f"{self.capabilities.title} cannot do that{f': {instead}' if instead else ''}."
        return Unsupported(sentence)

    @abstractmethod
    async def close(self) -> None:
        """Close the connections."""

    @abstractmethod
    async def check(self) -> str:
        """Ask for something harmless with the credentials; a short line about the account, ProviderError if refused."""

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
        """Create a stream, not enabled, carrying `tag` so that it can be found again."""

    @abstractmethod
    async def find_streams(self, tag: str) -> list[StreamInfo]:
        """The streams that carry `tag`."""

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

    # -- pages
    async def create_page(self, name: str, stream: str, fields: Mapping[str, JSON]) -> Page:
        """Create a pending page bound to the stream."""
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
        """Bring a page to a state."""
        raise self.cannot("pages")

    async def delete_page(self, page: str) -> None:
        """Delete a page; done already is done."""
        raise self.cannot("pages")

    async def viewers(self, page: str) -> int | None:
        """How many are watching the page now."""
        raise self.cannot("pages")

    # -- recording
    async def start_recording(self, stream: str) -> tuple[str, ...]:
        """Start to record; the provider's warnings, in words for people."""
        raise self.cannot("recording")

    async def stop_recording(self, stream: str) -> Video | None:
        """Stop to record; the video it becomes, or None if nothing was recording."""
        raise self.cannot("recording")

    # -- videos
    async def list_videos(self, stream: str = "", search: str = "") -> list[Video]:
        """The account's newest videos, or those of a stream."""
        raise self.cannot("videos")

    async def video(self, video: str) -> Video:
        """Read one video; its links may change, so they are read when asked for."""
        raise self.cannot("videos")

    async def rename_video(self, video: str, name: str) -> Video:
        """Give a video another name."""
        raise self.cannot("videos")

    async def delete_video(self, video: str) -> None:
        """Delete a video for good; done already is done."""
        raise self.cannot("videos")

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


def masked(addresses: Sequence[Address]) -> list[str]:
    """Labels only, for places where the addresses themselves must not appear."""
    return [address.label for address in addresses]
