"""AiozCloud: the simulated vendor as tests, training and the demo hold it in the hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from aiohttp import web

from bot.clock import Clock
from bot.sandbox.aioz.account import Account
from bot.sandbox.aioz.api_keys import KeysApi
from bot.sandbox.aioz.api_media import MediaApi
from bot.sandbox.aioz.api_streamings import StreamingsApi
from bot.sandbox.aioz.bodies import RTMP_URL
from bot.sandbox.aioz.gate import Gate
from bot.sandbox.aioz.habits import Habits
from bot.sandbox.aioz.ingest import Ingest
from bot.sandbox.aioz.refusals import error_response
from bot.sandbox.aioz.state import Key, Picture, Streaming
from bot.sandbox.cloud import Agenda, Cloud, Course, Id
from bot.sandbox.faults import Fault


class AiozCloud(Cloud):
    """AIOZ Stream on 127.0.0.1, in show time: nothing happens by itself while the clock stands still.

    Its streams are live stream keys, its pages streamings. `habits` holds every delay and switch.
    """

    name = "aioz"
    course = Course(
        {
            "stream created": 1,
            "page created": 1,
            "live": 2,
            "off": 2,
            "page over": 1,
            "video pending": 1,
            "video ready": 1,
            "video renamed": 1,
        },
        begins="",
        ends="",
        kept="video ready",
    )

    def __init__(
        self,
        clock: Clock,
        *,
        public_key: str = "pub-6f0c2b1ad94e",
        secret_key: str = "sec-93be0d55c1f74a20",  # noqa: S107 - opens nothing but this simulator
        token: str = "eyJhbGciOi.c2FuZGJveA.c2lnbmVk",  # noqa: S107
        requests_per_second: float | None = None,
        webhook_url: str | None = None,
    ) -> None:
        self._agenda = Agenda(clock)
        self._account = Account(self._agenda, webhook_url)
        self._ingest = Ingest(self._account)
        self._gate = Gate(self._account, public_key, secret_key, token, requests_per_second)
        super().__init__(self._account, self._gate)

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Keys, streamings and media. The more particular paths come first."""
        parts = (StreamingsApi(self._account), KeysApi(self._account, self._ingest), MediaApi(self._account))
        return [route for part in parts for route in part.routes()]

    def environment(self) -> dict[str, str]:
        """The settings of a bot that uses this account."""
        return {
            "AIOZ_PUBLIC_KEY": self._gate.public_key,
            "AIOZ_SECRET_KEY": self._gate.secret_key,
            "AIOZ_BASE_URL": f"{self.base_url}/api",
        }

    def secrets(self) -> Iterator[str]:
        """The credentials, the push key of every live stream key, and where it is sent on to."""
        yield from (self._gate.public_key, self._gate.secret_key, self._gate.token)
        for key in self._account.keys.values():
            yield key.stream_key
            yield from key.targets

    def left_on(self) -> list[str]:
        """Keys that an encoder still feeds, and streamings that are not over."""
        fed = ["the live stream key still has its encoder" for key in self._account.keys.values() if key.encoder]
        return fed + ["a streaming is not over" for streaming in self._account.streamings.values() if streaming.phase != "over"]

    def watched_by(self, viewers: int) -> bool:
        """Whoever watches is counted by streaming."""
        for streaming in self._account.streamings:
            self.set_viewers(streaming, viewers)
        return True

    @property
    def token(self) -> str:
        """The token that is accepted in the place of the keys."""
        return self._gate.token

    @property
    def habits(self) -> Habits:
        """Every delay and switch of the vendor's behaviour."""
        return self._account.habits

    # -- the vendor's own view, for looking at only ------------------------------------------------------------------------

    def key(self, stream_id: Id) -> Key:
        """A live stream key. KeyError when there is none."""
        self._agenda.run_due()
        return self._account.keys[str(stream_id)]

    def streaming(self, streaming_id: str) -> Streaming:
        """A streaming, by its own id or by key and id. KeyError when there is none."""
        self._agenda.run_due()
        return self._account.streamings[streaming_id.rpartition("/")[2]]

    # -- the account -------------------------------------------------------------------------------------------------------

    def expire_keys(self, *, expired: bool = True) -> None:
        """Let the credentials have run out, or be good again."""
        self._gate.expired = expired

    def restrict_keys(self, *, only_upload: bool = True) -> None:
        """Let the API key be of type `only_upload`, or of type `full_access` again."""
        self._gate.only_upload = only_upload

    def refuse_next(
        self,
        path: str = "*",
        *,
        status: int = 400,
        method: str = "*",
        text: str = "Bad request.",
        times: int | None = 1,
        headers: dict[str, str] | None = None,
    ) -> Fault:
        """Refuse the next `times` (None: all) requests to `path`, a shell pattern, without any effect."""
        body = error_response(self.habits.errors, status, text).body
        sent = {"Content-Type": "application/json", **(headers or {})}
        return self.faults.add(Fault(path, method, times, status, body if isinstance(body, bytes) else b"", sent))

    # -- the encoder's side ------------------------------------------------------------------------------------------------

    def connect_encoder(self, stream_id: Id, *, fps: float = 50.0, kbps: float = 2900.0) -> bool:
        """Let an encoder push to a key; False when it is refused."""
        self._agenda.run_due()
        key = self._account.keys.get(str(stream_id))
        return key is not None and self._ingest.connect(key, Picture(fps, kbps))

    def push_to(self, url: str, *, fps: float = 50.0, kbps: float = 2900.0) -> bool:
        """Let an encoder push to the server with the key behind it; False when it is refused."""
        self._agenda.run_due()
        server, _, push_key = url.rpartition("/")
        key = next((key for key in self._account.keys.values() if key.stream_key == push_key), None)
        return server == RTMP_URL and key is not None and self._ingest.connect(key, Picture(fps, kbps))

    def drop_signal(self, stream_id: Id) -> bool:
        """Let the encoder fall silent; False when none was connected."""
        self._agenda.run_due()
        key = self._account.keys.get(str(stream_id))
        return key is not None and self._ingest.drop(key)

    def set_quality(self, stream_id: Id, *, fps: float = 50.0, kbps: float = 2900.0) -> None:
        """Change what arrives."""
        self._ingest.change_picture(self.key(stream_id), Picture(fps, kbps))

    def set_viewers(self, streaming_id: str, viewers: int) -> None:
        """From now on so many people watch."""
        streaming = self.streaming(streaming_id)
        streaming.views += max(0, viewers - streaming.viewers)
        streaming.viewers = viewers
