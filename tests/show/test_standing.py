"""What somebody is to the team, by everything that Slack may say or leave out of a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest

from bot.model import Home, Person, Standing
from bot.show.standing import administers, standing

SEEN = datetime(2026, 11, 22, tzinfo=UTC)
OURS, THEIRS = "T07TEAM001", "T07OTHER01"
GRID, OTHER_GRID = "E07GRID001", "E07OTHER01"
ALONE, IN_GRID = Home(OURS), Home(OURS, GRID)

ANA = Person("U1", "Ana", seen_at=SEEN, team=OURS)


@pytest.mark.parametrize(
    ("person", "home", "claimed", "expected"),
    [
        (ANA, ALONE, "", Standing.COLLEAGUE),
        (ANA, ALONE, OURS, Standing.COLLEAGUE),
        (replace(ANA, guest=True), ALONE, "", Standing.GUEST),
        # Slack Connect: `is_stranger` is false or absent once the app shares a channel with them
        (replace(ANA, team=THEIRS), ALONE, "", Standing.EXTERNAL),
        (replace(ANA, team=THEIRS, stranger=True), ALONE, "", Standing.EXTERNAL),
        (replace(ANA, team=THEIRS), ALONE, OURS, Standing.EXTERNAL),
        (replace(ANA, team=THEIRS, guest=True), ALONE, "", Standing.EXTERNAL),
        (replace(ANA, team=THEIRS, admin=True), ALONE, "", Standing.EXTERNAL),
        (ANA, ALONE, THEIRS, Standing.EXTERNAL),
        (replace(ANA, team=THEIRS, enterprise=GRID), ALONE, "", Standing.EXTERNAL),
        # Slack does not say of which workspace they are, or nothing at all
        (replace(ANA, team=""), ALONE, "", Standing.UNKNOWN),
        (replace(ANA, team=""), ALONE, OURS, Standing.COLLEAGUE),
        (replace(ANA, team=""), ALONE, THEIRS, Standing.EXTERNAL),
        (replace(ANA, team="", guest=True), ALONE, OURS, Standing.GUEST),
        (replace(ANA, seen_at=None), ALONE, OURS, Standing.UNKNOWN),
        (Person("U1", "U1"), ALONE, OURS, Standing.UNKNOWN),
        # the app does not know its own workspace
        (ANA, None, OURS, Standing.UNKNOWN),
        (replace(ANA, team=""), Home(""), "", Standing.UNKNOWN),
        # Grid: people of the other workspaces of the organisation are colleagues
        (replace(ANA, id="W1", team=THEIRS, enterprise=GRID), IN_GRID, "", Standing.COLLEAGUE),
        (replace(ANA, id="W1", team=THEIRS, enterprise=GRID), IN_GRID, THEIRS, Standing.COLLEAGUE),
        (replace(ANA, id="W1", team="", enterprise=GRID, teams=(THEIRS,)), IN_GRID, THEIRS, Standing.COLLEAGUE),
        (replace(ANA, id="W1", team="", teams=(THEIRS, OURS)), IN_GRID, THEIRS, Standing.COLLEAGUE),
        (replace(ANA, id="W1", team=GRID), IN_GRID, "", Standing.COLLEAGUE),
        (replace(ANA, id="W1", team=THEIRS, enterprise=GRID, guest=True), IN_GRID, "", Standing.GUEST),
        (replace(ANA, id="W1", team=THEIRS, enterprise=OTHER_GRID), IN_GRID, "", Standing.EXTERNAL),
        (replace(ANA, id="W1", team="", enterprise=OTHER_GRID, teams=(THEIRS,)), IN_GRID, OURS, Standing.EXTERNAL),
        (replace(ANA, id="W1", team=THEIRS), IN_GRID, "", Standing.EXTERNAL),
        # nobody, whatever else is said of them
        (replace(ANA, deactivated=True), ALONE, OURS, Standing.DEACTIVATED),
        (replace(ANA, bot=True), ALONE, OURS, Standing.BOT),
        (replace(ANA, id="USLACKBOT"), ALONE, OURS, Standing.BOT),
        (Person("USLACKBOT", "slackbot"), None, "", Standing.BOT),
    ],
)
def test_what_somebody_is(person: Person, home: Home | None, claimed: str, expected: Standing) -> None:
    assert standing(person, home, claimed) is expected


def test_no_mixture_of_what_slack_says_makes_a_colleague_without_a_proof_of_ours() -> None:
    """All of 2,304 mixtures: a colleague is seen, is nobody's bot, is active, and some word of Slack's names what is ours."""
    mixtures = product(("U1", "W1", "USLACKBOT"), ("", OURS, THEIRS, GRID), ("", GRID, OTHER_GRID), ((), (OURS,), (THEIRS,)))
    flags = list(product((None, SEEN), (False, True), (ALONE, IN_GRID, None), ("", OURS, THEIRS)))
    for (user, team, enterprise, teams), (seen, stranger, home, claimed) in product(mixtures, flags):
        person = Person(user, user, seen_at=seen, stranger=stranger, team=team, enterprise=enterprise, teams=teams)
        if standing(person, home, claimed) is not Standing.COLLEAGUE:
            continue
        assert user != "USLACKBOT"
        assert seen is not None
        assert home is not None
        assert not stranger
        assert OURS in (team, *teams, claimed) or (home.enterprise and GRID in (team, enterprise))


def test_only_admins_and_owners_of_the_apps_own_workspace_administer_it() -> None:
    admin = replace(ANA, admin=True)
    assert administers(admin, ALONE)
    assert not administers(ANA, ALONE)
    assert administers(replace(admin, team="", enterprise=GRID, teams=(OURS,)), IN_GRID)
    assert not administers(replace(admin, team=THEIRS), ALONE)
    assert not administers(replace(admin, team=THEIRS, enterprise=GRID, teams=(THEIRS, OURS)), IN_GRID)
    assert not administers(replace(admin, deactivated=True), ALONE)
    assert not administers(replace(admin, bot=True), ALONE)
    assert not administers(replace(admin, guest=True), ALONE)
    assert not administers(admin, None)
