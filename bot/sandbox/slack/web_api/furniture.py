"""What hangs on channels and messages: pins, bookmarks and reactions."""

from __future__ import annotations

from dataclasses import replace

from bot.sandbox.slack.nouns import Bookmark, Channel, Json, Message
from bot.sandbox.slack.web_api.method import Args, Backstage, Method, joined, refuse, seen_channel

MOST_PINS = 100
MOST_BOOKMARKS = 100


def _member_channel(back: Backstage, name: str, outside: str = "not_in_channel") -> Channel:
    channel = seen_channel(back, name)
    if not joined(back, channel):
        refuse(outside)
    return channel


def _message(args: Args, channel: Channel) -> Message:
    if not args.text("timestamp"):
        refuse("no_item_specified")
    message = channel.posted.get(args.text("timestamp"))
    if message is None:
        refuse("message_not_found")
    return message


async def _pin(back: Backstage, args: Args) -> Json:
    channel = _member_channel(back, args.text("channel"))
    message = _message(args, channel)
    if message.ts in channel.pins:
        refuse("already_pinned")
    if len(channel.pins) >= MOST_PINS:
        refuse("too_many_pins")
    channel.pins.append(message.ts)
    _tell_pin(back, "pin_added", channel, message)
    return {}


async def _unpin(back: Backstage, args: Args) -> Json:
    channel = _member_channel(back, args.text("channel"), "channel_not_found")
    message = _message(args, channel)
    if message.ts not in channel.pins:
        refuse("no_pin")
    channel.pins.remove(message.ts)
    _tell_pin(back, "pin_removed", channel, message)
    return {}


def _tell_pin(back: Backstage, kind: str, channel: Channel, message: Message) -> None:
    bot = back.workspace.bot.id
    item = {"type": "message", "channel": channel.id, "message": message.as_json(back.workspace.author), "created_by": bot}
    back.workspace.tell({"type": kind, "user": bot, "channel_id": channel.id, "item": item}, channel)
    back.workspace.changed()


async def _pins(back: Backstage, args: Args) -> Json:
    channel = seen_channel(back, args.text("channel"))
    author = back.workspace.author
    return {"items": [{"type": "message", "channel": channel.id, "message": m.as_json(author)} for m in channel.pinned]}


async def _add_bookmark(back: Backstage, args: Args) -> Json:
    channel = _member_channel(back, args.text("channel_id"), "channel_not_found")
    if args.text("type") != "link":
        refuse("invalid_bookmark_type")
    _check_link(args)
    if len(channel.bookmarks) >= MOST_BOOKMARKS:
        refuse("too_many_bookmarks")
    made = Bookmark(back.workspace.new_id("Bk"), channel.id, args.text("title"), args.text("link"), args.text("emoji"))
    channel.bookmarks.append(made)
    back.workspace.changed()
    return {"bookmark": made.as_json()}


def _check_link(args: Args) -> None:
    if not args.text("link").startswith(("http://", "https://")):
        refuse("invalid_link")


def _bookmark(back: Backstage, args: Args) -> tuple[Channel, int]:
    channel = _member_channel(back, args.text("channel_id"), "channel_not_found")
    ids = [one.id for one in channel.bookmarks]
    if args.text("bookmark_id") not in ids:
        refuse("not_found")
    return channel, ids.index(args.text("bookmark_id"))


async def _edit_bookmark(back: Backstage, args: Args) -> Json:
    channel, i = _bookmark(back, args)
    if args.has("link"):
        _check_link(args)
    changes = {name: args.text(name) for name in ("title", "link", "emoji") if args.has(name)}
    channel.bookmarks[i] = replace(channel.bookmarks[i], **changes)
    back.workspace.changed()
    return {"bookmark": channel.bookmarks[i].as_json()}


async def _remove_bookmark(back: Backstage, args: Args) -> Json:
    channel, i = _bookmark(back, args)
    del channel.bookmarks[i]
    back.workspace.changed()
    return {}


async def _bookmarks(back: Backstage, args: Args) -> Json:
    channel = seen_channel(back, args.text("channel_id"))
    return {"bookmarks": [one.as_json() for one in channel.bookmarks]}


async def _react(back: Backstage, args: Args) -> Json:
    channel = seen_channel(back, args.text("channel"))
    if channel.archived:
        refuse("is_archived")
    message = _message(args, channel)
    name, bot = args.text("name").strip(":"), back.workspace.bot.id
    if not name:
        refuse("invalid_name")
    given = dict(message.reactions)
    if bot in given.get(name, ()):
        refuse("already_reacted")
    given[name] = (*given.get(name, ()), bot)
    _set_reactions(back, "reaction_added", channel, message, given, name)
    return {}


async def _unreact(back: Backstage, args: Args) -> Json:
    channel = seen_channel(back, args.text("channel"))
    message = _message(args, channel)
    name, bot = args.text("name").strip(":"), back.workspace.bot.id
    given = dict(message.reactions)
    if bot not in given.get(name, ()):
        refuse("no_reaction")
    given[name] = tuple(user for user in given[name] if user != bot)
    _set_reactions(back, "reaction_removed", channel, message, {k: v for k, v in given.items() if v}, name)
    return {}


def _set_reactions(
    back: Backstage, kind: str, channel: Channel, message: Message, given: dict[str, tuple[str, ...]], name: str
) -> None:
    back.workspace.edit(channel, message.ts, silent=True, reactions=tuple(given.items()))
    item = {"type": "message", "channel": channel.id, "ts": message.ts}
    event = {"type": kind, "user": back.workspace.bot.id, "reaction": name, "item": item, "item_user": message.user}
    back.workspace.tell(event, channel)


_PIN = frozenset({"channel_not_found", "message_not_found", "no_item_specified"})
_MARK = frozenset({"channel_not_found", "invalid_link"})

FURNITURE = (
    Method(
        "pins.add",
        _pin,
        "t2",
        ("pins:write",),
        ("channel",),
        _PIN | {"already_pinned", "too_many_pins", "not_in_channel"},
    ),
    Method("pins.remove", _unpin, "t2", ("pins:write",), ("channel",), _PIN | {"no_pin"}),
    Method("pins.list", _pins, "t2", ("pins:read",), ("channel",), frozenset({"channel_not_found"})),
    Method(
        "bookmarks.add",
        _add_bookmark,
        "t2",
        ("bookmarks:write",),
        ("channel_id", "title", "type"),
        _MARK | {"invalid_bookmark_type", "too_many_bookmarks"},
    ),
    Method("bookmarks.edit", _edit_bookmark, "t2", ("bookmarks:write",), ("channel_id", "bookmark_id"), _MARK | {"not_found"}),
    Method(
        "bookmarks.remove",
        _remove_bookmark,
        "t2",
        ("bookmarks:write",),
        ("channel_id", "bookmark_id"),
        frozenset({"channel_not_found", "not_found"}),
    ),
    Method("bookmarks.list", _bookmarks, "t3", ("bookmarks:read",), ("channel_id",), frozenset({"channel_not_found"})),
    Method(
        "reactions.add",
        _react,
        "t3",
        ("reactions:write",),
        ("channel", "name", "timestamp"),
        _PIN | {"is_archived", "already_reacted", "invalid_name"},
    ),
    Method("reactions.remove", _unreact, "t2", ("reactions:write",), ("name",), _PIN | {"no_reaction"}),
)
