"""What tests of single subcommands ask again and again: the form on top, the answers so far, and where a secret could have gone."""

from __future__ import annotations

from pathlib import Path

from bot.model import Show
from bot.sandbox.slack import Message, User, View
from tests.studio import Studio

FIRST_STREAM = 201693
"""The number that the played Gcore gives to its first stream."""


def form(studio: Studio, who: User | None = None) -> View:
    """The uppermost modal of a person."""
    return studio.slack.modals(who or studio.ana)[-1]


def form_text(studio: Studio, who: User | None = None) -> str:
    """What a person reads in it."""
    return studio.slack.read(form(studio, who), who or studio.ana)


def private_messages(studio: Studio, who: User | None = None) -> list[str]:
    """The conversation with the bot, as the person reads it."""
    return [studio.slack.read(message, who or studio.ana) for message in studio.slack.dms(who or studio.ana)]


def last_answer(studio: Studio, who: User | None = None) -> Message:
    """What only this person was told last."""
    return studio.slack.ephemerals(who or studio.ana)[-1]


def last_words(studio: Studio, who: User | None = None) -> str:
    """The same, as it is read."""
    return studio.slack.read(last_answer(studio, who), who or studio.ana)


def database(studio: Studio) -> bytes:
    """Every byte that the bot keeps."""
    files: list[Path] = [path for path in studio.rehearsal.folder.iterdir() if path.is_file()]
    return b"".join(path.read_bytes() for path in files)


async def a_stream(studio: Studio, name: str = "Church Main", settings: str = "") -> int:
    """A stream made by a typed line; its number at the provider."""
    before = len(studio.cloud.ledger.of("stream created"))
    await studio.type(f"/live stream create {name} {settings}")
    return int(studio.cloud.ledger.of("stream created")[before].id)


async def choose(studio: Studio, action: str, who: User | None = None) -> None:
    """Choose an entry of the card's overflow menu."""
    await studio.rehearsal.press(who or studio.ana, studio.card, "more", overflow(studio, action))


def overflow(studio: Studio, action: str) -> str:
    """The value of an entry of the card's overflow menu."""
    for block in studio.card.blocks:
        for element in block.get("elements", []):
            for option in element.get("options", []):
                if f'"a":"{action}"' in option["value"]:
                    return str(option["value"])
    raise AssertionError(f"the card has no {action}:\n{studio.card_text}")


async def on_air(studio: Studio, title: str = "Sunday Service") -> Show:
    """A show that is planned for five past nine, has its encoder at once and goes on air by itself; the clock shows 9:06."""
    show = await studio.plan(f"{title} 09:05-09:25")
    await studio.passes(8, step=4)
    assert studio.cloud.connect_encoder(int(show.stream))
    await studio.at("09:03:50", step=23)
    await studio.at("09:05:10", step=2)
    await studio.at("09:06", step=10)
    return await studio.show(show.id)
