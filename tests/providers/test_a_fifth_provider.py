"""A newcomer adds a provider: one file, and the settings, the catalogue, the tables, the forms and a whole show know it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

import bot.providers
import commands
from bot.errors import SettingsError, Unsupported
from bot.papers import tables
from bot.providers.base import FAMILIES, Connection
from bot.providers.catalogue import accounts, catalogue
from bot.sandbox.rehearsal import Rehearsal
from bot.settings import load_settings
from tests.conftest import SUNDAY_NINE
from tests.studio import Studio

FILE = Path(__file__).parent / "fifth" / "parrot.py"
SLACK = {"SLACK_BOT_TOKEN": "xoxb-1-2-3", "SLACK_APP_TOKEN": "xapp-1-A0-1-abc"}
CREDENTIALS = {"PARROT_API_KEY": "polly-wants-a-cracker"}


@pytest.fixture
def parrot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The file lies beside the other providers, as far as Python knows."""
    folder = tmp_path / "providers"
    folder.mkdir()
    shutil.copy(FILE, folder)
    monkeypatch.setattr(bot.providers, "__path__", [*bot.providers.__path__, str(folder)])
    yield
    sys.modules.pop("bot.providers.parrot", None)
    vars(bot.providers).pop("parrot", None)


@pytest.fixture
async def studio(parrot: None, tmp_path: Path) -> AsyncIterator[Studio]:
    """A bot that has no other provider."""
    rehearsal = Rehearsal(tmp_path, commands.load(), start=SUNDAY_NINE, env=CREDENTIALS, clouds=lambda clock: ())
    await rehearsal.open()
    playing = Studio(rehearsal)
    await rehearsal.settle()
    yield playing
    await rehearsal.close()


def test_without_its_file_nobody_knows_it() -> None:
    assert "parrot" not in catalogue()


def test_the_catalogue_has_it_between_the_others(parrot: None) -> None:
    titles = [provider.capabilities.title for provider in catalogue().values()]

    assert "Parrot" in titles
    assert titles == sorted(titles, key=str.casefold)


def test_its_settings_are_read_told_and_checked(parrot: None) -> None:
    assert load_settings(accounts(), {**SLACK, **CREDENTIALS}, None).providers == ("parrot",)
    assert "PARROT_API_KEY" in tables(commands.load())["settings"]
    with pytest.raises(SettingsError, match="PARROT_API_KEY"):
        load_settings(accounts(), SLACK, None)
    with pytest.raises(SettingsError, match="PARROT_BASE_URL is not a web address"):
        load_settings(accounts(), {**SLACK, **CREDENTIALS, "PARROT_BASE_URL": "parrot"}, None)


def test_the_table_of_what_providers_can_do_has_a_column_for_it(parrot: None) -> None:
    rows = [[cell.strip() for cell in row.split("|")] for row in tables(commands.load())["capabilities"].splitlines()]
    place = rows[0].index("Parrot")
    column = {row[1]: row[place] for row in rows}

    assert column["keep a recording"] == "no: ask it to repeat what it heard"
    assert column["fields of a stream that can be set"] == "`title`, `plumage`"


async def test_what_it_lacks_is_refused_in_its_name(parrot: None) -> None:
    kind = catalogue()["parrot"]
    provider = kind.open(kind.account.model_validate({"api_key": "polly"}), Connection())

    with pytest.raises(Unsupported, match=r"^Parrot cannot cut clips while a show runs\.$"):
        await provider.clip_window("1")
    with pytest.raises(Unsupported, match="repeat what it heard"):
        await provider.save_page("1", "", SUNDAY_NINE, SUNDAY_NINE)


async def test_in_slack_it_is_described_and_its_form_has_its_fields(studio: Studio) -> None:
    told = await studio.type("/live providers")
    await studio.type("/live stream create")
    form = studio.slack.read(studio.slack.modals(studio.ana)[-1], studio.ana)

    assert "Parrot" in told
    assert all(words in told for words in FAMILIES.values())
    assert "Colour of the feathers" in form


async def test_a_whole_show_is_called_on_it(studio: Studio) -> None:
    show = await studio.plan("Sunday Service 10:00-10:20")
    await studio.at("10:01", step=30)
    on_air = (await studio.rehearsal.bot.store.shows(limit=1))[0]
    await studio.at("10:30", step=30)
    over = (await studio.rehearsal.bot.store.shows(limit=1))[0]

    assert (on_air.provider, on_air.stream, on_air.state.value) == ("parrot", "1", "live")
    assert not over.state.on_air
    assert show.id == over.id
