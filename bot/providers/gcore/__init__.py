"""Gcore Video Streaming as a provider."""

from bot.providers.gcore.provider import Gcore

__all__ = ["Gcore"]
