"""A gallery at any provider: what a crew says and sees where shows begin and end otherwise than at Gcore."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import commands
from bot.model import Show
from bot.sandbox.cloud import Cloud
from bot.sandbox.played import play
from bot.sandbox.rehearsal import Rehearsal
from bot.sandbox.slack import Message
from tests.studio import BERLIN, Studio

SUNDAY_MORNING = datetime(2026, 11, 22, 7, 50, tzinfo=UTC)
"""08:50 in Berlin."""


class Elsewhere(Studio):
    """The show is the Sunday service from 10:00 to 10:20 in Berlin unless a test plans another."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        super().__init__(rehearsal)
        (self.there,) = rehearsal.clouds
        self.stream = ""
        self._address = ""

    @property
    def vendor(self) -> Cloud:
        """The played provider."""
        return self.there

    # -- bringing a show to a moment
    async def planned(self, words: str = "Sunday Service 10:00-10:20", **changes: object) -> Show:
        """A show is planned by one line and its form, and what it needs is made."""
        await self.plan(words, None, **changes)
        show = await self.show()
        self.stream = show.stream
        return show

    async def address(self) -> str:
        """Where the encoder has to push, as it is shown to whoever asks."""
        await self.type("/live stream key s1")
        shown = self.slack.read(self.slack.modals(self.ana)[-1], self.ana)
        server, key = re.findall(r"`([^`]+)`", shown)[:2]
        return f"{server.rstrip('/')}/{key}"

    async def connect(self) -> None:
        """The encoder pushes to that address."""
        assert self.vendor.push_to(await self.address()), "the provider refused the encoder"
        await self.settle()

    def drop(self) -> None:
        """The encoder falls silent."""
        assert self.vendor.drop_signal(self.stream), "no encoder was connected"

    async def on_air(self, words: str = "Sunday Service 10:00-10:20", **changes: object) -> Show:
        """The encoder connected a minute and a half before the start, and the show began at 10:00."""
        await self.planned(words, **changes)
        await self.at("9:58:20", step=300)
        await self.connect()
        await self.at("9:59:50", step=10)
        await self.at("10:00:10", step=2)
        return await self.show()

    # -- what really happened
    def count(self, kind: str) -> int:
        """How often this happened at the provider."""
        return len(self.vendor.ledger.of(kind))

    def times(self, kind: str) -> list[str]:
        """When this happened at the provider, by the clock in Berlin."""
        return [f"{effect.at.astimezone(BERLIN):%H:%M:%S}" for effect in self.vendor.ledger.of(kind)]

    # -- what people read
    def posted(self, text: str) -> int:
        """How many of the channel's own messages say this, cards aside."""
        return sum(text in self.top(message) for message in self.messages if not self.is_card(message))

    def said(self, text: str) -> int:
        """How often this was said in the threads."""
        replies = [self.slack.read(reply) for message in self.messages for reply in message.replies]
        return sum(text in reply for reply in replies)

    def top(self, message: Message) -> str:
        """A message without the replies below it."""
        return self.slack.read(replace(message, replies=()))

    @property
    def state(self) -> str:
        """The first line of the card."""
        return self.card_text.splitlines()[0]


@asynccontextmanager
async def sunday_at(provider: str, folder: Path, **env: str) -> AsyncIterator[Elsewhere]:
    """Sunday, 08:50 in Berlin, with an account at that provider and no other; the clock stands still."""
    rehearsal = Rehearsal(folder, commands.load(), start=SUNDAY_MORNING, env=env, clouds=lambda clock: (play(provider, clock),))
    await rehearsal.open()
    playing = Elsewhere(rehearsal)
    await rehearsal.settle()
    yield playing
    await rehearsal.close()
