"""The machine-readable facts about Slack that tests compare with where they are at hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "schemas"


def shared_schema(name: str) -> dict[str, Any]:
    """One file of them; skips the test, saying what went unchecked, where there is none."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"NOT COMPARED WITH SLACK: {path} is not there")
    content: dict[str, Any] = json.loads(path.read_text())
    return content
