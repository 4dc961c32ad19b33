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
    """The wait of this process and of others; what has ended keeps what it had when it was last asked about."""

    def __init__(self) -> None:
        self._seen: dict[int, float] = {}

    def of(self, process: int | None = None) -> float:
        """Seconds until now, that process from now on among them."""
        if process is not None:
            self._seen[process] = max(self._seen.get(process, 0.0), waited_for_a_core(process))
        return waited_for_a_core() + sum(self._seen.values())


class Stopwatch:
    """Counts real seconds from when it is made, but for those in which `waited` grew meanwhile."""

    def __init__(self, waited: Callable[[], float] = waited_for_a_core) -> None:
        self._waited = waited
        self._began, self._known = time.monotonic(), waited()

    def passed(self) -> float:
        """Seconds so far."""
        return max(0.0, time.monotonic() - self._began - self.left_out())

    def left_out(self) -> float:
        """Seconds of the wait so far."""
        return max(0.0, self._waited() - self._known)
