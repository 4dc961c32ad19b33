"""How the simulated vendor behaves where practice varies or nothing is documented: every delay and every switch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.sandbox.gcore.refusals import Shape


@dataclass
class Habits:
    """Delays are in show seconds. Change them at any time; they count from the next event on."""

    live_delay: float = 2.0
    """From the encoder's first packet to `live: true`."""
    transcoding_delay: float = 3.0
    """From `live: true` to transcoding; "playback is up about 2-5 s after" (Gcore webhook page)."""
    live_repeats: int = 1
    """How often `live: true` is sent again, a second apart, after the one that tells of transcoding."""
    silence_delay: float = 3.0
    """3 s without data count as disconnected (Gcore docs, ingest)."""
    cut_off_delay: float = 2.0
    """From disabling a stream on air to `live: false`; the PATCH answer still says `live: true` (tutorial)."""
    recording_delay: float = 5.0
    """From start_recording to a running recording: 3-7 s (Gcore OpenAPI), 5-10 s (Gcore docs)."""
    recording_gap: float = 10.0
    """A longer gap in the signal closes the file (Gcore OpenAPI)."""
    recording_cut: float = 4 * 3600.0
    """Recordings are cut into separate videos every 4 h (Gcore docs)."""
    shortest_recording: float = 10.0
    """A shorter fragment ends in status `error`; that it must be >= 10 s is documented, what happens else is not."""
    start_without_signal: Literal["ignored", "armed", "refused"] = "ignored"
    """What start_recording does without a signal (undocumented): 204 and nothing, 204 and rolls with the signal, or 422."""
    start_twice_cuts: bool = False
    """Whether start_recording while recording closes the file and begins another (undocumented; else it changes nothing)."""
    resume_after_gap: bool = False
    """Whether a recording that a gap has closed begins again by itself (the vendor's pages disagree)."""
    first_rendition_delay: float = 300.0
    """From the end of a recording to its first playable rendition; typically 5-15 min (Gcore docs)."""
    next_rendition_delay: float = 60.0
    """Between one complete rendition and the next."""
    restream_delay: float = 60.0
    """From signal and `active` to a restream arriving; "takes minutes" (Gcore docs)."""
    restream_patience: float = 3600.0
    """A restream without its source gives up after about 60 min (Gcore docs)."""
    pull_delay: float = 15.0
    """From enabling a PULL stream to its signal (Gcore docs)."""
    pull_retry: float = 3.0
    """Between two tries of a PULL source (Gcore docs)."""
    pull_patience: float = 2 * 3600.0
    """After so long without a source a PULL stream's `active` becomes false by itself (Gcore docs)."""
    apply_delay: float = 0.0
    """Slow applying: PATCH, DELETE and start_recording take effect so long after their answer; infinity means never.

    The answer to a PATCH already shows what was asked for; a GET shows what is.
    """
    appear_delay: float = 0.0
    """How long a created object stays invisible to lists and GETs, as behind a lagging read replica."""
    viewers_lag: float = 0.0
    """Statistics know nothing younger than this; that CDN data lags is documented, by how much is not."""
    declared_only: bool = False
    """Leave out the response fields that the vendor's OpenAPI does not declare, `recording` among them."""
    reset_drops_ingest: bool = True
    """reset_push_token answers 200 and drops the encoder; otherwise 202 and leaves it running (Gcore OpenAPI)."""
    quota_shape: Shape = Shape.PLAIN_ERROR
    """Error shape of "too many active streams", which no page of the vendor shows."""
    quota_status: int = 422
    """Its HTTP status, equally undocumented."""
    webhook_style: Literal["short", "w2", "w3"] = "w2"
    """Payload edition: the old three fields, the current page, or its preview with `transcoding`."""
    broadcast_webhooks: bool = True
    """Whether `broadcast` events are sent at all: in the tutorial they are, on the current page they are gone."""
