"""The gallery in which the stories of a show are played; every exchange with the provider is held against its description."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import commands
from bot.sandbox.rehearsal import Rehearsal
from tests.show_stories.elsewhere import SUNDAY_MORNING
from tests.show_stories.gallery import Gallery


@pytest.fixture
async def gallery(tmp_path: Path) -> AsyncIterator[Gallery]:
    """Sunday, 08:50 in Berlin: Ana and Ben in #studio, the bot runs, the provider's account is empty; the clock stands still."""
    rehearsal = Rehearsal(tmp_path, commands.load(), start=SUNDAY_MORNING)
    await rehearsal.open()
    playing = Gallery(rehearsal)
    await rehearsal.settle()
    yield playing
    await rehearsal.close()
    assert not playing.against_the_vendor
