"""Restream keys with everything going wrong, then a search for them in all that was said, kept and logged."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

import commands
from bot.__main__ import NOISY
from bot.sandbox.faults import Fault
from bot.sandbox.gcore.refusals import Shape
from bot.sandbox.rehearsal import Rehearsal
from tests.conftest import SUNDAY_NINE
from tests.studio import Studio
from tests.test_secrets import everything_kept, everything_said

KEYS = ("canary-key-of-youtube-1", "canary-key-of-twitch-22", "canary-key-typed-again-3")
PATH = "canary-path-9"
ADDRESS = f"rtmp://live.example/{PATH}"
CANARIES = (*KEYS, PATH)
SECRET_KEY = "canary-secret-key-0f9d-long-and-random"


@pytest.fixture(params=[SECRET_KEY, ""], ids=["sealed", "in memory"])
async def studio(tmp_path: Path, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest) -> AsyncIterator[Studio]:
    """A studio whose log is captured at DEBUG, as quiet elsewhere as `python -m bot run` makes it."""
    caplog.set_level(logging.DEBUG)
    for name in NOISY:
        caplog.set_level(logging.WARNING, logger=name)
    env = {"SECRET_KEY": request.param} if request.param else {}
    rehearsal = Rehearsal(tmp_path, commands.load(), start=SUNDAY_NINE, settle=0.3, timeout=0.5, env=env)
    await rehearsal.open()
    playing = Studio(rehearsal)
    playing.cloud.limit(restreams=5)
    await rehearsal.settle()
    yield playing
    await rehearsal.close()


async def add(studio: Studio, title: str, key: str, show: str = "s1") -> None:
    await studio.type(f"/live restream add {show}")
    await studio.submit(None, title=title, url=ADDRESS, key=key)


async def targets_that_fail(studio: Studio) -> None:
    """Refusals and garbage that repeat what was sent, a lost answer, a cut one, and forms that are filled in wrongly."""
    leak = f"{KEYS[0]} {ADDRESS}/{KEYS[0]} {ADDRESS}"
    for status, shape in ((422, Shape.FIELD_ERRORS), (403, Shape.PLAIN_ERROR), (400, Shape.PLATFORM)):
        studio.cloud.refuse_next("/streaming/restreams*", method="POST", shape=shape, status=status, text=leak, field="uri")
        await add(studio, f"Refused {status} {shape.value}", KEYS[0])
    studio.cloud.faults.add(Fault("/streaming/restreams", "POST", cut="after"))
    await add(studio, "YouTube", KEYS[0])
    studio.cloud.faults.add(Fault("/streaming/restreams", "POST", cut="middle"))
    await add(studio, "Twitch", KEYS[1])
    await add(studio, "YouTube", KEYS[0])
    await add(studio, "Wrong", f"{KEYS[0]} {KEYS[1]}")
    studio.cloud.faults.add(Fault("/streaming/restreams*", "GET", status=200, body=f"<html>{leak}</html>".encode()))
    await studio.type("/live restream")
    await studio.type("/live restream")


async def webhooks_with_keys(studio: Studio) -> None:
    """A restream's event that carries its address."""
    url = f"http://127.0.0.1:{studio.rehearsal.bot.web.port}/webhooks/gcore/{studio.rehearsal.secret}"
    there = next(iter(studio.cloud._account.restreams.values()))
    entity = {"id": there.id, "stream_id": there.stream_id, "live": True, "uri": there.uri, "name": f"x {there.uri}"}
    async with httpx.AsyncClient(trust_env=False) as http:
        await http.post(url, json={"type": "restream", "message": {"restream": entity}})
        await http.post(url, json={"type": "restream", "message": {"restream": {"uri": there.uri}}})
        await http.post(url, json={"type": "restreams", "uri": there.uri})
    await studio.settle()


async def the_show_itself(studio: Studio) -> None:
    """On and off with failures on the way, a restart in the middle, and what is copied and typed again afterwards."""
    await studio.at("9:31", step=60)
    studio.cloud.connect_encoder((await studio.show()).stream)
    await studio.at("9:58:50", step=30)
    leak = f"cannot send to {ADDRESS}/{KEYS[0]}"
    studio.cloud.refuse_next("/streaming/restreams/*", method="PATCH", text=leak, status=422)
    await studio.at("10:00:30", step=5)
    await studio.rehearsal.stop_bot()
    await studio.rehearsal.start_bot()
    await studio.settle()
    await studio.at("10:20:30", step=10)
    await studio.plan("Evening Service 18:00-19:00")
    await studio.type("/live restream copy s1 to s2")
    await studio.type(f"/live restream add {KEYS[2]}")
    await studio.type(f"/live restream add s2 rtmp://live.example/{PATH}/{KEYS[2]}")
    for target in await studio.rehearsal.bot.store.restreams("s2"):
        await studio.type(f"/live restream off {target.id}")
    for typed in ("restream s1", "restream s2", "status s1", "shows", "help restream", "finish dry"):
        await studio.type(f"/live {typed}")


async def test_no_restream_key_is_said_kept_or_logged(studio: Studio, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    await studio.plan()
    await targets_that_fail(studio)
    await webhooks_with_keys(studio)
    await the_show_itself(studio)
    assert [uri for uri in (one.uri for one in studio.cloud._account.restreams.values()) if KEYS[0] in uri]
    assert studio.cloud.ledger.of("restream enabled")

    said = list(everything_said(studio))
    assert any("YouTube" in text for _, text in said)
    for method, text in said:
        assert not [canary for canary in (*CANARIES, SECRET_KEY) if canary in text], method

    kept = everything_kept(tmp_path)
    assert b"YouTube" in kept
    assert not [canary for canary in (*CANARIES, SECRET_KEY) if canary.encode() in kept]

    assert any("hidden" in record.getMessage() for record in caplog.records)
    form = logging.Formatter("%(message)s")
    logged = "\n".join(form.format(record) for record in caplog.records)
    assert not [canary for canary in (*CANARIES, SECRET_KEY) if canary in logged]
