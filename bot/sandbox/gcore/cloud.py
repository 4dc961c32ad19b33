"""GcoreCloud: the simulated vendor as tests, training and the demo hold it in the hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from bot.clock import Clock
from bot.sandbox.cloud import Agenda, Cloud, Course, Id
from bot.sandbox.faults import Fault
from bot.sandbox.gcore.account import Account
from bot.sandbox.gcore.api_broadcasts import BroadcastsApi, RestreamsApi
from bot.sandbox.gcore.api_statistics import StatisticsApi
from bot.sandbox.gcore.api_streams import StreamsApi
from bot.sandbox.gcore.api_videos import VideosApi
from bot.sandbox.gcore.clips import Clipper
from bot.sandbox.gcore.gate import Gate
from bot.sandbox.gcore.habits import Habits
from bot.sandbox.gcore.ingest import Ingest
from bot.sandbox.gcore.media import Media
from bot.sandbox.gcore.paging import PAGE_SIZE
from bot.sandbox.gcore.recordings import Recorder
from bot.sandbox.gcore.refusals import Shape, error_body
from bot.sandbox.gcore.restreaming import Restreamer
from bot.sandbox.gcore.state import Picture, Protocol, Stream

DEFAULT_TOKEN = "2675$0f1e2d3c4b5a69788796a5b4c3d2e1f0"  # noqa: S105 - opens nothing but this simulator
_PICTURE = Picture()


class GcoreCloud(Cloud):
    """Gcore Video Streaming on 127.0.0.1, in show time: nothing happens by itself while the clock stands still.

    `habits` holds every delay and switch, `faults` what the network does, `ledger` what really happened.
    """

    name = "gcore"
    course = Course(
        {
            "stream created": 1,
            "broadcast created": 1,
            "dvr cleaned": 1,
            "enabled": 1,
            "live": 2,
            "recording started": 2,
            "broadcast live": 1,
            "off": 2,
            "recording stopped": 2,
            "video created": 2,
            "video viewable": 2,
            "video ready": 2,
            "video renamed": 2,
            "broadcast finished": 1,
            "disabled": 1,
        },
        begins="broadcast live",
        ends="broadcast finished",
        kept="video ready",
    )

    def __init__(
        self,
        clock: Clock,
        *,
        token: str = DEFAULT_TOKEN,
        active_limit: int = 3,
        storage_limit_mb: float | None = None,
        page_size: int = 25,
        requests_per_second: float | None = None,
        webhook_url: str | None = None,
    ) -> None:
        self._agenda = Agenda(clock)
        self._account = Account(self._agenda, webhook_url, active_limit, storage_limit_mb)
        self._recorder = Recorder(self._account)
        self._restreamer = Restreamer(self._account)
        self._ingest = Ingest(self._account, self._recorder, self._restreamer)
        self._gate = Gate(self._account, token, requests_per_second)
        self._page_size = page_size
        super().__init__(self._account, self._gate)

    # -- life --------------------------------------------------------------------------------------------------------------

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Streams, broadcasts, restreams, videos, statistics, and the media that players fetch."""
        account, clipper = self._account, Clipper(self._account, self._recorder)
        parts = (
            StreamsApi(account, self._ingest, self._recorder, clipper),
            BroadcastsApi(account),
            RestreamsApi(account, self._restreamer),
            VideosApi(account, self._recorder),
            StatisticsApi(account),
            Media(account, clipper),
        )
        return [route for part in parts for route in part.routes()]

    def furnish(self, app: web.Application) -> None:
        """Every list has the account's page size."""
        app[PAGE_SIZE] = self._page_size

    def environment(self) -> dict[str, str]:
        """The settings of a bot that uses this account."""
        return {"GCORE_API_TOKEN": self.token, "GCORE_BASE_URL": self.base_url}

    def secrets(self) -> Iterator[str]:
        """The API token, the push token of every stream that is there, and where streams are sent on to."""
        yield self.token
        yield from (stream.token for stream in self._account.streams.values())
        yield from (restream.uri for restream in self._account.restreams.values())

    @property
    def token(self) -> str:
        """The API token that is accepted. Send it as `Authorization: APIKey <token>`."""
        return self._gate.token

    @property
    def client_id(self) -> int:
        """The account's number, which appears in player addresses."""
        return self._account.client_id

    @property
    def habits(self) -> Habits:
        """Every delay and switch of the vendor's behaviour."""
        return self._account.habits

    def stream(self, stream_id: Id) -> Stream:
        """The vendor's own view of a stream, for looking at only. KeyError when there is none."""
        self._agenda.run_due()
        return self._account.streams[int(stream_id)]

    def left_on(self) -> list[str]:
        """Streams that are enabled, on air or recording, and a broadcast that viewers were not sent home from."""
        wrong = []
        for stream in self._account.streams.values():
            left = {"enabled": stream.active, "on air": stream.on_air, "recording": stream.recording is not None}
            wrong += [f"the stream is still {what}" for what, is_so in left.items() if is_so]
        pages = [effect.kind for effect in self.ledger if effect.kind.startswith("broadcast ")]
        if pages and pages[-1] != "broadcast finished":
            wrong.append(f"viewers' page: the last thing that happened is “{pages[-1]}”")
        return wrong

    def watched_by(self, viewers: int) -> bool:
        """Whoever watches is counted by stream."""
        for number in self._account.streams:
            self.set_viewers(number, viewers)
        return True

    def restream_uri(self, restream_id: Id) -> str:
        """Where the vendor sends a stream on to, its key included. KeyError when there is no such target."""
        return self._account.restreams[int(restream_id)].uri

    # -- the account -------------------------------------------------------------------------------------------------------

    def expire_token(self, *, expired: bool = True) -> None:
        """Let the API token have run out, or be good again."""
        self._gate.token_expired = expired

    def limit(
        self,
        *,
        active_streams: int | None = None,
        restreams: int | None = None,
        storage_mb: float | None = None,
        requests_per_second: float | None = None,
    ) -> None:
        """Change the account's limits, as the vendor's support does; what is not given stays."""
        if requests_per_second is not None:
            self._gate.requests_per_second = requests_per_second
        self._account.active_limit = self._account.active_limit if active_streams is None else active_streams
        self._account.restream_limit = self._account.restream_limit if restreams is None else restreams
        self._account.storage_limit_mb = self._account.storage_limit_mb if storage_mb is None else storage_mb

    def use_storage(self, megabytes: float) -> None:
        """Let so much of the storage be in use."""
        self._account.storage_usage_mb = megabytes

    def refuse_next(
        self,
        path: str = "*",
        *,
        shape: Shape = Shape.STATUS_ERROR,
        status: int = 422,
        method: str = "*",
        text: str = "Unprocessable Entity",
        field: str = "name",
        times: int | None = 1,
        headers: dict[str, str] | None = None,
    ) -> Fault:
        """Refuse the next `times` (None: all) requests to `path`, a shell pattern, without any effect."""
        body, kind = error_body(shape, status, text, field)
        sent = ({"Content-Type": kind} if kind else {}) | (headers or {})
        return self.faults.add(Fault(path, method, times, status, body, sent))

    def fail_next_video(self, error: str = "Processing failed") -> None:
        """Let the next recording or clip end in status `error`."""
        self._recorder.fail_next_video(error)

    # -- the encoder's side ------------------------------------------------------------------------------------------------

    def connect_encoder(
        self,
        stream_id: Id,
        *,
        backup: bool = False,
        height: int = 1080,
        fps: float = 50.0,
        bitrate: int = _PICTURE.bitrate,
        protocol: Protocol = "rtmp",
        token: str | None = None,
    ) -> bool:
        """Let an encoder push, with the present token unless another is given; `bitrate` in bits per second.

        False when it is refused: unknown or disabled stream, old token, PULL stream, or an encoder is there already.
        """
        self._agenda.run_due()
        stream = self._account.streams.get(int(stream_id))
        picture = Picture(height, fps, bitrate, protocol)
        return stream is not None and self._ingest.connect(stream, picture, backup=backup, token=token)

    def push_to(self, url: str, *, height: int = 1080, fps: float = 50.0, bitrate: int = _PICTURE.bitrate) -> bool:
        """Let an encoder push to an address as the API gave it: RTMP, SRT or WHIP, primary or backup."""
        parts = urlsplit(url)
        protocol: Protocol = "rtmp"
        if parts.scheme == "srt":
            name, token, protocol = parse_qs(parts.query)["streamid"][0], parts.fragment, "srt"
        elif parts.scheme == "https":
            name, _, token = parts.path.strip("/").partition("/")[0].partition("_")
            protocol = "webrtc"
        else:
            name, token = parts.path.rpartition("/")[2], parts.query
        backup, number = name.endswith("b"), name.removesuffix("b")
        return number.isdecimal() and self.connect_encoder(
            int(number), backup=backup, height=height, fps=fps, bitrate=bitrate, protocol=protocol, token=token
        )

    def drop_signal(self, stream_id: Id, *, backup: bool = False) -> bool:
        """Let the encoder fall silent: `live` turns false 3 s later. False when none was connected."""
        self._agenda.run_due()
        stream = self._account.streams.get(int(stream_id))
        return stream is not None and self._ingest.drop(stream, backup=backup)

    def burst(self, stream_id: int, seconds: float = 3.0, *, backup: bool = False) -> bool:
        """A short test: the encoder pushes for so many show seconds. False when it is refused."""
        accepted = self.connect_encoder(stream_id, backup=backup)
        if accepted:
            self._agenda.after(seconds, lambda: self._end_burst(stream_id, backup))
        return accepted

    def _end_burst(self, stream_id: int, backup: bool) -> None:
        stream = self._account.streams.get(int(stream_id))
        if stream is not None:
            self._ingest.drop(stream, backup=backup)

    def set_quality(
        self,
        stream_id: int,
        *,
        backup: bool = False,
        height: int | None = None,
        fps: float | None = None,
        bitrate: int | None = None,
        transcoding_speed: float | None = None,
        receiving_error: str | None = None,
        transcoding_error: str | None = None,
    ) -> None:
        """Change what arrives and how well it is processed. What is not given stays; the two errors are set, or cleared."""
        stream = self.stream(stream_id)
        leg = stream.backup if backup else stream.primary
        if leg.encoder is not None:
            given = {"height": height, "fps": fps, "bitrate": bitrate}
            changed = {k: v for k, v in given.items() if v is not None}
            self._ingest.change_picture(stream, leg, dataclasses.replace(leg.encoder, **changed))  # type: ignore[arg-type]
        if transcoding_speed is not None:
            stream.transcoding_speed = transcoding_speed
        stream.receiving_error, stream.transcoding_error = receiving_error, transcoding_error

    def source_up(self, uri: str, *, height: int = 1080, fps: float = 50.0, bitrate: int = _PICTURE.bitrate) -> None:
        """Let the source of PULL streams at `uri` be reachable."""
        self._agenda.run_due()
        self._ingest.source_up(uri, Picture(height, fps, bitrate))

    def source_down(self, uri: str) -> None:
        """Let the source at `uri` be gone."""
        self._agenda.run_due()
        self._ingest.source_down(uri)

    # -- the audience ------------------------------------------------------------------------------------------------------

    def set_viewers(self, stream_id: Id, viewers: int) -> None:
        """From now on so many people watch; they leave by themselves when the stream goes off."""
        self.stream(stream_id).viewers.append((self._agenda.now(), viewers))

    def set_spectators(self, broadcast_id: int, spectators: int) -> None:
        """Let a broadcast report so many viewers instead of the sum of its streams'."""
        self._account.broadcasts[broadcast_id].spectators = spectators
