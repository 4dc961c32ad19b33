"""A post on its way, as this process knows it, and what is counted of all of them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from bot.model import Post, Urgency
from bot.store.base import Parcel


@dataclass(slots=True, eq=False)
class Entry:
    """One queued parcel. Times are real epoch seconds.

    `slack_tried` is `first_tried` by Slack's clock, 0 where Slack had not told its time.
    `unsure`: it may be in Slack already, so look before sending. `failures` are those in a row; `crashes` are our own errors.
    `arrived` is Slack's ts once it is known to be there, and what was drawn, until that is committed.
    """

    parcel: Parcel
    seen_at: float
    attempts: int
    first_tried: float
    unsure: bool
    slack_tried: float = 0.0
    not_before: float = 0.0
    repeat: bool = False
    failures: int = 0
    crashes: int = 0
    crash: str = ""
    arrived: tuple[str, str] | None = None
    done: bool = False

    @property
    def post(self) -> Post:
        """What is to be said."""
        return self.parcel.post

    @property
    def urgency(self) -> Urgency:
        """Its class: order is kept within it."""
        return self.post.urgency

    @property
    def place(self) -> str:
        """Where it queues: its channel, or its response URL."""
        return self.post.reply_to or self.post.channel

    @property
    def costs_budget(self) -> bool:
        """Whether it counts as a post in the channel; response URLs do not and ephemeral posts have a limit of their own."""
        return not self.post.reply_to and not self.post.user

    @classmethod
    def of(cls, parcel: Parcel, now: float, settle: float) -> Entry:
        """A parcel as it lies in the store. One that was tried already, by a process that died, is looked for when it has settled.

        The settling never takes longer than `settle` from now, whatever the clock showed when the intent was written.
        """
        settled_at = max(parcel.next_try, parcel.first_tried + settle)
        tried = parcel.first_tried > 0
        return cls(
            parcel,
            seen_at=now,
            attempts=parcel.attempts,
            first_tried=parcel.first_tried,
            unsure=tried,
            slack_tried=parcel.slack_tried,
            not_before=min(settled_at, now + settle) if tried else 0.0,
        )


@dataclass
class Metrics:
    """What was done since start. `latencies` are real seconds from the moment a post was seen queued until Slack had it."""

    sent: int = 0
    edited: int = 0
    repeats: int = 0
    dead: int = 0
    throttled: int = 0
    latencies: deque[float] = field(default_factory=lambda: deque(maxlen=10_000))
