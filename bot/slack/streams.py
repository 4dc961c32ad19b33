"""Streams as people name, pick and may touch them, and what is known of one in words with times."""

from __future__ import annotations

import asyncio
import difflib
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.errors import Choice, NotAllowed, ProviderError, Question, UserError
from bot.model import Seen, Show, StreamKey
from bot.providers.base import Capabilities, Provider, StreamInfo
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

PICK = "stream-pick"


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
    """
    said = unquote(words)
    key = await of_show(call, said)
    if key is not None:
        return await call.context.provider(key.provider).stream(key.id)
    known = await _by_id(call, said)
    if known is not None:
        return known
    streams, failures = await all_streams(call)
    found = [info for info in streams if info.key.id == said]
    found = found or [info for info in streams if folded(info.name) == folded(said)]
    found = found or [info for info in streams if folded(said) in folded(info.name)]
    if len(found) == 1:
        return found[0]
    if not found:
        close = difflib.get_close_matches(said, [info.name for info in streams], n=1)
        hint = f" Did you mean {close[0]}?" if close else ""
        out = "".join(f" {sentence}" for sentence in failures)
        raise UserError(
            f"There is no stream “{said}”{' among those I can see' if out else ''}.{out}{hint} See {call.command} stream list."
        )
    choices = [Choice(f"{info.name} ({info.key.id})", f"{verb} {info.key} {rest}".strip()) for info in found[:5]]
    more = f" Here are five of {len(found)}." if len(found) > len(choices) else ""
    raise Question(f"“{said}” fits several streams.{more} Choose one.", choices)


async def of_show(call: Call, words: str) -> StreamKey | None:
    """The stream of the show whose handle is all that was said; None if there is no such show."""
    handle = parse_handle(words)
    if handle is None or await call.context.store.show(handle) is None:
        return None
    show, _ = await call.choose_show(handle)
    if show.key is None:
        raise UserError(f"{show.title} ({show.id}) has no stream yet. Its planning makes one; ask again in a moment.")
    return show.key


async def _by_id(call: Call, said: str) -> StreamInfo | None:
    """By `gcore:123`, or by an id that was seen before, with one request instead of the whole list."""
    provider, colon, stream = said.partition(":")
    if colon and provider.casefold() in call.context.providers:
        return await call.context.provider(provider.casefold()).stream(stream)
    for name, known in call.context.providers.items():
        if any(seen.key.id == said for seen in await call.context.store.streams_seen(name)):
            return await known.stream(said)
    return None


async def stream_here(call: Call) -> StreamKey | None:
    """The stream of this channel's shows, if they have only one."""
    shows = await call.context.store.shows(channel=call.channel, states=ACTIVE, limit=50) if call.channel else []
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
    seen = [known for name in call.context.providers for known in await call.context.store.streams_seen(name)]
    offered = _offers(((known.key, known.name, known.enabled) for known in seen), call.words)
    if offered:
        return offered
    lists = await asyncio.gather(*(_listed(provider) for provider in call.context.providers.values()))
    return _offers(((info.key, info.name, info.enabled) for infos in lists for info in infos), call.words)


async def _listed(provider: Provider) -> list[StreamInfo]:
    try:
        return await asyncio.wait_for(provider.list_streams(), PICKER_PATIENCE)
    except (ProviderError, TimeoutError):
        return []


def _offers(streams: Iterable[tuple[StreamKey, str, bool | None]], typed: str) -> list[tuple[str, str]]:
    words = {True: "on", False: "off", None: "?"}
    wanted = folded(typed)
    fitting = [(folded(name), key, name, on) for key, name, on in streams if wanted in folded(name) or wanted in key.id]
    return [(f"{name[:50] or '(no name)'} · {words[on]} · {key.id}", str(key)) for _, key, name, on in sorted(fitting, key=_first)]


def _first(offer: tuple[str, StreamKey, str, bool | None]) -> tuple[str, StreamKey]:
    return offer[0], offer[1]


# -- who may ------------------------------------------------------------------------------------------------------------
async def shows_on(call: Call, key: StreamKey) -> Sequence[Show]:
    """The shows on a stream that are not over."""
    return [show for show in (await call.context.store.dossier(key)).shows if not show.state.closed]


async def require_hands_on(call: Call, key: StreamKey, what: str) -> None:
    """Members of the channel of a show on it, and operators, may touch a stream; NotAllowed otherwise.

    A stream without a show belongs to the operators where any are named, and to everybody where none are.
    """
    if call.desk.directory.is_operator(call.user):
        return
    shows = await shows_on(call, key)
    for show in shows:
        try:
            await call.require_member(show)
        except NotAllowed:
            continue
        return
    if shows:
        first = shows[0]
        raise NotAllowed(f"{what} is for the crew of {first.title} ({first.id}). Join <#{first.channel}>, or ask an operator.")
    call.require_operator(what)


def require_off_air(call: Call, shows: Iterable[Show]) -> None:
    """UserError while a show on the stream is on air."""
    for show in shows:
        if show.state.on_air:
            raise UserError(f"{present_state(show)} It runs on this stream: finish it first with {call.command} finish {show.id}.")


# -- what is known ------------------------------------------------------------------------------------------------------
async def look_now(call: Call, key: StreamKey, page: str = "") -> tuple[Seen | None, str]:
    """See a stream now; if that fails, what was known before and a sentence that says why."""
    try:
        return await call.context.sightings.look(call.context.provider(key.provider), key.id, page), ""
    except ProviderError as failure:
        return await call.context.store.seen(key), failure.sentence


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


def shows_words(shows: Sequence[Show]) -> str:
    """The shows on a stream, each with where it stands."""
    return "\n".join(f"• {escape(present_state(show))} ({show.id})" for show in shows) or "No show is on it."
