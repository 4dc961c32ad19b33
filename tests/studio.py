"""What tests say about a show: people, the channel, the encoder and the clock, in the words of a control room."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.model import Operation, Show
from bot.sandbox.gcore import GcoreCloud
from bot.sandbox.rehearsal import Rehearsal
from bot.sandbox.slack import Message, SlackEmulator, User


@asynccontextmanager
async def operated_by_ana(rehearsal: Rehearsal) -> AsyncIterator[Studio]:
    """A studio in a rehearsal that is not open yet, in which Ana is an operator."""
    playing = Studio(rehearsal)
    rehearsal._env["OPERATORS"] = playing.ana.id
    await rehearsal.open()
    await rehearsal.settle()
    yield playing
    await rehearsal.close()


BERLIN = ZoneInfo("Europe/Berlin")


class Studio:
    """One channel, two people, one provider."""

    def __init__(self, rehearsal: Rehearsal) -> None:
        self.rehearsal = rehearsal
        self.ana = self.slack.add_user("ana", tz="Europe/Berlin")
        self.ben = self.slack.add_user("ben", tz="America/New_York")
        self.channel = self.slack.add_channel("studio", members=[self.ana, self.ben])

    @property
    def slack(self) -> SlackEmulator:
        """The played Slack."""
        return self.rehearsal.slack

    @property
    def cloud(self) -> GcoreCloud:
        """The played Gcore."""
        return self.rehearsal.cloud

    # -- people
    async def administers(self, who: User) -> None:
        """This person is an admin of the workspace, and so an operator where no others are named."""
        self.slack.change_user(who, admin=True)
        await self.settle()

    async def appoint(self, *operators: User) -> None:
        """Make these people the operators: the bot starts again with that setting."""
        await self.rehearsal.stop_bot()
        self.rehearsal._env["OPERATORS"] = ",".join(who.id for who in operators)
        await self.rehearsal.start_bot()
        await self.settle()

    async def make_admin(self, who: User | None = None) -> None:
        """Somebody, else Ana, becomes an admin of the workspace, and so an operator where OPERATORS is not set."""
        self.slack.change_user(who or self.ana, admin=True)
        await self.settle()

    async def type(self, text: str, who: User | None = None) -> str:
        """Type a command in the channel; what the asker reads as the answer."""
        return await self.rehearsal.command(who or self.ana, self.channel, text)

    async def press(self, action: str, who: User | None = None, message: Message | None = None) -> None:
        """Press a control of the show's present card, or of another message."""
        await self.rehearsal.press(who or self.ana, message or self.card, action)

    async def plan(self, words: str = "Sunday Service 10:00-10:20", who: User | None = None, **changes: object) -> Show:
        """Plan a show by one line, change what differs in the form, press Create; the show as stored."""
        who = who or self.ana
        await self.type(f"/live plan {words}", who)
        form = self.slack.modals(who)[-1]
        await self.slack.submit(who, form, dict(changes))
        await self.settle()
        shows = await self.rehearsal.bot.store.shows(limit=1000)
        return max(shows, key=lambda show: int(show.id[1:]))

    async def submit(self, who: User | None = None, **values: object) -> None:
        """Fill in and submit the modal that is open."""
        who = who or self.ana
        await self.slack.submit(who, self.slack.modals(who)[-1], dict(values))
        await self.settle()

    # -- time
    async def settle(self) -> None:
        """Let everything happen that is due now."""
        await self.rehearsal.settle()

    async def at(self, clock: str, step: float = 5.0) -> None:
        """Let show time pass until the clock in Berlin shows this."""
        hours, minutes, *seconds = (int(part) for part in clock.split(":"))
        now = self.rehearsal.clock.now().astimezone(BERLIN)
        when = now.replace(hour=hours, minute=minutes, second=seconds[0] if seconds else 0, microsecond=0)
        await self.rehearsal.run_until(when.astimezone(UTC), step)

    async def passes(self, seconds: float, step: float = 1.0) -> None:
        """Let so many seconds of show time pass."""
        await self.rehearsal.run_until(self.now + timedelta(seconds=seconds), step)

    @property
    def now(self) -> datetime:
        """Show time."""
        return self.rehearsal.clock.now()

    # -- what there is to see
    @property
    def posts(self) -> list[str]:
        """The channel's own messages, as a person reads them."""
        return self.rehearsal.posts(self.channel)

    @property
    def everything(self) -> str:
        """The whole workspace, threads and whispers included, as text."""
        return self.slack.snapshot()

    @property
    def card(self) -> Message:
        """The newest card in the channel."""
        return next(message for message in reversed(self.messages) if self.is_card(message))

    @property
    def messages(self) -> list[Message]:
        """The channel's own messages."""
        return list(self.slack.channel(self.channel).messages)

    def is_card(self, message: Message) -> bool:
        """Whether this message is a show's card with controls."""
        return any(block.get("type") == "actions" for block in message.blocks) and " yours " in str(message.blocks)

    @property
    def card_text(self) -> str:
        """The newest card as a person reads it."""
        return self.slack.read(self.card)

    def thread(self, message: Message | None = None) -> list[str]:
        """The replies below the card, or below another message."""
        return [self.slack.read(reply) for reply in (message or self.card).replies]

    def heard(self, text: str) -> int:
        """How many messages of the channel and its threads say this."""
        said = [self.slack.read(message) for message in self.messages]
        said += [self.slack.read(reply) for message in self.messages for reply in message.replies]
        return sum(text in message for message in said)

    async def show(self, show_id: str = "s1") -> Show:
        """A show as stored."""
        show = await self.rehearsal.bot.store.show(show_id)
        assert show is not None
        return show

    async def operations(self, show_id: str = "s1", *, unfinished: bool = False) -> list[Operation]:
        """The operations of a show."""
        return await self.rehearsal.bot.store.operations(show=show_id, unfinished=unfinished, limit=500)
