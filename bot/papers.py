"""The papers that are generated from the declarations: manifest.yml and the tables of README.md; a test says when they differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from bot.providers.base import FAMILIES, Capabilities, Gate, Kept, Recording
from bot.providers.catalogue import accounts, catalogue
from bot.settings import settings_table
from bot.slack.declare import Registry
from bot.slack.help import table, usage_hint
from bot.slack.manifest import bot_scopes, build, optional_scopes, to_yaml
from bot.slack.methods import METHODS, Method

GATES: Mapping[Gate, str] = {
    Gate.CALL: "a call to the provider",
    Gate.PAGE: "the page; in a show without one, the encoder",
    Gate.NONE: "the encoder",
}


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
        ("who lets viewers in", *(GATES[one.gate] for one in able)),
        ("a lost signal is known after", *(f"about {one.detection.total_seconds():g} s" for one in able)),
        ("requests at most", *(f"{one.requests_per_second:g} a second" for one in able)),
        *((words, *(_able(one, family) for one in able)) for family, words in FAMILIES.items()),
        ("fields of a stream that can be set", *(_names(field.name for field in one.stream_fields) for one in able)),
        (
            "fields of a page that can be set",
            *(_names(field.name for field in one.pages.fields) if one.pages else "" for one in able),
        ),
    ]
    return "\n".join(_row(cells) for cells in rows)


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


def _able(one: Capabilities, family: str) -> str:
    if not getattr(one, family):
        return f"no: {one.instead[family]}" if family in one.instead else "no"
    match family:
        case "switch" if one.switch and one.switch.quota:
            return f"yes; counts against {one.switch.quota}"
        case "recording" if one.recording:
            return f"yes; {_kept(one, one.recording)}"
        case "pages" if one.pages:
            return f"yes ({one.pages.word})" + ("" if one.pages.pausable else "; no pause text")
        case "restreams" if one.restreams:
            way = "" if one.restreams.switchable else "; off means taken away there"
            return f"yes; arrival is {'' if one.restreams.reports else 'not '}reported{way}"
        case "videos" if one.videos:
            return "yes" + ("; can be renamed" if one.videos.renamable else "")
        case _:
            return "yes"


def _kept(one: Capabilities, recording: Recording) -> str:
    """How what was shown is kept."""
    match recording.kept:
        case Kept.LIVE:
            shows, shortest = recording.roll_delay.total_seconds(), recording.shortest.total_seconds()
            part = f", a part is at least {shortest:g} s long" if shortest else ""
            cut = f", cut into parts of {recording.cut.total_seconds() / 3600:g} h" if recording.cut else ""
            return f"started and stopped at any time, shows after up to {shows:g} s{part}{cut}"
        case Kept.CREATION:
            what = one.pages.word if recording.on_page and one.pages else one.stream_word
            hours = recording.expires.total_seconds() / 3600 if recording.expires else 0
            expires = f"; it expires after about {hours:g} h, so the whole show is cut out at its end" if hours else ""
            return f"`{recording.field}`, chosen when the {what} is made{expires}"
        case Kept.END:
            return "by the way in which the show is ended"


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
