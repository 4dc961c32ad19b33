"""The card of a show: one message, edited in place, that says what is planned, what is seen and what can be done."""

from __future__ import annotations

from datetime import datetime

from bot.model import Dossier, Operation, OperationState, PageState, Show, StepState
from bot.providers.base import Capabilities
from bot.show.cues import asks_at_end, next_cue
from bot.show.defaults import Defaults
from bot.show.lifecycle import Phase, phase
from bot.slack.blocks import Message, actions, context, section
from bot.slack.controls import controls
from bot.slack.stamps import at, plan_line
from bot.slack.text import escape, mention


def show_card(dossier: Dossier, show: Show, now: datetime, figures: Defaults, able: Capabilities) -> Message:
    """The card of `show` as of `now`: seven lines, three buttons and an overflow at most."""
    stage = phase(dossier, show, now)
    first = f"*{_state_words(stage, dossier, show)} — {escape(show.title)}* ({show.id})"
    second = plan_line(show, now)
    lines = [first, second, *_facts(stage, dossier, show, figures, able)]
    note = _working(dossier, show)
    if note:
        lines.append(note)
    buttons, more = controls(stage, dossier, show, now, figures)
    plain = f"{_state_words(stage, dossier, show)} — {show.title} ({show.id})\n{second}"
    return Message(plain, (section("\n".join(lines)), context(_looked(dossier, show, now, able)), *actions(buttons, more)))


def card_moved(show: Show, link: str) -> Message:
    """What an older card becomes once a fresh one was posted."""
    there = f"<{link}|its card is further down>" if link else "its card is further down"
    text = f"{escape(show.title)} ({show.id}): {there}."
    return Message(text, (context(text),))


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
            return f"OFF AIR {at(show.off_at, show)}"
        case Phase.MISSED:
            return f"MISSED {at(show.start, show, seconds=False)}"
        case _:
            return stage.value


def _facts(stage: Phase, dossier: Dossier, show: Show, figures: Defaults, able: Capabilities) -> list[str]:
    if stage is Phase.CANCELLED:
        return [f"Cancelled: {escape(show.note)}" if show.note else "Cancelled."]
    lines = [f"Signal: {_signal(dossier, show)}", f"Viewers see: {_viewers_see(dossier, show)}"]
    lines.append(f"Recording: {_recording(dossier, show)}")
    lines += _plan_of_the_clock(stage, dossier, show, figures)
    if stage in (Phase.OFF_AIR, Phase.DONE):
        lines += _after(dossier, show, able)
    return lines


def _signal(dossier: Dossier, show: Show) -> str:
    seen = dossier.seen
    if seen is None or seen.signal is None:
        return "not looked for yet"
    if not seen.signal:
        since = seen.since.get("signal")
        trouble = f" — {escape(seen.trouble)}" if seen.trouble else ""
        return (f"none since {at(since, show)}" if since and show.state.on_air else "none") + trouble
    on_backup = seen.primary is False and seen.backup
    words = ["on the backup" if on_backup else "primary"]
    quality = seen.quality
    if quality and quality.height:
        words.append(f"{quality.height}p{quality.fps:g}" if quality.fps else f"{quality.height}p")
        if quality.kbps:
            words.append(f"{quality.kbps / 1000:.1f} Mbps")
    since = seen.since.get("signal")
    steady = f", steady since {at(since, show)}" if since else ""
    trouble = f" — {escape(seen.trouble)}" if seen.trouble else ""
    return " ".join(words) + steady + (", backup up too" if seen.backup and not on_backup else "") + trouble


def _viewers_see(dossier: Dossier, show: Show) -> str:
    seen = dossier.seen
    if not show.wants_page:
        return "the encoder's picture, whenever it comes" if not (seen and seen.signal) else "the encoder's picture"
    state = seen.pages.get(show.page, "") if seen else ""
    match state:
        case PageState.LIVE:
            watching = ""
            if seen and seen.viewers is not None and seen.viewers_at:
                watching = f", {seen.viewers} watching at {at(seen.viewers_at, show)}"
            return f"the programme{watching}" if seen and seen.signal else "the programme's page, without a picture"
        case PageState.PENDING:
            return f"the pending page{_said(show)}"
        case PageState.PAUSED:
            return "the pause text"
        case PageState.FINISHED:
            return "the page of a finished show"
        case "":
            return "nothing yet" if not show.page else "the pending page (not looked at yet)"
        case other:
            return f"“{escape(other)}” (the provider's word)"


def _said(show: Show) -> str:
    text = str(show.page_fields.get("pending_message") or "")
    return f": “{escape(text)}”" if text else ""


def _recording(dossier: Dossier, show: Show) -> str:
    seen = dossier.seen
    parts = [video for video in dossier.videos if video.show == show.id]
    if seen and seen.recording:
        since = seen.since.get("recording")
        return f"part {len(parts) + 1}" + (f" since {at(since, show)}" if since else "") + ", confirmed"
    told = f"{len(parts)} part{'s' if len(parts) != 1 else ''}" if parts else ""
    if not show.wants_recording:
        return f"off{f' · {told}' if told else ''}"
    if show.state.on_air:
        return f"*wanted, not running*{f' · {told} so far' if told else ''}"
    if show.off_at:
        return told or "none"
    return "rolls a minute before the start, once there is signal"


def _plan_of_the_clock(stage: Phase, dossier: Dossier, show: Show, figures: Defaults) -> list[str]:
    operations = dossier.of(show.id)
    if stage in (Phase.PLANNED, Phase.WAITING, Phase.READY, Phase.PUBLIC):
        opens = next_cue(operations, "open")
        first = f"opens {at(opens, show, seconds=False)} · " if opens and stage is Phase.PLANNED else ""
        return [f"{first}live by itself {at(show.start, show, seconds=False)} · {_end(show)}"]
    if stage is Phase.HELD and show.hold:
        until = f" until {at(show.hold.until, show, seconds=False)}" if show.hold.until else ""
        why = f": “{escape(show.hold.text)}”" if show.hold.text else ""
        return [f"Held by {mention(show.hold.by)} since {at(show.hold.since, show)}{until}{why}; will not go live by itself"]
    if stage is Phase.LATE:
        return [f"live by itself until {at(show.start + figures.go_window, show, seconds=False)}, then asks"]
    if stage in (Phase.ON_AIR, Phase.PAST_END, Phase.NO_SIGNAL):
        alarm = show.ringing
        taken = [f"taken by {mention(alarm.taken_by)}" if alarm.taken_by else "taken by nobody"] if alarm else []
        return [" · ".join([_end(show), *taken])]
    return []


def _end(show: Show) -> str:
    end = at(show.end, show, seconds=False)
    if show.finish.value == "by-hand":
        return f"ends by hand (planned {end})"
    return f"asks at {end}" if asks_at_end(show) else f"ends by itself {end}"


def _after(dossier: Dossier, show: Show, able: Capabilities) -> list[str]:
    seen = dossier.seen
    lines = []
    if show.on_air_at and show.off_at:
        minutes, seconds = divmod(int((show.off_at - show.on_air_at).total_seconds()), 60)
        hours, minutes = divmod(minutes, 60)
        lines.append(
            f"On air {hours}:{minutes:02}:{seconds:02}" + (f", peak {show.peak_viewers} viewers" if show.peak_viewers else "")
        )
    if seen:
        off = show.stopped_at
        words = (
            f"stream off at {able.title}, confirmed {at(off, show)}"
            if off
            else f"{able.title} has not confirmed the stream off yet"
        )
        if seen.enabled and not dossier.of(show.id, "finish"):
            words = f"stream still enabled at {able.title}"
        lines.append(words[0].upper() + words[1:])
    for video in sorted(dossier.videos, key=lambda video: (video.started_at is None, video.started_at)):
        if video.show == show.id:
            name = escape(video.name or f"video {video.id}")
            lines.append(
                f"• {f'<{video.link}|{name}>' if video.link and video.status == 'ready' else name}: {escape(video.status)}"
            )
    return lines


def _working(dossier: Dossier, show: Show) -> str:
    """What is being done right now: asked and confirmed shown apart."""
    words = []
    for op in dossier.of(show.id):
        if op.state is OperationState.RUNNING and op.note:
            words.append(f"_{escape(op.note)}_")
        elif op.state is OperationState.RUNNING and op.verb in ("go", "finish", "pause", "resume", "back_on_air"):
            words.append(_ticks(dossier, op, show))
    return " ".join(words)


def _ticks(dossier: Dossier, op: Operation, show: Show) -> str:
    marks = []
    for step in dossier.steps.get(op.id, ()):
        if step.state is StepState.DONE and step.done_at:
            marks.append(f"✓ {escape(step.label.lower())} {at(step.done_at, show)}")
        elif step.state is StepState.INTENT and step.intent_at:
            marks.append(f"… {escape(step.label.lower())} asked {at(step.intent_at, show)}")
    return " ".join(marks)


def _looked(dossier: Dossier, show: Show, now: datetime, able: Capabilities) -> str:
    seen = dossier.seen
    where = f"{able.title} {escape((seen and seen.name) or show.stream_name or show.stream or '(no stream yet)')}"
    if seen is None or seen.looked_at is None:
        return f"Not looked yet · {where}"
    looked = f"Looked {at(seen.looked_at, show)}"
    if seen.blind_since and now > seen.blind_since:
        looked = f"*NOT SEEN since {at(seen.looked_at, show)}*"
    heard = f" · webhook {at(seen.heard_at, show)}" if seen.heard_at else ""
    return f"{looked}{heard} · {where}"
