"""Recording at the simulated vendor: files that roll, gaps, the four-hour cut, and videos that are processed afterwards."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from bot.sandbox.gcore.account import Account
from bot.sandbox.gcore.refusals import invalid
from bot.sandbox.gcore.state import Picture, Recording, Rendition, Stream, Video

_RENDITIONS = {360: "vod360n", 480: "vod480n", 720: "vod720n", 1080: "vod1080n"}


class Recorder:
    """Writes what streams receive and turns it into videos."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._errors: list[str] = []

    def fail_next_video(self, error: str) -> None:
        """Let the next video that is closed end in status `error` with this text."""
        self._errors.append(error)

    def check_start(self, stream: Stream) -> None:
        """Raise the `Refusal` of start_recording: storage full, or no signal where that is refused."""
        account = self._account
        if account.storage_limit_mb is not None and account.storage_usage_mb >= account.storage_limit_mb:
            raise invalid("name", "No space for recording the stream")
        if account.habits.start_without_signal == "refused" and not stream.on_air:
            raise invalid("live", "Stream is not live")

    def start(self, stream: Stream) -> None:
        """Let the recording begin a few seconds from now, if there is a signal by then."""
        if stream.recording is not None and not self._account.habits.start_twice_cuts:
            return
        if stream.recording_due is None:
            stream.recording_due = self._account.agenda.after(self._account.habits.recording_delay, lambda: self._roll(stream))

    def _roll(self, stream: Stream) -> None:
        stream.recording_due = None
        if not stream.on_air:
            stream.recording_armed = self._account.habits.start_without_signal == "armed"
            return
        if stream.recording is not None:
            self.close(stream, self._account.now())
        self._open(stream)
        self._account.tell_stream(stream)

    def _open(self, stream: Stream) -> None:
        cut = self._account.agenda.after(self._account.habits.recording_cut, lambda: self._cut(stream))
        stream.recording = Recording(self._account.now(), cut)
        self._account.note("recording started", stream.id)

    def _cut(self, stream: Stream) -> None:
        self.close(stream, self._account.now())
        self._open(stream)

    def stop(self, stream: Stream) -> Video | None:
        """End the recording and return its video; None when nothing was recording. A start not yet carried out is forgotten."""
        self._forget_start(stream)
        if stream.recording is None:
            return None
        told = stream.is_recording
        video = self.close(stream, self._account.now())
        if told:
            self._account.tell_stream(stream)
        return video

    def _forget_start(self, stream: Stream) -> None:
        stream.recording_armed = False
        if stream.recording_due is not None:
            stream.recording_due.cancel()
            stream.recording_due = None

    def signal_up(self, stream: Stream) -> None:
        """The stream is received: begin what waits for that."""
        if (stream.auto_record or stream.recording_armed) and stream.recording is None:
            stream.recording_armed = False
            self.start(stream)

    def signal_lost(self, stream: Stream) -> None:
        """No encoder is connected any more: the file waits for a while, then is closed at the instant of the loss."""
        stream.lost_at = lost_at = self._account.now()
        self._account.agenda.after(self._account.habits.recording_gap, lambda: self._close_if_silent(stream, lost_at))

    def _close_if_silent(self, stream: Stream, lost_at: datetime) -> None:
        if stream.recording is None or stream.lost_at != lost_at:
            return
        self.close(stream, max(lost_at, stream.recording.started_at))
        stream.recording_armed = self._account.habits.resume_after_gap

    def finish(self, stream: Stream) -> None:
        """The stream was switched off or deleted: close the file and forget every wish."""
        self._forget_start(stream)
        if stream.recording is not None:
            self.close(stream, self._account.now())

    def close(self, stream: Stream, end: datetime) -> Video:
        """Close the running file at `end` and return its video, which begins to be processed."""
        recording = stream.recording
        assert recording is not None
        recording.cut.cancel()
        stream.recording = None
        self._account.note("recording stopped", stream.id)
        picture = stream.picture or stream.primary.last or stream.backup.last or Picture()
        video = self.make_video(
            f"Stream Record: {stream.name}, {end:%Y-%m-%d %H:%M:%S} +0000", recording.started_at, end, stream, picture
        )
        if (end - recording.started_at).total_seconds() < self._account.habits.shortest_recording:
            self._errors.insert(0, "Recording is too short")
        self.process(video)
        return video

    def make_video(self, name: str, start: datetime, end: datetime, stream: Stream, picture: Picture) -> Video:
        """A new video of `stream` from `start` to `end`, not processed yet. It takes storage."""
        account, now, seconds = self._account, self._account.now(), max(0.0, (end - start).total_seconds())
        video = Video(next(account.video_ids), secrets.token_urlsafe(9).replace("-", "x"), now, now, account.appearance(), name)
        video.stream_id, video.recording_started_at, video.record_type = stream.id, start, stream.record_type
        video.duration_ms, video.height = round(seconds * 1000), picture.height
        video.size_mb = seconds * picture.bitrate / 8_000_000
        account.videos[video.id] = video
        account.storage_usage_mb += video.size_mb
        account.note("video created", video.id)
        return video

    def process(self, video: Video) -> None:
        """From pending by way of viewable (first rendition) to ready (all), or to error."""
        account, now = self._account, self._account.now()
        video.status = "pending"
        done = now + timedelta(seconds=account.habits.first_rendition_delay)
        for height in [h for h in _RENDITIONS if h <= max(360, video.height)]:
            size = round(video.size_mb * 1_000_000 * height / max(360, video.height))
            number = video.id * 10 + len(video.renditions)
            video.renditions.append(Rendition(number, _RENDITIONS[height], height * 16 // 9, height, size, now, done))
            done += timedelta(seconds=account.habits.next_rendition_delay)
        account.tell_video(video)
        if self._errors:
            error = self._errors.pop(0)
            account.agenda.at(video.renditions[0].done_at, lambda: self._fail(video, error))
            return
        for rendition in video.renditions:
            account.agenda.at(rendition.done_at, lambda r=rendition: self._complete(video, r))  # type: ignore[misc]

    def _complete(self, video: Video, rendition: Rendition) -> None:
        rendition.status = "complete"
        if video.status == "pending":
            self._become(video, "viewable")
        if all(r.status == "complete" for r in video.renditions):
            self._become(video, "ready")

    def _fail(self, video: Video, error: str) -> None:
        video.error = error
        for rendition in video.renditions:
            rendition.status, rendition.error = "error", error
        self._become(video, "error")

    def _become(self, video: Video, status: str) -> None:
        if video.id not in self._account.videos:
            return
        video.status = status  # type: ignore[assignment]
        video.updated_at = self._account.now()
        self._account.note(f"video {status}", video.id)
        self._account.tell_video(video)

    def delete(self, video: Video) -> None:
        """Delete for good; the storage is free again."""
        if self._account.videos.pop(video.id, None) is not None:
            self._account.storage_usage_mb -= video.size_mb
            self._account.note("video deleted", video.id)
            self._account.tell_video_deleted(video)
