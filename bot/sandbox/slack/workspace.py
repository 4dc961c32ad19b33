"""Everything there is in one Slack workspace, and who is told when it changes."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.slack.nouns import Channel, Guest, Json, Message, User, UserGroup
from bot.sandbox.slack.screens import Screens
from bot.sandbox.slack.time import SlackTime

TEAM = "T07TEAM001"
OTHER_TEAM = "T07OTHER01"
Happened = Callable[[Json, Channel | None], None]


class NoSuchThing(LookupError):
    """A name or id that nobody and nothing in the workspace has."""


@dataclass
class Workspace:
    """State without opinions: who may do what is judged by the Web API and by what people can see."""

    clock: SlackTime
    bot_name: str
    team_domain: str = "rehearsal"
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    groups: dict[str, UserGroup] = field(default_factory=dict)
    ephemerals: list[Message] = field(default_factory=list)
    files: dict[str, Json] = field(default_factory=dict)
    screens: Screens = field(default_factory=Screens)
    app_id: str = "A07APP0001"
    bot_id: str = "B07BOT0001"
    enterprise: str = ""
    """The Grid organisation that this workspace belongs to, if it does."""

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self._last_ts = 0
        self._watchers: list[Callable[[], None]] = []
        self._hear: list[Happened] = []
        self.bot = self.add_user(self.bot_name, tz="UTC", real_name=self.bot_name, bot=True, bot_id=self.bot_id)

    # Who is told

    def watch(self, changed: Callable[[], None]) -> None:
        """Call `changed` after every change that anybody could see."""
        self._watchers.append(changed)

    def hear(self, happened: Happened) -> None:
        """Call `happened` with every event that Slack would offer to apps."""
        self._hear.append(happened)

    def changed(self) -> None:
        """Something is different now."""
        for watcher in self._watchers:
            watcher()

    def tell(self, event: Json, channel: Channel | None) -> None:
        """Offer an event."""
        for happened in self._hear:
            happened(event, channel)

    # Names and numbers

    def new_id(self, letter: str) -> str:
        """A fresh id of the kind that starts with this letter."""
        return f"{letter}07{next(self._numbers):07d}"

    def new_ts(self) -> str:
        """A timestamp later than every earlier one."""
        micros = max(int(self.clock.time() * 1_000_000), self._last_ts + 1)
        self._last_ts = micros
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"

    @property
    def app(self) -> Json:
        """What marks a view as the app's."""
        return {"app_id": self.app_id, "team_id": TEAM, "bot_id": self.bot_id}

    @property
    def author(self) -> Json:
        """What marks a message as the app's."""
        profile = {"id": self.bot_id, "app_id": self.app_id, "name": self.bot_name, "team_id": TEAM, "deleted": False}
        return {"bot_id": self.bot_id, "app_id": self.app_id, "team": TEAM, "bot_profile": profile}

    # Setting up

    def add_user(
        self,
        name: str,
        *,
        tz: str,
        real_name: str | None = None,
        guest: Guest | None = None,
        stranger: bool = False,
        admin: bool = False,
        bot: bool = False,
        **more: Any,
    ) -> User:
        """Somebody new; `more` are further fields of the user. People of a Grid organisation have ids with W."""
        more.setdefault("team", OTHER_TEAM if stranger else TEAM)
        if bot and "bot_id" not in more:
            more["bot_id"] = self.new_id("B")
        name_id = self.new_id("W" if more.get("enterprise") else "U")
        user = User(name_id, name, real_name or name.title(), tz, guest=guest, stranger=stranger, admin=admin, bot=bot, **more)
        self.users[user.id] = user
        self.changed()
        return user

    def met(self, user: User) -> bool:
        """Whether the app shares a channel with this person."""
        return any(channel.kind != "im" and {user.id, self.bot.id} <= set(channel.members) for channel in self.channels.values())

    def user_json(self, user: User) -> Json:
        """The user object as the app sees it now."""
        return user.as_json(self.clock.time(), met=self.met(user))

    def add_channel(self, channel: Channel) -> Channel:
        """A new channel."""
        self.channels[channel.id] = channel
        self.changed()
        return channel

    def dm(self, user: str) -> Channel:
        """The conversation of this person with the bot, opened when it is not yet."""
        for channel in self.channels.values():
            if channel.kind == "im" and user in channel.members:
                return channel
        return self.add_channel(Channel(self.new_id("D"), "directmessage", "im", [user, self.bot.id]))

    # Looking things up

    def user(self, who: User | str) -> User:
        """Somebody by id, name or object; raises NoSuchThing."""
        wanted = who.id if isinstance(who, User) else who.removeprefix("@")
        for user in self.users.values():
            if wanted in (user.id, user.name):
                return user
        raise NoSuchThing(f"nobody is called {wanted}")

    def channel(self, which: Channel | str) -> Channel:
        """A channel by id, name or object; raises NoSuchThing."""
        wanted = which.id if isinstance(which, Channel) else which.removeprefix("#")
        for channel in self.channels.values():
            if wanted == channel.id or (channel.kind != "im" and wanted == channel.name):
                return channel
        raise NoSuchThing(f"there is no channel {wanted}")

    def names(self) -> dict[str, str]:
        """The name behind every id, as a reader sees it: @ana, #studio."""
        made = {user.id: f"@{user.name}" for user in self.users.values()}
        made.update({group.id: f"@{group.handle}" for group in self.groups.values()})
        made.update({channel.id: f"#{channel.name}" for channel in self.channels.values()})
        return made

    # Messages

    def post(self, channel: Channel, user: str, text: str, *, silent: bool = False, **rest: Any) -> Message:
        """A new message in a channel; `silent` keeps it from the event stream."""
        message = Message(channel.id, self.new_ts(), user, text, **rest)
        channel.posted[message.ts] = message
        if not silent:
            self.tell(self._message_event(channel, message.as_json(self.author)), channel)
        self.changed()
        return message

    def edit(self, channel: Channel, ts: str, *, silent: bool = False, **changes: Any) -> Message:
        """Change a message; `silent` for what is no edit to a reader, such as a reaction."""
        before = channel.posted[ts]
        after = before.later(**changes)
        channel.posted[ts] = after
        if not silent:
            inner = {
                "subtype": "message_changed",
                "message": after.as_json(self.author),
                "previous_message": before.as_json(self.author),
            }
            self.tell(self._message_event(channel, {**inner, "hidden": True, "ts": self.new_ts()}), channel)
        self.changed()
        return after

    def delete(self, channel: Channel, ts: str) -> None:
        """Take a message away."""
        gone = channel.posted.pop(ts)
        if ts in channel.pins:
            channel.pins.remove(ts)
        inner = {"subtype": "message_deleted", "previous_message": gone.as_json(self.author), "deleted_ts": ts}
        self.tell(self._message_event(channel, {**inner, "hidden": True, "ts": self.new_ts()}), channel)
        self.changed()

    def _message_event(self, channel: Channel, inner: Json) -> Json:
        kind = {"public": "channel", "private": "group", "im": "im"}[channel.kind]
        return {"type": "message", "channel": channel.id, "channel_type": kind, "event_ts": inner["ts"], **inner}

    # Ephemeral messages: on one person's screen, in no history

    def whisper(self, channel: Channel, to: str, text: str, **rest: Any) -> Message:
        """Show something to one person only."""
        message = Message(channel.id, self.new_ts(), self.bot.id, text, by_app=True, ephemeral_to=to, **rest)
        self.ephemerals.append(message)
        self.changed()
        return message

    def rewhisper(self, ts: str, **changes: Any) -> Message | None:
        """Replace what was shown to one person; None when it is no longer there."""
        for i, message in enumerate(self.ephemerals):
            if message.ts == ts:
                self.ephemerals[i] = message.later(**changes)
                self.changed()
                return self.ephemerals[i]
        return None

    def unwhisper(self, ts: str) -> None:
        """Take it away from that screen."""
        self.ephemerals = [message for message in self.ephemerals if message.ts != ts]
        self.changed()

    def forget(self) -> None:
        """Empty every channel and screen; people and channels stay."""
        for channel in self.channels.values():
            channel.posted.clear()
            channel.pins.clear()
            channel.bookmarks.clear()
        self.ephemerals.clear()
        self.files.clear()
        self.screens = Screens()
        self.changed()
