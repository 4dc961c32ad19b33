"""Socket Mode in trouble, with the whole bot: heard again within 5 s, done once though it comes twice, and told on its pages."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from slack_sdk.socket_mode.websockets import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

import commands
from bot.sandbox.faults import Fault
from bot.sandbox.rehearsal import Rehearsal
from bot.sandbox.slack import SlackEmulator
from bot.slack.manifest import build
from tests.contention import Stopwatch
from tests.faults.scenes import berlin
from tests.studio import Studio

HEARS_AGAIN = 5.0
"""Real seconds from the moment at which Slack is well again, or would be for a new connection."""

OUTAGE = 6.0
"""Real seconds for which Slack stays away: the tries are as far apart by then as they get."""

KNOCK_EVERY = 0.2
UPGRADE, ADDRESS = "/link/*", "/api/apps.connections.open"

Trouble = Callable[[SlackEmulator], Awaitable[None]]
"""Begins a trouble, and returns when a new connection would work again."""


# -- troubles -----------------------------------------------------------------------------------------------------------
async def every_connection_drops(slack: SlackEmulator) -> None:
    slack.sockets.drop_all()


async def both_are_deaf(slack: SlackEmulator) -> None:
    slack.sockets.deafen()
    slack.sockets.deafen()


async def slack_wants_to_refresh(slack: SlackEmulator) -> None:
    await slack.sockets.disconnect("refresh_requested")


async def slack_warns(slack: SlackEmulator) -> None:
    await slack.sockets.disconnect("warning")


async def upgrades_are_refused(slack: SlackEmulator) -> None:
    slack.sockets.refuse_upgrades(100_000)
    slack.sockets.drop_all()
    await asyncio.sleep(OUTAGE)
    slack.sockets.refuse_upgrades(0)


async def there_is_no_address(slack: SlackEmulator) -> None:
    slack.fail("apps.connections.open", "internal_error", times=100_000)
    slack.sockets.drop_all()
    await asyncio.sleep(OUTAGE)
    slack.web_api.failures.clear()


async def a_page_stands_where_the_address_was(slack: SlackEmulator) -> None:
    page = {"Content-Type": "text/html"}
    gone = slack.faults.add(Fault(ADDRESS, times=None, status=503, body=b"<html>back soon</html>", headers=page))
    slack.sockets.drop_all()
    await asyncio.sleep(OUTAGE)
    gone.times = 0


async def upgrades_hang(slack: SlackEmulator) -> None:
    hanging = slack.faults.add(Fault(UPGRADE, times=None, delay=3600))
    slack.sockets.drop_all()
    await asyncio.sleep(OUTAGE)
    hanging.times = 0


async def addresses_hang(slack: SlackEmulator) -> None:
    hanging = slack.faults.add(Fault(ADDRESS, times=None, delay=3600))
    slack.sockets.drop_all()
    await asyncio.sleep(OUTAGE)
    hanging.times = 0


async def addresses_are_rationed(slack: SlackEmulator) -> None:
    slack.fail("apps.connections.open", "ratelimited", times=2, retry_after=2)
    slack.sockets.drop_all()
    await asyncio.sleep(2)


TROUBLES: tuple[Trouble, ...] = (
    every_connection_drops,
    both_are_deaf,
    slack_wants_to_refresh,
    slack_warns,
    upgrades_are_refused,
    there_is_no_address,
    a_page_stands_where_the_address_was,
    upgrades_hang,
    addresses_hang,
    addresses_are_rationed,
)


# -- what came of it ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Heard:
    """What became of one trouble. `after`: real seconds until a typed line was acknowledged."""

    trouble: str
    after: float
    well: bool
    """Whether the bot's pages say that all is well again."""
    envelopes: int
    repeats: int
    doubled: int

    @property
    def wrong(self) -> list[str]:
        """What is not as it has to be, a sentence each."""
        late = [f"{self.trouble}: heard again after {self.after:.1f} s"] if self.after > HEARS_AGAIN else []
        told = [] if self.well else [f"{self.trouble}: the pages do not say that Slack is heard again"]
        twice = [f"{self.trouble}: {self.doubled} things happened twice"] if self.doubled else []
        return [*late, *told, *twice]


async def heard_again(studio: Studio) -> float:
    """People knock until a line is acknowledged; how long that took. Lines that nobody hears are given up after three seconds."""
    watch, heard, knocks = Stopwatch(), asyncio.Event(), set[asyncio.Task[None]]()

    async def knock() -> None:
        if (await studio.slack.command(studio.ben, studio.channel, "/live shows")).acked:
            heard.set()

    while not heard.is_set() and watch.passed() < 3 * HEARS_AGAIN:
        knocks.add(asyncio.create_task(knock()))
        with suppress(TimeoutError):
            await asyncio.wait_for(heard.wait(), KNOCK_EVERY)
    took = watch.passed()
    await asyncio.gather(*knocks)
    return took


async def pages(studio: Studio) -> tuple[int, dict[str, float]]:
    """The status of /readyz and the numbers of /metrics that are about Slack."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{studio.rehearsal.bot.web.port}", trust_env=False) as browser:
        ready, scraped = await asyncio.gather(browser.get("/readyz"), browser.get("/metrics"))
    lines = [line.split() for line in scraped.text.splitlines() if line.startswith("showcaller_slack_")]
    return ready.status_code, {name.removeprefix("showcaller_slack_"): float(number) for name, number in lines}


async def work_that_comes_twice(studio: Studio) -> int:
    """A show is planned and opened while every envelope comes on two connections; how many things happened too often."""
    studio.slack.sockets.undeafen()  # Slack notices that the bot has left
    await studio.slack.wait_for(lambda slack: slack.sockets.connected == 2)
    studio.slack.sockets.repeat_next(100)
    await studio.plan()
    await studio.rehearsal.press(studio.ana, studio.card, "more", "Open now")
    await studio.settle()
    deeds = [len(studio.cloud.ledger.of(kind)) for kind in ("stream created", "broadcast created", "enabled")]
    assert all(deeds), studio.everything
    return sum(count - 1 for count in [*deeds, len(await studio.rehearsal.bot.store.shows())])


async def suffer(trouble: Trouble, folder: Path) -> Heard:
    """One bot, one trouble, then work."""
    rehearsal = Rehearsal(folder, commands.load(), start=berlin("8:50"))
    await rehearsal.open()
    try:
        studio = Studio(rehearsal)
        await rehearsal.settle()
        await trouble(rehearsal.slack)
        after = await heard_again(studio)
        before, delivered = rehearsal.bot.link.counters.envelopes, len(rehearsal.slack.deliveries)
        doubled = await work_that_comes_twice(studio)
        status, numbers = await pages(studio)
        envelopes = int(numbers["envelopes_total"]) - before
        repeats = envelopes - (len(rehearsal.slack.deliveries) - delivered)
        well = status == 200 and numbers["link_well"] == 1 and numbers["connections"] == 2
        return Heard(trouble.__name__, after, well, envelopes, repeats, doubled)
    finally:
        await rehearsal.close()


async def the_sdk_alone() -> bool:
    """The control: slack_sdk's own client believes for half a minute that it is connected; whether it noticed in time."""
    async with SlackEmulator(build(command="/live", commands_hint="help")) as slack:
        client = SocketModeClient(slack.app_token, web_client=AsyncWebClient(slack.bot_token, base_url=slack.api_url))
        await client.connect()  # type: ignore[no-untyped-call]
        await slack.wait_for(lambda there: there.sockets.connected == 1)
        slack.sockets.deafen()
        with suppress(TimeoutError):
            await asyncio.wait_for(slack.wait_for(lambda there: there.sockets.upgrades > 1, timeout=60), HEARS_AGAIN)
        noticed = slack.sockets.upgrades > 1
        slack.sockets.undeafen()
        await client.close()  # type: ignore[no-untyped-call]
        return noticed


async def test_after_every_trouble_it_hears_within_five_seconds_and_nothing_runs_twice(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, logger="bot.slack.transport.sockets")
    drills = (suffer(trouble, tmp_path_factory.mktemp("deaf")) for trouble in TROUBLES)
    heard, sdk_noticed = await asyncio.gather(asyncio.gather(*drills), the_sdk_alone())
    with capsys.disabled():
        slowest = max(heard, key=lambda one: one.after)
        print(  # noqa: T201 (the counts are what it is for)
            f"\nSocket Mode: {len(heard)} troubles, heard again after {slowest.after:.1f} s at most ({slowest.trouble}), "
            f"{sum(one.envelopes for one in heard)} envelopes, {sum(one.repeats for one in heard)} repeats, "
            f"doubled {sum(one.doubled for one in heard)}\n"
            f"control, slack_sdk alone: deafness noticed within {HEARS_AGAIN:g} s {sdk_noticed} (must be False)"
        )
    assert not [sentence for one in heard for sentence in one.wrong]
    assert all(one.repeats >= 3 for one in heard), "every envelope came twice"
    assert not sdk_noticed
