"""`/live plan`: one line that fills the form, and the form whose Create is the confirmation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.errors import Choice, Question, UserError
from bot.model import Decision, Dossier, FinishPolicy, Seen, Show, StreamKey
from bot.operations.planning import Plan, make
from bot.providers.base import Capabilities, Gate
from bot.show.draft import Draft
from bot.show.plan_text import PlanWords, parse_plan
from bot.show.times import span_words
from bot.slack.call import ACTIVE, Call
from bot.slack.declare import Button, Command, Form, Stage
from bot.slack.plan_form import REDRAW, Wish, page_anyway, plan_form, read_form
from bot.slack.streams import all_streams, of_show
from bot.slack.text import escape

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
    """A show is called in a channel that the bot can post to."""
    if not call.channel or call.channel.startswith("D"):
        raise UserError(f"Plan a show in the channel of its crew: go there and type {call.command} plan.")
    if await call.away(call.channel):
        raise UserError(f"A show is called in a channel that I am in. {call.invitation} Then plan again.")


async def _wish(call: Call, words: PlanWords) -> Wish:
    if words.every:
        raise UserError("Weekly shows are not in this version: plan this one, and the next when it is over.")
    if words.new_on:
        call.context.provider(words.new_on)
    stream = await _stream_named(call, words.stream) if words.stream else None
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
    """The stream of that show, id or name, among all that were ever seen; asked of the providers if it is not among them."""
    key = await of_show(call, said)
    known = await call.context.store.seen(key) if key else None
    if known is not None:
        return known
    streams = [seen for name in call.context.providers for seen in await call.context.store.streams_seen(name)]
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
        streams = [await call.context.sightings.report(info.look) for info in listed]
    out = "".join(f" {sentence}" for sentence in failures)
    raise UserError(f"There is no stream “{said}”.{out} See {call.command} stream list, or leave it out for a new one.")


async def check(call: Call) -> Mapping[str, str]:
    """The errors of the form, by input, before it closes."""
    wish, errors = read_form(call.view.values, call.context.clock.now())
    if wish is not None and len(call.context.providers) > 1 and not (wish.stream or wish.provider):
        errors["provider"] = "Choose where the new stream is made, or a stream to reuse."
    return errors


async def submit(call: Call) -> None:
    """Create was pressed: that is the confirmation."""
    wish, _ = read_form(call.view.values, call.context.clock.now())
    if wish is None:
        raise UserError("The form was not complete. Open it again.")
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

    def rule(show_id: str) -> Decision[Show]:
        draft = _empty(now)
        return call.carried_out(draft.decision(make(draft, show_id, plan, figures)))

    return await call.context.store.plan(rule)


def _takes(able: Capabilities, field: str) -> bool:
    return able.pages is not None and any(known.name == field for known in able.pages.fields)


async def _name_of(call: Call, key: StreamKey) -> str:
    seen = await call.context.store.seen(key)
    return seen.name if seen else ""


def _key(text: str) -> StreamKey:
    provider, _, stream = text.partition(":")
    return StreamKey(provider, stream)


def _empty(now: datetime) -> Draft:
    return Draft(Dossier(None, None, (), ()), now)


async def _overlaps(call: Call, show: Show) -> str:
    """Two shows on one stream at the same time are warned about, not refused: a second crew may know better."""
    if show.key is None:
        return ""
    others = await call.context.store.shows(states=ACTIVE, limit=200)
    clashing = [
        other
        for other in others
        if other.id != show.id and other.key == show.key and other.start < show.end and show.start < other.end
    ]
    names = ", ".join(f"{escape(other.title)} ({other.id})" for other in clashing)
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
