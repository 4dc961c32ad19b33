"""The wire to Slack: Socket Mode or signed HTTP, each giving the same `Interaction`."""

from __future__ import annotations

from bot.slack.transport.calls import Identity, response_url_client, slack_client
from bot.slack.transport.link import Reply, SlackLink
from bot.slack.transport.sockets import Counters, Rhythm, Socket

__all__ = ["Counters", "Identity", "Reply", "Rhythm", "SlackLink", "Socket", "response_url_client", "slack_client"]
