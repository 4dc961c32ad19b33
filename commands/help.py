"""`/live help`: everything on one screen, by phase of the show; and what each provider can do."""

from __future__ import annotations

from bot.errors import UserError
from bot.show.phone import unquote
from bot.slack.call import Call
from bot.slack.declare import Command, Stage
from bot.slack.help import about, in_full, overview, screen


async def run(call: Call) -> None:
    """The screen, one command, or the providers."""
    word = call.words.casefold()
    if not word:
        await call.reply(screen(call.desk.registry, call.command))
        return
    if word.partition(" ")[0] == "providers":
        await _providers(call, word.partition(" ")[2])
        return
    command = call.desk.registry.commands.get(word)
    if command is None:
        raise UserError(f"There is no {call.command} {word}. {call.command} help shows everything.")
    await call.reply(about(command, call.command))


async def providers(call: Call) -> None:
    """What each provider here can do, or one of them with everything, from their declared capabilities."""
    await _providers(call, call.words)


async def _providers(call: Call, words: str) -> None:
    able = {name: provider.capabilities for name, provider in call.context.providers.items()}
    if not words:
        await call.reply(overview(able, call.command))
        return
    said = unquote(words).casefold()
    named = [one for name, one in able.items() if said in (name, one.title.casefold())]
    named = named or [one for one in able.values() if said in one.title.casefold()]
    if len(named) != 1:
        here = ", ".join(f"{call.command} providers {name}" for name in able)
        raise UserError(f"No one provider here is called “{words}”. There is {here}.")
    await call.reply(in_full(named[0]))


DECLARATIONS = (
    Command(
        "help",
        "[command|providers [<provider>]]",
        "this screen",
        Stage.ALWAYS,
        run,
        effect=False,
        bare="one screen, by phase of the show",
    ),
    Command(
        "providers",
        "[<provider>]",
        "what each provider here can do",
        Stage.ALWAYS,
        providers,
        effect=False,
        bare="all of them; one that is named is shown in full",
    ),
)
