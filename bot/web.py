"""What the bot answers over HTTP: Slack, the providers' webhooks, and those who watch over it.

A log line gives a route's template and never a path, since a webhook's path ends in its secret.
"""

from __future__ import annotations

import asyncio
import json
import logging
import socket
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

import uvicorn
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot.errors import SettingsError
from bot.http_limits import LimitedProtocol
from bot.http_messages import Answered, Series, read_body
from bot.log import RateLimitedLog
from bot.webhooks import Accept, Refused, Webhooks, unheard, webhook_address

log = logging.getLogger(__name__)

_repeated = RateLimitedLog(log)

SLACK_ROUTE = "/slack/events"

Check = Callable[[], Awaitable[str]]
"""Empty if well, else the reason in one sentence."""


class SlackEndpoint(Protocol):
    """The part of `SlackLink` that HTTP needs."""

    async def answer(self, raw: bytes, headers: Mapping[str, str]) -> SlackReply:
        """Answer a request, whatever is in it."""


class SlackReply(Protocol):
    """An answer to Slack."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def body(self) -> str:
        """The text of it."""

    @property
    def content_type(self) -> str:
        """Its media type; empty if there is no text."""


def render(series: Iterable[Series]) -> str:
    """Prometheus' text format, version 0.0.4."""
    return "".join(f"{line}\n" for each in series for line in _lines(each))


def build(
    *,
    providers: Collection[str],
    webhook_secrets: Collection[SecretStr],
    accept: Accept,
    checks: Mapping[str, Check],
    metrics: Callable[[], Iterable[Series]] = tuple,
    slack: SlackEndpoint | None = None,
    degraded: Callable[[], Mapping[str, str]] = dict,
    refused: Refused = unheard,
) -> ASGIApp:
    """The application. `checks` decide whether it is ready, what is `degraded` is told in the same answer only.

    `slack` is handed in for HTTP mode only; without webhook secrets there are no webhook routes. `refused` is told of webhooks that
    are refused although their secret is valid.
    """
    webhooks = Webhooks(providers, webhook_secrets, accept, refused)

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def readyz(_: Request) -> Response:
        return await _readiness(checks, degraded())

    async def scrape(_: Request) -> Response:
        return PlainTextResponse(
            render([*metrics(), *webhooks.series()]), headers={"content-type": "text/plain; version=0.0.4; charset=utf-8"}
        )

    pages = Starlette(routes=[Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", scrape)])
    return FrontDoor(pages, webhooks if webhook_secrets else None, slack)


class FrontDoor:
    """Answers Slack and the providers before Starlette routes anything: both are in a hurry, and both wait for a commit."""

    def __init__(self, inner: ASGIApp, webhooks: Webhooks | None, slack: SlackEndpoint | None) -> None:
        self._inner = inner
        self._webhooks = webhooks
        self._slack = slack

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what comes to one of the two; hand on everything else."""
        path = scope["path"] if scope["type"] == "http" else ""
        if self._slack is not None and [*filter(None, path.split("/"))] == SLACK_ROUTE.split("/")[1:]:
            answered = Answered(405)
            if scope["method"] == "POST":
                answered = await _from_slack(self._slack, scope, receive)
        elif self._webhooks is not None and (address := webhook_address(path)) is not None:
            answered = await self._webhooks.answer(*address, scope, receive)
        else:
            await self._inner(scope, receive, send)
            return
        await answered.send(send)


class WebServer:
    """Serves the application inside the loop that runs everything else."""

    def __init__(self, app: ASGIApp, host: str, port: int, protocol: type[HttpToolsProtocol] = LimitedProtocol) -> None:
        """`protocol` is uvicorn's own only where something is held against it."""
        self._host = host
        self._port = port
        self._server = _Server(
            uvicorn.Config(
                app,
                loop="none",
                http=protocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=75,
                timeout_graceful_shutdown=5,
            )
        )
        self._serving: asyncio.Task[None] | None = None
        self.port = port
        """The port that is listened on; before `start` the one that was asked for, where 0 means any free one."""

    async def start(self) -> None:
        """Listen. Raises SettingsError if the address cannot be listened on."""
        # `access_log=False` only takes its handlers away; one that is added later would print the webhooks' secret.
        logging.getLogger("uvicorn.access").disabled = True
        listener = _listener(self._host, self._port)
        self.port = listener.getsockname()[1]
        self._serving = asyncio.create_task(self._server.serve([listener]), name="web")
        await self._server.listening.wait()

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._server.server_state.connections)

    async def stop(self) -> None:
        """Let requests under way finish, for at most five real seconds, and close."""
        self._server.should_exit = True
        if self._serving is not None:
            await self._serving


async def serve(app: ASGIApp, host: str, port: int) -> WebServer:
    """Start serving, and return the server to be stopped; its `port` is the bound one."""
    server = WebServer(app, host, port)
    await server.start()
    return server


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers (our own drain first), telling when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


def _listener(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=1024)
    except (OSError, UnicodeError) as why:  # a name with an empty or an endless part is no name
        reason = why.strerror if isinstance(why, OSError) else "it is not a host's name"
        raise SettingsError(f"PORT {port} on HOST {host} cannot be listened on ({reason}): choose others.") from why


async def _from_slack(slack: SlackEndpoint, scope: Scope, receive: Receive) -> Answered:
    try:
        raw = await read_body(scope, receive)
    except ClientDisconnect:
        return Answered(400)
    if raw is None:
        _repeated.warning("413", "POST %s: 413", SLACK_ROUTE)
        return Answered(413)
    reply = await slack.answer(raw, Headers(scope=scope))
    return Answered(reply.status, reply.body.encode(), reply.content_type)


async def _readiness(checks: Mapping[str, Check], degraded: Mapping[str, str]) -> Response:
    reasons = dict(zip(checks, await asyncio.gather(*map(_ask, checks.values())), strict=True))
    unwell = {name: reason for name, reason in reasons.items() if reason}
    beside = {"degraded": dict(degraded)} if degraded else {}
    return JSONResponse({**(unwell or {"ready": True}), **beside}, 503 if unwell else 200)


async def _ask(check: Check) -> str:
    try:
        return await asyncio.wait_for(check(), 2)
    except TimeoutError:
        return "No answer within 2 s."
    except Exception as error:  # a check that breaks is an answer too
        log.warning("A check of readiness failed", exc_info=True)
        return f"The check itself failed ({type(error).__name__})."


def _lines(series: Series) -> Iterator[str]:
    yield f"# HELP {series.name} {_escaped(series.meaning)}"
    yield f"# TYPE {series.name} {series.kind}"
    for labels, value in series.values.items():
        inside = ",".join(f"{name}={json.dumps(text, ensure_ascii=False)}" for name, text in labels)
        yield f"{series.name}{'{' + inside + '}' if inside else ''} {value:.17g}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")
