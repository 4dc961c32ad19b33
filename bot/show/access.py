"""Who may see what and who may do what: one pure rule, asked by every command, button, form, picker and mention.

A right never comes from something that the asker can create: the owners of a stream are those from before the request, and the
rule is asked again with them inside the transaction that stores what was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.model import Grant, Owners, Show, owners_of


class Verb(StrEnum):
    """What somebody wants to do with a thing. A show's page, clips, links and restream targets are parts of the show."""

    READ = "read"
    """See that it exists: title, state, times, links."""
    ACT = "act"
    """Change a show or anything of it; where it has a stream, that has to be its channel's as well."""
    CANCEL = "cancel"
    """Call a show off: the one change that needs no right on its stream."""
    BRAKE = "brake"
    """Pause, finish or hold a show: also for a press in its channel while Slack has not said who is in it."""
    PLAN = "plan"
    """Plan a show: in a channel, or on a stream that exists."""
    CHANGE = "change"
    """Change a stream's settings, or a video's name."""
    ENABLE = "enable"
    KEY = "key"
    """See where the encoder pushes."""
    ROTATE = "rotate"
    DISABLE = "disable"
    DELETE = "delete"
    GRANT = "grant"
    """Let a channel use a stream."""


OF_WHAT_WAS_USED = frozenset({Verb.KEY, Verb.ROTATE, Verb.DISABLE, Verb.DELETE})
"""What having made a stream is not enough for: it takes a show, or a grant, of a channel that the person is in."""


class Kind(StrEnum):
    """What a thing is."""

    CHANNEL = "channel"
    SHOW = "show"
    STREAM = "stream"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that rights are about. `borrowed`: a show whose stream belongs to other channels than its own."""

    kind: Kind
    owners: Owners
    borrowed: bool = False


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody, with what is known about them and the channels in question at this moment.

    `member`: the channels that they are in. `unread`: the channel in which they ask, while Slack does not say who is in it.
    `public`: the channels that Slack says are public. `external`: a guest, a member of another organisation, or somebody of whom
    Slack has said nothing. `barred`: a bot, or a deactivated account.
    """

    id: str
    operator: bool = False
    external: bool = False
    barred: bool = False
    member: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()
    public: frozenset[str] = frozenset()


class Refusal(StrEnum):
    """Why not."""

    BARRED = "barred"
    """Bots and deactivated accounts may nothing."""
    HIDDEN = "hidden"
    """They may not know that it exists: answered exactly as for an id that never existed."""
    EXTERNAL = "external"
    """Guests and people of other organisations may only look, in channels that they are in."""
    NOT_A_MEMBER = "not-a-member"
    """For members of the channels that it belongs to."""
    UNREAD = "unread"
    """Slack does not say whether they are in the channel in which they ask; only the brake does not wait for that."""
    BORROWED = "borrowed"
    """The show's stream belongs to another channel; an operator can allow it."""
    ASK_OPERATOR = "ask-operator"
    """No show ever used it: an operator gives it to a channel."""
    OPERATORS = "operators"
    """For operators only."""


Rule = Callable[[Asker, Verb, Thing], Refusal | None]
"""What decides: `may`, unless a test composes the bot with another one."""


def may(asker: Asker, verb: Verb, thing: Thing) -> Refusal | None:
    """Why the asker may not do that, or None if they may."""
    if asker.barred:
        return Refusal.BARRED
    if asker.operator:
        return None
    if not _sees(asker, thing):
        return Refusal.HIDDEN
    if verb is Verb.READ:
        return None
    if asker.external:
        return Refusal.EXTERNAL
    if verb is Verb.GRANT:
        return Refusal.OPERATORS
    if thing.owners.nobody:
        return Refusal.ASK_OPERATOR if verb is Verb.PLAN else Refusal.OPERATORS
    if verb in OF_WHAT_WAS_USED and not thing.owners.channels:
        return Refusal.OPERATORS
    if not _owns(asker, thing, verb):
        unread = thing.owners.channels & asker.unread
        if not (unread and verb is Verb.BRAKE):
            return Refusal.UNREAD if unread else Refusal.NOT_A_MEMBER
    if thing.borrowed and verb is Verb.ACT:
        return Refusal.BORROWED
    return None


def may_read(asker: Asker, thing: Thing) -> bool:
    """Whether the asker may know that it exists, and see its title and links."""
    return may(asker, Verb.READ, thing) is None


def _sees(asker: Asker, thing: Thing) -> bool:
    """Public channels' things and those of channels that they are in; what belongs to nobody is for the whole team to find."""
    if asker.external:
        return bool(thing.owners.channels & asker.member)
    if thing.owners.nobody:
        return thing.owners.known
    return _owns(asker, thing) or bool(thing.owners.channels & (asker.public | asker.unread))


def _owns(asker: Asker, thing: Thing, verb: Verb = Verb.READ) -> bool:
    by_making = asker.id in thing.owners.people and verb not in OF_WHAT_WAS_USED
    return by_making or bool(thing.owners.channels & asker.member)


# -- things -------------------------------------------------------------------------------------------------------------
def channel_thing(channel: str) -> Thing:
    """A channel, in which a show may be planned."""
    return Thing(Kind.CHANNEL, Owners(frozenset({channel})))


def show_thing(show: Show, grants: Iterable[Grant] = ()) -> Thing:
    """A show; `grants` are those of its stream, where they are known."""
    channels = owners_of(tuple(grants)).channels
    return Thing(Kind.SHOW, Owners(frozenset({show.channel})), borrowed=bool(channels) and show.channel not in channels)


def stream_thing(grants: Iterable[Grant]) -> Thing:
    """A stream, by its grants."""
    return Thing(Kind.STREAM, owners_of(tuple(grants)))


def video_thing(owners: Owners) -> Thing:
    """A video, by the owners of its show, else of its stream."""
    return Thing(Kind.VIDEO, owners)
