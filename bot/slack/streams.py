"""Streams as people name, pick and may touch them, and what is known of one in words with times."""

from __future__ import annotations

import asyncio
import heapq
import re
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.errors import Choice, NotAllowed, ProviderError, Question, UserError
from bot.model import Dossier, Grant, Seen, Show, ShowState, StreamKey, owners_of
from bot.offload import closest, offload
from bot.providers.base import Capabilities, Provider, StreamInfo
from bot.show.access import Asker, Refusal, Verb, stream_thing
from bot.show.phone import unquote
from bot.show.references import parse_handle
from bot.show.times import wall
from bot.slack.call import ACTIVE, Call, present_state
from bot.slack.modals import form, picker
from bot.slack.stamps import brief
from bot.slack.text import escape

T = TypeVar("T")

PICKER_PATIENCE = 2.0
"""Real seconds for which a picker waits for a provider: Slack waits three for the picker (block_suggestion)."""

MOST_OFFERED = 100
"""Options that Slack takes (block_suggestion)."""

PICK = "stream-pick"

NOT_FOUND = 404


class NeedsGrant(NotAllowed):
    """No show ever used the stream, so an operator has to give it. Also raised inside transactions."""


ANOTHERS = "A show of another channel"
"""What is said of a show that the person may not see."""


# -- naming -------------------------------------------------------------------------------------------------------------
def parse_key(text: str) -> StreamKey:
    """`gcore:123`; UserError for anything else."""
    provider, colon, stream = text.strip().partition(":")
    if not (provider and colon and stream):
        raise UserError("That stream is no longer known. Choose it again.")
    return StreamKey(provider.casefold(), stream)


def folded(name: str) -> str:
    """A name as it is compared: `church-main` is `Church Main`."""
    return re.sub(r"[\s_-]+", " ", name.casefold()).strip()


async def from_each(providers: Iterable[Provider], ask: Callable[[Provider], Awaitable[list[T]]]) -> tuple[list[T], list[str]]:
    """What the providers answer, asked at once, and a sentence for each that is out: one does not hide the others.

    ProviderError if nobody answers.
    """
    answers = await asyncio.gather(*map(ask, providers), return_exceptions=True)
    told: list[T] = []
    failures: list[ProviderError] = []
    for answer in answers:
        if isinstance(answer, ProviderError):
            failures.append(answer)
        elif isinstance(answer, BaseException):
            raise answer
        else:
            told += answer
    if failures and len(failures) == len(answers):
        raise failures[0]
    return told, [failure.happened for failure in failures]


def missing(failures: Sequence[str]) -> list[str]:
    """What a list says of the providers that it could not ask."""
    return [f":warning: Not in this list: {escape(sentence)}" for sentence in failures]


async def all_streams(call: Call) -> tuple[list[StreamInfo], list[str]]:
    """Every stream of every provider that answers, as listed now, and a sentence for each that does not."""
    return await from_each(call.context.providers.values(), lambda provider: provider.list_streams())


async def find_stream(call: Call, verb: str, words: str, rest: str = "") -> StreamInfo:
    """The one stream that `words` name: by a show's handle, by id, by its whole name or by a part of it.

    UserError if there is none, Question with a button for each if there are several; `verb` and `rest` are the command around it.
    What the person may not know of is not there for them.
    """
    said = unquote(words)
    key = await of_show(call, said)
    if key is not None:
        return await call.context.provider(key.provider).stream(key.id)
    hidden = await hidden_streams(call)
    known = await _by_id(call, said, hidden)
    if known is not None:
        return known
    listed, failures = await all_streams(call)
    found, close = await offload(_meant, said, listed, hidden)
    if len(found) == 1:
        return found[0]
    if not found:
        hint = f" Did you mean {close}?" if close else ""
        out = "".join(f" {sentence}" for sentence in failures)
        raise UserError(f"{no_stream(said, among=bool(out))}{out}{hint} See {call.command} stream list.")
    choices = [Choice(f"{info.name} ({info.key.id})", f"{verb} {info.key} {rest}".strip()) for info in found[:5]]
    more = f" Here are five of {len(found)}." if len(found) > len(choices) else ""
    raise Question(f"“{said}” fits several streams.{more} Choose one.", choices)


def _meant(said: str, streams: Collection[StreamInfo], hidden: HiddenStreams) -> tuple[list[StreamInfo], str]:
    """The streams that were named, by id, by whole name or by a part of it; and the name that comes close where there is none."""
    there, wanted = [(info, folded(info.name)) for info in streams if not hidden.has(info.key, info.name)], folded(said)
    found = [info for info, _ in there if info.key.id == said]
    found = found or [info for info, name in there if name == wanted]
    found = found or [info for info, name in there if wanted in name]
    return found, "" if found else closest(said, [info.name for info, _ in there])


def no_stream(said: str, *, among: bool = False) -> str:
    """That there is no such stream, as it is said of one that the person may not know of as well."""
    return f"There is no stream “{said}”{' among those I can see' if among else ''}."


@dataclass(frozen=True, slots=True)
class HiddenStreams:
    """The streams that the person may not know of: `keys` belong to channels that they may not look into.

    A stream that belongs to nobody yet may be one that is being made for a show of such a channel: it has one of these `names`.
    """

    keys: frozenset[StreamKey]
    owned: Collection[frozenset[StreamKey]] = ()
    names: frozenset[str] = frozenset()

    def has(self, key: StreamKey, name: str = "") -> bool:
        """Whether the stream is not to be shown."""
        return key in self.keys or (bool(self.names) and folded(name) in self.names and not any(key in keys for keys in self.owned))


async def hidden_streams(call: Call) -> HiddenStreams:
    """What the person may not know of, as it is now."""
    store = call.context.store
    owned = await store.streams_by_owners()
    keys = await call.patiently(call.desk.permissions.hidden_streams(call.person, owned))
    making = await store.shows(states=(ShowState.PLANNED, ShowState.OPEN), without_stream=True, limit=1000)
    readable = {show.id for show in await call.readable_shows(making)}
    named = [(show, show.stream_name or show.title) for show in making if show.id not in readable]
    names = frozenset(folded(text) for show, name in named for text in (name, f"{name} ({show.id})"))
    return HiddenStreams(keys, owned.values(), names)


async def of_show(call: Call, words: str) -> StreamKey | None:
    """The stream of the show whose handle is all that was said; None if there is no such show for this person."""
    handle = parse_handle(words)
    named = await call.context.store.show(handle) if handle is not None else None
    if handle is None or named is None or not await call.readable_shows([named]):
        return None
    show, _ = await call.choose_show(handle)
    if show.key is None:
        raise UserError(f"{show.title} ({show.id}) has no stream yet. Its planning makes one; ask again in a moment.")
    return show.key


async def _by_id(call: Call, said: str, hidden: HiddenStreams) -> StreamInfo | None:
    """By `gcore:123`, or by an id that was seen before, with one request instead of the whole list."""
    provider, colon, stream = said.partition(":")
    if colon and provider.casefold() in call.context.providers:
        return await read_stream(call, StreamKey(provider.casefold(), stream), hidden)
    for name, known in call.context.providers.items():
        key = StreamKey(name, said)
        seen = await call.context.store.seen(key)
        if seen is not None and not seen.gone and not hidden.has(key, seen.name):
            return await known.stream(said)
    return None


async def read_stream(call: Call, key: StreamKey, hidden: HiddenStreams | None = None) -> StreamInfo:
    """The stream as it is now; UserError, in the same words, where there is none and where the person may not know of it."""
    try:
        if hidden is None or not hidden.has(key):
            found = await call.context.provider(key.provider).stream(key.id)
            if hidden is None or not hidden.has(key, found.name):
                return found
    except ProviderError as failure:
        if failure.status != NOT_FOUND:
            raise
    raise UserError(f"{no_stream(key.id)} See {call.command} stream list.")


async def stream_here(call: Call) -> StreamKey | None:
    """The stream of this channel's shows, if they have only one."""
    found = await call.context.store.shows(channel=call.channel, states=ACTIVE, limit=50) if call.channel else []
    shows = await call.readable_shows(found)
    keys = {show.key for show in shows if show.key is not None}
    return next(iter(keys)) if len(keys) == 1 else None


async def chosen(call: Call, verb: str, words: str, rest: str = "") -> StreamInfo | None:
    """The stream meant: the one named, else that of this channel's shows; else a form to pick it from, and None for now."""
    if words:
        return await find_stream(call, verb, words, rest)
    key = await stream_here(call)
    if key is not None:
        return await call.context.provider(key.provider).stream(key.id)
    await call.open(pick_form(verb, call.remember(v=verb)))
    return None


def pick_form(verb: str, metadata: str) -> dict[str, object]:
    """Which stream a verb is for."""
    return dict(form(PICK, verb.capitalize(), [picker("stream", "stream", "Stream", optional=False)], "Next", metadata))


# -- picking ------------------------------------------------------------------------------------------------------------
async def offer_streams(call: Call) -> list[tuple[str, str]]:
    """`Church Main · off · 1234`, for what was typed so far: from memory, and from the providers where memory has none."""
    hidden = await asyncio.wait_for(hidden_streams(call), PICKER_PATIENCE)
    seen = [known for name in call.context.providers for known in await call.context.store.streams_seen(name)]
    offered = await offload(_offers, ((known.key, known.name, known.enabled) for known in seen), hidden, call.words)
    if offered:
        return offered
    lists = await asyncio.gather(*(_listed(provider) for provider in call.context.providers.values()))
    there = ((info.key, info.name, info.enabled) for infos in lists for info in infos)
    return await offload(_offers, there, hidden, call.words)


async def _listed(provider: Provider) -> list[StreamInfo]:
    try:
        return await asyncio.wait_for(provider.list_streams(), PICKER_PATIENCE)
    except (ProviderError, TimeoutError):
        return []


def _offers(streams: Iterable[tuple[StreamKey, str, bool | None]], hidden: HiddenStreams, typed: str) -> list[tuple[str, str]]:
    words = {True: "on", False: "off", None: "?"}
    wanted = folded(typed)
    there = ((folded(name), key, name, on) for key, name, on in streams if not hidden.has(key, name))
    fitting = (offer for offer in there if wanted in offer[0] or wanted in offer[1].id)
    first = heapq.nsmallest(MOST_OFFERED, fitting, key=_first)
    return [(f"{name[:50] or '(no name)'} · {words[on]} · {key.id}", str(key)) for _, key, name, on in first]


def _first(offer: tuple[str, StreamKey, str, bool | None]) -> tuple[str, StreamKey]:
    return offer[0], offer[1]


# -- who may ------------------------------------------------------------------------------------------------------------
async def shows_on(call: Call, key: StreamKey) -> Sequence[Show]:
    """The shows on a stream that are not over."""
    return [show for show in (await call.context.store.dossier(key)).shows if not show.state.closed]


async def require_hands_on(call: Call, key: StreamKey, what: str, verb: Verb = Verb.CHANGE) -> None:
    """The person may do that with a stream: members of the channels that it belongs to, who made it, operators.

    NotAllowed otherwise, which begins with `what`; UserError as for a stream that does not exist where they may not know of it.
    """
    grants = await call.context.store.grants(key)
    asker = await call.asker(owners_of(grants).channels, verb)
    refusal = call.desk.permissions.judge(asker, verb, stream_thing(grants))
    if refusal is None:
        return
    if refusal in (Refusal.OPERATORS, Refusal.ASK_OPERATOR):
        await _require_there(call, key)
    raise refused_stream(call, refusal, key.id, what, _a_public_one(asker, grants))


async def _require_there(call: Call, key: StreamKey) -> None:
    """UserError where there is no such stream: it is not told from one that the person may not know of."""
    try:
        await call.patiently(read_stream(call, key))
    except ProviderError:
        return


async def still_hands_on(call: Call, key: StreamKey, what: str, verb: Verb) -> Callable[[Dossier], None]:
    """The same check for the transaction that stores what was asked for: by the grants of that moment."""
    asker = await call.asker(owners_of(await call.context.store.grants(key)).channels, verb)

    def check(dossier: Dossier) -> None:
        refusal = call.desk.permissions.judge(asker, verb, stream_thing(dossier.grants))
        if refusal is not None:
            raise refused_stream(call, refusal, key.id, what, _a_public_one(asker, dossier.grants))

    return check


def _a_public_one(asker: Asker, grants: Sequence[Grant]) -> str:
    """A channel that the person can join to get the right."""
    return next((grant.channel for grant in grants if grant.channel in asker.public | asker.unread), "")


def refused_stream(call: Call, refusal: Refusal, said: str, what: str, join: str) -> UserError:
    """Why somebody may not do that with a stream; `join` is a channel that would give the right."""
    match refusal:
        case Refusal.HIDDEN:
            return UserError(f"{no_stream(said)} See {call.command} stream list.")
        case Refusal.NOT_A_MEMBER:
            how = f"Join <#{join}>, or ask an operator." if join else "Ask an operator."
            return NotAllowed(f"{what} is for the crew of {f'<#{join}>' if join else 'another channel'}. {how}")
        case Refusal.ASK_OPERATOR:
            return NeedsGrant(f"{what} needs an operator, since no show has used that stream yet.")
        case _:
            return NotAllowed(f"{what} needs an operator. {call.desk.directory.how_to_operate()}")


async def require_off_air(call: Call, shows: Sequence[Show]) -> None:
    """UserError while a show on the stream is on air; one that the person may not see is not named."""
    on_air = [show for show in shows if show.state.on_air]
    for show in await call.readable_shows(on_air):
        raise UserError(f"{present_state(show)} It runs on this stream: finish it first with {call.command} finish {show.id}.")
    if on_air:
        raise UserError(f"{ANOTHERS} is on air on this stream: it has to be finished first.")


# -- what is known ------------------------------------------------------------------------------------------------------
async def look_now(call: Call, key: StreamKey, page: str = "") -> tuple[Seen | None, str]:
    """See a stream now; if that fails, what was known before and a sentence that says why."""
    try:
        return await call.context.sightings.look(call.context.provider(key.provider), key.id, page), ""
    except ProviderError as failure:
        return await call.context.store.seen(key), failure.sentence


async def named_or_not(call: Call, shows: Sequence[Show]) -> list[Show]:
    """The shows, those that the person may not see without a handle and with no title of their own."""
    readable = {show.id for show in await call.readable_shows(shows)}
    return [show if show.id in readable else replace(show, id="", title=ANOTHERS) for show in shows]


def facts_of(seen: Seen | None, zone: ZoneInfo, now: datetime, failed: str = "", *, able: Capabilities) -> list[str]:
    """What is known of a stream, each fact with the clock time from which it holds, in the reader's zone."""
    if seen is None:
        return [f"Not seen yet. {escape(failed)}".strip()]

    def clock(when: datetime) -> str:
        return wall(when, zone, seconds=True, relative_to=now)

    def since(fact: str) -> str:
        return f" since {clock(seen.since[fact])}" if fact in seen.since else ""

    looked = clock(seen.looked_at) if seen.looked_at else "never"
    told = {True: "yes", False: "no", None: "not known"}
    there = "on the backup" if seen.primary is False and seen.backup else "there"
    if seen.evidence:
        there = f"pictures arriving ({brief(seen.evidence)})"
    signal = {True: there, False: "none", None: "not known"}[seen.signal]
    return [
        f":warning: *Not seen now* ({escape(failed)}). Last looked {looked}." if failed else f"Looked {looked}.",
        *([f"Enabled: *{told[seen.enabled]}*{since('enabled')}"] if able.switch is not None else []),
        f"Signal: *{signal}*{since('signal')}",
        *([f"Recording: *{told[seen.recording]}*{since('recording')}"] if able.tells_recording else []),
        *([f"Viewers: *{seen.viewers}* at {clock(seen.viewers_at)}"] if seen.viewers is not None and seen.viewers_at else []),
        *([f":warning: {escape(seen.trouble)}"] if seen.trouble else []),
    ]


async def shows_words(call: Call, shows: Sequence[Show]) -> str:
    """The shows on a stream, each with where it stands; those that the person may not see are only counted."""
    readable = await call.readable_shows(shows)
    lines = [f"• {escape(present_state(show))} ({show.id})" for show in readable]
    if len(readable) < len(shows):
        lines.append(f"• {ANOTHERS} is on it as well." if readable else f"• {ANOTHERS} is on it.")
    return "\n".join(lines) or "No show is on it."
