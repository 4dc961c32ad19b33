"""Committed Slack posts, delivered once, in order and at Slack's pace, and the messages that are kept up to date."""

from bot.outbox.entry import Metrics
from bot.outbox.message import View
from bot.outbox.outbox import Outbox
from bot.outbox.pace import Pace, RealTime
from bot.slack.blocks import Message

__all__ = ["Message", "Metrics", "Outbox", "Pace", "RealTime", "View"]
