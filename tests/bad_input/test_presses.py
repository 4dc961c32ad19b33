"""Presses that come twice, too late, at once, or for something that is no longer so: each is done once or answered as it stands."""

from __future__ import annotations

import asyncio

from bot.model import OperationState, ShowState
from bot.sandbox.slack import Message, User
from tests.studio import Studio


async def ready(studio: Studio) -> int:
    """A show that is open with steady signal a few minutes before its start; its stream."""
    show = await studio.plan()
    await studio.at("9:31", step=60)
    stream = int((await studio.show()).stream)
    studio.cloud.connect_encoder(stream)
    await studio.at("9:58:30", step=30)
    assert show.id == "s1"
    return stream


async def on_air(studio: Studio) -> int:
    """A show on air; its stream."""
    stream = await ready(studio)
    await studio.at("10:00:15")
    assert (await studio.show()).state is ShowState.LIVE
    return stream


def answers(studio: Studio, who: User | None = None) -> list[str]:
    """Everything that one person alone was told, as a whisper or a direct message."""
    who = who or studio.ana
    told = sorted([*studio.slack.ephemerals(who), *studio.slack.dms(who)], key=lambda message: float(message.ts))
    return [studio.slack.read(message, who) for message in told]


async def test_a_button_pressed_twice_does_it_once(studio: Studio) -> None:
    stream = await ready(studio)
    card = studio.card
    await asyncio.gather(
        studio.slack.press(studio.ana, card, "go", even_if_old=True), studio.slack.press(studio.ana, card, "go", even_if_old=True)
    )
    await studio.settle()
    await studio.passes(5)
    assert len(studio.cloud.ledger.of("broadcast live")) == 1
    assert len(studio.cloud.ledger.of("enabled", stream)) == 1
    assert studio.heard("ON AIR — Sunday Service") == 1
    assert len([op for op in await studio.operations() if op.verb == "go"]) == 1


async def test_two_people_who_press_at_once_do_it_once_and_both_know(studio: Studio) -> None:
    await on_air(studio)
    end = (await studio.show()).end
    await studio.at("10:10:30", step=10)
    prompt = next(message for message in reversed(studio.messages) if "extend:15" in str(message.blocks))
    await asyncio.gather(
        studio.slack.press(studio.ana, prompt, "extend:15", even_if_old=True),
        studio.slack.press(studio.ben, prompt, "extend:15", even_if_old=True),
    )
    await studio.settle()
    assert ((await studio.show()).end - end).total_seconds() == 15 * 60
    said = answers(studio) + answers(studio, studio.ben)
    assert len([text for text in said if "ends at 10:35 now" in text]) == 1
    assert len([text for text in said if "That card was outdated; nothing was changed." in text]) == 1


async def test_a_press_on_an_outdated_card_changes_nothing_and_tells_how_it_stands(studio: Studio) -> None:
    await on_air(studio)
    old = studio.card
    await studio.type("/live pause s1")
    assert (await studio.show()).state is ShowState.PAUSED
    await press_old(studio, old, "pause", studio.ben)
    assert "That card was outdated; nothing was changed. Sunday Service is paused since" in answers(studio, studio.ben)[-1]
    assert len(studio.cloud.ledger.of("broadcast paused")) == 1


async def test_a_card_works_after_a_restart(studio: Studio) -> None:
    await on_air(studio)
    card = studio.card
    await studio.rehearsal.stop_bot()
    await studio.rehearsal.start_bot()
    await studio.settle()
    await press_old(studio, card, "pause", studio.ana)
    assert (await studio.show()).state is ShowState.PAUSED


async def test_a_question_answered_before_a_restart_is_not_answered_again(studio: Studio) -> None:
    await studio.plan()
    await studio.at("9:31", step=60)
    await studio.at("10:02:30", step=10)
    asked = next(message for message in reversed(studio.messages) if "question:" in str(message.blocks))
    assert "there is no signal from the encoder" in studio.slack.read(asked)
    action = next(e["action_id"] for b in asked.blocks if b["type"] == "actions" for e in b["elements"] if "wait" in e["action_id"])
    await studio.rehearsal.press(studio.ana, asked, action)
    await studio.rehearsal.stop_bot()
    await studio.rehearsal.start_bot()
    await studio.settle()
    await press_old(studio, asked, action, studio.ben)
    assert "That question was answered already; nothing was changed." in answers(studio, studio.ben)[-1]


async def test_buttons_of_a_show_that_is_over_say_so(studio: Studio) -> None:
    await on_air(studio)
    card = studio.card
    await studio.at("10:21", step=10)
    assert (await studio.show()).state in (ShowState.OFF, ShowState.DONE)
    calls = len(studio.cloud.ledger)
    for action in ("pause", "finish"):
        await press_old(studio, card, action, studio.ben)
        assert "nothing was changed" in answers(studio, studio.ben)[-1]
    assert studio.slack.modals(studio.ben) == []
    assert "There is nothing to finish." in await studio.type("/live finish s1")
    assert "nothing to extend" in await studio.type("/live extend s1")
    assert len(studio.cloud.ledger) == calls


async def test_a_form_that_slack_did_not_open_in_time_is_told(studio: Studio) -> None:
    await studio.plan()
    for error in ("expired_trigger_id", "exchanged_trigger_id", "internal_error"):
        studio.slack.fail("views.open", error)
        assert "Slack did not open the form in time. Try again." in await studio.type("/live cancel s1")
    assert studio.slack.modals(studio.ana) == []


async def test_a_form_sent_twice_is_done_once(studio: Studio) -> None:
    await studio.type("/live plan Sunday Service 10:00-10:20")
    form = studio.slack.modals(studio.ana)[-1]
    sent = await studio.slack.submit(studio.ana, form, {})
    await studio.slack.repeat(sent)
    await studio.slack.submit(studio.ana, form, {}, even_if_old=True)
    await studio.settle()
    assert len(await studio.rehearsal.bot.store.shows()) == 1
    assert len(studio.cloud.ledger.of("stream created")) == 1
    assert len([text for text in answers(studio) if "Planned: *Sunday Service* (s1)" in text]) == 1


async def test_what_slack_brings_twice_is_done_once(studio: Studio) -> None:
    await on_air(studio)
    end = (await studio.show()).end
    for send in (
        studio.slack.command(studio.ana, studio.channel, "/live extend 10m s1"),
        studio.slack.mention(studio.ana, studio.channel, "extend 10m s1"),
    ):
        delivery = await send
        assert delivery is not None
        await studio.slack.repeat(delivery)
        await studio.settle()
        await studio.slack.repeat(delivery)
        await studio.settle()
    assert ((await studio.show()).end - end).total_seconds() == 2 * 10 * 60
    press = await studio.slack.press(studio.ana, studio.card, "pause")
    await studio.slack.repeat(press)
    await studio.settle()
    assert len(studio.cloud.ledger.of("broadcast paused")) == 1
    assert len([text for text in answers(studio) if text.startswith("Pausing")]) == 1


async def test_what_slack_brings_again_after_a_restart_is_not_done_again(studio: Studio) -> None:
    await on_air(studio)
    end = (await studio.show()).end
    delivery = await studio.slack.command(studio.ana, studio.channel, "/live extend 10m s1")
    await studio.settle()
    await studio.rehearsal.stop_bot()
    await studio.rehearsal.start_bot()
    await studio.slack.repeat(delivery)
    await studio.settle()
    assert ((await studio.show()).end - end).total_seconds() == 10 * 60


async def test_a_button_of_an_earlier_version_says_where_fresh_ones_are(studio: Studio) -> None:
    button = {"type": "button", "action_id": "ancient", "text": {"type": "plain_text", "text": "Ancient"}, "value": "no json"}
    row = {"type": "actions", "elements": [button]}
    await studio.rehearsal.bot.client.chat_postMessage(channel=studio.channel.id, text="An old card", blocks=[row])
    await studio.rehearsal.press(studio.ana, studio.messages[-1], "ancient")
    said = "That button is from an earlier version of me; nothing was changed. Type /live for fresh ones."
    assert answers(studio)[-1] == said


async def test_a_press_that_carries_nonsense_says_that_the_show_is_unknown(studio: Studio) -> None:
    values = ("", "no json", "[]", '{"s": 7}', '{"s": "s99"}', '{"s": null}')
    elements = [
        {"type": "button", "action_id": action, "text": {"type": "plain_text", "text": action}, "value": value or "0"}
        for action, value in zip(("go", "pause", "finish", "edit", "extend:15"), values[1:], strict=False)
    ]
    blocks = [{"type": "actions", "elements": elements}]
    await studio.rehearsal.bot.client.chat_postMessage(channel=studio.channel.id, text="A strange card", blocks=blocks)
    for element in elements:
        await studio.rehearsal.press(studio.ana, studio.messages[-1], str(element["action_id"]))
        assert answers(studio)[-1].startswith("That show is no longer known. See /live shows."), element


async def test_the_same_verb_typed_while_it_is_under_way_joins_it(studio: Studio) -> None:
    await ready(studio)
    await asyncio.gather(
        *(studio.slack.command(who, studio.channel, "/live go s1") for who in (studio.ana, studio.ben, studio.ana))
    )
    await studio.settle()
    await studio.passes(5)
    assert len(studio.cloud.ledger.of("broadcast live")) == 1
    done = [op for op in await studio.operations() if op.verb == "go"]
    assert [op.state for op in done] == [OperationState.DONE]
    assert "is on air since" in await studio.type("/live go s1")


async def press_old(studio: Studio, message: Message, action: str, who: User) -> None:
    """Press what a phone still shows although it has changed."""
    await studio.slack.press(who, message, action, even_if_old=True)
    await studio.settle()
