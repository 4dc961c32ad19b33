"""The papers agree with the code: manifest.yml, the tables of the README, and the Slack methods and scopes behind them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from slack_sdk.web.async_client import AsyncWebClient

import commands
from bot.papers import capability_table, manifest_file, tables, with_tables, write_papers
from bot.providers.catalogue import catalogue
from bot.settings import FIGURES, Settings
from bot.settings.figures import setting_name
from bot.settings.reading import MADE
from bot.show.lifecycle import Phase
from bot.slack.declare import Registry
from bot.slack.manifest import EVENTS, bot_scopes, build
from bot.slack.methods import METHODS
from tests.slack.schemas import shared_schema

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
STALE = "is not what the declarations say: run `make manifest` and commit what it writes"
MADE_BY_THE_SDK = {"apps.connections.open"}
"""slack_sdk's Socket Mode client calls it when it is asked for a new address."""


@cache
def registry() -> Registry:
    return commands.load()


def manifest() -> Any:
    return yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))


# -- generated is what is there ---------------------------------------------------------------------------------------
def test_the_manifest_is_the_generated_one() -> None:
    assert (ROOT / "manifest.yml").read_text(encoding="utf-8") == manifest_file(registry()), f"manifest.yml {STALE}"


@pytest.mark.parametrize("name", sorted(tables(registry())))
def test_a_table_of_the_readme_is_the_generated_one(name: str) -> None:
    written = README.partition(f"<!-- {name} -->")[2].partition(f"<!-- end of {name} -->")[0]
    assert written.strip() == tables(registry())[name].strip(), f"README.md's table of {name} {STALE}"


def test_writing_the_papers_again_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(README, encoding="utf-8")
    write_papers(tmp_path, registry())
    first = (tmp_path / "README.md").read_text(encoding="utf-8"), (tmp_path / "manifest.yml").read_text(encoding="utf-8")
    write_papers(tmp_path, registry())
    assert ((tmp_path / "README.md").read_text(encoding="utf-8"), (tmp_path / "manifest.yml").read_text(encoding="utf-8")) == first


def test_a_readme_without_a_place_for_a_table_is_not_passed_over() -> None:
    with pytest.raises(ValueError, match="no place for the table of settings"):
        with_tables(README.replace("<!-- end of settings -->", ""), registry())


# -- nothing is left out ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("command", [name for name, command in registry().commands.items() if name and name == command.name])
def test_every_subcommand_is_in_the_readme(command: str) -> None:
    assert re.search(rf"`/live {re.escape(command)}\b", README)


@pytest.mark.parametrize(
    "name", [*(name.upper() for name in Settings.model_fields if name not in MADE), *map(setting_name, FIGURES)]
)
def test_every_setting_is_in_the_readme(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize("phase", Phase)
def test_every_state_of_the_card_is_in_the_readme(phase: Phase) -> None:
    assert f"| {phase.value} " in README


def test_every_provider_that_is_driven_has_a_column() -> None:
    columns = capability_table([provider.capabilities for provider in catalogue().values()]).splitlines()[0]
    assert [cell.strip() for cell in columns.strip("|").split("|")][1:] == [one.capabilities.title for one in catalogue().values()]
    assert "gcore" in catalogue()


def test_what_a_provider_cannot_do_says_what_it_can_do_instead() -> None:
    encoder_only = replace(catalogue()["gcore"].capabilities, title="Elsewhere", switch=None, recording=None, pages=None)
    table = capability_table([encoder_only, replace(encoder_only, instead={"switch": "stop the encoder | or unplug it"})])
    assert "| turn a stream on and off | no | no: stop the encoder \\| or unplug it |" in table
    assert "| fields of a page that can be set |  |  |" in table


# -- the manifest and Slack -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("http_url", [None, "https://bot.example.org"], ids=["socket mode", "http"])
def test_slack_takes_the_manifest(version: str, http_url: str | None) -> None:
    schema = shared_schema("slack_manifest_schema.json")["definitions"][version]
    hint = manifest()["features"]["slash_commands"][0]["usage_hint"]
    made = manifest() if http_url is None else build(commands_hint=hint, http_url=http_url)
    assert [error.message for error in Draft7Validator(schema).iter_errors(made)] == []


def test_the_hint_behind_the_command_names_every_subcommand() -> None:
    hint = manifest()["features"]["slash_commands"][0]["usage_hint"].split(" | ")
    assert set(hint) == {command.name for command in registry().commands.values() if command.name}


def test_the_scopes_are_those_of_the_method_table_and_of_being_spoken_to() -> None:
    asked = set(manifest()["oauth_config"]["scopes"]["bot"])
    assert asked == set(bot_scopes())
    needed = {scope for method in METHODS.values() for scope in method.bot_scopes}
    assert asked - needed == {"app_mentions:read", "commands"}
    assert {scope for scopes in EVENTS.values() for scope in scopes} <= asked


# -- the methods that the code calls ----------------------------------------------------------------------------------
def _families() -> str:
    names = {name.partition("_")[0] for name in dir(AsyncWebClient) if "_" in name[1:] and not name.startswith("_")}
    return "|".join(sorted(names - {"api"}))


DOTTED = re.compile(rf"(?:{_families()})(?:\.[a-zA-Z]+)+")


def _calls(path: Path) -> Iterator[str]:
    """The Web API methods that a file names: `"chat.postMessage"`, or `client.chat_postMessage`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Constant(value=str(text)) if DOTTED.fullmatch(text):
                yield text
            case ast.Attribute(attr=name, value=ast.Name(id="client") | ast.Attribute(attr="client" | "_client")):
                if name != "api_call" and "_" in name and hasattr(AsyncWebClient, name):
                    yield name.replace("_", ".")


@cache
def called() -> dict[str, str]:
    """Each method that the product calls, and one file that does."""
    product = [path for path in (ROOT / "bot").rglob("*.py") if "sandbox" not in path.relative_to(ROOT).parts]
    product += (ROOT / "commands").rglob("*.py")
    table = ROOT / "bot" / "slack" / "methods.py"
    return {name: str(path.relative_to(ROOT)) for path in product if path != table for name in _calls(path)}


def test_the_search_for_calls_finds_both_ways_of_writing_them() -> None:
    assert {"chat.postMessage", "chat.update", "views.open", "usergroups.users.list"} <= set(called())


def test_every_method_that_is_called_is_in_the_table() -> None:
    assert {name: where for name, where in called().items() if name not in METHODS} == {}


def test_no_scope_is_asked_for_that_nothing_uses() -> None:
    used = {scope for name in {*called(), *MADE_BY_THE_SDK} for scope in METHODS[name].bot_scopes}
    heard = {scope for scopes in EVENTS.values() for scope in scopes}
    assert set(bot_scopes()) - used - heard == {"commands"}
