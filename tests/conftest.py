"""Fixtures for tests that play a whole show: the real bot between the played Slack and the played provider."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import commands
from bot.sandbox.rehearsal import Rehearsal
from tests.studio import Studio

SUNDAY_NINE = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
"""09:00 in Berlin."""


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    """A rehearsal at 09:00 Berlin time with Ana, who plans, and Ben, who directs, in #studio; the clock stands still."""
    rehearsal = Rehearsal(tmp_path, commands.load(), start=SUNDAY_NINE)
    await rehearsal.open()
    playing = Studio(rehearsal)
    await rehearsal.settle()
    yield playing
    await rehearsal.close()
