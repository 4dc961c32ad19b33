"""Block Kit as this product uses it: what Slack would refuse, and how to fit a message into its limits."""

from bot.slack.blockkit.fit import fit
from bot.slack.blockkit.limits import MESSAGE_BLOCKS, MESSAGE_CHARACTERS, VIEW_BLOCKS, Surface, characters
from bot.slack.blockkit.rules import problems, view_problems

__all__ = ["MESSAGE_BLOCKS", "MESSAGE_CHARACTERS", "VIEW_BLOCKS", "Surface", "characters", "fit", "problems", "view_problems"]
