"""How the simulated vendor behaves where practice varies or nothing is documented: every delay and every switch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass
class Habits:
    """Delays are in show seconds. Change them at any time; they count from the next event on."""

    live_delay: float = 3.0
    """From the encoder's first packet to `Active`; not documented."""
    silence_delay: float = 5.0
    """From the encoder's last packet to `Idle`; not documented."""
    recording_kept: float = 12 * 3600.0
    """"About 12 h", counted from the stream's start (Videograph docs, both guides)."""
    recording_end: Literal["expires", "becomes a content"] = "expires"
    """What happens then: the older guide lets it expire, the newer one makes a content of it."""
    pending_delay: float = 5.0
    """A content's time in `Pending`."""
    preparing_delay: float = 5.0
    """Its time in `Preparing`."""
    processing_delay: float = 60.0
    """Its time in `Processing`; infinity means that it is never `Ready`."""
    delete_delay: float = 10.0
    """From DELETE, which answers `Deleting`, to 404; that it takes time is documented, how long is not."""
    created_status: Literal[200, 201] = 201
    """HTTP status of a creation: the docs' bodies say 200, the WordPress plugin waits for 201."""
    failures: Literal["status", "envelope"] = "status"
    """A failure has its own HTTP status, or comes as a 200 whose envelope says so; neither is documented."""
    empty_answers: bool = True
    """PUT answers with an empty body, as its page shows; else with the livestream."""
    empty_clip_answers: bool = False
    """So does a clip, whose page shows no answer either; else with the content that it becomes."""
    put_replaces: bool = False
    """Whether PUT empties what it does not send; not documented."""
    address_in_details: Literal["rtmpUrl", "ingestUrl"] = "ingestUrl"
    """The name of the push address in details: the docs say the first, the WordPress plugin reads the second."""
    rtmps: bool = False
    """Whether `rtmpsUrl` is filled."""
    tells_record: bool = False
    """Whether a livestream's object tells `record`; the documented ones do not."""
    lists_metadata: bool = True
    """Whether the list of contents carries metadata, as its objects do; that of livestreams never does (WordPress plugin)."""
    largest_page: int = 100
    """More contents than this no page has, whatever `limit` says; not documented."""
