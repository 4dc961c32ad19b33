"""A disk that is really full, under the bot as a process: it does not spin, writes few lines, and goes on when there is room."""
# nobody else waits for this loop

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx

from tests.process.disks import small_disk
from tests.process.house import House, Process

WINDOW = 5.0
"""Real seconds in which is measured; a bot that spins burns most of a core in them, and writes a hundred thousand lines."""

MOST_TIMES, MOST_BESIDE = 4.0, 0.5
"""How many times the process time of the same span before the disk was full, and process seconds beside it."""

MOST_LINES = 30


def process_time(process: Process) -> float:
    """CPU seconds that it has taken, which other work on the machine does not change."""
    fields = Path(f"/proc/{process.inner.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measured(process: Process) -> tuple[float, int]:
    """Process seconds and log lines of one window."""
    time, lines = process_time(process), len(process.stderr)
    await asyncio.sleep(WINDOW)
    return process_time(process) - time, len(process.stderr) - lines


async def test_a_full_disk_makes_nothing_spin_and_costs_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        house = House(disk.folder)
        await house.open()
        try:
            process = await house.start({"LOG_LEVEL": "INFO"})
            await house.plan("Sunday Service in 10m for 20m")
            before, _ = await measured(process)
            disk.fill()
            accepted = await flood(house)
            spent, lines = await measured(process)
            assert spent <= MOST_TIMES * before + MOST_BESIDE
            assert lines <= MOST_LINES
            assert "nothing was changed" in await house.answer("/live hold s1")
            disk.empty()
            async with asyncio.timeout(20):
                while (await process.get("/readyz")).status_code != 200:  # noqa: ASYNC110 - it tells nobody
                    await asyncio.sleep(0.2)
            assert "Sunday Service" in await house.answer("/live hold s1")
            await opened(house)
            await process.end()
            assert process.code == 0
            assert "Traceback" not in process.said
            with closing(sqlite3.connect(house.folder / "showcaller.db")) as db:
                assert db.execute("SELECT count(*), min(state), max(state) FROM inbox").fetchone() == (accepted, "opened", "opened")
        finally:
            await house.close()


async def flood(house: House) -> int:
    """Send webhooks until one is refused; how many were accepted."""
    accepted = 0
    async with httpx.AsyncClient(trust_env=False, timeout=20) as http:
        while accepted < 1000:
            body = {"type": "stream", "stream_id": accepted, "live": True, "pad": "x" * 100_000}
            answer = await http.post(str(house.cloud.webhooks.url), json=body)
            if answer.status_code == 503:
                return accepted
            assert answer.status_code == 200
            accepted += 1
    raise AssertionError("the disk was never full")


async def opened(house: House) -> None:
    """Return when no webhook waits any more."""
    async with asyncio.timeout(60):
        while True:
            with closing(sqlite3.connect(f"file:{house.folder / 'showcaller.db'}?mode=ro", uri=True)) as db:
                if db.execute("SELECT count(*) FROM inbox WHERE state = 'new'").fetchone() == (0,):
                    return
            await asyncio.sleep(0.2)
