"""A provider that refuses or fails is asked again at growing intervals, at every vendor and whatever it says; and heard at once."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web

import commands
from bot.backoff import BackoffPolicy
from bot.operations.outage import PATIENT, SOON
from bot.sandbox.faults import Fault
from bot.sandbox.played import play
from bot.sandbox.rehearsal import Rehearsal
from tests.show_stories.elsewhere import SUNDAY_MORNING, Elsewhere
from tests.skipping_time import SkippingTime

PROVIDERS = ("gcore", "videograph", "gjirafa", "aioz")
PAST, FAR = "Sun, 06 Nov 1994 08:49:37 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"
MOST = 8
"""Requests that change something in the first minute of trying."""


@dataclass(frozen=True)
class Refusal:
    """How a vendor answers; a status of 0 cuts the connection."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.status or 'cut'} {self.headers.get('Retry-After', '')}".strip()


REFUSALS = [
    *(Refusal(status) for status in (429, 409, 423, 425, 500, 502, 503, 504, 0)),
    *(Refusal(429, {"Retry-After": said}) for said in ("1", "0", "-5", "soon", "1e400", "99999999999", PAST, FAR)),
    Refusal(503, {"Retry-After": "1"}),
]

SOME = [refusal for refusal in REFUSALS if str(refusal) in ("429", "409", "425", "503", "cut", "429 -5")]
"""What the other vendors are tried with: what differs between them is the shape of the body."""


@dataclass
class Watched(Fault):
    """A fault that knows when it met whom."""

    now: Callable[[], float] = lambda: 0.0
    refused: list[tuple[float, str]] = field(default_factory=list)

    def matches(self, request: web.Request) -> bool:
        meets = super().matches(request)
        if meets:
            self.refused.append((self.now(), request.method))
        return meets

    @property
    def moments(self) -> list[float]:
        """When requests that change something came."""
        return [at for at, method in self.refused if method != "GET"]


@dataclass
class Trial:
    """One crew at one provider, and the time that passes for the calls to it."""

    crew: Elsewhere
    time: SkippingTime

    async def a_minute_of(self, fault: Watched) -> None:
        """From the first request that is refused."""
        async with asyncio.timeout(20), self.time.running():
            while not fault.refused:  # noqa: ASYNC110 - nobody rings for it
                await asyncio.sleep(0.002)
        await self.time.pass_by(max(0.0, fault.refused[0][0] + 60 - self.time.now))

    def refuse(self, refusal: Refusal, method: str = "*") -> Watched:
        """From now on the provider answers so."""
        shaped = self.crew.vendor.refuse(refusal.status or 500, headers=refusal.headers)
        shaped.times = 0
        fault = Watched(
            method=method,
            times=None,
            status=refusal.status or None,
            body=shaped.body,
            headers=shaped.headers,
            cut=None if refusal.status else "before",
            now=self.time.time,
        )
        self.crew.vendor.faults.add(fault)
        return fault


@asynccontextmanager
async def trial(provider: str, folder: Path) -> AsyncIterator[Trial]:
    time = SkippingTime()
    rehearsal = Rehearsal(
        folder,
        commands.load(),
        start=SUNDAY_MORNING,
        settle=0.0,
        clouds=lambda clock: (play(provider, clock),),
        provider_time=time,
    )
    async with time.running():
        await rehearsal.open()
        crew = Elsewhere(rehearsal)
        await rehearsal.settle()
    bot, cloud = rehearsal.bot, crew.vendor

    def state() -> object:
        at_work = cloud.in_flight or (bot.engine.busy and not time.waiting)
        return None if at_work else (len(cloud.calls), len(rehearsal.slack.calls), bot.engine.alive)

    time.state = state
    yield Trial(crew, time)
    cloud.faults.clear()
    async with time.running():
        await rehearsal.close()


def assert_backs_off(moments: list[float], policy: BackoffPolicy, refusal: Refusal, most: int = MOST) -> None:
    gaps = [round(after - before, 3) for before, after in itertools.pairwise(moments)]
    assert 2 <= len(moments) <= most, f"{refusal}: {len(moments)} in a minute, {gaps}"
    limit = policy.longest_wanted if refusal.headers else policy.longest
    assert all(gap <= limit * 1.1 + 1 for gap in gaps), f"{refusal}: {gaps}"
    assert all(after >= before - 0.2 or after >= policy.longest - 0.2 for before, after in itertools.pairwise(gaps)), (
        f"{refusal}: {gaps} do not grow"
    )


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_what_is_to_be_made_is_asked_for_again_at_growing_intervals_and_made_once(provider: str, tmp_path: Path) -> None:
    async with trial(provider, tmp_path) as at:
        for number, refusal in enumerate(REFUSALS if provider == "gcore" else SOME):
            async with at.time.running():
                await at.crew.type(f"/live plan Service {number} {number // 2 + 11}:{number % 2 * 30:02} for 20m")
            before = at.crew.count("stream created")
            fault = at.refuse(refusal, "P*")
            await at.crew.slack.submit(at.crew.ana, at.crew.slack.modals(at.crew.ana)[-1], {})
            await at.a_minute_of(fault)
            far = refusal.headers.get("Retry-After") in (FAR, "99999999999")
            if not far:
                assert_backs_off([moment for moment in fault.moments if moment < fault.moments[0] + 60], PATIENT, refusal)
            assert len(fault.moments) >= 1
            fault.times = 0
            await at.time.pass_by(70)
            assert at.crew.count("stream created") - before == 1, f"{refusal}: {at.crew.everything}"


@pytest.mark.parametrize("provider", ["gcore", "gjirafa"])
@pytest.mark.parametrize("refusal", [Refusal(429), Refusal(429, {"Retry-After": "3600"}), Refusal(503), Refusal(0)], ids=str)
async def test_a_finish_gets_through_within_moments_of_the_providers_return(
    provider: str, refusal: Refusal, tmp_path: Path
) -> None:
    async with trial(provider, tmp_path) as at:
        async with at.time.running():
            await at.crew.on_air()
            await at.crew.at("10:19:55", step=300)
        fault = at.refuse(refusal)
        at.crew.rehearsal.clock.advance(seconds=6)
        await at.time.pass_by(20)
        at.crew.rehearsal.clock.advance(seconds=11)
        start = at.time.now
        await at.time.pass_by(300)
        assert at.crew.count(at.crew.vendor.course.ends) == 0
        tried = [moment for moment, _ in fault.refused if start <= moment < start + 60]
        assert 3 <= len(tried) <= 2 * 16, tried
        fault.times = 0
        healed = len(at.crew.vendor.calls)
        await at.time.pass_by(SOON.longest + 1.5)
        assert [call.status for call in at.crew.vendor.calls[healed:] if call.method != "GET"][:1] in ([200], [201], [204])


async def test_what_is_said_of_the_next_try_is_what_is_done(tmp_path: Path) -> None:
    async with trial("gcore", tmp_path) as at:
        async with at.time.running():
            await at.crew.type("/live plan Service 11:00 for 20m")
        fault = at.refuse(Refusal(429, {"Retry-After": "7"}), "P*")
        await at.crew.slack.submit(at.crew.ana, at.crew.slack.modals(at.crew.ana)[-1], {})
        await at.a_minute_of(fault)
        (told,) = [at.crew.top(message) for message in at.crew.messages if "held up" in at.crew.top(message)]
        assert "Gcore asks to be called less often. Next try in 7 s. Trying on." in told
        assert fault.moments[1] - fault.moments[0] == pytest.approx(7.0, abs=0.2)


async def test_by_the_waits_of_before_a_minute_saw_dozens_of_tries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a second after each 429, however many there were."""
    monkeypatch.setattr(BackoffPolicy, "delay", lambda self, failures, wanted=None: 1.0)
    async with trial("gcore", tmp_path) as at:
        async with at.time.running():
            await at.crew.type("/live plan Service 11:00 for 20m")
        fault = at.refuse(Refusal(429), "P*")
        await at.crew.slack.submit(at.crew.ana, at.crew.slack.modals(at.crew.ana)[-1], {})
        await at.a_minute_of(fault)
        with pytest.raises(AssertionError, match="in a minute"):
            assert_backs_off(fault.moments, PATIENT, Refusal(429))
