"""What a command file declares: its subcommands, buttons and forms. Help, manifest, README table and routing are derived."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from bot.slack.call import Call

T = TypeVar("T")

Handler = Callable[["Call"], Awaitable[None]]


class Stage(StrEnum):
    """When in the life of a show a command is of use: the order of the help screen."""

    PLAN = "Plan"
    READY = "Get ready"
    AIR = "On air"
    AFTER = "Afterwards"
    THINGS = "Streams, broadcasts, videos"
    ALWAYS = "Any time"


@dataclass(frozen=True, slots=True)
class Command:
    """One subcommand of the root.

    `effect`: it asks for something, so its request is committed before it is acknowledged. `brake`: it takes viewers off or keeps
    them out, so it waits for nothing that Slack has not said yet of a person who is known.
    """

    name: str
    usage: str
    summary: str
    stage: Stage
    run: Handler
    effect: bool = True
    aliases: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    bare: str = ""
    """What it does without arguments."""
    brake: bool = False


@dataclass(frozen=True, slots=True)
class Button:
    """A pressed control, by action id. `effect` and `brake` as those of a command."""

    action: str
    run: Handler
    effect: bool = True
    brake: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A submitted modal, by callback id. `check` returns errors by block id before the modal is let go; `brake` as of a command."""

    callback: str
    run: Handler
    check: Callable[[Call], Awaitable[Mapping[str, str]]] | None = None
    brake: bool = False


@dataclass(frozen=True, slots=True)
class Picker:
    """What an external select offers for what was typed, by action id: pairs of label and value, at most 100."""

    action: str
    offer: Callable[[Call], Awaitable[list[tuple[str, str]]]]


@dataclass(frozen=True, slots=True)
class Registry:
    """Everything declared, by the name it is called by."""

    commands: Mapping[str, Command] = field(default_factory=dict)
    buttons: Mapping[str, Button] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)
    pickers: Mapping[str, Picker] = field(default_factory=dict)

    @classmethod
    def of(cls, *declarations: Command | Button | Form | Picker) -> Registry:
        """Collect declarations; ValueError if a name is declared twice."""
        commands: dict[str, Command] = {}
        buttons: dict[str, Button] = {}
        forms: dict[str, Form] = {}
        pickers: dict[str, Picker] = {}
        for item in declarations:
            match item:
                case Command():
                    for name in (item.name, *item.aliases):
                        _once(commands, name, item)
                case Button():
                    _once(buttons, item.action, item)
                case Form():
                    _once(forms, item.callback, item)
                case Picker():
                    _once(pickers, item.action, item)
        return cls(commands, buttons, forms, pickers)

    def by_stage(self) -> dict[Stage, list[Command]]:
        """The commands in the order of the help screen, each once."""
        found: dict[Stage, list[Command]] = {stage: [] for stage in Stage}
        for name, command in self.commands.items():
            if name == command.name:
                found[command.stage].append(command)
        return found


def _once(there: dict[str, T], name: str, item: T) -> None:
    if name in there:
        raise ValueError(f"{name!r} is declared twice")
    there[name] = item
