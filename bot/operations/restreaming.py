"""What people and the show wish of restream targets, and what the provider says of them: pure rules over a draft."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.errors import UserError
from bot.model import CLOCK, JSON, Operation, RestreamTarget, Show, ShowState, Source
from bot.operations.steps import KNOWN_EVERYWHERE
from bot.providers.base import Capabilities, Restream, Restreams
from bot.safe import Safe, SecretLost
from bot.show.cues import rank
from bot.show.draft import Draft, new_id
from bot.slack import notices, restreams

VERB = "restream"

SWITCHED = (ShowState.OPEN, ShowState.LIVE, ShowState.PAUSED)
"""States of a show in which there may be a picture to send on; before, a target only goes on with the show."""


@dataclass(frozen=True, slots=True)
class Key:
    """Where the safe keeps what is secret of a target: under which tag, and what is stored of it, sealed."""

    tag: str
    sealed: str = ""


def put_away(safe: Safe, secrets: Mapping[str, JSON]) -> Key:
    """Give an address and a key to the safe."""
    tag = new_id(VERB)
    return Key(tag, safe.keep(tag, secrets))


def another(safe: Safe, target: RestreamTarget) -> Key | None:
    """What is secret of a target once more, for a copy of it; None if nobody knows it any more."""
    try:
        return put_away(safe, safe.take(target.tag, target.sealed))
    except SecretLost:
        return None


@dataclass(frozen=True, slots=True)
class Wish:
    """A new target as somebody typed it; the safe keeps its address, its key and the provider's secret fields."""

    title: str
    host: str
    by: str
    key: Key
    fields: Mapping[str, JSON] = field(default_factory=dict)


# -- asking -------------------------------------------------------------------------------------------------------------
def add(draft: Draft, show: Show, target_id: str, wish: Wish, able: Capabilities) -> RestreamTarget:
    """A new target of the show, switched off unless the show is on air."""
    require_room(show)
    if any(known.title.casefold() == wish.title.casefold() for known in draft.restreams_of(show.id)):
        raise UserError(f"{show.title} ({show.id}) has a target named {wish.title} already. Give this one another title.")
    target = RestreamTarget(
        id=target_id,
        show=show.id,
        provider=show.provider,
        title=wish.title,
        host=wish.host,
        tag=wish.key.tag,
        added_by=wish.by,
        added_at=draft.now,
        sealed=wish.key.sealed,
        fields=dict(wish.fields),
    )
    draft.note(show.id, "restream target added", wish.by, f"{target.title} {target.id}")
    return _begin_with(draft, show, draft.send_on(target), wish.by, able)


def _begin_with(draft: Draft, show: Show, target: RestreamTarget, by: str, able: Capabilities) -> RestreamTarget:
    """What a new target has to become at once: there, or on as well where the show is on air."""
    if show.state.on_air and target.wanted:
        return switch(draft, show, target, by, on=True)
    if restreams.switchable(able) and not target.remote:
        attend(draft, show, target, by)
    return target


def require_room(show: Show) -> None:
    """UserError where nothing is going to be sent on any more."""
    if show.state is ShowState.OFF or show.state.closed:
        raise UserError(f"{show.title} ({show.id}) is over, so there is nothing to send on. Choose a show that is to come.")


def by_hand(draft: Draft, show: Show, target: RestreamTarget, by: str, *, on: bool) -> RestreamTarget:
    """A person's wish, which stays: on now where there may be a picture, else with the show; off stays off."""
    if on:
        require_room(show)
    target = draft.send_on(replace(target, wanted=on))
    draft.note(show.id, f"restream wanted {'on' if on else 'off'}", by, f"{target.title} {target.id}")
    if (show.state in SWITCHED) if on else (target.on or target.active or target.failed):
        return switch(draft, show, target, by, on=on)
    return target


def switch(draft: Draft, show: Show, target: RestreamTarget, by: str, *, on: bool) -> RestreamTarget:
    """Ask the provider for on or off; what never got there is off already."""
    asked = replace(target, on=on, asked_by=by, asked_at=draft.now, done_at=None, failed="", noticed_by="", noticed_at=None)
    if not on and not target.remote and _under_way(draft, target) is None:
        return draft.send_on(replace(asked, done_at=draft.now))
    attend(draft, show, draft.send_on(asked), by)
    return asked


def with_the_show(draft: Draft, show: Show, *, on: bool) -> None:
    """Viewers were let in, or sent home: every target that is to go with the show follows."""
    for target in draft.restreams_of(show.id):
        if on and target.wanted and (not target.on or target.failed):
            switch(draft, show, target, CLOCK, on=True)
        elif not on and (target.on or target.active):
            switch(draft, show, target, CLOCK, on=False)


def remove(draft: Draft, show: Show, target: RestreamTarget, by: str) -> None:
    """It is not wanted any more: taken away at the provider, and its key forgotten."""
    draft.note(show.id, "restream target removed", by, f"{target.title} {target.id}")
    attend(draft, show, draft.send_on(replace(target, leaving=True, wanted=False, failed="")), by)


def notice(draft: Draft, target: RestreamTarget, by: str) -> RestreamTarget:
    """A person sees the picture arrive, which no provider tells."""
    draft.note(target.show, "restream seen", by, f"{target.title} {target.id}")
    return draft.send_on(replace(target, noticed_by=by, noticed_at=draft.now))


def retype(draft: Draft, show: Show, target: RestreamTarget, by: str, host: str, sealed: str, able: Capabilities) -> None:
    """Its address and key were typed again: what waited for them goes on."""
    target = draft.send_on(replace(target, host=host, sealed=sealed, failed=""))
    draft.note(show.id, "restream key typed again", by, f"{target.title} {target.id}")
    again(draft, show, target, by, able)


def again(draft: Draft, show: Show, target: RestreamTarget, by: str, able: Capabilities) -> None:
    """What could not be done is tried once more, as far as it is still wanted."""
    if target.leaving:
        attend(draft, show, draft.send_on(replace(target, failed="")), by)
    elif target.on is not None:
        switch(draft, show, target, by, on=target.on)
    elif not (show.state is ShowState.OFF or show.state.closed):
        _begin_with(draft, show, draft.send_on(replace(target, failed="")), by, able)


def attend(draft: Draft, show: Show, target: RestreamTarget, by: str) -> Operation:
    """Let the provider follow what is wanted of this target now. One operation for each target: a later wish takes it over."""
    there = _under_way(draft, target)
    operation = Operation(
        id=there.id if there else new_id(VERB),
        verb=VERB,
        due=draft.now,
        by=by,
        asked_at=draft.now,
        show=show.id,
        provider=show.provider,
        rank=rank(VERB),
        channel=show.channel,
        fence=there.fence + 1 if there else 0,
        args={"target": target.id, "round": int(there.args.get("round", 0)) + 1 if there else 0},
    )
    draft.post(notices.progress(operation, show, draft.now))
    return draft.operate(operation)


def _under_way(draft: Draft, target: RestreamTarget) -> Operation | None:
    return next((op for op in draft.of(target.show, VERB) if op.args.get("target") == target.id), None)


# -- copying ------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Copied:
    """What became of the targets of an earlier show. `keyless` have to have their keys typed again."""

    copied: tuple[RestreamTarget, ...] = ()
    keyless: tuple[RestreamTarget, ...] = ()


def copy(
    draft: Draft, show: Show, source: Show, ids: Sequence[str], by: str, keys: Mapping[str, Key | None], able: Capabilities
) -> Copied:
    """Give the show the targets of an earlier one, except those it has already. `keys` are for the copies, by the old target's id.

    A target that the provider still has on the same stream is handed over as it is: its key need not be known any more.
    """
    require_room(show)
    there = {target.title.casefold() for target in draft.restreams_of(show.id)}
    fresh = [target for target in draft.restreams_of(source.id) if target.title.casefold() not in there]
    copied: list[RestreamTarget] = []
    keyless: list[RestreamTarget] = []
    for target_id, old in zip(ids, fresh, strict=False):
        new = _copy_of(old, show, target_id, keys.get(old.id), by, draft.now)
        handed = _can_be_handed_over(old, source, show, able)
        if handed:
            draft.send_on(replace(old, remote="", active=None, live=None))
            new = replace(new, tag=old.tag, sealed=old.sealed, remote=old.remote, made_at=old.made_at)
            new = replace(new, active=old.active, reported_at=old.reported_at)
        draft.send_on(new)
        draft.note(show.id, "restream target copied", by, f"{new.title} {new.id} from {old.id}")
        if handed or keys.get(old.id) is not None:
            copied.append(_begin_with(draft, show, new, by, able))
        else:
            keyless.append(new)
    return Copied(tuple(copied), tuple(keyless))


def _copy_of(old: RestreamTarget, show: Show, target_id: str, key: Key | None, by: str, now: datetime) -> RestreamTarget:
    key = key or Key(new_id(VERB))
    return RestreamTarget(
        id=target_id,
        show=show.id,
        provider=show.provider,
        title=old.title,
        host=old.host,
        tag=key.tag,
        added_by=by,
        added_at=now,
        sealed=key.sealed,
        fields=old.fields,
    )


def _can_be_handed_over(old: RestreamTarget, source: Show, show: Show, able: Capabilities) -> bool:
    of_stream = able.restreams is not None and able.restreams.of == "stream" and able.restreams.switchable
    same = bool(show.stream) and (source.provider, source.stream) == (show.provider, show.stream)
    return of_stream and same and source.state.closed and bool(old.remote) and not old.on


# -- what the provider says ---------------------------------------------------------------------------------------------
def reported(draft: Draft, found: Iterable[Restream], source: Source, owner: str, asked: datetime) -> None:
    """Keep what the provider says of targets; while a show is on air, what changed is told once in its thread.

    With an `owner`, a page or a stream, these are all of its targets: one that is on and missing was taken away there.
    What was switched or told by the provider after it was `asked` is newer than this answer, and stays.
    """
    known = {target.remote: target for target in draft.restreams if target.remote and not target.gone}
    listed = list(found)
    there = {told.id for told in listed}
    missing = [target for remote, target in known.items() if owner and remote not in there and _is_missed(draft, target, owner)]
    for told in [*listed, *(Restream(target.remote, "", "", active=False, live=False) for target in missing)]:
        before = known.get(told.id)
        if before is None or _is_newer(before, asked, draft.now):
            continue
        active = before.active if told.active is None else told.active
        live = before.live if told.live is None else told.live
        if (active, live) == (before.active, before.live):
            continue
        remote = before.remote if told.id in there else ""  # switched on again, it is added anew
        after = replace(before, remote=remote, active=active, live=live, reported_at=draft.now, reported_by=source)
        draft.send_on(after)
        show = draft.show(after.show)
        if show.state.on_air and after.on and not after.leaving and _is_news(before, after):
            draft.post(restreams.arrival(after, show, draft.now))


def _is_newer(target: RestreamTarget, asked: datetime, now: datetime) -> bool:
    """Whether more was done or told since the provider was asked; an instant still to come is of a clock that was set back."""
    return any(at is not None and asked < at <= now for at in (target.made_at, target.done_at, target.reported_at))


def _is_missed(draft: Draft, target: RestreamTarget, owner: str) -> bool:
    """Whether it has to be among the targets of `owner`: a show on air wants it there, and it was not put there a moment ago."""
    show = draft.show(target.show)
    if not (show.state.on_air and target.on and target.done_at) or target.leaving or owner not in (show.page, show.stream):
        return False
    return draft.now - max(filter(None, (target.made_at, target.done_at))) >= KNOWN_EVERYWHERE


def _is_news(before: RestreamTarget, after: RestreamTarget) -> bool:
    if after.active is False:  # the picture that ends with it, be it a look later, is no news of its own
        return before.active is not False and bool(before.active or before.live)
    return bool(before.live) != bool(after.live)


def owner_of(show: Show, way: Restreams) -> str:
    """What a target belongs to at the provider: the show's page or its stream; empty while there is none."""
    return show.page if way.of == "page" else show.stream
