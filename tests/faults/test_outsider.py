"""A sample of what an outsider tries on a private crew's show, and the control that is seen to get through."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.sandbox.faults import Fault
from tests.faults.outsider import (
    CANARY,
    BreakIn,
    allow_everything,
    begun,
    everything,
    heard_by,
    on_air,
    press,
    pressing,
    sending,
    state_of,
    typing,
)

SAMPLE = 9
"""Every ninth attempt of each kind; `make torture` makes them all."""


async def test_an_outsider_of_the_lobby_gets_nothing_and_changes_nothing(tmp_path: Path) -> None:
    async with on_air(tmp_path) as crew:
        before = await state_of(crew)
        attack = await begun(crew, crew.eve)
        await everything(attack, SAMPLE)
        assert attack.leaks == []
        assert await state_of(crew) == before


async def test_a_guest_gets_nothing_and_changes_nothing(tmp_path: Path) -> None:
    async with on_air(tmp_path) as crew:
        before = await state_of(crew)
        attack = await begun(crew, crew.gus)
        await everything(attack, SAMPLE * 3)
        assert attack.leaks == []
        assert await state_of(crew) == before


@pytest.mark.parametrize("how", [typing, pressing, sending], ids=lambda how: str(how.__name__))
async def test_where_everything_is_allowed_the_same_outsider_gets_through(
    tmp_path: Path, how: Callable[[BreakIn, int], Awaitable[None]]
) -> None:
    async with on_air(tmp_path, allow_everything) as crew:
        before = await state_of(crew)
        attack = await begun(crew, crew.eve)
        await how(attack, SAMPLE)
        assert any(CANARY in leak for leak in attack.leaks)
        assert await state_of(crew) != before


@pytest.mark.parametrize("provider", ["aioz", "gjirafa", "videograph"])
async def test_an_outsider_gets_nothing_at_any_provider(tmp_path: Path, provider: str) -> None:
    async with on_air(tmp_path, provider=provider) as crew:
        before = await state_of(crew)
        attack = await begun(crew, crew.eve)
        await everything(attack, SAMPLE * 2)
        assert attack.leaks == []
        assert await state_of(crew) == before


NOWHERE = {"s1": "s941", "stream": "888941", "video": "888942"}
"""Ids that never existed, in the place of the crew's."""


@pytest.mark.parametrize("who", ["eve", "ben"])
async def test_what_may_not_be_seen_is_answered_as_what_never_existed(tmp_path: Path, who: str) -> None:
    """For Eve each answer about the crew's things is that about things that never were; for Ben, who is in the crew, it is not."""
    async with on_air(tmp_path) as crew:
        about = await begun(crew, crew.slack.user(who))
        differing = []
        await heard_by(about, "/live help")  # what was said before is out of the way
        for line in ENUMERATED:
            told = []
            for ids in ({"s1": "s1", "stream": about.stream, "video": about.video}, NOWHERE):
                typed = line.format(**ids)
                await heard_by(about, f"/live {typed}")
                text = about.heard[f"/live {typed}"]
                told.append(re.sub("|".join(ids.values()), "it", text))
            if _plain(told[0]) != _plain(told[1]):
                differing.append(line)
        assert differing == ([] if who == "eve" else list(ENUMERATED))


def _plain(text: str) -> str:
    return re.sub(r'"(block_id|private_metadata)": "[^"]*"', "", text)


ENUMERATED = (
    "status {s1}",
    "link {s1}",
    "go {s1} dry",
    "restream list {s1}",
    "record status {s1}",
    "broadcast {s1}",
    "clip {s1} list",
    "video list {s1}",
    "video info {video}",
    "video info gcore:{video}",
    "video delete {video}",
    "stream key {s1}",
    "stream edit {stream} name=X dry",
    "stream edit gcore:{stream} name=X dry",
    "stream disable {stream}",
    "stream key gcore:{stream}",
    "stream key rotate {stream}",
    "plan Mine 13:00-13:30 on {stream}",
    "plan Mine 13:00-13:30 on gcore:{stream}",
    "plan Mine 13:00-13:30 on {s1}",
)
"""Lines by which ids could be tried one after the other."""


async def test_news_of_the_crews_stream_between_its_shows_name_nothing_in_the_default_channel(tmp_path: Path) -> None:
    async with on_air(tmp_path) as crew:
        show = await crew.show("s1")
        await crew.type("/live finish s1 now")
        await crew.submit()
        await crew.passes(900, step=30)
        assert (await crew.show("s1")).stopped_at is not None
        await crew.type(f"/live stream enable {show.stream}")
        crew.cloud.connect_encoder(int(show.stream))
        await crew.rehearsal.bot.watcher.reconcile()
        await crew.passes(30, step=5)
        told = [message.text for message in crew.slack.channel(crew.lobby).messages]
        assert any(show.stream in text for text in told)
        assert not any(CANARY in text for text in told)


async def test_a_video_that_cannot_be_looked_up_is_not_named_in_the_default_channel(tmp_path: Path) -> None:
    async with on_air(tmp_path) as crew:
        crew.cloud.faults.add(Fault("/streaming/videos*", status=503, times=None))
        told = {"id": 990417, "name": f"Kestrel {CANARY}", "status": "pending"}
        for status in ("pending", "viewable", "deleted"):
            crew.cloud.webhooks.send("vod", "990417", {"type": "vod", "message": {"video": told | {"status": status}}}, crew.now)
            await crew.passes(30, step=5)
        lobby = [message.text for message in crew.slack.channel(crew.lobby).messages]
        assert any("990417" in text for text in lobby)
        assert not any(CANARY in text for text in lobby)


async def test_a_stream_that_no_show_used_is_given_by_an_operator(tmp_path: Path) -> None:
    async with on_air(tmp_path) as crew:
        other = await crew.portal_stream("Chapel")
        line = f"/live plan Mine 13:00-13:30 on {other}"
        said = await crew.rehearsal.command(crew.eve, crew.lobby, line)
        assert "an operator has to allow it for this channel. I have asked them" in said
        await crew.rehearsal.command(crew.eve, crew.lobby, line)
        (request,) = crew.slack.dms(crew.olga)
        assert "Allow for #lobby" in crew.slack.read(request, crew.olga)
        await crew.rehearsal.press(crew.olga, request, "stream-allow")
        assert "allowed the stream *Chapel* for #lobby" in crew.slack.read(crew.slack.dms(crew.olga)[-1], crew.olga)
        assert "plan your show on it now" in crew.slack.read(crew.slack.dms(crew.eve)[-1], crew.eve)
        show = await crew.rehearsal.command(crew.eve, crew.lobby, line)
        await crew.submit(crew.eve)
        assert (await crew.show("s4")).stream == str(other), show
        assert await crew.rehearsal.command(crew.ana, crew.channel, f"/live plan Too 13:00-13:30 on {other}")


async def test_only_an_operator_can_give_a_stream(tmp_path: Path) -> None:
    async with on_air(tmp_path) as crew:
        before = await state_of(crew)
        about = await begun(crew, crew.eve)
        await press(about, "stream-allow", {"k": f"gcore:{about.stream}", "c": crew.lobby.id, "u": crew.eve.id})
        assert "Only an operator can allow that" in "".join(about.heard.values())
        assert await state_of(crew) == before
