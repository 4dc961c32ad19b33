"""What the bot is told at start-up: one frozen model of its environment."""

from __future__ import annotations

from bot.settings.figures import FIGURES, Figure, Unit
from bot.settings.model import PROVIDERS, Settings
from bot.settings.reading import load_manifest_settings, load_settings
from bot.settings.table import settings_table

__all__ = ["FIGURES", "PROVIDERS", "Figure", "Settings", "Unit", "load_manifest_settings", "load_settings", "settings_table"]
