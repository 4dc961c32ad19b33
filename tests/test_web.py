"""What the bot answers over HTTP, asked over real sockets."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import SettingsError, StoreError
from bot.http_messages import Series
from bot.web import WebServer, build, render, serve

Json = dict[str, Any]
NEW, OLD = "new-secret-new-secret", "old-secret-old-secret"
LIVE = {"type": "stream", "stream_id": 7, "live": True}


@dataclass
class Letterbox:
    """Keeps what was accepted; jammed, it raises."""

    letters: list[tuple[str, Json]] = field(default_factory=list)
    jam: Exception | None = None

    async def accept(self, provider: str, body: Json) -> None:
        if self.jam is not None:
            raise self.jam
        self.letters.append((provider, body))


@dataclass(frozen=True)
class Said:
    """An answer to Slack."""

    status: int
    body: str
    content_type: str


class Echo:
    """A link to Slack that says what it was sent."""

    async def answer(self, raw: bytes, headers: Mapping[str, str]) -> Said:
        return Said(200, f"{headers.get('x-slack-signature')} {raw.decode()}", "text/plain")


@dataclass(frozen=True)
class Bot:
    """The bot as the world sees it."""

    server: WebServer
    box: Letterbox
    http: httpx.AsyncClient

    async def webhook(self, provider: str = "gcore", secret: str = NEW, **sent: Any) -> int:
        answer = await self.http.post(f"/webhooks/{provider}/{secret}", **(sent or {"json": LIVE}))
        assert answer.content == b""
        return answer.status_code


@asynccontextmanager
async def running(
    *,
    checks: Mapping[str, Callable[[], Awaitable[str]]] | None = None,
    metrics: Callable[[], Iterable[Series]] = tuple,
    slack: Echo | None = None,
    secrets: tuple[str, ...] = (NEW, OLD),
) -> AsyncIterator[Bot]:
    box = Letterbox()
    app = build(
        providers=["gcore", "aioz"],
        webhook_secrets=[SecretStr(secret) for secret in secrets],
        accept=box.accept,
        checks=checks or {},
        metrics=metrics,
        slack=slack,
    )
    server = await serve(app, "127.0.0.1", 0)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as http:
            yield Bot(server, box, http)
    finally:
        await server.stop()


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    async with running() as up:
        yield up


async def test_a_webhook_is_kept_and_then_answered(bot: Bot) -> None:
    assert await bot.webhook() == 200
    assert bot.box.letters == [("gcore", LIVE)]


async def test_both_secrets_are_valid_while_one_is_being_replaced(bot: Bot) -> None:
    assert [await bot.webhook(secret=NEW), await bot.webhook("aioz", OLD)] == [200, 200]


@pytest.mark.parametrize(
    ("provider", "secret"), [("gcore", "guessed-guessed-guess"), ("gcore", NEW[:-1]), ("vimeo", NEW), ("gjirafa", NEW)]
)
async def test_a_wrong_address_is_not_found(bot: Bot, provider: str, secret: str) -> None:
    assert await bot.webhook(provider, secret) == 404
    assert bot.box.letters == []


async def test_odd_paths_are_not_found(bot: Bot) -> None:
    for path in ("/webhooks/gcore/", "/webhooks/gcore", f"/webhooks/gcore/{NEW}/x", "/webhooks/gcore/%ff%fe", "/"):
        assert (await bot.http.post(path, json=LIVE)).status_code == 404
    assert (await bot.http.delete(f"/webhooks/gcore/{NEW}")).status_code == 405


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b"1", b"{", b"\xff", b"\xef\xbb\xbf", b"[" * 100_000])
async def test_what_is_no_json_object_is_a_bad_request(bot: Bot, raw: bytes) -> None:
    assert await bot.webhook(content=raw) == 400
    assert bot.box.letters == []


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (b'{"a": NaN, "b": Infinity, "c": 1e400, "d": -Infinity}', {"a": None, "b": None, "c": None, "d": None}),
        (b'{"a": "\\ud800 \\ud83d\\ude00 \\u0000!"}', {"a": "\ufffd 😀 !"}),
        (b'{"a": "\xed\xa0\x80"}', {"a": "\ufffd"}),
        (b'\xef\xbb\xbf{"a": 1}\r\n\x00', {"a": 1}),
        ('{"a": "é"}'.encode("utf-16"), {"a": "é"}),
        ('{"a": "é"}'.encode("utf-16-be"), {"a": "é"}),
        ('{"a": "é"}'.encode("utf-32"), {"a": "é"}),
        (b'{"a": "Caf\xe9"}', {"a": "Caf\ufffd"}),
        (b'{"a": ' + b"9" * 400 + b', "b": ' + b"9" * 5000 + b', "c": ' + b"9" * 20 + b"}", {"a": None, "b": None, "c": "9" * 20}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'{"a": {"b": ' + b"[" * 300 + b"]" * 300 + b"}}", None),
    ],
)
async def test_what_is_plainly_json_is_kept_cleaned(bot: Bot, raw: bytes, kept: Json | None) -> None:
    assert await bot.webhook(content=raw) == 200
    [(_, body)] = bot.box.letters
    assert kept is None or body == kept
    json.dumps(body, allow_nan=False, ensure_ascii=False).encode()


async def test_a_charset_that_is_declared_is_read(bot: Bot) -> None:
    raw, headers = b'{"a": "Caf\xe9"}', {"content-type": "application/json; charset=ISO-8859-1"}
    assert await bot.webhook(content=raw, headers=headers) == 200
    assert await bot.webhook(content='{"a": "Café"}'.encode(), headers=headers) == 200
    assert await bot.webhook(content=raw, headers={"content-type": "text/plain; charset=nonsense"}) == 200
    assert [body["a"] for _, body in bot.box.letters] == ["Café", "Café", "Caf\ufffd"]


async def test_too_much_is_refused_by_its_announced_length(bot: Bot) -> None:
    assert await bot.webhook(content=b"x" * (1024 * 1024 + 1)) == 413
    assert await bot.webhook(json={"a": "x" * (1024 * 1024 - 20)}) == 200


async def test_too_much_is_refused_while_it_still_comes(bot: Bot) -> None:
    async def flood() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 65536

    try:
        status = await bot.webhook(content=flood())
    except httpx.TransportError:
        return  # closed before all of it was sent: refused all the same
    assert status == 413


async def test_a_caller_who_hangs_up_breaks_nothing(bot: Bot) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", bot.server.port)
    writer.write(f"POST /webhooks/gcore/{NEW} HTTP/1.1\r\nHost: bot\r\nContent-Length: 100\r\n\r\n{{".encode())
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert await bot.webhook() == 200


async def test_what_cannot_be_kept_is_to_be_sent_again(bot: Bot) -> None:
    bot.box.jam = StoreError("The database is full.")
    assert await bot.webhook() == 503
    bot.box.jam = RuntimeError("a bug")
    assert await bot.webhook() == 503
    bot.box.jam = None
    assert await bot.webhook() == 200


async def test_no_log_line_holds_the_secret(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    bot.box.jam = RuntimeError("a bug")
    await bot.webhook()
    await bot.webhook(content=b"x")
    own = [record.getMessage() for record in caplog.records if record.name.partition(".")[0] in {"bot", "uvicorn"}]
    assert any("/webhooks/{provider}/{secret}" in line for line in own)
    assert not any(NEW in line for line in own)


async def test_without_a_secret_there_are_no_webhooks() -> None:
    async with running(secrets=()) as bot:
        assert (await bot.http.post("/webhooks/gcore/", json=LIVE)).status_code == 404
        assert (await bot.http.post("/webhooks/gcore/x", json=LIVE)).status_code == 404


async def test_slack_is_answered_in_http_mode_only(bot: Bot) -> None:
    assert (await bot.http.post("/slack/events", content=b"x")).status_code == 404
    async with running(slack=Echo()) as listening:
        answer = await listening.http.post("/slack/events", content=b"x=1", headers={"X-Slack-Signature": "v0=1"})
        assert (answer.status_code, answer.text) == (200, "v0=1 x=1")
        assert (await listening.http.post("/slack/events", content=b"x" * 1_048_577)).status_code == 413
        assert (await listening.http.get("/slack/events")).status_code == 405


async def test_it_says_that_it_lives(bot: Bot) -> None:
    assert (await bot.http.get("/healthz")).status_code == 200


async def test_it_is_ready_when_every_check_is_well() -> None:
    reasons = {"database": "", "slack": ""}

    def check(name: str) -> Callable[[], Awaitable[str]]:
        async def ask() -> str:
            if reasons[name] == "broken":
                raise RuntimeError("a bug")
            return reasons[name]

        return ask

    async with running(checks={name: check(name) for name in reasons}) as bot:
        assert (await bot.http.get("/readyz")).status_code == 200
        reasons["slack"] = "Slack answers on none of the connections."
        answer = await bot.http.get("/readyz")
        assert (answer.status_code, answer.json()) == (503, {"slack": "Slack answers on none of the connections."})
        reasons["slack"] = "broken"
        answer = await bot.http.get("/readyz")
        assert (answer.status_code, answer.json()) == (503, {"slack": "The check itself failed (RuntimeError)."})


async def test_the_metrics_count_webhooks_by_outcome_and_carry_what_was_handed_in() -> None:
    link = Series("showcaller_slack_reconnects_total", "counter", "Sessions after the first.", {(): 3})
    async with running(metrics=lambda: [link]) as bot:
        await bot.webhook()
        await bot.webhook(secret="guessed-guessed-guess")
        await bot.webhook("nobody-knows-this-one")
        await bot.webhook(content=b"x")
        answer = await bot.http.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert answer.text.splitlines() == [
        "# HELP showcaller_slack_reconnects_total Sessions after the first.",
        "# TYPE showcaller_slack_reconnects_total counter",
        "showcaller_slack_reconnects_total 3",
        "# HELP showcaller_webhooks_total Webhooks received.",
        "# TYPE showcaller_webhooks_total counter",
        'showcaller_webhooks_total{provider="gcore",outcome="accepted"} 1',
        'showcaller_webhooks_total{provider="gcore",outcome="malformed"} 1',
        'showcaller_webhooks_total{provider="gcore",outcome="refused"} 1',
        'showcaller_webhooks_total{provider="unknown",outcome="unknown provider"} 1',
    ]


def test_labels_and_numbers_are_written_as_prometheus_reads_them() -> None:
    text = render([Series("a", "gauge", "of\nlines", {(("who", 'say "é" \\ \n'),): 0.5})])
    assert text == '# HELP a of\\nlines\n# TYPE a gauge\na{who="say \\"é\\" \\\\ \\n"} 0.5\n'


async def test_a_taken_port_is_a_matter_of_settings(bot: Bot) -> None:
    with pytest.raises(SettingsError, match=rf"PORT {bot.server.port} .* cannot be listened on"):
        await serve(build(providers=[], webhook_secrets=[], accept=bot.box.accept, checks={}), "127.0.0.1", bot.server.port)


async def test_a_request_under_way_is_answered_before_the_server_stops(bot: Bot) -> None:
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> str:
        arrived.set()
        await go_on.wait()
        return ""

    app = build(providers=[], webhook_secrets=[], accept=bot.box.accept, checks={"slow": slow})
    server = await serve(app, "127.0.0.1", 0)
    async with httpx.AsyncClient() as http:
        asking = asyncio.create_task(http.get(f"http://127.0.0.1:{server.port}/readyz"))
        await arrived.wait()
        stopping = asyncio.create_task(server.stop())
        go_on.set()
        assert (await asking).status_code == 200
        await stopping


@given(
    st.binary(max_size=64) | st.dictionaries(st.text(max_size=5), st.text(max_size=5)).map(lambda body: json.dumps(body).encode())
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
async def test_nothing_posted_is_answered_with_500(raw: bytes) -> None:
    box = Letterbox()
    app = build(providers=["gcore"], webhook_secrets=[SecretStr(NEW)], accept=box.accept, checks={})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bot") as http:
        answer = await http.post(f"/webhooks/gcore/{NEW}", content=raw)
    assert answer.status_code == (200 if box.letters else 400)
