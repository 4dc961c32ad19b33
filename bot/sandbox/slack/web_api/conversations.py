"""The conversations.* methods: what channels there are, who is in them, what was said."""

from __future__ import annotations

from collections.abc import Sequence

from bot.sandbox.slack.nouns import Channel, Json, Message
from bot.sandbox.slack.web_api.method import Args, Backstage, Method, channel_scope, joined, need_scope, refuse, seen_channel
from bot.sandbox.slack.web_api.paging import page

READ = ("channels:read", "groups:read", "im:read")
HISTORY = ("channels:history", "groups:history", "im:history")
KINDS = {"public_channel": "public", "private_channel": "private", "im": "im", "mpim": ""}


async def _info(back: Backstage, args: Args) -> Json:
    channel = seen_channel(back, args.text("channel"))
    need_scope(back, channel_scope(channel, "read"))
    return {"channel": channel.as_json(back.workspace.bot.id)}


async def _list(back: Backstage, args: Args) -> Json:
    types = [one.strip() for one in args.text("types", "public_channel").split(",")]
    if any(one not in KINDS for one in types):
        refuse("invalid_types")
    for one in types:
        need_scope(back, {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}[one] + ":read")
    wanted = {KINDS[one] for one in types}
    there = [
        channel
        for channel in back.workspace.channels.values()
        if channel.kind in wanted
        and (channel.kind == "public" or joined(back, channel))
        and not (args.flag("exclude_archived") and channel.archived)
    ]
    some, cursor = page(args, there)
    return {
        "channels": [channel.as_json(back.workspace.bot.id) for channel in some],
        "response_metadata": {"next_cursor": cursor},
    }


async def _own(back: Backstage, args: Args) -> Json:
    """users.conversations of the app itself: the channels that the bot is in."""
    types = [KINDS[one.strip()] for one in args.text("types", "public_channel").split(",") if one.strip() in KINDS]
    there = [
        channel
        for channel in back.workspace.channels.values()
        if channel.kind in types and joined(back, channel) and not (args.flag("exclude_archived") and channel.archived)
    ]
    some, cursor = page(args, there)
    return {
        "channels": [channel.as_json(back.workspace.bot.id) for channel in some],
        "response_metadata": {"next_cursor": cursor},
    }


async def _members(back: Backstage, args: Args) -> Json:
    channel = seen_channel(back, args.text("channel"))
    need_scope(back, channel_scope(channel, "read"))
    some, cursor = page(args, channel.members)
    return {"members": some, "response_metadata": {"next_cursor": cursor}}


def _readable(back: Backstage, args: Args, outside: str) -> Channel:
    channel = seen_channel(back, args.text("channel"))
    need_scope(back, channel_scope(channel, "history"))
    if not joined(back, channel):
        refuse(outside)
    return channel


def _between(args: Args, messages: Sequence[Message]) -> list[Message]:
    for name in ("oldest", "latest"):
        try:
            float(args.text(name, "0") or "0")
        except ValueError:
            refuse(f"invalid_ts_{name}")
    oldest, latest = float(args.text("oldest") or 0), float(args.text("latest") or "inf")
    edge = args.flag("inclusive")
    return [m for m in messages if oldest < float(m.ts) < latest or (edge and float(m.ts) in (oldest, latest))]


def _shown(back: Backstage, args: Args, messages: Sequence[Message]) -> Json:
    some, cursor = page(args, messages, default=100, most=999)
    made: Json = {
        "messages": [m.as_json(back.workspace.author, metadata=args.flag("include_all_metadata")) for m in some],
        "has_more": bool(cursor),
    }
    if cursor:
        made["response_metadata"] = {"next_cursor": cursor}
    return made


async def _history(back: Backstage, args: Args) -> Json:
    channel = _readable(back, args, "not_in_channel")
    found = _between(args, channel.messages)
    return {**_shown(back, args, found[::-1]), "pin_count": len(channel.pins)}


async def _replies(back: Backstage, args: Args) -> Json:
    channel = _readable(back, args, "channel_not_found")
    asked = channel.find(args.text("ts"))
    parent = channel.find(asked.thread_ts) if asked and asked.thread_ts else asked
    if parent is None:
        refuse("thread_not_found")
    return _shown(back, args, [parent, *_between(args, channel.thread(parent.ts))])


async def _open(back: Backstage, args: Args) -> Json:
    if args.text("channel"):
        channel = seen_channel(back, args.text("channel"))
        if channel.kind != "im":
            refuse("method_not_supported_for_channel_type")
        return {"channel": {"id": channel.id}, "no_op": True, "already_open": True}
    users = [one.strip() for one in args.text("users").split(",") if one.strip()]
    if not users:
        refuse("users_list_not_supplied")
    need_scope(back, "im:write")
    if len(users) > 1:
        refuse("too_many_users")
    user = back.workspace.users.get(users[0])
    if user is None or user.bot:
        refuse("user_not_found")
    if user.deactivated:
        refuse("user_disabled")
    channel = back.workspace.dm(user.id)
    whole = channel.as_json(back.workspace.bot.id) if args.flag("return_im") else {"id": channel.id}
    return {"channel": whole}


_CURSOR = frozenset({"invalid_cursor"})
_TIMES = frozenset({"invalid_ts_latest", "invalid_ts_oldest"})

CONVERSATIONS = (
    Method("conversations.info", _info, "t3", (), ("channel",), frozenset({"channel_not_found"}), channel_scopes=READ),
    Method("conversations.list", _list, "t2", (), (), _CURSOR | {"invalid_types"}, channel_scopes=READ),
    Method("users.conversations", _own, "t3", (), (), _CURSOR | {"invalid_types"}, channel_scopes=READ),
    Method("conversations.members", _members, "t4", (), ("channel",), _CURSOR | {"channel_not_found"}, channel_scopes=READ),
    Method(
        "conversations.history",
        _history,
        "t3",
        (),
        ("channel",),
        _CURSOR | _TIMES | {"channel_not_found", "not_in_channel"},
        channel_scopes=HISTORY,
    ),
    Method(
        "conversations.replies",
        _replies,
        "t3",
        (),
        ("channel", "ts"),
        _CURSOR | _TIMES | {"channel_not_found", "thread_not_found"},
        channel_scopes=HISTORY,
    ),
    Method(
        "conversations.open",
        _open,
        "t3",
        (),
        (),
        frozenset(
            {
                "channel_not_found",
                "method_not_supported_for_channel_type",
                "users_list_not_supplied",
                "too_many_users",
                "user_not_found",
                "user_disabled",
            }
        ),
        channel_scopes=("im:write",),
    ),
)
