"""How the bot speaks to one person: answers, modals and private messages. What a channel hears goes through the outbox."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.model import JSON
from bot.slack.blocks import Message, verbatim
from bot.slack.transport import response_url_client

log = logging.getLogger(__name__)

FAILURES = (SlackApiError, aiohttp.ClientError, asyncio.TimeoutError, OSError)


class Voice:
    """Speaks to people. Nothing here is needed for the show: what fails is logged, never retried, never in the way."""

    def __init__(self, client: AsyncWebClient, current: Callable[[str], str] = lambda channel: channel) -> None:
        """`current` gives the id under which Slack knows a channel now: settings may name an earlier one."""
        self._client = client
        self._current = current

    async def answer(self, reply_to: str, message: Message, *, replace: bool = False) -> bool:
        """Answer through a response URL, to the asker only; whether Slack took it."""
        webhook = response_url_client(reply_to, self._client.session)
        try:
            response = await webhook.send(
                text=message.text,
                blocks=_blocks(message),
                response_type="ephemeral",
                replace_original=replace,
                unfurl_links=False,
                unfurl_media=False,
            )
        except FAILURES as failure:
            log.warning("an answer was not delivered: %s", type(failure).__name__)
            return False
        return response.status_code == 200

    async def whisper(self, channel: str, user: str, message: Message, thread: str = "") -> bool:
        """An ephemeral post in a channel; whether Slack took it."""
        try:
            await self._client.chat_postEphemeral(
                channel=channel,
                user=user,
                text=message.text,
                blocks=_blocks(message),
                thread_ts=thread or None,
            )
        except FAILURES as failure:
            log.warning("a whisper in %s was not delivered: %s", channel, _error(failure))
            return False
        return True

    async def tell(self, channel: str, message: Message) -> bool:
        """A post in a channel past the outbox, for when the database cannot keep one; whether Slack took it."""
        try:
            await self._client.chat_postMessage(channel=self._current(channel), text=message.text, blocks=_blocks(message))
        except FAILURES as failure:
            log.warning("a post to %s was not delivered: %s", channel, _error(failure))
            return False
        return True

    async def direct(self, user: str, message: Message) -> bool:
        """A direct message; whether Slack took it."""
        try:
            opened = await self._client.conversations_open(users=user)
            channel = str(opened["channel"]["id"])
            await self._client.chat_postMessage(
                channel=channel,
                text=message.text,
                blocks=_blocks(message),
                unfurl_links=False,
                unfurl_media=False,
            )
        except FAILURES as failure:
            log.warning("a direct message was not delivered: %s", _error(failure))
            return False
        return True

    async def open(self, trigger: str, view: Mapping[str, JSON], *, on_top: bool = False) -> str:
        """Open a modal, or put it `on_top` of the open one; its id, empty if Slack refused (a trigger lives 3 s)."""
        call = self._client.views_push if on_top else self._client.views_open
        try:
            opened = await call(trigger_id=trigger, view=verbatim(dict(view)))
        except FAILURES as failure:
            log.warning("a modal was not opened: %s", _error(failure))
            return ""
        return str(opened["view"]["id"])

    async def update(self, view_id: str, view: Mapping[str, JSON]) -> bool:
        """Change an open modal; whether Slack took it."""
        try:
            await self._client.views_update(view_id=view_id, view=verbatim(dict(view)))
        except FAILURES as failure:
            log.warning("a modal was not updated: %s", _error(failure))
            return False
        return True

    async def publish_home(self, user: str, view: Mapping[str, JSON]) -> None:
        """Show a person the home tab."""
        try:
            await self._client.views_publish(user_id=user, view=verbatim(dict(view)))
        except FAILURES as failure:
            log.warning("the home of a person was not published: %s", _error(failure))


def _error(failure: BaseException) -> str:
    if isinstance(failure, SlackApiError):
        return str(failure.response.get("error", ""))
    return type(failure).__name__


def _blocks(message: Message) -> list[JSON] | None:
    return [verbatim(dict(block)) for block in message.blocks] or None
