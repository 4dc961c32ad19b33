"""Work whose length grows with what others have: done beside the event loop, which cues, acknowledgements and alarms wait for."""

from __future__ import annotations

import asyncio
import difflib
import time
from collections.abc import Callable, Collection, Iterable
from itertools import islice
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

SLICE = 0.005
"""Seconds of processor time for which the loop is held at a time; Python changes between threads as often."""

MOST_COMPARED = 2000
"""Names that are compared with a misspelt one: each takes a tenth of a millisecond."""

LONGEST_COMPARED = 80
"""Characters of a name that are compared."""


async def offload(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of a pure function, worked out in a thread."""
    return await asyncio.to_thread(work, *args, **kwargs)


async def collected(items: Iterable[T]) -> list[T]:
    """All of them; whatever it costs to make each, the loop goes on in between."""
    found: list[T] = []
    until = time.thread_time() + SLICE
    for item in items:
        found.append(item)
        if time.thread_time() >= until:
            await asyncio.sleep(0)
            until = time.thread_time() + SLICE
    return found


def closest(said: str, names: Collection[str]) -> str:
    """The name that was probably meant; empty if none is close. Of very many names not all are compared."""
    few = {name[:LONGEST_COMPARED]: name for name in islice(names, MOST_COMPARED)}
    close = difflib.get_close_matches(said[:LONGEST_COMPARED], few, n=1)
    return few[close[0]] if close else ""
