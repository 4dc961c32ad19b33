"""Starts the processes of one measurement, writes the requests that are sent to them, and asks over one kept connection."""

from __future__ import annotations

import itertools
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlencode

from bot.slack.guard import sign

ROOT = Path(__file__).resolve().parents[2]
WEBHOOK_SECRET = "bench-" + "0123456789abcdef"
COMMAND_TEXT = "go nosuchshow"
"""It asks for an effect, so its request row is committed before the acknowledgement; then it is refused, which costs little."""

START_WITHIN = 20.0
"""Real seconds for a process to be ready."""


@dataclass
class Server:
    """A process of ours and what it said when it was ready."""

    name: str
    process: subprocess.Popen[str]
    ready: dict[str, Any] = field(default_factory=dict)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.ready["port"])

    def tell(self, line: str) -> None:
        """Write one line to it."""
        stdin = _pipe(self.process.stdin)
        stdin.write(line + "\n")
        stdin.flush()

    def hear(self) -> dict[str, Any]:
        """Its next line; RuntimeError if it ended instead."""
        line = _pipe(self.process.stdout).readline()
        if not line:
            raise RuntimeError(f"{self.name} ended with {self.process.wait()}; see its log")
        heard: dict[str, Any] = json.loads(line)
        return heard


def _pipe(end: IO[str] | None) -> IO[str]:
    if end is None:
        raise RuntimeError("no pipe to this process")
    return end


@contextmanager
def running(role: str, config: Mapping[str, Any], folder: Path) -> Iterator[Server]:
    """One role of `tests.bench.servers`, ready to be asked; its log is `<role>.log` in `folder`."""
    with (folder / f"{role}.log").open("a") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.servers", role],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        )
        server = Server(role, process)
        try:
            server.tell(json.dumps(config))
            server.ready = server.hear()
            yield server
        finally:
            process.kill()  # nothing that was measured needs its farewell
            process.wait()
            _pipe(process.stdin).close()
            _pipe(process.stdout).close()


@contextmanager
def showcaller(studio: Server, folder: Path, **world: float) -> Iterator[Server]:
    """The whole bot in HTTP mode on the database file in `folder`, connected to the studio and well; `world` is for its role."""
    there = studio.ready
    env = {
        "SLACK_BOT_TOKEN": there["token"],
        "SLACK_SIGNING_SECRET": there["secret"],
        "SLACK_API_URL": there["api_url"],
        "GCORE_API_TOKEN": there["cloud_token"],
        "GCORE_BASE_URL": there["cloud_url"],
        "GCORE_CHANNEL": there["channel"],
        "WEBHOOK_SECRET": WEBHOOK_SECRET,
        "DATABASE_URL": f"sqlite:///{database(folder)}",
        "PORT": "0",
    }
    with running("showcaller", {"env": env, **world}, folder) as server:
        wait_until_well(server.port)
        yield server


def database(folder: Path) -> Path:
    """The file that the bot of a measurement writes."""
    return folder / "showcaller.db"


def metric(line: KeptConnection, name: str) -> float:
    """What the bot's `/metrics` says of `showcaller_<name>`."""
    _, body = line.ask(request("GET", "/metrics"))
    return float(body.partition(f"\nshowcaller_{name} ".encode())[2].split(b"\n")[0])


def order(studio: Server, what: str) -> None:
    """Let the studio do something, and return when it is done."""
    studio.tell(what)
    studio.hear()


def wait_until_well(port: int) -> None:
    """Return when `/readyz` says 200; RuntimeError when it does not within 20 s."""
    line, until = KeptConnection(port), time.monotonic() + START_WITHIN
    while line.ask(request("GET", "/readyz"))[0] != 200:
        if time.monotonic() > until:
            raise RuntimeError("the bot did not become ready")
        time.sleep(0.02)
    line.close()


# -- requests ---------------------------------------------------------------------------------------------------------
def request(method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> bytes:
    """An HTTP request as it goes over the wire."""
    head = {"Host": "127.0.0.1", "Content-Length": str(len(body)), **(headers or {})}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


_numbers = itertools.count(1)


def command(studio: Server) -> bytes:
    """A signed slash command as Slack sends it, with a trigger id of its own."""
    world = studio.ready
    fields = {
        "token": "verification",
        "team_id": "T07TEAM001",
        "team_domain": "rehearsal",
        "channel_id": world["channel"],
        "channel_name": "studio",
        "user_id": world["user"],
        "user_name": "ana",
        "command": "/live",
        "text": COMMAND_TEXT,
        "api_app_id": "A07APP0001",
        "is_enterprise_install": "false",
        "response_url": world["answers"],
        "trigger_id": f"{next(_numbers)}.{time.time_ns()}.bench",
    }
    body, stamp = urlencode(fields).encode(), str(int(time.time()))
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": sign(body, stamp, world["secret"]),
    }
    return request("POST", "/slack/events", body, headers)


def webhook(stream: int, *, live: bool) -> bytes:
    """Gcore's `stream` event, the current edition with all its fields (Gcore webhook page)."""
    number = next(_numbers)
    entity = {
        "id": stream,
        "live": live,
        "recording": False,
        "backup_live": False,
        "client_user_id": str(number),
        "client_entity_data": None,
        "pull": False,
        "uri": f"rtmp://vp-push-ix1.gvideo.co/in/{stream}?{number:032x}",
        "stream_source_type": "rtmp",
    }
    body = json.dumps({"type": "stream", "message": {"stream": entity}}).encode()
    return request("POST", f"/webhooks/gcore/{WEBHOOK_SECRET}", body, {"Content-Type": "application/json"})


class KeptConnection:
    """A client that costs next to nothing: one blocking socket, one request at a time, kept alive."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, sent: bytes) -> tuple[int, bytes]:
        """Status and body of the answer."""
        self._socket.sendall(sent)
        heard = b""
        while True:
            more = self._socket.recv(65536)
            if not more:
                raise ConnectionError("the server hung up")
            heard += more
            head, end, body = heard.partition(b"\r\n\r\n")
            if end and len(body) >= _length(head):
                return int(head[9:12]), body

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
