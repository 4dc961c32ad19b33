"""What the README tells people to type is there to be typed, and what it says of the code is so."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import commands
from bot.__main__ import main
from bot.providers.catalogue import accounts, catalogue
from bot.providers.gcore import GcoreAccount
from bot.settings import load_settings
from bot.slack.manifest import EVENTS_PATH
from bot.webhooks import ROUTE as WEBHOOK_ROUTE

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PLAUSIBLE = {
    "SLACK_BOT_TOKEN": "xoxb-123-456-abc",
    "SLACK_APP_TOKEN": "xapp-1-A0-123-abc",
    "GCORE_API_TOKEN": "123$4f5a6b",
    "WEBHOOK_SECRET": "V3ry-l0ng_and-unguessable",
}
"""For the values that the example leaves to the reader."""


def typed(pattern: str) -> list[str]:
    return sorted(set(re.findall(pattern, README)))


def example() -> str:
    """The `.env` file of the README, with plausible values where it says `…`."""
    block = re.search(r"```sh\n(\s*SLACK_BOT_TOKEN=.*?)```", README, re.DOTALL)
    assert block, "the README has no example of .env"
    lines = [line.strip() for line in block[1].splitlines()]
    return "\n".join(f"{name}={PLAUSIBLE[name]}" if "…" in line else line for line in lines for name in [line.partition("=")[0]])


def examples_of_commands() -> list[str]:
    spans = re.findall(r"`(/live [^`]+)`", re.sub(r"<!-- commands -->.*<!-- end of commands -->", "", README, flags=re.DOTALL))
    return sorted(set(spans))


@pytest.mark.parametrize("target", typed(r"\bmake ([a-z]+)`") + typed(r"^make ([a-z]+)$") + ["demo", "test"])
def test_make_knows_the_target(target: str) -> None:
    assert shutil.which("make"), "make is one of the three things that the README asks for"
    dry = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert dry.returncode == 0, dry.stderr


def test_make_alone_lists_every_target_that_it_has() -> None:
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert phony
    assert re.findall(r"^make (\w+)", listed, re.MULTILINE) == phony[1].split()


@pytest.mark.parametrize("words", typed(r"python -m bot ([a-z]+(?: --[a-z]+)?)"))
def test_the_command_line_knows_the_subcommand(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([words.split(maxsplit=1)[0], "--help"])
    assert left.value.code == 0
    told = capsys.readouterr().out
    assert [option for option in words.split()[1:] if option not in told] == []


def test_the_manifest_that_is_printed_is_the_one_that_is_pasted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["manifest"]) == 0
    assert capsys.readouterr().out == (ROOT / "manifest.yml").read_text(encoding="utf-8")


def test_the_example_of_an_env_file_is_accepted(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(example(), encoding="utf-8")
    settings = load_settings(accounts(), {}, str(tmp_path / ".env"))
    assert settings.socket_mode
    assert settings.providers == ("gcore",)
    assert settings.ops_channel
    assert settings.operators


def test_a_token_with_a_dollar_sign_may_be_written_as_it_is(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(example(), encoding="utf-8")
    account = load_settings(accounts(), {"4f5a6b": "eaten"}, str(tmp_path / ".env")).accounts["gcore"]
    assert isinstance(account, GcoreAccount)
    assert account.api_token.get_secret_value() == PLAUSIBLE["GCORE_API_TOKEN"]


def test_the_address_for_gcores_support_is_the_one_that_is_listened_on(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(example(), encoding="utf-8")
    address = load_settings(accounts(), {}, str(tmp_path / ".env")).webhook_url("gcore")
    assert address.replace(PLAUSIBLE["WEBHOOK_SECRET"], "<WEBHOOK_SECRET>") in README
    assert address.endswith(WEBHOOK_ROUTE.format(provider="gcore", secret=PLAUSIBLE["WEBHOOK_SECRET"]))


@pytest.mark.parametrize("said", examples_of_commands())
def test_what_is_to_be_typed_in_slack_is_a_subcommand(said: str) -> None:
    assert said.split()[1] in commands.load().commands


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", EVENTS_PATH])
def test_what_is_answered_over_http_is_told(path: str) -> None:
    assert f"`{path}`" in README


@pytest.mark.parametrize("path", typed(r"`((?:bot|commands)/[a-z_/]+(?:\.py)?)`") + typed(r"\]\(([A-Za-z.]+)\)"))
def test_a_path_that_is_named_is_there(path: str) -> None:
    assert (ROOT / path).exists()


def test_the_layout_names_what_is_there() -> None:
    layout = README.partition("## How it is built")[2].split("```")[1]
    words = [word.strip(",") for line in layout.splitlines() for word in re.split(r"\s{2,}", line)[0].split()]
    named = [word if word.startswith(("bot/", "commands/")) else f"bot/{word}" for word in words]
    assert [path for path in named if not (ROOT / path).exists()] == []
    folders = {f"bot/{path.name}/" for path in (ROOT / "bot").iterdir() if (path / "__init__.py").exists()}
    assert folders <= set(named)


def imports(*folders: str) -> set[tuple[str, str]]:
    """Which file imports which module, wherever in the file it does."""
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    found = set()
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found |= {(path.relative_to(ROOT).as_posix(), name) for name in names}
    return found


def within(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def test_the_rules_know_no_store_no_provider_and_no_slack() -> None:
    ours = {(path, module) for path, module in imports("bot/show") if within(module, "bot", "commands")}
    assert {
        (path, module) for path, module in ours if not within(module, "bot.show", "bot.model", "bot.errors", "bot.sanitise")
    } == set()


def test_a_vendor_is_found_and_never_imported_by_name() -> None:
    vendors = [f"bot.providers.{name}" for name in catalogue()]
    importing = {path for path, module in imports("bot", "commands") if within(module, *vendors)}
    own = tuple(f"bot/{place}/{name}" for place in ("providers", "sandbox") for name in catalogue())
    assert {path for path in importing if not path.startswith(own)} == set()


def test_only_the_command_line_imports_the_commands_and_the_sandbox() -> None:
    importing = {path for path, module in imports("bot", "commands") if within(module, "commands", "bot.sandbox")}
    assert {path for path in importing if not path.startswith(("bot/sandbox/", "commands/"))} == {"bot/__main__.py"}
    assert [path for path, module in imports("commands") if within(module, "bot.sandbox")] == []
