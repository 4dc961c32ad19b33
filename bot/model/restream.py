"""Outside destinations of a show's picture, what is wanted of each and what is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.model.sight import Source
from bot.model.words import JSON


@dataclass(frozen=True, slots=True)
class RestreamTarget:
    """One place to which the picture of a show is sent on (YouTube, Twitch…). Its address and key are `sealed`, or not here at all.

    `host` is the destination's, for showing. `tag` names it in the safe, and at a provider that has a place for it.
    """

    id: str
    show: str
    provider: str
    title: str
    host: str
    tag: str
    added_by: str
    added_at: datetime
    sealed: str = ""
    fields: Mapping[str, JSON] = field(default_factory=dict)
    """The provider's further fields, none of them secret."""
    wanted: bool = True
    """It goes on with the show. Switched off by hand it does not, until somebody switches it on again."""
    remote: str = ""
    """The provider's id, once it is there."""
    made_at: datetime | None = None
    """When the provider answered that it made it."""
    on: bool | None = None
    """What was asked for last; None: it was never switched."""
    asked_by: str = ""
    asked_at: datetime | None = None
    done_at: datetime | None = None
    """When the provider took that; None while it has not."""
    failed: str = ""
    """Why it could not be done, in a sentence; empty once it was."""
    active: bool | None = None
    """Whether it is on, as the provider says."""
    live: bool | None = None
    """Whether the picture arrives, as the provider says."""
    reported_at: datetime | None = None
    """Since when it says so."""
    reported_by: Source | None = None
    noticed_by: str = ""
    """Who saw the picture arrive there, since it was switched on."""
    noticed_at: datetime | None = None
    leaving: bool = False
    """Somebody asked to remove it."""
    gone: bool = False
    """It was removed; the row stays for the books, without the key."""
