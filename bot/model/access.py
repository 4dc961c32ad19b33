"""Who a stream or a video belongs to, as it is kept: the channels whose shows used a stream, and who made it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.model.show import StreamKey


@dataclass(frozen=True, slots=True)
class Grant:
    """A right on a stream: of a channel's members, or of one person (`user`) who made it; one of the two is empty.

    `by` is who gave it: an operator, whoever planned the show there, or empty where it came with the first show on the stream.
    """

    key: StreamKey
    channel: str
    user: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Owners:
    """The channels, and the people, that a thing belongs to. Empty for what no show of ours ever used.

    `known` is False where it cannot be told which stream or show it came from.
    """

    channels: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    known: bool = True

    @property
    def nobody(self) -> bool:
        """Whether it belongs to no channel and to nobody."""
        return not (self.channels or self.people)


def owners_of(grants: tuple[Grant, ...] | list[Grant]) -> Owners:
    """The owners that the grants of one stream make."""
    channels = frozenset(grant.channel for grant in grants if grant.channel)
    return Owners(channels, frozenset(grant.user for grant in grants if grant.user))
