"""One simulated project: its objects, what encoders and calls do to them, and what is told of it by webhook."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from bot.sandbox.cloud import Agenda, Books
from bot.sandbox.gjirafa.answers import Refusal
from bot.sandbox.gjirafa.habits import Habits
from bot.sandbox.gjirafa.state import Channel, Kept, LiveVideo, Restream

RETRIES = (5.0, 300.0, 1800.0, 7200.0, 18_000.0, 36_000.0, 36_000.0)
"""After the first try: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h (Gjirafa docs, webhooks)."""
SERVER = "rtmp://ingest.vpplayer.example/live"


class Account(Books):
    """The books of the vendor."""

    def __init__(self, agenda: Agenda, project: str, webhook_url: str | None = None) -> None:
        super().__init__(agenda, webhook_url)
        self.project = project
        self.webhooks.retries = RETRIES
        self.habits = Habits()
        self.channels: dict[str, Channel] = {}
        self.live_videos: dict[str, LiveVideo] = {}
        self.restreams: dict[int, Restream] = {}
        self.kept: dict[str, Kept] = {}
        self.numbers = count(41_207)
        self.failing_video = ""

    def new_id(self, kind: str) -> str:
        """A short text: `c` for channels, `v` for videos of either kind (Gjirafa docs, webhooks)."""
        return f"{kind}{next(self.numbers):x}q"

    def refuse(self, status: int, text: str = "") -> Refusal:
        """A refusal of what is asked, in the present manner."""
        return Refusal(status, text, wrapped=self.habits.refuses_in_200)

    # -- the encoder's side
    def connect(self, channel: Channel) -> bool:
        """Packets arrive; False where they do already."""
        if channel.encoder:
            return False
        self._turn(channel, encoder=True)
        return True

    def fall_silent(self, channel: Channel) -> bool:
        """No more packets; False where there were none."""
        if not channel.encoder:
            return False
        self._turn(channel, encoder=False)
        return True

    def _turn(self, channel: Channel, *, encoder: bool) -> None:
        channel.encoder = encoder
        channel.turn += 1
        turn = channel.turn
        delay = self.habits.signal_delay if encoder else self.habits.silence_delay
        self.agenda.after(delay, lambda: self._notice(channel, turn))

    def _notice(self, channel: Channel, turn: int) -> None:
        if channel.turn != turn or channel.healthy is channel.encoder:
            return
        channel.healthy = channel.encoder
        self.note("live" if channel.healthy else "off", channel.id)
        self.tell("live.channel.status.changed", channel.id, {"Id": channel.id, **status_words(channel)})
        for video in self.live_videos.values():
            if video.channel == channel.id and video.on_air and not video.stopping:
                self._set_status(video, "Live" if channel.healthy else "Interrupted")

    def remove_channel(self, channel: Channel) -> None:
        """The channel is deleted; what was live on it loses its picture."""
        channel.encoder = False
        channel.turn += 1
        self._notice(channel, channel.turn)
        del self.channels[channel.id]
        self.note("stream deleted", channel.id)
        self.tell("live.channel.deleted", channel.id, {"Id": channel.id, "Title": channel.title})

    # -- a live video's way
    def may_go_live(self, video: LiveVideo) -> bool:
        """`canGoLive`: it has not begun, there is signal, and nothing else is live on its channel."""
        channel = self.channels.get(video.channel)
        taken = any(v.channel == video.channel and (v.on_air or v.starting) for v in self.live_videos.values())
        return not (video.over or video.starting or taken) and channel is not None and channel.healthy

    def may_stop(self, video: LiveVideo) -> bool:
        """`canStopWithoutSaving`, and with DVR `canStopAndCut`."""
        return video.on_air and not video.stopping

    def go_live(self, video: LiveVideo) -> None:
        """Let viewers in."""
        video.starting = True
        self.agenda.after(self.habits.live_delay, lambda: self._begin(video))

    def _begin(self, video: LiveVideo) -> None:
        video.starting, video.began = False, self.now()
        self.note("page live", video.id)
        self._set_status(video, "Live")
        self.tell("live.video.started", video.id, {"Id": video.id, "PublicId": video.id, "Title": video.title})
        channel = self.channels.get(video.channel)
        if channel is None or not channel.healthy:
            self._set_status(video, "Interrupted")

    def stop(self, video: LiveVideo) -> None:
        """Send viewers home; nothing is kept."""
        self.note("discarded", video.id)
        self._stop(video)

    def stop_and_cut(self, video: LiveVideo, title: str, start: datetime, end: datetime) -> Kept:
        """Send viewers home, and make a video of what was live between these instants."""
        kept = Kept(self.new_id("v"), title or video.title, video.id, start, end)
        self.kept[kept.id] = kept
        self.note("saved", video.id)
        self.note("video created", kept.id)
        self._stop(video, "Processing" if self.habits.processing else "Offline")
        self.tell("video.created", kept.id, {"PublicId": kept.id, "Id": kept.id, "Title": kept.title})
        self.agenda.after(self.habits.encoding_delay, lambda: self._encoded(kept, video))
        return kept

    def _stop(self, video: LiveVideo, status: str = "Offline") -> None:
        video.stopping = True
        self.agenda.after(self.habits.stop_delay, lambda: self._end(video, status))

    def _end(self, video: LiveVideo, status: str) -> None:
        video.stopping, video.ended = False, self.now()
        self.note("page finished", video.id)
        self._set_status(video, status)
        self.tell("live.video.stopped", video.id, {"Id": video.id, "PublicId": video.id, "Title": video.title})

    def _encoded(self, kept: Kept, video: LiveVideo) -> None:
        event, error = "video.encode.completed", {}
        if self.failing_video:
            event, error, self.failing_video = "video.encode.errored", {"ErrorMessage": self.failing_video}, ""
        kept.ready = not error
        self.note("video ready" if kept.ready else "video failed", kept.id)
        self.tell(event, kept.id, {"PublicId": kept.id, "Id": kept.id, "Title": kept.title, **error})
        if video.status == "Processing":
            self._set_status(video, "Offline")

    def _set_status(self, video: LiveVideo, status: str) -> None:
        video.fresh = False
        if video.status == status:
            return
        video.status = status
        channel = self.channels.get(video.channel)
        data = {
            "Id": video.id,
            "StatusId": 1 if status == "Live" else 2,
            "Status": status,
            "HealthStatusId": 1 if channel and channel.healthy else 0,
            "HealthStatus": "Healthy" if channel and channel.healthy else "Unknown",
            "PlaybackUrl": self.playback(video.id),
            "ActiveChannelId": video.channel,
        }
        self.tell("live.video.status.changed", video.id, data)

    # -- what is told
    def tell(self, event: str, about: str, data: dict[str, Any]) -> None:
        """Send an event in the envelope of the present edition."""
        letter: dict[str, Any] = {"eventTime": iso(self.now()) + "Z", "eventType": event, "data": data}
        if self.habits.webhook_edition == "new":
            letter["projectId"] = self.project
        self.webhooks.send(event, about, letter, self.now())

    def playback(self, id_: str) -> str:
        """Where players fetch it (Gjirafa docs, samples)."""
        return f"https://cdn.vpplayer.example/{self.project}/hub/{id_}/index.m3u8"

    def date(self, instant: datetime | None) -> str | None:
        """A date as the API writes it."""
        return None if instant is None else iso(instant) + ("Z" if self.habits.zulu else "")


def iso(instant: datetime) -> str:
    """Seven fraction digits, no zone (Gjirafa docs, live videos)."""
    return instant.replace(tzinfo=None).isoformat(timespec="microseconds") + "0"


def status_words(channel: Channel) -> dict[str, Any]:
    """A channel's status in an event: as a live video's has it, since its own payload is not documented."""
    words = ("Live", "Healthy") if channel.healthy else ("Offline", "Unknown")
    return {"StatusId": int(channel.healthy), "Status": words[0], "HealthStatusId": int(channel.healthy), "HealthStatus": words[1]}
