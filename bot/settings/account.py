"""What one provider has to be told: the settings that a vendor's own file declares, named `<PROVIDER>_<FIELD>`."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.settings.kinds import Channel


class Account(BaseModel):
    """The account at one provider. A vendor subclasses it: fields without a default are its credentials.

    Where there are several ways to prove oneself, `ways` lists the fields of each, the first being the usual one, and all of
    these fields have a default.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    ways: ClassVar[tuple[tuple[str, ...], ...]] = ()

    @property
    def address(self) -> str:
        """Where the provider's API is; empty for one that has no such setting."""
        return str(getattr(self, "base_url", ""))

    channel: Channel | Literal[""] = Field("", description="channel for news of its streams that belong to no show's channel")

    @classmethod
    def credentials(cls) -> tuple[tuple[str, ...], ...]:
        """The ways to prove oneself; all fields of one are enough."""
        return cls.ways or (tuple(name for name, field in cls.model_fields.items() if field.is_required()),)

    @classmethod
    def complete(cls, given: Collection[str]) -> bool:
        """Whether the fields that are `given` are enough to use the provider."""
        return any(set(way) <= set(given) for way in cls.credentials())

    @classmethod
    def lacking(cls, given: Collection[str]) -> tuple[str, ...]:
        """What is missing where somebody began to fill in a way; nothing where they did not."""
        begun = [way for way in cls.credentials() if set(way) & set(given)]
        return () if not begun or cls.complete(given) else tuple(name for name in begun[0] if name not in given)


def setting_of(provider: str, field: str) -> str:
    """The name of a provider's setting: `GCORE_API_TOKEN`."""
    return f"{provider}_{field}".upper()
