"""Fixtures for tests that play a whole show: the real bot between the played Slack and the played provider."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import commands
from bot.sandbox.rehearsal import Rehearsal
from tests.studio import Studio

SUNDAY_NINE = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
"""09:00 in Berlin."""

MOST_WORKERS = 8
"""Each takes 300 MB, and reads all modules before its first test."""


def pytest_xdist_auto_num_workers() -> int:
    """Two for each core, since a test that plays a show waits for sockets and the disk for half of its time."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(2 * cores, MOST_WORKERS)


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    """A rehearsal at 09:00 Berlin time with Ana, who plans, and Ben, who directs, in #studio; the clock stands still."""
    rehearsal = Rehearsal(tmp_path, commands.load(), start=SUNDAY_NINE)
    await rehearsal.open()
    playing = Studio(rehearsal)
    await rehearsal.settle()
    yield playing
    await rehearsal.close()
