"""What an app manifest tells Slack about an app: commands, shortcuts, scopes, events and where to deliver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

Json = dict[str, Any]

_ANY_CHANNEL = ("channels:read", "groups:read", "mpim:read")

EVENT_SCOPES: dict[str, tuple[str, ...]] = {
    "app_mention": ("app_mentions:read",),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "message.mpim": ("mpim:history",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "pin_added": ("pins:read",),
    "pin_removed": ("pins:read",),
    "user_change": ("users:read",),
    "subteam_created": ("usergroups:read",),
    "subteam_updated": ("usergroups:read",),
    "subteam_members_changed": ("usergroups:read",),
    "channel_archive": ("channels:read",),
    "channel_left": ("channels:read",),
    "channel_rename": ("channels:read",),
    "channel_unarchive": ("channels:read",),
    "group_archive": ("groups:read",),
    "group_left": ("groups:read",),
    "group_rename": ("groups:read",),
    "group_unarchive": ("groups:read",),
    "member_joined_channel": _ANY_CHANNEL,
    "member_left_channel": ("channels:read", "groups:read"),
}
"""The bot scopes of which an event needs one (docs.slack.dev event pages)."""


@dataclass(frozen=True)
class SlashCommand:
    """One slash command of the app."""

    command: str
    description: str = ""
    usage_hint: str = ""
    url: str = ""
    should_escape: bool = False


@dataclass(frozen=True)
class Shortcut:
    """One shortcut of the app; `type` is global or message."""

    name: str
    callback_id: str
    type: str


@dataclass(frozen=True)
class Manifest:
    """An app as Slack knows it. Delivery is by Socket Mode, or to the URLs."""

    name: str
    bot_name: str
    commands: Mapping[str, SlashCommand]
    shortcuts: tuple[Shortcut, ...]
    scopes: frozenset[str]
    events: frozenset[str]
    socket_mode: bool
    interactivity: bool
    interactivity_url: str
    options_url: str
    events_url: str
    home_tab: bool

    @classmethod
    def parse(cls, manifest: Mapping[str, object], *, declined: frozenset[str] = frozenset()) -> Manifest:
        """Read a manifest; raises ValueError where Slack would refuse to create the app.

        `declined` are optional scopes that the workspace did not grant when it installed the app.
        """
        features, settings = _part(manifest, "features"), _part(manifest, "settings")
        subscriptions, interactivity = _part(settings, "event_subscriptions"), _part(settings, "interactivity")
        name = str(_part(manifest, "display_information").get("name", "App"))
        app = cls(
            name=name,
            bot_name=str(_part(features, "bot_user").get("display_name", name)),
            commands={one["command"]: _command(one) for one in features.get("slash_commands", [])},
            shortcuts=tuple(
                Shortcut(one["name"], one["callback_id"], one.get("type", "global")) for one in features.get("shortcuts", [])
            ),
            scopes=frozenset(_part(manifest, "oauth_config", "scopes").get("bot", [])),
            events=frozenset(subscriptions.get("bot_events", [])),
            socket_mode=bool(settings.get("socket_mode_enabled", False)),
            interactivity=bool(interactivity.get("is_enabled", False)),
            interactivity_url=interactivity.get("request_url", ""),
            options_url=interactivity.get("message_menu_options_url", ""),
            events_url=subscriptions.get("request_url", ""),
            home_tab=bool(_part(features, "app_home").get("home_tab_enabled", False)),
        )
        app._check()
        return app.without(declined, frozenset(_part(manifest, "oauth_config", "scopes").get("bot_optional", [])))

    def without(self, declined: frozenset[str], optional: frozenset[str]) -> Manifest:
        """The app as installed by somebody who declined some of its optional scopes; raises ValueError for another scope."""
        if not declined <= optional:
            raise ValueError(f"not optional in the manifest: {', '.join(sorted(declined - optional))}")
        granted = self.scopes - declined
        events = frozenset(one for one in self.events if one not in EVENT_SCOPES or granted.intersection(EVENT_SCOPES[one]))
        return replace(self, scopes=granted, events=events)

    def _check(self) -> None:
        if (self.commands or self.shortcuts) and "commands" not in self.scopes:
            raise ValueError("the manifest has commands or shortcuts but not the bot scope `commands`")
        for event in sorted(self.events):
            needed = EVENT_SCOPES.get(event)
            if needed and not self.scopes.intersection(needed):
                raise ValueError(f"the manifest subscribes to {event} without the bot scope `{needed[0]}`")
        if not self.socket_mode:
            for command in self.commands.values():
                if not command.url:
                    raise ValueError(f"{command.command} has no url, and Socket Mode is off")
            if self.events and not self.events_url:
                raise ValueError("events are subscribed to without a request_url, and Socket Mode is off")


def _command(one: Json) -> SlashCommand:
    return SlashCommand(
        one["command"],
        one.get("description", ""),
        one.get("usage_hint", ""),
        one.get("url", ""),
        bool(one.get("should_escape", False)),
    )


def _part(manifest: Mapping[str, object], *keys: str) -> Json:
    part: object = manifest
    for key in keys:
        part = part.get(key) if isinstance(part, Mapping) else None
    return dict(part) if isinstance(part, Mapping) else {}
