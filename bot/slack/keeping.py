"""What is kept of a show where nobody starts and stops a recording: the words of the card, and of whoever asks."""

from __future__ import annotations

from bot.model import Seen, Show
from bot.providers.base import Capabilities, Kept, Recording
from bot.slack.stamps import at


def kept_words(seen: Seen | None, show: Show, able: Capabilities, parts: str) -> str:
    """The card's words; `seen` is what is known of the stream, `parts` are those of the recording that there are."""
    recording = able.recording
    if recording is None:
        return f"none: {able.title} keeps nothing"
    if show.off_at and parts:
        return parts
    if recording.on_page:
        return _by_a_field(seen, show, recording)
    if not show.wants_recording:
        runs = seen is not None and seen.recording and recording.expires is not None
        return "not kept, nothing is cut out at the end" if runs else "off"
    if recording.kept is Kept.END:
        return "kept by the way it is ended" if not show.off_at else "asked for, nothing heard of it yet"
    if show.saved_to is not None:
        return f"cut out up to {at(show.saved_to, show)}"
    if show.off_at is None:
        return f"{_as_set(seen, recording)}, cut out at the end"
    return "*not kept yet*: cut out once the encoder is silent"


def kept_in_full(show: Show, able: Capabilities, command: str) -> str:
    """The same for who asks about the recording, in a sentence with why, and what can still be done about it."""
    recording = able.recording
    if recording is None:
        return f"{able.title} keeps nothing."
    verb = "broadcast edit" if recording.on_page and show.state.on_air else "edit"
    change = f" {command} {verb} {show.id} changes that, until it is finished." if not show.off_at else ""
    if recording.on_page:
        word, told = able.page_word, show.page_fields.get(recording.field)
        if told is True:
            wish = "" if show.wants_recording else ", although no recording was wanted"
            return f"It is kept{wish}: `{recording.field}` of its {word} is on."
        if told is False:
            return f"Nothing of it is kept: `{recording.field}` of its {word} is off.{change}"
        made = f"{able.title} has not said so yet" if show.page else f"its {word} is not made yet"
        wanted = "is to be kept" if show.wants_recording else "is not to be kept"
        return f"It {wanted} (`{recording.field}`); {made}."
    if recording.kept is Kept.END:
        if show.wants_recording:
            return "What viewers see is kept as a video when it is finished."
        return f"Nothing of it is kept, because no recording was wanted.{change}"
    hours = recording.expires.total_seconds() / 3600 if recording.expires else 0
    expires = f", which expires after about {hours:g} h" if hours else ""
    short = f"; the recording expires after about {hours:g} h, so" if hours else ":"
    if not show.wants_recording:
        return f"Nothing of it is kept, because no recording was wanted: nothing is cut out of what its stream records{expires}."
    if show.saved_to is not None:
        return f"It is kept up to {at(show.saved_to, show)}, cut out of the recording{expires}."
    return f"It is recorded while the encoder sends{short} the whole show is cut out at its end, and that is kept."


def _as_set(seen: Seen | None, recording: Recording) -> str:
    """What is known of a recording that runs by itself, where the provider tells no more than its setting."""
    if seen is not None and seen.recording:
        return f"runs as far as can be known, `{recording.field}` on and pictures arriving"
    if seen is not None and seen.signal and seen.recording is False:
        return f"*`{recording.field}` is off, nothing is kept*"
    return "runs with the signal"


def _by_a_field(seen: Seen | None, show: Show, recording: Recording) -> str:
    """What the provider said of the field that decides, last while pictures came, and what was wanted where it said nothing."""
    field = f"`{recording.field}`"
    told = show.page_fields.get(recording.field)
    if seen is not None and seen.signal and seen.recording is not None:
        told = seen.recording
    if told is True and show.off_at:
        return f"kept ({field} is on), nothing seen of it yet"
    if told is True:
        return f"kept ({field} is on)" if show.wants_recording else f"kept, though not wanted ({field} is on)"
    if told is False:
        return f"*not kept* ({field} is off)" if show.wants_recording else f"off, not kept ({field} is off)"
    if not show.wants_recording:
        return "off"
    return f"to be kept ({field}), not confirmed yet"
