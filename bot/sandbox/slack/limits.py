"""Slack's rate limits as token buckets, per method and where Slack counts so, per channel."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

PER_CHANNEL_BURST = 5
WORKSPACE_POSTS_PER_MINUTE = 300
PER_MINUTE: dict[str, int] = {"t1": 1, "t2": 20, "t3": 50, "t4": 100, "special": 600}
"""Calls per minute and method in a workspace; "special" stands for limits that Slack calls generous and does not number."""


@dataclass
class Bucket:
    """Holds at most `capacity` calls and is refilled at `per_second`."""

    capacity: float
    per_second: float
    level: float
    at: float

    def refill(self, now: float) -> None:
        """Add what has flowed in since the last look."""
        self.level = min(self.capacity, self.level + max(0.0, now - self.at) * self.per_second)
        self.at = now

    def wait(self) -> int:
        """Whole seconds until one call fits, at least 1; 0 when one fits now."""
        return 0 if self.level >= 1 else max(1, math.ceil((1 - self.level) / self.per_second))


@dataclass
class RateLimits:
    """The limits of one app in one workspace (docs.slack.dev rate limits page and the method pages)."""

    enabled: bool = True
    _buckets: dict[str, Bucket] = field(default_factory=dict)

    def retry_after(self, method: str, tier: str, channel: str, now: float) -> int:
        """Count one call; seconds to stay away when it is one too many, else 0."""
        if not self.enabled:
            return 0
        wanted = self._posting(channel, now) if tier == "post" else [self._bucket(method, PER_MINUTE[tier], now)]
        wait = max(bucket.wait() for bucket in wanted)
        if wait == 0:
            for bucket in wanted:
                bucket.level -= 1
        return wait

    def _posting(self, channel: str, now: float) -> list[Bucket]:
        """About one post a second per channel with short bursts, under a cap of the workspace (chat.postMessage page)."""
        return [
            self._bucket(f"post to {channel}", 60, now, capacity=PER_CHANNEL_BURST),
            self._bucket("post to the workspace", WORKSPACE_POSTS_PER_MINUTE, now),
        ]

    def _bucket(self, key: str, per_minute: int, now: float, capacity: float | None = None) -> Bucket:
        size = float(capacity or per_minute)
        bucket = self._buckets.setdefault(key, Bucket(size, per_minute / 60, size, now))
        bucket.refill(now)
        return bucket

    def clear(self) -> None:
        """Forget every call so far."""
        self._buckets.clear()
