"""People who are no colleagues, on every surface: nothing of theirs is carried out, whatever Slack says or leaves out of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from bot.model import ShowState
from bot.sandbox.slack import SlackEmulator, User
from tests.bad_input.test_who import last_words, open_now
from tests.studio import Studio

OUTSIDERS: dict[str, Callable[[SlackEmulator], User]] = {
    "connected organisation": lambda slack: slack.add_user("sven", stranger=True),
    "admin of a connected organisation": lambda slack: slack.add_user("saga", stranger=True, admin=True, owner=True),
    "another Grid organisation": lambda slack: slack.add_user(
        "wim", team="T07FOREIGN", enterprise="E07OTHER01", teams=("T07FOREIGN",)
    ),
    "no workspace told": lambda slack: slack.add_user("nina", team=""),
    "guest": lambda slack: slack.add_user("gus", guest=True),
    "guest of one channel": lambda slack: slack.add_user("gil", guest="single"),
    "deactivated": lambda slack: slack.add_user("dora", deactivated=True),
    "bot": lambda slack: slack.workspace.add_user("robot", tz="UTC", bot=True),
}

REFUSED = (
    "People of other organisations cannot use this here",
    "Guests cannot use this here",
    "This account is deactivated",
    "Bots cannot call shows",
    "Slack has not told me yet who you are",
)


@pytest.mark.parametrize("who", OUTSIDERS)
async def test_somebody_who_is_no_colleague_can_do_nothing_on_any_surface(studio: Studio, who: str) -> None:
    await studio.plan()
    outsider = OUTSIDERS[who](studio.slack)
    studio.slack.invite(studio.channel, outsider)
    await studio.settle()
    assert (await studio.rehearsal.bot.directory.person(outsider.id)).id == outsider.id

    said = await studio.type("/live go s1 anyway", outsider)
    assert said.startswith(REFUSED)
    for action, entry in (("ingest", None), ("more", "Open now"), ("more", "Hold")):
        await studio.rehearsal.press(outsider, studio.card, action, entry)
        assert (await last_words(studio, outsider)).startswith(REFUSED)
    await studio.slack.mention(outsider, studio.channel, "go s1 anyway")
    await studio.settle()
    assert (await last_words(studio, outsider)).startswith(REFUSED)

    await studio.type("/live plan News 11:00-11:20")
    form = studio.slack.modals(studio.ana)[-1]
    forged = studio.slack.workspace.screens.open(outsider.id, dict(form.body))
    assert (await studio.slack.options(outsider, forged, "stream", "sunday")).options == []
    delivery = await studio.slack.submit(outsider, forged, {})
    await studio.settle()
    assert any(sentence in str(delivery.ack_payload) for sentence in REFUSED)
    shows = await studio.rehearsal.bot.store.shows(limit=10)
    assert [(show.id, show.state, show.hold) for show in shows] == [("s1", ShowState.PLANNED, None)]
    assert not studio.cloud.ledger.of("enabled")
    assert "rtmp" not in "".join(studio.slack.read(message, outsider) for message in studio.slack.ephemerals(outsider))


async def test_people_of_the_same_grid_organisation_are_colleagues_with_their_w_ids(studio: Studio) -> None:
    studio.slack.workspace.enterprise = "E07GRID001"
    await studio.rehearsal.stop_bot()
    await studio.rehearsal.start_bot()
    await studio.plan()
    wanda = studio.slack.add_user("wanda", team="T07NEXT001", enterprise="E07GRID001", teams=("T07NEXT001",))
    studio.slack.invite(studio.channel, wanda)
    await studio.settle()
    await open_now(studio, wanda)
    assert (await studio.show()).state is ShowState.OPEN
    assert "Held: Sunday Service" in await studio.type("/live hold s1", wanda)
    assert wanda.id.startswith("W")
    assert "@wanda" in studio.everything


async def test_a_person_who_is_made_a_guest_or_deactivated_loses_every_right_with_the_event(studio: Studio) -> None:
    await studio.plan()
    assert "Held" in await studio.type("/live hold s1", studio.ben)
    studio.slack.change_user(studio.ben, guest="multi")
    await studio.settle()
    assert (await studio.type("/live hold s1 off", studio.ben)).startswith("Guests cannot use this here")
    studio.slack.change_user(studio.ben, guest=None)
    await studio.settle()
    assert "Released" in await studio.type("/live hold s1 off", studio.ben)
    studio.slack.change_user(studio.ben, deactivated=True)
    await studio.settle()
    assert (await studio.type("/live hold s1", studio.ben)).startswith("This account is deactivated")
    assert (await studio.show()).hold is None


@pytest.mark.parametrize("with_user", [True, False])
async def test_a_mention_by_another_app_is_neither_carried_out_nor_answered(studio: Studio, with_user: bool) -> None:
    await studio.plan()
    robot = studio.slack.workspace.add_user("robot", tz="UTC", bot=True)
    studio.slack.invite(studio.channel, robot)
    await studio.settle()
    before = len(studio.slack.calls)
    for text in ("hold s1", "nonsense", "help", "go s1 anyway"):
        assert await studio.slack.mention_by_bot(robot, studio.channel, text, with_user=with_user) is not None
        await studio.settle()
    assert (await studio.show()).hold is None
    assert [call.method for call in studio.slack.calls[before:]] == []


async def test_what_an_app_does_in_the_name_of_a_person_is_not_taken_for_the_persons(studio: Studio) -> None:
    await studio.plan()
    message = studio.slack.say(studio.ana, studio.channel, f"{studio.slack.workspace.bot.mention} hold s1")
    event = {"type": "app_mention", "user": studio.ana.id, "bot_id": "B07FOREIGN", "text": message.text, "ts": message.ts}
    await studio.slack.event({**event, "channel": studio.channel.id, "team": studio.slack.team_id})
    await studio.settle()
    assert (await studio.show()).hold is None


async def test_nobody_is_trusted_because_an_earlier_version_wrote_them_down(studio: Studio) -> None:
    """A row without a workspace makes no colleague while Slack does not describe the person."""
    await studio.plan()
    await studio.rehearsal.stop_bot()
    with closing(sqlite3.connect(studio.rehearsal.folder / "showcaller.db")) as db, db:
        changed = db.execute("UPDATE people SET body = json_remove(body, '$.team', '$.enterprise', '$.teams', '$.seen_at')")
        assert changed.rowcount >= 2
    studio.slack.fail("users.info", "fatal_error", times=100)
    studio.slack.fail("users.list", "fatal_error", times=100)
    await studio.rehearsal.start_bot()
    await studio.settle()
    assert (await studio.type("/live hold s1", studio.ben)).startswith("Slack has not told me yet who you are")
