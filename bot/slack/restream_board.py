"""Restream targets as people name them, the board as it is read for them, and what a change of one has to check."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from bot.errors import Choice, ProviderError, Question, UserError
from bot.model import RestreamTarget, Show, ShowState, Source
from bot.operations.restreaming import owner_of
from bot.providers.base import Capabilities, Restream, Restreams
from bot.show.draft import Draft
from bot.slack.blocks import Message
from bot.slack.call import ACTIVE, Call
from bot.slack.restreams import Board, board

T = TypeVar("T")

AHEAD = (ShowState.PLANNED, ShowState.OPEN, ShowState.LIVE, ShowState.PAUSED)
"""Shows whose picture may still be sent on."""


def way_of(call: Call, show: Show) -> Restreams:
    """How the show's provider sends the picture on; Unsupported where it does not."""
    provider = call.context.provider(show.provider)
    if provider.capabilities.restreams is None:
        raise provider.cannot("restreams")
    return provider.capabilities.restreams


def able_of(call: Call, show: Show) -> Capabilities:
    """What the show's provider can do."""
    return call.context.provider(show.provider).capabilities


# -- the board ----------------------------------------------------------------------------------------------------------
async def board_of(call: Call, show: Show) -> Message:
    """Every target of the show, as wanted and as the provider reports it now."""
    way = way_of(call, show)
    listed, failed = await _listed(call, show, way)
    targets = await call.context.store.restreams(show.id)
    ours = {target.remote for target in targets}
    lost = frozenset(target.id for target in targets if is_keyless(call, target))
    others = await _others_to_see(call, show, [one for one in listed if one.id not in ours])
    earlier = None if targets or show.state not in AHEAD else await _earlier(call, show)
    now = call.context.clock.now()
    return board(Board(show, able_of(call, show), targets, now, lost, others, failed, earlier))


async def _others_to_see(call: Call, show: Show, others: Sequence[Restream]) -> list[Restream]:
    """Those of the provider's further targets that are not targets of a show that the person may not see."""
    remotes = {one.id for one in others}
    owners = await call.context.store.restream_shows(show.provider, remotes)
    shows = [found for found in [await call.context.store.show(each) for each in set(owners.values())] if found is not None]
    readable = {each.id for each in await call.readable_shows(shows)}
    return [one for one in others if owners.get(one.id) is None or owners[one.id] in readable]


async def _listed(call: Call, show: Show, way: Restreams) -> tuple[Sequence[Restream], str]:
    """What the provider has now, which is reported on the way; else why it could not be asked."""
    owner = owner_of(show, way)
    if not owner or show.key is None:
        return (), ""
    asked = call.context.clock.now()
    try:
        listed = await call.patiently(call.context.provider(show.provider).list_restreams(owner))
    except ProviderError as failure:
        return (), failure.sentence
    await call.context.sightings.report_restreams(show.key, listed, Source.LOOK, owner, asked=asked)
    return listed, ""


def is_keyless(call: Call, target: RestreamTarget) -> bool:
    """Whether it is nowhere and cannot be made, because nobody knows its key any more."""
    return not target.remote and not target.leaving and not call.context.safe.has(target.tag, target.sealed)


async def _earlier(call: Call, show: Show) -> Show | None:
    """The last show of this channel, at the same provider, that has targets to copy."""
    before = await call.context.store.shows(channel=show.channel, start_until=show.start, newest=True, limit=10)
    for candidate in before:
        if candidate.id != show.id and candidate.provider == show.provider and await call.context.store.restreams(candidate.id):
            return candidate
    return None


# -- naming and changing ------------------------------------------------------------------------------------------------
async def named_target(call: Call, verb: str, words: str) -> tuple[Show, RestreamTarget]:
    """The target named by its id, or by a part of its title among those of this channel's shows."""
    said = words.strip().strip("()").casefold()
    if not said:
        raise UserError(f"Name the target, by its id or a part of its title: {call.command} restream {verb} r1.")
    known = await call.context.store.restream(said)
    if known is not None and not known.gone:
        show = await call.context.store.show(known.show)
        if show is not None:
            await call.require(show, unknown=_no_target(call))
            return show, known
    found = [(show, target) for show, target in await _of_this_channel(call) if said in target.title.casefold()]
    found = [pair for pair in found if pair[1].title.casefold() == said] or found
    if len(found) == 1:
        await call.require(found[0][0])
        return found[0]
    if not found:
        raise UserError(_no_target(call))
    choices = [Choice(f"{target.title} of {show.title} ({show.id})", f"restream {verb} {target.id}") for show, target in found[:5]]
    raise Question("That fits several targets. Choose one.", choices)


def _no_target(call: Call) -> str:
    """That there is no such target, as it is said of one that the person may not know of as well."""
    return f"There is no such restream target here. See {call.command} restream."


async def _of_this_channel(call: Call) -> list[tuple[Show, RestreamTarget]]:
    found = await call.context.store.shows(channel=call.channel, states=ACTIVE, limit=50) if call.channel else []
    shows = await call.readable_shows(found)
    return [(show, target) for show in shows for target in await call.context.store.restreams(show.id)]


async def carried_target(call: Call) -> tuple[Show, RestreamTarget]:
    """The target of the pressed control, or of the submitted form."""
    show = await call.carried_show()
    target = await call.context.store.restream(str(call.carried.get("t") or call.metadata.get("t") or ""))
    if target is None or target.gone or target.show != show.id:
        raise UserError(f"That target was removed; nothing was changed. See {call.command} restream {show.id}.")
    return show, target


async def change(call: Call, show: Show, target: RestreamTarget, rule: Callable[[Draft, Show, RestreamTarget], T]) -> T:
    """Let `rule` decide about a target as it is now."""

    def whole(draft: Draft, current: Show) -> T:
        try:
            now = draft.restream(target.id)
        except KeyError:
            raise UserError("That target was removed a moment ago; nothing was changed.") from None
        return rule(draft, current, now)

    return await call.decide(show, whole)
