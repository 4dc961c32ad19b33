"""The papers that are generated from the declarations: manifest.yml and the tables of README.md; a test says when they differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from bot.providers.base import Ability, Capabilities, abilities, settable
from bot.providers.catalogue import accounts, catalogue
from bot.settings import settings_table
from bot.slack.declare import Registry
from bot.slack.help import table, usage_hint
from bot.slack.manifest import bot_scopes, build, optional_scopes, to_yaml
from bot.slack.methods import METHODS, Method


def manifest_file(registry: Registry) -> str:
    """The text of manifest.yml: Socket Mode, the default command."""
    return to_yaml(build(command="/live", commands_hint=usage_hint(registry)))


def tables(registry: Registry) -> Mapping[str, str]:
    """Every generated table of the README, by the name in its marks."""
    able = [provider.capabilities for provider in catalogue().values()]
    return {
        "commands": table(registry),
        "settings": "| name | default | meaning |\n| --- | --- | --- |\n" + settings_table(accounts()),
        "capabilities": capability_table(able),
        "scopes": scope_table(METHODS.values()),
    }


def with_tables(readme: str, registry: Registry) -> str:
    """The README with its generated tables as they should be now; ValueError where it has no place for one of them."""
    for name, text in tables(registry).items():
        first, last = f"<!-- {name} -->", f"<!-- end of {name} -->"
        before, opened, rest = readme.partition(first)
        _, closed, after = rest.partition(last)
        if not (opened and closed):
            raise ValueError(f"README.md has no place for the table of {name}: write {first} and {last} where it belongs.")
        readme = f"{before}{first}\n{text.strip()}\n{last}{after}"
    return readme


def write_papers(root: Path, registry: Registry) -> None:
    """Write them."""
    (root / "manifest.yml").write_text(manifest_file(registry), encoding="utf-8")
    readme = root / "README.md"
    readme.write_text(with_tables(readme.read_text(encoding="utf-8"), registry), encoding="utf-8")


def capability_table(able: Sequence[Capabilities]) -> str:
    """What each provider can do, a column each; where it cannot, what it can do instead."""
    rows = [
        ("", *(one.title for one in able)),
        ("---", *("---" for _ in able)),
        *((each[0].what, *(row.cell for row in each)) for each in zip(*map(_rows, able), strict=True)),
    ]
    return "\n".join(_row(cells) for cells in rows)


def _rows(one: Capabilities) -> tuple[Ability, ...]:
    return (*abilities(one), *settable(one))


def scope_table(methods: Iterable[Method]) -> str:
    """Every bot scope that the manifest asks for, and what it is for."""
    asking: dict[str, list[str]] = {scope: [] for scope in bot_scopes()}
    for method in methods:
        for scope in method.bot_scopes:
            asking[scope].append(method.name)
    alike: dict[tuple[str, ...], list[str]] = {}
    for scope, names in asking.items():
        alike.setdefault(tuple(names), []).append(scope)
    purposes = [(_names(scopes), _purpose(names, scopes)) for names, scopes in alike.items()]
    rows = [("scopes", "for"), ("---", "---"), *purposes]
    return "\n".join(_row(cells) for cells in rows)


def _purpose(methods: Sequence[str], scopes: Sequence[str]) -> str:
    what = _names(methods) if methods else "hearing the command and mentions of the bot"
    return what + (" (may be refused)" if set(scopes) <= set(optional_scopes()) else "")


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
