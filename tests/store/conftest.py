"""The stores that have to keep the contract: every test that asks for `store` runs on each of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.store import Store, open_store
from tests.store.nouns import EVENING


class HandClock(Clock):
    """A show clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.shows = EVENING

    def now(self) -> datetime:
        return self.shows


class Stopwatch:
    """Real seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def stopwatch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "showcaller.db"


@pytest.fixture(params=["sqlite"])
async def store(request: pytest.FixtureRequest, file: Path, clock: HandClock, stopwatch: Stopwatch) -> AsyncIterator[Store]:
    assert request.param == "sqlite"
    opened = await open_store(f"sqlite:///{file}", clock=clock, real_time=stopwatch)
    yield opened
    await opened.close()
