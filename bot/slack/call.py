"""What a handler is handed: a conversation in which shows are found, rights judged and decisions stored."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace as dc_replace
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.errors import Choice, NotAllowed, Question, UserError
from bot.model import JSON, Decision, Dossier, Person, Show, ShowState
from bot.operations.asking import ask
from bot.show.access import Asker, Refusal, Verb, show_thing
from bot.show.draft import Draft
from bot.show.phone import normalise
from bot.show.references import parse_handle, take_handle
from bot.show.times import wall
from bot.slack.controls import facts
from bot.slack.conversation import Conversation, Desk
from bot.slack.granting import request_grant
from bot.slack.interaction import Interaction, Kind
from bot.slack.permissions import Place
from bot.slack.stamps import at

T = TypeVar("T")

CHECKED_WITHIN = 2.0
"""Real seconds for which a form waits to be judged before it closes: Slack waits three for the answer."""

WITH_SECOND_VERB = ("record", "broadcast", "restream")
"""Commands whose second word says what to do, so that a show is named after it."""

RUNNING = (ShowState.OPEN, ShowState.LIVE, ShowState.PAUSED, ShowState.OFF)
"""What has moments that can be noted and cut."""

ACTIVE = (ShowState.PLANNED, ShowState.OPEN, ShowState.LIVE, ShowState.PAUSED, ShowState.OFF)


class BorrowedStream(NotAllowed):
    """The show's stream belongs to other channels than its own. Raised inside transactions; the operators are asked then."""


class Call(Conversation):
    """One command, press or submission being dealt with."""

    def __init__(self, desk: Desk, interaction: Interaction, person: Person, words: str) -> None:
        super().__init__(desk, interaction, person, words)
        self._judged: dict[str, tuple[Asker, Verb]] = {}
        """By show: who asked for what, with what was known of them."""

    # -- who may
    @property
    def place(self) -> Place:
        """Where this happened, as far as it says something about the person."""
        return Place(self.channel, typed=self.typed, team=self.interaction.team)

    async def asker(self, channels: Collection[str], verb: Verb = Verb.READ) -> Asker:
        """Who asks, with what is known of these channels."""
        asker = await self.patiently(self.desk.permissions.asker(self.person, channels, self.place, verb))
        if asker.unread:
            self.unread = next(iter(asker.unread))
        return asker

    async def require(self, show: Show, verb: Verb = Verb.ACT, unknown: str = "") -> None:
        """The person may do that with the show; UserError otherwise, `unknown` where they may not know that there is one."""
        asker = await self.asker({show.channel}, verb)
        self._judged[show.id] = asker, verb
        refusal = self.desk.permissions.judge(asker, verb, show_thing(show))
        if refusal is not None:
            raise self._refused(refusal, show, unknown)

    def _refused(self, refusal: Refusal, show: Show, unknown: str = "") -> UserError:
        about = f"{show.title} ({show.id})"
        match refusal:
            case Refusal.HIDDEN:
                return UserError(unknown or self.no_show(show.id))
            case Refusal.BARRED:
                return NotAllowed("Bots cannot call shows. Let a person do it.")
            case Refusal.EXTERNAL:
                return NotAllowed(f"{about} can be changed by members of your team only. Ask one of them in <#{show.channel}>.")
            case Refusal.UNREAD:
                return NotAllowed(
                    f"Slack does not tell me who is in <#{show.channel}>, so I cannot do that for you. Try again in a moment; "
                    "if I am not in that channel, invite me with /invite."
                )
            case Refusal.BORROWED:
                return BorrowedStream(
                    f"The stream of {about} belongs to another channel's shows. An operator has to allow it for <#{show.channel}>."
                )
            case _:
                return NotAllowed(f"{about} belongs to <#{show.channel}>. Join that channel, or ask an operator.")

    def no_show(self, handle: str) -> str:
        """What is said of a show that does not exist, and of one that the person may not know of."""
        return f"There is no show {handle}. See {self.command} shows."

    async def readable_channels(self, states: Collection[ShowState] | None = None) -> frozenset[str]:
        """The channels with shows (in these states) that the person may see."""
        channels = await self.context.store.show_channels(states)
        return await self.patiently(self.desk.permissions.readable(self.person, channels, self.place))

    async def _readable_here(self) -> frozenset[str]:
        """The channel of this call, if the person may see its shows."""
        return await self.patiently(self.desk.permissions.readable(self.person, {self.channel}, self.place))

    async def readable_shows(self, shows: Collection[Show]) -> list[Show]:
        """Those of the shows that the person may see."""
        channels = {show.channel for show in shows}
        readable = await self.patiently(self.desk.permissions.readable(self.person, channels, self.place))
        return [show for show in shows if show.channel in readable]

    # -- deciding
    async def decide(self, show: Show, rule: Callable[[Draft, Show], T]) -> T:
        """Let `rule` decide about a show in one transaction, in which the person's right is judged once more."""
        if show.id not in self._judged:
            await self.require(show)

        def whole(dossier: Dossier) -> Decision[T]:
            draft = Draft(dossier, self.context.clock.now())
            current = draft.show(show.id)
            self.require_still(dossier, current)
            return self.carried_out(draft.decision(rule(draft, current)))

        try:
            return await self.context.store.decide(show.id, whole)
        except BorrowedStream:
            await self.ask_operators(show)
            raise

    def require_still(self, dossier: Dossier, show: Show) -> None:
        """Inside a transaction: the person may do what `require` was asked, by what is stored now."""
        asker, verb = self._judged.get(show.id, (Asker(self.user), Verb.ACT))
        refusal = self.desk.permissions.judge(asker, verb, show_thing(show, dossier.grants))
        if refusal is not None:
            raise self._refused(refusal, show)

    async def ask_operators(self, show: Show) -> None:
        """Ask the operators to allow the show's stream for its channel."""
        if show.key is not None:
            await request_grant(self, show.key, show.stream_name or show.stream, show.channel)

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
    async def carried_show(self, verb: Verb = Verb.ACT, name: str = "s") -> Show:
        """The show of the pressed control, or of the submitted modal, for `verb`; `name` is under which it is carried."""
        show_id = str(self.carried.get(name) or self.metadata.get(name) or "")
        show = await self.context.store.show(show_id)
        unknown = f"That show is no longer known. See {self.command} shows."
        if show is None:
            raise UserError(unknown)
        await self.require(show, verb, unknown)
        return show

    async def checked_show(self) -> Show | None:
        """The show of a form that is being checked; UserError as in `carried_show`.

        None where Slack is slow to say who is where: the form closes then, and is judged when it is carried out.
        """
        try:
            return await asyncio.wait_for(self.carried_show(), CHECKED_WITHIN)
        except TimeoutError:
            return None

    async def choose_show(self, words: str, states: Collection[ShowState] = ACTIVE, verb: Verb = Verb.ACT) -> tuple[Show, str]:
        """The show meant by `words`, and the words that are left: handle, part of the title, or what is live or due here."""
        handle, rest = take_handle(words)
        if handle is not None:
            show = await self.context.store.show(handle)
            if show is None:
                raise UserError(self.no_show(handle))
            await self.require(show, verb)
            return show, rest
        if words:
            named = await self._named(words, states, verb)
            if named is not None:
                return named
        return await self._meant(states, words, verb), words

    async def show_first(self, states: Collection[ShowState], verb: Verb = Verb.ACT) -> tuple[Show, str]:
        """The show of a line whose other words are free: named by its handle in front, else the one meant here; and those words."""
        first, _, rest = self.words.partition(" ")
        if parse_handle(first) is None:
            return await self._meant(states, "", verb), self.words
        show, _ = await self.choose_show(first, states, verb)
        return show, rest.strip()

    async def find_show(self, words: str, states: Collection[ShowState] = ACTIVE, verb: Verb = Verb.ACT) -> Show:
        """The show meant by words that say nothing else: UserError for what is left over, because the wrong show might be meant."""
        handle, rest = take_handle(words)
        named = None if handle or not words else await self._named(words, states, verb)
        if words and handle is None and named is None:
            raise UserError(f"No show fits “{words}”. See {self.command} shows, or leave the name out for the one due here.")
        show, rest = named or await self.choose_show(words, states, verb)
        if rest:
            raise UserError(f"I understood {show.title} ({show.id}), but not “{rest}”. {self.command} help shows what can be said.")
        return show

    async def _named(self, words: str, states: Collection[ShowState], verb: Verb) -> tuple[Show, str] | None:
        """The longest run of first words that is part of exactly one title, among the shows that the person may see."""
        said = words.split()
        readable: frozenset[str] | None = None
        # Of the channel that it was typed in Slack need not be asked: the brake asks about others only where their titles matter.
        here = await self._readable_here() if verb is Verb.BRAKE and self.typed else frozenset[str]()
        for count in range(len(said), 0, -1):
            text = " ".join(said[:count])
            found = await self.context.store.shows(states=states, text=text, channels=here, limit=10) if here else []
            if not found and here and readable is None and not await self.context.store.shows(states=states, text=text, limit=1):
                continue
            if not found:
                readable = await self.readable_channels(states) if readable is None else readable
                found = await self.context.store.shows(states=states, text=text, channels=readable, limit=10)
                found = [show for show in found if show.channel == self.channel] or found
            if len(found) == 1:
                await self.require(found[0], verb)
                return found[0], " ".join(said[count:])
            if found:
                raise self._which(found, f"“{text}” fits several shows.", text)
        return None

    async def _meant(self, states: Collection[ShowState], words: str, verb: Verb) -> Show:
        now = self.context.clock.now()
        here = await self.readable_shows(await self.context.store.shows(channel=self.channel, states=states, limit=50))
        for group in (
            [show for show in here if show.state.on_air],
            [show for show in here if abs(show.start - now) <= self.context.figures.due_here],
            here,
        ):
            if len(group) == 1:
                await self.require(group[0], verb)
                return group[0]
            if group:
                raise self._which(group, "Which show?")
        anywhere = await self.context.store.shows(states=states, channels=await self.readable_channels(states), limit=2)
        if len(anywhere) == 1:
            await self.require(anywhere[0], verb)
            return anywhere[0]
        said = f" (typed: {words})" if words else ""
        others = await self.readable_shows(await self.context.store.shows(channel=self.channel, states=ACTIVE, limit=2))
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
