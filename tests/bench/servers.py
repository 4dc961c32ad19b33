"""Everything that is measured and everything around it, each in a process of its own: `python -m tests.bench.servers <role>`.

A role reads its configuration as one line of JSON from its standard input, prints one line of JSON when it can be asked, and ends
when its input does. All of them run on uvloop and are served by uvicorn with httptools, set up by the product's own `serve`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, cast

import httpx
import uvloop
from aiohttp import web as aiohttp_web
from aiohttp.typedefs import Handler, Middleware
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

import commands
from bot.app import Bot, World, freeze_imports
from bot.http_messages import Answered, read_body
from bot.operations.steps import HTTP_TIMEOUT
from bot.outbox import Pace
from bot.providers.catalogue import accounts
from bot.sandbox.clock import RehearsalClock
from bot.sandbox.faults import Fault
from bot.sandbox.gcore import GcoreCloud
from bot.sandbox.server import LocalServer
from bot.sandbox.slack import SlackEmulator
from bot.settings import load_settings
from bot.slack.guard import Passed, check
from bot.slack.manifest import build
from bot.web import serve
from tests.bench import alarms

Config = Mapping[str, Any]
Ready = dict[str, Any]

UNPACED = Pace(post_gap=0.001, post_burst=1000)
"""For measuring what the bot adds: Slack's one post a second in a channel is Slack's, and this Slack has its limits off."""


HANGING = 3600.0
"""Real seconds for which a provider that hangs answers nothing: longer than anybody waits."""


# -- the contestants --------------------------------------------------------------------------------------------------
@asynccontextmanager
async def showcaller(config: Config) -> AsyncIterator[Ready]:
    """The whole bot as `python -m bot run` composes it, logging to its standard error.

    `unpaced` takes Slack's pace away; `timeout` is how long it waits for an answer of the provider, in seconds.
    """
    world = World(pace=UNPACED if config.get("unpaced") else Pace(), timeout=float(config.get("timeout", HTTP_TIMEOUT)))
    registry = commands.load()
    freeze_imports()
    bot = Bot(load_settings(accounts(), config["env"], None), registry, world)
    await bot.start()
    yield {"port": bot.web.port}
    await bot.stop()


@asynccontextmanager
async def bolt(config: Config) -> AsyncIterator[Ready]:
    """Slack's own framework with one listener; `pbr` sets `process_before_response`.

    It only acknowledges; where a file to keep requests in is named, it commits a row of each before, in a thread, as anybody would.
    """
    client = AsyncWebClient(token=config["token"], base_url=config["api_url"])
    app = AsyncApp(
        token=config["token"], signing_secret=config["secret"], client=client, process_before_response=bool(config["pbr"])
    )

    keep = _kept_in(Path(config["keeps"])) if "keeps" in config else None

    async def acknowledge(ack: AsyncAck, body: Mapping[str, Any]) -> None:
        if keep is not None:
            await asyncio.to_thread(keep, body)
        await ack()

    app.command("/live")(acknowledge)
    handler = AsyncSlackRequestHandler(app)

    async def events(request: Request) -> Response:
        return await handler.handle(request)

    async with _served(Starlette(routes=[Route("/slack/events", events, methods=["POST"])])) as ready:
        yield ready


@asynccontextmanager
async def least(config: Config) -> AsyncIterator[Ready]:
    """The least that proves a command and keeps it: our check, a commit that the whole loop waits for, an empty answer."""
    keep = _kept_in(Path(config["keeps"]))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        verdict = check(await read_body(scope, receive) or b"", Headers(scope=scope), config["secret"], time.time())
        if isinstance(verdict, Passed):
            keep(verdict.body)
        await Answered(200 if isinstance(verdict, Passed) else 401).send(send)

    async with _served(app) as ready:
        yield ready


def _kept_in(file: Path) -> Callable[[Mapping[str, Any]], None]:
    """Commits who asked for what to a file as durable as ours: WAL, and every commit waits for the disk."""
    db = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE requests (key TEXT PRIMARY KEY, user TEXT NOT NULL, what TEXT NOT NULL) STRICT")

    def keep(body: Mapping[str, Any]) -> None:
        db.execute("INSERT INTO requests VALUES (?, ?, ?)", (body["trigger_id"], body["user_id"], body["text"]))

    return keep


@asynccontextmanager
async def bare(_: Config) -> AsyncIterator[Ready]:
    """A Starlette endpoint that reads the body and stores nothing."""

    async def take(request: Request) -> Response:
        await request.body()
        return Response(status_code=200)

    async with _served(Starlette(routes=[Route("/webhooks/{provider}/{secret}", take, methods=["POST"])])) as ready:
        yield ready


@asynccontextmanager
async def _served(app: ASGIApp) -> AsyncIterator[Ready]:
    server = await serve(app, "127.0.0.1", 0)
    yield {"port": server.port}
    await server.stop()


# -- the world around them --------------------------------------------------------------------------------------------
class TimedSlack(SlackEmulator):
    """Slack, which says when a post reached its door, before it does anything with it."""

    def _application(self) -> aiohttp_web.Application:
        inner = super()._application()
        inner.middlewares.insert(0, cast("Middleware", _note_arrival))
        return inner


@aiohttp_web.middleware
async def _note_arrival(request: aiohttp_web.Request, handler: Handler) -> aiohttp_web.StreamResponse:
    at = time.monotonic()
    answer = await handler(request)
    if request.path.endswith("/chat.postMessage"):
        _say({"at": at, "post": str((await request.json())["metadata"]["event_payload"])})
    return answer


@asynccontextmanager
async def studio(config: Config) -> AsyncIterator[Ready]:
    """Slack, the provider with `streams` streams, and a place where answers to commands are taken.

    `on <id>` starts an encoder; `hang` lets the provider answer nothing more until `mend`.
    """
    slack = TimedSlack(build(command="/live", commands_hint="help"), rate_limits=False)
    ana = slack.add_user("ana", tz="Europe/Berlin")
    channel = slack.add_channel("studio", members=[ana])
    cloud = GcoreCloud(RehearsalClock(rate=1.0), active_limit=10_000, page_size=100)
    cloud.habits.live_delay = 0.0
    answers = aiohttp_web.Application()
    answers.router.add_post("/answers", _take_answer)
    desk = LocalServer(answers)
    await slack.start()
    await cloud.start()
    await desk.start()
    streams = await _create_streams(cloud, int(config["streams"]))
    listening = asyncio.create_task(_follow_orders(cloud))
    yield {
        "api_url": slack.api_url,
        "token": slack.bot_token,
        "secret": slack.signing_secret,
        "user": ana.id,
        "channel": channel.id,
        "cloud_url": cloud.base_url,
        "cloud_token": cloud.token,
        "answers": f"{desk.url}/answers",
        "streams": streams,
    }
    listening.cancel()
    await desk.stop()
    await cloud.stop()
    await slack.stop()


async def _take_answer(request: aiohttp_web.Request) -> aiohttp_web.Response:
    await request.read()
    return aiohttp_web.Response(text="ok")


async def _create_streams(cloud: GcoreCloud, count: int) -> list[int]:
    headers = {"Authorization": f"APIKey {cloud.token}"}
    async with httpx.AsyncClient(base_url=cloud.base_url, headers=headers, trust_env=False) as client:
        made = [
            await client.post("/streaming/streams", json={"name": f"Stream {number}", "active": True}) for number in range(count)
        ]
    return [int(answer.json()["id"]) for answer in made]


async def _follow_orders(cloud: GcoreCloud) -> None:
    async for line in _lines():
        order, *about = line.split()
        if order == "on":
            cloud.connect_encoder(int(about[0]))
            await cloud.settle()
        elif order == "hang":
            cloud.faults.add(Fault(times=None, delay=HANGING))
        else:
            cloud.faults.clear()
        _say({order: "".join(about)})


# -- one process ------------------------------------------------------------------------------------------------------
def alarm(config: Config) -> AbstractAsyncContextManager[Ready]:
    """One of the alarm clocks."""
    return alarms.alarm(config, _lines(), _say)


ROLES: Mapping[str, Callable[[Config], AbstractAsyncContextManager[Ready]]] = {
    "showcaller": showcaller,
    "bolt": bolt,
    "bare": bare,
    "least": least,
    "studio": studio,
    "alarm": alarm,
}

OBEDIENT = ("studio", "alarm")
"""Those who follow orders: they read their standard input themselves."""

_ended = asyncio.Event()


async def _lines() -> AsyncIterator[str]:
    while line := await asyncio.to_thread(sys.stdin.readline):
        yield line
    _ended.set()


def _say(what: Ready) -> None:
    print(json.dumps(what), flush=True)  # noqa: T201 - this process talks to its parent


async def _play(role: str) -> None:
    config = json.loads(sys.stdin.readline())
    async with ROLES[role](config) as ready:
        _say(ready)
        if role not in OBEDIENT:
            async for _ in _lines():
                pass
        await _ended.wait()


def main(role: str) -> None:
    """Play one role until the standard input ends."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    for noisy in ("httpx", "httpcore", "slack_sdk", "slack_bolt", "apscheduler", "aiohttp", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        work: Awaitable[None] = _play(role)
        runner.run(work)  # type: ignore[arg-type]


if __name__ == "__main__":
    main(sys.argv[1])
