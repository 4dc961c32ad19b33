"""What is done about a show as it is seen: the recording rolls, what is over is tidied, and books close only on evidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.model import CLOCK, FinishPolicy, OperationState, Show, ShowState
from bot.operations.tending import Tending, part_name
from bot.providers.gcore.fields import CAPABILITIES
from bot.show.draft import Draft
from tests.operations.rundown import (
    END,
    FIGURES,
    TEN,
    a_draft,
    after,
    off_air,
    on_air,
    operation,
    part,
    posts,
    seen,
    service,
    texts,
    views,
    written,
)


def tended(show: Show, now: datetime, *, blind: bool = False, **known: Any) -> Draft:
    """The draft after one look at the show."""
    draft = a_draft(show, now=now, **known)
    Tending(draft, show.id, FIGURES, CAPABILITIES).tend(blind=blind)
    return draft


def rolled(draft: Draft) -> bool:
    """Whether a recording was asked for by this look."""
    return any(op.state is OperationState.SCHEDULED for op in written(draft, "record"))


NOT_RECORDING = seen(after(-20), recording=False)


# -- the recording
def test_the_recording_rolls_from_a_minute_before_the_start_when_there_is_signal() -> None:
    waiting = service(state=ShowState.OPEN)
    assert not rolled(tended(waiting, after(seconds=-61), seen=NOT_RECORDING))
    assert rolled(tended(waiting, after(seconds=-60), seen=NOT_RECORDING))
    assert not rolled(tended(waiting, after(seconds=-60), seen=seen(recording=False, signal=False)))


def test_the_roll_is_asked_for_by_the_clock_and_once() -> None:
    draft = tended(service(state=ShowState.OPEN), after(seconds=-60), seen=NOT_RECORDING)
    (record,) = written(draft, "record")
    assert (record.by, record.due, record.stream) == (CLOCK, after(seconds=-60), "101")
    again = tended(service(state=ShowState.OPEN), after(seconds=-55), seen=NOT_RECORDING, operations=[record])
    assert written(again, "record") == []


def test_after_a_drop_the_recording_rolls_again() -> None:
    assert not rolled(tended(on_air(), after(31), seen=seen(after(31), signal=False, recording=False)))
    assert rolled(tended(on_air(), after(32), seen=seen(after(32), recording=False)))


def test_a_paused_show_is_recorded_on() -> None:
    assert rolled(tended(on_air(state=ShowState.PAUSED), after(32), seen=NOT_RECORDING))


def test_what_is_recorded_already_or_was_not_looked_at_is_left_alone() -> None:
    assert not rolled(tended(on_air(), after(5), seen=seen()))
    assert not rolled(tended(on_air(), after(5), seen=seen(recording=None)))
    assert not rolled(tended(on_air(), after(5)))


def test_a_show_without_recording_is_not_recorded() -> None:
    assert not rolled(tended(on_air(wants_recording=False), after(5), seen=NOT_RECORDING))


@pytest.mark.parametrize("state", [OperationState.RUNNING, OperationState.WAITING])
def test_nothing_rolls_while_the_show_is_finishing(state: OperationState) -> None:
    assert not rolled(tended(on_air(), after(76), seen=NOT_RECORDING, operations=[operation("finish", state)]))


def test_a_finish_that_is_due_this_moment_counts_and_one_that_asks_people_does_not() -> None:
    due = operation("finish", due=END)
    assert not rolled(tended(on_air(), END, seen=NOT_RECORDING, operations=[due]))
    assert rolled(tended(on_air(), after(74), seen=NOT_RECORDING, operations=[due]))
    asking = operation("finish", OperationState.ASKING, due=END)
    assert rolled(tended(on_air(), after(95), seen=NOT_RECORDING, operations=[asking]))


def test_a_recording_that_failed_is_not_tried_again_by_every_look() -> None:
    assert not rolled(tended(on_air(recording_failed=True), after(5), seen=NOT_RECORDING))


def test_a_recording_being_stopped_by_hand_is_not_started_against_it() -> None:
    stopping = operation("stop_recording", OperationState.RUNNING)
    assert not rolled(tended(on_air(), after(5), seen=NOT_RECORDING, operations=[stopping]))


# -- viewers and what waits
def test_the_peak_of_the_viewers_is_kept() -> None:
    draft = tended(on_air(peak_viewers=200), after(31), seen=seen(viewers=214))
    assert draft.show("s12").peak_viewers == 214
    draft = tended(on_air(peak_viewers=300), after(31), seen=seen(viewers=214))
    assert draft.show("s12").peak_viewers == 300


def test_a_go_that_still_waits_while_the_show_is_on_air_has_nothing_left_to_ask() -> None:
    draft = tended(on_air(), after(1), seen=seen(), operations=[operation("go", OperationState.WAITING)])
    assert [op.state for op in written(draft, "go")] == [OperationState.DONE]


# -- alarms
def test_an_alarm_rings_only_on_air_and_not_while_finishing() -> None:
    lost = seen(after(10), signal=False)
    assert views(tended(on_air(), after(11), seen=lost)) == ["alarm"]
    assert views(tended(service(state=ShowState.OPEN), after(11), seen=lost)) == []
    assert views(tended(on_air(), after(11), seen=lost, operations=[operation("finish", OperationState.RUNNING)])) == []
    after_the_end = seen(after(91), signal=False)
    asking = operation("finish", OperationState.ASKING, due=END)
    assert views(tended(on_air(), after(92), seen=after_the_end, operations=[asking])) == ["alarm"]


def test_a_failed_look_does_nothing_but_count_the_blindness() -> None:
    blind = seen(blind_since=after(10), recording=False)
    draft = tended(on_air(), after(10, seconds=59), blind=True, seen=blind)
    assert draft.decision(None).operations == ()
    assert posts(draft) == []
    assert views(tended(on_air(), after(11), blind=True, seen=blind)) == ["alarm"]


def test_the_card_is_drawn_again_when_the_last_look_grows_too_old() -> None:
    blind = seen(looked_at=after(10), blind_since=after(10, seconds=5))
    drawn = [tended(on_air(), after(10, seconds=late), blind=True, seen=blind).decision(None).shows for late in (10, 15, 20, 40)]
    assert [bool(shows) for shows in drawn] == [False, True, True, False]


# -- after the end
def test_two_minutes_of_silence_after_the_end_finish_the_show_and_say_so() -> None:
    overrun = on_air(finish=FinishPolicy.ASK)
    silent = seen(END + timedelta(minutes=3), signal=False)
    early = tended(overrun, END + timedelta(minutes=4, seconds=59), seen=silent)
    assert written(early, "finish") == []
    draft = tended(overrun, END + timedelta(minutes=5), seen=silent)
    (finish,) = written(draft, "finish")
    assert (finish.by, finish.args) == (CLOCK, {"tidy": True})
    assert "The signal has been gone since 11:18:00, after the planned end: finishing Sunday Service." in texts(draft)

    again = tended(overrun, END + timedelta(minutes=5, seconds=5), seen=silent, operations=[finish])
    assert "finishing" not in texts(again)
    assert written(again, "finish") == []


def test_silence_that_began_before_the_end_counts_from_the_end() -> None:
    silent = seen(END - timedelta(minutes=30), signal=False)
    overrun = on_air(finish=FinishPolicy.ASK)
    assert written(tended(overrun, END + timedelta(seconds=119), seen=silent), "finish") == []
    assert len(written(tended(overrun, END + timedelta(seconds=120), seen=silent), "finish")) == 1


def test_silence_does_not_finish_a_show_that_ends_by_hand_or_has_time_left() -> None:
    silent = seen(after(10), signal=False)
    assert written(tended(on_air(), after(30), seen=silent), "finish") == []
    assert written(tended(on_air(finish=FinishPolicy.BY_HAND), END + timedelta(minutes=10), seen=silent), "finish") == []


# -- off
def test_off_air_in_the_providers_own_portal_is_tidied_after_the_undo() -> None:
    assert written(tended(off_air(), END + timedelta(seconds=9), seen=seen()), "finish") == []
    draft = tended(off_air(), END + timedelta(seconds=10), seen=seen())
    (finish,) = written(draft, "finish")
    assert finish.args == {"tidy": True, "now": True}


def test_going_back_on_air_or_finishing_is_not_tidied_against() -> None:
    for verb in ("finish", "back_on_air"):
        draft = tended(off_air(), END + timedelta(seconds=30), seen=seen(), operations=[operation(verb, OperationState.RUNNING)])
        assert written(draft, "finish") == []


def test_a_tidying_that_failed_is_tried_again_a_quarter_of_an_hour_later_not_by_every_look() -> None:
    first = tended(off_air(), END + timedelta(seconds=10), seen=seen()).show("s12")
    assert written(tended(first, END + timedelta(seconds=15), seen=seen()), "finish") == []
    assert len(written(tended(first, END + timedelta(minutes=16), seen=seen()), "finish")) == 1


def test_stopped_is_said_once_and_only_when_the_provider_confirms() -> None:
    still_on = tended(off_air(), END + timedelta(seconds=5), seen=seen(signal=False))
    assert still_on.show("s12").stopped_at is None
    pushing = tended(off_air(), END + timedelta(seconds=5), seen=seen(enabled=False))
    assert pushing.show("s12").stopped_at is None

    off = seen(enabled=False, signal=False)
    draft = tended(off_air(), END + timedelta(seconds=5), seen=off)
    assert draft.show("s12").stopped_at == END + timedelta(seconds=5)
    assert "Gcore confirms that the stream is off (11:15:05)" in texts(draft)
    again = tended(draft.show("s12"), END + timedelta(seconds=10), seen=off)
    assert "confirms" not in texts(again)


# -- the books
OFF = seen(enabled=False, signal=False, recording=False)
STOPPED = off_air(stopped_at=END + timedelta(seconds=30))
LATER = END + timedelta(minutes=15)


def test_done_only_when_confirmed_off_and_a_quarter_of_an_hour_has_passed() -> None:
    assert tended(STOPPED, LATER, seen=OFF).show("s12").state is ShowState.DONE
    assert tended(STOPPED, LATER - timedelta(seconds=1), seen=OFF).show("s12").state is ShowState.OFF
    assert tended(off_air(tidied_at=LATER), LATER, seen=seen()).show("s12").state is ShowState.OFF


@pytest.mark.parametrize("status", ["pending", "viewable", "new"])
def test_not_done_while_a_part_is_being_processed(status: str) -> None:
    draft = tended(STOPPED, LATER, seen=OFF, videos=[part("1"), part("2", status)])
    assert draft.show("s12").state is ShowState.OFF
    assert views(draft) == []


@pytest.mark.parametrize("status", ["ready", "error", "deleted"])
def test_settled_parts_are_told_in_one_message(status: str) -> None:
    draft = tended(STOPPED, END + timedelta(minutes=2), seen=OFF, videos=[part("1"), part("2", status, after(40))])
    assert views(draft) == ["recordings"]
    again = tended(draft.show("s12"), END + timedelta(minutes=3), seen=OFF, videos=[part("1"), part("2", status, after(40))])
    assert {post.key for post in posts(again)} == {post.key for post in posts(draft)}, "one post, said under one key"


def test_parts_are_named_in_order_and_the_show_waits_for_their_names() -> None:
    videos = [part("9", began=after(40)), part("3", began=after(-1)), part("5", "error", after(30))]
    draft = tended(STOPPED, LATER, seen=OFF, videos=videos)
    named = {op.args["video"]: op.args["name"] for op in written(draft, "rename_video")}
    assert named == {"3": "Sunday Service 22 Nov 1/2", "9": "Sunday Service 22 Nov 2/2"}
    assert draft.show("s12").named == named
    assert draft.show("s12").state is ShowState.OFF

    after_naming = tended(draft.show("s12"), LATER, seen=OFF, videos=videos)
    assert written(after_naming, "rename_video") == []
    assert after_naming.show("s12").state is ShowState.DONE
    assert after_naming.show("s12").named == named


def test_a_single_part_has_no_number() -> None:
    assert part_name(service(title="Match"), TEN, 1, 1) == "Match 22 Nov"


def test_a_part_is_named_by_the_day_in_the_zone_of_the_show() -> None:
    late = service(title="Night", zone="Asia/Tokyo")
    assert part_name(late, TEN + timedelta(hours=7), 2, 3) == "Night 23 Nov 2/3"


def test_a_part_that_appears_after_the_show_was_done_is_still_told_and_named() -> None:
    done = replace(STOPPED, state=ShowState.DONE)
    draft = a_draft(done, now=LATER + timedelta(minutes=5), seen=OFF, videos=[part("1")])
    Tending(draft, "s12", FIGURES, CAPABILITIES).close_the_books()
    assert views(draft) == ["recordings"]
    assert len(written(draft, "rename_video")) == 1
    assert draft.show("s12").state is ShowState.DONE


def test_where_videos_cannot_be_renamed_they_keep_their_names() -> None:
    draft = a_draft(STOPPED, now=LATER, seen=OFF, videos=[part("1")])
    Tending(draft, "s12", FIGURES, replace(CAPABILITIES, videos=None)).close_the_books()
    assert draft.show("s12").state is ShowState.DONE
