"""The simulated vendor's /streaming/videos: recordings, clips that are kept, and uploads."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from aiohttp import web

from bot.sandbox.gcore.account import Account
from bot.sandbox.gcore.bodies import video_body
from bot.sandbox.gcore.paging import sized_page_of
from bot.sandbox.gcore.params import VideoParams, read_body, unwrap
from bot.sandbox.gcore.recordings import Recorder
from bot.sandbox.gcore.refusals import Refusal, invalid
from bot.sandbox.gcore.state import Video

_VIDEO = "/streaming/videos/{id}"
_UPLOAD_MS = 60_000
_ONLY_IN_GET = {"sprite": "", "sprite_vtt": ""}


class VideosApi:
    """Handlers for videos; PATCH bodies are bare, create is wrapped."""

    def __init__(self, account: Account, recorder: Recorder) -> None:
        self._account = account
        self._recorder = recorder

    def routes(self) -> list[web.RouteDef]:
        """The routes of this part."""
        return [
            web.post("/streaming/videos", self.create),
            web.get("/streaming/videos", self.list),
            web.get("/streaming/videos/names", self.names),
            web.get(_VIDEO, self.get),
            web.patch(_VIDEO, self.update),
            web.delete(_VIDEO, self.delete),
        ]

    def _video(self, request: web.Request) -> Video:
        return self._account.find(self._account.videos, request.match_info["id"])

    async def create(self, request: web.Request) -> web.Response:
        """Create: `empty` until something is uploaded, processed at once with an `origin_url`."""
        changes = VideoParams.read(unwrap(await read_body(request), "video", bare=False)).changes()
        if not changes.get("name", "").strip():
            raise invalid("name", "can't be blank")
        account, now = self._account, self._account.now()
        slug = secrets.token_urlsafe(9).replace("-", "x")
        video = Video(next(account.video_ids), slug, now, now, account.appearance(), **changes)
        account.videos[video.id] = video
        account.note("video created", video.id)
        if video.origin_url:
            video.duration_ms = _UPLOAD_MS
            self._recorder.process(video)
        return web.json_response(video_body(account, video))

    async def list(self, request: web.Request) -> web.Response:
        """A bare array, filtered by `stream_id`, `status`, `search`, `id` (commas) and `client_user_id`, page by page."""
        wanted = _filters(request)
        found = [v for v in self._account.visible(self._account.videos) if all(matches(v) for matches in wanted)]
        bodies = [video_body(self._account, v) for v in sized_page_of(request, found)]
        if fields := request.query.get("fields"):
            bodies = [{k: b[k] for k in fields.split(",") if k in b} for b in bodies]
        return web.json_response(bodies)

    async def names(self, request: web.Request) -> web.Response:
        """Names of the videos in `ids=7,17` (Gcore OpenAPI: the comma form)."""
        ids = _ids(request.query.get("ids", ""))
        found = [v for v in self._account.visible(self._account.videos) if v.id in ids]
        return web.json_response([{"id": v.id, "name": v.name} for v in found])

    async def get(self, request: web.Request) -> web.Response:
        """One video; only here it has its storyboard fields."""
        return web.json_response(video_body(self._account, self._video(request)) | _ONLY_IN_GET)

    async def update(self, request: web.Request) -> web.Response:
        """Rename and the like, with a bare body; one field is enough (Gcore OpenAPI's prose)."""
        video = self._video(request)
        changes = VideoParams.read(await read_body(request)).changes()
        changes.pop("origin_url", None)
        if "name" in changes and not changes["name"].strip():
            raise invalid("name", "can't be blank")
        self._account.apply(lambda: self._change(video, changes))
        return web.json_response(video_body(self._account, video) | changes)

    def _change(self, video: Video, changes: dict[str, Any]) -> None:
        if changes.get("name", video.name) != video.name:
            self._account.note("video renamed", video.id)
        vars(video).update(changes)
        video.updated_at = self._account.now()

    async def delete(self, request: web.Request) -> web.Response:
        """Delete a video, irreversibly."""
        video = self._video(request)
        self._account.apply(lambda: self._recorder.delete(video))
        return web.Response(status=204)


def _filters(request: web.Request) -> list[Callable[[Video], bool]]:
    query, wanted = request.query, list[Callable[[Video], bool]]()
    if stream_id := query.get("stream_id"):
        wanted.append(lambda v: str(v.stream_id) == stream_id)
    if status := query.get("status"):
        wanted.append(lambda v: v.status in status.split(","))
    if search := query.get("search"):
        wanted.append(lambda v: search.lower() in v.name.lower() or search.lower() in (v.description or "").lower())
    if "id" in query:
        ids = _ids(query["id"])
        wanted.append(lambda v: v.id in ids)
    if user := query.get("client_user_id"):
        wanted.append(lambda v: str(v.client_user_id) == user)
    return wanted


def _ids(text: str) -> set[int]:
    parts = [p.strip() for p in text.split(",") if p.strip()]
    if not all(p.isdecimal() for p in parts):
        raise Refusal(400, "Bad Request")
    return {int(p) for p in parts}
