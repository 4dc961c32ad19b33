"""Tells what a channel does not take where it can be told: in the channel of those who look after the bot, and to the planner."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.model import Post, Urgency
from bot.outbox.address import Addresses
from bot.outbox.message import View
from bot.outbox.pace import Pace
from bot.slack.methods import explain
from bot.store.base import Store

log = logging.getLogger(__name__)

UNDELIVERED = "ops:undelivered:"
"""Begins the key of a post that tells of another one which could not be delivered."""


@dataclass
class Elsewhere:
    """`now` is show time and dates the posts; `real` epoch seconds by which people are told once in a while only."""

    store: Store
    addresses: Addresses
    views: Mapping[str, View]
    pace: Pace
    now: Callable[[], datetime]
    real: Callable[[], float]
    ops_channel: str
    _told: dict[tuple[str, str], float] = field(default_factory=dict)

    def is_due(self, post: Post, code: str) -> bool:
        """Whether people are to be told of this channel and refusal, which they then count as having been."""
        if post.reply_to or post.key.startswith(UNDELIVERED):
            return False
        now, about = self.real(), (post.channel, code)
        if now - self._told.get(about, -self.pace.ops_line_gap) < self.pace.ops_line_gap:
            return False
        self._told[about] = now
        return True

    async def tell_loss(self, post: Post, code: str) -> None:
        """That a post did not get there, and what can be done; to OPS_CHANNEL, without one to whoever planned the show."""
        ops, planner = await self._places(post)
        to = ops or planner
        if not to:
            log.error("nobody can be told that %s takes no message (%s): set OPS_CHANNEL", post.channel, code)
            return
        line = f"A message could not be delivered to <#{post.channel}>. {explain(code, channel=post.channel)}"
        await self.store.post(Post(f"{UNDELIVERED}{post.key}", to, self.now(), text=line))

    async def tell_alarm(self, post: Post) -> None:
        """An alarm that waits for its channel, to everybody who can be told: it is not given up, but it must be heard now."""
        if post.urgency is not Urgency.ALARM or post.reply_to or post.user or post.key.startswith(UNDELIVERED):
            return
        drawn = None if post.view == "text" else await self.views[post.view](post)
        words = (drawn.text if drawn is not None else post.text).strip()
        if not words:
            return
        text = f":rotating_light: I cannot post in <#{post.channel}> now, so I tell you: {words}"
        places = [place for place in dict.fromkeys(await self._places(post)) if place]
        posts = [Post(f"{UNDELIVERED}alarm:{post.key}:{to}", to, self.now(), Urgency.ALARM, text) for to in places]
        await self.store.post(*posts)
        if not posts:
            log.error("nobody can be told of an alarm that %s does not take: set OPS_CHANNEL", post.channel)

    async def _places(self, post: Post) -> tuple[str, str]:
        """OPS_CHANNEL and whoever planned the show; each empty where there is none, or it is the channel itself."""
        show = await self.store.show(post.show) if post.show else None
        found = (self.addresses.current(self.ops_channel), show.planned_by if show is not None else "")
        here = self.addresses.current(post.channel)
        ops, planner = ("" if place == here else place for place in found)
        return ops, planner
