"""AIOZ Stream, played on this machine over real HTTP."""

from bot.sandbox.aioz.cloud import AiozCloud
from bot.sandbox.aioz.habits import Habits

__all__ = ["AiozCloud", "Habits"]
