"""A provider that is out, slow, refuses or lies at a show's worst moments: it is told, nothing doubles, no air is claimed."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable
from functools import partial

import pytest

from bot.sandbox.aioz import AiozCloud
from bot.sandbox.cloud import Cloud
from bot.sandbox.faults import Fault
from bot.sandbox.gcore import GcoreCloud
from bot.sandbox.gjirafa import GjirafaCloud
from bot.sandbox.played import played
from bot.sandbox.videograph import VideographCloud
from tests.faults.outage import (
    CLAIM,
    HICCUP,
    JSON,
    OUTAGES,
    TOLD_WITHIN,
    Witness,
    account_at,
    made,
    plays,
    side_by_side,
    spoken,
    tally,
    truth,
)
from tests.faults.test_crashes import SEED
from tests.show_stories.elsewhere import Elsewhere

PROVIDERS = sorted(played())
GATED = [provider for provider in PROVIDERS if played()[provider].course.begins]


async def test_outages_as_a_show_is_made_or_begins(capsys: pytest.CaptureFixture[str]) -> None:
    """Each kind at one provider in one scene, by the seed; `make torture` plays all. The control is an outage of one request: it is
    not worth a post, and the drill finds that people heard nothing."""
    chance = random.Random(SEED)
    drills = [chance.choice(plays(PROVIDERS, [outage])) for outage in OUTAGES]
    *outcomes, control = await side_by_side([*drills, partial(made, chance.choice(PROVIDERS), HICCUP)])
    with capsys.disabled():
        print(f"\nprovider out, seed {SEED}: {tally(outcomes)}\ncontrol, {control}: told {control.told} (must be None)")  # noqa: T201
    assert not [sentence for one in outcomes for sentence in one.wrong]
    assert control.wrong == [f"{control}: people did not hear of it"]


# -- slow applying
def slow(cloud: Cloud, seconds: float) -> None:
    """What was asked for takes effect, and what arrives is noticed, only so many seconds later."""
    match cloud:
        case GcoreCloud():
            cloud.habits.apply_delay = seconds
        case GjirafaCloud():
            cloud.habits.live_delay = seconds
        case AiozCloud():
            cloud.habits.live_delay = cloud.habits.statistics_every = cloud.habits.duration_every = min(seconds, 60)
        case VideographCloud():
            cloud.habits.live_delay = min(seconds, 60)
        case _:
            raise AssertionError(f"nobody has said yet how {cloud.name} is slow")


async def starts(crew: Elsewhere, before: Callable[[], object]) -> None:
    """The show is on its way to its start; `before` happens as the encoder comes."""
    await crew.planned()
    await crew.at("9:58:20", step=300)
    await crew.connect()
    await crew.at("9:59:40", step=5)
    before()
    await crew.at("10:01:40", step=2)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_provider_that_applies_late_is_believed_when_it_has_and_not_before(provider: str) -> None:
    async with account_at(provider) as crew:
        await crew.planned()
        await crew.at("9:58:20", step=300)
        witness = Witness(crew, truth(crew.vendor))
        slow(crew.vendor, 20)
        await crew.connect()
        await crew.at("10:01:40", step=2)
        assert crew.posted("ON AIR —") == 1, crew.everything
        assert await witness.leaves() == 0
        assert crew.posted("failed") == 0
        begun = crew.vendor.course.begins
        assert not begun or crew.count(begun) == 1


@pytest.mark.parametrize("provider", GATED)
async def test_a_start_that_never_takes_effect_is_told_and_never_claimed(provider: str) -> None:
    async with account_at(provider) as crew:
        await starts(crew, lambda: slow(crew.vendor, math.inf if provider == "gcore" else 86_400.0))
        assert not [line for line in spoken(crew) if CLAIM.search(line)], crew.everything
        assert crew.count(crew.vendor.course.begins) == 0
        assert crew.posted("Going live failed") == 1


async def test_a_provider_that_lies_is_found_out_by_its_books(capsys: pytest.CaptureFixture[str]) -> None:
    """The control: Gcore says “live” of a page that it never put on air. The bot has to believe it, and the witness does not."""
    async with account_at("gcore") as crew:
        witness = Witness(crew, truth(crew.vendor))

        def lie() -> None:
            path = f"/streaming/broadcasts/{crew.vendor.ledger.of('broadcast created')[0].id}"
            page = json.dumps({"id": int(path.rpartition("/")[2]), "name": "Sunday Service", "status": "live"}).encode()
            crew.vendor.faults.add(Fault(path, times=None, status=200, body=page, headers=JSON))

        await starts(crew, lie)
        assert crew.count("broadcast live") == 0
        false = await witness.leaves()
        with capsys.disabled():
            print(f"\ncontrol, a provider that lies: false claims {false} (must be 1)")  # noqa: T201
        assert false == 1


# -- in the middle of a show
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_credentials_that_expire_on_air_are_told_at_the_next_look_and_nothing_is_called_over(provider: str) -> None:
    async with account_at(provider) as crew:
        await crew.on_air()
        refused = crew.vendor.faults.add(Fault(times=None, status=401, body=b"{}", headers=JSON))
        looks = len(crew.vendor.calls)
        while not crew.posted("what is on air stays on air"):
            await crew.passes(1)
        assert {call.status for call in crew.vendor.calls[looks:]} == {401}
        assert (crew.now - crew.vendor.calls[looks].at).total_seconds() <= TOLD_WITHIN
        await crew.at("10:02", step=5)
        assert crew.posted("what is on air stays on air") == 1
        assert crew.posted("I CANNOT SEE THE STREAM") == 1
        assert crew.posted("OFF AIR —") == 0
        refused.times = 0
        await crew.at("10:03", step=5)
        assert "ON AIR" in crew.state, crew.everything
        assert crew.posted("ON AIR —") == 1
        assert crew.posted("All clear") == 1
