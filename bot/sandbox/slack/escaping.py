"""How what a person types into Slack's composer arrives at an app."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.sandbox.slack.workspace import Workspace

_URL = re.compile(r"(?<![<|\w])https?://[^\s<>|]+")
_NAME = re.compile(r"(?<![\w<|])([@#])([\w][\w.-]*)")


def entities(text: str) -> str:
    """`&`, `<` and `>` as the entities in which Slack sends them."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def command_text(workspace: Workspace, text: str, *, should_escape: bool) -> str:
    """The text of a slash command: with `should_escape` people, groups, channels and links come as ids (slash commands page)."""
    safe = entities(text)
    if not should_escape:
        return safe
    linked = _URL.sub(lambda found: f"<{found[0]}>", safe)
    return _NAME.sub(_named(workspace, with_label=True), linked)


def message_text(workspace: Workspace, text: str) -> str:
    """The text of a message: names become mentions, but `<@U…>` that is already there stays."""
    kept = re.split(r"(<[@#!][^>]*>)", text)
    return "".join(part if i % 2 else _NAME.sub(_named(workspace, with_label=False), entities(part)) for i, part in enumerate(kept))


def _named(workspace: Workspace, *, with_label: bool) -> Callable[[re.Match[str]], str]:
    def replacement(found: re.Match[str]) -> str:
        sign, typed = found[1], found[2]
        for name in (typed, typed.rstrip(".-")):
            token = _token(workspace, sign, name, with_label=with_label)
            if token:
                return token + typed[len(name) :]
        return found[0]

    return replacement


def _token(workspace: Workspace, sign: str, name: str, *, with_label: bool) -> str | None:
    if sign == "#":
        ids = [channel.id for channel in workspace.channels.values() if channel.name == name and channel.kind != "im"]
        return (f"<#{ids[0]}|{name}>" if with_label else f"<#{ids[0]}>") if ids else None
    if name in ("here", "channel", "everyone"):
        return f"<!{name}>"
    users = [user.id for user in workspace.users.values() if user.name == name]
    if users:
        return f"<@{users[0]}|{name}>" if with_label else f"<@{users[0]}>"
    groups = [group.id for group in workspace.groups.values() if group.handle == name]
    return f"<!subteam^{groups[0]}|@{name}>" if groups else None
