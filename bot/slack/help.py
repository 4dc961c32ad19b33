"""What can be said to the bot: the help screen, the hint behind the command and the README's table, from the declarations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.providers.base import Ability, Capabilities, Field, abilities, settable
from bot.slack.blockkit import fit
from bot.slack.blocks import Message, context, section
from bot.slack.declare import Command, Registry
from bot.slack.listing import paragraphs
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


def overview(able: Mapping[str, Capabilities], root: str) -> Message:
    """What each provider can do, by its name; where it cannot, what it can do instead."""
    told = ([f"*{one.title}*", *_rows((*abilities(one), *settable(one)))] for one in able.values())
    rows = [block for lines in told for block in paragraphs(lines)]
    cut = "Slack takes no more in one message. " if fit(rows)[1] else ""
    names = ", ".join(f"`{root} providers {name}`" for name in able)
    blocks, _ = fit([context(f"{cut}One of them in full, with each of its fields: {names}"), *rows])
    return Message("Providers", tuple(blocks))


def in_full(one: Capabilities) -> Message:
    """One provider with everything that is known of it, each field with what it is for."""
    lines = [f"*{one.title}*", *_rows(abilities(one))]
    lines += ["", "*The fields of a stream*", *map(_field, one.stream_fields)]
    if one.pages:
        lines += ["", f"*The fields of a {one.page_word}*", *map(_field, one.pages.fields)]
    return Message(f"{one.title}: what it can do", tuple(paragraphs(lines)))


def _rows(rows: Iterable[Ability]) -> list[str]:
    marks = {True: ":white_check_mark:", False: ":x:", None: "•"}
    told = (row for row in rows if row.how or row.able is not None)
    return [f"{marks[row.able]} {row.what}{f': {row.how}' if row.how else ''}" for row in told]


def _field(field: Field) -> str:
    when = "" if field.on_create and field.on_edit else " (only when it is made)" if field.on_create else " (only afterwards)"
    choices = f": {', '.join(field.choices)}" if field.choices else ""
    return f"• `{field.name}` {escape(field.label)}{choices}{when}{f'. {escape(field.help)}' if field.help else ''}"
