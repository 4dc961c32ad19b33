"""One interaction with a person: who did what and where, and the ways to answer."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from dataclasses import replace as dc_replace
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bot.context import Context
from bot.errors import Choice, Question, UserError
from bot.model import JSON, Person
from bot.show.phone import normalise
from bot.slack.blocks import Message, context, say
from bot.slack.declare import Registry
from bot.slack.directory import Directory
from bot.slack.interaction import Interaction, Kind, View
from bot.slack.modals import form, loading
from bot.slack.panel import Panels
from bot.slack.permissions import Permissions
from bot.slack.voice import Voice

T = TypeVar("T")

PATIENCE = 1.0
"""Real seconds after which a window opens in which the answer will stand: the trigger that opens one lives 3 s."""


async def _not_followed(old: str, new: str) -> None:
    """Where nobody follows channels: in tests of single calls."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What every call has in common."""

    context: Context
    voice: Voice
    panels: Panels
    directory: Directory
    permissions: Permissions
    registry: Registry
    bot: str = ""
    """The bot's own mention."""
    healed: Callable[[str], None] = lambda channel: None  # noqa: ARG005
    """Told of a channel that may take posts again."""
    moved: Callable[[str, str], Awaitable[None]] = _not_followed
    """Told of a channel whose id has changed, with the old one and the new."""


class Conversation:
    """One command, press or submission, and its answers."""

    dry = False
    """Whether nothing is to come of it but an answer."""

    def __init__(self, desk: Desk, interaction: Interaction, person: Person, words: str) -> None:
        self.desk = desk
        self.context = desk.context
        self.interaction = interaction
        self.person = person
        self.words = words
        self.modal = ""
        """The id of the modal that was opened for this call, if one was."""
        self.loading = False
        """Whether that modal still says that the answer is on its way."""
        self.unread = ""
        """A channel whose members were taken for granted; they are read once the call is over."""
        self.typed = interaction.kind is Kind.COMMAND
        """Whether Slack says that it was typed where it happened; a pressed button that stands for a command was not."""
        self.brake = False
        """Whether it takes viewers off or keeps them out, which waits for nobody who is known."""
        self._began = time.monotonic()

    # -- who and where
    @property
    def user(self) -> str:
        """Slack's id of the person."""
        return self.person.id

    @property
    def channel(self) -> str:
        """The channel it happened in (of a modal: the one it was opened from)."""
        return self.interaction.channel or self.desk.directory.current(str(self.metadata.get("c", "")))

    @property
    def zone(self) -> ZoneInfo:
        """The reader's zone, else the team's."""
        return ZoneInfo(self.person.zone or self.context.zone)

    @property
    def at(self) -> datetime:
        """The show time at which the request came in, whatever has been asked or waited for since."""
        return self.interaction.at or self.context.clock.now()

    @property
    def command(self) -> str:
        """The root command."""
        return self.context.command

    @property
    def carried(self) -> Mapping[str, JSON]:
        """What the pressed control carries."""
        try:
            value = json.loads(self.interaction.value)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    @property
    def view(self) -> View:
        """The submitted modal."""
        if self.interaction.view is None:
            raise UserError("This form is no longer open. Open it again.")
        return self.interaction.view

    @property
    def metadata(self) -> Mapping[str, JSON]:
        """What the modal remembers of where it was opened."""
        view = self.interaction.view
        try:
            value = json.loads(view.metadata) if view and view.metadata else {}
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    def remember(self, **more: JSON) -> str:
        """The metadata of a modal opened by this call."""
        return json.dumps({"c": self.channel, **more}, separators=(",", ":"))

    # -- answers
    @property
    def invitation(self) -> str:
        """What to do where the bot cannot post."""
        return f"I am not in <#{self.channel}>: invite me with /invite."

    async def reply(self, answer: str | Message, *, replace: bool = False) -> None:
        """Answer the person, and nobody else; where the bot is not in the channel the answer says so."""
        message = say(answer) if isinstance(answer, str) else answer
        if self.loading and await self._fill(message):
            return
        here = self.interaction
        if here.kind is Kind.COMMAND and await self._away() and "/invite" not in message.text:
            message = dc_replace(message, blocks=(*message.blocks, context(self.invitation)))
        if here.reply_to and await self.desk.voice.answer(here.reply_to, message, replace=replace):
            return
        if self.channel and await self.desk.voice.whisper(self.channel, self.user, message, here.thread):
            return
        await self.desk.voice.direct(self.user, message)

    async def _away(self) -> bool:
        """Whether this happened in a channel without the bot; nobody can be invited into a conversation of two."""
        return self.channel[:1] in ("C", "G") and await self.desk.directory.away(self.channel)

    async def away(self, channel: str) -> bool:
        """Whether the bot is known not to be in a channel."""
        return await self.patiently(self.desk.directory.away(channel))

    async def require_presence(self, why: str) -> None:
        """UserError that begins with `why` where the bot is not in this channel and could post nothing."""
        if self.channel[:1] in ("C", "G") and await self.away(self.channel):
            raise UserError(f"{why} {self.invitation}")

    # -- windows
    async def patiently(self, answer: Coroutine[Any, Any, T]) -> T:
        """Wait for Slack or a provider; where that takes long a window opens in time, and what is said next stands in it."""
        asking = asyncio.create_task(answer)
        try:
            await asyncio.wait({asking}, timeout=max(0.05, self._began + PATIENCE - time.monotonic()))
            if not asking.done():
                await self._make_room()
            return await asking
        finally:
            asking.cancel()

    async def _make_room(self) -> None:
        if not self.modal and self.interaction.trigger and self.interaction.kind in (Kind.COMMAND, Kind.PRESS):
            self.modal = await self.desk.voice.open(self.interaction.trigger, loading("One moment"), on_top=self._pressed_in_a_form)
            self.loading = bool(self.modal)

    async def _fill(self, message: Message) -> bool:
        """Say it in the window that was opened for the answer; whether Slack took it."""
        self.loading = False
        blocks = message.blocks or say(message.text).blocks
        return await self.desk.voice.update(self.modal, form("notice", "Here it is", blocks, "", self.remember()))

    async def tidy(self) -> None:
        """Nothing more will be said: a window that waits for it must not wait for ever."""
        if self.loading:
            await self._fill(say("Done."))

    @property
    def _pressed_in_a_form(self) -> bool:
        return self.interaction.kind is Kind.PRESS and self.interaction.view is not None

    async def open(self, view: Mapping[str, JSON]) -> None:
        """Show a modal, on top of the one that was pressed in if there is one; if this call opened one already, change it."""
        if self.modal:
            self.loading = False
            await self.desk.voice.update(self.modal, view)
            return
        if not self.interaction.trigger and self.interaction.kind is Kind.COMMAND:
            raise self._from_a_button()
        self.modal = await self.desk.voice.open(self.interaction.trigger, view, on_top=self._pressed_in_a_form)
        if not self.modal:
            raise UserError("Slack did not open the form in time. Try again.")

    def _from_a_button(self) -> Question:
        """A mention, the only grammar in threads, cannot open a form: a button that types the same line can."""
        verb, _, rest = normalise(self.interaction.text).partition(" ")
        return Question(
            "That needs a form, which opens from a button.", [Choice("Open the form", f"{verb.casefold()} {rest}".strip())]
        )
