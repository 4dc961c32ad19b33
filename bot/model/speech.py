"""What is said: posts to Slack, lines of the as-run log; and to whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from bot.model.words import JSON


class Urgency(IntEnum):
    """Which post goes first."""

    ALARM = 0
    STATE = 1
    COSMETIC = 2


@dataclass(frozen=True, slots=True)
class Post:
    """A Slack message that must be sent once, and perhaps kept up to date.

    `key` makes it unique. `view` names the renderer and `subject` what it draws: then the body is drawn from the store when it is
    sent and again whenever the subject changes; with view `text` the body is fixed here. `thread` is the key of the post whose
    thread it goes to (empty: the channel itself). `reply_to` is a Slack response URL, used instead of the channel.
    """

    key: str
    channel: str
    at: datetime
    urgency: Urgency = Urgency.STATE
    text: str = ""
    blocks: tuple[Mapping[str, JSON], ...] = ()
    view: str = "text"
    subject: str = ""
    thread: str = ""
    show: str = ""
    reply_to: str = ""
    user: str = ""
    """Only to this user (an ephemeral post), where it is set."""
    burst: str = ""
    """News of one kind for one channel (`unplanned:C1`): of many at a time a few are posted, the others counted in one message."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A line of the as-run log: what really happened, when, and by whom."""

    show: str
    at: datetime
    what: str
    by: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A Slack user as Slack last described them; `seen_at` is None for somebody of whom Slack has said nothing.

    `team` is their home workspace, `enterprise` their Grid organisation and `teams` the workspaces of it that they are in, each
    empty where Slack does not tell. `stranger` is Slack's `is_stranger`, which is true only for people of other organisations with
    whom the app shares no channel: it proves that somebody is no colleague, and its absence proves nothing. `admin`: an admin or
    owner of their own workspace. `updated`: Slack's version of this description, in epoch seconds.
    """

    id: str
    name: str
    zone: str = ""
    guest: bool = False
    stranger: bool = False
    admin: bool = False
    bot: bool = False
    seen_at: datetime | None = None
    deactivated: bool = False
    team: str = ""
    enterprise: str = ""
    teams: tuple[str, ...] = ()
    updated: int = 0


@dataclass(frozen=True, slots=True)
class Home:
    """The workspace that the app is installed in, and the Grid organisation that this belongs to (empty: to none)."""

    team: str
    enterprise: str = ""


class Standing(StrEnum):
    """What somebody is to the team whose shows these are."""

    COLLEAGUE = "colleague"
    GUEST = "guest"
    EXTERNAL = "external"
    """A member of another organisation, here through Slack Connect."""
    UNKNOWN = "unknown"
    """Slack has not said who they are, or not to which workspace they belong."""
    DEACTIVATED = "deactivated"
    BOT = "bot"
