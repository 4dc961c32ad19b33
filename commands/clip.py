"""`/live clip`: what just happened, a range by the clock or between two marks, cut and posted when it can be played."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.errors import Question, UserError
from bot.model import JSON, Clip, Show, ShowState
from bot.operations.clipping import again, ask_clip
from bot.show.access import Verb
from bot.show.clip_text import LONGEST_TITLE, Between, ClipWords, Last, parse_clip, range_words, span_of
from bot.show.phone import normalise, unquote
from bot.show.times import duration_words, wall
from bot.slack.call import RUNNING, Call
from bot.slack.clips import asked, clip_list
from bot.slack.cutting import clip_fields, delay_of, frame, remember_delay, require_inside, still_there, typed_fields, with_clips
from bot.slack.declare import Button, Command, Form, Stage
from bot.slack.fields import field_input, read_fields
from bot.slack.modals import confirm, form, paragraph, text_input
from bot.slack.stamps import brief

STEP = timedelta(seconds=10)
"""What the two buttons of an answer move."""

RECENT = 10
"""Shows of a channel that are looked through for clips."""


async def run(call: Call) -> None:
    """Cut; or list what was cut; or remember how far behind this person's player is."""
    first, _, rest = call.words.partition(" ")
    if first.casefold() == "delay":
        await _delay(call, rest.strip())
        return
    if normalise(call.words).casefold() == "list":
        await _list_newest(call)
        return
    listing = normalise(rest).casefold() == "list"
    show, words = await call.show_first(RUNNING, Verb.READ if listing else Verb.ACT)
    if words.casefold() == "list":
        await _list(call, show)
        return
    words, fields = typed_fields(with_clips(call, show), words)
    await _cut(call, show, _read(words, show), fields)


def _read(words: str, show: Show) -> ClipWords:
    """The grammar; what a question about it offers to type means this show."""
    try:
        return parse_clip(words)
    except Question as question:
        choices = (replace(choice, value=choice.value.replace("clip ", f"clip {show.id} ", 1)) for choice in question.choices)
        raise Question(str(question), choices) from None


async def press(call: Call) -> None:
    """Clip last 60 s on the card."""
    await _cut(call, await call.carried_show(), ClipWords(Last(None), ""))


# -- cutting ------------------------------------------------------------------------------------------------------------
async def _cut(call: Call, show: Show, words: ClipWords, fields: Mapping[str, JSON] | None = None) -> None:
    """Refuse what cannot be; ask about what is long; else have it cut."""
    provider = with_clips(call, show)
    start, end = await _span(call, show, words)
    await require_inside(call, show, provider, start, end)
    wanted = replace(_clip(call, show, start, end, words.title), fields=fields or {})
    if end - start > call.context.figures.clip_asks:
        await _ask_first(call, show, wanted)
    else:
        await _commit(call, show, wanted, await _remark(call, words))


async def _span(call: Call, show: Show, words: ClipWords) -> tuple[datetime, datetime]:
    try:
        return span_of(words.span, await frame(call, show))
    except Question as question:
        raise question.within(f"clip {show.id} ", f" {words.title}".rstrip()) from None


def _clip(call: Call, show: Show, start: datetime, end: datetime, title: str, after: str = "") -> Clip:
    """What is wanted, before it has its number."""
    return Clip(show.id, 0, show.provider, show.stream, start, end, call.user, call.at, title, after=after)


def _range(call: Call, clip: Clip, show: Show) -> str:
    titled = f" “{brief(clip.title)}”" if clip.title else ""
    span = range_words(clip.start, clip.end, ZoneInfo(show.zone), call.at)
    return f"{span} ({duration_words(clip.length)}) of {brief(show.title)} ({show.id}){titled}"


async def _remark(call: Call, words: ClipWords) -> str:
    if not isinstance(words.span, Last):
        return ""
    delay = await delay_of(call)
    return f"Your player counts as {duration_words(delay)} behind ({call.command} clip delay)."


async def _commit(call: Call, show: Show, wanted: Clip, remark: str, *, instead: bool = False) -> None:
    clip = await call.decide(show, lambda draft, current: ask_clip(draft, current, wanted))
    early = show.on_air_at is not None and clip.start < show.on_air_at
    warned = f":warning: It begins before the show went on air ({_clock(show.on_air_at, show)})." if early else ""
    await call.reply(asked(clip, show, " ".join(filter(None, (remark, warned)))), replace=instead)


def _clock(when: datetime | None, show: Show) -> str:
    return wall(when, ZoneInfo(show.zone), seconds=True) if when else ""


# -- a long one ---------------------------------------------------------------------------------------------------------
async def _ask_first(call: Call, show: Show, wanted: Clip) -> None:
    """A long one was perhaps meant in seconds."""
    text = f"That is {duration_words(wanted.length)}: {_range(call, wanted, show)}. Cut it?"
    carried = call.remember(s=show.id, **{"from": _ms(wanted.start), "to": _ms(wanted.end)}, t=wanted.title, f=dict(wanted.fields))
    await call.open(confirm("clip-long", "Cut a long clip?", text, "Cut", carried))


async def submit_long(call: Call) -> None:
    """A long one was meant."""
    show = await call.carried_show()
    start, end = _instant(call.metadata.get("from")), _instant(call.metadata.get("to"))
    await require_inside(call, show, with_clips(call, show), start, end)
    fields = call.metadata.get("f")
    wanted = _clip(call, show, start, end, str(call.metadata.get("t") or ""))
    await _commit(call, show, replace(wanted, fields=fields if isinstance(fields, dict) else {}), "")


def _ms(when: datetime) -> int:
    return int(when.timestamp() * 1000)


def _instant(value: object) -> datetime:
    return datetime.fromtimestamp((value if isinstance(value, int) else 0) / 1000, UTC)


# -- the buttons of an answer -------------------------------------------------------------------------------------------
async def press_earlier(call: Call) -> None:
    """The same length, ten seconds earlier."""
    await _nudge(call, "earlier", STEP, STEP)


async def press_longer(call: Call) -> None:
    """The same beginning, ten seconds longer."""
    await _nudge(call, "longer", timedelta(0), -STEP)


async def _nudge(call: Call, how: str, start_back: timedelta, end_back: timedelta) -> None:
    """Another clip, once: the button gives way to what became of it."""
    show = await call.carried_show()
    clip = still_there(call, await call.context.store.clips(show.id))
    provider, start, end = with_clips(call, show), clip.start - start_back, clip.end - end_back
    await require_inside(call, show, provider, start, end)
    wanted = _clip(call, show, start, end, clip.title, after=f"{clip.name}:{how}")
    wanted = replace(wanted, stream=clip.stream, fields=clip.fields)
    await _commit(call, show, wanted, f"It is {clip.name}, 10 s {how}.", instead=True)


async def press_again(call: Call) -> None:
    """Try again, where one could not be made."""
    show = await call.carried_show()
    clip = still_there(call, await call.context.store.clips(show.id))
    await require_inside(call, show, with_clips(call, show), clip.start, clip.end)
    wanted = await call.decide(show, lambda draft, current: again(draft, current, clip.number, call.user))
    await call.reply(asked(wanted, show, ""), replace=True)


# -- the form of a card -------------------------------------------------------------------------------------------------
async def press_form(call: Call) -> None:
    """Clip… on the card: a range by the clock."""
    show = await call.carried_show()
    able = with_clips(call, show).capabilities.clips
    end = show.off_at or call.at - await delay_of(call)
    blocks = [
        paragraph(f"Times by the clock in {show.zone}, like 19:31:05."),
        text_input("from", "From", _clock(end - call.context.figures.clip_last, show), most=20),
        text_input("to", "To", _clock(end, show), most=20),
        text_input("title", "Title", optional=True, most=LONGEST_TITLE),
        *(field_input(each, creating=True) for each in (able.fields if able else ())),
    ]
    await call.open(form("clip-form", "Cut a clip", blocks, "Cut", call.remember(s=show.id)))


async def check_form(call: Call) -> Mapping[str, str]:
    """Both must be times, and the provider's own fields what it takes."""
    words = _typed(call)
    known = await call.checked_show()
    errors = read_fields(clip_fields(call, known), call.view.values)[1] if known else {}
    return errors if isinstance(words, ClipWords) else {"to": words, **errors}


def _typed(call: Call) -> ClipWords | str:
    values = {name: normalise(str(call.view.values.get(name) or "")) for name in ("from", "to", "title")}
    line = normalise(f"{values['from']}-{values['to']}")
    try:
        words = parse_clip(line)
    except UserError as failure:
        return str(failure)
    if not isinstance(words.span, Between) or words.title:
        return f"“{line}” is no range. Type both times like 19:31:05."
    return replace(words, title=unquote(values["title"]))


async def submit_form(call: Call) -> None:
    """A range was sent."""
    show = await call.carried_show()
    words = _typed(call)
    if not isinstance(words, ClipWords):
        raise UserError(words)
    start, end = await _span(call, show, words)
    await require_inside(call, show, with_clips(call, show), start, end)
    fields, _ = read_fields(clip_fields(call, show), call.view.values)
    await _commit(call, show, replace(_clip(call, show, start, end, words.title), fields=fields), "")


# -- lists, and the delay -----------------------------------------------------------------------------------------------
async def _list_newest(call: Call) -> None:
    """Of the newest show here that has any clip or mark; else of the one that runs."""
    states = (*RUNNING, ShowState.DONE)
    newest = await call.context.store.shows(channel=call.channel, states=states, newest=True, limit=RECENT) if call.channel else []
    found = await call.readable_shows(newest)
    for show in sorted(found, key=lambda show: not show.state.on_air):
        if await call.context.store.clips(show.id) or await call.context.store.markers(show.id):
            await _list(call, show)
            return
    running = next((show for show in found if show.state.on_air), None)
    about = running or (found[0] if found else None)
    raise UserError(_none(call, about.provider if about else "", "There are no clips here yet."))


def _none(call: Call, provider: str, said: str) -> str:
    """That there is no clip, and what can be done: cut one, or what the provider has in its place."""
    known = [call.context.provider(provider)] if provider else list(call.context.providers.values())
    if any(one.capabilities.clips is not None for one in known):
        return f"{said} {call.command} clip cuts what just happened."
    return f"{said} {known[0].cannot('clips')}"


async def press_list(call: Call) -> None:
    """Clips on the card."""
    await _list(call, await call.carried_show(Verb.READ))


async def _list(call: Call, show: Show) -> None:
    store = call.context.store
    await call.require(show)
    without = _none(call, show.provider, "No clips yet.")
    await call.reply(clip_list(show, await store.clips(show.id), await store.markers(show.id), without))


async def _delay(call: Call, said: str) -> None:
    delay = await remember_delay(call, said) if said else await delay_of(call)
    await call.reply(
        f"Your player counts as {duration_words(delay)} behind: {call.command} clip last counts back from what you see. "
        f"Change it with {call.command} clip delay 25s."
    )


DECLARATIONS = (
    Command(
        "clip",
        "[show] last <dur> [title] | <hh:mm:ss>-<hh:mm:ss> [title] | <marker>-<marker> [title] | list | delay <dur>",
        "cut a clip out of the show",
        Stage.AIR,
        run,
        bare="the last 60 s, with the exact range",
        examples=("clip last 45s Goal", "clip 19:31:05-19:31:40 Goal", "clip m3-m4", "clip list", "clip delay 25s"),
    ),
    Button("clip", press),
    Button("clip-form", press_form),
    Button("clips", press_list),
    Button("clip-earlier", press_earlier),
    Button("clip-longer", press_longer),
    Button("clip-again", press_again),
    Form("clip-long", submit_long),
    Form("clip-form", submit_form, check=check_form),
)
