"""Restream targets as people read them: on the card, on the board with its buttons, and in what is posted about one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from bot.model import JSON, Post, RestreamTarget, Show, ShowState, Urgency
from bot.providers.base import Capabilities, Field, Restream, Restreams
from bot.slack import notices
from bot.slack.blocks import Block, Control, Message, actions, context, say, section
from bot.slack.fields import field_input
from bot.slack.modals import form, paragraph, text_input
from bot.slack.stamps import at, brief, seen_by
from bot.slack.text import escape, mention

ADD, KEY = "restream-add", "restream-key"
"""The forms into which an address and a key are typed: the only place for them."""

PROTOCOLS = ("rtmp", "rtmps", "srt")
NEEDS_KEY = ("rtmp", "rtmps")
MOST_ON_CARD = 3
MOST_ON_BOARD = 12
"""Targets with buttons of their own: a message has room for 50 blocks."""

OVER = (ShowState.OFF, ShowState.DONE, ShowState.CANCELLED)


# -- one target in words ------------------------------------------------------------------------------------------------
def words(target: RestreamTarget, show: Show, able: Capabilities) -> str:
    """Where a target stands: what was asked and what is reported, apart, each with its time."""
    if target.leaving:
        return f"*not removed*: {brief(target.failed, 300)}" if target.failed else "is being removed"
    if target.on:
        return _on(target, show, able)
    failed = f" — *failed*: {brief(target.failed, 300)}" if target.failed else ""
    if target.on is False:
        return f"{_off(target, show, able)}{failed}"
    there = "" if target.remote or not switchable(able) else f", not at {able.title} yet"
    plan = "goes on with the show" if target.wanted else "stays off"
    return f"{plan if show.state not in OVER else 'was not on'}{there}{failed}"


def _on(target: RestreamTarget, show: Show, able: Capabilities) -> str:
    asked = f"asked on{f' {at(target.asked_at, show)}' if target.asked_at else ''}"
    reported = f" {at(target.reported_at, show)}" if target.reported_at else ""
    if target.failed:
        return f"{asked}, *failed*: {brief(target.failed, 300)}"
    if target.done_at is None:
        return f"{asked}, not confirmed yet"
    if target.active is False:
        return f"{asked}, *switched off at {able.title}* since{reported}"
    if target.live:
        return f"arriving since{reported}"
    if reports(able):
        return f"{asked}, not arriving yet"
    if target.noticed_by and target.noticed_at:
        return f"{asked}, seen by {mention(target.noticed_by)} {at(target.noticed_at, show)}"
    return f"{asked}, arrival not reported"


def _off(target: RestreamTarget, show: Show, able: Capabilities) -> str:
    asked = at(target.asked_at, show) if target.asked_at else ""
    if target.done_at is None and not target.failed:
        return f"asked off {asked}, not confirmed yet"
    if target.active:
        return f"asked off {asked}, *still on* at {able.title}"
    by_hand = "" if target.wanted or show.state in OVER else ", stays off until switched on"
    return f"{'off' if target.done_at else 'asked off'} {asked}{by_hand}"


def reports(able: Capabilities) -> bool:
    """Whether the provider tells whether the picture arrives."""
    return able.restreams is not None and able.restreams.reports


def switchable(able: Capabilities) -> bool:
    """Whether a target can be there and off."""
    return able.restreams is not None and able.restreams.switchable


def card_words(targets: Sequence[RestreamTarget], show: Show, able: Capabilities) -> str:
    """Line 6 of a card, asked and reported; empty where the show has no targets."""
    shown = [f"{brief(target.title, 30)} {words(target, show, able)}" for target in targets[:MOST_ON_CARD]]
    if len(targets) > MOST_ON_CARD:
        shown.append(f"and {len(targets) - MOST_ON_CARD} more")
    if show.state is ShowState.PAUSED and any(target.on for target in targets):
        shown.append("the pause text is not shown there")
    return f"Restream: {'; '.join(shown)}" if shown else ""


# -- the board ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Board:
    """What the board shows. `lost` are the ids of targets whose key has to be typed again; `others` are not this show's.

    `failed` says why the provider could not be asked; `earlier` is a show whose targets can be copied.
    """

    show: Show
    able: Capabilities
    targets: Sequence[RestreamTarget]
    now: datetime
    lost: frozenset[str] = frozenset()
    others: Sequence[Restream] = ()
    failed: str = ""
    earlier: Show | None = None


def board(shown: Board) -> Message:
    """Every target with what is wanted and what is reported of it, and its buttons."""
    show, able = shown.show, shown.able
    looked = f":warning: not looked now ({escape(shown.failed)})" if shown.failed else f"looked {at(shown.now, show)}"
    head = f":satellite: *Restream — {brief(show.title)}* ({show.id}) at {able.title}, {looked}"
    blocks: list[Block] = []
    for target in shown.targets[:MOST_ON_BOARD]:
        lost = " *Its key has to be typed again.*" if target.id in shown.lost else ""
        blocks.append(
            section(
                f"*{brief(target.title)}* ({target.id}) → {escape(target.host)}: {words(target, show, able).rstrip('.')}.{lost}"
            )
        )
        blocks += actions(_buttons(target, shown))
    if len(shown.targets) > MOST_ON_BOARD:
        blocks.append(context(f"And {len(shown.targets) - MOST_ON_BOARD} more, which can be named by their titles."))
    if not shown.targets:
        blocks.append(section("No targets yet."))
    if shown.others:
        named = ", ".join(
            f"“{brief(other.title, 40)}” ({escape(other.host)}){_state(other)}" for other in shown.others[:MOST_ON_BOARD]
        )
        blocks.append(context(f"Also there, and not this show's: {named}."))
    return say(head, *blocks, *actions(_more(shown)))


def _state(other: Restream) -> str:
    return "" if other.active is None else ", on" if other.active else ", off"


def _buttons(target: RestreamTarget, shown: Board) -> list[Control]:
    carried = {"s": shown.show.id, "t": target.id}
    if target.leaving:
        return [Control("restream-remove", "Remove…", carried)] if target.failed else []
    found = []
    if target.id in shown.lost:
        found.append(Control(KEY, "Type the key…", carried, "primary"))
    elif shown.show.state not in OVER:
        found.append(switch(target))
    if may_be_noticed(target, shown.able):
        found.append(Control("restream-seen", "I see it", carried))
    return [*found, Control("restream-remove", "Remove…", carried)]


def switch(target: RestreamTarget) -> Control:
    """The button that switches a target the other way."""
    carried = {"s": target.show, "t": target.id}
    on = target.on if target.on is not None else False
    if target.failed and on:
        return Control("restream-on", "Try again", carried, "primary")
    return Control("restream-off", "Switch off", carried) if on else Control("restream-on", "Switch on", carried)


def may_be_noticed(target: RestreamTarget, able: Capabilities) -> bool:
    """Whether a person can say what no provider tells: that the picture arrives."""
    return bool(target.on) and not reports(able) and not target.noticed_by


def _more(shown: Board) -> list[Control]:
    found = [Control("restream-form", "Add a target…", {"s": shown.show.id})]
    if shown.earlier is not None:
        label = f"Copy from {brief(shown.earlier.title, 40)} ({shown.earlier.id})"
        found.append(Control("restream-copy", label, {"s": shown.show.id, "from": shown.earlier.id}))
    return found


# -- forms --------------------------------------------------------------------------------------------------------------
def add_form(show: Show, able: Capabilities, way: Restreams, metadata: str) -> Mapping[str, JSON]:
    """A new target: what it is called, where it is, its key, and the provider's further fields."""
    off = "It is made switched off" if way.switchable else f"{able.title} gets to know it when it is switched on"
    blocks: list[Block] = [
        paragraph(f"Where the picture of *{escape(show.title)}* ({show.id}) is sent on to. {off}; it goes on with the show."),
        text_input("title", "Title", most=100, hint="What the crew calls it: YouTube, Twitch…"),
        *_address_inputs(),
        *(field_input(field, creating=True) for field in way.fields if field.on_create),
    ]
    return form(ADD, "Add a restream target", blocks, "Add", metadata)


def key_form(target: RestreamTarget, secret_fields: Iterable[Field], metadata: str) -> Mapping[str, JSON]:
    """Address and key of a target once more."""
    blocks = [paragraph(f"*{escape(target.title)}* ({target.id}) → {escape(target.host)}. Type its address and key again.")]
    inputs = [*_address_inputs(), *(field_input(field) for field in secret_fields)]
    return form(KEY, "Type the key again", [*blocks, *inputs], "Save", metadata)


def _address_inputs() -> list[Block]:
    return [
        text_input("url", "Server address", most=500, hint="rtmp://, rtmps:// or srt://, without the key"),
        text_input("key", "Stream key", optional=True, most=500, hint="Kept secret: nobody sees it again, not even you"),
    ]


def address_errors(values: Mapping[str, JSON]) -> dict[str, str]:
    """What is wrong with a typed address and key, by input; no error repeats them."""
    url, key = str(values.get("url") or "").strip(), str(values.get("key") or "").strip()
    errors: dict[str, str] = {}
    scheme, host = address_of(url)
    if scheme not in PROTOCOLS or not host or url.split() != [url]:
        errors["url"] = "That is no such address. It begins with rtmp://, rtmps:// or srt://, and has a server's name."
    elif scheme in NEEDS_KEY and not key:
        errors["key"] = "Paste the stream key that the platform shows beside this address."
    if len(key.split()) > 1:
        errors["key"] = "A key has no spaces. Paste the key alone."
    return errors


def address_of(url: str) -> tuple[str, str]:
    """The protocol and the host of an address; empty where it has none."""
    try:
        parts = urlsplit(url)
        return parts.scheme.casefold(), parts.hostname or ""
    except ValueError:
        return "", ""


def remove_words(target: RestreamTarget, show: Show, able: Capabilities) -> str:
    """What removing it means, as a modal asks about it."""
    return (
        f"*{escape(target.title)}* ({target.id}) → {escape(target.host)}, of {escape(show.title)} ({show.id}): "
        f"{words(target, show, able).rstrip('.')}.\n\nIts picture stops there at once, and its key is forgotten. "
        "To only stop it, switch it off."
    )


# -- posts --------------------------------------------------------------------------------------------------------------
def asked_on(target: RestreamTarget, show: Show, now: datetime) -> Post:
    """It was switched on where nobody reports whether the picture arrives: a person can say so."""
    text = f":satellite: *{brief(target.title)}* ({target.id}): asked on {at(now, show)}, arrival not reported."
    seen = Control("restream-seen", "I see it", {"s": show.id, "t": target.id})
    return notices.line(show, f"restream-asked-{target.id}", now, text, more=actions([seen]))


def arrival(target: RestreamTarget, show: Show, now: datetime) -> Post:
    """What the provider says of a target changed while the show is on air."""
    how = f"{seen_by(target.reported_by)} {at(now, show)}"
    if target.active is False:
        text = f":warning: *{brief(target.title)}* ({target.id}) was switched off at the provider, or taken away there ({how})."
    elif target.live:
        text = f":satellite: *{brief(target.title)}* ({target.id}): the picture arrives ({how})."
    else:
        text = f":warning: *{brief(target.title)}* ({target.id}): the picture does not arrive any more ({how})."
    return notices.line(show, f"restream-{target.id}-{target.active}-{target.live}", now, text)


def failure(target: RestreamTarget, show: Show, now: datetime, *, lost: bool) -> Post:
    """What was asked of a target could not be done; the show goes on. A key that is `lost` can be typed again."""
    text = f":x: *Restream {brief(target.title)}* ({target.id}) of {show.id}: {brief(target.failed, 500)} The show goes on."
    carried = {"s": show.id, "t": target.id}
    button = Control(KEY, "Type the key…", carried, "primary") if lost else Control("restream-again", "Try again", carried)
    return notices.told(show, f"restream-failed-{target.id}", now, text, Urgency.ALARM, actions([button]))


def host_of(url: str) -> str:
    """What of an address may be shown."""
    return address_of(url)[1]


def titles(targets: Iterable[RestreamTarget]) -> str:
    """`YouTube (r1), Twitch (r2)`."""
    return ", ".join(f"{escape(target.title)} ({target.id})" for target in targets)
