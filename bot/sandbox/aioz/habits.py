"""How the simulated AIOZ behaves where its pages and clients disagree or say nothing: every delay and every switch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass
class Habits:
    """Delays are in show seconds. Change them at any time; they count from the next event on."""

    live_delay: float = 4.0
    """From the encoder's first packet to a streaming that is live."""
    silence_delay: float = 5.0
    """From the encoder's last packet to its loss being noticed."""
    end_delay: float = 180.0
    """From the noticed loss to a streaming that is over; an encoder that is back before goes on in it. Not documented; in the
    public server code that looks like its own it is over at once."""
    duration_every: float = 5.0
    """How often `duration` is counted on."""
    duration_counts: Literal["pictures", "clock"] = "pictures"
    """Whether it stops with the pictures, or goes on from the first picture for ever, as in that server code."""
    statistics_every: float = 10.0
    """How often the statistic is refreshed: every 5 to 30 s (AIOZ docs)."""
    statistics_stay: bool = False
    """Whether the last figures stay after the end."""
    statistics_missing: bool = False
    """Whether there is no statistic at all."""
    status_before: str = "created"
    """The only documented word."""
    status_live: str = "streaming"
    """Not documented; from that server code."""
    status_over: str = "end"
    """The same."""
    over_is_hidden: bool = False
    """Whether a streaming that is over is no longer found, as in that server code."""
    one_open: bool = True
    """Whether a second streaming that is not over is refused on a key (tests of AIOZ's clients; the rule is inferred)."""
    unplanned: Literal["new", "refused"] = "new"
    """What an encoder meets that pushes to a key without an open streaming: one is made under the key's name, or it is refused."""
    save_affordable: bool = True
    """Whether the balance allows to keep a show; without it `save` is refused on update, and on creation as below."""
    save_dropped: bool = False
    """Whether a creation with `save` and without balance is not refused, but made without `save`."""
    update_only_live: bool = True
    """“You can only update while live streaming” (AIOZ SDK); else until it is over."""
    delete_ids: Literal["documented", "swapped", "gone"] = "documented"
    """In which order a deletion looks for its two ids, or whether there is no such call (newest client)."""
    delete_only_created: bool = False
    """Whether a streaming that was live can no longer be deleted, as in that server code."""
    qualities: Literal["both", "texts", "objects"] = "both"
    """How they are understood: the pages disagree."""
    most_targets: int = 2
    """How many addresses a multicast list takes (that server code)."""
    lists_as: Literal["media", "videos"] = "media"
    """What lists of streamings and of media are called in `data`: the newer or the older name."""
    key_name_as: Literal["name", "title"] = "name"
    """What the name of a key is called in answers: in the SDK, or in a sample of the docs."""
    errors: Literal["plain", "v3"] = "plain"
    """Whether errors have `reason`, `request_id` and `data`, too."""
    refused_status: int = 403
    """Of bad credentials: the SDK lists 403 and no 401."""
    media_delay: float = 10.0
    """From the end of a streaming with `save` to its saved item."""
    encoding_delay: float = 120.0
    """From the saved item to the end of its encoding."""
    encoding_fails: bool = False
    """Whether it ends in `fail`."""
    event_names: Literal["dotted", "underscored"] = "dotted"
    """`encoding.finished` (AIOZ docs) or `encoding_finished`, as the switches are called."""
