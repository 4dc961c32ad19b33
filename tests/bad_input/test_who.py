"""Who may call a show: members of its channel and operators; everybody else is told who can let them in, and nothing happens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import commands
from bot.sandbox.rehearsal import Rehearsal
from bot.sandbox.slack import User
from bot.slack.methods import METHODS
from tests.bad_input.conftest import SUNDAY_NINE
from tests.studio import Studio


@pytest.fixture
async def strict(tmp_path: Path) -> AsyncIterator[Studio]:
    """A studio whose operators are the group @video-crew, in which so far is only Olga, who is not in #studio."""
    rehearsal = Rehearsal(tmp_path, commands.load(), start=SUNDAY_NINE, settle=0.3, timeout=0.5)
    playing = Studio(rehearsal)
    olga = rehearsal.slack.add_user("olga")
    guest = rehearsal.slack.add_user("gus", guest=True)
    group = rehearsal.slack.add_usergroup("video-crew", [olga, guest])
    rehearsal._env["OPERATORS"] = group.id
    await rehearsal.open()
    await rehearsal.settle()
    yield playing
    await rehearsal.close()


async def join(studio: Studio, who: User) -> User:
    studio.slack.invite(studio.channel, who)
    await studio.settle()
    return who


async def open_now(studio: Studio, who: User) -> None:
    """Choose that from the card's menu."""
    await studio.rehearsal.press(who, studio.card, "more", "Open now")


async def last_words(studio: Studio, who: User) -> str:
    """What this person alone was told last, as a whisper, a direct message or a form."""
    whispers = [*studio.slack.ephemerals(who), *studio.slack.dms(who)]
    return studio.slack.read(max(whispers, key=lambda message: float(message.ts)), who)


async def test_a_guest_is_refused_and_told_who_can_change_that(studio: Studio) -> None:
    await studio.plan()
    guest = await join(studio, studio.slack.add_user("gus", guest=True))
    said = await studio.type("/live go s1", guest)
    assert said.startswith("Guests cannot use this here. An admin can add you to OPERATORS.")
    await open_now(studio, guest)
    assert "Guests cannot use this here" in await last_words(studio, guest)
    assert (await studio.show()).state.value == "planned"
    assert not studio.cloud.ledger.of("enabled")


async def test_a_stranger_from_another_organisation_is_refused(studio: Studio) -> None:
    await studio.plan()
    stranger = await join(studio, studio.slack.add_user("sven", stranger=True))
    assert (await studio.type("/live cancel s1", stranger)).startswith("People of other organisations cannot use this here.")
    assert studio.slack.modals(stranger) == []


async def test_a_guest_finds_no_streams_in_a_picker_and_cannot_send_a_form_for_others(studio: Studio) -> None:
    await studio.plan()
    guest = await join(studio, studio.slack.add_user("gus", guest=True))
    await studio.type("/live plan")
    form = studio.slack.modals(studio.ana)[-1]
    assert (await studio.slack.options(studio.ana, form, "stream", "sunday")).options
    await studio.type("/live status", guest)
    assert (await studio.slack.options(guest, form, "stream", "sunday")).options == []


async def test_somebody_who_only_looks_at_a_public_channel_cannot_press_its_card(studio: Studio) -> None:
    await studio.plan()
    eve = studio.slack.add_user("eve")
    await open_now(studio, eve)
    said = await last_words(studio, eve)
    assert "Sunday Service (s1) belongs to #studio. Join that channel, or ask an operator." in said
    assert (await studio.show()).state.value == "planned"
    await join(studio, eve)
    await open_now(studio, eve)
    assert (await studio.show()).state.value == "open"


async def test_naming_a_show_from_another_channel_needs_membership_in_its_own(studio: Studio) -> None:
    await studio.plan()
    eve = studio.slack.add_user("eve")
    elsewhere = studio.slack.add_channel("elsewhere", members=[studio.ana, eve])
    for typed in (
        "go s1 anyway",
        "pause s1",
        "finish s1",
        "cancel s1",
        "hold s1",
        "move s1 11:00",
        "extend s1",
        "status s1 share",
        "link s1 share",
        "record start s1",
    ):
        said = await studio.rehearsal.command(eve, elsewhere, f"/live {typed}")
        assert "belongs to #studio. Join that channel, or ask an operator." in said, typed
    assert "belongs to #studio" in await studio.rehearsal.command(eve, elsewhere, "/live go sunday")
    said = await studio.rehearsal.command(studio.ana, elsewhere, "/live move s1 11:00")
    assert "Moved: Sunday Service (s1)" in said


async def test_what_a_public_channel_knows_a_colleague_from_another_one_may_read(studio: Studio) -> None:
    await studio.plan()
    eve = studio.slack.add_user("eve")
    elsewhere = studio.slack.add_channel("elsewhere", members=[studio.ana, eve])
    for typed in ("status s1", "record status s1", "restream list s1"):
        said = await studio.rehearsal.command(eve, elsewhere, f"/live {typed}")
        assert "Sunday Service" in said, typed
        assert "Join that channel" not in said, typed


async def test_a_form_opened_as_a_member_is_refused_after_leaving(studio: Studio) -> None:
    await studio.plan()
    await studio.type("/live cancel s1", studio.ben)
    studio.slack.remove(studio.channel, studio.ben)
    await studio.settle()
    await studio.submit(studio.ben)
    assert "belongs to #studio" in await last_words(studio, studio.ben)
    assert (await studio.show()).state.value == "planned"


async def test_an_operator_of_the_group_may_act_from_anywhere_even_as_a_guest(strict: Studio) -> None:
    await strict.plan()
    olga, gus = strict.slack.user("olga"), strict.slack.user("gus")
    await open_now(strict, olga)
    assert (await strict.show()).state.value == "open"
    elsewhere = strict.slack.add_channel("elsewhere", members=[gus])
    assert "Moved: Sunday Service" in await strict.rehearsal.command(gus, elsewhere, "/live move s1 10:05")


async def test_another_bot_is_refused(studio: Studio) -> None:
    await studio.plan()
    robot = studio.slack.workspace.add_user("robot", tz="UTC", bot=True)
    await join(studio, robot)
    assert (await studio.type("/live go s1 anyway", robot)).startswith("Bots cannot call shows.")
    assert (await studio.show()).state.value == "planned"


# -- channels without the bot
async def test_where_the_bot_is_not_every_command_is_answered_with_how_to_invite_it(studio: Studio) -> None:
    await studio.plan()
    foreign = studio.slack.add_channel("foreign", members=[studio.ana], bot=False)
    secret = studio.slack.add_channel("secret", members=[studio.ana], bot=False, private=True)
    verbs = [name for name in commands.load().commands if name not in ("stream", "key")]
    for place in (foreign, secret):
        for verb in verbs:
            said = await studio.rehearsal.command(studio.ana, place, f"/live {verb}")
            opened = studio.slack.modals(studio.ana)
            assert opened or f"I am not in #{place.name}: invite me with /invite." in said, verb
            studio.slack.workspace.screens.clear(studio.ana.id)
    used = {call.method for call in studio.slack.calls}
    assert "conversations.join" not in used
    assert studio.slack.channel(foreign).messages == []
    assert "chat:write.public" not in str(METHODS)


async def test_a_show_cannot_be_planned_where_the_bot_is_not_until_it_is_invited(studio: Studio) -> None:
    foreign = studio.slack.add_channel("foreign", members=[studio.ana], bot=False)
    said = await studio.rehearsal.command(studio.ana, foreign, "/live plan News 20:00-20:15")
    assert said.startswith("A show is called in a channel that I am in. I am not in #foreign: invite me with /invite.")
    assert studio.slack.modals(studio.ana) == []
    studio.slack.invite(foreign)
    await studio.settle()
    await studio.rehearsal.command(studio.ana, foreign, "/live plan News 20:00-20:15")
    assert studio.slack.modals(studio.ana)[-1].title == "Plan a show"


async def test_a_show_of_another_channel_can_still_be_paused_from_where_the_bot_is_not(studio: Studio) -> None:
    await studio.plan()
    foreign = studio.slack.add_channel("foreign", members=[studio.ana], bot=False)
    said = await studio.rehearsal.command(studio.ana, foreign, "/live move s1 10:30")
    assert "Moved: Sunday Service (s1)" in said
    assert "I am not in #foreign: invite me with /invite." in said
