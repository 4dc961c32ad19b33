"""Videograph.ai as a provider."""

from bot.providers.videograph.provider import Videograph, VideographAccount

__all__ = ["Videograph", "VideographAccount"]
