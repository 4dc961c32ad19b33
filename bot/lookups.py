"""Look-ups of videos that a webhook names without their stream: one at a time for each vendor, behind everything else."""

from __future__ import annotations

import asyncio
import logging

from bot.errors import ProviderError
from bot.model import Video
from bot.providers.base import Provider
from bot.providers.budget import Standing, standing

log = logging.getLogger(__name__)

MOST = 100
"""Videos of one provider that wait. The oldest give way: those of our shows are also found by the looks at their streams."""

Key = tuple[str, str]


class VideoLookups:
    """Answers what a provider says of a video; None where it does not say, or where too many were asked for meanwhile."""

    def __init__(self) -> None:
        self._waiting: dict[str, dict[str, asyncio.Future[Video | None]]] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}
        self.dropped = 0
        """How many were given up because of younger ones."""

    async def ask(self, provider: Provider, video: str) -> Video | None:
        """Whoever asks for a video that is asked for already gets the same answer. Raises what our own reading raises."""
        waiting = self._waiting.setdefault(provider.name, {})
        answer = waiting.get(video)
        if answer is None:
            answer = waiting[video] = asyncio.get_running_loop().create_future()
            if len(waiting) > MOST:
                self.dropped += 1
                _answer(waiting.pop(next(iter(waiting))), None)
            if provider.name not in self._workers:
                worker = asyncio.create_task(self._work(provider, waiting), name=f"video look-ups at {provider.name}")
                self._workers[provider.name] = worker
                worker.add_done_callback(lambda _: self._workers.pop(provider.name, None))
        return await asyncio.shield(answer)

    async def stop(self) -> None:
        """Ask nobody any more."""
        workers = list(self._workers.values())
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)

    async def _work(self, provider: Provider, waiting: dict[str, asyncio.Future[Video | None]]) -> None:
        while waiting:
            video, answer = next(iter(waiting.items()))
            try:
                with standing(Standing.BACKGROUND):
                    found: Video | None = await provider.video(video)
            except ProviderError as failure:
                log.warning("video %s not read: %s (%s)", video, failure.sentence, failure.detail)
                for given_up in list(waiting) if not failure.permanent else [video]:  # while it is out, nobody waits for it
                    _answer(waiting.pop(given_up, answer), None)
            except Exception as error:
                waiting.pop(video, None)
                if not answer.done():
                    answer.set_exception(error)
            else:
                waiting.pop(video, None)
                _answer(answer, found)


def _answer(future: asyncio.Future[Video | None], found: Video | None) -> None:
    if not future.done():
        future.set_result(found)
