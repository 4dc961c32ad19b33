"""What is posted when something happened, was asked, or went wrong: each a pure function from our nouns to a post."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.model import CLOCK, Alarm, Change, ChangeKind, Operation, Post, Seen, Show, Source, Urgency, Video
from bot.providers.base import Capabilities
from bot.slack.blocks import Block, Control, Message, actions, say
from bot.slack.stamps import at, brief, seen_by
from bot.slack.text import mention

UNPLANNED = "unplanned:"
"""Begins the name of a burst of news that belong to no show."""

ALARM_WORDS = {
    "signal": "NO SIGNAL ON AIR",
    "blind": "I CANNOT SEE THE STREAM",
    "backup": "ON THE BACKUP ENCODER",
}
"""What an alarm is called, by kind."""


def card(show: Show, now: datetime) -> Post:
    """A fresh card of the show, in its channel. Only the card of an open show is pinned, so only that one is a `card`."""
    view = "plan" if show.card == 1 else "card"
    return Post(show.card_key, show.channel, now, Urgency.STATE, view=view, subject=show.id, show=show.id)


def progress(op: Operation, show: Show | None, now: datetime) -> Post | None:
    """The message in which the steps of an operation are ticked off: in the card's thread, else only to the asker.

    An answer through a response URL can be edited; where there is none (a form was sent) it is a direct message.
    """
    key = f"progress:{op.id}"
    if show is not None:
        return Post(key, show.channel, now, Urgency.COSMETIC, view="progress", subject=op.id, thread=show.card_key, show=show.id)
    if op.reply_to:
        return Post(key, "", now, Urgency.STATE, view="progress", subject=op.id, reply_to=op.reply_to)
    if op.by and op.by != CLOCK:
        return Post(key, op.by, now, Urgency.STATE, view="progress", subject=op.id)
    return None


def question(op: Operation, now: datetime) -> Post:
    """An operation's question to people, with buttons that give way once it is answered."""
    key = f"question:{op.id}:{op.fence}"
    return Post(key, op.channel, now, Urgency.ALARM, view="question", subject=op.id, show=op.show)


def failure(op: Operation, title: str, now: datetime) -> Post | None:
    """An operation of a show failed: a post of its own in the channel. Without a show the progress message says it."""
    if not op.show:
        return None
    text = f":x: *{title} failed* ({op.show}): {brief(op.note, 500)}"
    again = Control("retry", "Try again", {"o": op.id, "f": op.fence, "s": op.show})
    return _fixed(f"failed:{op.id}:{op.fence}", op.channel, now, text, Urgency.ALARM, show=op.show, more=actions([again]))


def left_out(op: Operation, step: str, label: str, sentence: str, now: datetime) -> Post | None:
    """A step that the operation can do without did not work."""
    if not op.show:
        return None
    text = f":warning: {op.show} goes on without “{brief(label)}”: {brief(sentence, 500)}"
    return _fixed(f"left-out:{op.id}:{op.fence}:{step}", op.channel, now, text, Urgency.ALARM, show=op.show)


def trouble(
    op: Operation, step: str, label: str, sentence: str, now: datetime, *, thread: str = "", again_in: float | None = None
) -> Post | None:
    """A step is held up by an outage and goes on trying: in the channel, where the whole crew waits for it, or in a thread.

    `again_in`: real seconds until the next try, None where a request is still under way.
    """
    if not op.show:
        return None
    trying = "Trying on." if again_in is None else f"Next try in {again_in:g} s. Trying on."
    text = f":hourglass: {op.show}: “{brief(label)}” is held up. {brief(sentence, 500)} {trying}"
    return _fixed(f"trouble:{op.id}:{step}", op.channel, now, text, Urgency.ALARM, thread, op.show)


def on_air(show: Show, when: datetime, source: Source | None) -> Post:
    """The show went on air."""
    by = f" Asked by {mention(show.on_air_by)}." if show.on_air_by and show.on_air_by != "clock" else ""
    text = f":red_circle: *ON AIR — {brief(show.title)}* ({show.id}), {seen_by(source)} {at(when, show)}.{by}"
    return _fixed(f"on-air:{show.id}:{_stamp(when)}", show.channel, when, text, show=show.id)


def off_air(show: Show, when: datetime, source: Source | None, *, final: bool = False) -> Post:
    """The show went off air; the card carries Back on air, unless its end is `final` at the provider."""
    by = f" Asked by {mention(show.off_by)}." if show.off_by not in ("", CLOCK) else ""
    if show.off_by == CLOCK:
        by = f" It ended by itself, as planned{'' if final else '; Back on air is on the card'}."
    text = f":black_circle: *OFF AIR — {brief(show.title)}* ({show.id}), {seen_by(source)} {at(when, show)}.{by}"
    return _fixed(f"off-air:{show.id}:{_stamp(when)}", show.channel, when, text, show=show.id)


def still_public(show: Show, when: datetime) -> Post:
    """The books of the show are closed, and nothing here can stop the encoder that viewers see."""
    by = f" Asked by {mention(show.off_by)}." if show.off_by not in ("", CLOCK) else ""
    text = (
        f":black_circle: *CLOSED, STILL PUBLIC — {brief(show.title)}* ({show.id}) {at(when, show)}: whoever has the link sees the "
        f"encoder until it stops, and only its crew can stop it.{by}"
    )
    return _fixed(f"still-public:{show.id}:{_stamp(when)}", show.channel, when, text, show=show.id)


def line(show: Show, key: str, when: datetime, text: str, urgency: Urgency = Urgency.STATE, more: Sequence[Block] = ()) -> Post:
    """A line in the card's thread."""
    return _fixed(f"{key}:{show.id}:{_stamp(when)}", show.channel, when, text, urgency, show.card_key, show.id, more)


def told(show: Show, key: str, when: datetime, text: str, urgency: Urgency = Urgency.ALARM, more: Sequence[Block] = ()) -> Post:
    """A line in the channel itself."""
    return _fixed(f"{key}:{show.id}:{_stamp(when)}", show.channel, when, text, urgency, show=show.id, more=more)


def shut_out(show: Show, refused: str, since: datetime) -> Post:
    """The provider lets the bot see and change nothing any more, in the middle of a show."""
    text = (
        f":lock: {brief(show.title)} ({show.id}): {brief(refused, 500)} "
        "Until then I see nothing and change nothing there; what is on air stays on air."
    )
    return told(show, "shut-out", since, text)


def prompt(show: Show, op_id: str, now: datetime) -> Post:
    """A message with buttons about the end of the show, kept up to date while it matters."""
    key = f"prompt:{op_id}"
    return Post(key, show.channel, now, Urgency.ALARM, view="prompt", subject=show.id, show=show.id)


def alarm(show: Show, now: datetime) -> Post:
    """The alarm of an outage on air: a post of its own that names a person, kept up to date until the all-clear.

    One that is said again is another post of the same alarm, whose number ends the key.
    """
    number, again = (show.alarm.number, show.alarm.rung) if show.alarm else (0, 0)
    key = f"alarm:{show.id}:{again}:{number}" if again else f"alarm:{show.id}:{number}"
    return Post(key, show.channel, now, Urgency.ALARM, view="alarm", subject=show.id, show=show.id)


def ring(show: Show, alarm: Alarm, now: datetime, text: str) -> Post:
    """The next rung of an alarm: a post of its own, so that phones buzz. It is redrawn, so its button goes once it is taken."""
    key = f"ring:{show.id}:{alarm.number}:{alarm.rung}:{_stamp(now)}"
    return Post(key, show.channel, now, Urgency.ALARM, text, view="ring", subject=show.id, show=show.id)


def recordings(show: Show, now: datetime) -> Post:
    """The one message about the recordings of a show."""
    return Post(f"recordings:{show.id}", show.channel, now, Urgency.STATE, view="recordings", subject=show.id, show=show.id)


def unkept(show: Show, able: Capabilities, when: datetime, words: str) -> Post:
    """What was to be kept of a show is not kept any more, while something can be done about it."""
    text = f"{words} {mention(show.planned_by)}, switch it on again at {able.title} while {brief(show.title)} ({show.id}) is on."
    return told(show, "unkept", when, text)


def lost_request(key: str, user: str, what: str, asked_at: datetime, now: datetime) -> Post:
    """A restart swallowed what this person asked for: told to them alone, since only they know whether they still want it."""
    text = f":leftwards_arrow_with_hook: I was restarted just as you asked for “{brief(what)}”; it was not done. Please ask again."
    return Post(f"lost:{key}:{_stamp(asked_at)}", user, now, Urgency.ALARM, text, say(text).blocks)


def change_words(change: Change, able: Capabilities, when: str, seen: Seen | None = None) -> str:
    """A change of a stream in one sentence, with its source and clock time; empty where nothing new is known by it.

    `seen` is what is known after it. What the provider does not tell is not called seen.
    """
    doubt = "" if change.confirmed else ", reported by webhook, not confirmed by a look of ours"
    if change.kind is ChangeKind.RECORDING and not able.tells_recording:
        return _recording_as_set(change, able, when, seen)
    if change.kind is ChangeKind.SIGNAL and not able.tells_signal:
        return _signal_concluded(change, able, when, seen)
    words = {
        ("signal", True): ":satellite_antenna: *Started*: the encoder's signal is there",
        ("signal", False): ":warning: *Signal lost*",
        ("backup", True): "The backup encoder's signal is there",
        ("backup", False): "The backup encoder's signal is gone",
        ("enabled", True): f"The stream is enabled at {able.title}: the encoder may connect",
        ("enabled", False): f":electric_plug: The stream is disabled at {able.title}",
        ("recording", True): ":black_circle_for_record: *Recording started*",
        ("recording", False): ":black_square_for_stop: *Recording stopped*",
        ("gone", True): f":warning: The stream is no longer there at {able.title}",
    }
    said = words.get((change.kind.value, bool(change.value)))
    if change.kind is ChangeKind.PAGE:
        said = f"The {able.page_word} is now *{brief(str(change.value), 60)}*"
    return f"{said or brief(str(change.value), 60)} ({seen_by(change.source)} {when}{doubt})."


def _signal_concluded(change: Change, able: Capabilities, when: str, seen: Seen | None) -> str:
    """Pictures arrive, or none do any more, where the provider does not tell it: from what that is concluded, where it is known."""
    how = f"{seen_by(able.signal_source)} {when}"
    if not change.value:
        return f":warning: *Signal lost*: there is no sign of pictures any more ({how})."
    evidence = f", {brief(seen.evidence)}" if seen is not None and seen.evidence else ""
    return f":satellite_antenna: *Started*: pictures are arriving{evidence} ({how})."


def _recording_as_set(change: Change, able: Capabilities, when: str, seen: Seen | None) -> str:
    """What is known of a recording that the provider does not tell of; nothing new where only the signal went away."""
    field = able.recording.field if able.recording is not None else ""
    if change.value:
        return (
            f":black_circle_for_record: *Recording, as far as can be known*: `{field}` is on, and pictures arrive "
            f"({seen_by(able.signal_source)} {when}); {able.title} does not tell whether it records."
        )
    if seen is None or not seen.signal:
        return ""
    return f":warning: *Nothing is kept from now on*: `{field}` is off at {able.title} ({seen_by(change.source)} {when})."


def unmanaged(channel: str, key: str, when: datetime, text: str) -> Post:
    """News of a stream or video that belongs to no show: for the provider's default channel."""
    return replace(_fixed(key, channel, when, text), burst=f"{UNPLANNED}{channel}")


def more(count: int, burst: str, command: str) -> Message:
    """What stands for the news that were not posted one by one because too many came at a time."""
    if burst.startswith(UNPLANNED):
        where = f"{command} stream list and {command} video list show what there is."
        return say(f":heavy_plus_sign: …and {count:,} more news of streams and videos that belong to no show. {where}")
    return say(f":heavy_plus_sign: …and {count:,} more of this kind. The log has each.")


def video_words(video: Video) -> str:
    """The state of a video in one sentence."""
    name = f"“{brief(video.name or video.id)}”"
    done = [rendition.name for rendition in video.renditions if rendition.is_done]
    which = f" ({', '.join(brief(name, 40) for name in done)} ready)" if done else ""
    match video.status:
        case "pending":
            return f":hourglass_flowing_sand: Recording {name} is being processed."
        case "viewable":
            return f":eyes: Recording {name} can be watched, other qualities follow{which}."
        case "ready":
            return f":white_check_mark: Recording {name} is ready{which}."
        case "error":
            return f":x: Recording {name} could not be processed: {brief(video.error or 'the provider gives no reason')}."
        case "deleted":
            return f":wastebasket: Recording {name} was deleted."
        case other:
            return f"Recording {name}: “{brief(other, 40)}” (the provider's word)."


def _fixed(
    key: str,
    channel: str,
    when: datetime,
    text: str,
    urgency: Urgency = Urgency.STATE,
    thread: str = "",
    show: str = "",
    more: Sequence[Block] = (),
) -> Post:
    message: Message = say(text, *more)
    return Post(key, channel, when, urgency, text, message.blocks, thread=thread, show=show)


def _stamp(when: datetime) -> int:
    return int(when.timestamp() * 1000)


def minutes(length: timedelta) -> str:
    """`12 min`."""
    return f"{int(length.total_seconds() // 60)} min"
