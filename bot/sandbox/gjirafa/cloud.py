"""GjirafaCloud: the simulated vendor as tests, training and the demo hold it in the hand."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from datetime import timedelta

from aiohttp import web

from bot.clock import Clock
from bot.sandbox.cloud import Agenda, Books, Cloud, Course, Door, Id
from bot.sandbox.gjirafa.account import SERVER, Account
from bot.sandbox.gjirafa.answers import Refusal
from bot.sandbox.gjirafa.api_channels import ChannelsApi
from bot.sandbox.gjirafa.api_live_videos import LiveVideosApi
from bot.sandbox.gjirafa.api_restreams import RestreamsApi
from bot.sandbox.gjirafa.habits import Habits
from bot.sandbox.gjirafa.state import PULL, Channel, Kept, LiveVideo, Restream

DEFAULT_KEY = "gvp_5d1c9b7a30e84f62b1a7c4d8e9f01234"


class _Gate(Door):
    """Asks for the key and the project on every route of the API."""

    def __init__(self, books: Books, key: str, project: str, requests_per_second: float | None) -> None:
        super().__init__(books, requests_per_second)
        self.key, self.project = key, project

    def guards(self, path: str) -> bool:
        """Everything below `/api/`."""
        return path.startswith("/api/")

    def prove(self, request: web.Request) -> None:
        """401 for another key, 403 for a project that is not the key's."""
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), self.key.encode()):
            raise Refusal(401)
        if request.match_info.get("project", self.project) != self.project:
            raise Refusal(403)

    def refusal(self, status: int, text: str) -> web.Response:
        """The envelope."""
        return Refusal(status, text).response()


class GjirafaCloud(Cloud):
    """Gjirafa Video Platform on 127.0.0.1, in show time: nothing happens by itself while the clock stands still.

    `habits` holds every delay and switch, `faults` what the network does, `ledger` what really happened: of channels `stream
    created`, `live`, `off`; of live videos `page created`, `page live`, `page finished`, and `saved` or `discarded`; of what was
    kept `video created`, `video ready`; of restreams `restream enabled` and so on.
    """

    name = "gjirafa"
    course = Course(
        {
            "stream created": 1,
            "page created": 1,
            "live": 2,
            "page live": 1,
            "off": 2,
            "saved": 1,
            "video created": 1,
            "page finished": 1,
            "video ready": 1,
        },
        begins="page live",
        ends="page finished",
        kept="video ready",
        countdown=timedelta(seconds=10),
    )

    def __init__(
        self,
        clock: Clock,
        *,
        key: str = DEFAULT_KEY,
        project: str = "prj-2041",
        requests_per_second: float | None = None,
        webhook_url: str | None = None,
    ) -> None:
        self._agenda = Agenda(clock)
        self._account = Account(self._agenda, project, webhook_url)
        self._gate = _Gate(self._account, key, project, requests_per_second)
        super().__init__(self._account, self._gate)

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Channels, live videos and restreams."""
        parts = (ChannelsApi(self._account), LiveVideosApi(self._account), RestreamsApi(self._account))
        return [route for part in parts for route in part.routes()]

    def environment(self) -> dict[str, str]:
        """The settings of a bot that uses this account."""
        return {
            "GJIRAFA_AUTHORIZATION": self._gate.key,
            "GJIRAFA_PROJECT_ID": self._account.project,
            "GJIRAFA_BASE_URL": self.base_url,
        }

    def secrets(self) -> Iterator[str]:
        """The key of the API, of every channel, and of every restream's destination; the sources of channels."""
        yield self._gate.key
        yield from (channel.key for channel in self._account.channels.values())
        yield from (channel.file_path for channel in self._account.channels.values() if channel.file_path)
        yield from (restream.key for restream in self._account.restreams.values())

    def left_on(self) -> list[str]:
        """Live videos that viewers still see, and channels that an encoder still feeds."""
        seen = [f"the live video is still {video.status}" for video in self.live_videos if video.on_air]
        return seen + ["the channel still has its encoder" for channel in self._account.channels.values() if channel.encoder]

    @property
    def habits(self) -> Habits:
        """Every delay and switch of the vendor's behaviour."""
        return self._account.habits

    # -- what is there, for looking at only: KeyError when there is none
    def channel(self, channel_id: Id) -> Channel:
        """A channel as the vendor knows it."""
        self._agenda.run_due()
        return self._account.channels[str(channel_id)]

    def live_video(self, video_id: Id) -> LiveVideo:
        """A live video as the vendor knows it."""
        self._agenda.run_due()
        return self._account.live_videos[str(video_id)]

    @property
    def live_videos(self) -> list[LiveVideo]:
        """All of them, the oldest first."""
        self._agenda.run_due()
        return list(self._account.live_videos.values())

    @property
    def kept(self) -> list[Kept]:
        """The videos that were made by a stop-and-cut."""
        self._agenda.run_due()
        return list(self._account.kept.values())

    @property
    def restreams(self) -> list[Restream]:
        """All targets."""
        return list(self._account.restreams.values())

    # -- in the dashboard
    def revoke_key(self) -> None:
        """Let the key have run out."""
        self._gate.key += "-revoked"

    def delete_live_video(self, video_id: Id) -> None:
        """Somebody deletes a live video in the dashboard; for the API no such call is documented."""
        self._agenda.run_due()
        video = self._account.live_videos.pop(str(video_id))
        self._account.note("page deleted", video.id)
        self._account.tell("live.video.deleted", video.id, {"Id": video.id, "Title": video.title})

    def toggle_restream(self, restream_id: Id) -> None:
        """Somebody toggles a restream in the dashboard."""
        restream = self._account.restreams[int(restream_id)]
        restream.active = not restream.active
        self._account.note("restream enabled" if restream.active else "restream disabled", restream.id)

    def fail_next_video(self, error: str = "Encoding failed") -> None:
        """Let the encoding of what is kept next fail."""
        self._account.failing_video = error

    # -- the encoder's side
    def connect_encoder(self, channel_id: Id) -> bool:
        """Let an encoder push to a channel, or its source be there; False for an unknown one, or where one is connected."""
        self._agenda.run_due()
        channel = self._account.channels.get(str(channel_id))
        return channel is not None and self._account.connect(channel)

    def push_to(self, url: str) -> bool:
        """Let an encoder push to server and key, joined by a slash."""
        self._agenda.run_due()
        server, _, key = url.rpartition("/")
        pushed = [channel for channel in self._account.channels.values() if channel.key == key and channel.input != PULL]
        return server == SERVER and bool(pushed) and self._account.connect(pushed[0])

    def drop_signal(self, stream_id: Id) -> bool:
        """Let the encoder fall silent; False when none was connected."""
        self._agenda.run_due()
        channel = self._account.channels.get(str(stream_id))
        return channel is not None and self._account.fall_silent(channel)
