"""The subcommands of the root command: each module here declares its own, and is found by being here."""

from __future__ import annotations

import importlib
import pkgutil

from bot.slack.declare import Registry


def load() -> Registry:
    """Collect what every module of this package declares in `DECLARATIONS`."""
    modules = [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    return Registry.of(*(item for module in modules for item in module.DECLARATIONS))
