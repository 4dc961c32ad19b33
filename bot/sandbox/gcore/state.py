"""The objects of the simulated account as they are at this moment: streams with their two ingests, broadcasts, videos, clips."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.sandbox.cloud import Entry

Protocol = Literal["rtmp", "srt", "webrtc", "https"]
VideoStatus = Literal["empty", "pending", "viewable", "ready", "error"]


@dataclass(frozen=True)
class Picture:
    """What an encoder sends: lines, frames per second, bits per second."""

    height: int = 1080
    fps: float = 50.0
    bitrate: int = 6_000_000
    protocol: Protocol = "rtmp"
    source: str | None = field(default=None, repr=False)
    """The address a PULL stream fetches it from."""

    @property
    def width(self) -> int:
        """Columns of a 16:9 picture."""
        return self.height * 16 // 9


@dataclass
class Leg:
    """One of a stream's two ingests, with the encoder connected to it, if any."""

    backup: bool
    encoder: Picture | None = None
    live: bool = False
    last: Picture | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    coming_up: Entry | None = None
    going_off: Entry | None = None
    cut_off: bool = False
    """Going off because the vendor closed the connection: a new encoder does not stop that."""


@dataclass
class Recording:
    """A file that is being written."""

    started_at: datetime
    cut: Entry


@dataclass
class Stream:
    """A stream: its settings, what arrives at it, and what is made of that."""

    id: int
    token: str = field(repr=False)
    created_at: datetime
    appears_at: datetime
    name: str = ""
    active: bool = False
    pull: bool = False
    uri: str | None = field(default=None, repr=False)
    auto_record: bool = False
    record_type: Literal["origin", "transcoded"] = "origin"
    dvr_enabled: bool = False
    dvr_duration: int = 3600
    hls_mpegts_endlist_tag: bool = True
    html_overlay: bool = False
    quality_set_id: int | None = None
    cdn_id: int | None = None
    client_user_id: int | None = None
    client_entity_data: str | None = None
    projection: Literal["regular", "vr360", "vr180", "vr360tb"] = "regular"
    srt_passphrase: str | None = field(default=None, repr=False)
    transcoding_region: str | None = None
    webrtc: bool = False

    primary: Leg = field(default_factory=lambda: Leg(backup=False))
    backup: Leg = field(default_factory=lambda: Leg(backup=True))
    session: int = 0
    """How often it has come on air."""
    lost_at: datetime | None = None
    """Since when no encoder is connected, after one was."""
    transcoding: bool = False
    transcoding_speed: float = 1.0
    receiving_error: str | None = None
    transcoding_error: str | None = None
    recording: Recording | None = None
    recording_due: Entry | None = None
    recording_armed: bool = False
    pull_check: Entry | None = None
    pull_end: Entry | None = None
    dvr_from: datetime | None = None
    viewers: list[tuple[datetime, int]] = field(default_factory=list)
    pictures: list[tuple[datetime, Picture | None]] = field(default_factory=list)

    @property
    def legs(self) -> tuple[Leg, Leg]:
        """Primary, then backup."""
        return self.primary, self.backup

    @property
    def on_air(self) -> bool:
        """Whether either ingest is received."""
        return self.primary.live or self.backup.live

    @property
    def is_fed(self) -> bool:
        """Whether an encoder is connected, received already or not."""
        return self.primary.encoder is not None or self.backup.encoder is not None

    @property
    def is_recording(self) -> bool:
        """What the field `recording` says: false during a gap even while the file waits for the signal's return."""
        return self.recording is not None and self.on_air

    @property
    def picture(self) -> Picture | None:
        """The picture in use: the primary's, else the backup's, else the last one seen."""
        for leg in self.legs:
            if leg.live:
                return leg.encoder or leg.last
        return None


@dataclass
class Broadcast:
    """What the portal calls Multicamera: the page viewers open, with its status."""

    id: int
    appears_at: datetime
    name: str = ""
    status: str = "pending"
    stream_ids: list[int] = field(default_factory=list)
    player_id: int | None = None
    ad_id: int | None = None
    share_url: str | None = None
    custom_iframe_url: str | None = None
    pending_message: str | None = None
    show_dvr_after_finish: bool = False
    poster: str | None = None
    client_user_id: int | None = None
    spectators: int | None = None
    """Set by a test; None means the sum of its streams' viewers."""


@dataclass
class Restream:
    """Simulcast of one stream to one outside address. The `uri` ends with the destination's key."""

    id: int
    appears_at: datetime
    name: str | None = None
    uri: str = field(default="", repr=False)
    stream_id: int | None = None
    active: bool = True
    live: bool = False
    client_user_id: int | None = None
    no_audio: bool = False
    no_audio_mode: Literal["drop", "silence"] = "drop"
    source: Literal["original", "transcoded"] = "original"
    arriving: Entry | None = None
    giving_up: Entry | None = None


@dataclass
class Rendition:
    """One quality of a video, complete at `done_at`."""

    id: int
    name: str
    width: int
    height: int
    size: int
    begins_at: datetime
    done_at: datetime
    status: Literal["processing", "complete", "error"] = "processing"
    error: str | None = None


@dataclass
class Video:
    """An on-demand asset: a recording, a clip, or an upload."""

    id: int
    slug: str
    created_at: datetime
    updated_at: datetime
    appears_at: datetime
    name: str = ""
    status: VideoStatus = "empty"
    duration_ms: int | None = None
    height: int = 1080
    size_mb: float = 0.0
    stream_id: int | None = None
    recording_started_at: datetime | None = None
    record_type: Literal["origin", "transcoded"] | None = None
    origin_url: str | None = None
    error: str | None = None
    description: str | None = None
    directory_id: int | None = None
    client_user_id: int | None = None
    views: int = 0
    renditions: list[Rendition] = field(default_factory=list)


@dataclass
class Clip:
    """A cut out of the DVR; `start`, `duration` and `expiration` are in seconds, absolute ones since 1970."""

    id: str
    stream_id: int
    created_at: datetime
    start: int
    duration: int
    expiration: int
    vod_required: bool
    renditions: list[str]
    video_id: int | None = None
