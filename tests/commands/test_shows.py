"""`/live shows` and `/live status`: lists that begin where people look, and what is shared with the channel."""

from __future__ import annotations

from bot.model import ShowState
from tests.commands.control_room import on_air
from tests.studio import Studio


async def cancelled(studio: Studio, count: int) -> None:
    """So many shows, one after the other, that were cancelled."""
    for number in range(1, count + 1):
        await studio.plan(f"Service {number} 10:{number:02}-11:00")
        await studio.type(f"/live cancel s{number}")
        await studio.submit()


async def test_the_past_and_what_fits_a_word_begin_with_the_newest(studio: Studio) -> None:
    await cancelled(studio, 3)
    await studio.at("12:00", step=600)
    for words in ("past", "service"):
        said = await studio.type(f"/live shows {words}")
        assert said.index("Service 3") < said.index("Service 2") < said.index("Service 1"), words


async def test_more_shows_than_a_list_holds_leave_out_the_oldest(studio: Studio) -> None:
    await cancelled(studio, 22)
    said = await studio.type("/live shows service")
    assert "Service 22" in said
    assert "*Service 1*" not in said


async def test_a_shared_card_keeps_all_but_its_buttons(studio: Studio) -> None:
    show = await studio.plan("Sunday Service 10:00-10:20")
    before = len(studio.messages)
    assert "I am posting it here" in await studio.type("/live status share")
    shared = studio.messages[before]
    assert "Sunday Service" in studio.slack.read(shared)
    assert not [block for block in shared.blocks if block["type"] == "actions"]
    await studio.type(f"/live cancel {show.id}")
    await studio.submit()
    assert (await studio.show()).state is ShowState.CANCELLED
    before = len(studio.messages)
    await studio.type("/live status s1 share")
    assert "CANCELLED" in studio.slack.read(studio.messages[before])


async def test_nothing_is_said_to_be_shared_where_the_bot_is_not(studio: Studio) -> None:
    await on_air(studio)
    foreign = studio.slack.add_channel("foreign", members=[studio.ana], bot=False)
    for line in ("status s1 share", "link s1 share"):
        said = await studio.rehearsal.command(studio.ana, foreign, f"/live {line}")
        assert "in a channel that I am in. I am not in #foreign: invite me with /invite." in said, line
    assert studio.slack.channel(foreign).messages == []
