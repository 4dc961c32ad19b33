"""A setting that is missing or cannot be used: one line that names it and says what to do, exit code 2, and never its value."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.providers.catalogue import accounts
from bot.settings import setting_of
from tests.process.house import House

GOOD = {
    "SLACK_BOT_TOKEN": "xoxb-canary-bot",
    "SLACK_APP_TOKEN": "xapp-canary-app",
    "GCORE_API_TOKEN": "1$canarygcore",
    "WEBHOOK_SECRET": "canary-webhook-secret-0123456789",
}

CREDENTIALS = " or ".join(
    " and ".join(setting_of(provider, field) for field in way)
    for provider, account in accounts().items()
    for way in account.credentials()
)
"""Of every provider that there is, in every way to prove oneself."""

MISSING = [
    ("SLACK_BOT_TOKEN", "SLACK_BOT_TOKEN is missing: copy"),
    ("SLACK_APP_TOKEN", "SLACK_APP_TOKEN is missing: set it"),
    ("GCORE_API_TOKEN", f"{CREDENTIALS} is missing: one of these is needed"),
]
MALFORMED = [
    ("SLACK_BOT_TOKEN", "canary-no-token"),
    ("SLACK_APP_TOKEN", "canary-no-token"),
    ("SLACK_SIGNING_SECRET", "canary\nbreak"),
    ("SLACK_API_URL", "canary.example"),
    ("GCORE_API_TOKEN", "canary\nbreak"),
    ("GCORE_BASE_URL", "ftp://canary"),
    ("WEBHOOK_SECRET", "canary"),
    ("WEBHOOK_SECRET", "canary-canary-canary-1,canary-canary-canary-2,canary-canary-canary-3"),
    ("SECRET_KEY", "canary"),
    ("PUBLIC_URL", "http://canary.example"),
    ("DATABASE_URL", "postgresql://canary:canary@db/canary"),
    ("PORT", "canary"),
    ("PORT", "99999"),
    ("COMMAND", "canary live"),
    ("DEFAULT_CHANNEL", "#canary"),
    ("GCORE_CHANNEL", "canary"),
    ("OPS_CHANNEL", "canary"),
    ("OPERATORS", "canary"),
    ("ADMINS", "U0CANARY,canary"),
    ("TIMEZONE", "Mars/Canary"),
    ("LOG_LEVEL", "CANARY"),
]


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An empty folder and no settings but the good ones."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.partition("_")[0] in ("SLACK", "GCORE", "VIDEOGRAPH", "GJIRAFA", "AIOZ", "WEBHOOK", "DATABASE"):
            monkeypatch.delenv(name)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def refusal(capsys: pytest.CaptureFixture[str]) -> str:
    """The one line of a run that is refused."""
    assert main(["run"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    [line] = said.err.splitlines()
    return line


@pytest.mark.parametrize(("name", "line"), MISSING)
def test_a_missing_setting_is_one_line(name: str, line: str, alone: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    alone.delenv(name)
    said = refusal(capsys)
    assert said.startswith(line)
    assert "canary" not in said.casefold()


@pytest.mark.parametrize(("name", "value"), MALFORMED)
def test_a_malformed_setting_is_one_line_without_its_value(
    name: str, value: str, alone: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    alone.setenv(name, value)
    said = refusal(capsys)
    assert said.startswith(f"{name} ")
    assert said.endswith(".")
    assert "canary" not in said.casefold()
    assert not Path("showcaller.db").exists()


def test_several_wrong_settings_are_a_line_each(alone: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    alone.delenv("SLACK_BOT_TOKEN")
    alone.setenv("PORT", "canary")
    assert main(["run"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["SLACK_BOT_TOKEN", "PORT"]


def test_a_database_where_none_can_be_is_one_line(alone: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    alone.setenv("DATABASE_URL", "sqlite:///nowhere/at/all.db")
    assert "does not exist. Create it, or set DATABASE_URL to another file." in refusal(capsys)


async def test_the_process_ends_with_2_and_the_same_line(house: House) -> None:
    process = await house.run({"TIMEZONE": "Mars/Canary"})
    await process.end(None)
    assert process.code == 2
    assert process.stdout == []
    assert process.stderr == ["TIMEZONE is not a time zone: use an IANA name such as Europe/Berlin.\n"]


@pytest.mark.parametrize(
    "env",
    [
        {"HTTP_PROXY": "http://canary:canary@proxy.example:port"},
        {"ALL_PROXY": "socks5://canary:canary@127.0.0.1:1080"},
        {"SSL_CERT_FILE": "/nowhere/bundle.pem"},
        {"SSL_CERT_DIR": "/nowhere"},
    ],
    ids=lambda env: next(iter(env)),
)
async def test_an_environment_that_no_request_could_leave_by_is_named_in_a_line(house: House, env: dict[str, str]) -> None:
    process = await house.run(env)
    await process.end(None)
    assert process.code == 2
    assert [line.partition(" ")[0] for line in process.said.splitlines()] == list(env)
    assert "canary" not in process.said.replace("canarycanary", "")


async def test_exemptions_as_curl_has_them_start_and_are_told_in_a_line(house: House) -> None:
    env = {"HTTP_PROXY": "http://canary:hunter2@127.0.0.1:9", "NO_PROXY": "[::1],127.0.0.1", "LOG_LEVEL": "INFO"}
    process = await house.start(env)
    await process.end()
    told = [line for line in process.stderr if "outbound: " in line]
    assert len(told) == 1
    assert "Slack's Web API, answers, uploads, Socket Mode, Gcore directly" in told[0]
    assert "hunter2" not in process.said
