"""Gcore Video Streaming, played on this machine over real HTTP."""

from bot.sandbox.cloud import Call, Delivery, Effect, Ledger, Webhooks
from bot.sandbox.gcore.cloud import DEFAULT_TOKEN, GcoreCloud
from bot.sandbox.gcore.habits import Habits
from bot.sandbox.gcore.refusals import Shape

__all__ = ["DEFAULT_TOKEN", "Call", "Delivery", "Effect", "GcoreCloud", "Habits", "Ledger", "Shape", "Webhooks"]
