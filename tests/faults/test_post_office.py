"""Webhooks permuted, doubled, delayed and dropped on fifty streams: each change is told once, and is true after one look."""

from __future__ import annotations

import pytest

from tests.faults.post_office import STREAMS, believed, deliver
from tests.faults.tape import record
from tests.faults.test_crashes import SEED

SAMPLE = 1_000
"""Deliveries; `make torture` takes a hundred thousand."""


async def test_a_bad_post_office_loses_doubles_and_leads_astray_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    tape = await record()
    control, book = believed(tape, SEED), await deliver(tape, SAMPLE, SEED)
    with capsys.disabled():
        print(f"\ncontrol, every webhook believed as it comes, seed {SEED}: {control}\n{book}")  # noqa: T201
    assert not book.wrong
    assert (book.missing, book.doubled, book.astray) == (0, 0, 0)
    assert (book.streams, book.deliveries >= SAMPLE) == (STREAMS, True)
    assert book.replayed == book.poison
    assert control.missing > 20
    assert control.doubled > 20
