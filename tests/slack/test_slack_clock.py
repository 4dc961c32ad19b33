"""Slack's time from its answers: bounds that hold whatever the clocks do, and the offset of ours."""

from __future__ import annotations

from email.utils import formatdate

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.faults import Fault
from bot.sandbox.slack import SlackEmulator
from bot.slack.slack_clock import SlackClock
from bot.slack.transport import slack_client
from tests.sandbox.slack.stagehand import manifest
from tests.slack.test_transport import told

EPOCH = 1_800_000_000.0


class Machine:
    """A steady clock, and a wall clock that is `ahead` of Slack's."""

    def __init__(self, ahead: float = 0.0) -> None:
        self.steady = 1000.0
        self.ahead = ahead
        self.clock = SlackClock(lambda: self.slack + self.ahead, lambda: self.steady)

    @property
    def slack(self) -> float:
        return EPOCH + self.steady

    def call(self, there: float = 0.05, back: float = 0.05) -> None:
        """One request, so many seconds on its way there and back."""
        sent = self.steady
        self.steady += there
        date = formatdate(self.slack, usegmt=True)
        self.steady += back
        self.clock.observe(date, sent)


def test_before_the_first_answer_nothing_is_known_and_our_own_clock_counts() -> None:
    machine = Machine(90)
    assert not machine.clock.known
    assert machine.clock.offset == 0.0
    assert machine.clock.time() == machine.slack + 90


@given(
    ahead=st.floats(-100_000, 100_000),
    calls=st.lists(st.tuples(st.floats(0.001, 5), st.floats(0.001, 5), st.floats(0, 600)), min_size=1, max_size=20),
)
def test_slacks_time_is_known_to_half_a_second_and_the_way_of_one_request(
    ahead: float, calls: list[tuple[float, float, float]]
) -> None:
    machine = Machine(ahead)
    for there, back, pause in calls:
        machine.steady += pause
        machine.call(there, back)
    (there, back, _) = calls[-1]
    margin = (1 + there + back) / 2 + 0.001
    assert abs(machine.clock.time() - machine.slack) <= margin
    assert abs(machine.clock.offset - ahead) <= 2 * margin


def test_many_answers_know_it_better_than_one() -> None:
    one, many = Machine(), Machine()
    one.call()
    for _ in range(30):
        many.call()
        many.steady += 0.137
    assert abs(many.clock.time() - many.slack) < 0.15


def test_a_wall_clock_that_is_set_shows_at_once_and_without_another_answer() -> None:
    machine = Machine()
    machine.call()
    assert machine.clock.offset == 0.0
    machine.ahead = -3600.0
    assert machine.clock.offset == pytest.approx(-3600, abs=1)
    assert machine.clock.time() == pytest.approx(machine.slack, abs=1)


def test_when_slacks_own_time_jumps_what_is_said_now_counts() -> None:
    machine = Machine()
    machine.call()
    sent = machine.steady
    machine.clock.observe(formatdate(machine.slack + 600, usegmt=True), sent)
    assert machine.clock.offset == pytest.approx(-600, abs=1.5)


@pytest.mark.parametrize("date", ["", "yesterday", "Thu, 99 Foo 2026 10:00:00 GMT", "0", "\x00"])
def test_what_is_no_date_is_passed_over(date: str) -> None:
    machine = Machine()
    machine.call()
    machine.clock.observe(date, machine.steady)
    assert abs(machine.clock.time() - machine.slack) < 1


def test_what_something_on_the_way_had_kept_says_nothing() -> None:
    clock = SlackClock()
    clock.observe_answer({"Date": formatdate(0), "Age": "600"}, 0.0)
    assert not clock.known


@pytest.mark.parametrize("ahead", [0.0, 600.0, -600.0])
async def test_each_call_to_slack_tells_its_time(ahead: float) -> None:
    async with SlackEmulator(manifest()) as slack:
        slack.clock.advance(-ahead)
        clock = SlackClock()
        async with slack_client(told(slack, http=False), slack_clock=clock) as web:
            await web.auth_test()
        assert clock.offset == pytest.approx(ahead, abs=2)


async def test_neither_another_server_nor_something_on_the_way_tells_slacks_time() -> None:
    async with SlackEmulator(manifest()) as slack, SlackEmulator(manifest()) as other:
        clock = SlackClock()
        async with slack_client(told(slack, http=False), slack_clock=clock) as web:
            slack.faults.add(Fault("/api/auth.test", "*", status=502))
            assert web.session is not None
            for url in (f"{slack.api_url}auth.test", f"{other.api_url}auth.test"):
                async with web.session.post(url) as answer:
                    assert isinstance(answer, aiohttp.ClientResponse)
            assert not clock.known
            await web.auth_test()
            assert clock.known
