"""How fast Slack may be spoken to, and the real time by which that is measured."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bot.backoff import BackoffPolicy


class RealTime(Protocol):
    """Epoch seconds that never follow the show clock."""

    def time(self) -> float:
        """The present moment in epoch seconds."""

    async def sleep(self, seconds: float) -> None:
        """Return when so many seconds have passed."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Slack's limits with a margin, all in real seconds.

    Slack takes about one post a second in a channel, with short bursts (rate limits page), and 50 chat.update a minute in a
    workspace (tier 3), shared by all channels.
    """

    post_gap: float = 1.0
    post_burst: int = 3
    edits_per_minute: float = 45
    edit_burst: int = 10
    http_timeout: float = 5.0
    patience: float = 1.0
    """How long a call may take before other urgencies of that channel, or other messages, no longer wait for it."""
    backoff: float = 0.5
    longest_backoff: float = 30.0
    blocked_backoff: float = 4.0
    blocked_longest: float = 60.0
    """A channel that takes no posts is tried again after this at most; events of Slack's tell of most that mends it at once."""
    reply_gaps: tuple[float, ...] = (1.0, 4.0, 15.0)
    """Waits before each edit through a response URL; one more use is kept for the final state."""
    reply_life: float = 29 * 60
    """A response URL lives for 30 minutes."""
    late_after: float = 60.0
    """A post that waited longer says so."""
    ops_line_gap: float = 3600.0
    """For one channel and error, people are told once in this time."""

    def blocked_delay(self, failures: int) -> float:
        """How long to stay away from a channel after so many refusals in a row (at least one), with jitter."""
        return BackoffPolicy(self.blocked_backoff, self.blocked_longest, self.blocked_longest).delay(failures)

    def delay(self, failures: int) -> float:
        """How long to stay away after so many failures in a row (at least one), with jitter."""
        return BackoffPolicy(self.backoff, self.longest_backoff, self.longest_backoff).delay(failures)


class Bucket:
    """Lets `burst` calls through at once, then one each `gap` seconds; closed for a time by `pause`."""

    def __init__(self, gap: float, burst: int, now: Callable[[], float]) -> None:
        self._gap, self._burst, self._now = gap, burst, now
        self._full_at = now()
        self._open_at = 0.0

    def ready_at(self) -> float:
        """When the next call may go; the past or the present means now."""
        return max(self._full_at - (self._burst - 1) * self._gap, self._open_at)

    def take(self) -> None:
        """Count one call."""
        self._full_at = max(self._full_at, self._now()) + self._gap

    def pause(self, seconds: float) -> None:
        """Let nothing through for so long: Slack's Retry-After."""
        self._open_at = max(self._open_at, self._now() + seconds)

    @property
    def paused(self) -> bool:
        """Whether Slack asked to stay away and that time is not over."""
        return self._open_at > self._now()


class Bell:
    """Rings to all who wait at that moment, and waits for the ring no longer than told."""

    def __init__(self, clock: RealTime) -> None:
        self._clock = clock
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake everybody who waits."""
        self._rung.set()
        self._rung = asyncio.Event()

    def listen(self) -> asyncio.Event:
        """The next ring: take it before looking at what it announces, or a ring in between is missed."""
        return self._rung

    async def wait(self, ring: asyncio.Event, until: float | None = None) -> None:
        """Return at that ring, or at that moment."""
        if until is None:
            await ring.wait()
            return
        waits = [asyncio.ensure_future(ring.wait()), asyncio.ensure_future(self._clock.sleep(until - self._clock.time()))]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
