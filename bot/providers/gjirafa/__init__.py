"""Gjirafa Video Platform as a provider."""

from bot.providers.gjirafa.provider import Gjirafa, GjirafaAccount

__all__ = ["Gjirafa", "GjirafaAccount"]
