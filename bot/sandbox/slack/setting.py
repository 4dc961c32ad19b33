"""Who is in the workspace and where: setting it up, and the comings and goings that apps are told of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.sandbox.slack.nouns import Channel, Guest, Json, User, UserGroup
from bot.sandbox.slack.stage import Stage


class Setting(Stage):
    """What administrators and members do about people, groups and channels."""

    def add_user(
        self,
        name: str,
        *,
        tz: str = "Europe/Berlin",
        real_name: str | None = None,
        guest: bool | Guest = False,
        stranger: bool = False,
        admin: bool = False,
        **more: Any,
    ) -> User:
        """Somebody new; `guest` True means a guest of several channels, `stranger` a person of another organisation.

        `more` are further fields of the user: `owner`, `deactivated`, `team`, `enterprise`, `teams`.
        """
        kind: Guest | None = "multi" if guest is True else (guest or None)
        return self.workspace.add_user(name, tz=tz, real_name=real_name, guest=kind, stranger=stranger, admin=admin, **more)

    def add_channel(
        self,
        name: str,
        *,
        members: Sequence[User | str] | None = None,
        private: bool = False,
        bot: bool = True,
        archived: bool = False,
    ) -> Channel:
        """A channel with these members, or with everybody there is; and with the bot unless told otherwise."""
        everybody = [user for user in self.workspace.users.values() if not user.bot]
        chosen = everybody if members is None else [self.user(one) for one in members]
        ids = [user.id for user in chosen] + ([self.workspace.bot.id] if bot else [])
        shared = any(user.stranger for user in chosen)
        channel = Channel(self.workspace.new_id("C"), name, "private" if private else "public", ids, archived, shared)
        return self.workspace.add_channel(channel)

    def add_usergroup(self, handle: str, users: Sequence[User | str]) -> UserGroup:
        """A user group, mentioned as @handle."""
        group = UserGroup(self.workspace.new_id("S"), handle, handle.title(), tuple(self.user(one).id for one in users))
        self.workspace.groups[group.id] = group
        return group

    def dm(self, who: User | str) -> Channel:
        """The conversation of this person with the bot."""
        return self.workspace.dm(self.user(who).id)

    # Comings and goings

    def invite(self, channel: Channel | str, who: User | str | None = None) -> None:
        """Bring somebody, by default the bot, into a channel."""
        joining, place = self._bot_or(who), self.channel(channel)
        if joining.id not in place.members:
            place.members.append(joining.id)
            self.workspace.tell(_moved("member_joined_channel", joining, place), place)
            self.workspace.changed()

    def remove(self, channel: Channel | str, who: User | str | None = None) -> None:
        """Put somebody, by default the bot, out of a channel; the bot itself hears of it by channel_left or group_left."""
        leaving, place = self._bot_or(who), self.channel(channel)
        place.members.remove(leaving.id)
        if leaving.bot:
            self.workspace.tell({"type": _kind(place, "left"), "channel": place.id}, None)
        else:
            self.workspace.tell(_moved("member_left_channel", leaving, place), place)
        self.workspace.changed()

    def archive(self, channel: Channel | str) -> None:
        """Close a channel for good: it can be read and not written in."""
        place = self.channel(channel)
        place.archived = True
        self._tell_of(place, {"type": _kind(place, "archive"), "channel": place.id, "user": self.bot_user_id, "is_moved": 0})

    def unarchive(self, channel: Channel | str) -> None:
        """Open an archived channel again."""
        place = self.channel(channel)
        place.archived = False
        self._tell_of(place, {"type": _kind(place, "unarchive"), "channel": place.id, "user": self.bot_user_id})

    def restrict(self, channel: Channel | str, *, posting: bool) -> None:
        """Let only some people post in a channel, or everybody again; the bot is not one of them, and no app is told."""
        self.channel(channel).restricted = not posting
        self.workspace.changed()

    def make_private(self, channel: Channel | str) -> None:
        """Convert a public channel: told only by a message with a subtype, which needs a history scope to be heard."""
        self.channel(channel).kind = "private"
        self.workspace.changed()

    def share(self, channel: Channel | str, *, silent: bool = False) -> Channel:
        """Share a private channel with another organisation: it has another id from now on, and the old one is unknown.

        `silent`: the event is lost.
        """
        place = self.channel(channel)
        old = place.id
        del self.workspace.channels[old]
        place.id, place.shared = self.workspace.new_id("C"), True
        place.posted = {ts: replace(message, channel=place.id) for ts, message in place.posted.items()}
        self.workspace.channels[place.id] = place
        if not silent:
            event = {"type": "channel_id_changed", "old_channel_id": old, "new_channel_id": place.id}
            self._tell_of(place, event)
        self.workspace.changed()
        return place

    def rename(self, channel: Channel | str, name: str) -> None:
        """Give a channel another name."""
        place = self.channel(channel)
        place.name = name
        self._tell_of(place, {"type": _kind(place, "rename"), "channel": {"id": place.id, "name": name, "created": 0}})

    def _tell_of(self, place: Channel, event: Json) -> None:
        """Public channels are everybody's news, private ones that of their members."""
        if place.kind == "public" or self.bot_user_id in place.members:
            self.workspace.tell(event, None)
        self.workspace.changed()

    def change_user(self, who: User | str, *, silent: bool = False, **changes: Any) -> User:
        """Somebody moves to another zone, becomes an administrator or a guest, or leaves the organisation.

        `silent`: the event is lost, as events are that were not acknowledged three times.
        """
        user = self.user(who)
        after = replace(user, updated=int(self.clock.time()), **changes)
        self.workspace.users[user.id] = after
        if not silent:
            self.workspace.tell({"type": "user_change", "user": self.workspace.user_json(after)}, None)
        self.workspace.changed()
        return after

    def set_usergroup(self, group: UserGroup, users: Sequence[User | str]) -> UserGroup:
        """Put other people into a user group."""
        before, after = set(group.users), [self.user(one).id for one in users]
        changed = replace(group, users=tuple(after))
        self.workspace.groups[group.id] = changed
        event = {
            "type": "subteam_members_changed",
            "subteam_id": group.id,
            "team_id": self.team_id,
            "added_users": [one for one in after if one not in before],
            "removed_users": sorted(before - set(after)),
        }
        self.workspace.tell(event, None)
        self.workspace.changed()
        return changed

    def _bot_or(self, who: User | str | None) -> User:
        return self.workspace.bot if who is None else self.user(who)


def _kind(channel: Channel, what: str) -> str:
    return f"{'channel' if channel.kind == 'public' else 'group'}_{what}"


def _moved(kind: str, user: User, channel: Channel) -> Json:
    letter = "C" if channel.kind == "public" else "G"
    return {"type": kind, "user": user.id, "channel": channel.id, "channel_type": letter, "team": user.team}
