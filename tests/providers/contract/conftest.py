"""Every test here is run for every provider that has a simulator, or for those that promise what it is about."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.providers import throttle
from bot.sandbox.clock import RehearsalClock
from bot.sandbox.played import play, played
from tests.providers.contract.stage import SHOWTIME, Stage, provider_of


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that does not say for whom it is, is for everybody."""
    said = any("stage" in mark.args[0] for mark in metafunc.definition.iter_markers("parametrize"))
    if "stage" in metafunc.fixturenames and not said:
        metafunc.parametrize("stage", list(played()), indirect=True)


@pytest.fixture(autouse=True)
def forgiving(monkeypatch: pytest.MonkeyPatch) -> None:
    """A vendor that refuses a call, as it is told to, minds no further calls: how long it is left alone is another test."""
    monkeypatch.setattr(throttle, "REFUSED", replace(throttle.REFUSED, first=0.001, longest=0.001))


@pytest.fixture
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    clock = RehearsalClock(SHOWTIME)
    cloud = play(request.param, clock)
    await cloud.start()
    provider = provider_of(cloud, clock)
    yield Stage(request.param, provider, cloud, clock)
    await provider.close()
    await cloud.stop()
