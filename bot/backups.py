"""Makes a backup whenever the newest one has grown old, and says once, to those who look after the bot, when that fails."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.errors import StoreError
from bot.model import Post
from bot.slack.text import date_token, escape
from bot.store import Shelf, Store

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(minutes=1)
"""How often it looks, at most: so a backup that failed is made soon after, and one that was due while the bot was down as well."""


def real_time() -> datetime:
    """Backups are named by real time, whatever the show clock shows."""
    return datetime.now(UTC)


class Backups:
    """The backups of a running bot. With `every` at zero it makes none, and still knows how old the newest is."""

    def __init__(
        self,
        shelf: Shelf,
        store: Store,
        clock: Clock,
        *,
        every: timedelta,
        ops_channel: str = "",
        now: Callable[[], datetime] = real_time,
    ) -> None:
        self._shelf = shelf
        self._store = store
        self._clock = clock
        self._every = every
        self._ops_channel = ops_channel
        self._now = now
        self._newest: datetime | None = None
        self._told = False

    @property
    def rhythm(self) -> timedelta:
        """How often `look` is to be called, in real time."""
        return min(LOOK_EVERY, self._every) if self._every else LOOK_EVERY

    @property
    def age(self) -> float:
        """Real seconds since the newest backup was begun, as far as known; infinite without one."""
        return max(0.0, (self._now() - self._newest).total_seconds()) if self._newest else math.inf

    async def find(self) -> None:
        """Learn how old the newest backup is, without making one."""
        with suppress(StoreError):  # `look` says so
            await asyncio.to_thread(self._find)

    async def look(self) -> None:
        """Make a backup if one is due. A failure is logged each time and told to OPS_CHANNEL once, as is the end of it."""
        try:
            await asyncio.to_thread(self._look)
        except StoreError as why:
            log.error("no backup was made: %s", why)  # noqa: TRY400 - the sentence says it all
            await self._tell(why)
        else:
            await self._all_clear()

    def _look(self) -> None:
        self._find()
        if self._every and self.age >= self._every.total_seconds():
            backup = self._shelf.make(self._now())
            self._newest = backup.made
            log.info("backup made: %s", backup.path)

    def _find(self) -> None:
        now = self._now()
        # One that a wrong clock dated ahead is no reason to make none.
        self._newest = next((backup.made for backup in self._shelf.backups() if backup.made <= now), None)

    async def _tell(self, why: StoreError) -> None:
        if self._told:
            return
        newest = f"is from {date_token(self._newest, fallback_zone=ZoneInfo('UTC'))}" if self._newest else "does not exist"
        self._told = await self._post(
            f":warning: *No backup of the bot's memory could be made.* {escape(str(why))}\n"
            f"The newest backup {newest}. It is tried again every {self.rhythm.total_seconds():g} s; this is said once."
        )

    async def _all_clear(self) -> None:
        if self._told:
            self._told = not await self._post(":white_check_mark: Backups of the bot's memory are made again.")

    async def _post(self, text: str) -> bool:
        """Whether it is on its way, or there is nobody to tell."""
        if not self._ops_channel:
            return True
        key = f"ops:backup:{self._now().timestamp():.3f}"
        try:
            await self._store.post(Post(key, self._ops_channel, self._clock.now(), text=text))
        except StoreError as why:
            log.error("it could not be told that backups fail: %s", why)  # noqa: TRY400
            return False
        return True
