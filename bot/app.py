"""The composition root: settings become a store, providers, a clock, Slack and the tasks between them; start-up and drain."""

from __future__ import annotations

import asyncio
import gc
import logging
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Protocol

from starlette.types import ASGIApp

from bot.backups import Backups
from bot.clock import Clock
from bot.clock_watch import ClockWatch
from bot.context import Context
from bot.drawing import Drawing
from bot.health import Accounts, Health, account_metrics
from bot.http_messages import Series
from bot.inbox import RETRIES, Inbox
from bot.model import Post
from bot.network import slack_targets
from bot.operations import all_verbs
from bot.operations.engine import Engine
from bot.operations.restreaming import reported
from bot.operations.rezoning import follow_the_clocks
from bot.operations.running import RealTime
from bot.operations.steps import HTTP_TIMEOUT, Verb
from bot.outbox import Outbox, Pace
from bot.passing import Passing, unheeded
from bot.providers.base import Connection, Provider
from bot.providers.budget import Ticker
from bot.providers.catalogue import catalogue
from bot.reactions import Reactions
from bot.safe import Safe
from bot.scheduler import Scheduler
from bot.seal import Seal
from bot.settings import Settings
from bot.show.access import Rule, may
from bot.sightings import Sightings
from bot.slack import notices
from bot.slack.call import ACTIVE
from bot.slack.conversation import Desk
from bot.slack.declare import Registry
from bot.slack.directory import Directory
from bot.slack.directory_sync import DirectorySync
from bot.slack.moves import ChannelMoves
from bot.slack.panel import Panels
from bot.slack.permissions import Permissions
from bot.slack.router import Router
from bot.slack.slack_clock import SlackClock
from bot.slack.transport import SlackLink, slack_client
from bot.slack.voice import Voice
from bot.store import open_store, shelf_of
from bot.store.base import Asked
from bot.watcher import Watcher
from bot.web import WebServer, build, serve

log = logging.getLogger(__name__)

FRESH_TICK = 5.0
"""Real seconds after which a silent alarm clock makes the bot not ready."""

RECONCILE_EVERY = timedelta(minutes=5)
PRUNE_EVERY = timedelta(hours=6)
KEEP = timedelta(days=14)
CLOCKS_EVERY = timedelta(hours=1)


def freeze_imports() -> None:
    """Take what was imported out of the garbage collector's sight; for the start of a process, before anything runs.

    Objects that never go away make a full collection a pause of twenty milliseconds and more, in which no cue begins, and a rare
    one: Python waits until a quarter as many have come along. Without them it is short and comes in time.
    """
    gc.collect()
    gc.freeze()


class ProviderTime(RealTime, Ticker, Protocol):
    """Real time as far as it counts in the calls to providers, their time-outs aside."""


@dataclass(frozen=True, slots=True)
class World:
    """What a rehearsal puts in the place of the real world: the show clock, and the pace of what it talks to."""

    clock: Clock = field(default_factory=Clock)
    pace: Pace = field(default_factory=Pace)
    requests_per_second: float | None = None
    """Per provider, where the provider's own clock runs faster than real time."""
    settle: float | None = None
    """Real seconds for which an orphaned request is only watched; None for what the provider's documented delays ask for."""
    timeout: float = HTTP_TIMEOUT
    """Real seconds after which a request to a provider is given up."""
    letter_retries: Sequence[float] = RETRIES
    """Real seconds before each further try at a webhook that could not be opened."""
    may: Rule = may
    """Who may see what and who may do what."""
    provider_time: ProviderTime | None = None
    """By which the rate of the calls to providers and the waits between tries are measured; None for the event loop's."""
    passing: Passing = unheeded
    """Told of the moments before and after each BEGIN, COMMIT, lone statement, request to a provider and request to Slack."""


class Bot:
    """The whole bot in one process and one loop."""

    def __init__(self, settings: Settings, registry: Registry, world: World | None = None) -> None:
        self.settings = settings
        self._registry = registry
        self._world = world or World()
        self._stack = AsyncExitStack()
        self._background: set[asyncio.Task[None]] = set()
        self.accounts = Accounts()
        self.slack_clock = SlackClock()

    # -- life
    async def start(self) -> None:
        """Open everything and begin; StoreError or SettingsError with a sentence if something cannot be used."""
        try:
            await self._compose()
            await self._begin()
        except BaseException:
            await self._stack.aclose()
            raise

    async def _compose(self) -> None:
        self._check_the_ways_out()
        await self._open_memory()
        sightings = self._know_the_world()
        verbs = all_verbs(self.context)
        self._make_the_core(verbs, sightings)
        await self._reach_slack(verbs)

    def _check_the_ways_out(self) -> None:
        """SettingsError where a proxy or a certificate file that is needed cannot be used; else one line about them."""
        settings = self.settings
        targets = slack_targets(settings.slack_api_url, socket_mode=settings.socket_mode)
        titles = {name: each.capabilities.title for name, each in catalogue().items()}
        targets |= {titles[name]: account.address for name, account in settings.accounts.items()}
        settings.network.check(targets)
        log.info("outbound: %s", settings.network.describe(targets))

    async def _open_memory(self) -> None:
        settings, clock = self.settings, self._world.clock
        shelf = shelf_of(settings.database_url, settings.backup_folder, settings.backup_keep)
        self.store = await open_store(settings.database_url, clock=clock, passing=self._world.passing, shelf=shelf)
        self._stack.push_async_callback(self.store.close)
        every = timedelta(minutes=settings.backup_every_minutes)
        self.backups = Backups(shelf, self.store, clock, every=every, ops_channel=settings.ops_channel)

    def _know_the_world(self) -> Sightings:
        """The providers, and the context in which commands and operations run; what is seen at the providers comes back."""
        settings, clock = self.settings, self._world.clock
        self.providers = make_providers(settings, self._world, self.accounts)
        for provider in self.providers.values():
            self._stack.push_async_callback(provider.close)
        channels = {name: settings.channel_of(name) for name in self.providers}
        ring = tuple(settings.operators)
        reactions = Reactions(settings.defaults, self.providers, default_channels=channels, ring=ring)
        sightings = Sightings(self.store, clock, reactions.react, reactions.react_to_video, reported, reactions.react_barely)
        self.context = Context(
            store=self.store,
            providers=self.providers,
            clock=clock,
            figures=settings.defaults,
            sightings=sightings,
            command=settings.command,
            zone=settings.timezone,
            ops_channel=settings.ops_channel,
            default_channels=channels,
            ring=ring,
            wake=self._wake,
            safe=Safe(Seal(settings.secret_key) if settings.secret_key else None),
            settle=self._world.settle,
        )
        return sightings

    def _make_the_core(self, verbs: Mapping[str, Verb], sightings: Sightings) -> None:
        """What runs operations, rings their cues, looks at the providers and opens their webhooks."""
        settings, clock = self.settings, self._world.clock
        self.engine = Engine(self.context, verbs, self._world.provider_time)
        owner = secrets.token_hex(4)
        self.scheduler = Scheduler(self.store, clock, owner, self.engine.start, lambda: self.engine.alive)
        self.clock_watch = ClockWatch(self.store, clock, ops_channel=settings.ops_channel, was_set=self.scheduler.clock_was_set)
        self.watcher = Watcher(
            *(self.store, self.providers, clock, settings.defaults, sightings), account_refused=self.accounts.refused
        )
        self.inbox = Inbox(
            *(self.store, self.providers, clock, sightings, self.watcher, self._world.letter_retries),
            ops_channel=settings.ops_channel,
        )

    async def _reach_slack(self, verbs: Mapping[str, Verb]) -> None:
        """Both ways: what is posted, and who is asked what they want."""
        settings = self.settings
        self.client = await self._stack.enter_async_context(slack_client(settings, self._world.passing, self.slack_clock))
        drawing = Drawing(self.context, verbs)
        self.outbox = Outbox(
            self.store,
            self.client,
            drawing.views(),
            now=self._world.clock.now,
            pace=self._world.pace,
            slack_clock=self.slack_clock,
            ops_channel=settings.ops_channel,
            first=drawing.on_air.__contains__,
            pinned_views=("card",),
            on_unknown=self._look_for_channel,
        )
        self.directory = Directory(self.store, self.client, settings.operators, settings.admins, lambda: self.link.identity)
        self.directory_sync = DirectorySync(self.directory, self.client)
        self.moves = ChannelMoves(self.store, self.client, self.directory, self.outbox.moved)
        self.directory.on_hidden = self.moves.lost
        self.voice = voice = Voice(self.client, self.directory.current)
        self.health = Health(
            *(self.store, self.providers, self.accounts, self.slack_clock, voice),
            clock=self._world.clock,
            ops_channel=settings.ops_channel,
            ask_slack=self.client.auth_test,
        )
        permissions = Permissions(self.directory, self._world.may)
        self.panels = Panels(self.context, voice, permissions)
        desk = Desk(
            *(self.context, voice, self.panels, self.directory, permissions, self._registry),
            healed=self.outbox.healed,
            moved=self.moves.moved,
        )
        self.router = Router(desk)
        self.link = SlackLink(settings, self.client, self.router.receive)

    async def _begin(self) -> None:
        for listener in (
            self.engine.touched,
            self.scheduler.touched,
            self.watcher.touched,
            self.inbox.touched,
            self.panels.touched,
        ):
            self.store.on_commit(listener)
        await self.store.lose_requests(self._word_of_a_loss)
        await follow_the_clocks(self.context)
        await self.moves.start()
        self._stack.push_async_callback(self.moves.stop)
        await self.outbox.start()
        self._stack.push_async_callback(self.outbox.stop, 5.0)
        self.watcher.start()
        self._stack.push_async_callback(self.watcher.stop)
        self.inbox.start()
        self._stack.push_async_callback(self.inbox.stop)
        self.scheduler.start(
            {
                "reconcile": (RECONCILE_EVERY, self._reconcile),
                "prune": (PRUNE_EVERY, self._prune),
                "clocks": (CLOCKS_EVERY, self._follow_the_clocks),
                "backup": (self.backups.rhythm, self.backups.look),
            }
        )
        self._stack.push_async_callback(self.scheduler.stop)
        self.clock_watch.start()
        self._stack.push_async_callback(self.clock_watch.stop)
        self._stack.push_async_callback(self.engine.drain, 4.0)
        self._stack.push_async_callback(self.panels.stop)
        self._stack.push_async_callback(self.router.drain, 4.0)
        self.web: WebServer = await serve(self._application(), self.settings.host, self.settings.port)
        self._stack.push_async_callback(self.web.stop)
        await self.link.start()
        self._stack.push_async_callback(self.link.stop)
        self.health.start()
        self._stack.push_async_callback(self.health.stop)
        await self.directory_sync.start()
        self._stack.push_async_callback(self.directory_sync.stop)
        self._in_background(self._find_channels())
        self._in_background(self.backups.find())
        self._in_background(self._reconcile())

    async def stop(self) -> None:
        """Take nothing new, finish what is under way, say what can be said, and let go."""
        for task in list(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self._stack.aclose()

    @property
    def busy(self) -> bool:
        """Whether anything is being done, as against waiting for time or news."""
        return bool(
            self._background
            or self.router.busy
            or self.engine.busy
            or self.scheduler.claiming
            or self.watcher.busy
            or self.inbox.busy
            or self.panels.busy
            or self.directory_sync.busy
            or self.moves.busy
            or not self.outbox.at_rest
        )

    def _in_background(self, work: object) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)  # type: ignore[call-overload]
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def _word_of_a_loss(self, asked: Asked) -> Post:
        return notices.lost_request(asked.key, asked.user, asked.what, asked.at, self._world.clock.now())

    def _wake(self) -> None:
        self.scheduler.wake()

    # -- housekeeping
    async def _reconcile(self) -> None:
        await self.watcher.reconcile()

    def _look_for_channel(self, channel: str) -> None:
        self.moves.lost(channel)

    async def _find_channels(self) -> None:
        """Channels whose id may have changed while the bot was down."""
        named = [self.settings.default_channel, self.settings.ops_channel, *map(self.settings.channel_of, self.providers)]
        await self.moves.check([*named, *await self.store.show_channels(ACTIVE)])

    async def _prune(self) -> None:
        await self.store.prune(self._world.clock.now() - KEEP)

    async def _follow_the_clocks(self) -> None:
        await follow_the_clocks(self.context)

    # -- web
    def _application(self) -> ASGIApp:
        return build(
            providers=[name for name, provider in self.providers.items() if provider.capabilities.webhooks],
            webhook_secrets=self.settings.webhook_secret,
            accept=self.inbox.accept,
            refused=self.inbox.refused,
            checks={
                "database": self._check_store,
                "schedule": self._check_tick,
                "slack": self.link.check,
                "posts": self._check_posts,
                "installation": self.router.check,
                **({} if self.settings.socket_mode else {"clock": self.health.check_clock}),
            },
            degraded=self.health.degraded,
            metrics=self._metrics,
            slack=None if self.settings.socket_mode else self.link,
        )

    async def _check_store(self) -> str:
        return await self.store.check()

    async def _check_posts(self) -> str:
        return self.outbox.locked_out()

    async def _check_tick(self) -> str:
        late = time.monotonic() - self.scheduler.last_tick
        return "" if late < FRESH_TICK else f"The alarm clock has not ticked for {late:.0f} s."

    def _metrics(self) -> Iterable[Series]:
        counts: Mapping[str, Callable[[], float]] = {
            "operations_running": lambda: len(self.engine.alive),
            "interactions_total": lambda: self.router.requests,
            "interactions_refused_total": lambda: self.router.refused,
            "inbox_opened_total": lambda: self.inbox.counts["opened"],
            "inbox_dead_total": lambda: self.inbox.counts["dead"],
            "outbox_sent_total": lambda: self.outbox.metrics.sent,
            "outbox_edited_total": lambda: self.outbox.metrics.edited,
            "outbox_dead_total": lambda: self.outbox.metrics.dead,
            "outbox_oldest_seconds": self.outbox.oldest_queued,
            "outbox_locked_out": lambda: float(bool(self.outbox.locked_out())),
            "store_lost_transactions_total": lambda: self.store.lost_transactions,
            "backup_age_seconds": lambda: self.backups.age,
            "degraded": lambda: len(self.health.degraded()),
            "clock_offset_seconds": lambda: self.slack_clock.offset,
            "slack_link_well": lambda: self.link.healthy,
            "slack_connections": lambda: self.link.hearing,
            "slack_envelopes_total": lambda: self.link.counters.envelopes,
            "slack_malformed_total": lambda: self.link.counters.malformed,
            "slack_unacknowledged_total": lambda: self.link.counters.unacknowledged,
            "slack_reconnects_total": lambda: self.link.counters.reconnects,
            "slack_deaf_total": lambda: self.link.counters.deaf,
        }
        yield Series(
            "showcaller_account_accepted",
            "gauge",
            "Whether the provider takes the credentials.",
            {(("provider", name),): well for name, well in account_metrics(self.accounts, self.providers).items()},
        )
        for name, read in counts.items():
            kind = "counter" if name.endswith("_total") else "gauge"
            yield Series(f"showcaller_{name}", kind, name.replace("_", " "), {(): read()})


def make_providers(settings: Settings, world: World, accounts: Accounts) -> dict[str, Provider]:
    """The providers that have credentials; what they say of these is noted."""
    connection = Connection(
        *(world.clock, settings.command, world.timeout, world.requests_per_second, world.passing, world.provider_time),
        settings.network,
    )
    there = catalogue()
    return {
        name: there[name].open(account, replace(connection, account=accounts.hook(name)))
        for name, account in settings.accounts.items()
    }
