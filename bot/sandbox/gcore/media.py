"""What viewers fetch from the simulated vendor, without a token: manifests, the thumbnail, MP4 files and clips."""

from __future__ import annotations

import struct
import zlib

from aiohttp import web

from bot.sandbox.gcore.account import Account
from bot.sandbox.gcore.clips import Clipper
from bot.sandbox.gcore.state import Stream

_PLAYLIST = "application/vnd.apple.mpegurl"
_MANIFEST = b"#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-STREAM-INF:BANDWIDTH=3000000,RESOLUTION=1280x720\nmedia_2_720.m3u8\n"
_MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"
_NO_SIGNAL, _BAD_ID, _NOT_READY = "1000", "2000", "3000"


class Media:
    """Files and manifests; a live one that does not play says why in `X-Err-Code` (Gcore docs)."""

    def __init__(self, account: Account, clipper: Clipper) -> None:
        self._account = account
        self._clipper = clipper

    def routes(self) -> list[web.RouteDef]:
        """The routes of this part."""
        return [
            web.get("/cmaf/{name}/{file}", self.live),
            web.get("/mpegts/{name}/{file}", self.live),
            web.get("/{name}/screenshots/last.jpg", self.thumbnail),
            web.get("/videos/{slug}/{file}", self.video),
            web.get("/videos/{slug}/{file}/{download:download(=[A-Za-z0-9_,-][A-Za-z0-9_.,-]*)?}", self.video),
            web.get("/rec/{name}/{clip}/{kind}/{file}", self.clip),
        ]

    def _stream(self, request: web.Request) -> Stream | None:
        number = request.match_info["name"].rpartition("_")[2]
        return self._account.streams.get(int(number)) if number.isdecimal() else None

    async def live(self, request: web.Request) -> web.Response:
        """A live manifest: 404 with a reason until the stream is transcoded."""
        stream = self._stream(request)
        reason = _BAD_ID if stream is None else _NO_SIGNAL if not stream.on_air else _NOT_READY
        if stream is None or not stream.transcoding:
            return web.Response(status=404, headers={"X-Err-Code": reason})
        return web.Response(body=_MANIFEST, content_type=_PLAYLIST)

    async def thumbnail(self, request: web.Request) -> web.Response:
        """The same address for ever, with another picture every 10 s while the stream is received."""
        stream = self._stream(request)
        if stream is None or not stream.transcoding:
            return web.Response(status=404)
        return web.Response(body=_picture(int(self._account.now().timestamp()) // 10), content_type="image/png")

    async def video(self, request: web.Request) -> web.Response:
        """A video's manifest (404 until viewable) or one complete rendition."""
        slug, file = request.match_info["slug"].partition("_")[2], request.match_info["file"]
        video = next((v for v in self._account.videos.values() if v.slug == slug), None)
        if video is None:
            return web.Response(status=404)
        if file.endswith(".mp4"):
            done = any(f"{r.name}.mp4" == file and r.status == "complete" for r in video.renditions)
            return web.Response(body=_MP4, content_type="video/mp4") if done else web.Response(status=404)
        playable = video.status in ("viewable", "ready")
        return web.Response(body=_MANIFEST, content_type=_PLAYLIST) if playable else web.Response(status=404)

    async def clip(self, request: web.Request) -> web.Response:
        """A clip's link: 425, 200, then 404. `master` in the file name may be replaced by one of its renditions."""
        info = request.match_info
        status, clip = self._clipper.link_status(info["clip"]), self._account.clips.get(info["clip"])
        stem = info["file"].rpartition(".")[0]
        if clip is None or stem not in ("master", *clip.renditions):
            status = 404
        if status != 200:
            return web.Response(status=status)
        if info["kind"] == "mp4":
            return web.Response(body=_MP4, content_type="video/mp4")
        return web.Response(body=_MANIFEST, content_type=_PLAYLIST)


def _picture(seed: int) -> bytes:
    """A small PNG of one colour, which depends on `seed`."""
    width, height = 320, 180
    colour = bytes((seed * 37 % 200, seed * 91 % 200, seed * 53 % 200))
    rows = (b"\x00" + colour * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
