"""Who people are and which channels they are in, kept so that nobody waits for Slack to be known."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.model import Person
from bot.slack.voice import FAILURES
from bot.store.base import Store

log = logging.getLogger(__name__)

FRESH = timedelta(hours=12)
MEMBERS_FRESH = timedelta(minutes=5)
JUST_READ = timedelta(seconds=2)

KIND_FRESH = timedelta(seconds=30)
"""How long it is believed that a channel is public: its conversion to a private one comes with no event that is subscribed to."""


class Directory:
    """Users, groups and channel members. Times are real: this is about Slack, not about shows."""

    def __init__(
        self,
        store: Store,
        client: AsyncWebClient,
        operators: Collection[str],
        admins: Collection[str],
        me: Callable[[], str] = lambda: "",
    ) -> None:
        """`me` gives the bot's own user id; empty until Slack has said it."""
        self._store = store
        self._me = me
        self._client = client
        self._operators = frozenset(operators)
        self._admins = frozenset(admins)
        self._people: dict[str, Person] = {}
        self._groups: dict[str, frozenset[str]] = {}
        self._members: dict[str, tuple[datetime, frozenset[str]]] = {}
        self._public: dict[str, tuple[datetime, bool]] = {}
        self._names: dict[str, str] = {}
        self._hidden: set[str] = set()
        """Channels that Slack does not show to the bot: private ones that it is not in."""

    async def known(self, user: str) -> Person | None:
        """The person as last seen, from memory or the store; None if Slack was never asked."""
        if user in self._people:
            return self._people[user]
        person = await self._store.person(user)
        if person is not None:
            self._people[user] = person
        return person

    async def person(self, user: str) -> Person:
        """The person, asked of Slack if not known; a person about whom Slack does not answer is a stranger."""
        known = await self.known(user)
        if known is not None and known.seen_at is not None and abs(datetime.now(UTC) - known.seen_at) < FRESH:
            return known
        try:
            answer = await self._client.users_info(user=user)
        except FAILURES as failure:
            log.warning("users.info failed: %s", type(failure).__name__)
            return known or Person(user, user, stranger=True)
        person = _person(answer["user"])
        await self.remember(person)
        return person

    async def remember(self, person: Person) -> None:
        """Keep what Slack says of this user."""
        self._people[person.id] = person
        await self._store.remember_people(person)

    async def refresh(self) -> None:
        """Read everybody and the groups named in the settings."""
        cursor = ""
        people: list[Person] = []
        try:
            while True:
                page = await self._client.users_list(limit=200, cursor=cursor)
                people += [_person(user) for user in page["members"]]
                cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
                if not cursor:
                    break
            for group in self._named_groups:
                await self._read_group(group)
        except FAILURES as failure:
            log.warning("the directory was not refreshed: %s", type(failure).__name__)
        if people:
            self._people.update({person.id: person for person in people})
            await self._store.remember_people(*people)

    async def changed(self, user: dict[str, object]) -> None:
        """Slack says what this user is from now on."""
        if user.get("id"):
            await self.remember(_person(user))

    @property
    def _named_groups(self) -> frozenset[str]:
        return frozenset(who for who in self._operators | self._admins if who.startswith("S"))

    async def _read_group(self, group: str) -> None:
        answer = await self._client.usergroups_users_list(usergroup=group)
        self._groups[group] = frozenset(answer["users"])

    async def group_changed(self, group: str, added: Collection[str], removed: Collection[str]) -> None:
        """People joined or left a group; of one that is named in the settings Slack is asked who is in it from now on."""
        if group not in self._named_groups:
            return
        self._groups[group] = (self._groups.get(group, frozenset()) | frozenset(added)) - frozenset(removed)
        try:
            await self._read_group(group)
        except FAILURES as failure:
            log.warning("the group %s was not read: %s", group, type(failure).__name__)

    @property
    def restricts(self) -> bool:
        """Whether any operators or admins are named at all."""
        return bool(self._operators or self._admins)

    def is_operator(self, user: str) -> bool:
        """Whether this user may act on every show."""
        return self._in(user, self._operators | self._admins)

    def is_admin(self, user: str) -> bool:
        """Whether this user may grant."""
        return self._in(user, self._admins)

    def _in(self, user: str, named: Collection[str]) -> bool:
        return user in named or any(user in self._groups.get(group, ()) for group in named)

    async def members(self, channel: str, asked_for: str = "") -> frozenset[str] | None:
        """Who is in a channel; None if Slack does not say. What is known is read again if `asked_for` is not in it."""
        known = self._members.get(channel)
        if known is not None:
            age = abs(datetime.now(UTC) - known[0])  # what was read in the future was read before a clock was set back
            if age < MEMBERS_FRESH and (not asked_for or asked_for in known[1] or age < JUST_READ):
                return known[1]
        try:
            found = await self._read_members(channel)
        except SlackApiError as failure:
            error = str(failure.response.get("error"))
            log.info("members of %s: %s", channel, error)
            if error == "channel_not_found":
                self._hidden.add(channel)
                return None
            return known[1] if known is not None else None
        except FAILURES as failure:
            log.warning("conversations.members failed: %s", type(failure).__name__)
            return known[1] if known is not None else None
        self._hidden.discard(channel)
        self._members[channel] = (datetime.now(UTC), found)
        return found

    async def is_public(self, channel: str) -> bool:
        """Whether everybody of the workspace may read the channel; False where Slack does not say so now."""
        known = self._public.get(channel)
        if known is not None and datetime.now(UTC) - known[0] < KIND_FRESH:
            return known[1]
        try:
            answer = await self._client.conversations_info(channel=channel)
        except FAILURES as failure:
            log.info("conversations.info of %s failed: %s", channel, type(failure).__name__)
            return False
        found = answer["channel"]
        self._names[channel] = str(found.get("name") or "")
        public = bool(found.get("is_channel")) and found.get("is_private") is False
        self._public[channel] = (datetime.now(UTC), public)
        return public

    async def name_of(self, channel: str) -> str:
        """The channel's name without `#`; empty where Slack does not tell it."""
        if channel not in self._names:
            await self.is_public(channel)
        return self._names.get(channel, "")

    @property
    def operators(self) -> frozenset[str]:
        """The ids of the people who are operators, as far as the members of their groups are known."""
        named = self._operators | self._admins
        people = {who for who in named if not who.startswith("S")}
        return frozenset(people).union(*(self._groups.get(group, frozenset()) for group in named))

    async def _read_members(self, channel: str) -> frozenset[str]:
        cursor, found = "", set[str]()
        while True:
            page = await self._client.conversations_members(channel=channel, limit=200, cursor=cursor)
            found |= set(page["members"])
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return frozenset(found)

    async def away(self, channel: str) -> bool:
        """Whether the bot is known not to be in this channel; Slack shows the members of a public one even then."""
        me = self._me()
        members = await self.members(channel, asked_for=me)
        if members is None:
            return channel in self._hidden
        return bool(me) and me not in members

    def remembered(self, channel: str) -> frozenset[str] | None:
        """Who was in a channel when Slack was last asked, with those who came and went since; None if it never was."""
        known = self._members.get(channel)
        return known[1] if known is not None else None

    def joined(self, channel: str, user: str) -> None:
        """Somebody, or the bot itself, came into a channel."""
        self._hidden.discard(channel)
        known = self._members.get(channel)
        if known is not None:
            self._members[channel] = (known[0], known[1] | {user})

    def left(self, channel: str, user: str) -> None:
        """Somebody left a channel."""
        known = self._members.get(channel)
        if known is not None:
            self._members[channel] = (known[0], known[1] - {user})

    def forget_members(self, channel: str) -> None:
        """The channel itself changed, or the bot was taken out of it."""
        self._members.pop(channel, None)
        self._public.pop(channel, None)
        self._names.pop(channel, None)


def _person(user: dict[str, object]) -> Person:
    profile = user.get("profile")
    name = (
        (profile.get("display_name") if isinstance(profile, dict) else "")
        or user.get("real_name")
        or user.get("name")
        or user["id"]
    )
    return Person(
        id=str(user["id"]),
        name=str(name),
        zone=str(user.get("tz") or ""),
        guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        stranger=bool(user.get("is_stranger")),
        admin=bool(user.get("is_admin") or user.get("is_owner")),
        bot=bool(user.get("is_bot")),
        seen_at=datetime.now(UTC),
    )
