"""How long the engine bears with a provider that fails or does not answer, and when people hear of it. All times are real."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from bot.errors import ProviderError

RETRY_AFTER = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Real seconds between the tries of a step while the provider is out; the last one is repeated."""

GIVE_UP_AFTER = 600.0
"""Real seconds after which an outage of the provider ends a step."""

LONGEST_WAIT = 60.0
"""Real seconds after which we ask again, however long the provider wants to be left alone: people wait for it."""

TELL_AFTER = 2.0
"""Real seconds of an outage after which people hear of it."""


@dataclass(slots=True)
class Outage:
    """How long a provider has kept one request from succeeding (real time), and whether people know."""

    began: float = field(default_factory=time.monotonic)
    tries: int = 0
    told: bool = False

    @property
    def too_long(self) -> bool:
        """Whether it ends the step."""
        return time.monotonic() - self.began > GIVE_UP_AFTER

    def pause(self, failure: ProviderError) -> float:
        """Real seconds until the next try."""
        return min(failure.retry_after or RETRY_AFTER[min(self.tries, len(RETRY_AFTER)) - 1], LONGEST_WAIT)

    def to_be_told(self, failure: ProviderError) -> bool:
        """Whether people have to hear of it now: not of a hiccup, and only once."""
        late = time.monotonic() - self.began + self.pause(failure) >= TELL_AFTER
        return not self.told and (late or self.tries > len(RETRY_AFTER))
