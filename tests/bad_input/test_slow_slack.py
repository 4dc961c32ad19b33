"""Slack or the provider answers slowly: the brake waits for neither, and a form that needs an answer first keeps its place."""

from __future__ import annotations

import asyncio

import pytest

from bot.model import ShowState
from bot.sandbox.faults import Fault
from bot.sandbox.slack import User
from tests.commands.control_room import form, form_text, last_words, on_air
from tests.studio import Studio


def forget_members(studio: Studio) -> None:
    """As after a restart: nobody has asked yet who is in the channel."""
    studio.rehearsal.bot.directory.forget_members(studio.channel.id)


def slow_members(studio: Studio) -> asyncio.Event:
    """Slack says who is in a channel only once the event is set."""
    return slow(studio, "*conversations.members")


def slow(studio: Studio, path: str) -> asyncio.Event:
    answers = asyncio.Event()
    studio.slack.faults.add(Fault(path=path, times=None, held_until=answers))
    return answers


async def a_window_waits(studio: Studio, who: User | None = None) -> None:
    """The bot has left this person without any answer for as long as it does, and shows what it waits for."""
    who = who or studio.ana
    await studio.slack.wait_for(lambda _: studio.slack.modals(who))
    assert "Asking" in form_text(studio, who)


def forms_opened(studio: Studio) -> list[str]:
    """The titles of every form, in the order in which they were shown."""
    return [call.method for call in studio.slack.calls if call.method in ("views.open", "views.push")]


async def test_a_press_on_the_card_in_its_own_channel_asks_slack_for_nothing(studio: Studio) -> None:
    await on_air(studio)
    forget_members(studio)
    answers = slow_members(studio)
    await studio.slack.press(studio.ana, studio.card, "finish")
    await studio.slack.wait_for(lambda _: studio.slack.modals(studio.ana))
    assert form(studio).title == "Finish the show?"
    answers.set()
    await studio.settle()
    assert studio.rehearsal.bot.directory.remembered(studio.channel.id) is not None


async def test_the_brake_typed_elsewhere_opens_a_window_before_slack_says_who_is_a_member(studio: Studio) -> None:
    await on_air(studio)
    lobby = studio.slack.add_channel("lobby", members=[studio.ana])
    forget_members(studio)
    answers = slow_members(studio)
    await studio.slack.command(studio.ana, lobby, "/live finish s1")
    await a_window_waits(studio)
    answers.set()
    await studio.settle()
    assert form(studio).title == "Finish the show?"
    await studio.submit()
    await studio.passes(15)
    assert (await studio.show()).state is ShowState.OFF


async def another_show_of_which_slack_says_nothing(studio: Studio, title: str, answers: asyncio.Event) -> Fault:
    """A show in another channel; Slack says who is in that channel only once the event is set, and meets the fault if asked."""
    other = studio.slack.add_channel("other", members=[studio.ana])
    await studio.rehearsal.command(studio.ana, other, f"/live plan {title} 10:00-10:20")
    await studio.submit()
    studio.rehearsal.bot.directory.forget_members(other.id)
    return studio.slack.faults.add(Fault(path="*conversations.members", times=None, held_until=answers))


async def hold_is_stored(studio: Studio, show_id: str) -> None:
    """Return once the show is held."""
    async with asyncio.timeout(10):
        show = await studio.show(show_id)
        while show.hold is None:
            await asyncio.sleep(0.001)
            show = await studio.show(show_id)


@pytest.mark.parametrize("words", ["Sunday Service", "sunday", "Sunday the lights are out"])
async def test_the_brake_by_title_in_the_shows_own_channel_does_not_wait_for_word_of_other_channels(
    studio: Studio, words: str
) -> None:
    show = await studio.plan()
    answers = asyncio.Event()
    asked = await another_show_of_which_slack_says_nothing(studio, "Sunday Evening", answers)
    await studio.slack.command(studio.ana, studio.channel, f"/live hold {words}")
    await hold_is_stored(studio, show.id)
    assert not asked.met.is_set()
    answers.set()
    await studio.settle()


async def test_the_brake_by_a_longer_title_of_another_channel_is_not_taken_for_the_show_here(studio: Studio) -> None:
    show = await studio.plan()
    answers = asyncio.Event()
    await another_show_of_which_slack_says_nothing(studio, "Sunday Evening", answers)
    await studio.slack.command(studio.ana, studio.channel, "/live hold Sunday Evening")
    await a_window_waits(studio)
    answers.set()
    await studio.settle()
    assert "Held: Sunday Evening" in form_text(studio)
    assert (await studio.show(show.id)).hold is None


async def test_a_refusal_that_took_long_stands_in_the_window(studio: Studio) -> None:
    await studio.plan()
    eve = studio.slack.add_user("eve")
    lobby = studio.slack.add_channel("lobby", members=[eve])
    forget_members(studio)
    answers = slow_members(studio)
    await studio.slack.command(eve, lobby, "/live pause s1")
    await a_window_waits(studio, eve)
    answers.set()
    await studio.settle()
    assert "belongs to #studio" in form_text(studio, eve)


async def test_an_answer_that_took_long_stands_in_the_window_too(studio: Studio) -> None:
    await studio.plan()
    lobby = studio.slack.add_channel("lobby", members=[studio.ana])
    forget_members(studio)
    answers = slow_members(studio)
    await studio.slack.command(studio.ana, lobby, "/live hold s1")
    await a_window_waits(studio)
    answers.set()
    await studio.settle()
    assert "Held: Sunday Service (s1)" in form_text(studio)


async def test_somebody_whom_slack_is_slow_to_name_gets_the_form_all_the_same(studio: Studio) -> None:
    await studio.plan()
    eve = studio.slack.add_user("eve")
    studio.slack.invite(studio.channel, eve)
    await studio.settle()
    answers = slow(studio, "*users.info")
    await studio.slack.command(eve, studio.channel, "/live cancel s1")
    await a_window_waits(studio, eve)
    answers.set()
    await studio.settle()
    assert form(studio, eve).title == "Cancel the show?"


async def test_the_form_of_a_plan_keeps_its_place_while_slack_says_whether_the_bot_is_here(studio: Studio) -> None:
    forget_members(studio)
    answers = slow_members(studio)
    await studio.slack.command(studio.ana, studio.channel, "/live plan News 20:00-20:15")
    await a_window_waits(studio)
    answers.set()
    await studio.settle()
    assert form(studio).title == "Plan a show"


async def test_quick_answers_open_no_window(studio: Studio) -> None:
    await studio.plan()
    before = len(forms_opened(studio))
    forget_members(studio)
    lobby = studio.slack.add_channel("lobby", members=[studio.ana])
    assert "Held" in await studio.rehearsal.command(studio.ana, lobby, "/live hold s1")
    assert len(forms_opened(studio)) == before
    assert "Held" in last_words(studio)
