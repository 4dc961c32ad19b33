"""One newsroom for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.outbox import Pace
from bot.sandbox.slack import SlackEmulator
from tests.outbox.hurry import Hurry
from tests.outbox.newsroom import Newsroom, manifest


@pytest.fixture
async def newsroom(tmp_path: Path) -> AsyncIterator[Newsroom]:
    """The bot is not started yet, so that a test can first queue what it wants."""
    async for one in _newsroom(tmp_path):
        yield one


@pytest.fixture
async def newsroom_without_history(tmp_path: Path) -> AsyncIterator[Newsroom]:
    """The workspace did not grant the history scopes."""
    async for one in _newsroom(tmp_path, "channels:history", "groups:history"):
        yield one


async def _newsroom(folder: Path, *without: str) -> AsyncIterator[Newsroom]:
    clock = Hurry()
    async with SlackEmulator(manifest(*without), clock=clock) as slack:
        newsroom = Newsroom(folder / "showcaller.db", slack, clock, Pace())
        slack.add_user("ana")
        await newsroom.open()
        yield newsroom
        await newsroom.die()
