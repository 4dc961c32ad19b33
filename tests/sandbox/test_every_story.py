"""The same show told at every provider that can be played: right in the provider's own books, and no secret anywhere on the way."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

import commands
from bot.__main__ import NOISY
from bot.sandbox.played import played
from bot.sandbox.rehearsal import Rehearsal
from bot.sandbox.story import Story, stage

IN_FORMS = ("views.open", "views.update", "views.push")
"""Where push keys may stand: in the forms of the one who asked, and nowhere else."""


@pytest.mark.parametrize("provider", sorted(played()))
async def test_it_reaches_its_end_and_keeps_every_secret(
    provider: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, fair_time: None
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in NOISY:
        caplog.set_level(logging.WARNING, logger=name)
    rehearsal, out = stage(tmp_path, commands.load(), provider), io.StringIO()
    try:
        await rehearsal.open()
        assert await Story(rehearsal, out, hurry=60, talk=15).play() == 0, out.getvalue()
    finally:
        await rehearsal.close()

    (cloud,) = rehearsal.clouds
    of_the_account, of_the_bot = list(cloud.secrets()), bot_secrets(rehearsal)
    assert len(of_the_account) >= 2, "an account key and a push key at least"
    read = 0
    for method, text in said(rehearsal):
        looked_for = of_the_bot if method in IN_FORMS else [*of_the_bot, *of_the_account]
        assert not [secret for secret in looked_for if secret in text], method
        read += method in IN_FORMS and any(secret in text for secret in of_the_account)
    assert read, "the push key was shown to the one who asked, so this would have found it"
    everywhere_else = {
        "the story": out.getvalue(),
        "the database": kept(tmp_path),
        "the log": "\n".join(logging.Formatter("%(message)s").format(record) for record in caplog.records),
    }
    assert "Sunday Service" in everywhere_else["the database"]
    for where, text in everywhere_else.items():
        assert not [secret for secret in (*of_the_bot, *of_the_account) if secret in text], where


def kept(folder: Path) -> str:
    return b"".join(file.read_bytes() for file in folder.iterdir() if file.is_file()).decode(errors="replace")


def bot_secrets(rehearsal: Rehearsal) -> list[str]:
    return [rehearsal.slack.bot_token, rehearsal.slack.app_token, rehearsal.secret]


def said(rehearsal: Rehearsal) -> Iterator[tuple[str, str]]:
    """Every call to Slack with all its arguments, and all that stands in channels."""
    for call in rehearsal.slack.calls:
        yield call.method, json.dumps(call.args, ensure_ascii=False)
    for channel in rehearsal.slack.workspace.channels.values():
        for message in channel.posted.values():
            yield "message", f"{message.text} {json.dumps(message.blocks)} {json.dumps(message.metadata)}"
