"""The panel: what is on air, what is next and the buttons for it, in a modal that is drawn again while it is open."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.context import Context
from bot.errors import StoreUnavailable
from bot.model import JSON, Dossier, Show, ShowState
from bot.providers.base import Capabilities
from bot.show.lifecycle import Phase, phase
from bot.slack.blocks import Block, Control, actions, context, section
from bot.slack.controls import control, possible
from bot.slack.home import show_line
from bot.slack.modals import form
from bot.slack.permissions import Permissions
from bot.slack.voice import Voice
from bot.store.base import Touched

log = logging.getLogger(__name__)

COMING = (ShowState.PLANNED, ShowState.OPEN)
ACTIVE = (*COMING, ShowState.LIVE, ShowState.PAUSED)
ON_AIR = (ShowState.LIVE, ShowState.PAUSED)
SHOWN = 8
"""Shows, so that the panel stays one screen."""

REDRAW_GAP = 2.0
"""Real seconds between two drawings of one panel; Slack takes about 100 view updates a minute from the whole app."""

LIFE = 1800.0
"""Real seconds after which an open panel is no longer kept up to date."""

_VERBS: Mapping[ShowState, tuple[str, ...]] = {
    ShowState.LIVE: ("pause", "extend:15", "finish"),
    ShowState.PAUSED: ("resume", "finish"),
}

NEEDS_YOU = (Phase.MISSED, Phase.LATE, Phase.NO_SIGNAL, Phase.NOT_SEEN, Phase.PAST_END, Phase.PUBLIC)


def panel_view(
    shown: Sequence[tuple[Dossier, Show]], now: datetime, channel: str, command: str, able: Callable[[Show], Capabilities | None]
) -> Mapping[str, JSON]:
    """The modal: on air first, then what needs somebody, then what is next in this channel."""
    blocks: list[Block] = []
    staged = [(phase(dossier, show, now), show) for dossier, show in shown]
    for stage, show in sorted(staged, key=lambda one: (not one[1].state.on_air, one[0] not in NEEDS_YOU, one[1].start))[:SHOWN]:
        mark = ":rotating_light: " if stage in NEEDS_YOU else ""
        blocks += [
            section(f"{mark}*{stage.value}* {show_line(show, now)}"),
            *actions(_buttons(show, able(show)), block_id=f"panel-{show.id}"),
        ]
    if not blocks:
        blocks.append(section("Nothing is on air, and nothing is planned in this channel."))
    blocks += actions([Control("plan", "Plan a show…", {})], block_id="panel-plan")
    blocks.append(context(f"`{command} help` shows everything you can do."))
    return {**form("panel", "What is on", blocks, "", json.dumps({"c": channel})), "notify_on_close": True}


def _buttons(show: Show, able: Capabilities | None) -> list[Control]:
    """What can be done about a show from here: nothing that its provider cannot."""
    verbs = _VERBS.get(show.state, ("go", "edit", "cancel"))
    return [control(verb, show) for verb in verbs if able is None or possible(verb, show, able)]


@dataclass
class _Open:
    channel: str
    user: str
    since: float
    drawn: str


class Panels:
    """The panels that are open now. They are forgotten on a restart: a panel is a window, not a record."""

    def __init__(self, context: Context, voice: Voice, permissions: Permissions) -> None:
        self._context = context
        self._permissions = permissions
        self._voice = voice
        self._open: dict[str, _Open] = {}
        self._stale = False
        self._task: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        """Whether a panel is being drawn again."""
        return self._task is not None and not self._task.done()

    async def view(self, channel: str, user: str) -> Mapping[str, JSON]:
        """The panel as it is now, for this person in this channel: with the shows that they may see."""
        store, now = self._context.store, self._context.clock.now()
        here = await store.shows(channel=channel, states=ACTIVE, limit=200)
        elsewhere = [show for show in await store.shows(states=ON_AIR, limit=200) if show.channel != channel]
        found = sorted((*here, *elsewhere), key=lambda show: show.start)
        # Of few channels, since Slack is asked about each again whenever the panel is drawn.
        readable = await self._permissions.readable_by(user, {show.channel for show in found})
        wanted = [show for show in found if show.channel in readable][: SHOWN * 2]
        shown = [(dossier, dossier.show(show.id)) for show in wanted for dossier in [await store.dossier(show.id)]]
        return panel_view(shown, now, channel, self._context.command, self._able)

    def _able(self, show: Show) -> Capabilities | None:
        provider = self._context.providers.get(show.provider)
        return provider.capabilities if provider else None

    def opened(self, view_id: str, channel: str, user: str, view: Mapping[str, JSON]) -> None:
        """Keep this one up to date until it is closed."""
        self._open[view_id] = _Open(channel, user, time.monotonic(), json.dumps(view))

    def closed(self, view_id: str) -> None:
        """Somebody closed it."""
        self._open.pop(view_id, None)

    def touched(self, touched: Touched) -> None:
        """A commit changed shows: open panels may look different."""
        if not touched.shows or not self._open:
            return
        self._stale = True
        if not self.busy:
            self._task = asyncio.create_task(self._redraw(), name="panels")

    async def stop(self) -> None:
        """Draw no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _redraw(self) -> None:
        while self._stale and self._open:
            self._stale = False
            for view_id, panel in list(self._open.items()):
                try:
                    await self._update(view_id, panel)
                except StoreUnavailable as failure:
                    log.warning("a panel waits for the store: %s", failure)
                    self._stale = True
                except Exception:
                    log.exception("a panel could not be drawn; it is left as it is")
                    self.closed(view_id)
            if self._stale:
                await asyncio.sleep(REDRAW_GAP)

    async def _update(self, view_id: str, panel: _Open) -> None:
        if time.monotonic() - panel.since > LIFE:
            self.closed(view_id)
            return
        view = await self.view(panel.channel, panel.user)
        drawn = json.dumps(view)
        if drawn == panel.drawn:
            return
        panel.drawn = drawn
        if not await self._voice.update(view_id, view):
            self.closed(view_id)
