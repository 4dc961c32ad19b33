"""Which providers there are: every file or folder beside this one that defines one is found."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping

import bot.providers
from bot.providers.base import Provider
from bot.settings import Account


def catalogue() -> Mapping[str, type[Provider]]:
    """The providers by name, in the order of their titles. ValueError for two of one name."""
    found: dict[str, type[Provider]] = {}
    for provider in sorted(_defined(), key=lambda each: each.capabilities.title.casefold()):
        if found.setdefault(provider.name, provider) is not provider:
            raise ValueError(f"two providers are named {provider.name!r}")
    return found


def accounts() -> Mapping[str, type[Account]]:
    """What each of them has to be told."""
    return {name: provider.account for name, provider in catalogue().items()}


def _defined() -> Iterator[type[Provider]]:
    for module in pkgutil.iter_modules(bot.providers.__path__):
        for value in vars(importlib.import_module(f"bot.providers.{module.name}")).values():
            if isinstance(value, type) and issubclass(value, Provider) and "capabilities" in vars(value):
                yield value
