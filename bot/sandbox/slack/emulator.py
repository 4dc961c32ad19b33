"""Slack, played on this machine for one app: the whole emulator under one name."""

from __future__ import annotations

from bot.sandbox.slack.people import People


class SlackEmulator(People):
    """One workspace with one app, spoken to over real HTTP and WebSockets on 127.0.0.1.

    Made from an app manifest (a dict, as read from manifest.yml). `await start()`, give the app `api_url` and its tokens, add
    people and channels, act as them, and look at what they see. Its `clock` is Slack's time, real unless moved.
    """
