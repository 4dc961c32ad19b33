"""While the database takes nothing, nothing spins, nothing acknowledged is lost, and the show goes on by itself afterwards."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

import httpx
import pytest

from bot.errors import StoreUnavailable
from tests.show_stories.gallery import Gallery
from tests.store.trouble import KINDS, refusing
from tests.studio import Studio

BUSY_FOR = 3.0
"""Real seconds; long enough for a loop that tries at once to try thousands of times."""

MOST_TRIES = 30
"""In that time. The writer alone lets five through in the first second and two or three in each after that."""

MOST_LINES = 40


@pytest.mark.parametrize("kind", KINDS)
async def test_a_due_show_webhooks_and_people_outlast_it(studio: Studio, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    await studio.plan()
    await studio.at("9:29:00", step=600)
    store, slack, ana = studio.rehearsal.bot.store, studio.slack, studio.ana
    caplog.set_level(logging.INFO, logger="bot")
    with refusing(store, kind) as refusals:
        heard = len(slack.ephemerals(ana))
        await slack.command(ana, studio.channel, "/live hold s1")
        await slack.wait_for(lambda slack: len(slack.ephemerals(ana)) > heard)
        assert "nothing was changed" in slack.read(slack.ephemerals(ana)[-1])
        assert await _webhook(studio) == 503
        caplog.clear()
        began, before = time.monotonic(), refusals.count
        studio.rehearsal.clock.set(studio.now.replace(minute=30, second=1))
        await asyncio.sleep(max(0.0, BUSY_FOR - (time.monotonic() - began)))
        assert refusals.count - before <= MOST_TRIES * (time.monotonic() - began) / BUSY_FOR
        assert len(caplog.records) <= MOST_LINES
    await slack.wait_for(lambda _: "WAITING FOR ENCODER" in studio.everything, 10)
    await studio.settle()
    assert "HELD" not in studio.everything
    assert len(studio.cloud.ledger.of("enabled")) == 1
    assert await _webhook(studio) == 200
    await studio.settle()
    assert await store.letters() == await store.dead_letters() == []
    assert await store.lose_requests(lambda asked: pytest.fail(f"{asked} would be told as lost")) == 0


async def _until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not reached():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.01)


async def _webhook(studio: Studio) -> int:
    async with httpx.AsyncClient(trust_env=False, timeout=15) as http:
        body = {"type": "stream", "stream_id": 7, "live": True}
        return (await http.post(str(studio.cloud.webhooks.url), json=body)).status_code


async def test_a_webhook_that_was_accepted_before_is_opened_after_and_is_not_called_dead(studio: Studio) -> None:
    store = studio.rehearsal.bot.store
    inbox = studio.rehearsal.bot.inbox
    real, failed = store.opened, 0

    async def refuse(letter_id: int, *, forget: bool = False) -> None:
        nonlocal failed
        failed += 1
        with refusing(store, "disk full"):
            await real(letter_id, forget=forget)

    store.opened = refuse  # type: ignore[method-assign]
    assert await _webhook(studio) == 200
    began = time.monotonic()
    await _until(lambda: failed >= 3)
    assert failed / (time.monotonic() - began) < 10  # three tries in a row take a second; a loop that spins makes hundreds
    assert inbox.counts["dead"] == inbox.counts["retried"] == 0
    store.opened = real  # type: ignore[method-assign]
    await studio.settle()
    assert inbox.counts["opened"] >= 1
    assert await store.letters() == await store.dead_letters() == []


async def test_a_post_that_waits_for_the_database_is_neither_given_up_nor_called_a_repeat(studio: Studio) -> None:
    await studio.plan()
    bot = studio.rehearsal.bot
    real, failed = bot.store.update_parcel, 0

    async def refuse(key: str, **told: object) -> None:
        nonlocal failed
        failed += 1
        with refusing(bot.store, "disk full"):
            await real(key, **told)  # type: ignore[arg-type]

    bot.store.update_parcel = refuse  # type: ignore[method-assign]
    await studio.slack.command(studio.ana, studio.channel, "/live mark s1 a mark in trouble")
    before = len(studio.thread())
    await _until(lambda: failed >= 3)
    for entry in bot.outbox._entries.values():
        assert entry.crashes == 0
    assert len(studio.thread()) == before
    bot.store.update_parcel = real  # type: ignore[method-assign]
    await bot.outbox.settled()
    assert sum("a mark in trouble" in reply for reply in studio.thread()) == 1
    assert bot.outbox.metrics.dead == bot.outbox.metrics.repeats == 0


async def test_an_operation_that_the_database_fails_goes_on_by_itself(studio: Studio) -> None:
    """It is not closed as broken, which would need a person."""
    await studio.plan()
    await studio.at("9:29:00", step=600)
    store = studio.rehearsal.bot.store
    real, failed = store.advance, 0

    async def refuse(*args: object) -> object:
        nonlocal failed
        failed += 1
        with refusing(store, "disk unplugged"):
            return await real(*args)  # type: ignore[arg-type]

    store.advance = refuse  # type: ignore[method-assign, assignment]
    studio.rehearsal.clock.set(studio.now.replace(minute=30, second=1))
    began = time.monotonic()
    await _until(lambda: failed >= 4)
    assert failed / (time.monotonic() - began) < 10
    store.advance = real  # type: ignore[method-assign]
    await studio.slack.wait_for(lambda _: "WAITING FOR ENCODER" in studio.everything, 10)
    await studio.settle()
    assert "WAITING FOR ENCODER" in studio.card_text
    assert "broke" not in studio.everything


async def test_looks_go_on_after_what_they_saw_could_not_be_kept_or_read(studio: Studio) -> None:
    gallery = Gallery(studio.rehearsal)
    await gallery.opened()
    await gallery.at("9:58:00", step=120)
    store = studio.rehearsal.bot.store
    real = store.seen

    async def refuse(*_: object) -> None:
        raise StoreUnavailable("The disk does not answer as it should.")

    store.seen = refuse  # type: ignore[method-assign, assignment]
    with refusing(store, "disk unplugged"):
        for _ in range(3):
            studio.rehearsal.clock.advance(gallery.rehearsal.bot.settings.defaults.look_near)
            await asyncio.sleep(0.05)
    store.seen = real  # type: ignore[method-assign]
    assert all(not task.done() for task in studio.rehearsal.bot.watcher._tasks.values())
    await studio.settle()
    gallery.connect()
    await gallery.passes(15)
    assert "READY" in gallery.card_text
