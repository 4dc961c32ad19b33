"""A small show-calling app, made with the real Bolt and slack_sdk, on which the emulator is tried."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.websockets import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import SlackEmulator

Json = dict[str, Any]


def manifest(*, socket_mode: bool = True, without: frozenset[str] = frozenset()) -> Json:
    """The manifest of the app, less some scopes."""
    scopes = {
        "app_mentions:read",
        "bookmarks:read",
        "bookmarks:write",
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "files:write",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "pins:read",
        "pins:write",
        "reactions:write",
        "usergroups:read",
        "users:read",
    }
    url = "https://showcaller.example/slack/events"
    return {
        "display_information": {"name": "Showcaller"},
        "features": {
            "bot_user": {"display_name": "showcaller"},
            "app_home": {"home_tab_enabled": True},
            "slash_commands": [
                {"command": "/live", "description": "Call a show", "should_escape": True, "url": url},
                {"command": "/raw", "description": "As typed", "url": url},
            ],
            "shortcuts": [
                {"name": "Plan a show", "callback_id": "plan", "type": "global", "description": "Plan"},
                {"name": "Mark this", "callback_id": "mark", "type": "message", "description": "Mark"},
            ],
        },
        "oauth_config": {"scopes": {"bot": sorted(scopes - without)}},
        "settings": {
            "event_subscriptions": {
                "request_url": url,
                "bot_events": ["app_home_opened", "app_mention", "message.channels"],
            },
            "interactivity": {"is_enabled": True, "request_url": url},
            "socket_mode_enabled": socket_mode,
        },
    }


def client(slack: SlackEmulator, session: aiohttp.ClientSession | None = None) -> AsyncWebClient:
    """The SDK's client, without its retries."""
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[], session=session)


def button(label: str, action_id: str, **more: object) -> Json:
    """A button."""
    return {"type": "button", "text": {"type": "plain_text", "text": label}, "action_id": action_id, **more}


def section(text: str, **more: object) -> Json:
    """A section of mrkdwn."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def modal(title: str = "Plan", *blocks: Json, **more: object) -> Json:
    """A modal that can be submitted."""
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": title},
        "submit": {"type": "plain_text", "text": "Create"},
        "blocks": list(blocks) or [section("Loading…")],
        **more,
    }


def text_input(block_id: str, label: str, **element: object) -> Json:
    """An input for one line of text."""
    return {
        "type": "input",
        "block_id": block_id,
        "label": {"type": "plain_text", "text": label},
        "element": {"type": "plain_text_input", "action_id": "typed", **element},
    }


def bolt(slack: SlackEmulator) -> AsyncApp:
    """An app of the real Bolt with nothing registered yet."""
    return AsyncApp(signing_secret=slack.signing_secret, client=client(slack), process_before_response=True)


@asynccontextmanager
async def socket(app: AsyncApp, slack: SlackEmulator, *, ping_interval: float = 0.05) -> AsyncIterator[AsyncSocketModeHandler]:
    """The app connected by Socket Mode, through the websockets client."""
    handler = AsyncSocketModeHandler(app, slack.app_token, ping_interval=ping_interval)
    before = slack.sockets.connected
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await slack.wait_for(lambda s: s.sockets.connected > before)
    try:
        yield handler
    finally:
        slack.sockets.drop_all()
        await handler.close_async()  # type: ignore[no-untyped-call]
