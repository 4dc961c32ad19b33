"""`/live shows`, `/live status` and the bare command: what there is, to the asker."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.errors import ProviderError, UserError
from bot.model import Post, Show, ShowState
from bot.show.access import Verb
from bot.show.phone import unquote
from bot.show.references import split_option
from bot.slack.blocks import Block, Message, context, section
from bot.slack.call import ACTIVE, Call
from bot.slack.cards import show_card
from bot.slack.declare import Button, Command, Stage
from bot.slack.home import show_line
from bot.slack.text import escape

COMING = ("", "week", "today", "mine")
"""Lists of what is ahead, which begin with the channel's own; the others begin with the newest."""

OVER = (ShowState.DONE, ShowState.CANCELLED, ShowState.OFF)

MOST = 20
"""Shows of one list."""


async def shows(call: Call) -> None:
    """The next seven days, this channel first; or a day, mine; or the past or what fits the words, the newest first."""
    now = call.context.clock.now()
    words = call.words.casefold()
    found = await _asked(call, words, now)
    if not found:
        await call.reply(f"No shows fit. Plan one with {call.command} plan.")
        return
    if words in COMING:
        found.sort(key=lambda show: show.channel != call.channel)
    await call.reply(Message("Shows", tuple(section(show_line(show, now)) for show in found[:MOST])))


_STATES = {"": ACTIVE, "week": ACTIVE, "mine": ACTIVE, "past": OVER}
"""The states that a list is about, where it is not about all of them."""


async def _asked(call: Call, words: str, now: datetime) -> list[Show]:
    store, of = call.context.store, await call.readable_channels(_STATES.get(words))
    midnight = now.astimezone(call.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    match words:
        case "" | "week":
            return await store.shows(states=ACTIVE, channels=of, start_until=now + timedelta(days=7))
        case "today":
            return await store.shows(channels=of, start_from=midnight, start_until=midnight + timedelta(days=1))
        case "mine":
            return [show for show in await store.shows(states=ACTIVE, channels=of) if show.planned_by == call.user]
        case "past":
            return await store.shows(states=OVER, channels=of, start_until=now, newest=True, limit=MOST)
        case _:
            return await store.shows(text=unquote(words), channels=of, newest=True, limit=MOST)


async def status(call: Call) -> None:
    """The show's card as it is now, to the asker; `share` posts it."""
    words, share = split_option(call.words, ("share",))
    states = (*ACTIVE, ShowState.DONE, ShowState.CANCELLED) if words else ACTIVE
    show = await call.find_show(words, states, Verb.ACT if share else Verb.READ)
    if share:
        await _share(call, show)
    else:
        card = await _card(call, show)
        await call.reply(replace(card, blocks=(*card.blocks, *await _figures(call, show))))


async def _figures(call: Call, show: Show) -> list[Block]:
    """What the provider counts of the stream, where it does; a provider that does not answer keeps no card back."""
    provider = call.context.provider(show.provider)
    if not provider.capabilities.statistics or not show.stream:
        return []
    try:
        figures = await call.patiently(provider.statistics(show.stream, show.page))
    except ProviderError as failure:
        return [context(escape(failure.sentence))]
    return [context(" · ".join(f"{escape(figure.label)} *{escape(figure.value)}*" for figure in figures))] if figures else []


async def _share(call: Call, show: Show) -> None:
    """The card as it is now, for everybody where it was typed; its buttons stay on the card itself."""
    await call.require_presence("A show is shared in a channel that I am in.")
    if show.channel != call.channel and not await call.desk.directory.is_public(show.channel):
        raise UserError(f"{show.title} ({show.id}) belongs to a private channel: its card is shared there and nowhere else.")
    card = await _card(call, show)
    blocks = tuple(block for block in card.blocks if block["type"] != "actions")
    key = f"shared:{call.interaction.key}"
    await call.context.store.post(Post(key, call.channel, call.context.clock.now(), text=card.text, blocks=blocks))
    await call.reply("I am posting it here.")


async def _card(call: Call, show: Show) -> Message:
    dossier = await call.context.store.dossier(show.id)
    able = call.context.provider(show.provider).capabilities
    return show_card(dossier, dossier.show(show.id), call.context.clock.now(), call.context.figures, able)


async def panel(call: Call) -> None:
    """What is on air, what is next, and the buttons for it, in a window that keeps up."""
    view = await call.desk.panels.view(call.channel, call.user)
    await call.open(view)
    call.desk.panels.opened(call.modal, call.channel, call.user, view)


async def check(call: Call) -> None:
    """Check now: look at the provider, and show what was seen."""
    show = await call.carried_show()
    if not show.stream:
        raise UserError(f"{show.title} has no stream yet.")
    provider = call.context.provider(show.provider)
    await call.context.sightings.look(provider, show.stream, show.page if show.wants_page else "")
    await call.reply(await _card(call, show))


DECLARATIONS = (
    Command(
        "shows",
        "[today|week|mine|past|<text>]",
        "the list of shows",
        Stage.ALWAYS,
        shows,
        effect=False,
        aliases=("schedule",),
        bare="the next 7 days, this channel first",
    ),
    Command("status", "[show] [share]", "how the show stands now", Stage.ALWAYS, status, effect=False, bare="this channel's show"),
    Command(
        "",
        "",
        "what is on air, what is next, and the buttons for it",
        Stage.ALWAYS,
        panel,
        effect=False,
        bare="a window that keeps up to date",
    ),
    Button("check", check, effect=False),
)
