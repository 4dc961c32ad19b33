"""Slack's user objects, as the directory keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.model import Person

_BOT_FLAGS = ("is_bot", "is_workflow_bot", "is_connector_bot")
_ADMIN_FLAGS = ("is_admin", "is_owner", "is_primary_owner")


def person_of(user: Mapping[str, Any]) -> Person:
    """The person in a user object of users.info, users.list or `user_change` (docs.slack.dev, user object).

    On Grid `enterprise_user` names the organisation and the workspaces of it that the person is in, and `team_id` may be missing
    (looker/lookerbot #184). A bot's profile carries a `bot_id`.
    """
    profile, grid = _part(user, "profile"), _part(user, "enterprise_user")
    name = profile.get("display_name") or user.get("real_name") or user.get("name") or user["id"]
    teams = grid.get("teams") or user.get("teams")
    updated = user.get("updated")
    return Person(
        id=str(user["id"]),
        name=str(name),
        zone=str(user.get("tz") or ""),
        guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        stranger=bool(user.get("is_stranger")),
        admin=any(user.get(flag) for flag in _ADMIN_FLAGS),
        bot=any(user.get(flag) for flag in _BOT_FLAGS) or bool(profile.get("bot_id")),
        seen_at=datetime.now(UTC),
        deactivated=bool(user.get("deleted")),
        team=str(user.get("team_id") or profile.get("team") or ""),
        enterprise=str(grid.get("enterprise_id") or user.get("enterprise_id") or ""),
        teams=tuple(str(team) for team in teams) if isinstance(teams, list) else (),
        updated=updated if isinstance(updated, int) else 0,
    )


def _part(user: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = user.get(name)
    return found if isinstance(found, Mapping) else {}
