"""Which vendors can be played: every folder beside this file that has a simulated one is found."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from typing import cast

import bot.sandbox
from bot.clock import Clock
from bot.sandbox.cloud import Cloud


def played() -> Mapping[str, type[Cloud]]:
    """The simulated vendors by the name of the provider that talks to them. ValueError for two of one name."""
    found: dict[str, type[Cloud]] = {}
    for cloud in _simulated():
        if found.setdefault(cloud.name, cloud) is not cloud:
            raise ValueError(f"two simulated vendors are named {cloud.name!r}")
    return found


def play(name: str, clock: Clock) -> Cloud:
    """A fresh account at the simulated vendor of that name, which does not listen yet; KeyError for an unknown one."""
    made = cast("Callable[[Clock], Cloud]", played()[name])
    return made(clock)


def _simulated() -> Iterator[type[Cloud]]:
    for module in pkgutil.iter_modules(bot.sandbox.__path__):
        if not module.ispkg:
            continue
        for value in vars(importlib.import_module(f"bot.sandbox.{module.name}")).values():
            if isinstance(value, type) and issubclass(value, Cloud) and not inspect.isabstract(value) and "name" in vars(value):
                yield value
