"""The bot is killed in the middle of a system call: as it writes to its file, waits for the disk, or sends."""

from __future__ import annotations

import random
from functools import partial

import pytest

from tests.faults.bodies import strace_works
from tests.faults.drill import drill
from tests.faults.scenes import GO_LIVE
from tests.faults.survey import played, syscalls
from tests.faults.test_crashes import AT_ONCE, SEED

EACH = 4


@pytest.mark.skipif(not strace_works(), reason="NO KILLS IN SYSTEM CALLS: strace is not installed or may not trace here")
async def test_kills_in_the_middle_of_a_system_call(capsys: pytest.CaptureFixture[str]) -> None:
    drills = [partial(drill, GO_LIVE, (death,)) for death in syscalls(random.Random(SEED), EACH)]
    with capsys.disabled():
        outcomes = await played(f"\n{GO_LIVE.name}, SIGKILL in system calls, seed {SEED}", drills, AT_ONCE)
    assert not [sentence for outcome in outcomes for sentence in outcome.wrong]
    assert sum(outcome.kills for outcome in outcomes) >= len(drills) // 2
