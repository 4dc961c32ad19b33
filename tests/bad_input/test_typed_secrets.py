"""Secrets typed where they should not be: refused before anything is looked up, and nowhere to be found afterwards."""

from __future__ import annotations

import json
import logging

import pytest

from tests.commands.control_room import a_stream, database, form_text, last_answer
from tests.studio import Studio

CANARY = "canary4711"
KEY = f"live_123456789_{CANARY}"
ADDRESS = f"rtmp://push.example/live/{CANARY}"

LINES = (
    f"stream edit nosuch uri={ADDRESS}",
    f"stream edit church uri={ADDRESS}",
    f"stream edit church key={CANARY}",
    f"stream edit church region=ix1 srt_passphrase={CANARY}-more",
    f'stream edit church uri="{ADDRESS} {ADDRESS}"',
    f"stream edit {ADDRESS}",
    f"stream edit church {ADDRESS}",
    f"stream edit uri={ADDRESS}",
    f"stream create uri={ADDRESS}",
    f"stream create Leaky uri={ADDRESS} region=ix1",
    f"stream create Leaky {ADDRESS}",
    f"stream create Leaky stream_key={CANARY}",
    f"stream key {ADDRESS}",
    f"stream enable church token={CANARY}",
    f"stream delete {ADDRESS}",
    f"stream {ADDRESS}",
    f"key {ADDRESS}",
    f"uri={ADDRESS}",
    ADDRESS,
    f"go {ADDRESS}",
    f"finish nosuch key={CANARY}",
    f"plan Sunday Service {ADDRESS}",
    f"record begin stream_key={CANARY}",
    f"video info {ADDRESS}",
    *(f"{verb} {KEY}" for verb in ("mark", "mark s1", "plan Sunday", "cancel s1", "hold s1", "clip", "shows", "status", "note")),
    *(f"{verb} {ADDRESS}" for verb in ("mark Goal", "hold s1 because", "cancel s1", "clip last 30s", "extend 5m")),
    f"mark key={CANARY}",
    f"hold s1 stream_key={CANARY} is broken",
    f"mark https://ana:{CANARY}@example.org/x",
    f"mark https://example.org/x?token={CANARY}",
)


def everything(studio: Studio) -> str:
    """Every call to Slack, and every screen."""
    calls = [json.dumps(call.args, ensure_ascii=False) for call in studio.slack.calls]
    screens = [json.dumps(view.body) for stack in studio.slack.workspace.screens.stacks.values() for view in stack]
    return "\n".join([*calls, *screens, studio.everything])


@pytest.mark.parametrize("line", LINES)
async def test_a_secret_in_a_typed_line_is_repeated_kept_and_logged_nowhere(
    studio: Studio, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await a_stream(studio, "Church Main")
    await a_stream(studio, "Church Spare")
    said = await studio.type(f"/live {line}")
    assert said
    assert CANARY not in everything(studio).replace(f"/live {line}", "")
    assert CANARY not in caplog.text
    assert CANARY.encode() not in database(studio)
    assert not [call for call in studio.cloud.calls if CANARY in str(call)]


async def test_a_secret_for_a_known_stream_is_answered_with_its_form(studio: Studio) -> None:
    await studio.make_admin()
    await a_stream(studio, "Church Main")
    said = await studio.type(f"/live stream edit church-main uri={ADDRESS}")
    assert "is a secret" in said
    await studio.press("stream-edit", message=last_answer(studio))
    assert "Church Main" in form_text(studio)
