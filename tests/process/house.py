"""The bot as a process of its own, between a Slack and a Gcore that are played in the test's process."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bot.clock import Clock
from bot.sandbox.gcore import GcoreCloud
from bot.sandbox.slack import SlackEmulator
from bot.slack.manifest import build
from tests.contention import PATIENCE, Contention, Stopwatch

ROOT = Path(__file__).resolve().parents[2]
SECRET = "canary-webhook-secret-0123456789"


@dataclass
class Process:
    """One `python -m bot run`."""

    inner: asyncio.subprocess.Process
    stdout: list[str] = field(default_factory=list)
    stderr: list[str] = field(default_factory=list)
    url: str = ""
    _reading: list[asyncio.Task[None]] = field(default_factory=list)

    async def ready(self) -> None:
        """Return when it has printed its line; AssertionError if it ends first."""
        async with asyncio.timeout(PATIENCE):
            while not self.stdout:
                line = await self._line()
                assert line, "".join(self.stderr)
                self.stdout.append(line)
        self.url = self.stdout[0].rpartition(" ")[2].strip()

    async def _line(self) -> str:
        assert self.inner.stdout is not None
        return (await self.inner.stdout.readline()).decode()

    async def end(self, number: signal.Signals | None = signal.SIGTERM) -> float:
        """Ask it to stop, unless it stops by itself; the seconds it took, by a `Stopwatch`."""
        contention = Contention()
        watch = Stopwatch(lambda: contention.of(self.inner.pid))
        if number is not None:
            self.inner.send_signal(number)
        async with asyncio.timeout(PATIENCE):
            ending = asyncio.ensure_future(self._ending())
            while not ending.done():
                watch.passed()  # once it has ended, nobody can say any more how long it waited for a core
                await asyncio.wait({ending}, timeout=0.05)
        return watch.passed()

    async def _ending(self) -> None:
        while line := await self._line():
            self.stdout.append(line)
        await self.inner.wait()
        await asyncio.gather(*self._reading)

    @property
    def code(self) -> int | None:
        """The exit code."""
        return self.inner.returncode

    @property
    def said(self) -> str:
        """Everything it wrote."""
        return "".join(self.stdout + self.stderr)

    async def get(self, path: str) -> httpx.Response:
        """One HTTP request to it."""
        async with httpx.AsyncClient(base_url=self.url, trust_env=False) as http:
            return await http.get(path)

    async def drink(self) -> None:
        """Keep what it logs."""
        assert self.inner.stderr is not None
        while line := await self.inner.stderr.readline():
            self.stderr.append(line.decode(errors="replace"))


class House:
    """Slack, Gcore, and as many processes of the bot as a test starts. Times are real."""

    def __init__(self, folder: Path, *, http: bool = False) -> None:
        self.folder = folder
        self.http = http
        manifest = build(command="/live", commands_hint="help", http_url="https://bot.example" if http else None)
        self.slack = SlackEmulator(manifest, rate_limits=False)
        self.cloud = GcoreCloud(Clock(), token="4711$canarycanarycanarycanary0123")
        self.processes: list[Process] = []

    async def open(self) -> None:
        """Start Slack and Gcore."""
        await self.slack.start()
        await self.cloud.start()
        self.ana = self.slack.add_user("ana", tz="Europe/Berlin")
        self.studio = self.slack.add_channel("studio", members=[self.ana])

    async def close(self) -> None:
        """Stop everything."""
        for process in self.processes:
            if process.inner.returncode is None:
                process.inner.kill()
                await process.inner.wait()
            await asyncio.gather(*process._reading)
        await self.cloud.stop()
        await self.slack.stop()

    def settings(self) -> dict[str, str]:
        """The environment of a bot that works."""
        way = {"SLACK_SIGNING_SECRET": self.slack.signing_secret} if self.http else {"SLACK_APP_TOKEN": self.slack.app_token}
        return {
            **way,
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_API_URL": self.slack.api_url,
            "GCORE_API_TOKEN": self.cloud.token,
            "GCORE_BASE_URL": self.cloud.base_url,
            "WEBHOOK_SECRET": SECRET,
            "DATABASE_URL": f"sqlite:///{self.folder / 'showcaller.db'}",
            "PORT": "0",
            "LOG_LEVEL": "DEBUG",
        }

    async def run(self, changes: Mapping[str, str] | None = None) -> Process:
        """Start a process, with other settings where given; an empty value leaves one out."""
        wanted = {**self.settings(), **(changes or {})}
        env = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
        env |= {"PYTHONPATH": str(ROOT), **{name: value for name, value in wanted.items() if value}}
        inner = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run"),
            cwd=self.folder,
            env=env,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        process = Process(inner)
        process._reading.append(asyncio.create_task(process.drink()))
        self.processes.append(process)
        return process

    async def start(self, changes: Mapping[str, str] | None = None) -> Process:
        """Start a process and wait until it is ready."""
        process = await self.run(changes)
        await process.ready()
        if self.http:
            self.slack.use_http(process.url)
        self.cloud.webhooks.url = f"{process.url}/webhooks/gcore/{SECRET}"
        return process

    async def plan(self, words: str = "Sunday Service in 3h for 20m") -> None:
        """Plan a show as Ana would, and see its card."""
        await self.slack.command(self.ana, self.studio, f"/live plan {words}")
        form = await self.slack.wait_for(lambda slack: slack.modals(self.ana)[-1])
        await self.slack.submit(self.ana, form, {})
        await self.slack.wait_for(lambda slack: ":white_check_mark: Create the broadcast, pending" in self.card)

    @property
    def card(self) -> str:
        """The show's card with its thread, as read; LookupError while there is none."""
        cards = [message for message in self.slack.channel(self.studio).messages if " yours " in str(message.blocks)]
        return self.slack.read(cards[-1])

    async def answer(self, typed: str) -> str:
        """Type a command; what Ana alone is answered."""
        before = len(self.slack.ephemerals(self.ana))
        await self.slack.command(self.ana, self.studio, typed)
        return self.slack.read(await self.slack.wait_for(lambda slack: slack.ephemerals(self.ana)[before]))
