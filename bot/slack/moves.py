"""Follows a channel whose id changes: by Slack's event, and where that was missed by looking for our own messages.

Slack gives a private channel another id for good when somebody shares it with another organisation, and knows the old one no
more (docs.slack.dev, channel_id_changed).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.directory import Directory
from bot.slack.transport.calls import code_of, retry_after
from bot.slack.voice import FAILURES
from bot.store.base import Store

log = logging.getLogger(__name__)

SEARCH_EVERY = 60.0
"""Real seconds between two searches for the same channel; doubled with each that finds nothing."""

LONGEST_PAUSE = 3600.0

MOST_CANDIDATES = 300
"""Channels that are asked for our message in one search."""


class ChannelMoves:
    """Tells the store, the directory and whoever listens that a channel has another id."""

    def __init__(self, store: Store, client: AsyncWebClient, directory: Directory, heard: Callable[[str, str], None]) -> None:
        """`heard` is told the old and the new id, once everything that is kept has gone along."""
        self._store, self._client, self._directory, self._heard = store, client, directory, heard
        self._searches: dict[str, asyncio.Task[None]] = {}
        self._next: dict[str, tuple[float, int]] = {}

    @property
    def busy(self) -> bool:
        """Whether a search is under way."""
        return bool(self._searches)

    async def start(self) -> None:
        """Know the moves of before."""
        for old, new in (await self._store.channel_moves()).items():
            self._directory.channel_moved(old, new)
            self._heard(old, new)

    async def stop(self) -> None:
        """Look no further."""
        searches = list(self._searches.values())
        for search in searches:
            search.cancel()
        await asyncio.gather(*searches, return_exceptions=True)

    async def moved(self, old: str, new: str) -> None:
        """Slack says that this channel has another id from now on."""
        if not old or not new or old == new:
            return
        if await self._store.move_channel(old, new):
            log.info("channel %s has the id %s now: its shows, posts and rights went along", old, new)
        self._directory.channel_moved(old, new)
        self._heard(old, new)

    # -- an event that was missed
    async def check(self, channels: Iterable[str]) -> None:
        """Look for each of these channels that Slack does not know: its id may have changed while nobody listened."""
        for channel in sorted({self._directory.current(channel) for channel in channels if channel}):
            try:
                await self._client.conversations_info(channel=channel)
            except FAILURES as failure:
                if isinstance(failure, SlackApiError) and code_of(failure) == "channel_not_found":
                    self.lost(channel)

    def lost(self, channel: str) -> None:
        """Slack knows no channel of this id: look for it in the background, not more often than now and then."""
        due, tries = self._next.get(channel, (0.0, 0))
        if channel in self._searches or time.monotonic() < due or channel[:1] not in ("C", "G"):
            return
        self._next[channel] = time.monotonic() + min(LONGEST_PAUSE, SEARCH_EVERY * 2**tries), tries + 1
        search = self._searches[channel] = asyncio.create_task(self._search(channel), name=f"search-{channel}")
        search.add_done_callback(lambda _: self._searches.pop(channel, None))

    async def _search(self, old: str) -> None:
        try:
            stamps = await self._store.latest_in(old)
            new = await self._found(old, stamps) if stamps else ""
            if new:
                await self.moved(old, new)
        except FAILURES as failure:
            log.info("the channel %s was not looked for (%s)", old, type(failure).__name__)
        except Exception:
            log.exception("the search for the channel %s broke", old)

    async def _found(self, old: str, stamps: list[str]) -> str:
        """The channel in which one of our messages stands that were sent to `old`; empty where there is none."""
        asked = 0
        async for channel in self._candidates(old):
            for stamp in stamps:
                if await self._stands_in(channel, stamp):
                    return channel
            asked += 1
            if asked >= MOST_CANDIDATES:
                break
        return ""

    async def _candidates(self, old: str) -> AsyncIterator[str]:
        """First the id that Slack's own example gives (G… becomes C…), then the channels that the bot is in."""
        if old.startswith("G"):
            yield f"C{old[1:]}"
        cursor = ""
        while True:
            page = await self._client.users_conversations(
                types="private_channel,public_channel", exclude_archived=False, limit=200, cursor=cursor
            )
            found = [channel for channel in page.get("channels") or () if channel.get("id") not in (None, old)]
            for channel in sorted(found, key=lambda each: not (each.get("is_ext_shared") or each.get("is_shared"))):
                yield str(channel["id"])
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return

    async def _stands_in(self, channel: str, stamp: str) -> bool:
        """Whether a message of that `ts` stands in a channel; it is unique to the microsecond. Waits where Slack asks for that."""
        while True:
            try:
                await self._client.chat_getPermalink(channel=channel, message_ts=stamp)
            except SlackApiError as refused:
                seconds = retry_after(refused)
                if seconds is None:
                    return False
                await asyncio.sleep(seconds)
            else:
                return True
