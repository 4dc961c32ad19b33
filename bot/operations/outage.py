"""How long the engine bears with a provider that fails or does not answer, and when people hear of it. All times are real."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from bot.backoff import BackoffPolicy
from bot.errors import ProviderError

SOON = BackoffPolicy(first=0.5, longest=5.0, longest_wanted=5.0)
"""Between the tries of what is on the air or about to be: no pause or finish waits for long once the provider answers again."""

PATIENT = BackoffPolicy(first=0.5, longest=30.0, longest_wanted=60.0)
"""Between the tries of everything else. People wait for it, so that a provider can put it off by a minute at most at a time."""

GIVE_UP_AFTER = 600.0
"""Seconds after which an outage of the provider ends a step."""

TELL_AFTER = 2.0
"""Seconds of an outage after which people hear of it."""

HICCUPS = 5
"""Tries that may fail before people hear of it, however quickly they fail."""


@dataclass(slots=True)
class Outage:
    """How long a provider has kept one request from succeeding, and whether people know. `now` is a steady clock."""

    backoff: BackoffPolicy
    now: Callable[[], float]
    began: float | None = None
    tries: int = 0
    told: bool = False
    pause: float = 0.0
    """Seconds from the last failure until the next try: what people are told is what is waited."""

    def failed(self, failure: ProviderError, sent: float | None) -> None:
        """Another try failed, whose request left at `sent` (by `now`; None if none did): waiting for our turn is no outage."""
        self.tries += 1
        if self.began is None:
            self.began = self.now() if sent is None else sent
        self.pause = math.ceil(10 * self.backoff.delay(self.tries, failure.retry_after)) / 10  # as it can be said

    @property
    def lasted(self) -> float:
        """Seconds since the first request that failed was sent."""
        return 0.0 if self.began is None else self.now() - self.began

    @property
    def too_long(self) -> bool:
        """Whether it ends the step."""
        return self.lasted > GIVE_UP_AFTER

    @property
    def to_be_told(self) -> bool:
        """Whether people have to hear of it now: not of a hiccup, and only once."""
        return not self.told and (self.lasted + self.pause >= TELL_AFTER or self.tries > HICCUPS)
