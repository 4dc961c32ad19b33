"""A Slack with a producer, a technical director and a studio channel."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import Channel, SlackEmulator, User
from tests.sandbox.slack.stagehand import client, manifest


@pytest.fixture
async def slack() -> AsyncIterator[SlackEmulator]:
    async with SlackEmulator(manifest()) as emulator:
        yield emulator


@pytest.fixture
def ana(slack: SlackEmulator) -> User:
    return slack.add_user("ana", real_name="Ana Producer")


@pytest.fixture
def ben(slack: SlackEmulator) -> User:
    return slack.add_user("ben", tz="America/New_York")


@pytest.fixture
def studio(slack: SlackEmulator, ana: User, ben: User) -> Channel:
    return slack.add_channel("studio", members=[ana, ben])


@pytest.fixture
def web(slack: SlackEmulator) -> AsyncWebClient:
    return client(slack)
