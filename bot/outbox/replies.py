"""Response URLs: five uses in thirty minutes, of which the last is kept for the final state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.model import JSON
from bot.outbox.pace import Pace
from bot.outbox.wire import Refused, Throttled, Trouble, Unsent, Wire

MOST_USES = 5
"""Uses of one response URL (interactivity page)."""

SPENT = "used_url"
"""What Slack answers after the last use."""

_NAMES_KEPT = 1000


@dataclass
class _Uses:
    first_at: float
    last_at: float
    by_key: dict[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(self.by_key.values())


def of_a_press(url: str) -> bool:
    """Whether somebody pressed a button for it: then the original to be replaced is the message with the button, for everybody.

    So an answer to a press is never replaced; its final state is a second answer.
    """
    return "/actions/" in url


class ReplyBook:
    """How often each response URL was used. The URLs are secrets and never leave this object."""

    def __init__(self, wire: Wire, pace: Pace, now: Callable[[], float]) -> None:
        self._wire, self._pace, self._now = wire, pace, now
        self._uses: dict[str, _Uses] = {}

    async def respond(self, url: str, key: str, body: Mapping[str, JSON], *, instead: bool) -> None:
        """Say it through the URL, for the post of that key; `instead` of what was there. Raises one of the troubles."""
        instead = instead and not of_a_press(url)
        if self._of(url).count >= MOST_USES:
            raise Refused(SPENT)
        try:
            await self._wire.respond(url, {"response_type": "ephemeral", "replace_original": instead, **body})
        except (Throttled, Unsent):
            raise
        except Trouble:
            self._count(url, key)
            raise
        self._count(url, key)

    def _count(self, url: str, key: str) -> None:
        uses = self._of(url)
        uses.by_key[key] = uses.by_key.get(key, 0) + 1
        uses.last_at = self._now()

    def recall(self, url: str, key: str, times: int, since: float) -> None:
        """What the store remembers of the uses before this process."""
        uses = self._of(url)
        uses.by_key[key] = max(times, uses.by_key.get(key, 0))
        if since:
            uses.first_at = min(uses.first_at, since)

    def edit_at(self, url: str, *, final: bool) -> float | None:
        """When the next edit through it may go, None for never. The fifth use waits for the final state, or for the URL's end."""
        uses = self._of(url)
        if uses.count >= MOST_USES:
            return None
        if final:
            return self._now()
        if uses.count == MOST_USES - 1 or of_a_press(url):
            return uses.first_at + self._pace.reply_life
        gaps = self._pace.reply_gaps
        return uses.last_at + gaps[min(max(uses.count, 1), len(gaps)) - 1]

    def keeps_last_words(self, url: str) -> bool:
        """Whether the next use is kept for the final state."""
        return self._of(url).count == MOST_USES - 1 or of_a_press(url)

    def _of(self, url: str) -> _Uses:
        now = self._now()
        while len(self._uses) >= _NAMES_KEPT:
            self._uses.pop(next(iter(self._uses)))
        return self._uses.setdefault(url, _Uses(now, now))
