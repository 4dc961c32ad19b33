"""Every observation of a stream, ours or a webhook's, goes through here: compared, reacted to and committed in one transaction."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.clock import Clock
from bot.errors import ProviderError, StoreError
from bot.log import RateLimitedLog
from bot.model import Change, Decision, Dossier, Look, Quality, Seen, ShowState, Source, StreamKey, Video
from bot.providers.base import Provider, Restream
from bot.show.changes import blind, changes, forgetting, unanswered
from bot.show.draft import Draft
from bot.store.base import Store

log = logging.getLogger(__name__)

React = Callable[[Draft, tuple[Change, ...], Source | None, str], None]
"""Adds to a draft what the changes mean. The source is None when a look of ours failed; the last says why no waiting mends that."""

ReactBarely = Callable[[Draft, tuple[Change, ...], bool], None]
"""The same where our own rules broke: what must be told and nothing else. The last: whether we are blind."""

ReactToVideo = Callable[[Draft, Video | None, Video], None]

ReactToRestreams = Callable[[Draft, Sequence[Restream], Source, str, datetime], None]


class Sightings:
    """Looks at streams and reports what is seen."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        react: React,
        react_to_video: ReactToVideo,
        react_to_restreams: ReactToRestreams,
        react_barely: ReactBarely = lambda draft, found, blind: None,  # noqa: ARG005
    ) -> None:
        self._store = store
        self._clock = clock
        self._react = react
        self._react_to_video = react_to_video
        self._react_to_restreams = react_to_restreams
        self._react_barely = react_barely
        self._repeated = RateLimitedLog(log)

    def kept_in(self, store: Store) -> Sightings:
        """The same, with another memory."""
        return Sightings(store, self._clock, self._react, self._react_to_video, self._react_to_restreams, self._react_barely)

    async def look(self, provider: Provider, stream: str, page: str = "", *, verifying: bool = False) -> Seen:
        """See the stream (and its page) now by our own request, and report it; ProviderError if that failed, reported as well.

        An answer that our own reading trips over is a failure that may pass, like one that is not the vendor's API.
        """
        key = StreamKey(provider.name, stream)
        try:
            look = await provider.look(stream, page=page, verifying=verifying)
        except ProviderError as failure:
            await self.report_blind(key, failure.sentence if failure.permanent else "")
            raise
        except Exception as error:
            self._repeated.error(f"read {key}", "the answer about %s could not be read: %s", key, error, exc_info=error)
            await self.report_blind(key)
            title = provider.capabilities.title
            sentence = f"{title} answered something that I could not read; the log has it."
            raise ProviderError(sentence, permanent=False, detail=type(error).__name__, happened=sentence) from error
        return await self.report(look)

    async def report(self, look: Look) -> Seen:
        """Commit an observation together with all that it means."""

        def rule(dossier: Dossier) -> Decision[Seen]:
            now = self._clock.now()
            draft = Draft(dossier, now)
            seen, found = changes(dossier.seen, look, now)
            seen = forgetting(seen, {look.page, *(show.page for show in dossier.shows)})
            draft.see(seen)
            self._react(draft, found, look.source, "")
            if _looks_different(dossier.seen, seen) or _moment_passed(dossier, now):
                draft.touch_shows()
            return draft.decision(seen)

        try:
            return await self._store.decide(look.key, rule)
        except StoreError:
            raise
        except Exception as error:
            if look.source is not Source.LOOK:
                raise
            self._repeated.error(f"report {look.key}", "what was seen of %s broke a rule: %s", look.key, error, exc_info=error)
            return await self._report_barely(look)

    async def _report_barely(self, look: Look) -> Seen:
        """Commit what is on and off, and no more, after a rule of ours broke over the whole: it counts as blind all the same."""
        bare = replace(look, name=None, recorded=None, quality=None, trouble=None, evidence="", viewers=None)

        def rule(dossier: Dossier) -> Decision[Seen]:
            draft, before = Draft(dossier, self._clock.now()), dossier.seen
            seen, found = changes(before, bare, draft.now)
            since = (before.blind_since if before else None) or draft.now
            seen = replace(seen, blind_since=since, looked_at=before.looked_at if before else None)
            draft.see(seen)
            self._react_barely(draft, found, False)
            draft.touch_shows()
            return draft.decision(seen)

        return await self._store.decide(look.key, rule)

    async def report_unanswered(self, key: StreamKey) -> Seen | None:
        """Commit and tell, as not confirmed, what a webhook claimed of a stream and no look of ours has answered for 2 s."""

        def rule(dossier: Dossier) -> Decision[Seen | None]:
            draft = Draft(dossier, self._clock.now())
            if dossier.seen is None:
                return draft.decision(None)
            seen, found = unanswered(dossier.seen, draft.now)
            if found:
                draft.see(seen)
                self._react(draft, found, Source.WEBHOOK, "")
                draft.touch_shows()
            return draft.decision(seen)

        return await self._store.decide(key, rule)

    async def report_page(self, provider: str, page: str, state: str) -> list[Seen]:
        """Commit what a webhook says of a page, for the show whose page it is; what is known of its stream (none: unknown page)."""
        concerned = []
        for show in await self._store.shows(states=[state for state in ShowState if not state.closed], page=page, limit=1000):
            if show.provider == provider and show.key is not None:
                at = self._clock.now()
                concerned.append(await self.report(Look(show.key, at, Source.WEBHOOK, page=page, page_state=state)))
        return concerned

    async def report_video(self, video: Video) -> None:
        """Commit what is known of a video together with what it means."""

        def rule(before: Video | None, dossier: Dossier) -> Decision[None]:
            draft = Draft(dossier, self._clock.now())
            self._react_to_video(draft, before, replace(video, seen_at=draft.now))
            return draft.decision(None)

        await self._store.observe_video(video.provider, video.id, rule, show=video.show)

    async def report_restreams(
        self, key: StreamKey, told: Sequence[Restream], source: Source, owner: str = "", *, asked: datetime | None = None
    ) -> None:
        """Commit what is said of the restream targets of the shows on a stream.

        Those that are not named stay as they are, unless these are all that this `owner`, a page or a stream, has. `asked` is the
        show time at which the provider was asked, None if it says it now by itself.
        """

        def rule(dossier: Dossier) -> Decision[None]:
            draft = Draft(dossier, self._clock.now())
            self._react_to_restreams(draft, told, source, owner, asked or draft.now)
            return draft.decision(None)

        await self._store.decide(key, rule)

    async def report_blind(self, key: StreamKey, refused: str = "") -> None:
        """Commit that no look of ours brings anything now; `refused` says why no waiting mends that."""

        def rule(dossier: Dossier) -> Decision[None]:
            draft = Draft(dossier, self._clock.now())
            seen, found = blind(dossier.seen, dossier.seen or Seen(key), draft.now)
            draft.see(seen)
            if broken:
                self._react_barely(draft, found, True)
            else:
                self._react(draft, found, None, refused)
            if _looks_different(dossier.seen, seen):
                draft.touch_shows()
            return draft.decision(None)

        broken = False
        try:
            await self._store.decide(key, rule)
        except StoreError:
            raise
        except Exception as error:
            self._repeated.error(f"blind {key}", "that %s is not seen broke a rule: %s", key, error, exc_info=error)
            broken = True
            await self._store.decide(key, rule)


def _moment_passed(dossier: Dossier, now: datetime) -> bool:
    """Whether since our last look a moment has passed that a card tells of, though nothing happened at it."""
    before = dossier.seen.looked_at if dossier.seen else None
    moments = [
        moment
        for show in dossier.shows
        for moment in (show.start, show.end, show.hold.until if show.hold else None, show.quiet_until)
        if moment is not None
    ]
    return before is not None and any(before < moment <= now for moment in moments)


def _looks_different(before: Seen | None, seen: Seen) -> bool:
    """Whether a card would: not for the clock time of a look alone, because every edit counts at Slack."""
    if before is None:
        return True
    return _without_clock_times(before) != _without_clock_times(seen)


def _without_clock_times(seen: Seen) -> Seen:
    return replace(seen, looked_at=None, heard_at=None, viewers_at=None, quality=_roughly(seen.quality), evidence="")


def _roughly(quality: Quality | None) -> Quality | None:
    """The picture but for what every encoder varies all the time: a quarter more or less of its bitrate is another picture."""
    if quality is None:
        return None
    steps = round(math.log(quality.kbps, 1.25)) if quality.kbps and quality.kbps > 0 else None
    speed = round(quality.speed, 1) if quality.speed is not None else None
    return Quality(quality.height, round(quality.fps) if quality.fps else None, steps, speed)
