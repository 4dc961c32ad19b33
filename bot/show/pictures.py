"""When no picture was seen of a show: what is known of its signal, as stretches of time in which there was none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Dark:
    """A stretch without a picture: `since` is None before the first one, `until` None where none has come back."""

    since: datetime | None
    until: datetime | None

    def holds(self, start: datetime, end: datetime) -> bool:
        """Whether nothing of this range has a picture."""
        return (self.since is None or start >= self.since) and (self.until is None or end <= self.until)


def darkness(turns: Iterable[tuple[datetime, bool]]) -> tuple[Dark, ...]:
    """The stretches without a picture, from the moments at which a signal was seen to come (True) and to go.

    Before the first of them nothing is known where it is a signal that went.
    """
    found: list[Dark] = []
    dark: Dark | None = None
    began = False
    for when, there in sorted(turns):
        if there and dark is not None:
            found.append(Dark(dark.since, when))
            dark = None
        elif there and not began:
            found.append(Dark(None, when))
        elif not there and dark is None:
            dark = Dark(when, None)
        began = True
    return (*found, dark) if dark is not None else tuple(found)


def first_picture(dark: Sequence[Dark]) -> datetime | None:
    """When the first picture was seen; None if that is not known."""
    return dark[0].until if dark and dark[0].since is None else None


def last_picture(dark: Sequence[Dark]) -> datetime | None:
    """When the last picture was seen to go; None if there is one still, as far as is known."""
    return dark[-1].since if dark and dark[-1].until is None else None
