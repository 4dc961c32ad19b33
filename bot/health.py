"""What is wrong with the bot itself: refused accounts, a wrong clock, a database in trouble; told once, and when it is over."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress

from bot.clock import Clock
from bot.errors import ProviderError, StoreError
from bot.log import RateLimitedLog
from bot.model import Post
from bot.providers.base import Providers
from bot.slack.blocks import say
from bot.slack.slack_clock import SlackClock
from bot.slack.text import escape_sentence
from bot.slack.voice import Voice
from bot.store.base import Store

log = logging.getLogger(__name__)

EVERY = 5.0
"""Real seconds between two looks at all of it; none of them asks a provider anything."""

ASK_AGAIN = 60.0
"""Real seconds after which a provider that refused the account is asked again, and Slack for its time."""

CLOCK_OFF, CLOCK_WELL = 10.0, 5.0
"""Seconds: a clock that is off by more is told, and is well again below the other."""

SIGNED_WITHIN = 300.0
"""Seconds off Slack's time beyond which every signed request is refused (Slack: verifying requests from Slack)."""

TOLD = "health:told"
"""The fact under which the store keeps what was told, so that a restart does not repeat it."""

Words = str | None
"""Why something is not well; empty if it is, None while that is not known."""


class Accounts:
    """What each provider says of our credentials, noted from whatever is asked of it: while all is well that costs no request."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}
        self._kinds: dict[str, bool] = {}

    def hook(self, name: str) -> Callable[[str], None]:
        """For a provider's HTTP client: called with the sentence that refuses the credentials, or with none where they worked."""

        def note(sentence: str) -> None:
            if sentence:
                self._words[name], self._kinds[name] = sentence, True
            elif name not in self._words or self._kinds.get(name):
                self.accepted(name)

        return note

    def refused(self, name: str, sentence: str) -> None:
        """The account as a whole is of no use: another project, no right to read. One call that works does not change that."""
        if not self._words.get(name):
            self._words[name], self._kinds[name] = sentence, False

    def accepted(self, name: str) -> None:
        """The account is good."""
        self._words[name] = ""
        self._kinds.pop(name, None)

    def of(self, name: str) -> Words:
        """What is wrong with an account."""
        return self._words.get(name)


class Health:
    """Looks every few seconds, and tells OPS_CHANNEL once of what is not well, and once when it is again."""

    def __init__(
        self,
        store: Store,
        providers: Providers,
        accounts: Accounts,
        slack_clock: SlackClock,
        voice: Voice,
        *,
        clock: Clock,
        ops_channel: str = "",
        ask_slack: Callable[[], Awaitable[object]],
    ) -> None:
        """`ask_slack` calls Slack for anything at all, so that its answer tells the time."""
        self._store = store
        self._providers = providers
        self._accounts = accounts
        self._slack_clock = slack_clock
        self._voice = voice
        self._clock = clock
        self._ops_channel = ops_channel
        self._ask_slack = ask_slack
        self._repeated = RateLimitedLog(log)
        self._told: set[str] | None = None
        self._clock_off = False
        self._database_told = False
        self._rounds = 0
        self._tasks: list[asyncio.Task[None]] = []

    # -- life
    def start(self) -> None:
        """Begin to look."""
        self._tasks = [
            asyncio.create_task(self._for_ever(EVERY, self.look), name="health"),
            asyncio.create_task(self._for_ever(ASK_AGAIN, self.ask_again), name="health of accounts"),
        ]

    async def stop(self) -> None:
        """Look no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _for_ever(self, every: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(every)
            try:
                await work()
            except StoreError as why:  # told by `look` itself
                self._repeated.warning("store", "health: %s", why)
            except Exception as failure:
                self._repeated.error("health", "health could not be looked at: %s", failure, exc_info=failure)

    # -- what is not well
    def degraded(self) -> dict[str, str]:
        """What is not well and keeps nobody from the brake, by name, a sentence each."""
        found = {name: self._accounts.of(name) for name in self._providers} | {"clock": self.clock()}
        return {name: words for name, words in found.items() if words}

    def clock(self) -> Words:
        """Whether this machine's clock agrees with Slack's."""
        if not self._slack_clock.known:
            return None
        offset = self._slack_clock.offset
        self._clock_off = abs(offset) > (CLOCK_WELL if self._clock_off else CLOCK_OFF)
        if not self._clock_off:
            return ""
        way = "ahead of" if offset > 0 else "behind"
        return f"This machine's clock is {abs(offset):.0f} s {way} Slack's. Set it, or let NTP set it."

    async def check_clock(self) -> str:
        """For readiness with signed HTTP: whether Slack's requests are refused because of the clock."""
        return (self.clock() or "") if abs(self._slack_clock.offset) > SIGNED_WITHIN else ""

    # -- the rounds
    async def look(self) -> None:
        """One look at everything, and what is to be told of it."""
        await self._look_at_the_database()
        states: dict[str, Words] = {name: self._accounts.of(name) for name in self._providers} | {"clock": self.clock()}
        if self._told is None:
            kept = await self._store.get(TOLD)
            self._told = {str(name) for name in kept} if isinstance(kept, list) else set()
        for name, words in states.items():
            if words is not None and bool(words) != (name in self._told):
                await self._tell(name, words)

    async def _tell(self, name: str, words: str) -> None:
        assert self._told is not None
        provider = self._providers.get(name)
        title = provider.capabilities.title if provider else "This machine's clock"
        well = f":white_check_mark: {title} {'accepts the account' if provider else 'is right'} again."
        log.log(logging.WARNING if words else logging.INFO, "health: %s: %s", name, words or "well again")
        text = f":warning: {escape_sentence(words)}" if words else well
        told = self._told ^ {name}
        if self._ops_channel:
            key = f"ops:health:{name}:{secrets.token_hex(6)}"
            await self._store.post(Post(key, self._ops_channel, self._clock.now(), text=text, blocks=say(text).blocks))
        await self._store.put(TOLD, sorted(told))
        self._told = told

    async def _look_at_the_database(self) -> None:
        """A database that takes nothing cannot keep a post, so this one goes to Slack directly, until Slack has taken it."""
        now = await self._store.check()
        self._rounds = self._rounds + 1 if now else 0
        if self._rounds == 1 or bool(now) == self._database_told:  # a lock that a shell holds for a moment is no news
            return
        text = f":rotating_light: *The bot's database is not well.* {escape_sentence(now)} Nothing new is remembered until it is."
        if not now:
            text = ":white_check_mark: The bot's database takes writes again."
        log.log(logging.ERROR if now else logging.INFO, "health: database: %s", now or "well again")
        if not self._ops_channel or await self._voice.tell(self._ops_channel, say(text)):
            self._database_told = bool(now)

    async def ask_again(self) -> None:
        """Ask a provider that refused the account whether it still does, and Slack for its time if nobody has called it lately."""
        if self._slack_clock.age > ASK_AGAIN:
            with suppress(Exception):  # whatever Slack is up to, the link tells
                await self._ask_slack()
        for name in [name for name in self._providers if self._accounts.of(name)]:
            await self.check_account(name)

    async def check_account(self, name: str) -> None:
        """Ask a provider for something harmless, and note what it says of the account."""
        try:
            await self._providers[name].check()
        except ProviderError as failure:
            if failure.permanent:
                self._accounts.refused(name, failure.sentence)
        else:
            self._accounts.accepted(name)


def account_metrics(accounts: Accounts, names: Collection[str]) -> Mapping[str, float]:
    """1 for each provider that accepts the account, 0 for one that does not; none that has not been asked yet."""
    return {name: float(not words) for name in names if (words := accounts.of(name)) is not None}
