"""`/live plan`: one line that fills the form, and the form whose Create is the confirmation."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.errors import Choice, NotAllowed, ProviderError, Question, UserError
from bot.model import Decision, Dossier, FinishPolicy, Grant, Seen, Show, StreamKey
from bot.operations.planning import Plan, make
from bot.providers.base import Capabilities, Gate
from bot.show.access import Verb, channel_thing
from bot.show.draft import Draft
from bot.show.plan_text import PlanWords, parse_plan
from bot.show.times import span_words
from bot.slack.call import CHECKED_WITHIN, Call
from bot.slack.declare import Button, Command, Form, Stage
from bot.slack.granting import request_grant
from bot.slack.plan_form import REDRAW, Wish, page_anyway, plan_form, read_form
from bot.slack.streams import (
    NeedsGrant,
    all_streams,
    hidden_streams,
    named_or_not,
    no_stream,
    of_show,
    parse_key,
    read_stream,
    require_hands_on,
    still_hands_on,
)
from bot.slack.text import escape

CHANNEL = re.compile(r"<#[^>]+>")

PLANNING = "Planning on that stream"
ASKED = "I have asked them; plan again once I tell you."
NO_OPERATORS = "Nobody is an operator yet: an admin can name some in OPERATORS."

NO_PAGE = "np"
"""What the form remembers of a typed “no page”, whichever provider is chosen in it."""


async def run(call: Call) -> None:
    """Open the form, filled with what was typed."""
    now = call.context.clock.now()
    words = _read(call, now) if call.words else None
    await _require_presence(call)
    wish = await _wish(call, words) if words else None
    await call.open(
        plan_form(wish, now, call.zone, _able(call), call.remember(**({} if wish is None or wish.page else {NO_PAGE: True})))
    )


def _able(call: Call) -> Mapping[str, Capabilities]:
    return {name: provider.capabilities for name, provider in call.context.providers.items()}


async def choose_provider(call: Call) -> None:
    """Another provider was chosen in the form: it is drawn again with what applies there; what was typed stays."""
    values = call.view.values
    now = call.context.clock.now()
    wish, _ = read_form({**values, "stream": ""}, now)
    chosen = str(values.get("provider") or call.context.only_provider.name)
    fresh = Wish("", now, now, call.zone) if wish is None else wish
    view = plan_form(
        replace(fresh, provider=chosen, page=not call.metadata.get(NO_PAGE)), now, call.zone, _able(call), call.view.metadata
    )
    await call.desk.voice.update(call.view.id, view)


def _read(call: Call, now: datetime) -> PlanWords:
    try:
        return parse_plan(call.words, now, call.zone)
    except Question as question:
        raise question.within("plan ") from None


async def _require_presence(call: Call) -> None:
    """A show is called in a channel that the bot can post to, by somebody who is in it."""
    if not call.channel or call.channel.startswith("D"):
        raise UserError(f"Plan a show in the channel of its crew: go there and type {call.command} plan.")
    if await call.away(call.channel):
        raise UserError(f"A show is called in a channel that I am in. {call.invitation} Then plan again.")
    asker = await call.asker({call.channel}, Verb.PLAN)
    if call.desk.permissions.judge(asker, Verb.PLAN, channel_thing(call.channel)) is not None:
        raise NotAllowed(f"A show is planned by members of its channel. Join it, then type {call.command} plan there.")


async def _wish(call: Call, words: PlanWords) -> Wish:
    if words.every:
        raise UserError("Weekly shows are not in this version: plan this one, and the next when it is over.")
    if words.new_on:
        call.context.provider(words.new_on)
    stream = await _stream_named(call, words.stream) if words.stream else None
    if stream is not None:
        await require_stream(call, stream.key, stream.name)
    return Wish(
        words.title,
        words.start,
        words.end,
        words.zone,
        stream=str(stream.key) if stream else "",
        stream_label=stream.name if stream else "",
        provider=words.new_on or "",
        record=words.record,
        page=words.page,
        finish=FinishPolicy(words.finish),
    )


async def _stream_named(call: Call, said: str) -> Seen:
    """The stream of that show, id or name, among all that the person may know of; asked of the providers if it was never seen."""
    key = await of_show(call, said)
    known = await call.context.store.seen(key) if key else None
    if known is not None:
        return known
    hidden = await hidden_streams(call)
    seen_before = [seen for name in call.context.providers for seen in await call.context.store.streams_seen(name)]
    streams = [seen for seen in seen_before if not hidden.has(seen.key, seen.name)]
    for _ in range(2):
        exact = [seen for seen in streams if said.casefold() in (seen.key.id, seen.name.casefold(), str(seen.key))]
        found = exact or [seen for seen in streams if said.casefold() in seen.name.casefold()]
        if len(found) == 1:
            return found[0]
        if found:
            choices = [
                Choice(f"{seen.name} ({seen.key.id})", f"plan {call.words.replace(said, seen.key.id)}") for seen in found[:5]
            ]
            raise Question(f"“{said}” fits several streams. Choose one.", choices)
        listed, failures = await call.patiently(all_streams(call))
        streams = [await call.context.sightings.report(info.look) for info in listed if not hidden.has(info.key, info.name)]
    out = "".join(f" {sentence}" for sentence in failures)
    raise UserError(f"{no_stream(said)}{out} See {call.command} stream list, or leave it out for a new one.")


async def check(call: Call) -> Mapping[str, str]:
    """The errors of the form, by input, before it closes."""
    wish, errors = read_form(call.view.values, call.context.clock.now())
    if wish is not None and len(call.context.providers) > 1 and not (wish.stream or wish.provider):
        errors["provider"] = "Choose where the new stream is made, or a stream to reuse."
    if wish is not None and wish.stream:
        try:
            key = _key(wish.stream)
            await asyncio.wait_for(require_stream(call, key, await _name_of(call, key)), CHECKED_WITHIN)
        except TimeoutError:
            return errors  # Slack is slow to say who is where: it is judged when the show is stored
        except UserError as refusal:
            errors["stream"] = CHANNEL.sub("its channel", str(refusal))  # an error of an input is plain text: Slack links nothing
    return errors


async def submit(call: Call) -> None:
    """Create was pressed: that is the confirmation."""
    wish, _ = read_form(call.view.values, call.context.clock.now())
    if wish is None:
        raise UserError("The form was not complete. Open it again.")
    await _require_presence(call)
    show = await _create(call, wish)
    zone = ZoneInfo(show.zone)
    answer = f"Planned: *{escape(show.title)}* ({show.id}), {span_words(show.start, show.end, zone)}."
    anyway = page_anyway(call.context.provider(show.provider).capabilities) if call.metadata.get(NO_PAGE) else ""
    await call.reply(f"{answer} {anyway}".strip() + await _overlaps(call, show))


async def _create(call: Call, wish: Wish) -> Show:
    key = _key(wish.stream) if wish.stream else None
    provider = call.context.provider(key.provider if key else wish.provider or call.context.only_provider.name)
    able = provider.capabilities
    fields = {"pending_message": wish.pending_message, "share_url": wish.share_url}
    plan = Plan(
        title=wish.title,
        channel=call.channel,
        provider=provider.name,
        zone=str(wish.zone),
        start=wish.start,
        end=wish.end,
        by=call.user,
        stream=key.id if key else "",
        stream_name=wish.stream_name or wish.title if key is None else await _name_of(call, key),
        record=wish.record and able.recording is not None,
        page=able.pages is not None and (wish.page or able.pages.needed),
        page_gates=able.gate is not Gate.NONE,
        page_fields={name: value for name, value in fields.items() if value and _takes(able, name)},
        finish=wish.finish,
    )
    now, figures = call.context.clock.now(), call.context.figures

    def rule(show_id: str, draft: Draft) -> Decision[Show]:
        return call.carried_out(draft.decision(make(draft, show_id, plan, figures)))

    if key is None:
        return await call.context.store.plan(lambda show_id: rule(show_id, _empty(now)))
    return await _plan_on(call, key, plan.stream_name, rule)


async def _plan_on(call: Call, key: StreamKey, name: str, rule: Callable[[str, Draft], Decision[Show]]) -> Show:
    """Store the plan on a stream that exists, by the rights on it that were there before the plan."""
    await require_stream(call, key, name)
    check = await still_hands_on(call, key, PLANNING, Verb.PLAN)

    def on_stream(dossier: Dossier, show_id: str) -> Decision[Show]:
        check(dossier)
        draft = Draft(dossier, call.context.clock.now())
        draft.grant(Grant(key, call.channel, "", call.user, draft.now))
        return rule(show_id, draft)

    return await call.context.store.plan_on(key, on_stream)


async def require_stream(call: Call, key: StreamKey, name: str) -> None:
    """The person may plan on the stream; else UserError. Where an operator has to give it, they are asked for it."""
    try:
        await require_hands_on(call, key, PLANNING, Verb.PLAN)
    except NeedsGrant:
        asked = await request_grant(call, key, name or await _told_name(call, key), call.channel)
        then = ASKED if asked and not call.dry else "" if asked else NO_OPERATORS
        sentence = "No show has used that stream yet: an operator has to allow it for this channel."
        raise NeedsGrant(f"{sentence} {then}".strip()) from None


def _takes(able: Capabilities, field: str) -> bool:
    return able.pages is not None and any(known.name == field for known in able.pages.fields)


async def _told_name(call: Call, key: StreamKey) -> str:
    """What the provider calls a stream that was never seen; its id where that is not told now."""
    try:
        return (await read_stream(call, key)).name
    except ProviderError:
        return key.id


async def _name_of(call: Call, key: StreamKey) -> str:
    seen = await call.context.store.seen(key)
    return seen.name if seen else ""


def _key(text: str) -> StreamKey:
    return parse_key(text)


def _empty(now: datetime) -> Draft:
    return Draft(Dossier(None, None, (), ()), now)


async def _overlaps(call: Call, show: Show) -> str:
    """Two shows on one stream at the same time are warned about, not refused: a second crew may know better."""
    if show.key is None:
        return ""
    others = (await call.context.store.dossier(show.key)).shows
    clashing = [
        other
        for other in others
        if other.id != show.id and not other.state.closed and other.start < show.end and show.start < other.end
    ]
    named = await named_or_not(call, clashing)
    names = ", ".join(f"{escape(other.title)} ({other.id})" if other.id else "a show of another channel" for other in named)
    return f"\n:warning: It overlaps on the same stream with {names}." if clashing else ""


DECLARATIONS = (
    Command(
        "plan",
        "<title> <time>[-<time>|for <dur>] [on <stream>|new on <provider>] [zone <city>] [no record] [no page] [finish ask]",
        "plan a show",
        Stage.PLAN,
        run,
        effect=False,
        bare="the empty form",
        examples=("plan", "plan Sunday Service sun 10:00-11:15", "plan News at 9 21:00 for 30m on church-main no record"),
    ),
    Button("plan", run, effect=False),
    Button(REDRAW, choose_provider, effect=False),
    Form("plan", submit, check),
)
