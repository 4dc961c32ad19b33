"""Who may do what: a table of people, things and verbs, and what no row of it may ever allow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Grant, Owners, Show, StreamKey
from bot.show.access import (
    OF_WHAT_WAS_USED,
    Asker,
    Kind,
    Refusal,
    Thing,
    Verb,
    channel_thing,
    may,
    may_read,
    show_thing,
    stream_thing,
    video_thing,
)

CREW, LOBBY, ELSEWHERE = "C-CREW", "C-LOBBY", "C-ELSEWHERE"
"""A private crew channel, a public one, and another private one."""

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KEY = StreamKey("gcore", "1")


def grant(channel: str = "", user: str = "") -> Grant:
    return Grant(KEY, channel, user, "", NOON)


def show_in(channel: str) -> Show:
    return Show("s1", "Secret", channel, "gcore", "UTC", NOON, NOON, "U-ANA", NOON, stream="1")


PEOPLE: Mapping[str, Asker] = {
    "operator": Asker("U-OPS", operator=True),
    "crew": Asker("U-ANA", member=frozenset({CREW})),
    "lobby": Asker("U-LIZ", member=frozenset({LOBBY})),
    "outsider": Asker("U-EVE", public=frozenset({LOBBY})),
    "crew guest": Asker("U-GUS", external=True, member=frozenset({CREW})),
    "other guest": Asker("U-GIL", external=True),
    "connected": Asker("W-CON", external=True, member=frozenset({LOBBY})),
    "pressing": Asker("U-ANA", unread=frozenset({CREW})),
    "maker": Asker("U-MAX", public=frozenset({LOBBY})),
    "unknown": Asker("U-NEW", external=True),
    "deactivated": Asker("U-OLD", barred=True, member=frozenset({CREW})),
    "bot": Asker("U-BOT", barred=True, operator=True, member=frozenset({CREW})),
}
"""`pressing`: somebody who presses a button in the crew's channel while its members are not known."""

THINGS: Mapping[str, Thing] = {
    "private show": show_thing(show_in(CREW), [grant(CREW)]),
    "public show": show_thing(show_in(LOBBY), [grant(LOBBY)]),
    "borrowed": show_thing(show_in(CREW), [grant(LOBBY)]),
    "private channel": channel_thing(CREW),
    "private stream": stream_thing([grant(CREW)]),
    "shared stream": stream_thing([grant(CREW), grant(LOBBY)]),
    "unused stream": stream_thing([]),
    "made stream": stream_thing([grant(user="U-MAX")]),
    "private video": video_thing(Owners(frozenset({CREW}))),
    "video of nobody": video_thing(Owners()),
    "video from nowhere": video_thing(Owners(known=False)),
}

WORDS: Mapping[str, Refusal | None] = {
    "yes": None,
    "hid": Refusal.HIDDEN,
    "mem": Refusal.NOT_A_MEMBER,
    "unr": Refusal.UNREAD,
    "ext": Refusal.EXTERNAL,
    "ops": Refusal.OPERATORS,
    "ask": Refusal.ASK_OPERATOR,
    "bor": Refusal.BORROWED,
    "bar": Refusal.BARRED,
}

VERBS = (
    Verb.READ,
    Verb.ACT,
    Verb.CANCEL,
    Verb.BRAKE,
    Verb.PLAN,
    Verb.CHANGE,
    Verb.ENABLE,
    Verb.KEY,
    Verb.ROTATE,
    Verb.DISABLE,
    Verb.DELETE,
    Verb.GRANT,
)

#                                READ ACT CANC BRAK PLAN CHAN ENAB KEY ROTA DISA DELE GRAN
MEMBER = "yes yes yes yes yes yes yes yes yes yes yes ops"
HIDDEN = "hid hid hid hid hid hid hid hid hid hid hid hid"
SEES = "yes mem mem mem mem mem mem mem mem mem mem ops"
LOOKS = "yes ext ext ext ext ext ext ext ext ext ext ext"
PRESSES = "yes unr unr yes unr unr unr unr unr unr unr ops"
UNUSED = "yes ops ops ops ask ops ops ops ops ops ops ops"
MAKER = "yes yes yes yes yes yes yes ops ops ops ops ops"
MADE = "hid hid hid hid hid hid hid hid hid hid hid hid"
BORROWER = "yes bor yes yes yes yes yes yes yes yes yes ops"

TABLE: Mapping[str, Mapping[str, str]] = {
    "private show": {"crew": MEMBER, "crew guest": LOOKS, "pressing": PRESSES},
    "public show": {"lobby": MEMBER, "outsider": SEES, "connected": LOOKS, "maker": SEES},
    "borrowed": {"crew": BORROWER, "crew guest": LOOKS, "pressing": PRESSES},
    "private channel": {"crew": MEMBER, "crew guest": LOOKS, "pressing": PRESSES},
    "private stream": {"crew": MEMBER, "crew guest": LOOKS, "pressing": PRESSES},
    "shared stream": {
        "crew": MEMBER,
        "lobby": MEMBER,
        "outsider": SEES,
        "maker": SEES,
        "crew guest": LOOKS,
        "connected": LOOKS,
        "pressing": PRESSES,
    },
    "unused stream": {"crew": UNUSED, "lobby": UNUSED, "outsider": UNUSED, "maker": UNUSED, "pressing": UNUSED},
    "made stream": {"maker": MAKER},
    "private video": {"crew": MEMBER, "crew guest": LOOKS, "pressing": PRESSES},
    "video of nobody": {"crew": UNUSED, "lobby": UNUSED, "outsider": UNUSED, "maker": UNUSED, "pressing": UNUSED},
    "video from nowhere": {},
}
"""By thing and person, the answer to each verb. Whoever is not named sees nothing; operators may all, bots and the gone nothing."""


def expected(person: str, thing: str) -> list[Refusal | None]:
    if PEOPLE[person].barred:
        return [Refusal.BARRED] * len(VERBS)
    if PEOPLE[person].operator:
        return [None] * len(VERBS)
    return [WORDS[word] for word in TABLE[thing].get(person, HIDDEN).split()]


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.parametrize("person", PEOPLE)
def test_the_table(person: str, thing: str) -> None:
    assert [may(PEOPLE[person], verb, THINGS[thing]) for verb in VERBS] == expected(person, thing)


def test_the_table_has_every_verb() -> None:
    assert set(VERBS) == set(Verb)


# -- whatever is known and asked
CHANNELS = st.sampled_from([CREW, LOBBY, ELSEWHERE])
SETS = st.frozensets(CHANNELS)
ASKERS = st.builds(
    Asker,
    st.sampled_from(["U-ANA", "U-EVE"]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    SETS,
    SETS,
    SETS,
)
OWNERS = st.builds(Owners, SETS, st.frozensets(st.sampled_from(["U-ANA", "U-EVE"])), st.booleans())
SOME = st.builds(Thing, st.sampled_from(Kind), OWNERS, st.booleans())


@given(ASKERS, st.sampled_from(Verb), SOME)
def test_nothing_may_be_done_with_what_may_not_be_read(asker: Asker, verb: Verb, thing: Thing) -> None:
    if not may_read(asker, thing):
        assert may(asker, verb, thing) == may(asker, Verb.READ, thing)


@given(ASKERS, st.sampled_from(sorted(OF_WHAT_WAS_USED)), SOME)
def test_keys_and_destruction_take_a_channel_that_the_thing_belongs_to(asker: Asker, verb: Verb, thing: Thing) -> None:
    if may(asker, verb, thing) is None and not asker.operator:
        assert asker.member & thing.owners.channels


@given(ASKERS, st.sampled_from(Verb), SOME)
def test_knowing_less_of_somebody_never_allows_more(asker: Asker, verb: Verb, thing: Thing) -> None:
    less = Asker(asker.id, external=asker.external, barred=asker.barred)
    if may(less, verb, thing) is None:
        assert may(asker, verb, thing) is None or asker.barred


@given(ASKERS, SOME)
def test_guests_and_people_of_other_organisations_only_look(asker: Asker, thing: Thing) -> None:
    for verb in Verb:
        if verb is not Verb.READ and asker.external and not asker.operator:
            assert may(asker, verb, thing) is not None
