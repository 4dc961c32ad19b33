"""The papers that are generated from the declarations: manifest.yml and the tables of README.md; a test says when they differ."""

from __future__ import annotations

import re
from pathlib import Path

from bot.settings import settings_table
from bot.slack.declare import Registry
from bot.slack.help import table, usage_hint
from bot.slack.manifest import build, to_yaml


def manifest_file(registry: Registry) -> str:
    """The text of manifest.yml: Socket Mode, the default command."""
    return to_yaml(build(command="/live", commands_hint=usage_hint(registry)))


def with_tables(readme: str, registry: Registry) -> str:
    """The README with its generated tables as they should be now."""
    tables = {"commands": table(registry), "settings": settings_table()}
    for name, text in tables.items():
        marks = f"<!-- {name} -->", f"<!-- end of {name} -->"
        pattern = re.compile(f"{re.escape(marks[0])}.*?{re.escape(marks[1])}", re.DOTALL)
        readme = pattern.sub(lambda _, text=text, marks=marks: f"{marks[0]}\n{text.strip()}\n{marks[1]}", readme)  # type: ignore[misc]
    return readme


def write_papers(root: Path, registry: Registry) -> None:
    """Write them."""
    (root / "manifest.yml").write_text(manifest_file(registry), encoding="utf-8")
    readme = root / "README.md"
    readme.write_text(with_tables(readme.read_text(encoding="utf-8"), registry), encoding="utf-8")
