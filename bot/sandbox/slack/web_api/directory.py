"""Who and what there is: auth.test, users.*, usergroups.*, and the door to Socket Mode."""

from __future__ import annotations

from bot.sandbox.slack.nouns import Json
from bot.sandbox.slack.web_api.method import Args, Backstage, Method, refuse
from bot.sandbox.slack.web_api.paging import page
from bot.sandbox.slack.workspace import TEAM


async def _auth_test(back: Backstage, _args: Args) -> Json:
    enterprise = {"enterprise_id": back.workspace.enterprise} if back.workspace.enterprise else {}
    return {
        **enterprise,
        "url": f"https://{back.workspace.team_domain}.slack.com/",
        "team": back.workspace.team_domain.title(),
        "user": back.workspace.bot.name,
        "team_id": TEAM,
        "user_id": back.workspace.bot.id,
        "bot_id": back.workspace.bot_id,
        "is_enterprise_install": False,
    }


async def _api_test(_back: Backstage, args: Args) -> Json:
    if args.has("error"):
        refuse(args.text("error"))
    return {"args": {key: value for key, value in args.values.items() if key != "token"}}


async def _connections_open(back: Backstage, _args: Args) -> Json:
    if not back.sockets.enabled:
        refuse("forbidden_team")
    return {"url": back.base_url().replace("http://", "ws://") + back.sockets.ticket_path()}


async def _user(back: Backstage, args: Args) -> Json:
    user = back.workspace.users.get(args.text("user"))
    if user is None:
        refuse("user_not_found")
    return {"user": back.workspace.user_json(user)}


async def _users(back: Backstage, args: Args) -> Json:
    there = [user for user in back.workspace.users.values() if not user.stranger]
    some, cursor = page(args, there, default=len(there) or 1)
    return {
        "members": [back.workspace.user_json(user) for user in some],
        "cache_ts": int(back.clock.time()),
        "response_metadata": {"next_cursor": cursor},
    }


async def _groups(back: Backstage, args: Args) -> Json:
    made = [group.as_json(TEAM) for group in back.workspace.groups.values()]
    if not args.flag("include_users"):
        made = [{key: value for key, value in group.items() if key != "users"} for group in made]
    return {"usergroups": made}


async def _group_users(back: Backstage, args: Args) -> Json:
    group = back.workspace.groups.get(args.text("usergroup"))
    if group is None:
        refuse("no_such_subteam")
    return {"users": list(group.users)}


DIRECTORY = (
    Method("auth.test", _auth_test, "special"),
    Method("api.test", _api_test, "t4"),
    Method("apps.connections.open", _connections_open, "t3", errors=frozenset({"forbidden_team"}), app_level=True),
    Method("users.info", _user, "t4", ("users:read",), ("user",), frozenset({"user_not_found"})),
    Method("users.list", _users, "t2", ("users:read",), (), frozenset({"invalid_cursor"})),
    Method("usergroups.list", _groups, "t2", ("usergroups:read",)),
    Method("usergroups.users.list", _group_users, "t2", ("usergroups:read",), ("usergroup",), frozenset({"no_such_subteam"})),
)
