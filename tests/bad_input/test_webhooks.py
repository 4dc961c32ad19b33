"""Webhooks that nobody should have sent, through the bot's own port: kept and counted, or refused with 4xx, never 500."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx

from bot.sandbox.faults import Fault
from tests.contention import PATIENCE
from tests.studio import Studio

Json = dict[str, Any]


async def post(studio: Studio, body: bytes | Json | list[Any], *, provider: str = "gcore", secret: str | None = None) -> int:
    """Send a webhook as a provider would; the status."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    root = f"http://127.0.0.1:{studio.rehearsal.bot.web.port}"
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(f"{root}/webhooks/{provider}/{secret or studio.rehearsal.secret}", content=raw)
    assert answer.content == b""
    return answer.status_code


async def metric(studio: Studio, name: str) -> float:
    """One number of /metrics; 0 while it is not there."""
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(f"http://127.0.0.1:{studio.rehearsal.bot.web.port}/metrics")
    found = [line for line in answer.text.splitlines() if line.startswith(f"{name} ") or line.startswith(name + "{")]
    return sum(float(line.rpartition(" ")[2]) for line in found)


def told(kind: str, entity: str, fields: Json) -> Json:
    """A webhook in Gcore's envelope."""
    return {"type": kind, "message": {entity: fields}}


async def test_what_is_no_webhook_is_refused(studio: Studio) -> None:
    before = studio.everything
    assert await post(studio, b"") == 400
    assert await post(studio, b"not json") == 400
    assert await post(studio, b"\xff\xfe\x00") == 400
    assert await post(studio, b"[" * 100_000) == 400
    assert await post(studio, [1, 2]) == 400
    assert await post(studio, b'"stream"') == 400
    assert await post(studio, b"null") == 400
    assert await post(studio, b'{"a": "' + b"x" * (1024 * 1024) + b'"}') == 413
    await studio.settle()
    assert studio.everything == before
    assert await metric(studio, 'showcaller_webhooks_total{provider="gcore",outcome="malformed"}') == 7
    assert await metric(studio, 'showcaller_webhooks_total{provider="gcore",outcome="too large"}') == 1


async def test_a_wrong_address_is_404(studio: Studio) -> None:
    fine = told("stream", "stream", {"id": 1, "live": True})
    assert await post(studio, fine, secret="wrong-wrong-wrong-wrong") == 404
    assert await post(studio, fine, secret=studio.rehearsal.secret + "x") == 404
    assert await post(studio, fine, secret=studio.rehearsal.secret[:-1]) == 404
    assert await post(studio, fine, secret="%00%ff") == 404
    assert await post(studio, fine, provider="aioz") == 404
    assert await post(studio, fine, provider="nobody") == 404
    assert await post(studio, b"x" * 2_000_000, secret="wrong-wrong-wrong-wrong") == 404
    root = f"http://127.0.0.1:{studio.rehearsal.bot.web.port}"
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.get(f"{root}/webhooks/gcore/wrong-wrong-wrong-wrong")).status_code == 404
        assert (await http.delete(f"{root}/webhooks/gcore/{studio.rehearsal.secret}")).status_code == 405
        assert (await http.post(f"{root}/webhooks/gcore")).status_code == 404


async def test_strange_objects_are_accepted_counted_and_change_nothing(studio: Studio) -> None:
    await studio.plan()
    before = studio.everything
    opened = await metric(studio, "showcaller_inbox_opened_total")
    strange: list[Json] = [
        {},
        {"type": "weather", "message": {"sun": {"id": 1}}},
        {"type": None, "message": None},
        {"type": ["stream"], "message": {"stream": {"id": 1}}},
        {"type": "stream"},
        {"type": "stream", "message": []},
        told("stream", "stream", {}),
        told("stream", "stream", {"id": None, "live": True}),
        told("stream", "stream", {"id": {"a": 1}, "live": "yes"}),
        told("stream", "stream", {"id": "x" * 500, "live": True}),
        told("stream", "stream", {"id": -1, "live": True}),
        told("broadcast", "broadcast", {"id": 99, "status": "live"}),
        told("broadcast", "broadcast", {"id": 99, "status": {"no": "word"}}),
        told("video", "video", {"id": "no number", "status": "ready"}),
        told("video", "video", {"id": 10**30, "status": "ready"}),
        told("restream", "restream", {"id": 5, "live": True}),
        told("video_delete", "video", {"id": 5}),
    ]
    for body in strange:
        assert await post(studio, body) == 200, body
    await studio.settle()
    assert await metric(studio, "showcaller_inbox_opened_total") == opened + len(strange)
    assert await metric(studio, "showcaller_inbox_dead_total") == 0
    assert _without_log(studio.everything) == _without_log(before)


def _without_log(picture: str) -> list[str]:
    """What people see, without the list of calls and deliveries below it."""
    return [line for line in picture.splitlines() if not line.startswith(("call ", "delivery "))]


async def test_an_id_that_nobody_knows_is_looked_at_and_told_to_nobody(studio: Studio) -> None:
    assert await post(studio, told("stream", "stream", {"id": 4711, "live": True, "name": "Ghost"})) == 200
    await studio.settle()
    assert studio.posts == []
    assert [call.status for call in studio.cloud.calls if call.path == "/streaming/streams/4711"][:1] == [404]


async def test_a_lie_by_webhook_takes_no_show_off_air_and_puts_none_on(studio: Studio) -> None:
    show = await studio.plan()
    await studio.at("9:31", step=60)
    stream = int((await studio.show()).stream)
    studio.cloud.connect_encoder(stream)
    await studio.at("10:00:15", step=15)
    ledger = len(studio.cloud.ledger)
    assert await post(studio, told("stream", "stream", {"id": stream, "live": False, "recording": False})) == 200
    await studio.settle()
    await studio.passes(3)
    assert (await studio.show(show.id)).state.value == "live"
    assert studio.heard("OFF AIR") == 0
    assert [effect for effect in list(studio.cloud.ledger)[ledger:] if effect.kind != "recording started"] == []


async def test_a_letter_that_cannot_be_opened_holds_up_only_its_own_stream_then_is_dead_and_counted(studio: Studio) -> None:
    await studio.plan()
    await studio.at("9:31", step=60)
    stream = int((await studio.show()).stream)
    store = studio.rehearsal.bot.store
    for number in (1, 2):  # from a provider whose credentials were taken out of the settings since
        await store.receive("aioz", "stream:poison", {"number": number}, studio.now)
    studio.cloud.connect_encoder(stream)
    await studio.passes(10)
    assert studio.heard("the encoder's signal is there") >= 1
    async with asyncio.timeout(PATIENCE):
        while len(await store.dead_letters()) < 2:
            await studio.settle()
    assert [letter.body for letter in await store.dead_letters()] == [{"number": 1}, {"number": 2}]
    assert await metric(studio, "showcaller_inbox_dead_total") == 2


async def test_a_video_that_cannot_be_read_is_still_told(studio: Studio) -> None:
    studio.cloud.faults.add(Fault("/streaming/videos/*", "GET", times=1, status=500))
    assert await post(studio, told("video", "video", {"id": 77, "status": "ready"})) == 200
    await studio.settle()
    assert await metric(studio, "showcaller_inbox_dead_total") == 0
