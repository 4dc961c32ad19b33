"""The simulated vendor's /streaming/streams: settings, the on/off switch, recording, DVR, clips and push tokens."""

from __future__ import annotations

import copy
from typing import Any

from aiohttp import web

from bot.sandbox.gcore.account import Account, new_token
from bot.sandbox.gcore.bodies import clip_body, stream_body, video_body
from bot.sandbox.gcore.clips import Clipper
from bot.sandbox.gcore.ingest import Ingest
from bot.sandbox.gcore.paging import page_of
from bot.sandbox.gcore.params import ClipParams, StreamParams, read_body, unwrap
from bot.sandbox.gcore.recordings import Recorder
from bot.sandbox.gcore.refusals import Refusal, Shape, invalid
from bot.sandbox.gcore.state import Stream

_STREAM = "/streaming/streams/{id}"
_ALMOST_FULL = 0.9


class StreamsApi:
    """Handlers; everything that lasts is done by ingest, recorder and clipper."""

    def __init__(self, account: Account, ingest: Ingest, recorder: Recorder, clipper: Clipper) -> None:
        self._account = account
        self._ingest = ingest
        self._recorder = recorder
        self._clipper = clipper

    def routes(self) -> list[web.RouteDef]:
        """The routes of this part."""
        return [
            web.post("/streaming/streams", self.create),
            web.get("/streaming/streams", self.list),
            web.get(_STREAM, self.get),
            web.patch(_STREAM, self.update),
            web.delete(_STREAM, self.delete),
            web.put(_STREAM + "/start_recording", self.start_recording),
            web.put(_STREAM + "/stop_recording", self.stop_recording),
            web.put(_STREAM + "/dvr_cleanup", self.clean_dvr),
            web.post(_STREAM + "/reset_push_token", self.reset_push_token),
            web.put(_STREAM + "/clip_recording", self.create_clip),
            web.get(_STREAM + "/clip_recording", self.list_clips),
            web.route("*", _STREAM + "/overlays", self.overlays),
            web.route("*", _STREAM + "/overlays/{overlay}", self.overlays),
        ]

    def _stream(self, request: web.Request) -> Stream:
        return self._account.find(self._account.streams, request.match_info["id"])

    async def create(self, request: web.Request) -> web.Response:
        """Create from a bare body (OpenAPI) or one wrapped in `stream` (tutorial). 200, not 201."""
        changes = StreamParams.read(unwrap(await read_body(request), "stream", bare=True)).changes()
        if not changes.get("name", "").strip():
            raise invalid("name", "can't be blank")
        account = self._account
        if changes.get("active"):
            account.check_quota(None)
        self._check_broadcasts(changes)
        stream = Stream(next(account.stream_ids), new_token(), account.now(), account.appearance())
        account.streams[stream.id] = stream
        account.note("stream created", stream.id)
        self._change(stream, changes)
        return web.json_response(stream_body(account, stream))

    async def list(self, request: web.Request) -> web.Response:
        """A bare array, page by page; broadcasts inside only with `with_broadcasts=1`."""
        broadcasts = request.query.get("with_broadcasts") == "1"
        streams = page_of(request, self._account.visible(self._account.streams))
        return web.json_response([stream_body(self._account, s, broadcasts=broadcasts) for s in streams])

    async def get(self, request: web.Request) -> web.Response:
        """One stream with its present state."""
        return web.json_response(stream_body(self._account, self._stream(request)))

    async def update(self, request: web.Request) -> web.Response:
        """Change the fields sent, wrapped or bare. The answer to switching off a stream on air still says `live: true`."""
        stream, account = self._stream(request), self._account
        changes = StreamParams.read(unwrap(await read_body(request), "stream", bare=True)).changes()
        if "name" in changes and not changes["name"].strip():
            raise invalid("name", "can't be blank")
        if changes.get("active"):
            account.check_quota(stream)
        self._check_broadcasts(changes)
        shown = copy.copy(stream)
        account.apply(lambda: self._change(stream, changes))
        if account.habits.apply_delay:
            _set_fields(shown, changes)
            shown.active = changes.get("active", shown.active)
        else:
            shown = stream
        return web.json_response(stream_body(account, shown))

    def _check_broadcasts(self, changes: dict[str, Any]) -> None:
        for number in changes.get("broadcast_ids", []):
            self._account.find(self._account.broadcasts, str(number))

    def _change(self, stream: Stream, changes: dict[str, Any]) -> None:
        source = (stream.pull, stream.uri)
        _set_fields(stream, changes)
        for broadcast in self._account.broadcasts.values() if "broadcast_ids" in changes else ():
            others = [i for i in broadcast.stream_ids if i != stream.id]
            broadcast.stream_ids = [*others, stream.id] if broadcast.id in changes["broadcast_ids"] else others
        wanted = changes.get("active", stream.active)
        if wanted and not stream.active:
            self._ingest.enable(stream)
        elif not wanted and stream.active:
            self._ingest.disable(stream)
        elif stream.active and source != (stream.pull, stream.uri):
            self._ingest.cut_off(stream)
            self._ingest.begin_pull(stream)

    async def delete(self, request: web.Request) -> web.Response:
        """Delete a stream with its addresses; its recordings stay (Gcore docs)."""
        stream = self._stream(request)
        self._account.apply(lambda: self._remove(stream))
        return web.Response(status=204)

    def _remove(self, stream: Stream) -> None:
        account = self._account
        if stream.id not in account.streams:
            return
        self._ingest.remove(stream)
        for broadcast in account.broadcasts.values():
            broadcast.stream_ids = [i for i in broadcast.stream_ids if i != stream.id]
        for restream in list(account.restreams_of(stream)):
            del account.restreams[restream.id]
        del account.streams[stream.id]
        account.note("stream deleted", stream.id)

    async def start_recording(self, request: web.Request) -> web.Response:
        """204; near the storage limit 200 with warnings; 422 when full (Gcore OpenAPI)."""
        stream, account = self._stream(request), self._account
        self._recorder.check_start(stream)
        account.apply(lambda: self._recorder.start(stream))
        limit = account.storage_limit_mb
        if limit is not None and account.storage_usage_mb >= limit * _ALMOST_FULL:
            return web.json_response(self._storage_warning(stream, limit))
        return web.Response(status=204)

    def _storage_warning(self, stream: Stream, limit: float) -> dict[str, Any]:
        usage = {"storage_usage_mb": round(self._account.storage_usage_mb, 1), "storage_limit_mb": round(limit)}
        client = {"id": self._account.client_id}
        warning = {"key": "client_storage_almost_exceeded", "source_object": client | {"type": "client"}, "meta": usage}
        return {"data": {"stream": {"id": stream.id, "client": client | usage}}, "warnings": [warning], "errors": []}

    async def stop_recording(self, request: web.Request) -> web.Response:
        """The video, or 200 with an empty body when nothing was recording (Gcore OpenAPI). Never applied late."""
        video = self._recorder.stop(self._stream(request))
        if video is None:
            return web.Response(status=200, content_type="application/json")
        return web.json_response(video_body(self._account, video))

    async def clean_dvr(self, request: web.Request) -> web.Response:
        """Forget the DVR up to now."""
        stream = self._stream(request)
        stream.dvr_from = self._account.now()
        self._account.note("dvr cleaned", stream.id)
        return web.Response(status=204)

    async def reset_push_token(self, request: web.Request) -> web.Response:
        """A new token: 200 and the encoder is dropped, or 202 and it runs on until it reconnects (Gcore OpenAPI)."""
        stream, account = self._stream(request), self._account
        stream.token = new_token()
        account.note("token reset", stream.id)
        if not account.habits.reset_drops_ingest:
            text = "Token was changed, but the current ingest was not dropped. Restart the encoder."
            return web.json_response({"message": text}, status=202)
        self._ingest.cut_off(stream)
        self._ingest.begin_pull(stream)
        return web.json_response(stream_body(account, stream))

    async def create_clip(self, request: web.Request) -> web.Response:
        """Cut a clip; every request makes another one, PUT or not."""
        stream, body = self._stream(request), await read_body(request)
        try:
            params = ClipParams.read(body)
        except Refusal as refusal:
            raise Refusal(400, f"{refusal.field} {refusal.text}") from None
        return web.json_response(clip_body(self._account, self._clipper.cut(stream, params)))

    async def list_clips(self, request: web.Request) -> web.Response:
        """The clips that have not expired."""
        return web.json_response([clip_body(self._account, c) for c in self._clipper.listed(self._stream(request))])

    async def overlays(self, request: web.Request) -> web.Response:
        """HTML overlays, a feature this account does not have (Gcore OpenAPI: 422)."""
        self._stream(request)
        raise Refusal(422, "HTML overlay is not enabled for your account", Shape.PLAIN_ERROR)


def _set_fields(stream: Stream, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        if name not in ("active", "broadcast_ids"):
            setattr(stream, name, value)
