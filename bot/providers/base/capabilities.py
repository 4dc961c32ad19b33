"""What a provider can do, as frozen values: a field for each optional family, `None` where it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Literal

from bot.model import PageState, Source


class Gate(StrEnum):
    """Who lets viewers in."""

    CALL = "call"
    """A go-live call."""
    PAGE = "page"
    """A page with a status; without it, the encoder itself."""
    NONE = "none"
    """The encoder is the air."""


class Kept(StrEnum):
    """When it is decided what is kept of a show."""

    LIVE = "live"
    """Recording is started and stopped while it is live."""
    CREATION = "creation"
    """A field of the stream or of its page says so when that is made."""
    END = "end"
    """The way in which the show is ended keeps it or throws it away."""


@dataclass(frozen=True, slots=True)
class Field:
    """One documented field of a provider's object: how a form shows it and how a typed value is checked.

    `kind` `secret` is only ever typed into a form and never shown again; `pairs` are `key=value` words, a mapping.
    Bounds are of the number, or of the text's length.
    """

    name: str
    label: str
    kind: Literal["text", "long", "bool", "int", "choice", "choices", "ids", "words", "pairs", "secret"] = "text"
    choices: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    help: str = ""
    on_create: bool = True
    on_edit: bool = True
    needed: bool = False
    """Nothing can be made without it."""
    default: str = ""
    """What a form begins with, as it would be typed."""
    moves_ingest: bool = False
    """Changing it gives the stream other push addresses."""


@dataclass(frozen=True, slots=True)
class Switch:
    """The stream can be enabled and disabled. `quota` says in a few words what enabling counts against."""

    quota: str = ""


@dataclass(frozen=True, slots=True)
class Pages:
    """There is a page for viewers: a broadcast, a live video, a streaming. `states` are those that can be asked for by a call."""

    fields: tuple[Field, ...] = ()
    word: str = "broadcast"
    states: frozenset[PageState] = frozenset(PageState)
    deletable: bool = True
    needed: bool = False
    """Viewers have nothing to watch without one, so every show has one."""
    one_at_a_time: bool = False
    """A stream takes only one that is not over: it is made when the stream is free, at the latest when the show opens."""
    lasting: bool = True
    """It can go live again after it was finished; where it cannot, a finish cannot be taken back."""

    @property
    def pausable(self) -> bool:
        """Whether viewers can be shown a pause text."""
        return PageState.PAUSED in self.states


@dataclass(frozen=True, slots=True)
class Recording:
    """What is recorded is kept. `roll_delay` is how long the vendor documents for a start to show.

    `cut`: a recording that runs for so long goes on in a new part by itself.
    `field` decides where it is `kept` at creation: one of the page's with `on_page`, else one of the stream's. `expires`: only a
    clip of the whole length stays after that, counted from the stream's start.
    """

    kept: Kept = Kept.LIVE
    roll_delay: timedelta = timedelta(0)
    shortest: timedelta = timedelta(0)
    cut: timedelta | None = None
    field: str = ""
    on_page: bool = False
    expires: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Clips:
    """A range of wall-clock time can be cut out while it runs and afterwards. `needs` is the stream's field that must be on.

    `fields` are those of a clip beside its title and its range.
    """

    longest: timedelta | None = None
    needs: str = ""
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Restreams:
    """The picture is sent on to other platforms. `of` says what a target belongs to.

    Where targets are not `switchable` there is no off: the bot keeps a target that is off to itself and adds it when it goes on.
    """

    of: Literal["stream", "page"] = "stream"
    switchable: bool = True
    reports: bool = False
    """The vendor tells whether the picture arrives there."""
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Rotation:
    """The push key can be made anew. `drops` says whether that cuts off a running encoder."""

    drops: bool = True


@dataclass(frozen=True, slots=True)
class Videos:
    """On-demand assets can be listed and read."""

    renamable: bool = True
    deletable: bool = True
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
    fail_back: timedelta = timedelta(0)
    """How long a lost primary has to be back before it is used again in the place of the backup."""
    steady: timedelta = timedelta(seconds=10)
    requests_per_second: float = 3.0
    look_every: timedelta = timedelta(0)
    """Looking at a stream more often shows nothing new."""
    fetched: str = ""
    """The stream's field that says that the provider fetches the picture from a source instead of taking it from an encoder."""
    tells_signal: bool = True
    """It tells whether an encoder sends. Where it does not, that is concluded from what moves between two looks."""
    tagged: bool = True
    """A stream has a place for a tag of the bot's, so that one whose creation was in doubt is told from any other."""
    switch: Switch | None = None
    pages: Pages | None = None
    recording: Recording | None = None
    clips: Clips | None = None
    restreams: Restreams | None = None
    videos: Videos | None = None
    rotation: Rotation | None = None
    dvr: bool = False
    """What viewers could still rewind to can be thrown away before the next show on a reused stream."""
    viewers: bool = False
    """It counts who is watching."""
    statistics: bool = False
    """It has figures about a stream that people may want to see."""
    webhooks: bool = False
    instead: Mapping[str, str] = field(default_factory=dict)
    """For a missing family: what can be done instead, as the second half of a sentence (“cut a clip…”)."""

    @property
    def final(self) -> bool:
        """Whether a show that was ended by a call cannot be brought back on air."""
        return self.gate is not Gate.NONE and self.pages is not None and not self.pages.lasting

    @property
    def signal_source(self) -> Source:
        """From whom it is known at the best that pictures arrive, as a claim has to say."""
        return Source.LOOK if self.tells_signal else Source.INFERENCE

    @property
    def tells_recording(self) -> bool:
        """Whether it tells that it records now. Elsewhere no more is known than the setting and that pictures arrive."""
        return self.recording is not None and self.recording.kept is Kept.LIVE

    @property
    def takes_at_once(self) -> str:
        """What it means that no switch keeps an encoder out."""
        public = "viewers see what it sends" if self.gate is Gate.NONE else "viewers see nothing of it before the show is live"
        return f"It takes an encoder at any time; {public}."

    @property
    def page_word(self) -> str:
        """The provider's word for what viewers watch."""
        return self.pages.word if self.pages else "page"
