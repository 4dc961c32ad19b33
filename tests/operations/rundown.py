"""One Sunday service as values: its plan, what is seen of its stream, and what a rule decided about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from bot.context import Context
from bot.model import CLOCK, Clip, Dossier, Operation, OperationState, Post, Seen, Show, ShowState, StepRecord, StreamKey, Video
from bot.operations.tending import Tending
from bot.providers.base import Capabilities
from bot.providers.gcore.fields import CAPABILITIES
from bot.show.cues import rank
from bot.show.defaults import Defaults
from bot.show.draft import Draft

TEN = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
"""Ten o'clock in Berlin: the start."""

END = TEN + timedelta(minutes=75)
FIGURES = Defaults()
CHURCH = StreamKey("gcore", "101")
GROUP = ("S-CREW", "U-TOM")


def after(minutes: float = 0, *, seconds: float = 0) -> datetime:
    """So long after ten."""
    return TEN + timedelta(minutes=minutes, seconds=seconds)


def service(**more: Any) -> Show:
    said: dict[str, Any] = {
        "id": "s12",
        "title": "Sunday Service",
        "channel": "C-CHURCH",
        "provider": "gcore",
        "zone": "Europe/Berlin",
        "start": TEN,
        "end": END,
        "planned_by": "U-ANA",
        "planned_at": TEN - timedelta(days=7),
        "stream": CHURCH.id,
        "stream_name": "church-main",
        "page": "7",
    }
    return Show(**{**said, **more})


def on_air(**more: Any) -> Show:
    return service(**{"state": ShowState.LIVE, "on_air_at": TEN, **more})


def off_air(**more: Any) -> Show:
    return service(**{"state": ShowState.OFF, "on_air_at": TEN, "off_at": END, **more})


def seen(since: datetime = TEN, **facts: Any) -> Seen:
    """A stream that is on, with a steady signal and a recording, unless said otherwise; each fact holds `since`."""
    said: dict[str, Any] = {"name": "church-main", "enabled": True, "signal": True, "recording": True, "looked_at": since, **facts}
    return Seen(CHURCH, **{"since": dict.fromkeys(("signal", "enabled", "recording"), since), **said})


def operation(verb: str, state: OperationState = OperationState.SCHEDULED, **more: Any) -> Operation:
    said: dict[str, Any] = {
        "id": f"{verb}-1",
        "due": TEN,
        "by": CLOCK,
        "asked_at": TEN,
        "show": "s12",
        "provider": "gcore",
        "stream": CHURCH.id,
        "rank": rank(verb),
        "channel": "C-CHURCH",
    }
    return Operation(**{"verb": verb, "state": state, **said, **more})


def part(video_id: str, status: str = "ready", began: datetime = TEN, **more: Any) -> Video:
    said: dict[str, Any] = {"stream": CHURCH.id, "show": "s12", "status": status, "started_at": began}
    return Video("gcore", video_id, **{**said, **more})


def a_clip(number: int = 1, **more: Any) -> Clip:
    """The minute from two to three past ten, as somebody wanted it."""
    said: dict[str, Any] = {"by": "U-ANA", "asked_at": after(4), "start": after(2), "end": after(3), "title": "Goal"}
    return Clip("s12", number, "gcore", CHURCH.id, **{**said, **more})


def a_draft(
    *shows: Show,
    now: datetime,
    seen: Seen | None = None,
    operations: Sequence[Operation] = (),
    videos: Sequence[Video] = (),
    steps: dict[str, tuple[StepRecord, ...]] | None = None,
    clips: Sequence[Clip] = (),
) -> Draft:
    return Draft(Dossier(CHURCH, seen, shows, tuple(operations), steps or {}, tuple(videos), clips=tuple(clips)), now)


def posts(draft: Draft) -> list[Post]:
    return list(draft.decision(None).posts)


def texts(draft: Draft) -> str:
    return "\n".join(post.text for post in posts(draft))


def views(draft: Draft) -> list[str]:
    """The messages that are drawn, by view."""
    return [post.view for post in posts(draft) if post.view != "text"]


def written(draft: Draft, verb: str) -> list[Operation]:
    """The operations of a verb that were written, ended ones too."""
    return [op for op in draft.decision(None).operations if op.verb == verb]


def a_context(figures: Defaults = FIGURES) -> Context:
    """What rules about words need of the bot: its figures, its group and its command."""
    nobody = cast("Any", None)
    return Context(store=nobody, providers={}, clock=nobody, figures=figures, sightings=nobody, ring=GROUP)


class Watching:
    """A show on air, tended after every look: what is seen is said with `looks`, and time passes with each."""

    def __init__(self, show: Show, begin: datetime, figures: Defaults = FIGURES, able: Capabilities = CAPABILITIES) -> None:
        self.show = show
        self.now = begin
        self.posts: list[Post] = []
        self.seen = seen(begin)
        self._figures = figures
        self._able = able
        self._keys: set[str] = set()

    def look(self, after_seconds: float = 5, **facts: Any) -> None:
        """One look of ours: the facts it changed hold from now on."""
        self.now += timedelta(seconds=after_seconds)
        changed = {name: self.now for name, value in facts.items() if getattr(self.seen, name) != value}
        since = {**self.seen.since, **changed}
        self.seen = replace(self.seen, **{**facts, "since": since, "looked_at": self.now, "blind_since": None})
        self._tend(blind=False)

    def fail(self, after_seconds: float = 5) -> None:
        """A look of ours that got no answer."""
        self.now += timedelta(seconds=after_seconds)
        self.seen = replace(self.seen, blind_since=self.seen.blind_since or self.now)
        self._tend(blind=True)

    def looks(self, seconds: float, every: float = 5, **facts: Any) -> None:
        """Look on the usual rhythm for so long, seeing the same."""
        for _ in range(int(seconds / every)):
            self.look(every, **facts)

    def fails(self, seconds: float, every: float = 5) -> None:
        for _ in range(int(seconds / every)):
            self.fail(every)

    def by_hand(self, rule: Callable[[Draft, Show], Show]) -> None:
        """Somebody presses something."""
        draft = a_draft(self.show, now=self.now, seen=self.seen)
        rule(draft, self.show)
        self._keep(draft)

    @property
    def rings_for(self) -> str:
        """The kind of the alarm that is not cleared yet; empty if all is well."""
        return self.show.ringing.kind if self.show.ringing else ""

    def heard(self, words: str) -> list[Post]:
        """The posts that say this, by their text or by the view that draws them."""
        return [post for post in self.posts if words in post.text or words == post.view]

    def _tend(self, *, blind: bool) -> None:
        draft = a_draft(self.show, now=self.now, seen=self.seen)
        Tending(draft, self.show.id, self._figures, self._able, GROUP).tend(blind=blind)
        self._keep(draft)

    def _keep(self, draft: Draft) -> None:
        self.show = draft.show(self.show.id)
        for post in posts(draft):
            if post.key not in self._keys:
                self._keys.add(post.key)
                self.posts.append(post)
