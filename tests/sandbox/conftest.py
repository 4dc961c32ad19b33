"""Stories in a hurry are played by a clock that leaves out what a busy machine adds."""

from __future__ import annotations

import pytest

from bot.sandbox import clock
from tests.contention import FairTime


@pytest.fixture
def fair_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A show clock does not go on while this process waits for a core."""
    monkeypatch.setattr(clock, "time", FairTime())
