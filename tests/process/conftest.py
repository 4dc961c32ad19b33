"""Houses in which the bot runs as a process of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.process.house import House


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Slack by Socket Mode."""
    there = House(tmp_path)
    await there.open()
    yield there
    await there.close()


@pytest.fixture
async def http_house(tmp_path: Path) -> AsyncIterator[House]:
    """Slack by signed HTTP."""
    there = House(tmp_path, http=True)
    await there.open()
    yield there
    await there.close()
