"""A bot's outbox on a real store and a real Slack of its own, with words for what happens to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.model import Decision, Dossier, Post, Show, Urgency
from bot.outbox import Message, Outbox, Pace, View
from bot.sandbox.slack import Channel, SlackEmulator
from bot.slack.slack_clock import SlackClock
from bot.slack.transport.calls import timed
from bot.store import Store, open_store
from tests.outbox.hurry import Hurry

TEN_O_CLOCK = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
SCOPES = ("chat:write", "channels:history", "groups:history", "pins:write", "files:write", "im:write", "commands")


def manifest(*without: str) -> dict[str, Any]:
    return {
        "display_information": {"name": "Showcaller"},
        "features": {
            "bot_user": {"display_name": "showcaller"},
            "slash_commands": [{"command": "/live", "description": "Call a show"}],
        },
        "oauth_config": {"scopes": {"bot": [scope for scope in SCOPES if scope not in without]}},
        "settings": {"socket_mode_enabled": True, "interactivity": {"is_enabled": True}},
    }


class Newsroom:
    """Slack, the store and the outbox between them. The bot can die and come back; Slack and the file stay."""

    store: Store
    outbox: Outbox

    def __init__(self, file: Path, slack: SlackEmulator, clock: Hurry, pace: Pace) -> None:
        self.file, self.slack, self.clock, self.pace = file, slack, clock, pace
        self.views: dict[str, View] = {"card": self._card}
        self.options: dict[str, Any] = {}
        self.drawings = 0
        self.studio = slack.add_channel("studio")
        self.ops = slack.add_channel("ops")

    # the bot's life

    async def open(self) -> None:
        self.store = await open_store(str(self.file))
        self.slack_clock = SlackClock(self.clock.time, self.clock.time)
        self._session = aiohttp.ClientSession(trace_configs=[timed(self.slack_clock, self.slack.api_url)])
        client = AsyncWebClient(self.slack.bot_token, base_url=self.slack.api_url, session=self._session, retry_handlers=[])
        self.outbox = Outbox(
            self.store,
            client,
            self.views,
            now=lambda: TEN_O_CLOCK,
            pace=self.pace,
            clock=self.clock,
            slack_clock=self.slack_clock,
            **self.options,
        )

    async def introduce(self) -> None:
        """Slack answers once, as at the start of the bot."""
        await AsyncWebClient(self.slack.bot_token, base_url=self.slack.api_url, session=self._session).auth_test()

    async def start(self) -> None:
        await self.outbox.start()

    async def die(self) -> None:
        """The process ends in the middle of what it does."""
        await self.outbox.stop(drain_timeout=0)
        await self._session.close()
        await self.store.close()

    async def come_back(self) -> None:
        await self.open()
        await self.start()

    # what is to be said

    async def say(self, *texts: str, urgency: Urgency = Urgency.STATE, channel: Channel | None = None, **more: Any) -> None:
        place = (channel or self.studio).id
        await self.store.post(*(Post(text, place, TEN_O_CLOCK, urgency, text=text, **more) for text in texts))

    async def plan_show(self, title: str, by: str = "U1") -> str:
        """A new show, with its card in the studio; its handle."""

        def rule(handle: str) -> Decision[str]:
            show = Show(
                handle, title, self.studio.id, "gcore", "UTC", TEN_O_CLOCK, TEN_O_CLOCK + timedelta(hours=1), by, TEN_O_CLOCK
            )
            return Decision(handle, shows=(show,), posts=(self.card_of(show),))

        return await self.store.plan(rule)

    def card_of(self, show: Show) -> Post:
        return Post(show.card_key, show.channel, TEN_O_CLOCK, view="card", subject=show.id, show=show.id)

    async def rename(self, show_id: str, title: str) -> None:
        def rule(dossier: Dossier) -> Decision[None]:
            return Decision(None, shows=(replace(dossier.show(show_id), title=title),))

        await self.store.decide(show_id, rule)

    async def _card(self, post: Post) -> Message | None:
        self.drawings += 1
        show = await self.store.show(post.subject)
        if show is None:
            return None
        return Message(show.title, ({"type": "section", "text": {"type": "mrkdwn", "text": show.title}},))

    # what people see

    def read(self, channel: Channel | None = None) -> list[str]:
        return [message.text for message in self.slack.channel((channel or self.studio).id).messages]

    async def until_said(self, text: str, channel: Channel | None = None) -> None:
        await self.slack.wait_for(lambda _: text in self.read(channel))

    def calls(self, method: str) -> list[Mapping[str, Any]]:
        return [call.args for call in self.slack.calls if call.method == method]
