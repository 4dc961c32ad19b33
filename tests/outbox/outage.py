"""Ten minutes in which Slack is in trouble, and what people read of that evening in the end."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise

from slack_sdk.web.async_client import AsyncWebClient

from bot.model import Urgency
from bot.sandbox.faults import Fault
from tests.outbox.newsroom import Newsroom
from tests.tally import tally

MINUTES, EVERY = 10, 30
"""How long it lasts, and how many seconds of it go by between two pieces of news."""

EVERYTHING = "/api/*"
TIMEOUT = 0.1
"""Real seconds after which a request of the newsroom's bot is given up."""

ENDLESS = 1_000_000
"""Times that a fault is shown before it is removed: what is left of them counts the requests."""

KINDS = {
    "500s": Fault(EVERYTHING, status=500, times=ENDLESS),
    "429 storm": Fault(EVERYTHING, status=429, headers={"Retry-After": "30"}, times=ENDLESS),
    "time-outs": Fault(EVERYTHING, delay=3 * TIMEOUT, times=ENDLESS),
    "dropped before": Fault(EVERYTHING, cut="before", times=ENDLESS),
    "dropped after Slack accepted": Fault(EVERYTHING, cut="after", times=ENDLESS),
}

NEWS = tuple(f"news {number}" for number in range(MINUTES * 60 // EVERY))
ALARMS = ("ALARM 0", "ALARM 1")

FEW = 2
"""News for the control, whose SDK waits a second of real time before each of its own retries."""

Say = Callable[[str, Urgency], Awaitable[None]]


@dataclass
class Evening:
    """What came of it, counted in the channel itself."""

    told: int = 0
    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    asked: int = 0
    lasted: float = 0.0
    """Seconds by Slack's clock, which goes on while the machine is busy with something else."""
    edits: int = 0
    redrawn: int = 0
    read: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.told} posts in {MINUTES} minutes: lost {self.lost}, doubled {self.doubled}, out of order "
            f"{self.disordered}; {self.asked} requests meanwhile, {self.redrawn} changes of the card made {self.edits} edits"
        )


@asynccontextmanager
async def time_waits_for_requests(newsroom: Newsroom) -> AsyncIterator[None]:
    """Slack's clock goes on only between requests: in which order things are said does not depend on how long real sockets take."""

    async def go_on() -> None:
        while True:
            await asyncio.sleep(0.001)
            if not any(lane._busy for lane in newsroom.outbox._lanes.values()):
                newsroom.clock.advance(0.05)

    newsroom.clock.stand_still()
    going = asyncio.create_task(go_on())
    try:
        yield
    finally:
        going.cancel()


async def under(newsroom: Newsroom, fault: Fault) -> Evening:
    """Slack is in that trouble for ten minutes while a show goes on; then it is well, and everything is said."""
    async with time_waits_for_requests(newsroom):
        return await _under(newsroom, fault)


async def _under(newsroom: Newsroom, fault: Fault) -> Evening:
    await newsroom.start()
    card = await newsroom.plan_show("Before")
    await newsroom.outbox.settled()
    trouble, began = newsroom.slack.faults.add(replace(fault)), newsroom.clock.time()

    async def say(text: str, urgency: Urgency) -> None:
        await newsroom.say(text, urgency=urgency)

    async def minute_by_minute(number: int) -> None:
        await newsroom.rename(card, f"After {number}")
        await newsroom.outbox.drain()
        newsroom.clock.advance(EVERY)

    await _tell(say, minute_by_minute, NEWS)
    asked, lasted = ENDLESS - (trouble.times or 0), newsroom.clock.time() - began
    newsroom.slack.faults.clear()
    await newsroom.outbox.settled()
    evening = judge(newsroom.read(), NEWS)
    evening.lasted, evening.asked, evening.redrawn, evening.edits = lasted, asked, len(NEWS), newsroom.outbox.metrics.edited
    return evening


async def under_without_an_outbox(newsroom: Newsroom, fault: Fault) -> Evening:
    """The control: a bot that calls the SDK as it comes, with its own retries, and goes on where that raises."""
    newsroom.slack.faults.add(replace(fault))
    client = AsyncWebClient(newsroom.slack.bot_token, base_url=newsroom.slack.api_url, timeout=1)

    async def say(text: str, urgency: Urgency) -> None:
        try:
            await client.chat_postMessage(channel=newsroom.studio.id, text=text)
        except Exception:  # as such bots do
            return

    async def minute_by_minute(number: int) -> None:
        newsroom.clock.advance(EVERY)

    await _tell(say, minute_by_minute, NEWS[:FEW])
    newsroom.slack.faults.clear()
    return judge(newsroom.read(), NEWS[:FEW])


async def _tell(say: Say, meanwhile: Callable[[int], Awaitable[None]], news: tuple[str, ...]) -> None:
    for number, text in enumerate(news):
        await say(text, Urgency.STATE)
        if number in (len(news) // 2, len(news) - 1):
            await say(ALARMS[number == len(news) - 1], Urgency.ALARM)
        await meanwhile(number)


def judge(read: list[str], news: tuple[str, ...]) -> Evening:
    """Hold what stands in the channel against what was to be said."""
    told = (*news, *ALARMS)
    found = Counter(text for text in read if text in told)
    count = tally(dict.fromkeys(told, 1), found)
    evening = Evening(told=len(told), lost=count.missing.total(), doubled=count.doubled.total(), read=read)
    for kind in (news, ALARMS):
        places = [kind.index(text) for text in read if text in kind]
        evening.disordered += sum(earlier > later for earlier, later in pairwise(places))
    return evening
