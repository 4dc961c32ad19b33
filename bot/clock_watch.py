"""Notices that the machine's wall clock was set, and has everything follow it at one moment."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.model import Post, Urgency
from bot.show.times import duration_words
from bot.slack.blocks import say
from bot.store.base import Store

log = logging.getLogger(__name__)

CHECK_EVERY = 1.0
"""Real seconds."""

STEP = timedelta(seconds=2)
"""A clock that is off by less is adopted without a word: no age is told so exactly, and NTP steps so far now and then."""

TELL_EVERY = 3600.0
"""Show seconds: a clock that is set again and again is told once in this time; the log has each."""


class ClockWatch:
    """Compares the wall clock with the steady one, once a second.

    A step is taken over in one transaction with all that is measured from an instant (how long a signal has been steady, when an
    alarm rang), so that no rule sees the new time beside the old instants. If that transaction fails, the clock is followed all
    the same: cues are due by it. `was_set` is called after each step.
    """

    def __init__(self, store: Store, clock: Clock, *, ops_channel: str = "", was_set: Callable[[], None] = lambda: None) -> None:
        self._store = store
        self._clock = clock
        self._ops_channel = ops_channel
        self._was_set = was_set
        self._told: float | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to watch."""
        self._task = asyncio.create_task(self._watch_for_ever(), name="clock watch")

    async def stop(self) -> None:
        """Watch no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def check(self) -> None:
        """Follow the wall clock to where it is now."""
        by = self._clock.drift()
        if abs(by) < STEP:
            self._clock.adopt(by)
            return
        log.warning("the machine's clock was set %s by %s", _way(by), abs(by))
        try:
            by = await self._store.follow_clock(self._adopt)
        except Exception:
            log.exception("what is stored could not follow the clock; it is judged by the new one")
            self._adopt()
        self._was_set()
        self._clock.announce()
        await self._tell(by)

    def _adopt(self) -> tuple[datetime, timedelta]:
        """What the clock showed, and by how much it is moved; called as the transaction begins, in the thread that writes."""
        by, before = self._clock.drift(), self._clock.now()
        self._clock.adopt(by)
        return before, by

    async def _tell(self, by: timedelta) -> None:
        now = self._clock.elapsed()
        if not self._ops_channel or (self._told is not None and now - self._told < TELL_EVERY):
            return
        self._told = now
        try:
            await self._store.post(clock_was_set(self._ops_channel, self._clock.now(), by))
        except Exception:
            log.exception("that the clock was set could not be told")

    async def _watch_for_ever(self) -> None:
        while True:
            await asyncio.sleep(CHECK_EVERY)
            try:
                await self.check()
            except Exception:
                log.exception("the clock could not be checked; it is again in a second")


def clock_was_set(channel: str, now: datetime, by: timedelta) -> Post:
    """For those who look after the bot: cues are due at other moments than they were a second ago."""
    text = (
        f":clock3: The clock of the machine I run on was set {_way(by)} by {duration_words(abs(by))}. Cues are due by the new "
        "time, and what has run does not run again. If that was not meant, check the machine's time service."
    )
    return Post(f"ops:clock:{int(now.timestamp() * 1000)}", channel, now, Urgency.STATE, text, say(text).blocks)


def _way(by: timedelta) -> str:
    return "back" if by < timedelta(0) else "forward"
