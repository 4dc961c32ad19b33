"""The memory of a dry run: it answers like the real one, and what is to be written is told to a listener and thrown away."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar, cast

from bot.model import JSON, Decision, Dossier, Post, StreamKey
from bot.store.base import Store

T = TypeVar("T")

Heard = Callable[[Dossier, Decision[Any]], None]
"""Is told what was decided, and the dossier that it was decided on."""

READS = frozenset(
    (
        *("dossier", "show", "shows", "operation", "operations", "steps", "seen", "streams_seen", "videos", "video"),
        *("restreams", "restream", "restream_shows", "clips", "markers", "as_run", "get", "person"),
        *("show_channels", "grants", "streams_by_owners", "owners_of_videos"),
    )
)
"""What is answered by the real store. Nothing else of it can be reached."""

NOBODY = Dossier(None, None, (), ())


def dry_store(store: Store, heard: Heard) -> Store:
    """A store that only seems to write; `heard` is told what it would have written."""
    return cast("Store", DryStore(store, heard))


class _Enough(Exception):
    """Ends a transaction before anything is written."""


class DryStore:
    """Rules run on what there is, and on what earlier rules of the same dry run decided about the same show or stream."""

    def __init__(self, store: Store, heard: Heard) -> None:
        self._store = store
        self._heard = heard
        self._decided: dict[str | StreamKey, list[Decision[Any]]] = {}

    def __getattr__(self, name: str) -> Any:
        if name not in READS:
            raise AttributeError(f"a dry run has no {name}")
        return getattr(self._store, name)

    async def decide(self, about: str | StreamKey, rule: Callable[[Dossier], Decision[T]]) -> T:
        """What `rule` answers."""
        return self._draft(about, await self._store.dossier(about), rule)

    async def plan(self, rule: Callable[[str], Decision[T]]) -> T:
        """What `rule` answers for the handle that is next."""
        handles: list[str] = []

        def only_the_handle(handle: str) -> Decision[None]:
            handles.append(handle)
            raise _Enough

        with suppress(_Enough):
            await self._store.plan(only_the_handle)
        return self._draft(handles[-1], NOBODY, lambda _: rule(handles[-1]))

    async def plan_on(self, key: StreamKey, rule: Callable[[Dossier, str], Decision[T]]) -> T:
        """What `rule` answers for the handle that is next."""
        read: list[tuple[Dossier, str]] = []

        def only_the_handle(dossier: Dossier, handle: str) -> Decision[None]:
            read.append((dossier, handle))
            raise _Enough

        with suppress(_Enough):
            await self._store.plan_on(key, only_the_handle)
        dossier, handle = read[-1]
        return self._draft(handle, dossier, lambda known: rule(known, handle))

    async def add_restreams(
        self, show_id: str, count: int, rule: Callable[[Dossier, tuple[str, ...]], Decision[T]], *, beside: str = ""
    ) -> T:
        """What `rule` answers for the ids that are next."""
        read: list[tuple[Dossier, tuple[str, ...]]] = []

        def only_the_ids(dossier: Dossier, ids: tuple[str, ...]) -> Decision[None]:
            read.append((dossier, ids))
            raise _Enough

        with suppress(_Enough):
            await self._store.add_restreams(show_id, count, only_the_ids, beside=beside)
        dossier, ids = read[-1]
        return self._draft(show_id, dossier, lambda known: rule(known, ids))

    async def post(self, *posts: Post) -> None:
        """Nothing is said."""
        self._heard(NOBODY, Decision(None, posts=posts))

    async def put(self, name: str, value: JSON) -> None:  # noqa: ARG002 - the store's own signature
        """Nothing is kept."""
        self._heard(NOBODY, Decision(None))

    def _draft(self, about: str | StreamKey, dossier: Dossier, rule: Callable[[Dossier], Decision[T]]) -> T:
        earlier = self._decided.setdefault(about, [])
        for decision in earlier:
            dossier = dossier.after(decision)
        decided = rule(dossier)
        earlier.append(decided)
        self._heard(dossier, decided)
        return decided.answer
