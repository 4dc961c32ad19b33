"""What is wrong with the bot itself: in /readyz, in the metrics, told once in OPS_CHANNEL; a 503 only without the brake."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

import commands
from bot.errors import ProviderError
from bot.health import TOLD, Accounts
from bot.sandbox.rehearsal import Rehearsal
from bot.sandbox.slack import Channel
from tests.conftest import SUNDAY_NINE
from tests.store.trouble import refusing


class Ward:
    """A bot with an OPS_CHANNEL, looked at by hand."""

    def __init__(self, folder: Path, *, http: bool = False) -> None:
        self.rehearsal = Rehearsal(folder, commands.load(), start=SUNDAY_NINE, http=http, env={"OPS_CHANNEL": "C070000099"})
        self.ops: Channel

    async def open(self) -> None:
        self.ana = self.rehearsal.slack.add_user("ana")
        self.ops = self.rehearsal.slack.add_channel("ops", members=[self.ana])
        self.rehearsal._env["OPS_CHANNEL"] = self.ops.id
        self.rehearsal.slack.invite(self.ops)
        await self.rehearsal.open()
        await self.rehearsal.settle()

    async def look(self, times: int = 1) -> None:
        for _ in range(times):
            await self.rehearsal.bot.health.look()
        await self.rehearsal.bot.outbox.settled()

    async def ready(self) -> tuple[int, dict[str, Any]]:
        answer = await self._get("/readyz")
        return answer.status_code, answer.json()

    async def metrics(self) -> list[str]:
        return (await self._get("/metrics")).text.splitlines()

    async def _get(self, path: str) -> httpx.Response:
        async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
            return await http.get(f"http://127.0.0.1:{self.rehearsal.bot.web.port}{path}")

    @property
    def told(self) -> list[str]:
        return self.rehearsal.posts(self.ops)


@pytest.fixture(params=[False, True], ids=["Socket Mode", "signed HTTP"])
async def ward(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Ward]:
    made = Ward(tmp_path, http=request.param)
    await made.open()
    yield made
    await made.rehearsal.close()


async def test_a_bot_that_is_well_says_so_and_tells_nobody(ward: Ward) -> None:
    await ward.look(3)
    assert await ward.ready() == (200, {"ready": True})
    assert {'showcaller_account_accepted{provider="gcore"} 1', "showcaller_degraded 0"} <= set(await ward.metrics())
    assert ward.told == []


async def test_a_token_that_expires_is_told_once_and_keeps_the_brake(ward: Ward) -> None:
    bot, cloud = ward.rehearsal.bot, ward.rehearsal.cloud
    kept = cloud.token
    cloud.expire_token()
    await bot.watcher.reconcile()
    await ward.look(3)
    status, body = await ward.ready()
    assert status == 200
    assert body["ready"] is True
    assert set(body["degraded"]) == {"gcore"}
    assert "Gcore refused the token" in body["degraded"]["gcore"]
    assert {'showcaller_account_accepted{provider="gcore"} 0', "showcaller_degraded 1"} <= set(await ward.metrics())
    assert len(ward.told) == 1
    assert "Gcore refused the token" in ward.told[0]
    assert kept not in str((body, ward.told))
    await bot.health.ask_again()
    await ward.look()
    assert len(ward.told) == 1


async def test_what_was_told_is_not_told_again_after_a_restart_and_its_end_is(ward: Ward) -> None:
    bot = ward.rehearsal.bot
    bot.accounts.hook("gcore")("Gcore refused the token. Put a valid one in the settings.")
    await ward.look()
    await ward.rehearsal.stop_bot()
    await ward.rehearsal.start_bot()
    await ward.rehearsal.settle()
    await ward.look(2)
    assert [":warning:" in post or "⚠" in post for post in ward.told] == [True, False]
    assert "Gcore accepts the account again." in ward.told[1]
    assert await ward.rehearsal.bot.store.get(TOLD) == []


async def test_an_outage_of_a_provider_says_nothing_of_the_account(ward: Ward) -> None:
    health = ward.rehearsal.bot.health
    provider = ward.rehearsal.bot.providers["gcore"]

    async def out() -> str:
        raise ProviderError("Gcore cannot be reached.")

    provider.check = out  # type: ignore[method-assign]
    await health.check_account("gcore")
    assert health.degraded() == {}


def test_one_call_that_works_heals_refused_credentials_and_no_wrong_project() -> None:
    accounts = Accounts()
    note = accounts.hook("gcore")
    assert accounts.of("gcore") is None
    note("")
    assert accounts.of("gcore") == ""
    note("refused")
    assert accounts.of("gcore") == "refused"
    note("")
    assert accounts.of("gcore") == ""
    accounts.refused("gcore", "another project")
    note("")
    assert accounts.of("gcore") == "another project"
    accounts.accepted("gcore")
    assert accounts.of("gcore") == ""


@pytest.mark.parametrize("ahead", [30.0, -30.0, 600.0, -600.0])
async def test_a_clock_that_is_off_slacks_is_told_and_is_a_503_only_where_requests_are_signed(ward: Ward, ahead: float) -> None:
    bot = ward.rehearsal.bot
    ward.rehearsal.slack.clock.advance(-ahead)
    await bot.client.auth_test()
    await ward.look(3)
    signed = not bot.settings.socket_mode
    status, body = await ward.ready()
    assert status == (503 if signed and abs(ahead) > 300 else 200)
    assert ("clock" in body) == (status == 503)
    words = body["degraded"]["clock"]
    assert f"{'ahead of' if ahead > 0 else 'behind'} Slack's" in words
    assert len(ward.told) == 1
    assert "clock" in ward.told[0]
    offset = next(line for line in await ward.metrics() if line.startswith("showcaller_clock_offset_seconds "))
    assert float(offset.split()[1]) == pytest.approx(ahead, abs=3)
    ward.rehearsal.slack.clock.advance(ahead)
    await bot.client.auth_test()
    await ward.look(3)
    assert (await ward.ready())[0] == 200
    assert len(ward.told) == 2
    assert "right again" in ward.told[1]


async def test_signed_requests_are_refused_by_such_a_clock(tmp_path: Path) -> None:
    """The control: what the 503 is about really happens, in the simulator as at Slack."""
    ward = Ward(tmp_path, http=True)
    await ward.open()
    assert (await ward.rehearsal.slack.command(ward.ana, ward.ops, "/live help")).error is None
    ward.rehearsal.slack.clock.advance(-600)
    assert (await ward.rehearsal.slack.command(ward.ana, ward.ops, "/live help")).error == "dispatch_failed"
    await ward.rehearsal.close()


def _deleted(file: Path) -> None:
    file.unlink()


def _log_deleted(file: Path) -> None:
    file.with_name(f"{file.name}-wal").unlink()


@pytest.mark.parametrize("does", [_deleted, _log_deleted])
async def test_a_database_that_is_gone_is_not_ready_and_told_past_the_outbox(
    ward: Ward, tmp_path: Path, does: Callable[[Path], None]
) -> None:
    does(tmp_path / "showcaller.db")
    status, body = await ward.ready()
    assert status == 503
    assert "was deleted or moved" in body["database"]
    health = ward.rehearsal.bot.health
    for _ in range(4):
        await health._look_at_the_database()
    assert len(ward.told) == 1
    assert "was deleted or moved" in ward.told[0]


async def test_a_database_that_takes_nothing_is_told_once_it_lasts_and_when_it_is_over(ward: Ward) -> None:
    health = ward.rehearsal.bot.health
    with refusing(ward.rehearsal.bot.store, "disk full"):
        await health._look_at_the_database()
    await health._look_at_the_database()
    assert ward.told == []
    with refusing(ward.rehearsal.bot.store, "disk full"):
        for _ in range(4):
            await health._look_at_the_database()
        assert len(ward.told) == 1
        assert "The disk is full" in ward.told[0]
    for _ in range(3):
        await health._look_at_the_database()
    assert len(ward.told) == 2
    assert "takes writes again" in ward.told[1]
