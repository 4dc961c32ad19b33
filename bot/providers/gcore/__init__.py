"""Gcore Video Streaming as a provider."""

from bot.providers.gcore.provider import Gcore, GcoreAccount

__all__ = ["Gcore", "GcoreAccount"]
