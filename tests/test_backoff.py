"""The waits between tries: longer each time, never above the limit, never less than what was asked within bounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.backoff import BackoffPolicy
from bot.operations.outage import PATIENT, SOON

POLICIES = [SOON, PATIENT]
WANTED = st.one_of(st.none(), st.floats(0, 1e12))


@pytest.mark.parametrize("policy", POLICIES)
@given(st.lists(WANTED, min_size=1, max_size=40))
def test_no_wait_is_above_the_limit_or_below_what_was_asked_within_it(policy: BackoffPolicy, wanted: list[float | None]) -> None:
    for failures, asked in enumerate(wanted, start=1):
        wait = policy.delay(failures, asked)
        assert policy.first <= wait <= max(policy.longest, policy.longest_wanted) + 0.1
        assert wait >= min(asked or 0.0, policy.longest_wanted)


@pytest.mark.parametrize("policy", POLICIES)
@given(st.integers(2, 10_000))
def test_the_waits_grow_and_stay_at_the_limit(policy: BackoffPolicy, failures: int) -> None:
    before, after = policy.delay(failures - 1), policy.delay(failures)
    assert after >= before
    assert after > before or after == policy.longest


@pytest.mark.parametrize(("policy", "most"), [(SOON, 16), (PATIENT, 8)])
@given(st.lists(WANTED, min_size=64, max_size=64))
def test_a_minute_sees_few_tries(policy: BackoffPolicy, most: int, wanted: list[float | None]) -> None:
    at, tries = 0.0, 1
    for failures, asked in enumerate(wanted, start=1):
        at += policy.delay(failures, asked)
        tries += at < 60
    assert tries <= most


def test_those_who_failed_together_do_not_try_again_together() -> None:
    assert len({PATIENT.delay(5) for _ in range(50)}) > 5
