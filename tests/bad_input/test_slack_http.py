"""The whole bot behind Slack's signed HTTP: what it did not sign is refused, what is junk is 400, a show runs all the same."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

import httpx
import pytest

import commands
from bot.sandbox.rehearsal import Rehearsal
from tests.bad_input.conftest import SUNDAY_NINE
from tests.studio import Studio

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
URL = "https://bot.example/slack/events"


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    """A studio whose Slack delivers by HTTP."""
    rehearsal = Rehearsal(tmp_path, commands.load(), start=SUNDAY_NINE, http=True)
    await rehearsal.open()
    playing = Studio(rehearsal)
    await rehearsal.settle()
    yield playing
    await rehearsal.close()


async def test_a_show_runs_over_signed_http(studio: Studio) -> None:
    await studio.plan()
    assert await studio.slack.http.verify_url()
    await studio.rehearsal.press(studio.ana, studio.card, "more", "Open now")
    assert (await studio.show()).state.value == "open"
    assert "Did you mean /live plan?" in await studio.type("/live paln")
    said = await studio.slack.mention(studio.ana, studio.channel, "status s1")
    assert said is not None
    assert said.acked


@pytest.mark.parametrize("sign", ["unsigned", "stale", "forged"])
async def test_what_slack_did_not_sign_is_401_and_does_nothing(
    studio: Studio, sign: Literal["unsigned", "stale", "forged"]
) -> None:
    await studio.plan()
    press = await studio.slack.press(studio.ana, studio.card, "edit")
    await studio.settle()
    calls = len(studio.slack.calls)
    status, _ = await studio.slack.http.send(press.payload, sign)
    assert status == 401
    command = urlencode({"command": "/live", "text": "cancel s1", "user_id": studio.ana.id, "channel_id": studio.channel.id})
    assert (await studio.slack.http.post(URL, command.encode(), FORM, sign=sign))[0] == 401
    challenge = json.dumps({"type": "url_verification", "challenge": "x"}).encode()
    assert (await studio.slack.http.post(URL, challenge, JSON, sign=sign))[0] == 401
    await studio.settle()
    assert len(studio.slack.calls) == calls
    assert (await studio.show()).state.value == "planned"


async def test_a_signature_made_for_other_bytes_is_401(studio: Studio) -> None:
    headers = studio.slack.http.signature(b"command=%2Flive&text=help")
    sent: dict[str, Any] = {"sign": "unsigned", "headers": headers}
    assert (await studio.slack.http.post(URL, b"command=%2Flive&text=finish", FORM, **sent))[0] == 401
    odd = {**headers, "X-Slack-Request-Timestamp": "soon"}
    assert (await studio.slack.http.post(URL, b"command=%2Flive&text=help", FORM, sign="unsigned", headers=odd))[0] == 401


async def test_signed_junk_is_400_and_never_500(studio: Studio) -> None:
    user = {"id": studio.ana.id}
    strange: tuple[Any, ...] = ([], None, {}, "x", [7], [{}])
    junk: list[tuple[bytes, str]] = [
        (b"", JSON),
        (b"{", JSON),
        (b"[]", JSON),
        (b"null", JSON),
        (b"\xff\xff", JSON),
        (b"\xff=\xfe", FORM),
        (b"payload=", FORM),
        (b"payload=null", FORM),
        (b"payload=%5B%5D", FORM),
        (b"payload=%7Bbad", FORM),
        (b"command=%2Flive", FORM),
        (b"a=b&c=d", FORM),
        (b'{"type": "event_callback"}', JSON),
        (b'{"type": "event_callback", "event_id": "E1", "event": []}', JSON),
        *((_payload({"type": "block_actions", "user": user, "actions": actions}), FORM) for actions in strange),
        (_payload({"type": "view_submission", "user": user, "view": {}}), FORM),
        (_payload({"type": "view_submission", "user": None, "view": {"id": "V1"}}), FORM),
        (_payload({"type": "interactive_dance", "user": user}), FORM),
    ]
    for body, kind in junk:
        status, _, _ = await studio.slack.http.post(URL, body, kind)
        assert status == 400, body
    assert (await studio.slack.http.post(URL, b"x" * (1024 * 1024 + 1), FORM))[0] == 413
    await studio.settle()
    assert [call.method for call in studio.slack.calls if call.method.startswith(("chat.", "views."))] == []


async def test_the_address_of_slack_takes_nothing_but_posts_and_webhooks_stay_where_they_are(studio: Studio) -> None:
    port = studio.rehearsal.bot.web.port
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
        assert (await http.get("/slack/events")).status_code == 405
        assert (await http.post("/slack/commands")).status_code == 404
        assert (await http.get("/readyz")).status_code == 200


def _payload(body: dict[str, Any]) -> bytes:
    return urlencode({"payload": json.dumps(body)}).encode()
