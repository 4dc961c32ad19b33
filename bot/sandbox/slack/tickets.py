"""What Slack hands out for a short while: trigger ids and response URLs."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

TRIGGER_SECONDS = 3.0
RESPONSE_URL_SECONDS = 30 * 60.0
RESPONSE_URL_POSTS = 5


class TicketRefused(Exception):
    """A trigger id or response URL that does not hold; `error` is Slack's word for why."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


@dataclass
class Trigger:
    """The right of the app to open one view for one person, for 3 seconds (docs.slack.dev, modals)."""

    id: str
    user: str
    at: float
    view: str | None = None
    used: bool = False


@dataclass
class ResponseUrl:
    """The right to answer an interaction 5 times within 30 minutes, member of the channel or not."""

    id: str
    path: str
    user: str
    channel: str
    at: float
    thread_ts: str | None = None
    original: str | None = None
    posts: int = 0


@dataclass
class Tickets:
    """Every trigger id and response URL of the workspace."""

    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)

    def trigger(self, user: str, now: float, view: str | None = None) -> str:
        """A fresh trigger id for something that person just did (in a modal: in that view)."""
        made = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self.triggers[made] = Trigger(made, user, now, view)
        return made

    def look_at(self, trigger_id: str, now: float) -> Trigger:
        """The trigger, still good; raises TicketRefused."""
        trigger = self.triggers.get(trigger_id)
        if trigger is None:
            raise TicketRefused("invalid_trigger_id")
        if trigger.used:
            raise TicketRefused("exchanged_trigger_id")
        if now - trigger.at > TRIGGER_SECONDS:
            raise TicketRefused("expired_trigger_id")
        return trigger

    def response_url(
        self, kind: str, user: str, channel: str, now: float, *, thread_ts: str | None = None, original: str | None = None
    ) -> ResponseUrl:
        """A fresh response URL; `kind` is commands or actions, `original` the message it may replace."""
        secret = secrets.token_urlsafe(18)
        made = ResponseUrl(secret, f"/{kind}/T/{secret}", user, channel, now, thread_ts, original)
        self.response_urls[secret] = made
        return made

    def spend(self, secret: str, now: float) -> ResponseUrl:
        """Count one post to a response URL; raises TicketRefused."""
        url = self.response_urls.get(secret)
        if url is None:
            raise TicketRefused("invalid_url")
        if now - url.at > RESPONSE_URL_SECONDS:
            raise TicketRefused("expired_url")
        if url.posts >= RESPONSE_URL_POSTS:
            raise TicketRefused("used_url")
        url.posts += 1
        return url
