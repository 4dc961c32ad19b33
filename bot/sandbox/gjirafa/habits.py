"""How the simulated vendor behaves where practice varies or nothing is documented: every delay and every switch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass
class Habits:
    """Delays are in show seconds. Change them at any time; they count from the next event on. No page documents any of them."""

    signal_delay: float = 4.0
    """From the encoder's first packet to `Healthy`, and to `canGoLive`."""
    silence_delay: float = 8.0
    """From the encoder's last packet to `Offline`, and to `Interrupted` of what is live."""
    live_delay: float = 2.0
    """From the answer to go-live to `liveStatus: Live`."""
    stop_delay: float = 1.0
    """From the answer to a stop to `liveStatus: Offline`."""
    encoding_delay: float = 90.0
    """From stop-and-cut to `video.encode.completed`."""
    null_status: bool = True
    """A live video that was just created answers `liveStatus: null` ("may be null", Gjirafa docs)."""
    processing: bool = False
    """After a stop-and-cut a live video is `Processing` for as long as its video is encoded (the older webhook page's word)."""
    zulu: bool = False
    """End dates in Z; the samples often do without."""
    restreams_as: Literal["array", "object"] = "array"
    """The list of restreams: an array, or one object as in the sample (the first)."""
    refuses_in_200: bool = False
    """Refusals of what is asked come as a 200 with `success: false` and the `statusCode` in the envelope."""
    webhook_edition: Literal["new", "old"] = "new"
    """The old one has no `projectId`."""
    takes: int = 20
    """Objects on a page of a list where `take` is not given."""
    most: int = 50
    """The most of them, whatever is asked for."""
