"""A full garbage collection stops everything, a cue that is due too: what was imported and never goes away is no part of it."""

from __future__ import annotations

import subprocess
import sys

TIMED = """
import gc, time
import commands
from bot.app import freeze_imports

def quickest():
    took = []
    for _ in range(5):
        began = time.perf_counter()
        gc.collect()
        took.append(time.perf_counter() - began)
    return min(took)

registry = commands.load()
before = quickest()
freeze_imports()
print(before / quickest())
"""


def test_a_full_collection_is_ten_times_shorter_once_the_imports_are_frozen() -> None:
    told = subprocess.run([sys.executable, "-c", TIMED], check=True, capture_output=True, text=True)
    assert float(told.stdout) >= 10
