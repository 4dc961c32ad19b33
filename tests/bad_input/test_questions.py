"""Questions with buttons that carry what was typed: in any alphabet, never more than a button holds, never a secret."""

from __future__ import annotations

from bot.errors import Choice, Question
from bot.slack.questions import asked
from tests.studio import Studio

CANARY = "canary-4711-key"


async def two_shows(studio: Studio) -> None:
    """Two whose titles begin with the same word."""
    await studio.plan("Воскресная служба 10:00-10:20")
    await studio.plan("Воскресная школа 12:00-12:20")


def buttons(studio: Studio) -> list[str]:
    """What the buttons of the latest answer to Ana carry."""
    rows = [block for block in studio.slack.ephemerals(studio.ana)[-1].blocks if block["type"] == "actions"]
    return [element["value"] for row in rows for element in row["elements"]]


async def test_a_long_line_in_cyrillic_fits_into_the_buttons_of_its_question(studio: Studio) -> None:
    await two_shows(studio)
    said = await studio.type(f"/live hold воскресная {'ж' * 900}")
    assert "fits several shows" in said
    assert len(buttons(studio)) == 2
    assert max(map(len, buttons(studio))) < 1000
    await studio.press("answer:0", message=studio.slack.ephemerals(studio.ana)[-1])
    assert (await studio.show("s1")).hold is not None
    assert not [call for call in studio.slack.calls if call.error]


def test_what_does_not_fit_into_a_button_is_asked_to_be_typed_again() -> None:
    question = Question("Which?", (Choice("s1", f"hold s1 {'😀' * 1000}"), Choice("s2", "hold s2")))
    message = asked(question)
    assert not [block for block in message.blocks if block["type"] == "actions"]
    assert "• s1\n• s2\nThe line is too long for buttons" in message.text


def test_a_secret_is_in_no_button() -> None:
    typed = f"stream edit church token={CANARY}"
    message = asked(Question(f"“church” fits; token={CANARY}", (Choice("Church", f"stream edit gcore:1 token={CANARY}"),)), typed)
    assert CANARY not in str(message)
    assert "A secret is not put into buttons" in message.text
