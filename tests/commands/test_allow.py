"""Allow for #channel: a stream that no show used is asked for where operators see it, once, and given by one press."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import commands
from bot.sandbox.rehearsal import Rehearsal
from bot.sandbox.slack import Message
from tests.commands.control_room import form
from tests.faults.outsider import MORNING, Crew

LINE = "/live plan Vespers 13:00-13:30"


@pytest.fixture
async def crew(tmp_path: Path) -> AsyncIterator[Crew]:
    """Eve in #lobby, Olga operates; #ops is for those who look after the bot; a stream Chapel was made without the bot."""
    playing = Crew(Rehearsal(tmp_path, commands.load(), start=MORNING))
    ops = playing.slack.add_channel("ops", members=[playing.olga, playing.ben])
    playing.rehearsal._env |= {"OPS_CHANNEL": ops.id}
    await playing.rehearsal.open()
    await playing.rehearsal.settle()
    yield playing
    await playing.rehearsal.close()


def requests(crew: Crew) -> list[Message]:
    """What operators are asked in #ops."""
    return [message for message in crew.slack.channel("ops").messages if "wants to plan a show" in message.text]


async def test_the_form_stays_open_until_an_operator_has_allowed_it(crew: Crew) -> None:
    chapel = await crew.portal_stream("Chapel")
    await crew.rehearsal.command(crew.eve, crew.lobby, LINE)
    await crew.slack.options(crew.eve, form(crew, crew.eve), "stream", "chap")
    for _ in range(2):
        refused = await crew.slack.submit(crew.eve, form(crew, crew.eve), {"stream": f"gcore:{chapel}"})
        assert isinstance(refused.ack_payload, dict)
        assert "an operator has to allow it for this channel" in refused.ack_payload["errors"]["stream"]
        await crew.settle()
    (request,) = requests(crew)
    assert "@eve wants to plan a show of #lobby on the stream *Chapel*" in crew.slack.read(request)
    await crew.rehearsal.press(crew.olga, request, "stream-allow")
    await crew.slack.submit(crew.eve, form(crew, crew.eve), {"stream": f"gcore:{chapel}"})
    await crew.settle()
    assert (await crew.show()).stream == str(chapel)
    granted = await crew.rehearsal.bot.store.grants((await crew.show()).key or pytest.fail("no stream"))
    assert [(grant.channel, grant.by) for grant in granted] == [(crew.lobby.id, crew.olga.id)]


async def test_whoever_is_no_operator_gives_nothing_by_pressing(crew: Crew) -> None:
    chapel = await crew.portal_stream("Chapel")
    await crew.rehearsal.command(crew.eve, crew.lobby, f"{LINE} on {chapel}")
    (request,) = requests(crew)
    await crew.rehearsal.press(crew.ben, request, "stream-allow")
    assert "Only an operator can allow that" in crew.slack.read(crew.slack.ephemerals(crew.ben)[-1])
    said = await crew.rehearsal.command(crew.eve, crew.lobby, f"{LINE} on {chapel}")
    assert "an operator has to allow it" in said


async def test_a_dry_run_asks_nobody(crew: Crew) -> None:
    chapel = await crew.portal_stream("Chapel")
    said = await crew.rehearsal.command(crew.eve, crew.lobby, f"{LINE} on {chapel} dry")
    assert "an operator has to allow it" in said
    assert "I have asked them" not in said
    assert requests(crew) == []


async def test_an_operator_plans_on_it_and_so_gives_it_to_that_channel(crew: Crew) -> None:
    chapel = await crew.portal_stream("Chapel")
    crew.slack.invite(crew.lobby, crew.olga)
    await crew.settle()
    await crew.rehearsal.command(crew.olga, crew.lobby, f"{LINE} on {chapel}")
    await crew.submit(crew.olga)
    assert (await crew.show()).stream == str(chapel)
    assert "Server" in await _key(crew, chapel)


async def _key(crew: Crew, stream: int) -> str:
    await crew.rehearsal.command(crew.eve, crew.lobby, f"/live stream key {stream}")
    return crew.slack.read(form(crew, crew.eve), crew.eve)


async def test_keys_and_ends_of_a_stream_that_one_has_only_made_are_for_operators(crew: Crew) -> None:
    await crew.rehearsal.command(crew.eve, crew.lobby, "/live stream create Mine")
    for line in ("key mine", "stream key rotate mine", "stream disable mine", "stream delete mine"):
        await crew.rehearsal.command(crew.eve, crew.lobby, f"/live {line}")
        assert "needs an operator" in crew.slack.read(form(crew, crew.eve), crew.eve), line
    assert await crew.rehearsal.command(crew.eve, crew.lobby, "/live stream edit mine name=Ours")
    await crew.rehearsal.command(crew.eve, crew.lobby, f"{LINE} on mine")
    await crew.submit(crew.eve)
    show = await crew.show()
    assert "Server" in await _key(crew, int(show.stream))
    assert "There is no stream" in await crew.rehearsal.command(
        crew.ana, crew.channel, f"/live plan Too 13:00-13:30 on {show.stream}0"
    )
