"""How long processes were ready to run and waited for a core: what a busy machine adds to every real time.

A promise in real seconds is held against time without that wait, so that it says the same beside other work. Nothing is taken off
on an idle machine, nor where the bot itself is slow, since that is time on a core, or asleep. Linux counts it for each thread in
/proc/<process>/task/<thread>/schedstat: nanoseconds on a core, nanoseconds waiting for one, turns
(https://docs.kernel.org/scheduler/sched-stats.html). Where it is not counted, nothing is taken off.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")

GLANCE = 0.01
"""Real seconds between two readings of what the kernel counted."""

PATIENCE = 60.0
"""Real seconds in which something has to come, where no promise says when: it only ends what would wait for ever."""


def waited_for_a_core(process: int | None = None) -> float:
    """Seconds for which the present threads of a process and its children, or of this one alone, waited; 0.0 if it is gone."""
    seconds, children = 0.0, list[str]()
    with suppress(OSError):  # it ended, or there is no such folder
        for thread in (PROC / str(process or os.getpid()) / "task").iterdir():
            with suppress(OSError, IndexError):
                seconds += int((thread / "schedstat").read_text().split()[1]) / 1e9
                children += (thread / "children").read_text().split() if process else []
    return seconds + sum(waited_for_a_core(int(child)) for child in children)


class Contention:
    """The wait of this process, and of others that it works with, in sum.

    While both sides wait, only the longer wait counts, and never more than the real time between two readings: rather too little is
    left out of a promise than too much.
    """

    def __init__(self) -> None:
        self._read, self._sum = time.monotonic(), 0.0
        self._seen: dict[int | None, float] = {None: waited_for_a_core()}

    def of(self, *processes: int) -> float:
        """Seconds so far; `processes`, which work one after the other, are the other side from now on.

        What a process waited before it ends is known from the last reading.
        """
        now = time.monotonic()
        longer = max(self._grown(None), sum(map(self._grown, processes)))
        self._sum += min(longer, now - self._read)
        self._read = now
        return self._sum

    def _grown(self, process: int | None) -> float:
        before, waited = self._seen.get(process, 0.0), waited_for_a_core(process)
        self._seen[process] = max(before, waited)
        return max(0.0, waited - before)


class Stopwatch:
    """Counts real seconds from when it is made, but for those by which `waited` grew meanwhile; of this process if not told."""

    def __init__(self, waited: Callable[[], float] | None = None) -> None:
        self._waited = waited or Contention().of
        self._began, self._known = time.monotonic(), self._waited()

    def passed(self) -> float:
        """Seconds so far."""
        return max(0.0, time.monotonic() - self._began - self.left_out())

    def left_out(self) -> float:
        """Seconds of the wait so far."""
        return self._waited() - self._known


class FairTime:
    """What a show clock in a hurry goes by in tests: a wait of a second for a core would be a quarter of a minute of the show."""

    def __init__(self) -> None:
        self._contention, self._read, self._left_out, self._shown = Contention(), time.monotonic(), 0.0, 0.0

    def monotonic(self) -> float:
        """As `time.monotonic`, without the wait for a core."""
        now = time.monotonic()
        if now - self._read >= GLANCE:
            self._read, self._left_out = now, self._contention.of()
        self._shown = max(self._shown, now - self._left_out)
        return self._shown
