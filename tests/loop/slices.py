"""How long the event loop is held at a time: the processor time of its thread in one callback, whatever else the machine does."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast


@dataclass
class Longest:
    """The longest callback, in seconds of the thread's processor time, and what it was."""

    seconds: float = 0.0
    what: str = ""


@contextmanager
def longest_slice() -> Iterator[Longest]:
    """Measure every callback of the running loop. Garbage is collected before and not meanwhile: that is another matter."""
    longest, run = Longest(), cast("Callable[[asyncio.Handle], None]", asyncio.events.Handle._run)

    def measured(handle: asyncio.Handle) -> None:
        began = time.thread_time()
        run(handle)
        took = time.thread_time() - began
        if took > longest.seconds:
            longest.seconds, longest.what = took, repr(handle)[:300]

    gc.collect()
    gc.disable()
    setattr(asyncio.events.Handle, "_run", measured)  # noqa: B010 - the type of a method cannot be assigned to
    try:
        yield longest
    finally:
        setattr(asyncio.events.Handle, "_run", run)  # noqa: B010
        gc.enable()
