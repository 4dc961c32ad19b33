"""What can be said to the bot: the help screen, the hint behind the command and the README's table, from the declarations."""

from __future__ import annotations

from collections.abc import Iterable

from bot.providers.base import FAMILIES, Capabilities
from bot.slack.blocks import Message, context, section
from bot.slack.declare import Command, Registry
from bot.slack.text import escape

DRY = "With `dry` as its last word, a command says what it would do and does nothing; in quotes it is a word like any other."


def usage_hint(registry: Registry) -> str:
    """What Slack shows behind the command while it is typed."""
    names = [command.name for commands in registry.by_stage().values() for command in commands if command.name]
    return " | ".join(names)[:1000]


def typed(command: Command, root: str) -> str:
    """The command as it is typed."""
    return " ".join(part for part in (root, command.name, command.usage) if part)


def screen(registry: Registry, root: str) -> Message:
    """One screen, by phase of the show."""
    blocks = []
    for stage, commands in registry.by_stage().items():
        if commands:
            lines = [f"`{escape(typed(command, root))}` — {command.summary}" for command in commands]
            blocks.append(section(f"*{stage.value}*\n" + "\n".join(lines)))
    blocks.append(context(f"`{root} help go` says more. The same words work as a mention, also in threads. {DRY}"))
    return Message(f"What {root} can do", tuple(blocks))


def about(command: Command, root: str) -> Message:
    """One subcommand."""
    lines = [f"`{escape(typed(command, root))}` — {command.summary}"]
    if command.bare:
        lines.append(f"Alone: {command.bare}.")
    if command.aliases:
        lines.append(f"Also: {', '.join(command.aliases)}.")
    lines += [f"• `{root} {example}`" for example in command.examples]
    return Message(f"{root} {command.name}", (section("\n".join(lines)),))


def table(registry: Registry, root: str = "/live") -> str:
    """The README's table of subcommands."""
    rows = ["| when | command | what it does | alone |", "| --- | --- | --- | --- |"]
    for stage, commands in registry.by_stage().items():
        for command in commands:
            usage = typed(command, root).replace("|", "\\|")
            rows.append(f"| {stage.value} | `{usage}` | {command.summary} | {command.bare} |")
    return "\n".join(rows) + "\n"


def capabilities(able: Iterable[Capabilities]) -> list[str]:
    """What each provider can do, and what it can do instead where it cannot."""
    found = []
    for one in able:
        lines = [f"*{one.title}*"]
        for family, words in FAMILIES.items():
            there = bool(getattr(one, family))
            instead = f": {one.instead[family]}" if not there and family in one.instead else ""
            lines.append(f"{':white_check_mark:' if there else ':x:'} {words}{instead}")
        found.append("\n".join(lines))
    return found
