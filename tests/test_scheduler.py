"""The alarm clock on a real store: what is due rings, however close to the last."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.store import open_store
from tests.bench.alarms import Orders, Ours, Ringing


async def test_a_cue_that_is_due_while_the_last_one_still_rings_does_not_wait_for_the_tick(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    studio = Ours(Ringing(), await open_store(str(tmp_path / "showcaller.db")))
    await studio.start()
    late = await Orders(studio).spaced(300, 0.001)
    assert len(late) == 300
    assert min(late) >= 0, "claimed a moment before its time, and not begun before it"
    await studio.stop()
    assert not [record for record in caplog.records if "skipped" in record.getMessage() and "date[" in record.getMessage()]
