"""Events that Slack sends of itself: each that is subscribed to is dealt with, and what it changes holds from then on."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

import commands
from bot.sandbox.rehearsal import Rehearsal
from bot.sandbox.slack import User
from bot.sandbox.slack.nouns import UserGroup
from bot.slack.manifest import EVENTS
from tests.bad_input.conftest import SUNDAY_NINE
from tests.studio import Studio


@dataclass
class Ruled:
    """A studio whose operators are a group, in which so far is only Olga."""

    studio: Studio
    group: UserGroup
    olga: User


@pytest.fixture
async def ruled(tmp_path: Path) -> AsyncIterator[Ruled]:
    rehearsal = Rehearsal(tmp_path, commands.load(), start=SUNDAY_NINE, settle=0.3, timeout=0.5)
    playing = Studio(rehearsal)
    olga = rehearsal.slack.add_user("olga")
    group = rehearsal.slack.add_usergroup("video-crew", [olga])
    rehearsal._env["OPERATORS"] = group.id
    await rehearsal.open()
    await rehearsal.settle()
    yield Ruled(playing, group, olga)
    await rehearsal.close()


async def heard(studio: Studio, kind: str) -> None:
    """Until the bot has taken the latest event of this kind."""
    await studio.slack.wait_for(lambda slack: [sent for sent in slack.deliveries if sent.type == kind][-1].acked)
    await studio.settle()


@pytest.mark.parametrize("kind", EVENTS)
async def test_every_event_that_is_subscribed_to_is_dealt_with(studio: Studio, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    named = {"id": studio.channel.id, "name": "studio"} if kind.endswith("rename") else studio.channel.id
    user = {"id": studio.ben.id, "name": "ben"} if kind == "user_change" else studio.ben.id
    await studio.slack.event({"type": kind, "user": user, "channel": named, "ts": "1.2", "text": "help"})
    await studio.settle()
    assert not [record for record in caplog.records if "not dealt with" in record.message or "broke" in record.message]


async def test_a_new_member_of_the_operators_may_act_at_once_and_one_who_left_may_not(ruled: Ruled) -> None:
    studio = ruled.studio
    await studio.plan()
    lobby = studio.slack.add_channel("lobby", members=[studio.ben, ruled.olga])
    eve = studio.slack.add_user("eve")
    studio.slack.invite(lobby, eve)
    assert "belongs to #studio" in await studio.rehearsal.command(eve, lobby, "/live hold s1")
    studio.slack.set_usergroup(ruled.group, [eve])
    await heard(studio, "subteam_members_changed")
    assert "Held: Sunday Service" in await studio.rehearsal.command(eve, lobby, "/live hold s1")
    assert "belongs to #studio" in await studio.rehearsal.command(ruled.olga, lobby, "/live hold s1 off")


async def test_who_came_and_who_left_is_known_without_asking_slack_again(studio: Studio) -> None:
    await studio.plan()
    eve = studio.slack.add_user("eve")
    studio.slack.invite(studio.channel, eve)
    studio.slack.remove(studio.channel, studio.ben)
    await heard(studio, "member_joined_channel")
    await heard(studio, "member_left_channel")
    remembered = studio.rehearsal.bot.directory.remembered(studio.channel.id)
    assert remembered is not None
    assert eve.id in remembered
    assert studio.ben.id not in remembered


@pytest.mark.parametrize(
    "event", [{"type": "app_uninstalled"}, {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["UBOT"]}}]
)
async def test_a_bot_that_was_cut_off_says_so_and_is_not_ready(
    studio: Studio, event: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{studio.rehearsal.bot.web.port}") as monitor:
        assert (await monitor.get("/readyz")).status_code == 200
        await studio.slack.event(event)
        await studio.settle()
        answer = await monitor.get("/readyz")
    assert answer.status_code == 503
    assert "install the app again" in answer.text
    assert [record for record in caplog.records if record.levelno == logging.CRITICAL]


async def test_the_token_of_a_person_is_none_of_the_bots(studio: Studio) -> None:
    await studio.slack.event({"type": "tokens_revoked", "tokens": {"oauth": [studio.ana.id], "bot": []}})
    await studio.settle()
    assert await studio.rehearsal.bot.router.check() == ""


async def test_the_home_tab_shows_what_is_planned_however_many_shows_are_over(studio: Studio) -> None:
    for number in range(21):
        await studio.plan(f"Old {number} 10:00-10:20")
        await studio.type(f"/live cancel s{number + 1}")
        await studio.submit()
    await studio.plan("The Next One 11:00-11:20")
    await studio.slack.open_home(studio.ana)
    await studio.settle()
    home = studio.slack.home(studio.ana)
    assert home is not None
    assert "The Next One" in str(home.body)
    assert "Nothing is planned" not in str(home.body)
