"""A simulated Gjirafa Video Platform: one project on 127.0.0.1, in show time."""

from bot.sandbox.gjirafa.cloud import GjirafaCloud
from bot.sandbox.gjirafa.habits import Habits

__all__ = ["GjirafaCloud", "Habits"]
