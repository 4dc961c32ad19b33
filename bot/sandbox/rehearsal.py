"""A whole rehearsal: the real bot between the played Slack and the played provider, on a show clock that can be moved."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from bot.app import Bot, ProviderTime, World
from bot.clock import Clock
from bot.inbox import RETRIES
from bot.operations.steps import HTTP_TIMEOUT
from bot.outbox import Pace
from bot.providers.catalogue import accounts
from bot.sandbox.clock import RehearsalClock
from bot.sandbox.cloud import Cloud
from bot.sandbox.gcore import GcoreCloud
from bot.sandbox.slack import Channel, Message, SlackEmulator, User
from bot.settings import load_settings
from bot.show.access import Rule, may
from bot.slack.declare import Registry
from bot.slack.manifest import build

BRISK = Pace(post_gap=0.005, post_burst=50, edits_per_minute=60_000, edit_burst=1000, patience=0.2)
"""Slack's pace for a rehearsal whose Slack has its limits switched off."""

QUIET_LOOKS = 3
"""How often everything has to be found at rest in a row: one thing's end is another thing's beginning."""


PATIENCE = 120.0
"""Real seconds after which a rehearsal that does not come to rest is given up; more than the busiest machine needs."""

A_BREATH = 0.001
"""Real seconds between two looks at whether everybody is done."""


def gcore_only(clock: Clock) -> Sequence[Cloud]:
    """The world of most rehearsals: one account at Gcore."""
    return (GcoreCloud(clock),)


class Rehearsal:
    """Owns the world; the bot in it can be stopped and started again on the same file.

    `rate` is how many show seconds pass in a real one; at 0 the clock stands still until it is moved. With `limits`, Slack keeps
    its real rate limits and the bot its real pace. `settle`, `timeout` and `letter_retries` are real seconds, as in `World`, and
    `provider_time` is as there. With `http`, Slack delivers by signed HTTP in the place of Socket Mode. `clouds` makes the played
    providers, `rule` decides who may do what.
    """

    def __init__(
        self,
        folder: Path,
        registry: Registry,
        *,
        start: datetime | None = None,
        rate: float = 0.0,
        limits: bool = False,
        env: Mapping[str, str] | None = None,
        settle: float | None = None,
        timeout: float = HTTP_TIMEOUT,
        letter_retries: Sequence[float] = RETRIES,
        http: bool = False,
        provider_time: ProviderTime | None = None,
        clouds: Callable[[Clock], Sequence[Cloud]] = gcore_only,
        rule: Rule = may,
    ) -> None:
        self.folder = folder
        self.registry = registry
        self.clock = RehearsalClock(start, rate)
        self.clouds = tuple(clouds(self.clock.of_others()))
        manifest = build(command="/live", commands_hint="help", http_url="https://bot.example" if http else None)
        self.slack = SlackEmulator(manifest, rate_limits=limits)
        self._http = http
        self._rule = rule
        self._provider_time = provider_time
        self.secret = secrets.token_urlsafe(24)
        self._limits = limits
        self._env = dict(env or {})
        self._settle = settle
        self._timeout = timeout
        self._letter_retries = letter_retries
        self._bot: Bot | None = None

    @property
    def cloud(self) -> GcoreCloud:
        """The played Gcore."""
        return next(cloud for cloud in self.clouds if isinstance(cloud, GcoreCloud))

    @property
    def bot(self) -> Bot:
        """The running bot."""
        if self._bot is None:
            raise RuntimeError("the bot is not running")
        return self._bot

    # -- life
    async def open(self) -> None:
        """Start Slack, the provider and the bot."""
        await self.slack.start()
        for cloud in self.clouds:
            await cloud.start()
        await self.start_bot()

    async def start_bot(self) -> None:
        """Start the bot; its webhook address is installed at every provider."""
        bot = Bot(load_settings(accounts(), self.environment(), None), self.registry, self._world())
        await bot.start()
        self._bot = bot
        if self._http:
            self.slack.use_http(f"http://127.0.0.1:{bot.web.port}")
        for cloud in self.clouds:
            cloud.webhooks.url = f"http://127.0.0.1:{bot.web.port}/webhooks/{cloud.name}/{self.secret}"

    async def stop_bot(self) -> None:
        """Stop the bot as SIGTERM would."""
        if self._bot is not None:
            await self._bot.stop()
            self._bot = None

    async def close(self) -> None:
        """Stop everything."""
        await self.stop_bot()
        for cloud in self.clouds:
            await cloud.stop()
        await self.slack.stop()

    def _world(self) -> World:
        per_second = max(3.0, 3.0 * self.clock.rate) if self.clock.rate else 10_000.0
        return World(
            clock=self.clock,
            pace=Pace() if self._limits else BRISK,
            requests_per_second=per_second,
            settle=self._settle,
            timeout=self._timeout,
            letter_retries=self._letter_retries,
            may=self._rule,
            provider_time=self._provider_time,
        )

    def environment(self) -> dict[str, str]:
        """The settings of a bot in this world, as its environment would hold them."""
        return {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_APP_TOKEN": "" if self._http else self.slack.app_token,
            "SLACK_SIGNING_SECRET": self.slack.signing_secret if self._http else "",
            "SLACK_API_URL": self.slack.api_url,
            **{name: value for cloud in self.clouds for name, value in cloud.environment().items()},
            "WEBHOOK_SECRET": self.secret,
            "DATABASE_URL": f"sqlite:///{self.folder / 'showcaller.db'}",
            "PORT": "0",
            **self._env,
        }

    # -- time
    async def settle(self) -> None:
        """Return when nobody has anything to do before the show clock moves: not the provider, the bot or Slack."""
        async with asyncio.timeout(PATIENCE):
            quiet = 0
            while quiet < QUIET_LOOKS:
                for cloud in self.clouds:
                    await cloud.settle()
                quiet = quiet + 1 if self._still() else 0
                await asyncio.sleep(0 if quiet else A_BREATH)

    def _still(self) -> bool:
        return self._bot is None or not self._bot.busy

    async def step(self, **units: float) -> None:
        """Set the wall clock of the bot's machine, and nothing else; it is noticed within a real second, here at once."""
        self.clock.step(timedelta(**units))
        await self.bot.clock_watch.check()
        await self.settle()

    async def advance(self, **units: float) -> None:
        """Move the show clock and let everything due happen: `advance(minutes=5)`."""
        self.clock.advance(timedelta(**units))
        await self.settle()

    async def run_until(self, when: datetime, step: float = 1.0) -> None:
        """Let show time pass in small steps, as it would."""
        while (left := (when - self.clock.now()).total_seconds()) > 0:
            await self.advance(seconds=min(step, left))

    async def until(self, condition: Callable[[], object], *, step: float = 1.0, at_most: float = 3600.0) -> None:
        """Let show time pass until the condition holds; AssertionError after `at_most` show seconds."""
        passed = 0.0
        await self.settle()
        while not condition():
            if passed >= at_most:
                raise AssertionError(f"did not come true within {at_most:.0f} s of show time\n{self.slack.snapshot()}")
            await self.advance(seconds=step)
            passed += step

    # -- people
    async def command(self, who: User, where: Channel, text: str) -> str:
        """Type a command; what the asker is answered, as they read it."""
        before = len(self.slack.ephemerals(who))
        delivery = await self.slack.command(who, where, text)
        if delivery.error:
            raise AssertionError(f"{text}: Slack shows {delivery.error}")
        await self.settle()
        return "\n".join(self.slack.read(message, who) for message in self.slack.ephemerals(who)[before:])

    async def press(self, who: User, message: Message, action: str, value: object = None) -> None:
        """Press a control of a message."""
        await self.slack.press(who, message, action, value)
        await self.settle()

    def posts(self, where: Channel) -> list[str]:
        """The channel as a person reads it: top-level messages only."""
        return [self.slack.read(message) for message in self.slack.channel(where).messages]
