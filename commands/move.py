"""`/live move`, `/live extend`, and the form behind Edit: other times, with every cue in the same commit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.errors import Question, UserError
from bot.model import JSON, FinishPolicy, Show, ShowState
from bot.operations.asking import ask
from bot.operations.planning import extend, keep_on, move, unwant_recording, want_recording
from bot.providers.base import Capabilities
from bot.show.cues import asks_at_end, schedule
from bot.show.draft import Draft
from bot.show.references import split_option
from bot.show.times import parse_duration, parse_moment, span_words
from bot.slack.call import Call
from bot.slack.declare import Button, Command, Form, Stage
from bot.slack.plan_form import Wish, edit_form, read_form
from bot.slack.stamps import at
from bot.slack.text import escape

MOVABLE = (ShowState.PLANNED, ShowState.OPEN)
ENDING = (ShowState.PLANNED, ShowState.OPEN, ShowState.LIVE, ShowState.PAUSED)


# -- move ---------------------------------------------------------------------------------------------------------------
async def run_move(call: Call) -> None:
    """Another start, the same length; alone it opens the form."""
    words, all_of_them = split_option(call.words, ("all", "this"))
    if all_of_them == "all":
        raise UserError("Weekly shows are not in this version, so there is only this one to move.")
    show, rest = await call.choose_show(words, MOVABLE)
    if not rest:
        await call.open(edit_form(show, call.context.provider(show.provider).capabilities, call.remember(s=show.id)))
        return
    zone = ZoneInfo(show.zone)
    now = call.context.clock.now()
    start = _start(show, rest, now, zone)
    length = show.end - show.start
    moved = await call.decide(
        show, lambda draft, current: move(draft, current, start, start + length, call.user, call.context.figures)
    )
    await call.reply(f"Moved: {escape(moved.title)} ({moved.id}) is {span_words(moved.start, moved.end, zone)} now.")


def _start(show: Show, rest: str, now: datetime, zone: ZoneInfo) -> datetime:
    if rest.startswith("+"):
        return show.start + parse_duration(rest[1:])
    try:
        return parse_moment(rest, now, zone)
    except Question as question:
        raise question.within(f"move {show.id} ") from None


async def press_edit(call: Call) -> None:
    """The button on the card."""
    show = await call.carried_show()
    if show.state.closed or show.state is ShowState.OFF:
        raise UserError(f"{show.title} is over. Plan a new one with {call.command} plan.")
    await call.open(edit_form(show, call.context.provider(show.provider).capabilities, call.remember(s=show.id)))


async def check_edit(call: Call) -> Mapping[str, str]:
    """The errors of the form, by input."""
    show = await call.checked_show()
    now = call.context.clock.now()
    if show is None:
        return read_form(call.view.values, now)[1]
    wish, errors = read_form(call.view.values, _from(show, now))
    if wish is None:
        return errors
    wish = _as_it_stands(wish, show)
    if wish.end <= now and wish.end != show.end:
        return {"end": f"That is in the past. To end it now: {call.command} finish {show.id}."}
    able = call.context.provider(show.provider).capabilities
    if _hides_the_page(able, wish, show):
        return {"wishes": f"The {able.page_word} is what viewers see now. Take it off with {call.command} finish {show.id}."}
    return {}


def _from(show: Show, now: datetime) -> datetime:
    """From when on the times of the form are read: a show on air began in the past."""
    return show.start - timedelta(days=1) if show.state.on_air else now


def _as_it_stands(wish: Wish, show: Show) -> Wish:
    """The form shows minutes: a start or an end that was not touched keeps its seconds."""
    same_start = wish.start == show.start.replace(second=0, microsecond=0)
    same_end = wish.end == show.end.replace(second=0, microsecond=0)
    return replace(wish, start=show.start if same_start else wish.start, end=show.end if same_end else wish.end)


def _hides_the_page(able: Capabilities, wish: Wish, show: Show) -> bool:
    """Whether the bot would forget a page that viewers are on: a finish would leave them there. Where it is needed it stays."""
    return _can_be_without(able) and show.state.on_air and show.wants_page and bool(show.page) and not wish.page


def _can_be_without(able: Capabilities) -> bool:
    """Whether the form lets people choose about a page."""
    return able.pages is not None and not able.pages.needed


async def submit_edit(call: Call) -> None:
    """Save was pressed."""
    show = await call.carried_show()
    wish, errors = read_form(call.view.values, _from(show, call.context.clock.now()))
    if wish is None:
        raise UserError(next(iter(errors.values()), "The form was not complete."))
    changed = await call.decide(show, lambda draft, current: _apply(draft, current, wish, call))
    await call.reply(f"Saved: {escape(changed.title)} ({changed.id}), {span_words(changed.start, changed.end, wish.zone)}.")


def _apply(draft: Draft, show: Show, wish: Wish, call: Call) -> Show:
    figures = call.context.figures
    wish = _as_it_stands(wish, show)
    able = call.context.provider(show.provider).capabilities
    if _hides_the_page(able, wish, show):
        raise UserError(
            f"The {able.page_word} of {show.title} is what viewers see now. Finish the show first; nothing was changed."
        )
    page_fields = _page_fields(draft, show, wish, call.user)
    changed = replace(
        show,
        title=wish.title,
        zone=str(wish.zone),
        finish=wish.finish,
        wants_page=wish.page and (bool(show.page) or not show.stream) if _can_be_without(able) else show.wants_page,
        page_fields=page_fields,
    )
    draft.put(changed)
    if wish.record != show.wants_recording:
        changed = want_recording(draft, changed) if wish.record else unwant_recording(draft, changed, call.user, figures, able)
    if (wish.start, wish.end) != (show.start, show.end):
        return move(draft, changed, wish.start, wish.end, call.user, figures)
    schedule(draft, changed, figures)
    draft.note(show.id, "edited", call.user)
    return changed


def _page_fields(draft: Draft, show: Show, wish: Wish, by: str) -> Mapping[str, JSON]:
    """What viewers read, as it is known to be: a page that is there already is changed at the provider first."""
    wished = {"pending_message": wish.pending_message, "share_url": wish.share_url}
    differing: dict[str, JSON] = {name: text for name, text in wished.items() if text != str(show.page_fields.get(name) or "")}
    if not show.page or not show.wants_page:
        return {name: value for name, value in {**show.page_fields, **wished}.items() if value}
    if differing:
        waiting: dict[str, JSON] = {}
        for op in draft.of(show.id, "edit_page"):
            waiting |= dict(op.args.get("fields") or {})
        ask(draft, "edit_page", by, show, {"fields": {**waiting, **differing}, "page": show.page})
    return show.page_fields


# -- extend -------------------------------------------------------------------------------------------------------------
async def run_extend(call: Call) -> None:
    """A later end: +15 min unless said otherwise."""
    length, words = _length_first(call.words)
    show, rest = await call.choose_show(words, ENDING)
    if rest:
        length = parse_duration(rest)
    await _extend(call, show, length)


def _length_first(words: str) -> tuple[timedelta, str]:
    first, _, rest = words.partition(" ")
    if first[:1].isdigit() or first[:1] == "+":
        return parse_duration(first), rest.strip()
    return timedelta(minutes=15), words


async def press_extend(call: Call) -> None:
    """+5, +15, +30: two presses at once extend once, because the button carries the end it was drawn for."""
    show = await call.carried_show()
    minutes = int(call.interaction.action.partition(":")[2] or 15)

    def rule(draft: Draft, current: Show) -> Show:
        call.still(f"extend:{minutes}", current)
        return extend(draft, current, call.user, timedelta(minutes=minutes), call.context.figures)

    await call.reply(_end_words(await call.decide(show, rule)))


async def _extend(call: Call, show: Show, length: timedelta) -> None:
    later = await call.decide(show, lambda draft, current: extend(draft, current, call.user, length, call.context.figures))
    await call.reply(_end_words(later))


def _end_words(show: Show) -> str:
    """What the new end means, by what happens there."""
    title, end = f"{escape(show.title)} ({show.id})", at(show.end, show, seconds=False)
    match show.finish:
        case FinishPolicy.ASK:
            return f"The planned end of {title} is {end} now: it asks at {end} and stays on."
        case FinishPolicy.BY_HAND:
            return f"The planned end of {title} is {end} now; it stays on until somebody finishes it."
        case _:
            return f"{title} ends at {end} now."


async def press_keep_on(call: Call) -> None:
    """It stays on past its end and asks again."""
    show = await call.carried_show()

    def rule(draft: Draft, current: Show) -> Show:
        call.still("keep-on", current)
        return keep_on(draft, current, call.user, call.context.figures)

    kept = await call.decide(show, rule)
    so = "asks again" if asks_at_end(kept) else "until somebody finishes it"
    end = at(kept.end, kept, seconds=False)
    await call.reply(f"{escape(kept.title)} ({kept.id}) stays on past {end} {'and ' if asks_at_end(kept) else ''}{so}.")


DECLARATIONS = (
    Command(
        "move",
        "[show] <time>|+<dur>",
        "another start, the same length",
        Stage.READY,
        run_move,
        bare="the form with everything that can be changed",
        aliases=("edit",),
        examples=("move 10:30", "move s12 +15m", "move s12 sun 11:00"),
    ),
    Command(
        "extend",
        "[<dur>] [show]",
        "a later end",
        Stage.AIR,
        run_extend,
        bare="+15 min, says the new end",
        examples=("extend", "extend 30m", "extend 1h30 s12"),
    ),
    Button("edit", press_edit),
    Button("extend", press_extend),
    Button("keep-on", press_keep_on),
    Form("edit-show", submit_edit, check_edit),
)
