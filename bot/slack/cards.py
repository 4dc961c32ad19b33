"""The card of a show: one message, edited in place, that says what is planned, what is seen and what can be done."""

from __future__ import annotations

from datetime import datetime

from bot.model import (
    CLOCK,
    ClipState,
    Dossier,
    FinishPolicy,
    Operation,
    OperationState,
    PageState,
    Seen,
    Show,
    ShowState,
    StepKind,
    StepState,
    Video,
)
from bot.providers.base import Capabilities, Gate, Kept
from bot.show.cues import asked_finish, asks_at_end, next_cue
from bot.show.defaults import Defaults
from bot.show.lifecycle import Phase, not_seen, phase
from bot.slack.blocks import Message, actions, context, section
from bot.slack.controls import controls
from bot.slack.keeping import kept_words
from bot.slack.restreams import card_words
from bot.slack.stamps import at, brief, plan_line
from bot.slack.text import link, mention

MOST_PARTS = 6
"""Parts of a recording named on the card; the message about the recordings names them all."""

SHOWN_AT_WORK = ("go", "finish", "pause", "resume", "back_on_air")
"""The verbs whose steps are ticked off on the card as well."""


def show_card(dossier: Dossier, show: Show, now: datetime, figures: Defaults, able: Capabilities) -> Message:
    """The card of `show` as of `now`: seven lines, three buttons and an overflow at most; the push text is lines 1 and 2."""
    stage = phase(dossier, show, now)
    state = f"{_state_words(stage, dossier, show)} — {brief(show.title)}"
    second = plan_line(show, now)
    lines = [f"*{state}* ({show.id})", second, *_facts(stage, dossier, show, now, figures, able)]
    buttons, more = controls(stage, dossier, show, now, figures, able)
    blocks = (section("\n".join(lines)), context(_looked(dossier, show, now, able)), *actions(buttons, more))
    return Message(f"{state} ({show.id})\n{second}", blocks, final=show.state.closed)


def card_moved(show: Show, address: str) -> Message:
    """What an older card becomes once a fresh one was posted; `address` leads there, where it is known."""
    there = link(address, "its card is further down") if address else "its card is further down"
    text = f"{brief(show.title)} ({show.id}): {there}."
    return Message(text, (context(text),), final=True)


def _state_words(stage: Phase, dossier: Dossier, show: Show) -> str:
    seen = dossier.seen
    match stage:
        case Phase.ON_AIR if show.on_air_at:
            return f"ON AIR since {at(show.on_air_at, show)}"
        case Phase.NO_SIGNAL if seen and "signal" in seen.since:
            return f"ON AIR, NO SIGNAL since {at(seen.since['signal'], show)}"
        case Phase.NOT_SEEN if seen and seen.looked_at:
            return f"ON AIR, NOT SEEN since {at(seen.looked_at, show)}"
        case Phase.PAUSED if show.paused_at:
            return f"PAUSED since {at(show.paused_at, show)}"
        case Phase.OFF_AIR if show.off_at:
            late = int((show.off_at - show.end).total_seconds() // 60)
            return f"OFF AIR {at(show.off_at, show)}" + (f" ({late:+d})" if late else "")
        case Phase.MISSED:
            return f"MISSED {at(show.start, show, seconds=False)}"
        case _:
            return stage.value


def _facts(stage: Phase, dossier: Dossier, show: Show, now: datetime, figures: Defaults, able: Capabilities) -> list[str]:
    """Lines 3 to 6: what is seen, and what the clock or somebody is going to do about it."""
    if stage is Phase.CANCELLED:
        return [f"Cancelled: {brief(show.note)}" if show.note else "Cancelled."]
    if stage is Phase.DONE:
        kept = f"Recording: {_parts(dossier, show) or 'none'}{_clips(dossier, show)}"
        return [_time_on_air(show), kept, _stream_off(dossier, show, able)]
    lines = [f"Signal: {_signal(dossier, show)}", f"Viewers see: {_viewers_see(dossier, show, able)}"]
    lines.append(f"Recording: {_recording(dossier, show, now, figures, able)}{_clips(dossier, show)}")
    restream = card_words([target for target in dossier.restreams if target.show == show.id], show, able)
    coming = [*_plan_of_the_clock(stage, dossier, show, now, figures), *_working(dossier, show)]
    if stage is Phase.STILL_PUBLIC and show.off_at is not None:
        coming = [f"Books closed {at(show.off_at, show)}: only its crew can stop the encoder", *coming]
    if stage is Phase.OFF_AIR:
        coming = [_time_on_air(show), _stream_off(dossier, show, able), *coming]
    last = " · ".join(word for word in (restream, *coming) if word)
    return [*lines, last] if last else lines


def _signal(dossier: Dossier, show: Show) -> str:
    seen = dossier.seen
    if seen is None or seen.signal is None:
        return "not looked for yet"
    if not seen.signal:
        since = seen.since.get("signal")
        told = since is not None and (show.state.on_air or show.state is ShowState.OFF)
        where = "none" if seen.backup is None else "none on primary or backup"
        return (f"{where} since {at(since, show)}" if told and since else where) + _trouble(seen)
    on_backup = seen.primary is False and seen.backup
    words = [_where(seen)]
    quality = seen.quality
    if quality and quality.height:
        words.append(f"{quality.height}p{quality.fps:g}" if quality.fps else f"{quality.height}p")
        if quality.kbps:
            words.append(f"{quality.kbps / 1000:.1f} Mbps")
    since = seen.since.get("signal")
    steady = f", steady since {at(since, show)}" if since else ""
    backup = "" if on_backup or seen.backup is None else ", backup up too" if seen.backup else ", backup none"
    return " ".join(words) + steady + backup + _trouble(seen)


def _where(seen: Seen) -> str:
    """By which way the pictures come, or from what it is inferred that they do."""
    if seen.evidence:
        return f"pictures arriving ({brief(seen.evidence)})"
    if seen.primary is False and seen.backup:
        return "on the backup"
    return "there" if seen.backup is None else "primary"


def _trouble(seen: Seen) -> str:
    return f" — {brief(seen.trouble)}" if seen.trouble else ""


def _viewers_see(dossier: Dossier, show: Show, able: Capabilities) -> str:
    seen = dossier.seen
    if not show.gated:
        return "the encoder's picture, whenever it comes" if not (seen and seen.signal) else "the encoder's picture"
    state = seen.pages.get(show.page, "") if seen else ""
    match state:
        case PageState.LIVE:
            watching = ""
            if seen and seen.viewers is not None and seen.viewers_at:
                watching = f", {seen.viewers} watching at {at(seen.viewers_at, show)}"
            return f"the programme{watching}" if seen and seen.signal else "the programme's page, without a picture"
        case PageState.PENDING:
            return (
                f"the pending page{_said(show)}" if able.gate is Gate.PAGE else f"nothing: the {_page_word(able)} is not live yet"
            )
        case PageState.PAUSED:
            return "the pause text"
        case PageState.FINISHED:
            return "the page of a finished show"
        case "":
            return "nothing yet" if not show.page else f"the {_page_word(able)} (not looked at yet)"
        case other:
            return f"“{brief(other, 40)}” (the provider's word)"


def _page_word(able: Capabilities) -> str:
    if able.pages is None or able.gate is Gate.PAGE:
        return "pending page"
    return able.pages.word


def _said(show: Show) -> str:
    text = str(show.page_fields.get("pending_message") or "")
    return f": “{brief(text)}”" if text else ""


def _recording(dossier: Dossier, show: Show, now: datetime, figures: Defaults, able: Capabilities) -> str:
    if able.recording is None or able.recording.kept is not Kept.LIVE:
        return kept_words(dossier.seen, show, able, _parts(dossier, show))
    seen = dossier.seen
    parts = [video for video in dossier.videos if video.show == show.id]
    if seen and seen.recording:
        since = seen.since.get("recording")
        return f"part {len(parts) + 1}" + (f" since {at(since, show)}" if since else "") + ", confirmed"
    told = _count(len(parts)) if parts else ""
    if not show.wants_recording:
        return f"off{f' · {told}' if told else ''}"
    if show.recording_failed:
        return f"*failed*, tried again when the signal returns{f' · {told} so far' if told else ''}"
    if show.state.on_air:
        return f"*wanted, not running*{f' · {told} so far' if told else ''}"
    if show.off_at:
        return _parts(dossier, show) or "none"
    if now < show.start - figures.roll_lead:
        return f"rolls {at(show.start - figures.roll_lead, show, seconds=False)}, once there is signal"
    return "*wanted, not running*" if seen and seen.signal else "rolls once there is signal"


def _plan_of_the_clock(stage: Phase, dossier: Dossier, show: Show, now: datetime, figures: Defaults) -> list[str]:
    operations = dossier.of(show.id)
    if stage in (Phase.PLANNED, Phase.WAITING, Phase.READY, Phase.PUBLIC):
        opens = next_cue(operations, "open")
        first = [f"opens {at(opens, show, seconds=False)}"] if opens and stage is Phase.PLANNED else []
        goes = _start_words(operations, show, now)
        if stage is Phase.PUBLIC and now < show.start:
            goes = f"before {at(show.start, show, seconds=False)}: anyone with the link sees the encoder"
        elif stage is Phase.PUBLIC:
            goes = f"anyone with the link sees the encoder; {goes}"
        return [*first, goes, _end(show, operations)]
    if stage is Phase.HELD and show.hold:
        until = f" until {at(show.hold.until, show, seconds=False)}" if show.hold.until else ""
        why = f": “{brief(show.hold.text)}”" if show.hold.text else ""
        return [f"Held by {mention(show.hold.by)} since {at(show.hold.since, show)}{until}{why}; will not go live by itself"]
    if stage is Phase.LATE:
        window_ends = show.start + figures.go_window
        asked = any(op.verb == "go" and op.state is OperationState.ASKING for op in operations)
        words = "asked what to do" if asked else "then asks"
        return [f"no signal since {at(show.start, show)}; by itself until {at(window_ends, show, seconds=False)}, {words}"]
    if stage is Phase.MISSED:
        return [brief(op.note) for op in operations if op.verb == "go" and op.state is OperationState.ASKING and op.note]
    if stage is Phase.PAST_END:
        return [_overrun(operations, show, figures)]
    if stage in (Phase.ON_AIR, Phase.NO_SIGNAL, Phase.NOT_SEEN, Phase.ON_BACKUP, Phase.PAUSED):
        paused = [f"paused by {mention(show.paused_by)}"] if stage is Phase.PAUSED and show.paused_by not in ("", CLOCK) else []
        return [*paused, _end(show, operations), *_alarm(dossier.seen, show, now)]
    return []


def _start_words(operations: tuple[Operation, ...], show: Show, now: datetime) -> str:
    """What becomes of the start: only a go that is on the schedule, or waits for its moment, happens by itself."""
    going = next((op for op in operations if op.verb == "go"), None)
    start = at(show.start, show, seconds=False)
    if going is None:
        return f"due {start}, does not go live by itself"
    if going.state is OperationState.ASKING:
        return f"due {start}, asked what to do"
    if not show.gated:
        return f"starts {start}, with the encoder's picture" if now < show.start else f"due {start}, begins with a steady picture"
    return f"live by itself {start}" if now < show.start else f"due {start}, goes live by itself once it can"


def _alarm(seen: Seen | None, show: Show, now: datetime) -> list[str]:
    alarm = show.ringing
    taken = []
    if alarm is not None and alarm.kind == "backup":
        back = seen.since.get("primary") if seen is not None and seen.primary else None
        returned = [f"primary back {at(back, show)}"] if back is not None else []
        taken = [f"primary lost {at(alarm.since, show)}", *returned, *([] if alarm.taken_by else ["not noted yet"])]
    elif alarm is not None:
        taken = [f"taken by {mention(alarm.taken_by) if alarm.taken_by else 'nobody'}"]
    quiet = [f"alarms quiet until {at(show.quiet_until, show)}"] if show.quiet_until and show.quiet_until > now else []
    return [*taken, *quiet]


def _overrun(operations: tuple[Operation, ...], show: Show, figures: Defaults) -> str:
    asked = asked_finish(operations, show)
    if asked is not None:
        return _end(show, operations)
    question = next((op for op in operations if op.verb == "overrun"), None)
    if question is None or show.finish is FinishPolicy.BY_HAND:
        return "stays on until somebody finishes it"
    asks = f"stays on; asks again {at(question.due, show, seconds=False)}"
    if question.args.get("answered"):
        return asks
    return f"{asks}; hard end {at(show.end + figures.overrun_limit, show, seconds=False)}"


def _end(show: Show, operations: tuple[Operation, ...]) -> str:
    end = at(show.end, show, seconds=False)
    asked = asked_finish(operations, show)
    if asked is not None:
        return f"ends by itself {at(asked.due, show, seconds=False)}, asked by {mention(asked.by)}"
    if show.finish is FinishPolicy.BY_HAND:
        return f"ends by hand (planned {end})"
    return f"asks at {end}" if asks_at_end(show) else f"ends by itself {end}"


def _time_on_air(show: Show) -> str:
    if not show.on_air_at or not show.off_at:
        return "Was not on air"
    minutes, seconds = divmod(round((show.off_at - show.on_air_at).total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    peak = f", peak {show.peak_viewers} viewers" if show.peak_viewers else ""
    return f"On air {hours}:{minutes:02}:{seconds:02}{peak}"


def _stream_off(dossier: Dossier, show: Show, able: Capabilities) -> str:
    seen = dossier.seen
    if seen is not None and seen.enabled and (show.stopped_at or not dossier.of(show.id, "finish")):
        return f"Stream still enabled at {able.title}"
    if show.stopped_at is None:
        return f"{able.title} has not confirmed the stream off yet"
    gone = seen.since.get("signal") if seen and seen.signal is False else None
    silent = f"signal gone {at(gone, show)}" if gone and show.off_at and gone >= show.off_at else ""
    if able.switch is not None:
        off = f"stream off {at(show.stopped_at, show)}"
    elif show.gated:
        off = f"{able.page_word} over {at(show.stopped_at, show)}"
    else:
        off = "" if silent else f"no signal {at(show.stopped_at, show)}"
    return f"Confirmed: {', '.join(filter(None, (silent, off)))}"


def _parts(dossier: Dossier, show: Show) -> str:
    """The parts of the recording by number, those that can be watched as links."""
    videos = sorted(
        (video for video in dossier.videos if video.show == show.id), key=lambda video: (video.started_at or show.start, video.id)
    )
    named = [_part(number, video) for number, video in enumerate(videos[:MOST_PARTS], 1)]
    rest = [f"and {len(videos) - MOST_PARTS} more"] if len(videos) > MOST_PARTS else []
    return " · ".join([_count(len(videos)), *named, *rest]) if videos else ""


def _clips(dossier: Dossier, show: Show) -> str:
    made = sum(clip.show == show.id and clip.state is ClipState.PLAYABLE for clip in dossier.clips)
    return f" · {made} clip{'s' if made != 1 else ''}" if made else ""


def _part(number: int, video: Video) -> str:
    if video.status == "ready" and video.link:
        return link(video.link, f"part {number}")
    return f"part {number} {brief(video.status, 20) or 'announced'}"


def _count(parts: int) -> str:
    return f"{parts} part{'s' if parts != 1 else ''}"


def _working(dossier: Dossier, show: Show) -> list[str]:
    """What is being done right now: asked and confirmed shown apart."""
    words = []
    for op in dossier.of(show.id):
        if op.state is OperationState.RUNNING and op.note:
            words.append(f"_{brief(op.note)}_")
        elif op.state in (OperationState.RUNNING, OperationState.WAITING) and op.verb in SHOWN_AT_WORK:
            words.append(_ticks(dossier, op, show))
    return words


def _ticks(dossier: Dossier, op: Operation, show: Show) -> str:
    marks = []
    for step in dossier.steps.get(op.id, ()):
        if step.state is StepState.DONE and step.done_at:
            marks.append(f"✓ {brief(step.label.lower(), 40)} {at(step.done_at, show)}")
        elif step.state is StepState.INTENT and step.intent_at:
            asked = ": waiting since" if step.kind is StepKind.WAIT else " asked"
            marks.append(f"… {brief(step.label.lower(), 40)}{asked} {at(step.intent_at, show)}")
    return " ".join(marks)


def _looked(dossier: Dossier, show: Show, now: datetime, able: Capabilities) -> str:
    seen = dossier.seen
    where = f"{able.title} {brief((seen and seen.name) or show.stream_name or show.stream or '(no stream yet)', 60)}"
    if seen is None or seen.looked_at is None:
        return f"Not looked yet · {where}"
    looked = f"Looked {at(seen.looked_at, show)}"
    if not_seen(seen, now):
        looked = f"*NOT SEEN since {at(seen.looked_at, show)}*"
    heard = f" · webhook {at(seen.heard_at, show)}" if seen.heard_at else ""
    return f"{looked}{heard} · {where}"
