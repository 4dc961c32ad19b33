"""`/live help`: everything on one screen, by phase of the show; and what each provider can do."""

from __future__ import annotations

from bot.errors import UserError
from bot.slack.blocks import Message, section
from bot.slack.call import Call
from bot.slack.declare import Command, Stage
from bot.slack.help import about, capabilities, screen


async def run(call: Call) -> None:
    """The screen, one command, or the providers."""
    word = call.words.casefold()
    if not word:
        await call.reply(screen(call.desk.registry, call.command))
        return
    if word == "providers":
        await providers(call)
        return
    command = call.desk.registry.commands.get(word)
    if command is None:
        raise UserError(f"There is no {call.command} {word}. {call.command} help shows everything.")
    await call.reply(about(command, call.command))


async def providers(call: Call) -> None:
    """What each provider here can do, from its declared capabilities."""
    able = [provider.capabilities for provider in call.context.providers.values()]
    await call.reply(Message("Providers", tuple(section(text) for text in capabilities(able))))


DECLARATIONS = (
    Command("help", "[command|providers]", "this screen", Stage.ALWAYS, run, effect=False, bare="one screen, by phase of the show"),
    Command("providers", "", "what each provider here can do", Stage.ALWAYS, providers, effect=False),
)
