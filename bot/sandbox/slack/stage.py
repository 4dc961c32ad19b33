"""What every part of the emulator stands on: one app in one workspace, its tokens, and the server that it talks to."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from email.utils import formatdate
from typing import Self, cast

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.sandbox.faults import Faults
from bot.sandbox.server import LocalServer
from bot.sandbox.slack.answers import Answers
from bot.sandbox.slack.courier import Courier
from bot.sandbox.slack.http_delivery import HttpDelivery
from bot.sandbox.slack.limits import RateLimits
from bot.sandbox.slack.log import Log
from bot.sandbox.slack.manifest import Manifest
from bot.sandbox.slack.nouns import Json
from bot.sandbox.slack.payloads import Payloads
from bot.sandbox.slack.sockets import Sockets
from bot.sandbox.slack.tickets import Tickets
from bot.sandbox.slack.time import SlackTime
from bot.sandbox.slack.watching import Watching
from bot.sandbox.slack.web_api import WebApi
from bot.sandbox.slack.web_api.endpoint import Failure
from bot.sandbox.slack.web_api.files import receive_upload
from bot.sandbox.slack.web_api.method import Backstage
from bot.sandbox.slack.workspace import TEAM, Workspace

LARGEST_BODY = 64 * 1024 * 1024


class Stage(Watching):
    """Starts, stops and resets the emulator, and holds its parts."""

    def __init__(
        self,
        manifest: Mapping[str, object],
        *,
        clock: SlackTime | None = None,
        rate_limits: bool = True,
        declined: Iterable[str] = (),
    ) -> None:
        self.clock = clock or SlackTime()
        self.manifest = Manifest.parse(manifest, declined=frozenset(declined))
        super().__init__(Workspace(self.clock, self.manifest.bot_name), Log())
        self.bot_token = f"xoxb-{secrets.token_hex(12)}"
        self.app_token = f"xapp-1-{secrets.token_hex(12)}"
        self.signing_secret = secrets.token_hex(16)
        self.team_id = TEAM
        self.bot_user_id = self.workspace.bot.id
        self.faults = Faults()
        self._offered: dict[str, list[Json]] = {}
        self._picked: dict[tuple[str, str], Json] = {}
        self._verification_token = secrets.token_hex(12)
        self._build(rate_limits)

    def _build(self, rate_limits: bool) -> None:
        changed = self.workspace.changed
        self.tickets = Tickets()
        self.sockets = Sockets(self.clock, self.workspace.app_id, changed)
        self.http = HttpDelivery(self.clock, self.manifest, self.signing_secret, self._verification_token)
        self._backstage = Backstage(self.manifest, self.workspace, self.tickets, self.sockets, self.clock, lambda: self._server.url)
        self.web_api = WebApi(self._backstage, self.bot_token, self.app_token, RateLimits(rate_limits), self.log)
        self._answers = Answers(self._backstage, self.log)
        self._payloads = Payloads(self.workspace, self._verification_token)
        self._courier = Courier(
            self.manifest, self.workspace, self.clock, self.log, self.sockets, self.http, self._verification_token, changed
        )
        self.workspace.hear(self._courier.happened)
        self._server = LocalServer(self._application())

    def _application(self) -> web.Application:
        app = web.Application(middlewares=[cast("Middleware", self.faults.middleware())], client_max_size=LARGEST_BODY)
        app.on_response_prepare.append(self._date)
        app.router.add_route("*", "/api/{method}", self.web_api.handle)
        app.router.add_get("/link/", self.sockets.upgrade)
        app.router.add_post("/upload/v1/{file}", self._receive_upload)
        for kind in ("commands", "actions"):
            app.router.add_post(f"/{kind}/T/{{secret}}", self._answers.receive)
        return app

    async def _date(self, _: web.Request, answer: web.StreamResponse) -> None:
        """Every answer, a failure too, is dated by Slack's clock, as its messages are."""
        answer.headers["Date"] = formatdate(self.clock.time(), usegmt=True)

    async def _receive_upload(self, request: web.Request) -> web.StreamResponse:
        return await receive_upload(self._backstage, request)

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1, at any free port unless one is named."""
        await self._server.start(port)

    async def stop(self) -> None:
        """Cut every connection and close the port."""
        await self._courier.stop()
        await self.sockets.stop()
        await self.http.stop()
        await self._server.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.stop()

    @property
    def api_url(self) -> str:
        """What the app is to use for `https://slack.com/api/`."""
        return f"{self._server.url}/api/"

    def use_http(self, base_url: str) -> None:
        """Deliver to this scheme, host and port instead of those the manifest's URLs name."""
        self.http.use(base_url)

    def fail(self, method: str, error: str, *, times: int = 1, retry_after: int | None = None, after: int = 0) -> None:
        """Let the next calls of a method answer with this error, `after` so many that go well.

        With `retry_after` (seconds) as HTTP 429.
        """
        self.web_api.failures.append(Failure(method, error, times, retry_after, after))

    def revoke_token(self) -> None:
        """An administrator revokes the bot token: it answers token_revoked from now on."""
        self.web_api.revoked = True
        self.workspace.tell({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [self.bot_user_id]}}, None)

    def uninstall(self) -> None:
        """An administrator removes the app from the workspace."""
        self.revoke_token()
        self.workspace.tell({"type": "app_uninstalled"}, None)

    def reset(self) -> None:
        """Forget messages, screens, logs, limits and faults; people, channels and connections stay."""
        self.workspace.forget()
        self.log.clear()
        self.tickets.triggers.clear()
        self.tickets.response_urls.clear()
        self.web_api.limits.clear()
        self._offered.clear()
        self._picked.clear()
        self.web_api.failures.clear()
        self.web_api.revoked = False
        self.faults.clear()
