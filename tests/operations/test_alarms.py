"""An outage on air: one alarm however it flaps, a ladder until somebody takes it, an all-clear that has held."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import Alarm, Urgency
from bot.operations.alarms import claim, quieten
from tests.operations.rundown import Watching, after, on_air


@pytest.fixture
def evening() -> Watching:
    """Half an hour on air, all is well."""
    watching = Watching(on_air(), after(30))
    watching.look()
    assert watching.posts == []
    return watching


def rings(watching: Watching) -> list[float]:
    """The seconds after the alarm at which somebody was called again."""
    alarm = watching.show.alarm
    assert alarm is not None
    return [(post.at - alarm.since).total_seconds() for post in watching.heard("has taken this yet")]


# -- raising
def test_a_lost_signal_rings_at_once_and_once(evening: Watching) -> None:
    evening.looks(50, signal=False)
    (alarm,) = evening.heard("alarm")
    assert (alarm.urgency, alarm.thread) == (Urgency.ALARM, ""), "a post of its own in the channel: threads do not buzz"
    assert alarm.at == after(30, seconds=10)
    assert evening.show.alarms == 1


def test_however_much_the_signal_flaps_it_is_one_alarm(evening: Watching) -> None:
    for _ in range(12):
        evening.looks(10, signal=False)
        evening.looks(15, signal=True)
    assert len(evening.heard("alarm")) == 1


def test_back_within_a_quarter_of_a_minute_only_the_alarm_itself_is_edited(evening: Watching) -> None:
    evening.looks(10, signal=False)
    evening.looks(60, signal=True)
    assert not evening.rings_for
    assert len(evening.posts) == 1


def test_the_all_clear_says_for_how_long_it_was_gone(evening: Watching) -> None:
    evening.looks(120, signal=False)
    evening.look(signal=True)
    assert evening.heard("All clear") == []
    evening.looks(20, signal=True)
    (said,) = evening.heard("All clear")
    assert "gone for 2:00" in said.text
    assert "Sunday Service" in said.text


# -- recovery
def test_the_recovery_has_to_hold_for_twenty_seconds(evening: Watching) -> None:
    evening.looks(30, signal=False)
    evening.looks(20, signal=True)
    assert evening.rings_for
    evening.look(signal=True)
    assert not evening.rings_for


def test_every_flap_doubles_the_hold_up_to_160_seconds(evening: Watching) -> None:
    for hold in (20, 40, 80, 160, 160):
        evening.looks(5, signal=False)
        evening.look(signal=True)
        evening.looks(hold - 5, signal=True)
        assert evening.rings_for, f"held for less than {hold} s"
        evening.look(signal=True)
        assert not evening.rings_for, f"held for {hold} s"


def test_flaps_while_it_rings_count_as_well(evening: Watching) -> None:
    evening.looks(10, signal=False)
    evening.looks(10, signal=True)
    evening.looks(10, signal=False)
    evening.looks(40, signal=True)
    assert evening.rings_for
    evening.look(signal=True)
    assert not evening.rings_for
    assert len(evening.heard("alarm")) == 1


def test_an_outage_a_quarter_of_an_hour_later_is_a_new_one_with_the_usual_hold(evening: Watching) -> None:
    evening.looks(30, signal=False)
    evening.looks(15 * 60, every=30, signal=True)
    evening.looks(30, signal=False)
    evening.looks(25, signal=True)
    assert not evening.rings_for
    assert len(evening.heard("alarm")) == 2


def test_thousands_of_flaps_are_survived(evening: Watching) -> None:
    evening.look(signal=False)
    evening.by_hand(lambda draft, show: draft.put(replace(show, alarm=Alarm("signal", evening.now, 1, flaps=5_000))))
    evening.looks(165, signal=True)
    assert not evening.rings_for


# -- the ladder
def test_the_ladder_rings_after_one_and_three_minutes_and_then_every_five(evening: Watching) -> None:
    evening.looks(14 * 60, signal=False)
    assert rings(evening) == [60, 180, 480, 780]
    first, second = evening.heard("has taken this yet")[:2]
    assert "<@U-ANA>" in first.text
    assert "<!subteam^S-CREW> <@U-TOM>" in second.text


def test_who_takes_it_silences_the_ladder_until_the_claim_lapses(evening: Watching) -> None:
    evening.looks(30, signal=False)
    evening.by_hand(lambda draft, show: claim(draft, show, "U-TOM"))
    evening.looks(10 * 60 - 5, signal=False)
    assert rings(evening) == []
    evening.look(signal=False)
    (said,) = evening.heard("it is still so")
    assert "<@U-TOM> took this 10 min ago" in said.text
    assert evening.show.alarm is not None
    assert evening.show.alarm.taken_by == ""


def test_after_a_claim_has_lapsed_the_missed_rungs_are_not_made_up_for_at_once(evening: Watching) -> None:
    evening.look(signal=False)
    evening.by_hand(lambda draft, show: claim(draft, show, "U-TOM"))
    evening.looks(10 * 60 + 50, signal=False)
    assert rings(evening) == []
    evening.looks(10, signal=False)
    assert rings(evening) == [660]


def test_quiet_alarms_are_quiet_and_then_ring_once(evening: Watching) -> None:
    evening.looks(30, signal=False)
    until = evening.now + timedelta(minutes=5)
    evening.by_hand(lambda draft, show: quieten(draft, show, until))
    evening.looks(5 * 60 - 5, signal=False)
    assert rings(evening) == []
    evening.looks(60, signal=False)
    assert len(rings(evening)) == 1


def test_quiet_before_a_planned_restart_keeps_the_alarm_from_ringing_at_all(evening: Watching) -> None:
    until = evening.now + timedelta(minutes=5)
    evening.by_hand(lambda draft, show: quieten(draft, show, until))
    evening.looks(4 * 60, signal=False)
    evening.looks(60, signal=True)
    assert evening.posts == []


def test_quiet_ends_and_an_outage_that_is_still_there_rings(evening: Watching) -> None:
    until = evening.now + timedelta(minutes=5)
    evening.by_hand(lambda draft, show: quieten(draft, show, until))
    evening.looks(5 * 60 + 5, signal=False)
    assert len(evening.heard("alarm")) == 1


# -- blind
def test_blind_for_a_minute_is_an_alarm_of_its_own_and_never_off_air(evening: Watching) -> None:
    evening.fails(55)  # the last good look was 5 s before
    assert evening.posts == []
    evening.fail()
    assert evening.rings_for == "blind"
    assert len(evening.heard("alarm")) == 1
    assert evening.heard("OFF AIR") == []
    assert evening.show.state.on_air


def test_seeing_again_is_an_all_clear_when_the_picture_is_there(evening: Watching) -> None:
    evening.fails(120)
    evening.look(signal=True)
    assert not evening.rings_for
    assert len(evening.heard("I can see the stream again")) == 1


def test_going_blind_during_an_outage_does_not_ring_twice(evening: Watching) -> None:
    evening.looks(30, signal=False)
    evening.fails(5 * 60)
    evening.looks(30, signal=False)
    assert len(evening.heard("alarm")) == 1
    assert evening.rings_for == "signal"


def test_what_is_seen_after_blindness_may_be_an_outage(evening: Watching) -> None:
    evening.fails(120)
    evening.look(signal=False)
    assert [post.key for post in evening.heard("alarm")] == ["alarm:s12:1", "alarm:s12:2"]


# -- the backup
def test_the_backup_rings_once_and_stays_until_somebody_noted_it(evening: Watching) -> None:
    evening.looks(10 * 60, primary=False, backup=True)
    evening.looks(120, primary=True, backup=True)
    assert len(evening.posts) == 1
    assert evening.rings_for
    evening.by_hand(lambda draft, show: claim(draft, show, "U-TOM"))
    evening.look(primary=True)
    assert not evening.rings_for


def test_a_backup_that_flaps_while_the_primary_is_dead_is_one_alarm(evening: Watching) -> None:
    for _ in range(6):
        evening.looks(10, signal=False, primary=False, backup=False)
        evening.looks(10, signal=True, primary=False, backup=True)
    assert len(evening.heard("alarm")) == 1
    evening.looks(180, signal=True, primary=False, backup=True)
    assert evening.rings_for == "backup"
