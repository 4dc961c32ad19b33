"""The chat.* methods: posting, editing, deleting, whispering."""

from __future__ import annotations

from typing import Any

from bot.sandbox.slack.blocks import BLOCK_CHARACTERS, characters, complaints, with_ids
from bot.sandbox.slack.nouns import Channel, Json, Message
from bot.sandbox.slack.web_api.method import Args, Backstage, Method, joined, refuse, seen_channel

TEXT_CUT = 40_000
"""Slack cuts the text of a post here (chat.postMessage page)."""
EDITED_TEXT = 4_000
"""Characters beyond which chat.update answers msg_too_long (chat.update page)."""
METADATA_BYTES = 8_000


def content(args: Args, *, needed: bool = True) -> Json:
    """The text, blocks, attachments and metadata of a call, judged."""
    blocks, attachments = args.structure("blocks", "invalid_blocks_format"), args.structure("attachments")
    markdown = args.text("markdown_text")
    if markdown and (args.text("text") or blocks):
        refuse("markdown_text_conflict")
    made: Json = {}
    if args.has("text") or markdown:
        made["text"] = markdown or args.text("text")
    if blocks is not None:
        made["blocks"] = judged_blocks(blocks)
    if attachments is not None:
        made["attachments"] = attachments
    if args.has("metadata"):
        made["metadata"] = _metadata(args)
    if needed and not (made.get("text", "").strip() or made.get("blocks") or made.get("attachments")):
        refuse("no_text")
    return made


def judged_blocks(blocks: Any) -> list[Json]:
    """The blocks with their ids; refuses what Slack refuses."""
    if not isinstance(blocks, list):
        refuse("invalid_blocks_format")
    if wrong := complaints(blocks, "message"):
        refuse("invalid_blocks", *wrong, errors=[line.removeprefix("[ERROR] ") for line in wrong])
    if characters(blocks) > BLOCK_CHARACTERS:
        refuse("msg_blocks_too_long")
    return with_ids(blocks)


def _metadata(args: Args) -> Json | None:
    metadata = args.structure("metadata", "invalid_metadata_format")
    if metadata in (None, {}):
        return None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        refuse("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict):
        refuse("invalid_metadata_format")
    if len(str(metadata)) > METADATA_BYTES:
        refuse("metadata_too_large")
    return {"event_type": metadata["event_type"], "event_payload": metadata["event_payload"]}


def _destination(back: Backstage, name: str) -> Channel:
    """Where to post: a channel, or with a user's id the conversation with that person."""
    user = back.workspace.users.get(name)
    if user is not None and not user.bot:
        return back.workspace.dm(user.id)
    channel = seen_channel(back, name)
    if channel.archived:
        refuse("is_archived")
    if not joined(back, channel) and "chat:write.public" not in back.manifest.scopes:
        refuse("not_in_channel")
    if channel.restricted:
        refuse("restricted_action")
    return channel


def _thread(args: Args, channel: Channel) -> str | None:
    thread = args.text("thread_ts")
    if not thread:
        return None
    parent = channel.posted.get(thread)
    if parent is None or parent.in_thread:
        refuse("cannot_reply_to_message" if parent else "invalid_thread_ts")
    return thread


async def _post(back: Backstage, args: Args) -> Json:
    channel = _destination(back, args.text("channel"))
    made = content(args)
    made["text"] = made.get("text", "")[:TEXT_CUT]
    thread = _thread(args, channel)
    made.update(thread_ts=thread, broadcast=bool(thread) and args.flag("reply_broadcast"))
    message = back.workspace.post(channel, back.workspace.bot.id, by_app=True, **made)
    return {"channel": channel.id, "ts": message.ts, "message": message.as_json(back.workspace.author)}


def _own(back: Backstage, args: Args, foreign: str) -> tuple[Channel, Message]:
    channel = seen_channel(back, args.text("channel"))
    message = channel.posted.get(args.text("ts"))
    if message is None:
        refuse("message_not_found")
    if channel.archived:
        refuse("is_inactive")
    if not joined(back, channel) and channel.kind != "im":
        refuse("channel_not_found")
    if not message.by_app:
        refuse(foreign)
    return channel, message


async def _update(back: Backstage, args: Args) -> Json:
    channel, message = _own(back, args, "cant_update_message")
    made = content(args, needed=not message.blocks)
    if not made:
        refuse("no_text")
    if len(made.get("text", "")) > EDITED_TEXT:
        refuse("msg_too_long")
    after = back.workspace.edit(channel, message.ts, **made, edited=back.workspace.new_ts())
    return {"channel": channel.id, "ts": after.ts, "text": after.text, "message": after.as_json(back.workspace.author)}


async def _delete(back: Backstage, args: Args) -> Json:
    channel, message = _own(back, args, "cant_delete_message")
    back.workspace.delete(channel, message.ts)
    return {"channel": channel.id, "ts": message.ts}


async def _whisper(back: Backstage, args: Args) -> Json:
    channel = seen_channel(back, args.text("channel"))
    if channel.archived:
        refuse("is_archived")
    if not joined(back, channel):
        refuse("not_in_channel")
    if args.text("user") not in channel.members:
        refuse("user_not_in_channel")
    made = content(args)
    if len(made.get("text", "")) > TEXT_CUT:
        refuse("msg_too_long")
    made.pop("metadata", None)
    message = back.workspace.whisper(
        channel, args.text("user"), made.pop("text", ""), thread_ts=args.text("thread_ts") or None, **made
    )
    return {"message_ts": message.ts}


async def _permalink(back: Backstage, args: Args) -> Json:
    channel = seen_channel(back, args.text("channel"))
    message = channel.posted.get(args.text("message_ts"))
    if message is None:
        refuse("message_not_found")
    link = f"https://{back.workspace.team_domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.in_thread:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


_CONTENT = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "markdown_text_conflict", "no_text", "msg_blocks_too_long", "channel_not_found"}
)
_METADATA = frozenset({"invalid_metadata_format", "metadata_too_large"})

CHAT = (
    Method(
        "chat.postMessage",
        _post,
        "post",
        ("chat:write",),
        ("channel",),
        _CONTENT
        | _METADATA
        | {"is_archived", "not_in_channel", "restricted_action", "cannot_reply_to_message", "invalid_thread_ts"},
    ),
    Method(
        "chat.update",
        _update,
        "t3",
        ("chat:write",),
        ("channel", "ts"),
        _CONTENT | _METADATA | {"cant_update_message", "is_inactive", "message_not_found", "msg_too_long"},
    ),
    Method(
        "chat.delete",
        _delete,
        "t3",
        ("chat:write",),
        ("channel", "ts"),
        frozenset({"cant_delete_message", "channel_not_found", "message_not_found"}),
    ),
    Method(
        "chat.postEphemeral",
        _whisper,
        "t4",
        ("chat:write",),
        ("channel", "user"),
        _CONTENT | {"is_archived", "not_in_channel", "user_not_in_channel", "msg_too_long"},
    ),
    Method(
        "chat.getPermalink",
        _permalink,
        "special",
        (),
        ("channel", "message_ts"),
        frozenset({"channel_not_found", "message_not_found"}),
    ),
)
