"""A provider that is out while a show is made or begins: what people hear meanwhile, and what its books say afterwards."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import commands
from bot.sandbox.cloud import Cloud
from bot.sandbox.faults import Fault
from bot.sandbox.played import play, played
from bot.sandbox.rehearsal import Rehearsal
from tests.contention import Stopwatch
from tests.faults.scenes import berlin
from tests.show_stories.elsewhere import Elsewhere

TOLD_WITHIN = 5.0
"""Real seconds from the beginning of an outage until people hear of it."""

OUTAGE = 6.0
"""Real seconds."""

RATE = 2.0
"""Show seconds in a real one while the provider is out."""

TOLD = re.compile(
    r"held up|has not answered|did not answer|cut the connection|fault of its own|not its API|refused the|cannot see|"
    r"Watching whether|refused: |no more of this|asks to be called less often"
)
MADE = ("stream created", "broadcast created", "page created")
"""What a plan makes, where the provider has it."""

CLAIM = re.compile(r"\*ON AIR — |ON AIR since")
JSON = {"Content-Type": "application/json"}
QUOTA = b'{"error": "Your plan allows no more of this", "message": "Your plan allows no more of this"}'


@dataclass(frozen=True, slots=True)
class Outage:
    """A way to be out. `refuses`: no waiting mends it, so that somebody has to say when to try again. `changes`: only requests that
    change something meet it."""

    name: str
    fault: Callable[[], Fault]
    refuses: bool = False
    changes: bool = False


OUTAGES = (
    Outage("hangs", lambda: Fault(times=None, delay=3600)),
    Outage("503", lambda: Fault(times=None, status=503)),
    Outage(
        "a page of HTML", lambda: Fault(times=None, status=200, body=b"<html>Welcome</html>", headers={"Content-Type": "text/html"})
    ),
    Outage("cut off before", lambda: Fault(times=None, cut="before")),
    Outage("cut off in the middle", lambda: Fault(times=None, cut="middle")),
    Outage("cut off after", lambda: Fault(times=None, cut="after")),
    Outage("401", lambda: Fault(times=None, status=401, body=b"{}", headers=JSON), refuses=True),
    Outage("quota", lambda: Fault(method="P*", times=None, status=422, body=QUOTA, headers=JSON), refuses=True, changes=True),
)

HICCUP = Outage("one 503", lambda: Fault(times=1, status=503))
"""Not worth a post."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one outage. `told`: real seconds until people heard of it; None if they did not.

    `false`: how often ON AIR was claimed of a show that the provider's books do not have on air.
    """

    provider: str
    scene: str
    outage: str
    told: float | None
    false: int
    deeds: tuple[tuple[str, int], ...]
    """What had to happen once at the provider, and how often it did."""
    claims: int
    """How often it was announced, where it had to be once."""
    ended: bool
    said: str = ""

    @property
    def wrong(self) -> list[str]:
        """What is not as it has to be, a sentence each."""
        found = {
            "people did not hear of it": self.told is None,
            f"people heard of it after {self.told or 0:.1f} s": (self.told or 0) > TOLD_WITHIN,
            f"ON AIR was claimed {self.false} times too early": bool(self.false),
            f"it came to no end: {self.said}": not self.ended,
            f"it was announced {self.claims} times": self.claims != (self.scene == "begins"),
            **{f"“{kind}” happened {times} times": times != 1 for kind, times in self.deeds},
        }
        return [f"{self}: {sentence}" for sentence, is_so in found.items() if is_so]

    def __str__(self) -> str:
        return f"{self.provider}, {self.scene}, {self.outage}"


@asynccontextmanager
async def account_at(provider: str) -> AsyncIterator[Elsewhere]:
    """A crew with an account at that provider and no other; requests there are given up after three seconds."""
    with tempfile.TemporaryDirectory(prefix="showcaller-outage-") as folder:
        rehearsal = Rehearsal(
            Path(folder),
            commands.load(),
            start=berlin("8:50"),
            settle=4.0,
            timeout=3.0,
            clouds=lambda clock: (play(provider, clock),),
        )
        await rehearsal.open()
        try:
            crew = Elsewhere(rehearsal)
            await rehearsal.settle()
            yield crew
        finally:
            await rehearsal.close()


def spoken(crew: Elsewhere) -> list[str]:
    """Everything that stands in the channel, cards and threads included."""
    posts = [post for message in crew.messages for post in (message, *message.replies)]
    return [crew.top(post) for post in posts]


class Witness:
    """Stands between Slack and the provider's books: counts claims that the books do not bear out."""

    def __init__(self, crew: Elsewhere, true: Callable[[], object]) -> None:
        self._crew = crew
        self._true = true
        self.false = 0
        self._watching = asyncio.ensure_future(self._watch())

    async def _watch(self) -> None:
        await self._crew.slack.wait_for(lambda _: self._claimed() and not self._true(), timeout=3600)
        self.false += 1

    def _claimed(self) -> bool:
        return any(CLAIM.search(line) for line in spoken(self._crew))

    async def leaves(self) -> int:
        """How many false claims there were."""
        self._watching.cancel()
        await asyncio.gather(self._watching, return_exceptions=True)
        return self.false


async def suffer(crew: Elsewhere, outage: Outage) -> float | None:
    """The provider is out for a while, and show time goes on; the real seconds until people heard of it."""
    known = set(spoken(crew))
    watch, heard = Stopwatch(), None
    crew.rehearsal.clock.run_at(RATE)

    def told() -> bool:
        return any(TOLD.search(line) for line in spoken(crew) if line not in known)

    while heard is None and (left := OUTAGE - watch.passed()) > 0:
        with suppress(AssertionError):
            await crew.slack.wait_for(lambda _: told(), timeout=left)
            heard = watch.passed()
    await asyncio.sleep(max(0.0, OUTAGE - watch.passed()))
    crew.rehearsal.clock.run_at(0)
    return heard


async def mended(crew: Elsewhere, fault: Fault, outage: Outage) -> None:
    """The provider is back; what it refused for good is tried again by hand."""
    fault.times = 0
    await crew.settle()
    if outage.refuses:
        for failed in [message for message in crew.messages if "failed*" in crew.top(message)]:
            await crew.rehearsal.press(crew.ben, failed, "retry")


async def made(provider: str, outage: Outage) -> Outcome:
    """The provider goes out in the moment in which the form is sent."""
    async with account_at(provider) as crew:
        await crew.type("/live plan Sunday Service 10:00-10:20")
        form = crew.slack.modals(crew.ana)[-1]
        fault = crew.vendor.faults.add(outage.fault())
        await crew.slack.submit(crew.ana, form, {})
        told = await suffer(crew, outage)
        await mended(crew, fault, outage)
        show = await crew.show()
        deeds = tuple((kind, crew.count(kind)) for kind in crew.vendor.course.effects if kind in MADE)
        return Outcome(provider, "made", outage.name, told, 0, deeds, 0, bool(show.stream), crew.everything)


def truth(cloud: Cloud) -> Callable[[], object]:
    """Whether viewers see the show, by the provider's books."""
    return lambda: cloud.ledger.of(cloud.course.begins or "live")


def plays(providers: Iterable[str], outages: Iterable[Outage]) -> list[Callable[[], Awaitable[Outcome]]]:
    """Every outage in both scenes at each of these providers, as far as a scene meets it."""
    chosen = [(provider, outage) for provider in providers for outage in outages]
    gated = [(provider, outage) for provider, outage in chosen if played()[provider].course.begins or not outage.changes]
    return [*(partial(made, *one) for one in chosen), *(partial(begins, *one) for one in gated)]


async def begins(provider: str, outage: Outage) -> Outcome:
    """The provider goes out ten seconds before the start: the encoder is there, or comes then where it is what begins the show."""
    async with account_at(provider) as crew:
        gated = bool(crew.vendor.course.begins)
        await crew.planned()
        await crew.at("9:58:20", step=300)
        if gated:
            await crew.connect()
        await crew.at("9:59:50", step=5)
        witness = Witness(crew, truth(crew.vendor))
        url = "" if gated else await crew.address()
        fault = crew.vendor.faults.add(outage.fault())
        if not gated:
            assert crew.vendor.push_to(url)
        crew.rehearsal.clock.set(berlin("10:00:00"))
        told = await suffer(crew, outage)
        await mended(crew, fault, outage)
        await crew.at("10:01:30", step=2)
        deeds = ((crew.vendor.course.begins, crew.count(crew.vendor.course.begins)),) if gated else ()
        claims, false = crew.posted("ON AIR —"), await witness.leaves()
        return Outcome(provider, "begins", outage.name, told, false, deeds, claims, "ON AIR" in crew.state, crew.everything)


async def side_by_side(drills: Iterable[Callable[[], Awaitable[Outcome]]], at_once: int = 16) -> list[Outcome]:
    """Play them; most of each is waiting."""
    room = asyncio.Semaphore(at_once)

    async def one(drill: Callable[[], Awaitable[Outcome]]) -> Outcome:
        async with room:
            return await drill()

    return list(await asyncio.gather(*(one(each) for each in drills)))


def tally(outcomes: Sequence[Outcome]) -> str:
    """The counts in one line."""
    told = [one.told for one in outcomes if one.told is not None]
    doubled = sum(times > 1 for one in outcomes for _, times in one.deeds)
    lost = sum(times < 1 for one in outcomes for _, times in one.deeds)
    return (
        f"{len(outcomes)} outages, people told {len(told)} times, after {max(told, default=0):.1f} s at most, "
        f"false claims {sum(one.false for one in outcomes)}, lost {lost}, doubled {doubled}, "
        f"wrong {sum(bool(one.wrong) for one in outcomes)}"
    )
