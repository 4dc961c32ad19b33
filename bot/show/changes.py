"""Two looks at a stream make the changes that are told: the same change is never told twice, whoever saw it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from bot.model import Change, ChangeKind, Doubt, Look, Seen, Source

STRAGGLING = timedelta(days=1)
"""No webhook is on its way for longer. So long after a change, one that contradicts it may have been sent before it: they carry
no time. It waits for a look of ours."""

PATIENCE_FOR_A_LOOK = timedelta(seconds=2)
"""After this long without a look of ours, what a webhook claimed is told as reported, not confirmed."""

SAME_PART = timedelta(seconds=10)
"""No part of a recording is shorter (Gcore docs), so two beginnings closer than this are one."""

_SWITCHES = (
    ("signal", ChangeKind.SIGNAL),
    ("primary", ChangeKind.PRIMARY),
    ("backup", ChangeKind.BACKUP),
    ("enabled", ChangeKind.ENABLED),
    ("recording", ChangeKind.RECORDING),
)


def changes(before: Seen | None, look: Look, now: datetime) -> tuple[Seen, tuple[Change, ...]]:
    """What is known after `look`, and what it changed.

    The very first look of our own is a silent baseline; a first sight by webhook is compared with everything off, because the
    stream was not worth a look until then. A webhook neither takes a signal away nor changes a page by itself: it raises a
    doubt, because webhooks are unsigned and what follows is not taken back easily. Nor does it bring back what was before: only
    what is new, as the first signal of a show, is told on its word.
    """
    before = before and _by_this_clock(before, look.at, now)
    if before is not None and _late(before, look):
        return before, ()
    silent = before is None and look.source is Source.LOOK
    ways = None if look.primary is None and look.backup is None else False  # who tells of one signal alone has no backup
    seen = before or Seen(look.key, signal=False, primary=ways, backup=ways, recording=False)
    if silent:
        seen = Seen(look.key)
    found: list[Change] = []
    for fact, kind in _SWITCHES:
        value = getattr(look, fact)
        if value is not None:
            seen, change = _apply(seen, look, fact, kind, value, now)
            found += change
    if look.page and look.page_state is not None:
        seen, change = _apply(seen, look, f"page:{look.page}", ChangeKind.PAGE, look.page_state, now)
        found += change
    if look.gone and not seen.gone:
        seen = _all_off(seen, look.at)
        found.append(Change(ChangeKind.GONE, look.key, look.at, look.source, True, False))
    seen = _remember(seen, look)
    return seen, () if silent else tuple(found)


def blind(before: Seen | None, seen: Seen, now: datetime) -> tuple[Seen, tuple[Change, ...]]:
    """What is known after a look of ours failed; it leaves doubts unanswered."""
    return unanswered(replace(before or seen, blind_since=(before and before.blind_since) or now), now)


def unanswered(seen: Seen, now: datetime) -> tuple[Seen, tuple[Change, ...]]:
    """What is known where no look of ours answers: doubts older than 2 s are told as reported, not confirmed.

    Of a page nothing is believed on a webhook's word alone.
    """
    found: list[Change] = []
    for fact, doubt in seen.doubts.items():
        if now - doubt.at >= PATIENCE_FOR_A_LOOK:
            before_value = _value(seen, fact)
            page = fact.partition(":")[2]
            seen = _without_doubt(seen if page else _turn(seen, fact, doubt.value, doubt.at), fact)
            kind = ChangeKind.PAGE if page else ChangeKind(fact)
            found.append(Change(kind, seen.key, doubt.at, Source.WEBHOOK, doubt.value, before_value, page, confirmed=False))
    return seen, tuple(found)


def forgetting(seen: Seen, pages: Collection[str]) -> Seen:
    """What is known, but of pages only these: a stream that is used every day would gather one more with every show."""
    over = [page for page in seen.pages if page not in pages]
    if not over:
        return seen
    facts = {f"page:{page}" for page in over}
    return replace(
        seen,
        pages={page: state for page, state in seen.pages.items() if page in pages},
        since={fact: at for fact, at in seen.since.items() if fact not in facts},
        turned={fact: at for fact, at in seen.turned.items() if fact not in facts},
        doubts={fact: doubt for fact, doubt in seen.doubts.items() if fact not in facts},
    )


def _apply(seen: Seen, look: Look, fact: str, kind: ChangeKind, value: bool | str, now: datetime) -> tuple[Seen, list[Change]]:
    old = _value(seen, fact)
    if look.source is Source.LOOK and _overtaken(seen, fact, look):
        return seen, []
    if old == value:
        return _without_doubt(seen, fact), []
    if look.source is Source.WEBHOOK and _doubtful(seen, fact, value, look, now):
        return _with_doubt(seen, fact, value, now), []
    if old is None and look.source is Source.LOOK and fact not in seen.doubts:
        return _hold(seen, fact, value, look.at), []
    seen = _without_doubt(_turn(seen, fact, value, look.at), fact)
    return seen, [Change(kind, look.key, look.at, look.source, value, old, look.page if ":" in fact else "")]


def _by_this_clock(seen: Seen, at: datetime, now: datetime) -> Seen:
    """What is still to come was noted before the clock was set back: as of `at`, or no look would be believed until then."""
    ahead = {fact: at for fact, since in seen.since.items() if since > now}
    doubts = {fact: replace(doubt, at=at) for fact, doubt in seen.doubts.items() if doubt.at > now}
    looked_at = at if seen.looked_at is not None and seen.looked_at > now else seen.looked_at
    if not ahead and not doubts and looked_at == seen.looked_at:
        return seen
    return replace(seen, since={**seen.since, **ahead}, doubts={**seen.doubts, **doubts}, looked_at=looked_at)


def _late(before: Seen, look: Look) -> bool:
    """Whether a look of ours was overtaken by a younger one: what it saw is history."""
    return look.source is Source.LOOK and before.looked_at is not None and look.at < before.looked_at


def _overtaken(seen: Seen, fact: str, look: Look) -> bool:
    """Whether a look of ours began before what it would contradict, or what is in doubt, was told."""
    since, doubt = seen.since.get(fact), seen.doubts.get(fact)
    return (since is not None and look.at < since) or (doubt is not None and look.at < doubt.at)


def _doubtful(seen: Seen, fact: str, value: bool | str, look: Look, now: datetime) -> bool:
    turned = seen.turned.get(fact)
    if turned is not None and now - turned < STRAGGLING:
        return True
    if seen.looked_at is not None and look.at < seen.looked_at:
        return True  # it lay here while we looked
    return fact.startswith("page:") or (fact in ("signal", "primary") and value is False)


def _value(seen: Seen, fact: str) -> bool | str | None:
    if fact.startswith("page:"):
        return seen.pages.get(fact[5:])
    value: bool | None = getattr(seen, fact)
    return value


def _turn(seen: Seen, fact: str, value: bool | str, at: datetime) -> Seen:
    return replace(_hold(seen, fact, value, at), turned={**seen.turned, fact: at})


def _hold(seen: Seen, fact: str, value: bool | str, at: datetime) -> Seen:
    since = {**seen.since, fact: at}
    if fact.startswith("page:"):
        return replace(seen, since=since, pages={**seen.pages, fact[5:]: str(value)})
    match fact:
        case "signal":
            return replace(seen, since=since, signal=bool(value))
        case "primary":
            return replace(seen, since=since, primary=bool(value))
        case "backup":
            return replace(seen, since=since, backup=bool(value))
        case "enabled":
            return replace(seen, since=since, enabled=bool(value))
        case _:
            return replace(seen, since=since, recording=bool(value))


def _all_off(seen: Seen, at: datetime) -> Seen:
    """A stream that is no longer there is off in every way, from now on where it was on."""
    for fact, _ in _SWITCHES:
        if _value(seen, fact) is not False:
            seen = _turn(seen, fact, False, at)
    return replace(seen, gone=True, doubts={})


def _with_doubt(seen: Seen, fact: str, value: bool | str, now: datetime) -> Seen:
    """The newest claim is the one in doubt; said again, it is no younger."""
    doubt = seen.doubts.get(fact)
    if doubt is not None and doubt.value == value:
        return seen
    return replace(seen, doubts={**seen.doubts, fact: Doubt(value, now)})


def _without_doubt(seen: Seen, fact: str) -> Seen:
    if fact not in seen.doubts:
        return seen
    return replace(seen, doubts={name: doubt for name, doubt in seen.doubts.items() if name != fact})


def _remember(seen: Seen, look: Look) -> Seen:
    if look.source is Source.WEBHOOK:
        return replace(seen, heard_at=max(look.at, seen.heard_at or look.at), name=look.name or seen.name)
    if look.viewers is not None:
        seen = replace(seen, viewers=look.viewers, viewers_at=look.at)
        if look.signal is None and look.enabled is None:
            return seen  # a count of viewers says nothing of the stream itself
    return replace(
        seen,
        looked_at=look.at,
        blind_since=None,
        name=look.name or seen.name,
        part_since=_part_since(seen, look),
        quality=look.quality if look.signal else None,
        trouble=look.trouble or "",
        evidence=look.evidence,
        gone=look.gone,
    )


def _part_since(seen: Seen, look: Look) -> datetime | None:
    """When the present part began; what differs by a few seconds is the same part, told more roughly or more exactly."""
    if not look.recording or look.recorded is None:
        return None
    began = look.at - timedelta(seconds=look.recorded)
    same = seen.part_since is not None and abs(began - seen.part_since) < SAME_PART
    return seen.part_since if same else began
