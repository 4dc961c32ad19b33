"""AIOZ Stream as a provider."""

from bot.providers.aioz.provider import Aioz, AiozAccount

__all__ = ["Aioz", "AiozAccount"]
