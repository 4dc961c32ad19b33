"""Slack's Web API as the app calls it."""

from bot.sandbox.slack.web_api.endpoint import METHODS, WebApi
from bot.sandbox.slack.web_api.method import Method

__all__ = ["METHODS", "Method", "WebApi"]
