"""What the bot is told at start-up: one frozen model of its environment."""

from __future__ import annotations

from bot.settings.account import Account, setting_of
from bot.settings.figures import FIGURES, Figure, Unit
from bot.settings.kinds import HeaderSecret, Url
from bot.settings.model import Settings
from bot.settings.reading import Accounts, load_manifest_settings, load_settings, readable_by_others
from bot.settings.table import settings_table

__all__ = [
    "FIGURES",
    "Account",
    "Accounts",
    "Figure",
    "HeaderSecret",
    "Settings",
    "Unit",
    "Url",
    "load_manifest_settings",
    "load_settings",
    "readable_by_others",
    "setting_of",
    "settings_table",
]
