"""Gcore's samples say what Gcore's own description says, and leave out nothing of it that the bot uses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.providers.player import SAMPLES, read_sample
from tests.sandbox.gcore.overlay import check_exchange, require_schema

FILES = sorted((SAMPLES / "gcore").glob("*.json"))
BEYOND = ("error_200_", "error_302", "switch_restream_says_nothing")
"""What a proxy in front of the vendor does, and an answer without a body: neither is described."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_sample_is_what_the_vendor_describes(path: Path) -> None:
    require_schema()
    sample = read_sample(path)
    for exchange in () if path.stem.startswith(BEYOND) else sample.exchanges:
        asked, answered = exchange.request, exchange.answer
        if asked.path.startswith("/streaming/"):
            check_exchange(asked.method, asked.path, asked.body, answered.status, answered.body)
