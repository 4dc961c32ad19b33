"""What a Web API method is: its name, scopes, tier, arguments, and the errors it may answer with."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from bot.sandbox.slack.nouns import Channel, Json

if TYPE_CHECKING:
    from bot.sandbox.slack.manifest import Manifest
    from bot.sandbox.slack.sockets import Sockets
    from bot.sandbox.slack.tickets import Tickets
    from bot.sandbox.slack.time import SlackTime
    from bot.sandbox.slack.workspace import Workspace


class ApiError(Exception):
    """`ok: false` with a code of Slack's, and what else stands beside it."""

    def __init__(self, error: str, **beside: Any) -> None:
        super().__init__(error)
        self.error = error
        self.beside = beside


def refuse(error: str, *messages: str, **beside: Any) -> NoReturn:
    """Answer with this error; `messages` go to `response_metadata`."""
    if messages:
        beside["response_metadata"] = {"messages": list(messages)}
    raise ApiError(error, **beside)


@dataclass(frozen=True)
class Backstage:
    """What the methods work on."""

    manifest: Manifest
    workspace: Workspace
    tickets: Tickets
    sockets: Sockets
    clock: SlackTime
    base_url: Callable[[], str]


@dataclass(frozen=True)
class Args:
    """The arguments of one call, however they were sent."""

    values: Mapping[str, Any]
    token: str = field(default="", repr=False)

    def text(self, name: str, default: str = "") -> str:
        """A string argument."""
        value = self.values.get(name)
        return default if value is None else str(value)

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean argument; forms carry it as 1 or true."""
        value = self.values.get(name)
        if value is None:
            return default
        return value if isinstance(value, bool) else str(value).lower() in ("1", "true")

    def number(self, name: str, default: int) -> int:
        """A whole number; anything else is invalid_arguments."""
        value = self.values.get(name)
        if value in (None, ""):
            return default
        try:
            return int(str(value))
        except ValueError:
            refuse("invalid_arguments", f"[ERROR] must be a number [json-pointer:/{name}]")

    def structure(self, name: str, broken: str = "invalid_arguments") -> Any:
        """A JSON argument, decoded when it came as text; None when absent, the error `broken` when it is no JSON."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return json.loads(value)
        except ValueError:
            refuse(broken, f"[ERROR] invalid JSON [json-pointer:/{name}]")

    def has(self, name: str) -> bool:
        """Whether it was sent at all."""
        return self.values.get(name) is not None


Run = Callable[[Backstage, Args], Awaitable[Json]]


@dataclass(frozen=True)
class Method:
    """One method. `scopes` must all be granted; those that depend on the kind of channel are judged inside."""

    name: str
    run: Run
    tier: str
    scopes: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    errors: frozenset[str] = frozenset()
    app_level: bool = False
    channel_scopes: tuple[str, ...] = ()


def need_scope(back: Backstage, *needed: str) -> None:
    """Refuse with missing_scope unless the bot token has them all."""
    missing = [scope for scope in needed if scope not in back.manifest.scopes]
    if missing:
        refuse("missing_scope", needed=",".join(missing), provided=",".join(sorted(back.manifest.scopes)))


def channel_scope(channel: Channel, what: str) -> str:
    """The scope for `what` ("read", "history") in that kind of conversation: channels:read, groups:read, im:read."""
    return {"public": "channels", "private": "groups", "im": "im"}[channel.kind] + f":{what}"


def seen_channel(back: Backstage, name: str) -> Channel:
    """The channel by id, if the bot can know of it; else channel_not_found."""
    channel = back.workspace.channels.get(name)
    if channel is None or (channel.kind != "public" and back.workspace.bot.id not in channel.members):
        refuse("channel_not_found")
    return channel


def joined(back: Backstage, channel: Channel) -> bool:
    """Whether the bot is a member."""
    return back.workspace.bot.id in channel.members
