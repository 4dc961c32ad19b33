"""Looks at streams on a rhythm that follows their shows, and at once on a hint; webhooks may be lost, looks are not."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.errors import ProviderError, StoreError
from bot.log import RateLimitedLog
from bot.model import Look, Seen, Show, ShowState, Source, StreamKey
from bot.providers.base import Provider, StreamInfo
from bot.providers.budget import Standing, standing
from bot.show.changes import PATIENCE_FOR_A_LOOK
from bot.show.defaults import Defaults
from bot.sightings import Sightings
from bot.store.base import Store, Touched

log = logging.getLogger(__name__)

CROWD = 12
"""Streams of one provider that are looked at closely; with more of them each is looked at half as often."""

MOST_UNPLANNED = 20
"""Streams without a show that are followed at a time because of a webhook; the others wait for their turn."""

GUARD_EVERY = 2.0
"""Show seconds between two checks whether looks still bring something."""

MOST_OVERSLEPT = 4.0
"""Seconds by which the guard may wake late before that counts as time in which the bot was not there."""

SLOW_LOOK = 5.0
"""Show seconds that a look may take without being late."""

MOST_LATER = 500
"""Of those that wait; the oldest are left to the next reconciliation, which sees every stream."""

FEW = 8
"""So many shows are read one by one; of more, all are read at once."""

WATCHED = (ShowState.PLANNED, ShowState.OPEN, ShowState.LIVE, ShowState.PAUSED, ShowState.OFF)


@dataclass(frozen=True, slots=True)
class Watch:
    """One stream to look at: which page to read with it, how often, and since when its videos are awaited."""

    key: StreamKey
    page: str
    every: timedelta
    videos_every: timedelta | None = None
    on_air: bool = False


class Watcher:
    """Decides what is looked at when. One task per watched stream; the provider's budget decides who goes first.

    `patient_for`: real seconds for which a look may hang before what a webhook claimed meanwhile is told as reported.
    `account_refused` is told the provider and its sentence when it does not even list the streams.
    """

    def __init__(
        self,
        store: Store,
        providers: Mapping[str, Provider],
        clock: Clock,
        figures: Defaults,
        sightings: Sightings,
        patient_for: float = PATIENCE_FOR_A_LOOK.total_seconds(),
        account_refused: Callable[[str, str], None] = lambda provider, sentence: None,  # noqa: ARG005
    ) -> None:
        self._store = store
        self._providers = providers
        self._clock = clock
        self._figures = figures
        self._sightings = sightings
        self._patient_for = patient_for
        self._account_refused = account_refused
        self._watches: dict[StreamKey, Watch] = {}
        self._tasks: dict[StreamKey, asyncio.Task[None]] = {}
        self._hints: dict[StreamKey, asyncio.Event] = {}
        self._planning: asyncio.Task[None] | None = None
        self._replan = asyncio.Event()
        self._shows: dict[str, Show] | None = None
        self._touched: set[str] = set()
        self._asleep: set[object] = set()
        self._repeated = RateLimitedLog(log)
        self._doubtful: set[StreamKey] = set()
        self._patience: dict[StreamKey, asyncio.Task[None]] = {}
        self._planned: set[StreamKey] = set()
        self._later: dict[StreamKey, None] = {}
        self._beside: dict[StreamKey, asyncio.Task[None]] = {}
        self._viewed: dict[StreamKey, float] = {}
        self._restreamed: dict[StreamKey, float] = {}
        self._filmed: dict[StreamKey, float] = {}
        self._good: dict[StreamKey, float] = {}
        """When a look last brought something, or was first to, by show seconds that nobody sets."""
        self._guarding: asyncio.Task[None] | None = None

    # -- life
    def start(self) -> None:
        """Begin to watch."""
        self._planning = asyncio.create_task(self._plan_for_ever(), name="watcher")
        self._guarding = asyncio.create_task(self._guard_for_ever(), name="sight")
        self._clock.on_step(self._replan.set)

    async def stop(self) -> None:
        """Watch no more."""
        followed = [*self._tasks.values(), *self._patience.values(), *self._beside.values()]
        tasks = [*followed, *(task for task in (self._planning, self._guarding) if task is not None)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks.clear()
        self._patience.clear()

    @property
    def busy(self) -> bool:
        """Whether anything but waiting for show time is going on."""
        waiting = len(self._asleep)
        steady = sum(task is not None for task in (self._planning, self._guarding))
        awake = waiting < len(self._tasks) + len(self._patience) + steady
        return self._replan.is_set() or awake or bool(self._beside)

    def touched(self, touched: Touched) -> None:
        """A commit changed shows: the rhythm may follow."""
        if touched.shows:
            self._touched |= touched.shows
            self._replan.set()

    def hint(self, key: StreamKey, *, doubtful: bool = False) -> None:
        """Look at this stream at once: somebody claims that it changed; `doubtful`: and people are told when a look agrees.

        Of those that no show needs only a few are looked at at a time, and their doubts are told by a look or not at all.
        """
        followed = key in self._hints
        crowded = len(self._tasks.keys() - self._planned) >= MOST_UNPLANNED
        if doubtful and (followed or not crowded):
            self._doubtful.add(key)
            if key not in self._patience:
                self._patience[key] = asyncio.create_task(self._lose_patience(key), name=f"patience {key}")
        if followed:
            self._hints[key].set()
        elif key.provider in self._providers and crowded:
            self._later.pop(key, None)
            self._later[key] = None
            if len(self._later) > MOST_LATER:
                del self._later[next(iter(self._later))]
        elif key.provider in self._providers:
            self._watch(Watch(key, "", self._figures.look_idle))
            self._hints[key].set()

    def _take_up_later(self) -> None:
        """Follow those that waited, as far as there is room; nobody asks for a planned one twice."""
        while self._later and len(self._tasks.keys() - self._planned) < MOST_UNPLANNED:
            key = next(iter(self._later))
            del self._later[key]
            self.hint(key)

    # -- planning
    async def _plan_for_ever(self) -> None:
        while True:
            self._replan.clear()
            try:
                await self._plan()
            except Exception as failure:
                self._broke("what is to be looked at cannot be read", failure)
            await self._sleep(self._replan, self._figures.look_open.total_seconds(), "planner")

    async def _plan(self) -> None:
        now = self._clock.now()
        wanted: dict[StreamKey, Watch] = {}
        for show in await self._read():
            watch = watch_for(show, now, self._figures)
            if watch is not None and watch.key.provider in self._providers:
                wanted[watch.key] = _closer(wanted.get(watch.key), watch)
        self._planned = set(wanted)
        for key in list(self._tasks):
            # one that is being looked at is left alone: in a crowd its turn would never come
            if key not in wanted and key in self._asleep and key not in self._doubtful and not self._hints[key].is_set():
                self._tasks.pop(key).cancel()
                self._hints.pop(key, None)
                self._watches.pop(key, None)
        useful = {name: provider.capabilities.look_every for name, provider in self._providers.items()}
        for watch in unhurried(wanted.values(), useful, self._figures):
            self._watch(watch)
        self._take_up_later()

    async def _read(self) -> list[Show]:
        """The shows that may have to be watched, earliest first: those that were touched since the last time are read, or all."""
        touched, self._touched = self._touched, set()
        known, self._shows = self._shows, None  # if reading fails, all are read the next time
        if known is not None and 0 < len(touched) <= FEW:
            for show_id, show in zip(touched, await asyncio.gather(*map(self._store.show, touched)), strict=True):
                known.pop(show_id, None)
                if show is not None and show.state in WATCHED:
                    known[show_id] = show
        else:
            known = {show.id: show for show in await self._store.shows(states=WATCHED, limit=1000)}
        self._shows = known
        return sorted(known.values(), key=lambda show: show.start)

    def _watch(self, watch: Watch) -> None:
        before = self._watches.get(watch.key)
        self._watches[watch.key] = watch
        task = self._tasks.get(watch.key)
        if task is None or task.done():
            self._hints[watch.key] = asyncio.Event()
            self._tasks[watch.key] = asyncio.create_task(self._follow(watch.key), name=f"watch {watch.key}")
        elif before is not None and (before.every, before.page) != (watch.every, watch.page):
            self._hints[watch.key].set()

    # -- looking
    async def _follow(self, key: StreamKey) -> None:
        while True:
            watch, hint = self._watches[key], self._hints[key]
            hint.clear()
            began = self._clock.elapsed()
            with standing(self._standing_of(watch)):
                doubtful = await self._look(watch, began)
            every = self._watches.get(key, watch).every
            pause = min(every, PATIENCE_FOR_A_LOOK) if doubtful else every
            await self._sleep(hint, began + pause.total_seconds() - self._clock.elapsed(), key)

    async def _look(self, watch: Watch, began: float) -> bool:
        """See the stream; whether a webhook's claim is still open, because that failed or could not tell."""
        provider = self._providers[watch.key.provider]
        try:
            seen = await self._sightings.look(provider, watch.key.id, watch.page, verifying=watch.key in self._doubtful)
            if seen.blind_since is None:
                self._good[watch.key] = self._clock.elapsed()
            self._doubts(watch.key, seen)
            self._look_beside(provider, watch, seen, began)
        except ProviderError as failure:
            log.warning("look at %s failed: %s (%s)", watch.key, failure.sentence, failure.detail)
        except Exception as failure:
            self._broke(f"look at {watch.key} broke", failure)
        else:
            return watch.key in self._doubtful
        with suppress(StoreError):  # it goes on looking, whatever became of this one
            self._doubts(watch.key, await self._store.seen(watch.key))
        return watch.key in self._doubtful

    async def _guard_for_ever(self) -> None:
        """Count as blind on air whatever keeps looks from bringing anything: an answer that never comes, an error of our own."""
        while True:
            began = self._clock.elapsed()
            await self._sleep(asyncio.Event(), GUARD_EVERY, "sight")
            away = self._clock.elapsed() - began - GUARD_EVERY
            if away > MOST_OVERSLEPT:  # suspended, or the machine too busy: nobody could look, so no look failed
                self._good = {key: good + away for key, good in self._good.items()}
            on_air = {watch.key: watch for watch in self._watches.values() if watch.on_air and watch.key in self._planned}
            now = self._clock.elapsed()
            self._good = {key: self._good.get(key, now) for key in on_air}
            for key, watch in on_air.items():
                if now - self._good[key] >= 2 * watch.every.total_seconds() + SLOW_LOOK:
                    try:
                        await self._sightings.report_blind(key)
                    except Exception as failure:
                        self._broke(f"telling that {key} is not seen broke", failure)

    def _broke(self, what: str, failure: Exception) -> None:
        """Log it: our own errors with their traceback, and what the store refuses once in a while for all looks."""
        if isinstance(failure, StoreError):
            self._repeated.error("store", "%s: %s", what, failure)
        else:
            self._repeated.error(what, "%s: %s", what, failure, exc_info=failure)

    def _standing_of(self, watch: Watch) -> Standing:
        if watch.key not in self._planned:
            return Standing.BACKGROUND
        return Standing.ON_AIR if watch.on_air or watch.every <= self._figures.look_near else Standing.ORDINARY

    def _look_beside(self, provider: Provider, watch: Watch, seen: Seen, began: float) -> None:
        """Read what is good to know and nobody's signal: no look waits for that, and there is one at a time for each stream."""
        if watch.key in self._beside or not (watch.on_air or watch.videos_every is not None):
            return
        task = self._beside[watch.key] = asyncio.create_task(
            self._read_beside(provider, watch, seen, began), name=f"beside {watch.key}"
        )
        task.add_done_callback(lambda _: self._beside.pop(watch.key, None))

    async def _read_beside(self, provider: Provider, watch: Watch, seen: Seen, began: float) -> None:
        with standing(Standing.ORDINARY):
            if watch.on_air and seen.signal:
                await self._guarded("viewers", watch, self._count_viewers(provider, watch))
            if watch.on_air:
                await self._guarded("restream targets", watch, self._look_at_restreams(provider, watch))
            await self._guarded("videos", watch, self._look_at_videos(provider, watch, began))

    async def _guarded(self, what: str, watch: Watch, reading: Awaitable[None]) -> None:
        try:
            await reading
        except ProviderError as failure:
            log.warning("%s of %s not read: %s (%s)", what, watch.key, failure.sentence, failure.detail)
        except Exception as failure:
            self._broke(f"reading the {what} of {watch.key} broke", failure)

    def _doubts(self, key: StreamKey, seen: Seen | None) -> None:
        """Note whether a webhook's claim about the stream is still open."""
        if seen is None or not seen.doubts:
            self._doubtful.discard(key)
        elif key not in self._doubtful:
            self.hint(key, doubtful=True)

    async def _lose_patience(self, key: StreamKey) -> None:
        """Have told what a webhook claimed and no look of ours answers, because the provider hangs for instance."""
        try:
            while key in self._doubtful:
                self._asleep.add(("patience", key))
                await asyncio.sleep(self._patient_for)
                self._asleep.discard(("patience", key))
                if key in self._doubtful:
                    await self._tell_unanswered(key)
        finally:
            self._asleep.discard(("patience", key))
            del self._patience[key]

    async def _tell_unanswered(self, key: StreamKey) -> None:
        try:
            self._doubts(key, await self._sightings.report_unanswered(key))
        except Exception as failure:
            self._broke(f"telling what was only reported of {key} broke", failure)

    async def _count_viewers(self, provider: Provider, watch: Watch) -> None:
        now, last = self._clock.elapsed(), self._viewed.get(watch.key)
        if not provider.capabilities.viewers or (last is not None and now - last < self._figures.viewers_every.total_seconds()):
            return
        self._viewed[watch.key] = now
        viewers = await provider.viewers(watch.key.id, watch.page)
        if viewers is not None:
            await self._sightings.report(Look(watch.key, self._clock.now(), Source.LOOK, viewers=viewers))

    async def _look_at_restreams(self, provider: Provider, watch: Watch) -> None:
        """Whether the picture arrives where it is sent on to, and is still sent there: as often as an open show is looked at."""
        began, way = self._clock.elapsed(), provider.capabilities.restreams
        last = self._restreamed.get(watch.key)
        if way is None or (last is not None and began - last < self._figures.look_open.total_seconds()):
            return
        targets = (await self._store.dossier(watch.key)).restreams
        owner = watch.page if way.of == "page" else watch.key.id
        if owner and any(target.on and target.remote for target in targets):
            self._restreamed[watch.key] = began
            asked = self._clock.now()
            listed = await provider.list_restreams(owner)
            await self._sightings.report_restreams(watch.key, listed, Source.LOOK, owner, asked=asked)

    async def _look_at_videos(self, provider: Provider, watch: Watch, began: float) -> None:
        """As often as the look that began then is to bring them."""
        last = self._filmed.get(watch.key)
        if provider.capabilities.videos is None or watch.videos_every is None:
            return
        if last is not None and began - last < watch.videos_every.total_seconds():
            return
        self._filmed[watch.key] = began
        for video in reversed(await provider.list_videos(watch.key.id)):
            await self._sightings.report_video(video)

    async def reconcile(self) -> list[StreamInfo]:
        """Look at every stream of every account through its paged list: finds what is on without a show."""
        with standing(Standing.BACKGROUND):
            return await self._reconcile()

    async def _reconcile(self) -> list[StreamInfo]:
        found: list[StreamInfo] = []
        for provider in self._providers.values():
            try:
                infos = await provider.list_streams()
            except ProviderError as failure:
                if failure.permanent:
                    self._account_refused(provider.name, failure.sentence)
                log.warning("streams of %s not listed: %s (%s)", provider.name, failure.sentence, failure.detail)
                continue
            for info in infos:
                if info.key not in self._tasks:
                    await self._sightings.report(info.look)
            found += infos
        return found

    async def _sleep(self, event: asyncio.Event, seconds: float, who: object) -> None:
        """For so many show seconds, wherever the wall clock is set meanwhile, or until the event."""
        self._asleep.add(who)
        nap = asyncio.ensure_future(self._clock.sleep(seconds))
        rung = asyncio.ensure_future(event.wait())
        try:
            await asyncio.wait({nap, rung}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._asleep.discard(who)
            nap.cancel()
            rung.cancel()


def watch_for(show: Show, now: datetime, figures: Defaults) -> Watch | None:
    """How a show wants its stream watched now: not at all while it is only planned, closest from T−5 until it is off."""
    if show.key is None:
        return None
    page = show.page if show.wants_page else ""
    if show.state is ShowState.OFF:
        if show.stopped_at is None:
            return Watch(show.key, page, figures.look_near, figures.look_video)
        since = now - show.stopped_at
        if since > figures.look_video_for:
            return None
        every = figures.look_video if since < figures.look_video_fast_for else figures.look_video_slow
        return Watch(show.key, page, every, every)
    if show.state is ShowState.PLANNED and now < show.start - figures.open_lead:
        return None
    near = show.state.on_air or now >= show.start - figures.look_near_lead
    every = figures.look_near if near else figures.look_open
    videos = figures.look_video if show.state.on_air else None
    return Watch(show.key, page, every, videos, on_air=show.state.on_air)


def unhurried(watches: Iterable[Watch], useful: Mapping[str, timedelta], figures: Defaults) -> list[Watch]:
    """The watches, as often as is `useful` at each provider, and half as often where many streams share one budget."""
    asked = list(watches)
    near = Counter(watch.key.provider for watch in asked if watch.every <= figures.look_near)
    found = []
    for watch in asked:
        crowded = watch.every <= figures.look_near and near[watch.key.provider] > CROWD
        least = max(2 * figures.look_near if crowded else timedelta(0), useful[watch.key.provider])
        found.append(replace(watch, every=max(watch.every, least)))
    return found


def _closer(one: Watch | None, other: Watch) -> Watch:
    """Of two shows on one stream the one that is closer to the air has its page read."""
    if one is None:
        return other
    return min((one, other), key=lambda watch: (not watch.on_air, watch.every))
