"""Clips at the simulated vendor: cuts out of the DVR, ready when their last second has been sent, gone when they expire."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from bot.sandbox.gcore.account import Account
from bot.sandbox.gcore.params import ClipParams
from bot.sandbox.gcore.recordings import Recorder
from bot.sandbox.gcore.refusals import Refusal
from bot.sandbox.gcore.state import Clip, Picture, Stream

_SHORTEST_LIFE, _LONGEST_LIFE, _USUAL_LIFE = 60, 4 * 3600, 3600


class Clipper:
    """Cuts clips and makes videos of those that are to be kept."""

    def __init__(self, account: Account, recorder: Recorder) -> None:
        self._account = account
        self._recorder = recorder

    def cut(self, stream: Stream, params: ClipParams) -> Clip:
        """Cut, or raise the `Refusal`: DVR off 422, a bad range 400. By default the future is cut, and kept (Gcore OpenAPI)."""
        now = int(self._account.now().timestamp())
        if not stream.dvr_enabled:
            raise Refusal(422, "DVR is not enabled for the stream")
        if params.duration is None or not 0 < params.duration <= stream.dvr_duration:
            raise Refusal(400, f"duration must be between 1 and {stream.dvr_duration}")
        start = now if params.start is None else params.start
        if start < self._oldest(stream, now):
            raise Refusal(400, "start is outside of the DVR window")
        expiration = start + params.duration + _USUAL_LIFE if params.expiration is None else params.expiration
        if not _SHORTEST_LIFE <= expiration - (start + params.duration) <= _LONGEST_LIFE:
            raise Refusal(400, "expiration must be between 1 minute and 4 hours after the end of the clip")
        return self._make(stream, start, params.duration, expiration, params.vod_required is not False)

    def _oldest(self, stream: Stream, now: int) -> float:
        begin = stream.dvr_from.timestamp() if stream.dvr_from else now
        return max(int(begin), now - stream.dvr_duration)

    def _make(self, stream: Stream, start: int, duration: int, expiration: int, vod_required: bool) -> Clip:
        account, name = self._account, secrets.token_hex(8)
        height = (stream.picture or stream.primary.last or Picture()).height
        renditions = [f"media_{n}_{h}" for n, h in enumerate((360, 480, 720, 1080)) if h <= max(360, height)]
        clip = Clip(name, stream.id, account.now(), start, duration, expiration, vod_required, renditions)
        account.clips[name] = clip
        account.note("clip created", stream.id)
        if vod_required:
            account.agenda.at(_instant(start + duration), lambda: self._keep(stream, clip))
        return clip

    def _keep(self, stream: Stream, clip: Clip) -> None:
        start, end = _instant(clip.start), _instant(clip.start + clip.duration)
        picture = stream.picture or stream.primary.last or stream.backup.last or Picture()
        video = self._recorder.make_video(f"Stream Clip: {stream.name}, {end:%Y-%m-%d %H:%M:%S} +0000", start, end, stream, picture)
        clip.video_id = video.id
        self._recorder.process(video)

    def listed(self, stream: Stream) -> list[Clip]:
        """The clips of `stream` that have not expired."""
        now = self._account.now().timestamp()
        return [c for c in self._account.clips.values() if c.stream_id == stream.id and c.expiration > now]

    def link_status(self, clip_id: str) -> int:
        """What a clip's links answer: 425 until its end has been sent, 404 after it expired, else 200 (Gcore OpenAPI)."""
        clip, now = self._account.clips.get(clip_id), self._account.now().timestamp()
        if clip is None or now >= clip.expiration:
            return 404
        return 425 if now < clip.start + clip.duration else 200


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
