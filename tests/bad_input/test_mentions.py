"""What opens a form also works as a mention, the only grammar in threads: by a button that types the same line."""

from __future__ import annotations

import pytest

from bot.model import ShowState
from bot.sandbox.slack import Message, User
from tests.commands.control_room import a_stream, form, form_text, last_answer, last_words, on_air
from tests.studio import Studio


async def mention(studio: Studio, text: str, who: User | None = None, below: Message | None = None) -> str:
    """Say it to the bot, in the thread below the card; what only that person reads."""
    thread = (below or studio.card).ts if below or studio.messages else None
    await studio.slack.mention(who or studio.ana, studio.channel, text, thread_ts=thread)
    await studio.settle()
    return last_words(studio, who)


async def test_finish_as_a_mention_offers_the_form_that_asks_first(studio: Studio) -> None:
    await on_air(studio)
    assert "[Open the form]" in await mention(studio, "finish s1 now", studio.ben)
    await studio.press("answer:0", studio.ben, last_answer(studio, studio.ben))
    assert "at once" in form_text(studio, studio.ben)
    await studio.submit(studio.ben)
    await studio.passes(5)
    assert (await studio.show()).state is ShowState.OFF
    assert [effect.kind for effect in studio.cloud.ledger.of("broadcast finished")]


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("", "What is on"),
        ("plan News 20:00-20:15", "Plan a show"),
        ("Cancel s1 rain", "Cancel the show?"),
        ("move s1", "Edit s1"),
        ("go s1", "Go live early?"),
        ("stream create", "New stream"),
        ("stream edit Sunday", "Edit stream"),
    ],
)
async def test_every_form_is_a_press_away_from_a_mention(studio: Studio, line: str, title: str) -> None:
    await studio.plan()
    await mention(studio, line)
    if not studio.slack.modals(studio.ana) and "[Open the form]" in last_words(studio):
        await studio.press("answer:0", message=last_answer(studio))
    assert form(studio).title == title
    assert not [call for call in studio.slack.calls if call.error]


async def test_a_mention_with_a_secret_puts_it_into_no_button(studio: Studio) -> None:
    await studio.plan()
    said = await mention(studio, "cancel s1 key=canary4711")
    assert "That looks like a stream key" in said
    assert "canary4711" not in str(last_answer(studio).blocks)


async def test_a_verb_without_a_stream_offers_the_picker(studio: Studio) -> None:
    await studio.make_admin()
    main = await a_stream(studio, "Church Main")
    await mention(studio, "stream enable")
    await studio.press("answer:0", message=last_answer(studio))
    await studio.slack.options(studio.ana, form(studio), "stream", "church")
    await studio.submit(stream=f"gcore:{main}")
    assert studio.cloud.stream(main).active is True


async def test_a_video_is_picked_from_a_button_too(studio: Studio) -> None:
    await studio.plan()
    await mention(studio, "video rename")
    await studio.press("answer:0", message=last_answer(studio))
    assert form(studio).title == "Rename a video"
