"""What has to be known of somebody before the access rule is asked: whether an operator, in which channels, which are public."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.model import Owners, Person, Standing, StreamKey
from bot.offload import collected, offload
from bot.show.access import Asker, Kind, Refusal, Rule, Thing, Verb, channel_thing, may
from bot.slack.directory import Directory


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was asked. `typed`: Slack says that it was typed there, so the person is a member.

    `team`: the workspace that the payload names for the person.
    """

    channel: str = ""
    typed: bool = False
    team: str = ""


class Permissions:
    """Reads the facts from the directory, and asks the rule. What cannot be read gives no right."""

    def __init__(self, directory: Directory, rule: Rule = may) -> None:
        """`rule` is `may`, unless a test composes the bot with another one."""
        self._directory = directory
        self._rule = rule

    def judge(self, asker: Asker, verb: Verb, thing: Thing) -> Refusal | None:
        """Why the asker may not, or None; pure, so that it can be asked inside a transaction."""
        return self._rule(asker, verb, thing)

    # -- facts
    async def asker(self, person: Person, channels: Iterable[str], place: Place | None = None, verb: Verb = Verb.READ) -> Asker:
        """The person, with what is known of these channels. Of one who acts, a members' list without them is read again."""
        here = place or Place()
        asker = self._without_channels(person, here.team)
        wanted = frozenset(filter(None, channels))
        if asker.operator or asker.barred or not wanted:
            return asker
        sure = wanted & {here.channel} if here.typed else frozenset[str]()
        if verb is Verb.BRAKE and here.channel in wanted - sure:
            # The brake waits for nobody: not for Slack to say who is in the channel that the button stands in, or still is.
            remembered = self._directory.remembered(here.channel)
            if remembered is None:
                asker = replace(asker, unread=frozenset({here.channel}))
            if remembered is None or person.id in remembered:
                sure |= {here.channel}
        rest = sorted(wanted - sure)
        about = dict(zip(rest, await self._about(asker, rest, acts=verb is not Verb.READ), strict=True))
        member = (sure - asker.unread) | {channel for channel, inside in about.items() if inside}
        unread = asker.unread | {channel for channel, inside in about.items() if inside is None and channel == here.channel}
        outside = [] if asker.external else sorted(wanted - member - unread)
        kinds = await asyncio.gather(*map(self._directory.is_public, outside))
        public = frozenset(channel for channel, is_public in zip(outside, kinds, strict=True) if is_public)
        return replace(asker, member=frozenset(member), unread=frozenset(unread), public=public)

    def _without_channels(self, person: Person, team: str) -> Asker:
        standing = self._directory.standing(person, team)
        return Asker(
            person.id,
            operator=self._directory.is_operator(person.id),
            external=standing in (Standing.GUEST, Standing.EXTERNAL, Standing.UNKNOWN),
            barred=standing in (Standing.BOT, Standing.DEACTIVATED),
        )

    async def _about(self, asker: Asker, channels: Sequence[str], *, acts: bool) -> list[bool | None]:
        """Of each channel whether the asker is in it; None where Slack does not say."""
        lists = await asyncio.gather(
            *(self._directory.members(channel, asked_for=asker.id if acts else "") for channel in channels)
        )
        return [None if members is None else asker.id in members for members in lists]

    # -- reading
    async def readable(self, person: Person, channels: Collection[str], place: Place | None = None) -> frozenset[str]:
        """Those of the channels whose shows the person may see."""
        asker = await self.asker(person, channels, place)
        return frozenset(channel for channel in channels if self.judge(asker, Verb.READ, channel_thing(channel)) is None)

    async def readable_by(self, user: str, channels: Collection[str]) -> frozenset[str]:
        """The same for a user id."""
        return await self.readable(await self._directory.person(user), channels)

    async def hidden_streams(self, person: Person, streams: Mapping[Owners, frozenset[StreamKey]]) -> frozenset[StreamKey]:
        """Those of the streams, gathered by their owners, that the person may not know of."""
        visible = await self._visible(person, Kind.STREAM, streams.keys())
        return await offload(lambda: frozenset().union(*(keys for owners, keys in streams.items() if owners not in visible)))

    async def visible_videos(self, person: Person, owners: Collection[Owners]) -> list[bool]:
        """Of each of these, whether a video that belongs to them may be seen."""
        visible = await self._visible(person, Kind.VIDEO, await offload(frozenset, owners))
        return await offload(lambda: [each in visible for each in owners])

    async def _visible(self, person: Person, kind: Kind, owners: Collection[Owners]) -> frozenset[Owners]:
        """Those whose things the person may see; there may be as many owners as there are streams."""
        asker = await self.asker(person, await offload(lambda: frozenset().union(*(each.channels for each in owners))))
        return frozenset(await collected(each for each in owners if self.judge(asker, Verb.READ, Thing(kind, each)) is None))
