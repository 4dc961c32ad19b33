"""A stopwatch that leaves out the wait for a core, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from tests import contention
from tests.contention import PROC, Contention, FairTime, Stopwatch, waited_for_a_core

WORK = 0.3
"""Seconds of the same core that two processes need, so that the second is done after twice as long."""

WORKER = f"""
import os, time
os.sched_setaffinity(0, {{min(os.sched_getaffinity(0))}})
print("at work", flush=True)
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
    """Of the one that ends last, which waited while the other was at work."""
    both = [subprocess.Popen([sys.executable, "-c", WORKER], stdout=subprocess.PIPE) for _ in range(2)]
    contention = Contention()
    for one in both:
        assert one.stdout is not None
        one.stdout.readline()  # it has begun
    last, began = both[1].pid, time.monotonic()
    watch = Stopwatch(lambda: contention.of(last))
    while both[1].poll() is None:
        watch.passed()
        time.sleep(0.005)
    real = time.monotonic() - began
    assert watch.left_out() > WORK / 4
    assert watch.passed() > WORK / 4, "its work is not left out"
    assert watch.passed() + watch.left_out() >= real


def test_while_two_wait_the_longer_wait_counts_and_never_more_than_the_real_time(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: dict[int | None, float] = {None: 100.0, 7: 0.0}
    monkeypatch.setattr(contention, "waited_for_a_core", lambda process=None: waits[process])
    both = Contention()
    time.sleep(0.05)
    waits.update({None: 100.01, 7: 0.02})
    assert both.of(7) == pytest.approx(0.02)
    waits[7] = 0.0  # it ended
    assert both.of(7) == pytest.approx(0.02)
    waits[None] = 200.0
    assert both.of() < 10


def test_a_clock_goes_on_without_the_wait_and_never_back(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(contention, "time", SimpleNamespace(monotonic=lambda: now))
    monkeypatch.setattr(contention, "waited_for_a_core", lambda process=None: now / 2)
    fair, shown = FairTime(), [0.0]
    for _ in range(1000):
        now += 0.003
        shown.append(fair.monotonic())
    assert shown == sorted(shown)
    assert shown[-1] == pytest.approx(1.5, abs=0.02)


def test_of_a_process_that_is_gone_nothing_is_known() -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    assert waited_for_a_core(gone.pid) == 0.0
