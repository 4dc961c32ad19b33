"""A studio in which nobody has to wait in real time: a provider that does not answer is given up after half a second."""

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
    """Ana and Ben in #studio at 09:00 Berlin time; the clock stands still, the bot's patience with the provider is short."""
    rehearsal = Rehearsal(tmp_path, commands.load(), start=SUNDAY_NINE, settle=0.3, timeout=0.5, letter_retries=(0.05, 0.05, 0.05))
    await rehearsal.open()
    playing = Studio(rehearsal)
    await rehearsal.settle()
    yield playing
    await rehearsal.close()
