"""The nouns of a workspace: people, groups, channels, messages and views, as Slack describes them in JSON."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

Json = dict[str, Any]
Guest = Literal["single", "multi"]
Kind = Literal["public", "private", "im"]


@dataclass(frozen=True)
class User:
    """A person or a bot. A `stranger` belongs to another organisation and is here by Slack Connect.

    `team` is the home workspace, empty where Slack does not tell it (Grid). `enterprise` and `teams` are the Grid organisation and
    the workspaces of it that the person is in. `bot_id` is that of the app that a bot user belongs to.
    """

    id: str
    name: str
    real_name: str
    tz: str
    team: str
    guest: Guest | None = None
    stranger: bool = False
    admin: bool = False
    bot: bool = False
    deactivated: bool = False
    owner: bool = False
    primary_owner: bool = False
    enterprise: str = ""
    teams: tuple[str, ...] = ()
    bot_id: str = ""
    updated: int = 0

    @property
    def mention(self) -> str:
        """How a message names this person."""
        return f"<@{self.id}>"

    def as_json(self, now: float, *, met: bool = False) -> Json:
        """The user object of users.info; `tz_offset` is in seconds and changes with the seasons.

        `met`: the app shares a channel with this person. Then `is_stranger` is left out, for people of other organisations too
        (docs.slack.dev, user object: true means another workspace and no channel that the app can see).
        """
        offset = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(self.tz)).utcoffset()
        profile = {"real_name": self.real_name, "display_name": self.name, "team": self.team}
        if self.bot:
            profile |= {"bot_id": self.bot_id, "api_app_id": ""}
        made: Json = {
            "id": self.id,
            "team_id": self.team,
            "name": self.name,
            "real_name": self.real_name,
            "deleted": self.deactivated,
            "tz": self.tz,
            "tz_label": self.tz.replace("_", " "),
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "profile": profile,
            "is_admin": self.admin,
            "is_owner": self.owner,
            "is_primary_owner": self.primary_owner,
            "is_restricted": self.guest is not None,
            "is_ultra_restricted": self.guest == "single",
            "is_bot": self.bot,
            "is_app_user": False,
            "updated": self.updated,
        }
        if self.stranger and not met:
            made["is_stranger"] = True
        if self.deactivated:  # nothing of this is said of people who left
            made = {key: value for key, value in made.items() if not key.startswith(("is_", "tz"))} | {"is_bot": self.bot}
        if not self.team:
            del made["team_id"], profile["team"]
        if self.enterprise:
            made["enterprise_user"] = {
                "id": self.id,
                "enterprise_id": self.enterprise,
                "enterprise_name": "Organisation",
                "is_admin": False,
                "is_owner": False,
                "is_primary_owner": False,
                "teams": list(self.teams),
            }
        return made


@dataclass(frozen=True)
class UserGroup:
    """A user group such as @video-crew."""

    id: str
    handle: str
    name: str
    users: tuple[str, ...]

    def as_json(self, team: str) -> Json:
        """The usergroup object, with its users."""
        return {
            "id": self.id,
            "team_id": team,
            "is_usergroup": True,
            "name": self.name,
            "handle": self.handle,
            "is_external": False,
            "date_delete": 0,
            "users": list(self.users),
            "user_count": len(self.users),
        }


@dataclass(frozen=True)
class Message:
    """A message as it stands at one moment; after an edit there is a new one with a higher `version`."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    by_app: bool = False
    broadcast: bool = False
    edited: str | None = None
    metadata: Json | None = None
    ephemeral_to: str | None = None
    attachments: list[Json] = field(default_factory=list)
    files: tuple[Json, ...] = ()
    reactions: tuple[tuple[str, tuple[str, ...]], ...] = ()
    pinned: bool = False
    version: int = 1
    replies: tuple[Message, ...] = ()

    @property
    def in_thread(self) -> bool:
        """Whether it is a reply."""
        return self.thread_ts is not None and self.thread_ts != self.ts

    def later(self, **changes: Any) -> Message:
        """The same message after a change."""
        return replace(self, version=self.version + 1, **changes)

    def as_json(self, app: Json, *, metadata: bool = True) -> Json:
        """The message object; `app` holds app_id, bot_id, team and bot_profile of the app that wrote it."""
        made: Json = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text, **(app if self.by_app else {})}
        optional: Json = {
            "blocks": self.blocks,
            "attachments": self.attachments,
            "thread_ts": self.thread_ts,
            "edited": {"user": self.user, "ts": self.edited} if self.edited else None,
            "metadata": self.metadata if metadata else None,
            "files": list(self.files),
            "reactions": [{"name": name, "users": list(users), "count": len(users)} for name, users in self.reactions],
            "pinned_to": [self.channel] if self.pinned else None,
        }
        made.update({key: value for key, value in optional.items() if value})
        if self.broadcast:
            made["subtype"] = "thread_broadcast"
        if self.replies and not self.in_thread:
            made.update(
                thread_ts=self.ts,
                reply_count=len(self.replies),
                reply_users=sorted({reply.user for reply in self.replies}),
                latest_reply=self.replies[-1].ts,
            )
        return made


@dataclass(frozen=True)
class Bookmark:
    """A link in the bar at the top of a channel."""

    id: str
    channel: str
    title: str
    link: str
    emoji: str = ""

    def as_json(self) -> Json:
        """The bookmark object."""
        return {
            "id": self.id,
            "channel_id": self.channel,
            "title": self.title,
            "link": self.link,
            "emoji": self.emoji,
            "type": "link",
        }


@dataclass
class Channel:
    """A channel, or with `kind` "im" the conversation of one person with the bot. `posted` is by ts, oldest first."""

    id: str
    name: str
    kind: Kind
    members: list[str] = field(default_factory=list)
    archived: bool = False
    shared: bool = False
    restricted: bool = False
    posted: dict[str, Message] = field(default_factory=dict, repr=False)
    pins: list[str] = field(default_factory=list)
    bookmarks: list[Bookmark] = field(default_factory=list)

    @property
    def messages(self) -> list[Message]:
        """What stands in the channel, oldest first; replies hang on their message."""
        replies: dict[str, list[Message]] = {}
        for message in self.posted.values():
            if message.in_thread and message.thread_ts:
                replies.setdefault(message.thread_ts, []).append(message)
        shown = (message for message in self.posted.values() if not message.in_thread or message.broadcast)
        return [replace(one, replies=tuple(replies.get(one.ts, ())), pinned=one.ts in self.pins) for one in shown]

    def thread(self, ts: str) -> list[Message]:
        """The replies to the message with that ts, oldest first."""
        return [message for message in self.posted.values() if message.in_thread and message.thread_ts == ts]

    def whole(self, message: Message) -> Message:
        """The message with its replies, and whether it is pinned."""
        replies = () if message.in_thread else tuple(self.thread(message.ts))
        return replace(message, replies=replies, pinned=message.ts in self.pins)

    def find(self, ts: str) -> Message | None:
        """The message with that ts as it stands now."""
        message = self.posted.get(ts)
        return None if message is None else self.whole(message)

    @property
    def pinned(self) -> list[Message]:
        """Its pinned messages, newest pin first."""
        return [self.whole(self.posted[ts]) for ts in reversed(self.pins) if ts in self.posted]

    def as_json(self, bot: str) -> Json:
        """The conversation object, as the bot sees it."""
        if self.kind == "im":
            other = next((member for member in self.members if member != bot), bot)
            return {"id": self.id, "is_im": True, "is_archived": False, "user": other, "created": 0, "is_channel": False}
        private = self.kind == "private"
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not private,
            "is_group": private,
            "is_im": False,
            "is_mpim": False,
            "is_private": private,
            "is_archived": self.archived,
            "is_general": False,
            "is_member": bot in self.members,
            "is_shared": self.shared,
            "is_ext_shared": self.shared,
            "is_org_shared": False,
            "created": 0,
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "num_members": len(self.members),
        }


@dataclass(frozen=True)
class View:
    """A modal or home tab as it stands on one person's screen; `hash` changes with every update."""

    id: str
    user: str
    hash: str
    body: Json
    root: str
    previous: str | None = None
    state: Json = field(default_factory=dict)
    channel: str | None = None

    @property
    def type(self) -> str:
        """Modal or home."""
        return str(self.body["type"])

    @property
    def callback_id(self) -> str:
        """The name the app gave it."""
        return str(self.body.get("callback_id") or "")

    @property
    def title(self) -> str:
        """The text in its head line; empty for a home tab."""
        return str((self.body.get("title") or {}).get("text", ""))

    @property
    def blocks(self) -> list[Json]:
        """What it shows."""
        return list(self.body.get("blocks", []))

    @property
    def private_metadata(self) -> str:
        """What the app keeps in it, unseen by people."""
        return str(self.body.get("private_metadata") or "")

    def as_json(self, app: Json) -> Json:
        """The view object; `app` holds app_id, team_id and bot_id."""
        return {
            "callback_id": "",
            "private_metadata": "",
            "external_id": "",
            "title": None,
            "submit": None,
            "close": None,
            "clear_on_close": False,
            "notify_on_close": False,
            **self.body,
            "id": self.id,
            "hash": self.hash,
            "state": {"values": self.state},
            "root_view_id": self.root,
            "previous_view_id": self.previous,
            "app_installed_team_id": app["team_id"],
            **app,
        }
