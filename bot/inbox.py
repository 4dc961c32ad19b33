"""Webhooks: committed before they are answered, then opened one stream at a time, in order."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from bot.backoff import Backoff
from bot.clock import Clock
from bot.errors import StoreError, StoreUnavailable
from bot.log import RateLimitedLog
from bot.lookups import VideoLookups
from bot.model import JSON, Post, Seen, Source, StreamKey, Urgency, Video
from bot.providers.base import Heard, Provider, Restream
from bot.sightings import Sightings
from bot.slack.blocks import say
from bot.slack.stamps import brief
from bot.slack.text import escape
from bot.store.base import Letter, Store, Touched
from bot.watcher import Watcher
from bot.webhook_budget import WebhookBudget

log = logging.getLogger(__name__)

RETRIES = (0.5, 2.0, 10.0)
"""Real seconds before a letter that could not be opened is tried again; after the last it goes on the list of the dead."""

LULL, LONGEST_LULL = 0.01, 0.5
"""Real seconds: how long it is watched whether a flood of webhooks goes on, and how long opening waits for its end."""

FEW, SLOW = 8, 0.05
"""How many letters are opened at a time, and the real seconds after which the others go on without the slow ones: a commit that
opens many at once would hold up the commits that accept."""

BATCH = 64
"""Letters that are read at a time: finding those that are next among thousands costs more than opening them."""

TELL_EVERY = 3600.0
"""Real seconds."""

MOST_KIND = 80
"""Characters of a vendor's word that are shown."""

MOST_REASON, MOST_REASONS = 200, 8
"""Characters of a reason, and how many reasons are told at once."""

LONGEST_SUBJECT = 200
"""Characters of what a webhook is about, by which webhooks are put in order."""

MOST_TOLD = 200
"""Kinds of trouble that are remembered; whoever can reach the address may send any words."""

FLOOD = 5
"""So many webhooks in that time still are one."""


class Inbox:
    """Accepts webhooks and turns them into looks. A webhook is an observation, never an order."""

    def __init__(
        self,
        store: Store,
        providers: Mapping[str, Provider],
        clock: Clock,
        sightings: Sightings,
        watcher: Watcher,
        retries: Sequence[float] = RETRIES,
        *,
        ops_channel: str = "",
        slow: float = SLOW,
    ) -> None:
        self._store = store
        self._providers = providers
        self._clock = clock
        self._sightings = sightings
        self._watcher = watcher
        self._retries = retries
        self._ops_channel = ops_channel
        self._slow = slow
        self._told: dict[tuple[str, str], float] = {}
        self._news = asyncio.Event()
        self._idle = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._lookups = VideoLookups()
        self._batch: list[Letter] = []
        self._opening: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._just_done: set[int] = set()
        self._backoff = Backoff(retries[0] if retries else RETRIES[0])
        self._repeated = RateLimitedLog(log)
        self._store_failed: StoreError | None = None
        self._titles = {name: each.capabilities.title for name, each in providers.items()}
        self._budget = WebhookBudget()
        self._refusals: Counter[tuple[str, str]] = Counter()
        """By provider and reason: webhooks that were refused and not told of yet."""
        self.counts: Counter[str] = Counter()

    def start(self) -> None:
        """Begin to open what was accepted, also before the last stop."""
        self._news.set()
        self._task = asyncio.create_task(self._open_for_ever(), name="inbox")

    async def stop(self) -> None:
        """Open no more; what is left is opened after the next start."""
        tasks = [*([self._task] if self._task else []), *self._opening.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._lookups.stop()

    @property
    def busy(self) -> bool:
        """Whether anything is being opened or about to be."""
        return self._news.is_set() or not self._idle.is_set() or bool(self._opening)

    def touched(self, touched: Touched) -> None:
        """A commit put something into the inbox."""
        if touched.inbox:
            self._news.set()

    async def accept(self, provider: str, body: dict[str, JSON]) -> None:
        """Commit a webhook, redacted; StoreError if that failed, and then it must not be answered with success."""
        vendor = self._providers[provider]
        kept = self._budget.fit(vendor.redact(body), time.monotonic())
        await self._store.receive(provider, vendor.webhook_subject(body)[:LONGEST_SUBJECT], kept, self._clock.now())
        self.counts["accepted"] += 1

    async def refused(self, provider: str, reason: str) -> None:
        """A webhook was refused although its secret is valid: tell those who can mend it, at most once in `TELL_EVERY`."""
        self._refusals[provider, reason] += 1
        if not self._ops_channel or not self._is_news("", "refused webhooks"):
            return
        found, self._refusals = self._refusals, Counter()
        try:
            await self._store.post(refused_webhooks(found, self._titles, self._ops_channel, self._clock.now()))
        except StoreError as why:
            self._repeated.error("refused", "it could not be told that webhooks are refused: %s", why)

    async def _open_for_ever(self) -> None:
        while True:
            self._idle.clear()
            self._news.clear()
            try:
                while await self._open_some():
                    if self._store_failed is not None:
                        raise self._store_failed
            except Exception as failure:
                await self._stay_away(failure)
                continue
            if self._backoff.succeeded():
                self._repeated.over("stumble")
            self._idle.set()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), self._retries[0])

    async def _stay_away(self, failure: Exception) -> None:
        """Nothing can be read, or what was opened could not be noted: wait, longer each time, and say it once."""
        self._store_failed = None
        known = isinstance(failure, StoreError)
        self._repeated.error("stumble", "webhooks are not opened: %s", failure, exc_info=False if known else failure)
        await asyncio.sleep(self._backoff.failed())

    async def _open_some(self) -> bool:
        """Open a few letters of streams that are not being worked on; whether there were any. A slow one holds up nobody else."""
        accepted = self.counts["accepted"]
        if not self._batch:
            self._just_done.clear()
            letters = await self._store.letters(limit=BATCH + len(self._opening))
            self._batch = [letter for letter in letters if letter.id not in self._just_done]  # while they were read, they were done
        free = [letter for letter in self._batch if (letter.provider, letter.stream) not in self._opening]
        fresh, self._batch = free[:FEW], free[FEW:]
        tasks = [self._begin(letter) for letter in fresh]
        if tasks:
            await asyncio.wait(tasks, timeout=self._slow)
        if self.counts["accepted"] - accepted > len(fresh):
            await self._lull()
        return bool(tasks)

    def _begin(self, letter: Letter) -> asyncio.Task[None]:
        place = (letter.provider, letter.stream)
        task = self._opening[place] = asyncio.create_task(self._open(letter), name=f"open {letter.id}")
        task.add_done_callback(lambda _: self._done(place, letter))
        return task

    def _done(self, place: tuple[str, str], letter: Letter) -> None:
        self._opening.pop(place, None)
        self._just_done.add(letter.id)
        self._news.set()

    async def _lull(self) -> None:
        """Webhooks come faster than they are opened: answering them goes first, since nobody sends again what was not answered."""
        waited = 0.0
        while waited < LONGEST_LULL:
            accepted = self.counts["accepted"]
            await asyncio.sleep(LULL)
            waited += LULL
            if self.counts["accepted"] - accepted < FLOOD:
                return

    async def _open(self, letter: Letter) -> None:
        try:
            provider = self._providers[letter.provider]
            heard = provider.hear(letter.body, letter.received)
            await self._deliver(provider, heard)
            if heard.unknown:
                await self._show_unknown(letter, provider.capabilities.title, heard.unknown)
            await self._store.opened(letter.id, forget=self._budget.is_spent)
            self.counts["opened"] += 1
        except StoreUnavailable as failure:  # no fault of the letter's: it stays as it is
            self._store_failed = failure
        except Exception as failure:
            await self._failed(letter, failure)

    async def _failed(self, letter: Letter, failure: Exception) -> None:
        log.error("webhook %s of %s could not be opened", letter.id, letter.provider, exc_info=failure)
        try:
            retry = self._retries[letter.attempts] if letter.attempts < len(self._retries) else None
            await self._store.failed_letter(letter.id, type(failure).__name__, retry)
            self.counts["retried" if retry is not None else "dead"] += 1
            if retry is None:
                await self._instead_of(letter, type(failure).__name__)
        except StoreError as also:
            self._store_failed = also

    async def _show_unknown(self, letter: Letter, title: str, kind: str) -> None:
        """A type that nobody here knows is kept, and shown as the vendor wrote it, once in `TELL_EVERY`."""
        self.counts["unknown type"] += 1
        log.info("webhook of %s has the unknown type %r; kept", letter.provider, kind)
        room = len(self._told) < MOST_TOLD
        if self._ops_channel and room and self._is_news(letter.provider, f"type {kind[:MOST_KIND]}"):
            await self._store.post(unknown_letter(letter, title, kind, self._ops_channel, self._clock.now()))

    def _is_news(self, provider: str, what: str) -> bool:
        """Whether this was not told within `TELL_EVERY`; it counts as told then."""
        now = time.monotonic()
        if now - self._told.get((provider, what), -TELL_EVERY) < TELL_EVERY:
            return False
        self._told[provider, what] = now
        return True

    async def _instead_of(self, letter: Letter, error: str) -> None:
        """What it said is not known: look instead, and tell those who can mend it, for one kind of it once in `TELL_EVERY`."""
        if not self._is_news(letter.provider, error):
            return
        if self._ops_channel:
            await self._store.post(dead_letter(letter, error, self._ops_channel, self._clock.now()))
        try:
            await self._watcher.reconcile()
        except Exception:
            log.exception("looking in the place of webhook %s broke", letter.id)

    async def _deliver(self, provider: Provider, heard: Heard) -> None:
        for look in heard.looks:
            self._hint(await self._sightings.report(look))
        for page in heard.pages:
            for seen in await self._sightings.report_page(provider.name, page.page, page.state):
                self._hint(seen)
        for told in heard.restreams:
            key = StreamKey(provider.name, told.stream)
            await self._sightings.report_restreams(key, [Restream(told.restream, "", "", live=told.live)], Source.WEBHOOK)
            self._watcher.hint(key)
        for video in heard.videos:
            await self._sightings.report_video(await self._placed(provider, video))

    def _hint(self, seen: Seen) -> None:
        self._watcher.hint(seen.key, doubtful=bool(seen.doubts))

    async def _placed(self, provider: Provider, video: Video) -> Video:
        """A webhook may not say of which stream the video is, nor why it failed: ask the provider, where it tells of videos.

        Where nothing tells whose it is, its name is left out: a later look brings it.
        """
        askable = provider.capabilities.videos is not None
        unexplained = askable and video.status == "error" and not video.error
        if video.stream and not unexplained:
            return video
        nameless = video if video.stream else replace(video, name="")  # it may carry a show's title; a name that is known stays
        if video.status == "deleted":
            return nameless
        known = await self._store.video(provider.name, video.id)
        if known is not None and known.stream and not unexplained:
            return replace(video, stream=known.stream, started_at=known.started_at)
        read = await self._lookups.ask(provider, video.id) if askable else None
        if read is None:
            return nameless
        return replace(video, stream=read.stream, started_at=read.started_at, error=video.error or read.error)


def refused_webhooks(found: Mapping[tuple[str, str], int], titles: Mapping[str, str], channel: str, now: datetime) -> Post:
    """For those who look after the bot: a provider sends to the right address what cannot be kept."""
    several = sorted(found.items(), key=lambda each: -each[1])
    lines = [
        f"• {escape(titles.get(provider, 'An unknown provider'))}: {escape(brief(reason, MOST_REASON))}"
        + (f" ({count:,} times)" if count > 1 else "")
        for (provider, reason), count in several[:MOST_REASONS]
    ]
    text = (
        ":warning: *Webhooks with the right secret are refused.* I look for myself meanwhile, so that nothing is missed.\n"
        + "\n".join(lines)
        + "\nCheck the address and the format that the provider's dashboard shows for its webhooks. "
        "This is said at most once an hour; `/metrics` counts them."
    )
    return Post(f"ops:refused:{int(now.timestamp() * 1000)}", channel, now, Urgency.STATE, text, say(text).blocks)


def unknown_letter(letter: Letter, title: str, kind: str, channel: str, now: datetime) -> Post:
    """For those who look after the bot: a type of webhook that it does not know yet."""
    text = (
        f":grey_question: {escape(title)} sent a webhook of a type that I do not know, “{brief(kind, MOST_KIND)}”. It is kept and "
        "changes nothing; what I look at myself goes on as before."
    )
    key = f"ops:unknown:{letter.id}:{int(now.timestamp() * 1000)}"
    return Post(key, channel, now, Urgency.STATE, text, say(text).blocks, burst=f"ops:{channel}")


def dead_letter(letter: Letter, error: str, channel: str, now: datetime) -> Post:
    """For those who look after the bot: what could not be opened, and how to have it opened again once that is mended."""
    text = (
        f":warning: A webhook of {letter.provider} about {escape(letter.stream or 'no stream')} could not be opened "
        f"({escape(error)}; the log has the details). It is kept, the ones behind it go on, and I looked for myself instead. "
        f"Once the cause is mended: `python -m bot letters replay {letter.id}`; `python -m bot letters` lists all of them."
    )
    key = f"ops:dead-letter:{letter.id}:{letter.attempts}:{int(now.timestamp() * 1000)}"
    return Post(key, channel, now, Urgency.STATE, text, burst=f"ops:{channel}")
