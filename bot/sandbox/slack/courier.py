"""Brings commands, interactions and events to the app, by Socket Mode or HTTP as its manifest says, and events again if need be."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.slack.http_delivery import HttpDelivery
from bot.sandbox.slack.log import Delivery, Json, Log
from bot.sandbox.slack.manifest import Manifest
from bot.sandbox.slack.nouns import Channel
from bot.sandbox.slack.sockets import Sockets
from bot.sandbox.slack.time import SlackTime
from bot.sandbox.slack.workspace import TEAM, Workspace

RETRY_SECONDS = (0.0, 60.0, 300.0)
"""Events come again at once, after about a minute and after about five (docs.slack.dev, Events API)."""
MEMBERS_ONLY = frozenset(
    {
        "message",
        "app_mention",
        "reaction_added",
        "reaction_removed",
        "pin_added",
        "pin_removed",
        "member_joined_channel",
        "member_left_channel",
    }
)


@dataclass
class Courier:
    """One app's deliveries. `verification_token` is Slack's old-fashioned mark in every payload."""

    manifest: Manifest
    workspace: Workspace
    clock: SlackTime
    log: Log
    sockets: Sockets
    http: HttpDelivery
    verification_token: str
    changed: Callable[[], None]
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def deliver(self, kind: str, type_: str, payload: Json) -> Delivery:
        """Bring a command or an interaction, once; what came back is in the result."""
        delivery = Delivery(kind, type_, self.clock.time(), payload)
        self.log.deliveries.append(delivery)
        await self._attempt(delivery)
        return delivery

    async def _attempt(self, delivery: Delivery, retry: int | None = None, reason: str = "") -> bool:
        delivery.attempts += 1
        delivery.error = None
        if self.manifest.socket_mode:
            await self.sockets.deliver(delivery, retry=retry, reason=reason)
            again = True
        else:
            again = await self.http.deliver(delivery, retry=retry, reason=reason)
        self.changed()
        return again and not delivery.acked

    # Events

    def happened(self, event: Json, channel: Channel | None) -> None:
        """Send an event in the background, if the app subscribes to it and may see the channel."""
        if self._wanted(event, channel):
            self._start(self._deliver_event(self._enveloped(event)))

    async def event(self, event: Json, channel: Channel | None) -> Delivery | None:
        """Send an event and return after the first attempt, further ones going on; None when it is not subscribed to."""
        if not self._wanted(event, channel):
            return None
        delivery = self._enveloped(event)
        if await self._attempt(delivery, 0):
            self._start(self._redeliver(delivery))
        return delivery

    def _wanted(self, event: Json, channel: Channel | None) -> bool:
        kind = str(event["type"])
        if kind in MEMBERS_ONLY and channel is not None and self.workspace.bot.id not in channel.members:
            return False
        if kind == "message":
            shown = {"public": "channels", "private": "groups", "im": "im"}[channel.kind if channel else "public"]
            kind = f"message.{shown}"
        return kind in self.manifest.events

    def _enveloped(self, event: Json) -> Delivery:
        shared = self.workspace.channels.get(str(event.get("channel")))
        enterprise = self.workspace.enterprise or None
        authorization = {"enterprise_id": enterprise, "team_id": TEAM, "user_id": self.workspace.bot.id, "is_bot": True}
        payload = {
            "token": self.verification_token,
            "team_id": TEAM,
            "context_team_id": TEAM,
            "context_enterprise_id": enterprise,
            "api_app_id": self.workspace.app_id,
            "event": {"event_ts": self.workspace.new_ts(), **event},
            "type": "event_callback",
            "event_id": f"Ev07{secrets.token_hex(4).upper()}",
            "event_time": int(self.clock.time()),
            "authorizations": [{**authorization, "is_enterprise_install": False}],
            "is_ext_shared_channel": bool(shared and shared.shared),
            "event_context": f"4-{secrets.token_urlsafe(16)}",
        }
        delivery = Delivery("events_api", str(event["type"]), self.clock.time(), payload)
        self.log.deliveries.append(delivery)
        return delivery

    async def _deliver_event(self, delivery: Delivery) -> None:
        if await self._attempt(delivery, 0):
            await self._redeliver(delivery)

    async def _redeliver(self, delivery: Delivery) -> None:
        for attempt, pause in enumerate(RETRY_SECONDS, start=1):
            reason = _reason(delivery)
            delivery.retry_reasons.append(reason)
            self.changed()
            await self.clock.sleep(pause)
            if not await self._attempt(delivery, attempt, reason):
                return

    def _start(self, work: object) -> None:
        assert asyncio.iscoroutine(work)
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Give up what is still to be redelivered."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _reason(delivery: Delivery) -> str:
    if delivery.error == "operation_timeout":
        return "timeout" if delivery.connections else "http_timeout"
    return "http_error" if delivery.status else "connection_failed"
