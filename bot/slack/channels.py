"""Which channels people are in, and which of them everybody may read, as far as Slack tells."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Callable

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.transport.calls import code_of, retry_after
from bot.slack.voice import FAILURES

log = logging.getLogger(__name__)

MEMBERS_FRESH = 300.0
"""Seconds for which a list of members counts; events of people who come and go correct it meanwhile."""

JUST_READ = 2.0
"""Seconds in which Slack is not asked the same again."""

KIND_FRESH = 5.0
"""Seconds for which a channel counts as public or private: short, as no event tells of a public channel that was made private."""

AT_ONCE = 5
"""How many channels Slack is asked about at the same time; the members are read at once for whoever acts."""

READINGS = 3
"""How often a list of members is read in one go where events that it may not know came in each time."""


class Channels:
    """Members and kinds of channels. Ages are measured on the monotonic clock: nobody sets that back."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._members: dict[str, tuple[float, frozenset[str]]] = {}
        self._changes = Counter[str]()
        """By channel: how often it was heard that somebody came or went, or that the channel changed."""
        self._reads: dict[tuple[str, bool], asyncio.Task[frozenset[str] | None]] = {}
        """Lists of members that are being read, by channel and whether for somebody who acts."""
        self._public: dict[str, tuple[float, bool]] = {}
        self._kinds: dict[str, asyncio.Task[bool]] = {}
        """Channels of which Slack is being asked whether they are public."""
        self._member_turns, self._kind_turns = asyncio.Semaphore(AT_ONCE), asyncio.Semaphore(AT_ONCE)
        self._names: dict[str, str] = {}
        self._moves: dict[str, str] = {}
        self.on_hidden: Callable[[str], None] = lambda channel: None  # noqa: ARG005
        """Told of a channel of which Slack says that there is none."""
        self._hidden: set[str] = set()
        """Channels that Slack does not show to the bot: private ones that it is not in."""
        self._held: dict[str, float] = {}
        """Methods that Slack asked to stay away from, each until when."""

    def _me(self) -> str:
        """The bot's own user id; empty until Slack has said it."""
        return ""

    # -- members
    async def members(self, channel: str, asked_for: str = "") -> frozenset[str] | None:
        """Who is in a channel; None if Slack does not say. What is known is read again if `asked_for` is not in it."""
        known = self._members.get(channel)
        if known is not None:
            age = time.monotonic() - known[0]
            if age < MEMBERS_FRESH and (not asked_for or asked_for in known[1] or age < JUST_READ):
                return known[1]
        if self._stays_away("conversations.members"):
            return self.remembered(channel)
        reading = (channel, bool(asked_for))
        task = self._reads.get(reading)
        if task is None:
            task = self._reads[reading] = asyncio.create_task(self._members_now(channel, acts=bool(asked_for)))
            task.add_done_callback(lambda _: self._reads.pop(reading, None))
        return await asyncio.shield(task)

    async def _members_now(self, channel: str, *, acts: bool) -> frozenset[str] | None:
        """Who is in a channel by what Slack says now. What is read for somebody who acts waits for no other channel."""
        async with contextlib.nullcontext() if acts else self._member_turns:
            return await self._read_until_current(channel)

    async def _read_until_current(self, channel: str) -> frozenset[str] | None:
        for _ in range(READINGS):
            if self._stays_away("conversations.members"):
                break
            before, gone = self._changes[channel], False
            try:
                found = await self._read_members(channel)
            except FAILURES as failure:
                log.info("members of %s: %s", channel, self._noted("conversations.members", failure))
                gone = isinstance(failure, SlackApiError) and code_of(failure) == "channel_not_found"
                if not gone:
                    break
            if self._changes[channel] != before:
                channel = self.current(channel)  # what was read may be older than what was heard meanwhile
                continue
            if gone:
                self._hidden.add(channel)
                self.on_hidden(channel)
                return None
            self._hidden.discard(channel)
            self._members[channel] = (time.monotonic(), found)
            return found
        return self.remembered(channel)

    async def _read_members(self, channel: str) -> frozenset[str]:
        cursor, found = "", set[str]()
        while True:
            page = await self._client.conversations_members(channel=channel, limit=200, cursor=cursor)
            found |= set(page["members"])
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return frozenset(found)

    async def away(self, channel: str) -> bool:
        """Whether the bot is known not to be in this channel; Slack shows the members of a public one even then."""
        me = self._me()
        members = await self.members(channel, asked_for=me)
        if members is None:
            return channel in self._hidden
        return bool(me) and me not in members

    def remembered(self, channel: str) -> frozenset[str] | None:
        """Who was in a channel when Slack was last asked, with those who came and went since; None if it never was."""
        known = self._members.get(channel)
        return known[1] if known is not None else None

    # -- kind
    async def is_public(self, channel: str) -> bool:
        """Whether everybody in the workspace may read a channel, as Slack said just now; what Slack does not say counts as private.

        The conversion of a public channel into a private one comes as no event that an app without history scopes hears.
        """
        known = self._public.get(channel)
        if known is not None and time.monotonic() - known[0] < KIND_FRESH:
            return known[1]
        if channel[:1] not in ("C", "G") or self._stays_away("conversations.info"):
            return False
        task = self._kinds.get(channel)
        if task is None:
            task = self._kinds[channel] = asyncio.create_task(self._ask_kind(channel))
            task.add_done_callback(lambda done: self._kinds.pop(channel) if self._kinds.get(channel) is done else None)
        return await asyncio.shield(task)

    async def _ask_kind(self, channel: str) -> bool:
        async with self._kind_turns:
            if self._stays_away("conversations.info"):
                return False
            asked = time.monotonic()
            try:
                answer = await self._client.conversations_info(channel=channel)
            except FAILURES as failure:
                log.info("whether %s is public: %s", channel, self._noted("conversations.info", failure))
                return False
        found = answer.get("channel") or {}
        flags = ("is_private", "is_im", "is_mpim", "is_group")
        public = bool(found.get("is_channel")) and not any(found.get(flag) for flag in flags)
        if self._kinds.get(channel) is not asyncio.current_task():
            return False  # the channel changed meanwhile: whoever asks from now on asks Slack anew
        self._names[channel] = str(found.get("name") or "")
        self._public[channel] = (asked, public)
        return public

    async def name_of(self, channel: str) -> str:
        """The channel's name without `#`; empty where Slack does not tell it."""
        if channel not in self._names:
            await self.is_public(channel)
        return self._names.get(channel, "")

    # -- what events say
    def joined(self, channel: str, user: str) -> None:
        """Somebody, or the bot itself, came into a channel."""
        self._changes[channel] += 1
        self._hidden.discard(channel)
        known = self._members.get(channel)
        if known is not None:
            self._members[channel] = (known[0], known[1] | {user})

    def left(self, channel: str, user: str) -> None:
        """Somebody left a channel."""
        self._changes[channel] += 1
        known = self._members.get(channel)
        if known is not None:
            self._members[channel] = (known[0], known[1] - {user})

    def channel_moved(self, old: str, new: str) -> None:
        """A channel has another id for good: its members are the same."""
        self._moves = {earlier: new if later == old else later for earlier, later in self._moves.items()} | {old: new}
        self._moves.pop(new, None)
        if (known := self._members.pop(old, None)) is not None:
            self._members.setdefault(new, known)
        self.forget_members(old)
        self._changes[new] += 1
        self._hidden.discard(new)

    def current(self, channel: str) -> str:
        """The id under which Slack knows a channel now."""
        return self._moves.get(channel, channel)

    def forget_members(self, channel: str) -> None:
        """The channel itself changed, or the bot was taken out of it."""
        self._changes[channel] += 1
        self._members.pop(channel, None)
        self._public.pop(channel, None)
        self._kinds.pop(channel, None)
        self._names.pop(channel, None)

    # -- Slack's rate limits
    def _stays_away(self, method: str) -> bool:
        return self._held.get(method, 0.0) > time.monotonic()

    def _noted(self, method: str, failure: BaseException) -> str:
        """Slack's word for a failure; where it says when to come back, that is kept."""
        if (seconds := retry_after(failure)) is not None:
            self._held[method] = time.monotonic() + seconds
        return code_of(failure) if isinstance(failure, SlackApiError) else type(failure).__name__
