"""A stopwatch that leaves out the wait for a core, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from tests.contention import PROC, Stopwatch, waited_for_a_core

WORK = 0.3
"""Seconds of the same core that two processes need, so that the second is done after twice as long."""

WORKER = f"""
import os, time
os.sched_setaffinity(0, {{min(os.sched_getaffinity(0))}})
end = time.process_time() + {WORK}
while time.process_time() < end: pass
"""


def test_sleep_and_work_count_in_full() -> None:
    watch, began = Stopwatch(lambda: 0.0), time.monotonic()
    time.sleep(0.02)
    while time.monotonic() - began < 0.04:
        pass
    assert watch.passed() >= 0.04


@pytest.mark.skipif(not (PROC / "self" / "schedstat").exists(), reason="the kernel does not count the wait for a core")
def test_two_processes_on_one_core_wait_for_each_other_and_the_wait_is_left_out() -> None:
    waited = dict[int, float]()
    watch, began = Stopwatch(lambda: max(waited.values(), default=0.0)), time.monotonic()
    both = [subprocess.Popen([sys.executable, "-c", WORKER]) for _ in range(2)]
    waited |= {one.pid: 0.0 for one in both}
    while any(one.poll() is None for one in both):
        waited |= {number: max(known, waited_for_a_core(number)) for number, known in waited.items()}
        time.sleep(0.005)
    assert time.monotonic() - began > 2 * WORK
    assert min(waited.values()) > WORK / 3
    assert WORK < watch.passed() < time.monotonic() - began - WORK / 3, "their work is not left out"


def test_of_a_process_that_is_gone_nothing_is_known() -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    assert waited_for_a_core(gone.pid) == 0.0
