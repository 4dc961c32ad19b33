"""What providers hand out and take, in our words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import SecretStr

from bot.model import JSON, Look, StreamKey, Video


@dataclass(frozen=True, slots=True)
class PageHeard:
    """What a webhook says of a viewers' page, without saying whose stream it shows."""

    page: str
    state: str


@dataclass(frozen=True, slots=True)
class RestreamHeard:
    """What a webhook says of a restream target: whether the picture arrives there."""

    stream: str
    restream: str
    live: bool


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
    links: Mapping[str, str] = field(default_factory=dict)
    """Further addresses that viewers' players take, by what people call them; none of them holds a secret."""


@dataclass(frozen=True, slots=True)
class Page:
    """A viewers' page."""

    id: str
    name: str
    state: str
    streams: tuple[str, ...] = ()
    viewer_link: str = ""
    fields: Mapping[str, JSON] = field(default_factory=dict)
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """One place to push to: a label (`RTMP, primary`), the server, and the key kept apart where the vendor's form has both."""

    label: str
    url: SecretStr
    key: SecretStr | None = None


@dataclass(frozen=True, slots=True)
class ClipWindow:
    """What can be clipped now: from `earliest` on (None: from the start), at most `longest`. `why_not`: nothing can, and why."""

    earliest: datetime | None = None
    longest: timedelta | None = None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class CutClip:
    """A clip at the provider; `playable` once it can be watched at `link`. `video` is the on-demand asset it becomes or is."""

    id: str
    start: datetime
    end: datetime
    title: str = ""
    playable: bool = False
    link: str = ""
    video: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Restream:
    """A restream target at the provider, without its key: `host` is the destination's, `live` whether the picture arrives."""

    id: str
    title: str
    host: str
    active: bool | None = None
    live: bool | None = None
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure about a stream, as people read it."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What a webhook says: streams, pages and videos in our words. `unknown` is the vendor's type word if we know none."""

    looks: tuple[Look, ...] = ()
    videos: tuple[Video, ...] = ()
    pages: tuple[PageHeard, ...] = ()
    restreams: tuple[RestreamHeard, ...] = ()
    unknown: str = ""


def masked(addresses: Sequence[Address]) -> list[str]:
    """Labels only, for places where the addresses themselves must not appear."""
    return [address.label for address in addresses]
