"""What can be seen of a workspace: channels, screens, logs, and waiting until something shows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Self, TypeVar

from bot.sandbox.slack.log import Call, Delivery, Log
from bot.sandbox.slack.nouns import Channel, Message, User, View
from bot.sandbox.slack.reading import Reader
from bot.sandbox.slack.workspace import Workspace

T = TypeVar("T")

PATIENCE = 60.0
"""Real seconds in which what is waited for has to show. It only bounds a hang, so a busy machine gets as many as it needs."""


class Watching:
    """The eyes on one workspace."""

    def __init__(self, workspace: Workspace, log: Log) -> None:
        self.workspace = workspace
        self.log = log
        self._change = asyncio.Event()
        workspace.watch(self._something_changed)

    def _something_changed(self) -> None:
        self._change.set()
        self._change = asyncio.Event()

    # What people see

    def channel(self, which: Channel | str) -> Channel:
        """A channel by name or id; its `messages` are what stands in it."""
        return self.workspace.channel(which)

    def user(self, who: User | str) -> User:
        """Somebody by name or id."""
        return self.workspace.user(who)

    def ephemerals(self, who: User | str, channel: Channel | str | None = None) -> list[Message]:
        """What only this person sees, everywhere or in one channel, oldest first."""
        user = self.workspace.user(who)
        place = None if channel is None else self.workspace.channel(channel).id
        return [one for one in self.workspace.ephemerals if one.ephemeral_to == user.id and place in (None, one.channel)]

    def modals(self, who: User | str) -> list[View]:
        """The modals this person has open, the uppermost last."""
        return list(self.workspace.screens.stacks.get(self.workspace.user(who).id, []))

    def home(self, who: User | str) -> View | None:
        """The home tab of the app as this person sees it."""
        return self.workspace.screens.homes.get(self.workspace.user(who).id)

    def dms(self, who: User | str) -> list[Message]:
        """The conversation of this person with the bot."""
        user = self.workspace.user(who).id
        return [one for ch in self.workspace.channels.values() if ch.kind == "im" and user in ch.members for one in ch.messages]

    # What went over the wire

    @property
    def calls(self) -> list[Call]:
        """The app's calls, oldest first, refused ones too."""
        return self.log.calls

    @property
    def deliveries(self) -> list[Delivery]:
        """What was brought to the app, oldest first."""
        return self.log.deliveries

    def posts(self, method: str) -> list[Call]:
        """The calls of one method that Slack carried out."""
        return [call for call in self.log.calls if call.method == method and call.ok]

    # Waiting

    async def wait_for(self, predicate: Callable[[Self], T], timeout: float = PATIENCE) -> T:
        """The first truthy value of `predicate(slack)`, asked again after each change; a LookupError in it means not yet.

        Raises AssertionError with a picture of the workspace after `timeout` real seconds.
        """
        deadline = asyncio.get_running_loop().time() + timeout
        while True:
            change = self._change
            with suppress(LookupError):
                value = predicate(self)
                if value:
                    return value
            try:
                await asyncio.wait_for(change.wait(), deadline - asyncio.get_running_loop().time())
            except TimeoutError:
                raise AssertionError(f"it did not happen within {timeout:g} s; this is what there is:\n{self.snapshot()}") from None

    # Reading

    def reader(self, who: User | str | None = None) -> Reader:
        """The eyes of one person, with their time zone; of nobody in particular in UTC."""
        tz = "UTC" if who is None else self.workspace.user(who).tz
        return Reader(self.workspace.names(), tz, self.workspace.clock.time())

    def read(self, thing: Message | View, who: User | str | None = None) -> str:
        """A message or view as plain text, as this person reads it."""
        reader = self.reader(who)
        return reader.view(thing) if isinstance(thing, View) else reader.message(thing)

    def snapshot(self) -> str:
        """The whole workspace as text: channels, screens, and the latest calls and deliveries."""
        lines: list[str] = []
        for channel in self.workspace.channels.values():
            if channel.messages:
                lines.append(f"{'DM' if channel.kind == 'im' else '#' + channel.name}:")
                lines += [f"    {line}" for one in channel.messages for line in self._told(one)]
        for one in self.workspace.ephemerals:
            lines += [f"only {self.workspace.names().get(one.ephemeral_to or '')} sees:"]
            lines += [f"    {line}" for line in self._told(one)]
        for view in (
            *(v for stack in self.workspace.screens.stacks.values() for v in stack),
            *self.workspace.screens.homes.values(),
        ):
            lines.append(f"{view.type} of {self.workspace.names().get(view.user)}:")
            lines += [f"    {line}" for line in self.reader().view(view).splitlines()]
        lines += [f"call {one.method} -> {one.error or 'ok'}" for one in self.log.calls[-15:]]
        lines += [
            f"delivery {one.type} acked={one.acked} error={one.error} attempts={one.attempts}" for one in self.log.deliveries[-15:]
        ]
        return "\n".join(lines) or "(nothing at all)"

    def _told(self, message: Message) -> list[str]:
        author = self.workspace.names().get(message.user, message.user)
        first, *rest = self.reader().message(message).splitlines() or [""]
        return [f"{author}: {first}", *(f"    {line}" for line in rest)]
