"""VideographCloud: the simulated vendor as tests, training and the demo hold it in the hand."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator

from aiohttp import web

from bot.clock import Clock
from bot.sandbox.cloud import Agenda, Cloud, Course, Id
from bot.sandbox.faults import Fault
from bot.sandbox.videograph.account import Account, Content, Livestream
from bot.sandbox.videograph.api import Api
from bot.sandbox.videograph.gate import Gate
from bot.sandbox.videograph.habits import Habits
from bot.sandbox.videograph.refusals import failure_body

DEFAULT_TOKEN_ID = "5d1c7a52-77f0-4c7e-9d43-sandbox-token"  # noqa: S105 - opens nothing but this simulator
DEFAULT_SECRET_KEY = "sandbox-secret-9f8e7d6c5b4a39281706"  # noqa: S105 - opens nothing but this simulator


class VideographCloud(Cloud):
    """Videograph.ai on 127.0.0.1, in show time: nothing happens by itself while the clock stands still.

    `habits` holds every delay and switch, `faults` what the network does, `ledger` what really happened.
    """

    name = "videograph"
    course = Course(
        {
            "stream created": 1,
            "recording started": 1,
            "live": 2,
            "off": 2,
            "clip created": 1,
            "content created": 1,
            "content ready": 1,
        },
        begins="",
        ends="",
        kept="content ready",
    )

    def __init__(
        self,
        clock: Clock,
        *,
        token_id: str = DEFAULT_TOKEN_ID,
        secret_key: str = DEFAULT_SECRET_KEY,
        requests_per_second: float | None = None,
    ) -> None:
        self._account = Account(Agenda(clock))
        self._gate = Gate(self._account, token_id, secret_key, requests_per_second)
        super().__init__(self._account, self._gate)

    # -- life --------------------------------------------------------------------------------------------------------------

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Livestreams, clips and contents."""
        return Api(self._account).routes()

    def environment(self) -> dict[str, str]:
        """The settings of a bot that uses this account."""
        return {
            "VIDEOGRAPH_TOKEN_ID": self._gate.token_id,
            "VIDEOGRAPH_SECRET_KEY": self._gate.secret_key,
            "VIDEOGRAPH_REGION": "us-west-1",
            "VIDEOGRAPH_BASE_URL": self.base_url,
        }

    def secrets(self) -> Iterator[str]:
        """The secret key, the header made of it, and the key of every livestream that is there."""
        yield self._gate.secret_key
        yield self.authorization.removeprefix("Basic ")
        yield from (stream.key for stream in self._account.livestreams.values())

    @property
    def authorization(self) -> str:
        """The header that is accepted."""
        pair = f"{self._gate.token_id}:{self._gate.secret_key}"
        return "Basic " + base64.b64encode(pair.encode()).decode()

    @property
    def habits(self) -> Habits:
        """Every delay and switch of the vendor's behaviour."""
        return self._account.habits

    def stream(self, stream_id: Id) -> Livestream:
        """The vendor's own view of a livestream, for looking at only. KeyError when there is none."""
        self._account.agenda.run_due()
        return self._account.livestreams[str(stream_id)]

    def content(self, content_id: Id) -> Content:
        """The vendor's own view of a content, for looking at only. KeyError when there is none."""
        self._account.agenda.run_due()
        return self._account.contents[str(content_id)]

    # -- the account -------------------------------------------------------------------------------------------------------

    def revoke_token(self, *, revoked: bool = True) -> None:
        """Let the access token have been revoked, or be good again."""
        self._gate.revoked = revoked

    def permit(self, *, write: bool) -> None:
        """Give the access token the right "Video Write", or take it."""
        self._gate.may_write = write

    def fail_next_content(self, count: int = 1) -> None:
        """Let the next clips or contents end as `Failed`."""
        self._account.failing = count

    def refuse_next(
        self,
        path: str = "*",
        *,
        status: int = 400,
        method: str = "*",
        text: str = "Bad request",
        body: bytes | None = None,
        quietly: bool = False,
        times: int | None = 1,
    ) -> Fault:
        """Refuse the next `times` (None: all) requests to `path`, a shell pattern, without any effect.

        The answer is a failure's envelope, `quietly` as a 200, or else `body`.
        """
        raw = failure_body(status, text) if body is None else body
        return self.faults.add(Fault(path, method, times, 200 if quietly else status, raw, {"Content-Type": "application/json"}))

    def left_on(self) -> list[str]:
        """Livestreams that an encoder still feeds."""
        return ["the livestream still has its encoder" for stream in self._account.livestreams.values() if stream.fed]

    # -- the encoder's side ------------------------------------------------------------------------------------------------

    def connect_encoder(self, stream_id: Id) -> bool:
        """Let an encoder push; False when it is refused: no such livestream, one being deleted, or an encoder is there already."""
        self._account.agenda.run_due()
        stream = self._account.livestreams.get(str(stream_id))
        return stream is not None and self._account.connect(stream)

    def push_to(self, url: str) -> bool:
        """Let an encoder push to server and key, joined by a slash; the server must be that of the livestream's kind."""
        self._account.agenda.run_due()
        scheme, _, rest = url.partition("://")
        server, _, key = rest.rpartition("/")
        schemes = ("rtmp", "rtmps") if self.habits.rtmps else ("rtmp",)
        for stream in self._account.livestreams.values():
            if scheme in schemes and (server, key) == (stream.server, stream.key):
                return self._account.connect(stream)
        return False

    def drop_signal(self, stream_id: Id) -> bool:
        """Let the encoder fall silent: `Idle` a few seconds later. False when none was connected."""
        self._account.agenda.run_due()
        stream = self._account.livestreams.get(str(stream_id))
        return stream is not None and self._account.drop(stream)
