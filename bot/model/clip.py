"""Moments that people note, and the cuts that they want of a show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.model.words import JSON


class ClipState(StrEnum):
    """Where a clip stands."""

    ASKED = "asked"
    """Wanted by somebody; the provider is asked, or about to be."""
    PLAYABLE = "playable"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Marker:
    """A moment of a show that somebody noted, stamped when the request came in; numbered within its show."""

    show: str
    number: int
    at: datetime
    by: str
    text: str = ""

    @property
    def name(self) -> str:
        """What people call it: `m3`."""
        return f"m{self.number}"


@dataclass(frozen=True, slots=True)
class Clip:
    """A cut of a show from `start` to `end` that somebody asked for; numbered within its show.

    `cut` is the provider's id once it has one, `video` the on-demand asset that the provider makes of it. `after` is what it was
    derived from (`c1:longer`), so that a button pressed twice makes one clip.
    """

    show: str
    number: int
    provider: str
    stream: str
    start: datetime
    end: datetime
    by: str
    asked_at: datetime
    title: str = ""
    fields: Mapping[str, JSON] = field(default_factory=dict)
    """What else the provider is told of it, in the provider's own names."""
    state: ClipState = ClipState.ASKED
    cut: str = ""
    video: str = ""
    link: str = ""
    error: str = ""
    after: str = ""

    @property
    def name(self) -> str:
        """What people call it: `c2`."""
        return f"c{self.number}"

    @property
    def length(self) -> timedelta:
        """How long it plays."""
        return self.end - self.start
