"""A bad night: connections drop, Slack errs and asks to wait, and the bot dies again and again."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress

import pytest

from bot.model import Post, Urgency
from bot.sandbox.faults import Fault
from bot.sandbox.slack import Channel
from tests.outbox.newsroom import TEN_O_CLOCK, Newsroom

POSTS = "/api/chat.postMessage"
HISTORY = "/api/conversations.history"


def trouble(dice: random.Random) -> Fault:
    path = dice.choice([POSTS, POSTS, HISTORY])
    return dice.choice(
        [
            Fault(path, cut="before"),
            Fault(path, cut="after"),
            Fault(path, cut="middle"),
            Fault(path, status=503),
            Fault(path, status=429, headers={"Retry-After": "2"}),
            Fault(path, answer_delay=dice.random() / 20),
            Fault(path, delay=dice.random() / 20),
        ]
    )


def program(channel: Channel, dice: random.Random) -> list[Post]:
    urgencies = [dice.choice(list(Urgency)) for _ in range(30)]
    return [
        Post(f"{channel.name} {number}", channel.id, TEN_O_CLOCK, urgency, text=f"{urgency.name} {number}")
        for number, urgency in enumerate(urgencies)
    ]


@pytest.mark.parametrize("seed", range(5))
async def test_everything_is_said_once_and_in_order(newsroom: Newsroom, seed: int) -> None:
    dice = random.Random(seed)
    stages = [newsroom.slack.add_channel(f"stage-{number}") for number in range(3)]
    for stage in stages:
        await newsroom.store.post(*program(stage, dice))
    for _ in range(10):
        for _ in range(4):
            newsroom.slack.faults.add(trouble(dice))
        await newsroom.start()
        with suppress(TimeoutError):
            async with asyncio.timeout(dice.uniform(0.02, 0.2)):
                await newsroom.outbox.settled()
        await newsroom.die()
        await newsroom.open()
    newsroom.slack.faults.clear()
    await newsroom.start()
    await newsroom.outbox.settled()
    assert newsroom.calls("conversations.history")
    for stage in stages:
        said = newsroom.read(stage)
        for urgency in Urgency:
            numbers = [int(line.split()[1]) for line in said if line.startswith(urgency.name)]
            assert numbers == sorted(set(numbers))
        assert len(said) == 30


async def test_stopping_sends_what_can_be_sent_and_leaves_the_rest_for_the_next_start(newsroom: Newsroom) -> None:
    gallery = newsroom.slack.add_channel("gallery")
    newsroom.slack.faults.add(Fault(POSTS, cut="before", times=1))
    await newsroom.say("doors open")
    await newsroom.start()
    await newsroom.outbox.drain()
    await newsroom.say("one", "two", "three", "four", channel=gallery)
    await newsroom.outbox.stop()
    assert newsroom.read(gallery) == ["one", "two", "three", "four"]
    await newsroom.die()
    await newsroom.come_back()
    await newsroom.outbox.settled()
    assert newsroom.read() == ["doors open"]
