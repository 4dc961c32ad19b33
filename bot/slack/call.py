"""What a handler is handed: who did what, the words they typed, and the ways to answer."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass
from dataclasses import replace as dc_replace
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bot.context import Context
from bot.errors import Choice, NotAllowed, Question, UserError
from bot.model import JSON, Decision, Dossier, Person, Show, ShowState
from bot.operations.asking import ask
from bot.show.draft import Draft
from bot.show.phone import normalise
from bot.show.references import parse_handle, take_handle
from bot.show.times import wall
from bot.slack.blocks import Message, context, say
from bot.slack.controls import facts
from bot.slack.declare import Registry
from bot.slack.directory import Directory
from bot.slack.interaction import Interaction, Kind, View
from bot.slack.modals import form, loading
from bot.slack.panel import Panels
from bot.slack.stamps import at
from bot.slack.voice import Voice

T = TypeVar("T")

PATIENCE = 1.0
"""Real seconds after which a window opens in which the answer will stand: the trigger that opens one lives 3 s."""

WITH_SECOND_VERB = ("record", "broadcast", "restream")
"""Commands whose second word says what to do, so that a show is named after it."""

RUNNING = (ShowState.OPEN, ShowState.LIVE, ShowState.PAUSED, ShowState.OFF)
"""What has moments that can be noted and cut."""

ACTIVE = (ShowState.PLANNED, ShowState.OPEN, ShowState.LIVE, ShowState.PAUSED, ShowState.OFF)


@dataclass(frozen=True, slots=True)
class Desk:
    """What every call has in common."""

    context: Context
    voice: Voice
    panels: Panels
    directory: Directory
    registry: Registry
    bot: str = ""
    """The bot's own mention."""


class Call:
    """One command, press or submission being dealt with."""

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
        self._began = time.monotonic()

    # -- who and where
    @property
    def user(self) -> str:
        """Slack's id of the person."""
        return self.person.id

    @property
    def channel(self) -> str:
        """The channel it happened in (of a modal: the one it was opened from)."""
        return self.interaction.channel or str(self.metadata.get("c", ""))

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

    # -- deciding
    async def decide(self, show: Show, rule: Callable[[Draft, Show], T]) -> T:
        """Let `rule` decide about a show in one transaction."""

        def whole(dossier: Dossier) -> Decision[T]:
            draft = Draft(dossier, self.context.clock.now())
            answer = rule(draft, draft.show(show.id))
            return self.carried_out(draft.decision(answer))

        return await self.context.store.decide(show.id, whole)

    def carried_out(self, decision: Decision[T]) -> Decision[T]:
        """The decision as the one that this call was for: after a crash nobody is told that it was lost."""
        return dc_replace(decision, request=self.interaction.key)

    async def operate(self, show: Show, verb: str, args: Mapping[str, JSON] | None = None) -> None:
        """Ask for an operation of a show."""
        await self.decide(show, lambda draft, now: ask(draft, verb, self.user, now, args))

    def still(self, action: str, show: Show) -> None:
        """A press on an outdated card changes nothing and is answered with the present state."""
        carried = self.carried
        for name, value in facts(action, show).items():
            if name in carried and carried[name] != value:
                raise UserError(f"That card was outdated; nothing was changed. {present_state(show)}")

    # -- which show
    async def carried_show(self) -> Show:
        """The show of the pressed control, or of the submitted modal."""
        show_id = str(self.carried.get("s") or self.metadata.get("s") or "")
        show = await self.context.store.show(show_id)
        if show is None:
            raise UserError(f"That show is no longer known. See {self.command} shows.")
        await self.require_member(show)
        return show

    async def choose_show(self, words: str, states: Collection[ShowState] = ACTIVE) -> tuple[Show, str]:
        """The show meant by `words`, and the words that are left: handle, part of the title, or what is live or due here."""
        handle, rest = take_handle(words)
        if handle is not None:
            show = await self.context.store.show(handle)
            if show is None:
                raise UserError(f"There is no show {handle}. See {self.command} shows.")
            await self.require_member(show)
            return show, rest
        if words:
            named = await self._named(words, states)
            if named is not None:
                return named
        return await self._meant(states, words), words

    async def show_first(self, states: Collection[ShowState]) -> tuple[Show, str]:
        """The show of a line whose other words are free: named by its handle in front, else the one meant here; and those words."""
        first, _, rest = self.words.partition(" ")
        if parse_handle(first) is None:
            return await self._meant(states, ""), self.words
        show, _ = await self.choose_show(first, states)
        return show, rest.strip()

    async def find_show(self, words: str, states: Collection[ShowState] = ACTIVE) -> Show:
        """The show meant by words that say nothing else: UserError for what is left over, because the wrong show might be meant."""
        handle, rest = take_handle(words)
        named = None if handle or not words else await self._named(words, states)
        if words and handle is None and named is None:
            raise UserError(f"No show fits “{words}”. See {self.command} shows, or leave the name out for the one due here.")
        show, rest = named or await self.choose_show(words, states)
        if rest:
            raise UserError(f"I understood {show.title} ({show.id}), but not “{rest}”. {self.command} help shows what can be said.")
        return show

    async def _named(self, words: str, states: Collection[ShowState]) -> tuple[Show, str] | None:
        """The longest run of first words that is part of exactly one title."""
        said = words.split()
        for count in range(len(said), 0, -1):
            text = " ".join(said[:count])
            found = await self.context.store.shows(states=states, text=text, limit=10)
            found = [show for show in found if show.channel == self.channel] or found
            if len(found) == 1:
                await self.require_member(found[0])
                return found[0], " ".join(said[count:])
            if found:
                raise self._which(found, f"“{text}” fits several shows.", text)
        return None

    async def _meant(self, states: Collection[ShowState], words: str) -> Show:
        now = self.context.clock.now()
        here = await self.context.store.shows(channel=self.channel, states=states, limit=50)
        for group in (
            [show for show in here if show.state.on_air],
            [show for show in here if abs(show.start - now) <= self.context.figures.due_here],
            here,
        ):
            if len(group) == 1:
                return group[0]
            if group:
                raise self._which(group, "Which show?")
        anywhere = await self.context.store.shows(states=states, limit=2)
        if len(anywhere) == 1:
            await self.require_member(anywhere[0])
            return anywhere[0]
        said = f" (typed: {words})" if words else ""
        others = await self.context.store.shows(channel=self.channel, states=ACTIVE, limit=2)
        if len(others) == 1:
            raise UserError(f"No show here fits{said} now: {present_state(others[0])} Name another, or see {self.command} shows.")
        raise UserError(f"No show here fits{said}. Plan one with {self.command} plan, or name one: see {self.command} shows.")

    def _which(self, shows: Collection[Show], sentence: str, named: str = "") -> Question:
        now = self.context.clock.now()
        choices = [
            Choice(
                f"{show.id}: {wall(show.start, ZoneInfo(show.zone), seconds=False, relative_to=now)} {show.title}",
                self._retyped(show, named),
            )
            for show in list(shows)[:5]
        ]
        return Question(f"{sentence} Choose one, or add its handle.", choices)

    def _retyped(self, show: Show, named: str) -> str:
        """What was typed, meaning only this show: its handle after the verb, in the place of the words that `named` it."""
        said = normalise(self.interaction.text).split()
        verb = len(said) > 1 and said[0].casefold() in WITH_SECOND_VERB
        head = 2 if verb and not (named and named.casefold().startswith(said[1].casefold())) else 1
        rest = " ".join(said[head:])
        at = rest.casefold().find(named.casefold())
        if named and at >= 0:
            rest = rest[:at] + rest[at + len(named) :]
        return " ".join([*said[:head], show.id, *rest.split()])

    # -- who may
    async def require_member(self, show: Show) -> None:
        """Only members of the show's channel, and operators, may touch it; NotAllowed otherwise.

        Whoever types in a channel is in it, and so is whoever presses a button there, as far as is known without asking Slack:
        the brake waits for nobody. (Slack shows a public channel, with its buttons, also to those who are not in it.)
        """
        here = self.channel == show.channel
        directory, kind = self.desk.directory, self.interaction.kind
        if directory.is_operator(self.user) or (here and kind is Kind.COMMAND):
            return
        if here and kind is Kind.PRESS:
            remembered = directory.remembered(show.channel)
            if remembered is None:
                self.unread = show.channel
            if remembered is None or self.user in remembered:
                return
        members = await self.patiently(directory.members(show.channel, asked_for=self.user))
        if (members is None and not here) or (members is not None and self.user not in members):
            raise NotAllowed(f"{show.title} ({show.id}) belongs to <#{show.channel}>. Join that channel, or ask an operator.")

    def require_operator(self, what: str) -> None:
        """Only operators and admins where any are named; NotAllowed otherwise."""
        if not self.desk.directory.restricts or self.desk.directory.is_operator(self.user):
            return
        raise NotAllowed(f"{what} needs an operator. Ask one of them, or an admin to add you to OPERATORS.")


def present_state(show: Show) -> str:
    """Where the show stands now, in a sentence."""
    match show.state:
        case ShowState.LIVE if show.on_air_at:
            return f"{show.title} is on air since {at(show.on_air_at, show)}."
        case ShowState.PAUSED if show.paused_at:
            return f"{show.title} is paused since {at(show.paused_at, show)}."
        case ShowState.OFF if show.off_at:
            return f"{show.title} is off air since {at(show.off_at, show)}."
        case _:
            end = at(show.end, show, seconds=False)
            return f"{show.title} is {show.state.value}, planned {at(show.start, show, seconds=False)} to {end}."


def came_from_form(call: Call) -> bool:
    """Whether this call is a submitted modal."""
    return call.interaction.kind is Kind.SUBMIT
