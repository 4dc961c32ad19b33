"""Who somebody is to the team: a pure rule over what Slack says of a person and of the app itself."""

from __future__ import annotations

from collections.abc import Collection

from bot.model import Home, Person, Standing

SLACKBOT = "USLACKBOT"
"""Slack's own bot, which users.info describes as a person (`is_bot` false)."""


def standing(person: Person, home: Home | None, team: str = "") -> Standing:
    """What a person is to the workspace `home` (None: the app does not know its own workspace yet, so nobody is a colleague).

    `team` is what the signed payload says of the person's workspace, where it does. It counts where the directory says nothing,
    and against a person always, but for Grid: there it may name any workspace that the person is in (slackapi/bolt-js #1875).
    """
    if person.id == SLACKBOT or person.bot:
        return Standing.BOT
    if person.deactivated:
        return Standing.DEACTIVATED
    if person.stranger:
        return Standing.EXTERNAL
    if person.seen_at is None or home is None or not home.team:
        return Standing.UNKNOWN
    told = _home_told(person, home)
    claimed = _is_home(home, team) if team else None
    if told is False or (claimed is False and not (told and home.enterprise)):
        return Standing.EXTERNAL
    if told is None and claimed is None:
        return Standing.UNKNOWN
    return Standing.GUEST if person.guest else Standing.COLLEAGUE


def administers(person: Person, home: Home | None) -> bool:
    """Whether somebody is an admin or owner of the app's own workspace: `is_admin` speaks of their home workspace only."""
    own = home is not None and bool(home.team) and (person.team == home.team or (not person.team and home.team in person.teams))
    return person.admin and own and standing(person, home) is Standing.COLLEAGUE


def _home_told(person: Person, home: Home) -> bool | None:
    """Whether the directory says that the person belongs to us; None where it says nothing of where they belong."""
    if not (person.team or person.enterprise or person.teams):
        return None
    return _is_home(home, person.team, person.enterprise, person.teams)


def _is_home(home: Home, team: str, enterprise: str = "", teams: Collection[str] = ()) -> bool:
    """On Grid the other workspaces of the same organisation are ours as well; Slack also gives its id in the place of a team's."""
    if home.enterprise:
        return home.enterprise in (enterprise, team) or home.team in (team, *teams)
    return home.team in (team, *teams)
