"""When operations were claimed, written down by the bot's own file: what the bot says of itself is no evidence."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

INSTALL = """
CREATE TABLE watch (operation TEXT NOT NULL, fence INTEGER NOT NULL, day REAL NOT NULL) STRICT;
CREATE TRIGGER watch_claims AFTER UPDATE ON operations WHEN new.fence <> old.fence BEGIN
    INSERT INTO watch VALUES (new.id, new.fence, julianday('now'));
END;"""

EPOCH = 2440587.5
"""The Julian day of 1970-01-01."""

DAY = 86400.0


class Watch:
    """Raised fences of a database that no other process has open while this one asks."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def install(self) -> None:
        """From here on the file remembers when fences were raised."""
        with closing(sqlite3.connect(self._file)) as db:
            db.executescript(INSTALL)

    def running(self) -> Mapping[str, int]:
        """The operations that are at work, and their fences: orphans, if the bot is dead."""
        with closing(self._read()) as db:
            return dict(db.execute("SELECT id, fence FROM operations WHERE state = 'running'"))

    def claimed(self, orphans: Mapping[str, int], began: float, patience: float) -> Iterator[float]:
        """For each orphan the real seconds from `began` (epoch) until it was claimed; until now if it was not in `patience`."""
        with closing(self._read()) as db:
            for operation, fence in orphans.items():
                at = db.execute("SELECT min(day) FROM watch WHERE operation = ? AND fence > ?", (operation, fence)).fetchone()[0]
                if at is not None:
                    yield (at - EPOCH) * DAY - began
                elif time.time() - began > patience:
                    yield time.time() - began

    def _read(self) -> sqlite3.Connection:
        return sqlite3.connect(f"file:{self._file}?mode=ro", uri=True)
