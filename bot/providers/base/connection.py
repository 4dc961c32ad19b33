"""How a provider is reached, beside its account: show time, patience, and what is told of each request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from bot.clock import Clock
from bot.network import Network
from bot.passing import Passing, unheeded
from bot.providers.budget import Budget, Ticker
from bot.providers.http import Manner, Seam


@dataclass(frozen=True, slots=True)
class Connection:
    """What every vendor is handed. `timeout` is real seconds per request; `clock` stamps looks.

    `command` is the root command for "what to type next". `passing` is told of each request as it goes out and comes back.
    """

    clock: Clock = field(default_factory=Clock)
    command: str = "/live"
    timeout: float = 10.0
    requests_per_second: float | None = None
    """Where not the vendor's own."""
    passing: Passing = unheeded
    ticker: Ticker | None = None
    """By which the rate is kept; None for the event loop."""
    network: Network = field(default_factory=Network)
    account: Callable[[str], None] = lambda _: None
    """Told the sentence when the vendor refuses the credentials, and an empty one when it takes them."""

    def seam(self, base_url: str, headers: Mapping[str, SecretStr], manner: Manner, requests_per_second: float) -> Seam:
        """A vendor's HTTP client, with a budget of its own; nothing is sent yet."""
        return Seam(
            base_url,
            headers=headers,
            manner=manner,
            budget=Budget(self.requests_per_second or requests_per_second, ticker=self.ticker),
            now=self.clock.now,
            timeout=self.timeout,
            passing=self.passing,
            network=self.network,
            account=self.account,
            elapsed=self.clock.elapsed,
        )
