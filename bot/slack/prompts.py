"""Messages beside the card: the steps of an operation, questions, the end of a show, alarms, recordings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.model import CLOCK, Alarm, Dossier, Operation, OperationState, Show, ShowState, StepKind, StepRecord, StepState, Video
from bot.providers.base import Capabilities
from bot.show.cues import asked_finish, asks_at_end
from bot.slack.blocks import Control, Message, actions, context, say
from bot.slack.controls import NEAR_THE_END, control, facts
from bot.slack.notices import ALARM_WORDS
from bot.slack.stamps import at, brief
from bot.slack.text import link, mention, truncate

TICKS = {
    StepState.PLANNED: ":white_small_square:",
    StepState.INTENT: ":hourglass_flowing_sand:",
    StepState.DONE: ":white_check_mark:",
    StepState.SKIPPED: ":heavy_minus_sign:",
    StepState.FAILED: ":x:",
}

ENDINGS = {
    OperationState.DONE: "Done",
    OperationState.FAILED: "Failed",
    OperationState.NEEDS_HUMAN: "Needs you",
    OperationState.SUPERSEDED: "Gave way",
    OperationState.CANCELLED: "Not done",
    OperationState.WAITING: "Waiting",
    OperationState.ASKING: "Asking",
}


def progress(op: Operation, steps: Sequence[StepRecord], show: Show | None, title: str) -> Message:
    """The steps of an operation, ticked off one by one, and how it ended."""
    who = "by the clock" if op.by == CLOCK else f"for {mention(op.by)}"
    about = f" — {brief(show.title)} ({show.id})" if show else ""
    head = f"*{brief(title)}*{about}, {who}"
    lines = [head, *(_step(record, show) for record in steps)]
    ending = ENDINGS.get(op.state, "")
    note = f": {brief(op.note, 500)}" if op.note else ""
    if ending:
        when = f" {at(op.ended, show)}" if op.ended and show else ""
        lines.append(f"*{ending}*{when}{note}")
    elif note:
        lines.append(f"_{brief(op.note, 500)}_")
    return Message(f"{title}{about}{f': {ending}' if ending else ''}", say("\n".join(lines)).blocks, final=op.state.ended)


def _step(record: StepRecord, show: Show | None) -> str:
    when = ""
    if show is not None and record.state is StepState.DONE and record.done_at:
        when = f" {at(record.done_at, show)}"
    elif show is not None and record.state is StepState.INTENT and record.intent_at:
        asked = ": waiting since" if record.kind is StepKind.WAIT else " asked"
        when = f"{asked} {at(record.intent_at, show)}"
    already = " (was so already)" if record.how == "observed" and record.kind is not StepKind.WAIT else ""
    why = f": {brief(record.how, 500)}" if record.state is StepState.FAILED and record.how else ""
    return f"{TICKS[record.state]} {brief(record.label)}{when}{already}{why}"


def question(op: Operation, show: Show | None, key: str = "") -> Message:
    """An operation's question; once answered it says how, and once asked anew, in a post of another `key`, that it was."""
    anew = op.args.get("asked_anew")
    if isinstance(anew, int) and key and int(key.rpartition(":")[2]) < anew:
        return say(":question: This is asked anew, further down.")
    sentence = f":question: {brief(op.note, 500)}" if op.note else ":question: The bot needs a decision."
    if op.state is not OperationState.ASKING:
        by = f" by {mention(op.by)}" if op.by != CLOCK else ""
        about, verb = brief(show.title) if show else "this", op.verb.replace("_", " ")
        return say(f":heavy_check_mark: A question about {about} was answered{by}: {verb}, {op.state}.")
    asked = {"o": op.id, "f": op.fence, "s": op.show}
    match op.verb:
        case "go" if show is not None and not show.gated and show.state is not ShowState.PLANNED:
            # the stream takes the encoder, which lets viewers in: nothing is to be answered
            buttons, more = [control("check", show), control("move", show)], [control("cancel", show)]
        case "go":
            buttons = [Control("question:go", "Go live", asked, "primary"), Control("question:wait", "Keep holding", asked)]
            more = [Control("question:cancel", "Cancel…", asked)]
        case "finish":
            buttons = [Control("question:go", "Finish now", asked, "danger"), Control("question:keep", "Keep on", asked)]
            more = []
        case _:
            buttons = [Control("question:go", "Try again", asked, "primary"), Control("question:drop", "Leave it", asked)]
            more = []
    return say(sentence, *actions(buttons, more))


def end_prompt(dossier: Dossier, show: Show) -> Message:
    """What happens at the end, with buttons to move it; without them once it is over."""
    end = at(show.end, show, seconds=False)
    if not show.state.on_air:
        return say(f":bell: The end of {brief(show.title)} ({show.id}) was {end}. It is {show.state.value} now.")
    asks = asks_at_end(show) and asked_finish(dossier.of(show.id), show) is None
    if asks:
        kept = f" {mention(show.on_air_by)} is asked again every quarter of an hour." if show.on_air_by not in ("", CLOCK) else ""
        head = f":bell: *{brief(show.title)}* ({show.id}): the planned end is {end}; it stays on until somebody finishes it.{kept}"
    else:
        head = f":bell: *{brief(show.title)}* ({show.id}) ends by itself at *{end}*."
    finish = Control("finish", "Finish now…", {"s": show.id, **facts("finish", show)}, "danger")
    buttons = [finish, control("extend:5", show), control("extend:15", show), control("extend:30", show)]
    if not asks:
        buttons.append(Control("keep-on", "Keep on", {"s": show.id, **facts("keep-on", show)}))
    overlap = next(
        (other for other in dossier.shows if other.id != show.id and other.start < show.end and not other.state.closed), None
    )
    warning = (
        [context(f":warning: {_named_here(overlap, show)} begins on the same stream {at(overlap.start, show)}.")] if overlap else []
    )
    return say(head, *actions(buttons), *warning)


def _named_here(other: Show, show: Show) -> str:
    """Another show on the stream, as the channel of `show` may read of it: one of another channel is not named."""
    return f"{brief(other.title)} ({other.id})" if other.channel == show.channel else "A show of another channel"


def alarm(show: Show, number: int, able: Capabilities, now: datetime) -> Message:
    """The alarm post: who has it, and the all-clear in place at its end."""
    ringing = show.alarm
    if ringing is None or ringing.number != number:
        return say(f":white_check_mark: An alarm of {brief(show.title)} ({show.id}) is over.")
    since = at(ringing.since, show)
    what = ALARM_WORDS.get(ringing.kind, ringing.kind)
    if ringing.cleared_at is not None:
        return say(f":white_check_mark: {what.capitalize()} from {since}: over, all clear {at(ringing.cleared_at, show)}.")
    return say(_ringing(show, ringing, what, since), *actions(_alarm_buttons(show, ringing, able, now)))


def ring(show: Show, number: int, text: str, able: Capabilities, now: datetime) -> Message:
    """A later post of the same alarm: `text` and the button to take it, until somebody has it or it is over."""
    ringing = show.ringing
    if ringing is None or ringing.number != number:
        over = alarm(show, number, able, now)
        return Message(over.text, over.blocks, final=True)
    if ringing.taken_by:
        since = at(ringing.since, show)
        return say(_ringing(show, ringing, ALARM_WORDS.get(ringing.kind, ringing.kind), since))
    return say(text, *actions([control("take", show)]))


def _ringing(show: Show, ringing: Alarm, what: str, since: str) -> str:
    called = mention(show.planned_by)
    taken = f" Taken by {mention(ringing.taken_by)}." if ringing.taken_by else " Taken by nobody."
    quiet = f" Quiet until {at(ringing.quiet_until, show)}." if ringing.quiet_until else ""
    return f":rotating_light: *{what}* since {since} — {brief(show.title)} ({show.id}). {called}{taken}{quiet}"


def _alarm_buttons(show: Show, ringing: Alarm, able: Capabilities, now: datetime) -> list[Control]:
    """Finish comes first near the end: what went away then has most likely ended."""
    if ringing.kind == "backup":
        return [control("noted", show)] if not ringing.taken_by else []
    first = [] if ringing.taken_by else [control("take", show)]
    pausable = show.gated and able.pages is not None and able.pages.pausable
    pause = [control("pause", show)] if pausable else []
    finish = [control("finish", show)]
    if now >= show.end - NEAR_THE_END:
        return [*finish, *first, *pause, control("quiet", show)]
    return [*first, *pause, *finish, control("quiet", show)]


def recordings(show: Show, videos: Sequence[Video]) -> Message:
    """The one message about a show's recordings."""
    parts = sorted(
        (video for video in videos if video.show == show.id), key=lambda video: (video.started_at is None, video.started_at)
    )
    done = all(video.status in ("ready", "error", "deleted") for video in parts)
    head = f":film_frames: *{'RECORDINGS READY' if done else 'RECORDINGS'} — {brief(show.title)}* ({show.id})"
    return say("\n".join([head, *(_part(number, len(parts), video) for number, video in enumerate(parts, 1))]))


def _part(number: int, of: int, video: Video) -> str:
    name = brief(video.name or f"video {video.id}")
    watchable = video.link and video.status in ("viewable", "ready")
    linked = link(video.link, truncate(video.name or f"video {video.id}", 120)) if watchable else name
    length = f" · {int(video.duration // 60)}:{int(video.duration % 60):02}" if video.duration else ""
    unlinked = " · no link reported" if not video.link and video.status in ("viewable", "ready") else ""
    done = [brief(rendition.name, 40) for rendition in video.renditions if rendition.is_done]
    which = f" · {', '.join(done)}" if done else ""
    return (
        f"{number}/{of} {linked}{length} · {brief(video.status, 40)}{which}{unlinked}"
        f"{f' · {brief(video.error, 300)}' if video.error else ''}"
    )
