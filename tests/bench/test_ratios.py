"""The figures that are promised, as ratios within one run.

Other programs use this machine too, so each contestant is judged by the best of its own rounds: the best ratio of a round would
favour us whenever somebody disturbed the other side.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.bench import accepting, acknowledging, announcing
from tests.bench.accepting import Accepting
from tests.bench.acknowledging import Acknowledging

SLACK = 0.65
"""What is promised (10 times, 2.5 times, two fifths) is measured by `make bench`; here it is guarded against being lost, with room
for what other programs take from one side of a ratio only."""

BUSY_DISK = 0.5
"""Milliseconds for 4 KiB to be kept: where it takes longer, committed answers cannot be compared with those that keep nothing."""

UNSTEADY = 1.35
"""How much the rounds of the control itself, which stores nothing, may differ before no ratio to it says anything."""


def test_a_command_is_acknowledged_ten_times_faster_than_by_bolt_as_it_comes(tmp_path: Path) -> None:
    rounds = acknowledging.measure(tmp_path, rounds=5, bursts=1)
    ours = min(each.ours.median for each in rounds)
    faster, longer = min(each.default.median for each in rounds) / ours, ours / min(each.pbr.median for each in rounds)
    assert (faster >= 10 * SLACK and longer <= 2.5 / SLACK) or _disturbed(rounds), (faster, longer, rounds)


def test_webhooks_are_committed_at_two_fifths_of_the_rate_at_which_starlette_forgets_them(tmp_path: Path) -> None:
    rounds = accepting.measure(tmp_path, rounds=6, webhooks=2000)
    share = max(each.ours.per_second for each in rounds) / max(each.bare.per_second for each in rounds)
    assert share >= 0.4 * SLACK or _disturbed(rounds), (share, rounds)


def test_every_webhook_of_a_stream_that_went_live_becomes_its_post(tmp_path: Path) -> None:
    assert announcing.measure(tmp_path, posts=20).tries == 20


def _disturbed(rounds: Sequence[Accepting] | Sequence[Acknowledging]) -> bool:
    """Whether the figures say more about other programs than about ours: then the test is skipped, and says so."""
    disk = min(each.floor.median for each in rounds)
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    control = [each.bare.per_second if isinstance(each, Accepting) else each.pbr.median for each in rounds]
    spread = max(control) / min(control)
    if disk > BUSY_DISK or load > 1.5 * cores or spread > UNSTEADY:
        pytest.skip(
            f"NOT MEASURED: the machine is busy (disk {disk:.2f} ms for 4 KiB, load {load:.1f} on {cores} cores, "
            f"the control's own rounds differ {spread:.1f} times): {rounds}"
        )
    return False
