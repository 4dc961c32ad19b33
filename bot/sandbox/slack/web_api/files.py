"""Uploading files: an address to upload to, the upload itself, and sharing what was uploaded."""

from __future__ import annotations

from aiohttp import web

from bot.sandbox.slack.nouns import Json
from bot.sandbox.slack.web_api.chat import judged_blocks
from bot.sandbox.slack.web_api.method import Args, Backstage, Method, joined, refuse, seen_channel


async def _upload_url(back: Backstage, args: Args) -> Json:
    name = back.workspace.new_id("F")
    back.workspace.files[name] = {
        "id": name,
        "name": args.text("filename"),
        "title": args.text("filename"),
        "length": args.number("length", 0),
        "content": None,
        "user": back.workspace.bot.id,
    }
    return {"upload_url": f"{back.base_url()}/upload/v1/{name}", "file_id": name}


async def receive_upload(back: Backstage, request: web.Request) -> web.Response:
    """Take the bytes of one file, sent raw or as a multipart form."""
    file = back.workspace.files.get(request.match_info["file"])
    if file is None:
        return web.Response(status=404, text="no such upload")
    if request.content_type.startswith("multipart/"):
        part = next(iter((await request.post()).values()), b"")
        content = part.file.read() if isinstance(part, web.FileField) else str(part).encode()
    else:
        content = await request.read()
    if len(content) != file["length"]:
        return web.Response(status=400, text="the length is not the announced one")
    file["content"] = content
    return web.Response(text=f"OK - {len(content)}")


async def _complete(back: Backstage, args: Args) -> Json:
    files = args.structure("files")
    if not isinstance(files, list) or not files or not all(isinstance(one, dict) for one in files):
        refuse("invalid_arguments", "[ERROR] must be an array of objects [json-pointer:/files]")
    shown = []
    for one in files:
        file = back.workspace.files.get(str(one.get("id")))
        if file is None or file["content"] is None:
            refuse("file_not_found")
        file["title"] = one.get("title") or file["name"]
        shown.append({"id": file["id"], "name": file["name"], "title": file["title"], "size": file["length"]})
    channels = [args.text("channel_id"), *args.text("channels").split(",")]
    for name in filter(None, channels):
        _share(back, args, name, shown)
    return {"files": shown}


def _share(back: Backstage, args: Args, name: str, shown: list[Json]) -> None:
    channel = seen_channel(back, name)
    if not joined(back, channel):
        refuse("not_in_channel")
    back.workspace.post(
        channel,
        back.workspace.bot.id,
        args.text("initial_comment"),
        by_app=True,
        files=tuple(shown),
        thread_ts=args.text("thread_ts") or None,
        blocks=judged_blocks(args.structure("blocks")) if args.has("blocks") else [],
    )


FILES = (
    Method("files.getUploadURLExternal", _upload_url, "t4", ("files:write",), ("length", "filename")),
    Method(
        "files.completeUploadExternal",
        _complete,
        "t4",
        ("files:write",),
        ("files",),
        frozenset({"file_not_found", "channel_not_found", "not_in_channel", "invalid_blocks"}),
    ),
)
