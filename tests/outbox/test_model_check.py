"""The outbox held against a model of two lists, through any order of news, of trouble with Slack, of time and of deaths."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.model import Urgency
from bot.outbox import Pace
from bot.sandbox.faults import Fault
from bot.sandbox.slack import Channel, SlackEmulator
from tests.outbox.hurry import Hurry
from tests.outbox.newsroom import Newsroom, manifest

T = TypeVar("T")

POSTS, HISTORY = "/api/chat.postMessage", "/api/conversations.history"

TROUBLE: dict[str, dict[str, Any]] = {
    "before": {"cut": "before"},
    "after": {"cut": "after"},
    "middle": {"cut": "middle"},
    "503": {"status": 503},
    "429": {"status": 429, "headers": {"Retry-After": "20"}},
}


class Night(RuleBasedStateMachine):
    """A newsroom, and what was said in it."""

    forgetful = False
    """Whether a bot that comes back has forgotten what it had begun to send."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.said: dict[tuple[str, Urgency], list[str]] = {}
        self.slack = SlackEmulator(manifest(), clock=(clock := Hurry(500.0)))
        self.wait(self.slack.start())
        self.newsroom = Newsroom(Path(self.folder.name) / "night.db", self.slack, clock, Pace())
        self.wait(self.newsroom.open())
        self.wait(self.newsroom.start())

    def wait(self, asked: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(asked)

    def teardown(self) -> None:
        try:
            self.slack.faults.clear()
            self.wait(self.newsroom.outbox.settled())
            self.everything_is_there_once_and_in_order()
        finally:
            self.wait(self.newsroom.die())
            self.wait(self.slack.stop())
            self.loop.close()
            self.folder.cleanup()

    # -- what may happen ----------------------------------------------------------------------------------------------
    @rule(gallery=st.booleans(), urgency=st.sampled_from(Urgency), count=st.integers(1, 3))
    def somebody_has_news(self, gallery: bool, urgency: Urgency, count: int) -> None:
        channel = self.newsroom.ops if gallery else self.newsroom.studio
        told = self.said.setdefault((channel.id, urgency), [])
        fresh = [f"{channel.name} {urgency.name} {len(told) + number}" for number in range(count)]
        told += fresh
        self.wait(self.newsroom.say(*fresh, urgency=urgency, channel=channel))

    @rule(kind=st.sampled_from(sorted(TROUBLE)), where=st.sampled_from([POSTS, HISTORY]), times=st.integers(1, 2))
    def slack_is_in_trouble(self, kind: str, where: str, times: int) -> None:
        self.slack.faults.add(Fault(where, times=times, **TROUBLE[kind]))

    @rule()
    def what_can_be_sent_is_sent(self) -> None:
        self.wait(self.newsroom.outbox.drain())

    @rule(seconds=st.integers(1, 60))
    def time_goes_by(self, seconds: int) -> None:
        self.newsroom.clock.advance(seconds)

    @rule(milliseconds=st.integers(0, 8))
    def the_bot_dies_at_work_and_comes_back(self, milliseconds: int) -> None:
        async def work() -> None:
            with suppress(TimeoutError):
                async with asyncio.timeout(milliseconds / 1000):
                    await self.newsroom.outbox.drain()

        self.wait(work())
        self.wait(self.newsroom.die())
        self.wait(self.newsroom.open())
        if self.forgetful:
            for parcel in self.wait(self.newsroom.store.parcels()):
                self.wait(self.newsroom.store.update_parcel(parcel.post.key, first_tried=0.0))
        self.wait(self.newsroom.start())

    # -- what must be true --------------------------------------------------------------------------------------------
    def read(self, channel: Channel, urgency: Urgency) -> list[str]:
        return [text for text in self.newsroom.read(channel) if f" {urgency.name} " in text]

    @invariant()
    def what_is_there_is_a_beginning_of_what_was_said(self) -> None:
        for channel in (self.newsroom.studio, self.newsroom.ops):
            for urgency in Urgency:
                read = self.read(channel, urgency)
                assert read == self.said.get((channel.id, urgency), [])[: len(read)]

    @invariant()
    def what_the_store_calls_sent_is_there(self) -> None:
        queued = {parcel.post.text for parcel in self.wait(self.newsroom.store.parcels(limit=1000))}
        there = {*self.newsroom.read(self.newsroom.studio), *self.newsroom.read(self.newsroom.ops)}
        assert {text for told in self.said.values() for text in told} <= queued | there

    def everything_is_there_once_and_in_order(self) -> None:
        for channel in (self.newsroom.studio, self.newsroom.ops):
            for urgency in Urgency:
                assert self.read(channel, urgency) == self.said.get((channel.id, urgency), [])


TestNight = Night.TestCase
TestNight.settings = settings(
    max_examples=10, stateful_step_count=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


class Forgetful(Night):
    """The control: its bot writes no intents down."""

    forgetful = True


def accepted_and_dead(night: Night) -> None:
    """Slack takes a post, the connection drops, the bot dies before it could look whether the post is there."""
    night.slack.faults.add(Fault(HISTORY, times=None, status=503))  # on a busy machine it would have the time
    night.somebody_has_news(gallery=False, urgency=Urgency.STATE, count=2)
    night.slack_is_in_trouble(kind="after", where=POSTS, times=1)
    night.what_can_be_sent_is_sent()
    night.the_bot_dies_at_work_and_comes_back(milliseconds=0)
    night.teardown()


def test_a_bot_that_forgets_what_it_had_begun_to_send_does_not_pass() -> None:
    accepted_and_dead(Night())
    with pytest.raises(AssertionError):
        accepted_and_dead(Forgetful())
