"""Who people are, what they are to the team and which channels they are in, kept so that nobody waits for Slack to be known."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.model import JSON, Home, Person, Standing
from bot.show.standing import SLACKBOT, administers, standing
from bot.slack.channels import Channels
from bot.slack.people import person_of
from bot.slack.transport.calls import Identity
from bot.slack.voice import FAILURES
from bot.store.base import Store

log = logging.getLogger(__name__)

FRESH = 600.0
"""Seconds for which a person is as Slack described them last; `user_change` corrects it meanwhile, and events can be lost."""

HOME = "slack:home"
"""The name under which the app's own workspace is kept, for a start at which Slack does not answer auth.test."""

UNREAD_GROUP = "Slack has not told me yet who is in a user group that OPERATORS names. Try again in a moment."

_NOBODY = frozenset({Standing.BOT, Standing.DEACTIVATED})
"""Who has no rights at all, even where a setting names them."""


class Directory(Channels):
    """Users, groups and channel members. Times are real: this is about Slack, not about shows."""

    def __init__(
        self,
        store: Store,
        client: AsyncWebClient,
        operators: Collection[str],
        admins: Collection[str],
        identity: Callable[[], Identity | None] = lambda: None,
    ) -> None:
        """`identity` gives who the app is; None until Slack has said it."""
        super().__init__(client)
        self._store = store
        self._identity = identity
        self._operators = frozenset(operators)
        self._admins = frozenset(admins)
        self._people: dict[str, Person] = {}
        self._read_at: dict[str, float] = {}
        self._asking: dict[str, asyncio.Task[Person]] = {}
        self._groups: dict[str, frozenset[str]] = {}
        self._home_before: Home | None = None

    # -- the app itself
    @property
    def home(self) -> Home | None:
        """The app's own workspace: as auth.test says, else as it said to an earlier process with the same token."""
        me = self._identity()
        return Home(me.team, me.enterprise) if me is not None and me.team else self._home_before

    def _me(self) -> str:
        me = self._identity()
        return me.user if me is not None else ""

    def is_me(self, user: str) -> bool:
        """Whether this is the bot itself."""
        return bool(user) and user == self._me()

    async def recall_home(self) -> None:
        """Read what an earlier process knew of the app's own workspace."""
        kept = await self._store.get(HOME)
        if isinstance(kept, Mapping) and kept.get("token") == self._token_digest:
            self._home_before = Home(str(kept.get("team") or ""), str(kept.get("enterprise") or ""))

    async def keep_home(self) -> None:
        """Keep the app's own workspace for a later process, once it is known."""
        if self._identity() is not None and (home := self.home) is not None and home != self._home_before:
            kept: dict[str, JSON] = {"token": self._token_digest, "team": home.team, "enterprise": home.enterprise}
            await self._store.put(HOME, kept)
            self._home_before = home

    @property
    def _token_digest(self) -> str:
        return hashlib.sha256((self._client.token or "").encode()).hexdigest()[:32]

    # -- people
    async def known(self, user: str) -> Person | None:
        """The person as last seen, from memory or the store; None if Slack was never asked."""
        if user in self._people:
            return self._people[user]
        person = await self._store.person(user)
        if person is not None:
            self._people.setdefault(user, person)
        return person

    async def person(self, user: str, *, hurry: bool = False) -> Person:
        """The person, asked of Slack unless this process knows them from Slack of late.

        With `hurry` whoever was known before is not waited for; Slack is asked all the same, for the next time. Somebody about whom
        Slack does not answer is as they were known, or has no `seen_at`.
        """
        known = await self.known(user)
        if known is not None and time.monotonic() - self._read_at.get(user, -FRESH) < FRESH:
            return known
        if known is None and self._stays_away("users.info"):
            return Person(user, user)
        asking = self._asking.get(user)
        if asking is None:
            asking = self._asking[user] = asyncio.create_task(self._ask(user))
            asking.add_done_callback(lambda _: self._asking.pop(user, None))
        if hurry and known is not None and known.seen_at is not None:
            return known
        return await asyncio.shield(asking)

    @property
    def busy(self) -> bool:
        """Whether Slack is being asked about somebody."""
        return bool(self._asking)

    async def _ask(self, user: str) -> Person:
        try:
            answer = await self._client.users_info(user=user)
        except FAILURES as failure:
            log.warning("users.info failed: %s", self._noted("users.info", failure))
            return self._people.get(user) or Person(user, user)
        await self.remember(person_of(answer["user"]))
        return self._people[user]

    async def remember(self, *people: Person) -> None:
        """Keep what Slack says of these users, unless something newer is known: a page of users.list may arrive after an event."""
        newer = [person for person in people if not self._outdated(person)]
        self._people.update({person.id: person for person in newer})
        self._read_at.update({person.id: time.monotonic() for person in newer})
        if newer:
            await self._store.remember_people(*newer)

    def _outdated(self, person: Person) -> bool:
        known = self._people.get(person.id)
        return known is not None and 0 < person.updated < known.updated

    async def changed(self, user: Mapping[str, Any]) -> None:
        """Slack says what this user is from now on."""
        if user.get("id"):
            await self.remember(person_of(user))

    def standing(self, person: Person, team: str = "") -> Standing:
        """What somebody is to the team; `team` is the workspace that the payload names for them."""
        if person.id == self._me():
            return Standing.BOT
        return standing(person, self.home, team)

    # -- groups
    @property
    def named_groups(self) -> frozenset[str]:
        """The user groups that the settings name."""
        return frozenset(who for who in self._operators | self._admins if who.startswith("S"))

    @property
    def named_people(self) -> frozenset[str]:
        """The people whom the settings name one by one."""
        return (self._operators | self._admins) - self.named_groups

    @property
    def unread_groups(self) -> frozenset[str]:
        """Groups named in the settings of which Slack has not said yet who is in them."""
        return self.named_groups - self._groups.keys()

    async def read_group(self, group: str) -> None:
        """Ask Slack who is in a group. Raises one of `FAILURES`; what was known stays."""
        answer = await self._client.usergroups_users_list(usergroup=group)
        self._groups[group] = frozenset(str(user) for user in answer.get("users") or ())

    async def group_changed(self, group: str, added: Collection[str], removed: Collection[str]) -> None:
        """People joined or left a group; of one that is named in the settings Slack is asked who is in it from now on."""
        if group not in self.named_groups:
            return
        if group in self._groups:
            self._groups[group] = (self._groups[group] | frozenset(added)) - frozenset(removed)
        try:
            await self.read_group(group)
        except FAILURES as failure:
            log.warning("the group %s was not read: %s", group, type(failure).__name__)

    # -- authority
    def is_operator(self, user: str) -> bool:
        """Whether this user may act on every show: named in OPERATORS or ADMINS, or an admin where no OPERATORS are named.

        Nobody who is deactivated or a bot is one, whatever a setting says.
        """
        return self._has_rights(user, self._operators | self._admins, by_default=not self._operators)

    def is_admin(self, user: str) -> bool:
        """Whether this user may grant: named in ADMINS, or an admin or owner of the workspace where none are named."""
        return self._has_rights(user, self._admins, by_default=not self._admins)

    @property
    def operators(self) -> frozenset[str]:
        """Everybody who is an operator, as far as Slack has said who people are."""
        candidates = self._listed(self._operators | self._admins) | self._people.keys()
        nobodies = {user for user, _ in self.named_nobodies()}
        return frozenset(user for user in candidates - nobodies if self.is_operator(user))

    def named_nobodies(self) -> list[tuple[str, Standing]]:
        """People whom a setting names and who have no rights all the same, or of whom Slack knows nothing."""
        standings = [(user, self.standing(self._people.get(user) or Person(user, user))) for user in self.named_people]
        return [(user, standing) for user, standing in standings if standing in _NOBODY | {Standing.UNKNOWN}]

    def how_to_operate(self) -> str:
        """What somebody does next who is no operator and needs one."""
        if self.unread_groups:
            return UNREAD_GROUP
        if self.operators_named:
            return "Ask one of them, or an admin to add you to OPERATORS."
        return "Ask an admin or owner of this workspace, or have OPERATORS name you."

    @property
    def operators_named(self) -> bool:
        """Whether OPERATORS names anybody; else the workspace's admins and owners are operators."""
        return bool(self._operators)

    def _has_rights(self, user: str, named: Collection[str], *, by_default: bool) -> bool:
        person = self._people.get(user)
        if user in (SLACKBOT, self._me()) or (person is not None and self.standing(person) in _NOBODY):
            return False
        return user in self._listed(named) or (by_default and person is not None and administers(person, self.home))

    def _listed(self, named: Iterable[str]) -> frozenset[str]:
        return frozenset().union(*(self._groups.get(who, frozenset()) if who.startswith("S") else {who} for who in named))
