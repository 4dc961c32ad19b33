"""Videograph.ai, played on this machine over real HTTP."""

from bot.sandbox.videograph.cloud import DEFAULT_SECRET_KEY, DEFAULT_TOKEN_ID, VideographCloud
from bot.sandbox.videograph.habits import Habits

__all__ = ["DEFAULT_SECRET_KEY", "DEFAULT_TOKEN_ID", "Habits", "VideographCloud"]
