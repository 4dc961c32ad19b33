"""A whole show with everything going wrong, then a search for every secret in all that was said, kept and logged."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

import commands
from bot.__main__ import NOISY
from bot.model import ShowState
from bot.sandbox.faults import Fault
from bot.sandbox.gcore.refusals import Shape
from bot.sandbox.rehearsal import Rehearsal
from tests.conftest import SUNDAY_NINE
from tests.studio import Studio

PASSPHRASE = "canary-passphrase-42"


@pytest.fixture
async def studio(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Studio]:
    """A studio whose log is captured at DEBUG, as quiet elsewhere as `python -m bot run` makes it."""
    caplog.set_level(logging.DEBUG)
    for name in NOISY:
        caplog.set_level(logging.WARNING, logger=name)
    rehearsal = Rehearsal(tmp_path, commands.load(), start=SUNDAY_NINE, settle=0.3, timeout=0.5, letter_retries=(0.05,))
    await rehearsal.open()
    playing = Studio(rehearsal)
    await rehearsal.settle()
    yield playing
    await rehearsal.close()


async def test_no_secret_is_said_kept_or_logged_in_a_show_full_of_errors(
    studio: Studio, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stream = await plan_with_a_typed_secret(studio)
    await provider_that_repeats_secrets(studio, stream)
    await webhooks_with_secrets(studio, stream)
    await show_with_outages(studio, stream)

    pushes = push_secrets(studio, stream)
    always = [*account_secrets(studio), PASSPHRASE]
    said = list(everything_said(studio))
    assert any("Sunday Service" in text for _, text in said)
    for method, text in said:
        assert not [secret for secret in always if secret in text], method
        if method not in ("views.open", "views.update"):
            assert not [secret for secret in pushes if secret in text], method
    assert_only_in_the_askers_modal(studio, pushes)

    kept = everything_kept(tmp_path)
    assert b"Sunday Service" in kept
    assert not [secret for secret in (*always, *pushes) if secret.encode() in kept]

    assert len(caplog.records) > 10
    form = logging.Formatter("%(message)s")
    logged = "\n".join(form.format(record) for record in caplog.records)
    assert not [secret for secret in (*always, *pushes) if secret in logged]


async def plan_with_a_typed_secret(studio: Studio) -> int:
    """A show on its own stream, and another stream whose passphrase is typed into the form."""
    await studio.type("/live stream create")
    await studio.submit(name="Guest Feed", srt_passphrase=PASSPHRASE)
    await studio.type(f"/live stream create Leaky srt_passphrase={PASSPHRASE}x")
    show = await studio.plan()
    return int(show.stream)


async def provider_that_repeats_secrets(studio: Studio, stream: int) -> None:
    """Refusals and garbage that repeat what was sent, or more."""
    token, key, *_ = account_secrets(studio)
    webhook = f"https://bot.example.org/webhooks/gcore/{studio.rehearsal.secret}"
    leak = " ".join((token, key, *push_secrets(studio, stream), webhook))
    for status, shape in ((422, Shape.FIELD_ERRORS), (403, Shape.PLAIN_ERROR), (401, Shape.GATEWAY), (400, Shape.PLATFORM)):
        studio.cloud.refuse_next("/streaming/streams/*", method="PATCH", shape=shape, status=status, text=leak, field="active")
        await studio.type(f"/live stream enable {stream}")
    body = f"<html>{leak}</html>".encode()
    studio.cloud.faults.add(Fault("/streaming/streams*", "GET", status=200, body=body))
    await studio.type("/live stream list")
    studio.cloud.faults.add(Fault("/streaming/streams/*", "GET", status=500, body=body))
    await studio.type("/live stream key s1")
    await studio.type("/live stream key s1")
    studio.cloud.faults.add(Fault("/streaming/videos*", "GET", status=500, body=body))
    await studio.type("/live video list")
    await studio.rehearsal.press(studio.ben, studio.card, "ingest")


async def webhooks_with_secrets(studio: Studio, stream: int) -> None:
    """Events that carry a push address, a wrong webhook secret, and one that is no event."""
    address = push_secrets(studio, stream)[-1]
    root = f"http://127.0.0.1:{studio.rehearsal.bot.web.port}/webhooks/gcore"
    entity = {"id": stream, "live": False, "uri": address, "name": f"x {address}", "deep": [{"push_url": address}]}
    async with httpx.AsyncClient(trust_env=False) as http:
        for secret in (studio.rehearsal.secret, f"{studio.rehearsal.secret}-wrong"):
            await http.post(f"{root}/{secret}", json={"type": "stream", "message": {"stream": entity}})
            await http.post(f"{root}/{secret}", json={"type": "weather", "uri": address})
            await http.post(f"{root}/{secret}", content=address.encode())
    await studio.settle()


async def show_with_outages(studio: Studio, stream: int) -> None:
    """The show itself, with a provider and a Slack that fail on the way."""
    await studio.at("9:31", step=60)
    studio.cloud.connect_encoder(stream)
    await studio.at("9:58:50", step=30)
    studio.cloud.faults.add(Fault("/streaming/streams/*/start_recording", "PUT", cut="middle"))
    studio.cloud.faults.add(Fault("/streaming/broadcasts/*", "PATCH", cut="after"))
    studio.slack.fail("chat.postMessage", "internal_error", times=2)
    await studio.at("10:00:30", step=5)
    assert (await studio.show()).state is ShowState.LIVE
    studio.cloud.expire_token()
    await studio.passes(10)
    studio.cloud.expire_token(expired=False)
    studio.cloud.drop_signal(stream)
    await studio.passes(15)
    studio.cloud.connect_encoder(stream)
    await studio.at("10:21", step=10)
    assert (await studio.show()).state is not ShowState.LIVE
    for typed in ("status s1", "log s1", "video list", "link s1", "shows", "help"):
        await studio.type(f"/live {typed}")
    await studio.rehearsal.stop_bot()
    await studio.rehearsal.start_bot()
    await studio.settle()


def account_secrets(studio: Studio) -> list[str]:
    """What only the bot may know, whole and in its telling part."""
    token = studio.cloud.token
    slack = studio.slack
    return [token, token.partition("$")[2], slack.bot_token, slack.app_token, studio.rehearsal.secret]


def push_secrets(studio: Studio, stream: int) -> list[str]:
    """The stream's push token, and an address with it."""
    token = studio.cloud.stream(stream).token
    return [token, f"rtmp://vp-push.example/in/{stream}?{token}"]


def everything_kept(folder: Path) -> bytes:
    """The database with its log, as it lies on the disk."""
    return b"".join(file.read_bytes() for file in folder.iterdir() if file.is_file())


def everything_said(studio: Studio) -> Iterator[tuple[str, str]]:
    """Every call to Slack with all its arguments, and all that stands in channels and on screens."""
    for call in studio.slack.calls:
        yield call.method, json.dumps(call.args, ensure_ascii=False)
    for channel in studio.slack.workspace.channels.values():
        for message in channel.posted.values():
            yield "message", f"{message.text} {json.dumps(message.blocks)} {json.dumps(message.metadata)}"


def assert_only_in_the_askers_modal(studio: Studio, pushes: list[str]) -> None:
    """Push addresses were shown, and only in the forms of those who asked."""
    shown = {
        user: [view for view in stack if pushes[0] in json.dumps(view.body)]
        for user, stack in studio.slack.workspace.screens.stacks.items()
    }
    assert {user for user, views in shown.items() if views} <= {studio.ana.id, studio.ben.id}
    assert pushes[0] in "".join(text for method, text in everything_said(studio) if method in ("views.open", "views.update"))
