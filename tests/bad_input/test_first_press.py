"""The first press after a restart: only the brake goes by a list of members that nobody has read yet."""

from __future__ import annotations

import pytest

from bot.model import ShowState
from bot.sandbox.faults import Fault
from tests.bad_input.test_who import last_words
from tests.studio import Studio

BRAKE = ("pause", "finish", "hold", "Pause", "Finish…", "Hold")
READING = ("Viewer link",)


async def restart(studio: Studio) -> None:
    await studio.rehearsal.stop_bot()
    await studio.rehearsal.start_bot()
    await studio.settle()


@pytest.mark.parametrize("when", ["09:00", "09:45"])
async def test_no_press_of_an_outsider_passes_but_the_brake(studio: Studio, when: str) -> None:
    """Eve sees the public #studio with its card, and is not in it. The bot restarts before each of her presses.

    What only shows what a public channel's show is, she may have as well.
    """
    await studio.plan()
    eve = studio.slack.add_user("eve")
    await studio.at(when)
    state = (await studio.show()).state
    harmless = {*BRAKE, *READING}
    controls = [(action, entry) for action, entry in _controls(studio) if action not in harmless and entry not in harmless]
    assert len(controls) >= 4
    for action, entry in controls:
        await restart(studio)
        before = len(studio.slack.ephemerals(eve))
        await studio.rehearsal.press(eve, studio.card, action, entry)
        told = [*studio.slack.ephemerals(eve)[before:], *studio.slack.dms(eve)]
        said = " ".join(
            [*(studio.slack.read(one, eve) for one in told), *(studio.slack.read(view) for view in studio.slack.modals(eve))]
        )
        assert "rtmp" not in said, (action, entry)
        assert "belongs to #studio" in said, (action, entry, said)
        studio.slack.workspace.screens.clear(eve.id)
    assert (await studio.show()).state is state


def _controls(studio: Studio) -> list[tuple[str, str | None]]:
    found: list[tuple[str, str | None]] = []
    for block in studio.card.blocks:
        for element in block.get("elements", []) if block.get("type") == "actions" else []:
            if element["type"] == "overflow":
                found += [(element["action_id"], option["text"]["text"]) for option in element["options"]]
            else:
                found.append((element["action_id"], None))
    return found


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 429, "headers": {"Retry-After": "30"}}])
async def test_where_slack_does_not_say_who_is_in_the_channel_even_members_only_brake(
    studio: Studio, fault: dict[str, object]
) -> None:
    await studio.plan()
    await restart(studio)
    studio.slack.faults.add(Fault(path="*conversations.members", times=None, **fault))  # type: ignore[arg-type]
    await studio.rehearsal.press(studio.ben, studio.card, "ingest")
    assert "Slack does not tell me who is in #studio" in await last_words(studio, studio.ben)
    await studio.rehearsal.press(studio.ben, studio.card, "more", "Open now")
    assert "Slack does not tell me who is in #studio" in await last_words(studio, studio.ben)
    assert (await studio.show()).state is ShowState.PLANNED
    await studio.rehearsal.press(studio.ben, studio.card, "more", "Hold")
    assert (await studio.show()).hold is not None
    studio.slack.faults.clear()


async def test_a_form_opened_before_the_restart_is_held_against_the_list_after_it(studio: Studio) -> None:
    await studio.plan()
    await studio.type("/live cancel s1", studio.ben)
    studio.slack.channel(studio.channel).members.remove(studio.ben.id)  # while the bot is down, so that no event tells
    await restart(studio)
    studio.slack.faults.add(Fault(path="*conversations.members", times=1, status=503))
    await studio.submit(studio.ben)
    assert "Slack does not tell me who is in #studio" in await last_words(studio, studio.ben)
    await studio.type("/live cancel s1")
    forged = studio.slack.workspace.screens.open(studio.ben.id, dict(studio.slack.modals(studio.ana)[-1].body))
    await studio.slack.submit(studio.ben, forged, {})
    await studio.settle()
    assert "belongs to #studio" in await last_words(studio, studio.ben)
    assert (await studio.show()).state is ShowState.PLANNED


async def test_the_choice_of_a_question_counts_as_pressed_and_not_as_typed(studio: Studio) -> None:
    """A button that types a whole command proves nothing about who is in the channel."""
    await studio.plan()
    await studio.plan("Evening Service 18:00-18:20")
    await studio.type("/live cancel service")
    question = studio.slack.ephemerals(studio.ana)[-1]
    eve = studio.slack.add_user("eve")
    await restart(studio)
    shown = studio.slack.workspace.post(
        studio.channel, studio.slack.bot_user_id, question.text, blocks=question.blocks, by_app=True
    )
    await studio.rehearsal.press(eve, shown, "answer:0")
    assert "belongs to #studio" in await last_words(studio, eve)


async def test_a_slow_list_opens_a_window_and_the_press_is_carried_out_when_it_has_come(studio: Studio) -> None:
    await studio.plan()
    await restart(studio)
    studio.slack.faults.add(Fault(path="*conversations.members", times=1, delay=1.6))
    await studio.rehearsal.press(studio.ben, studio.card, "more", "Open now")
    assert (await studio.show()).state is ShowState.OPEN
