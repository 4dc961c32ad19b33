"""The table of people and rights, played: the same answer at a command, a mention, a button, a form, a picker and the home tab."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import commands
from bot.model import Decision, Show
from bot.sandbox.faults import Fault
from bot.sandbox.rehearsal import Rehearsal
from bot.sandbox.slack import User
from tests.faults.outsider import CANARY, MORNING, BreakIn, Crew, heard_by, press, send, state_of


@asynccontextmanager
async def planned(folder: Path) -> AsyncIterator[Crew]:
    """Four shows of the private crew are planned, none is on air."""
    rehearsal = Rehearsal(folder, commands.load(), start=MORNING)
    crew = Crew(rehearsal)
    await rehearsal.open()
    try:
        await rehearsal.settle()
        for number in range(4):
            await crew.plan(f"Kestrel{number} {CANARY} {11 + number}:00-{11 + number}:30")
        yield crew
    finally:
        await rehearsal.close()


def _member(crew: Crew, who: User) -> User:
    crew.slack.invite(crew.channel, who)
    crew.slack.invite(crew.lobby, who)
    return who


@dataclass(frozen=True)
class Row:
    """Somebody, and what they may: `acts` on the crew's shows, `sees` them. An admin is no operator where some are named."""

    make: Callable[[Crew], User]
    acts: bool
    sees: bool


PEOPLE = {
    "operator": Row(lambda crew: crew.olga, acts=True, sees=True),
    "member": Row(lambda crew: crew.ana, acts=True, sees=True),
    "outsider": Row(lambda crew: crew.eve, acts=False, sees=False),
    "guest elsewhere": Row(lambda crew: crew.gus, acts=False, sees=False),
    "guest in the channel": Row(lambda crew: _member(crew, crew.slack.add_user("gil", guest=True)), acts=False, sees=True),
    "other organisation": Row(lambda crew: _member(crew, crew.slack.add_user("sven", stranger=True)), acts=False, sees=True),
    "connected": Row(lambda crew: _member(crew, crew.slack.add_user("conny", team="T07ELSEWHERE")), acts=False, sees=True),
    "deactivated": Row(lambda crew: _member(crew, crew.slack.add_user("dora", deactivated=True)), acts=False, sees=False),
    "admin": Row(lambda crew: crew.slack.add_user("adam", admin=True), acts=False, sees=False),
    "newcomer": Row(lambda crew: crew.slack.add_user("nora"), acts=False, sees=False),
    "bot": Row(
        lambda crew: _member(crew, crew.slack.workspace.add_user("robot", tz="UTC", bot=True)),
        acts=False,
        sees=False,
    ),
}


@pytest.mark.parametrize("person", PEOPLE)
async def test_every_surface_gives_the_same_right(tmp_path: Path, person: str) -> None:
    row = PEOPLE[person]
    async with planned(tmp_path) as crew:
        who = row.make(crew)
        if crew.lobby.id not in {channel.id for channel in crew.slack.workspace.channels.values() if who.id in channel.members}:
            crew.slack.invite(crew.lobby, who)
        await crew.settle()
        about = BreakIn(crew, who, crew.lobby)
        await crew.slack.command(who, crew.lobby, "/live hold s1")
        await crew.settle()
        await crew.slack.mention(who, crew.lobby, "hold s2")
        await crew.settle()
        await press(about, "hold", {"s": "s3", "state": "planned", "hold": False})
        await send(about, "cancel", {"s": "s4", "c": crew.lobby.id}, {"reason": "Mine"})
        done = [_held(await crew.show("s1")), _held(await crew.show("s2")), _held(await crew.show("s3"))]
        done.append((await crew.show("s4")).state.closed)
        assert done == [row.acts] * 4
        assert await _home(crew, who) is row.sees
        assert await _offered(crew, who) is row.acts


def _held(show: Show) -> bool:
    return show.hold is not None


async def _home(crew: Crew, who: User) -> bool:
    await crew.slack.open_home(who)
    await crew.settle()
    home = crew.slack.home(who)
    return home is not None and CANARY in json.dumps(home.body)


async def _offered(crew: Crew, who: User) -> bool:
    """Whether the picker of streams has one of the crew's."""
    element = {"type": "external_select", "action_id": "stream", "min_query_length": 0}
    block = {"type": "input", "block_id": "stream", "label": {"type": "plain_text", "text": "Stream"}, "element": element}
    body = {"type": "modal", "callback_id": "plan", "title": {"type": "plain_text", "text": "Plan"}, "blocks": [block]}
    body["submit"] = {"type": "plain_text", "text": "Send"}
    view = crew.slack.workspace.screens.open(who.id, body, crew.lobby.id)
    delivery = await crew.slack.options(who, view, "stream", "kestrel")
    crew.slack.workspace.screens.clear(who.id)
    return bool(delivery.options)


async def test_a_public_channels_show_is_seen_by_all_and_changed_by_its_members(tmp_path: Path) -> None:
    async with planned(tmp_path) as crew:
        await crew.rehearsal.command(crew.eve, crew.lobby, "/live plan Open House 16:00-16:30")
        await crew.submit(crew.eve)
        ana_sees = await crew.rehearsal.command(crew.ana, crew.channel, "/live shows")
        assert "Open House" in ana_sees
        assert CANARY in ana_sees
        eve_sees = await crew.rehearsal.command(crew.eve, crew.lobby, "/live shows")
        assert "Open House" in eve_sees
        assert CANARY not in eve_sees
        said = await crew.rehearsal.command(crew.ana, crew.channel, "/live hold s5")
        assert "Open House (s5) belongs to #lobby. Join that channel, or ask an operator." in said


async def test_a_channel_that_became_private_is_hidden_once_that_is_read(tmp_path: Path) -> None:
    async with planned(tmp_path) as crew:
        await crew.rehearsal.command(crew.eve, crew.lobby, "/live plan Open House 16:00-16:30")
        await crew.submit(crew.eve)
        crew.lobby.kind = "private"
        directory = crew.rehearsal.bot.directory
        directory.forget_members(crew.lobby.id)
        assert "Open House" not in await crew.rehearsal.command(crew.ana, crew.channel, "/live shows")
        assert "Open House" in await crew.rehearsal.command(crew.eve, crew.lobby, "/live shows")


async def test_what_slack_does_not_say_is_not_public(tmp_path: Path) -> None:
    async with planned(tmp_path) as crew:
        await crew.rehearsal.command(crew.eve, crew.lobby, "/live plan Open House 16:00-16:30")
        await crew.submit(crew.eve)
        crew.slack.fail("conversations.info", "internal_error", times=20)
        crew.rehearsal.bot.directory.forget_members(crew.lobby.id)
        assert "Open House" not in await crew.rehearsal.command(crew.ana, crew.channel, "/live shows")
        assert CANARY in await crew.rehearsal.command(crew.ana, crew.channel, "/live shows")


async def test_the_overlap_with_another_channels_show_on_the_same_stream_is_warned_of_without_its_name(tmp_path: Path) -> None:
    async with planned(tmp_path) as crew:
        stream = (await crew.show("s1")).stream
        await crew.rehearsal.command(crew.olga, crew.slack.dm(crew.olga), "/live help")
        crew.slack.invite(crew.lobby, crew.olga)
        await crew.settle()
        await crew.rehearsal.command(crew.olga, crew.lobby, f"/live plan Shared 11:10-11:20 on {stream}")
        await crew.submit(crew.olga)
        assert (await crew.show("s5")).stream == stream
        await crew.rehearsal.command(crew.eve, crew.lobby, f"/live plan Third 11:15-11:25 on {stream}")
        await crew.submit(crew.eve)
        told = crew.slack.read((crew.slack.dms(crew.eve) or crew.slack.ephemerals(crew.eve))[-1], crew.eve)
        assert "overlaps on the same stream with" in told
        assert "a show of another channel" in told
        assert "Shared (s5)" in told
        assert CANARY not in told


async def test_a_stream_that_is_being_made_for_a_hidden_show_is_in_no_list(tmp_path: Path) -> None:
    """Its name is the show's title, and until the provider's answer is stored nobody knows whose it is."""
    async with planned(tmp_path) as crew:
        crew.cloud.faults.add(Fault("/streaming/streams", "POST", answer_delay=0.3, cut="after", times=1))
        await crew.slack.command(crew.ana, crew.channel, f"/live plan Wren {CANARY} 15:00-15:30")
        await crew.slack.wait_for(lambda _: crew.slack.modals(crew.ana))
        await crew.slack.submit(crew.ana, crew.slack.modals(crew.ana)[-1], {})
        await crew.cloud.until(lambda: len(crew.cloud.ledger.of("stream created")) == 5)
        show = await crew.show("s5")
        assert show.stream == ""
        about = BreakIn(crew, crew.eve, crew.lobby)
        await crew.slack.command(crew.eve, crew.lobby, "/live stream list")
        await crew.slack.wait_for(lambda _: crew.slack.ephemerals(crew.eve))
        assert CANARY not in "".join(crew.slack.read(message, crew.eve) for message in crew.slack.ephemerals(crew.eve))
        assert about.leaks == []
        await crew.settle()
        assert (await crew.show("s5")).stream


async def test_a_show_that_an_older_version_let_be_planned_on_another_crews_stream_gives_no_right_on_it(tmp_path: Path) -> None:
    async with planned(tmp_path) as crew:
        stream = (await crew.show("s1")).stream
        foreign = replace(await crew.show("s1"), id="s77", channel=crew.lobby.id, title="Old Trick", planned_by=crew.eve.id)
        await crew.rehearsal.bot.store.plan(lambda _: Decision(None, shows=(foreign,)))
        about, before = BreakIn(crew, crew.eve, crew.lobby, stream=stream), await state_of(crew, ("s1",))
        lines = ("key s77", f"key {stream}", "stream key rotate s77", "restream add s77", "go s77 anyway", "move s77 +5m")
        for line in lines:
            await heard_by(about, f"/live {line}")
        assert await state_of(crew, ("s1",)) == before
        token = crew.cloud.stream(int(stream)).token
        assert not any(token in text or CANARY in text for text in about.heard.values())
        assert "belongs to another channel's shows" in about.heard["/live move s77 +5m"]
        assert len([text for text in map(crew.slack.read, crew.slack.dms(crew.olga)) if "Allow for #lobby" in text]) == 1
        await crew.slack.command(crew.eve, crew.lobby, "/live cancel s77")
        await crew.settle()
        await crew.submit(crew.eve)
        assert (await crew.show("s77")).state.closed
