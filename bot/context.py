"""What every handler, operation and job is handed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.clock import Clock
from bot.errors import UserError
from bot.providers.base import Provider
from bot.safe import Safe
from bot.show.defaults import Defaults
from bot.store.base import Store

if TYPE_CHECKING:
    from bot.sightings import Sightings


@dataclass(frozen=True, slots=True)
class Context:
    """The bot's memory, the providers, show time and the figures by which shows are called.

    `ring` are the people or groups who hear an alarm that nobody takes; `command` is the root slash command. `settle` are the
    real seconds for which an orphaned request is only watched, where the provider's own delays are not the real ones.
    """

    store: Store
    providers: Mapping[str, Provider]
    clock: Clock
    figures: Defaults
    sightings: Sightings
    command: str = "/live"
    zone: str = "UTC"
    ops_channel: str = ""
    default_channels: Mapping[str, str] = field(default_factory=dict)
    ring: tuple[str, ...] = ()
    wake: Callable[[], None] = lambda: None
    safe: Safe = field(default_factory=Safe)
    settle: float | None = None

    def provider(self, name: str) -> Provider:
        """The provider of that name; UserError if it has no credentials here."""
        if name in self.providers:
            return self.providers[name]
        known = ", ".join(sorted(self.providers)) or "none"
        raise UserError(f"There is no provider {name!r} here (there is: {known}). Ask an admin to add its credentials.")

    @property
    def only_provider(self) -> Provider:
        """The provider meant when nobody named one: the first by name."""
        return self.providers[min(self.providers)]
