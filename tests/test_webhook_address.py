"""A webhook that is plainly meant is kept; one with the right secret that is refused is counted and told once an hour."""

from __future__ import annotations

import gzip
import json
import logging
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

import commands
from bot.sandbox.rehearsal import Rehearsal
from bot.webhooks import NotAWebhook, webhook_address, webhooks_in
from tests.studio import Studio
from tests.test_web import LIVE, NEW, running

TEXT = json.dumps(LIVE)


@pytest.mark.parametrize(
    "path",
    [
        f"/webhooks/gcore/{NEW}",
        f"/webhooks/gcore/{NEW}/",
        f"/webhooks/gcore/{NEW}//",
        f"//webhooks//gcore/{NEW}",
        f"/webhooks/GCore/{NEW}",
        f"/webhooks/gcore/{quote(NEW, safe='').replace('-', '%2D')}",
        f"/webhooks/gcore/{NEW}%20",
        f"/webhooks/gcore/{NEW}%0A",
        f"/Webhooks/gcore/{NEW}?source=dashboard",
    ],
)
async def test_an_address_as_it_is_pasted(path: str) -> None:
    async with running() as bot:
        assert (await bot.http.post(f"http://127.0.0.1:{bot.server.port}{path}", json=LIVE)).status_code == 200
        assert bot.box.letters == [("gcore", LIVE)]


@pytest.mark.parametrize(
    ("sent", "headers"),
    [
        (b"\xef\xbb\xbf" + TEXT.encode(), {}),
        (TEXT.encode(), {"content-type": "application/x-www-form-urlencoded"}),
        (b"payload=" + quote(TEXT).encode(), {"content-type": "application/x-www-form-urlencoded"}),
        (b"a=b&data=" + quote(TEXT).encode(), {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}),
        (quote(TEXT).encode() + b"=", {"content-type": "application/x-www-form-urlencoded"}),
        (TEXT.encode("utf-16"), {"content-type": "application/json; charset=utf-16"}),
        (TEXT.encode(), {"content-type": "text/plain; charset=nonsense"}),
        (TEXT.encode(), {"content-type": ""}),
        (json.dumps(TEXT).encode(), {"content-type": "application/json"}),
        (json.dumps([LIVE]).encode(), {}),
        (gzip.compress(TEXT.encode(), mtime=0), {"content-encoding": "gzip"}),
        (gzip.compress(TEXT.encode(), mtime=0), {}),
        (zlib.compress(TEXT.encode()), {"content-encoding": "deflate"}),
    ],
)
async def test_a_body_in_another_form(sent: bytes, headers: dict[str, str]) -> None:
    async with running() as bot:
        assert await bot.webhook(content=sent, headers=headers) == 200
        assert bot.box.letters == [("gcore", LIVE)]


async def test_methods_of_dashboards_and_of_others() -> None:
    async with running() as bot:
        path, wrong = f"/webhooks/gcore/{NEW}", "/webhooks/gcore/guessed-guessed-guess"
        for method in ("GET", "HEAD", "OPTIONS"):
            answer = await bot.http.request(method, path)
            assert (answer.status_code, answer.content) == (200, b"")
        assert (await bot.http.put(path, json=LIVE)).status_code == 200
        assert (await bot.http.delete(path)).status_code == 405
        for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE"):
            answer = await bot.http.request(method, wrong)
            assert (answer.status_code, answer.content, answer.headers.get("allow")) == (404, b"", None)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"a=b&c=d", "not JSON"),
        (b"5", "not an object"),
        (b"[]", "not an object"),
        (b"[1, {}]", "not an object"),
        (b'"text"', "not JSON"),
        (b"[" + b"{}," * 60 + b"{}]", "more than"),
        (gzip.compress(b" " * 5_000_000, mtime=0), "unpacked"),
        (gzip.compress(b"{}", mtime=0)[:-12] + b"x" * 20, "compressed"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_what_cannot_be_kept_says_why(raw: bytes, why: str) -> None:
    with pytest.raises(NotAWebhook, match=why):
        webhooks_in(raw, "application/json")


@pytest.mark.parametrize("path", ["/", "/webhooks", "/webhooks/gcore", "/webhooks/gcore/", "/hooks/gcore/x", "/webhooks/ /x"])
def test_what_is_no_address(path: str) -> None:
    assert webhook_address(path) is None


async def test_unproven_requests_fill_no_log(bot_log: pytest.LogCaptureFixture) -> None:
    async with running() as bot:
        for number in range(300):
            assert await bot.webhook(secret=f"guessed-guessed-{number}", content=b"x") == 404
    assert len([record for record in bot_log.records if record.name.startswith("bot.")]) == 1


@pytest.fixture
def bot_log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """The log, from INFO on."""
    caplog.set_level(logging.INFO)
    return caplog


async def sent(studio: Studio, body: Any, path: str = "", method: str = "POST") -> int:
    root = f"http://127.0.0.1:{studio.rehearsal.bot.web.port}"
    async with httpx.AsyncClient(trust_env=False) as http:
        where = path or f"/webhooks/gcore/{studio.rehearsal.secret}"
        return (await http.request(method, root + where, content=body)).status_code


async def test_what_is_refused_on_a_valid_secret_is_told_once(tmp_path: Path) -> None:
    channel = Rehearsal(tmp_path, commands.load()).slack.add_channel("ops")  # ids are given in order, so it has the same below
    rehearsal = Rehearsal(tmp_path, commands.load(), env={"OPS_CHANNEL": channel.id})
    ops = rehearsal.slack.add_channel("ops")
    await rehearsal.open()
    try:
        studio = Studio(rehearsal)
        await rehearsal.settle()
        assert await sent(studio, b"<xml/>", "/webhooks/gcore/guessed-guessed-guess") == 404
        for _ in range(50):
            assert await sent(studio, b"<xml/>") == 400
        assert await sent(studio, b"{}", f"/webhooks/vimeo/{rehearsal.secret}") == 404
        await rehearsal.settle()
        told = [text for text in rehearsal.posts(ops) if "refused" in text]
        assert len(told) == 1
        assert "Gcore: its body is not JSON" in told[0]
        assert rehearsal.secret not in told[0]
    finally:
        await rehearsal.close()
