"""Asking takes over what was due, and a higher authority takes the stream from a lower one: the brake is never blocked."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from bot.model import CLOCK, OperationState, ShowState
from bot.operations.asking import ask, push_aside
from bot.show.cues import rank, schedule
from tests.operations.rundown import END, FIGURES, TEN, a_draft, after, on_air, operation, posts, service, written

OPEN = service(state=ShowState.OPEN)


# -- one operation
def test_a_press_two_seconds_early_and_the_cue_are_one_operation() -> None:
    draft = a_draft(OPEN, now=after(seconds=-2))
    schedule(draft, OPEN, FIGURES)
    (cue,) = draft.of("s12", "go")
    pressed = ask(draft, "go", "U-TOM", OPEN)
    assert pressed.id == cue.id
    assert (pressed.by, pressed.due, pressed.state) == ("U-TOM", after(seconds=-2), OperationState.SCHEDULED)
    assert pressed.fence > cue.fence
    assert len(draft.of("s12", "go")) == 1

    schedule(draft, OPEN, FIGURES)
    assert draft.of("s12", "go") == [pressed], "nothing puts the cue back behind the press"


def test_two_people_pressing_are_one_operation() -> None:
    draft = a_draft(OPEN, now=after(-1))
    first = ask(draft, "go", "U-TOM", OPEN)
    running = draft.operate(replace(first, state=OperationState.RUNNING))
    assert ask(draft, "go", "U-ANA", OPEN) == running
    assert len(draft.of("s12", "go")) == 1


@pytest.mark.parametrize("state", [OperationState.WAITING, OperationState.ASKING])
def test_a_press_answers_what_waits_or_asks(state: OperationState) -> None:
    draft = a_draft(OPEN, now=after(3), operations=[operation("go", state, fence=4, note="no signal", owner="bot-1")])
    pressed = ask(draft, "go", "U-TOM", OPEN, {"anyway": True})
    assert (pressed.id, pressed.fence, pressed.note, pressed.owner) == ("go-1", 5, "", "")
    assert pressed.args == {"anyway": True}


def test_going_without_signal_is_heard_even_while_the_clock_is_looking_for_the_signal() -> None:
    draft = a_draft(OPEN, now=after(1), operations=[operation("go", OperationState.RUNNING, by="U-ANA", fence=4)])
    pressed = ask(draft, "go", "U-TOM", OPEN, {"anyway": True})
    assert (pressed.id, pressed.fence, pressed.args) == ("go-1", 5, {"anyway": True})


def test_a_person_takes_the_go_over_from_the_clock_that_waits_for_more() -> None:
    draft = a_draft(OPEN, now=after(1), operations=[operation("go", OperationState.RUNNING, by=CLOCK)])
    assert ask(draft, "go", "U-TOM", OPEN).by == "U-TOM"


def test_the_clock_does_not_disturb_a_recording_that_is_being_started() -> None:
    running = operation("record", OperationState.RUNNING, by="U-TOM")
    draft = a_draft(on_air(), now=after(1), operations=[running])
    assert ask(draft, "record", CLOCK, on_air()) == running
    assert written(draft, "record") == []


def test_a_finish_right_now_hurries_the_one_that_leaves_time_to_take_it_back() -> None:
    waiting = operation("finish", OperationState.RUNNING, by="U-TOM")
    draft = a_draft(on_air(), now=END, operations=[waiting])
    assert ask(draft, "finish", "U-TOM", on_air(), {"now": True}).args == {"now": True}
    assert len(draft.of("s12", "finish")) == 1


def test_a_cue_keeps_what_it_knew_and_its_progress_is_posted_in_the_thread() -> None:
    draft = a_draft(on_air(), now=END, operations=[operation("finish", args={"mark": ""}, due=END)])
    ask(draft, "finish", "U-TOM", on_air(), {"now": True})
    (finish,) = written(draft, "finish")
    assert finish.args == {"mark": "", "now": True}
    (progress,) = posts(draft)
    assert (progress.view, progress.subject, progress.thread) == ("progress", "finish-1", "card:s12:1")


def test_only_what_touches_the_stream_holds_it() -> None:
    draft = a_draft(on_air(), now=END)
    assert ask(draft, "pause", "U-TOM", on_air()).stream == "101"
    assert ask(draft, "remind", "U-TOM", on_air()).stream == ""


# -- authority
ORDER = ("record", "go", "pause", "finish")


def test_the_order_of_authority() -> None:
    ranks = [rank(verb) for verb in ORDER]
    assert ranks == sorted(set(ranks))
    assert rank("resume") == rank("back_on_air") == rank("go")
    assert rank("rename_video") < rank("record")


@pytest.mark.parametrize(("lower", "higher"), list(itertools.combinations(ORDER[1:], 2)))
@pytest.mark.parametrize("state", [OperationState.RUNNING, OperationState.WAITING])
def test_a_higher_verb_ends_what_is_left_of_a_lower_one(lower: str, higher: str, state: OperationState) -> None:
    draft = a_draft(on_air(), now=after(20), operations=[operation(lower, state, fence=2)])
    ask(draft, higher, "U-TOM", on_air())
    (ended,) = written(draft, lower)
    assert (ended.state, ended.note) == (OperationState.SUPERSEDED, f"{higher} was asked for")
    assert ended.fence == 3, "whoever runs it is refused at the next write"


@pytest.mark.parametrize(("lower", "higher"), list(itertools.combinations(ORDER, 2)))
def test_a_lower_verb_takes_nothing_from_a_higher_one(lower: str, higher: str) -> None:
    draft = a_draft(on_air(), now=after(20), operations=[operation(higher, OperationState.RUNNING)])
    ask(draft, lower, "U-TOM", on_air())
    assert written(draft, higher) == []


@pytest.mark.parametrize("verb", ["record", "stop_recording"])
def test_a_pause_parks_a_running_recording_and_a_finish_ends_it(verb: str) -> None:
    running = operation(verb, OperationState.RUNNING, fence=2, owner="bot-1")
    draft = a_draft(on_air(), now=after(20), operations=[running])
    ask(draft, "pause", "U-TOM", on_air())
    (parked,) = written(draft, verb)
    assert (parked.state, parked.fence, parked.owner, parked.due) == (OperationState.WAITING, 3, "", after(20))
    ask(draft, "finish", "U-TOM", on_air())
    assert draft.of("s12", verb) == []
    assert draft.of("s12", "pause") == []


def test_what_is_due_later_keeps_its_place_and_a_question_stays_asked() -> None:
    later = operation("go", due=after(60))
    asking = operation("resume", OperationState.ASKING)
    draft = a_draft(OPEN, now=after(20), operations=[later, asking])
    ask(draft, "pause", "U-TOM", OPEN)
    assert later in draft.operations
    assert asking in draft.operations


def test_a_go_from_before_the_stream_was_known_gives_way_as_well() -> None:
    draft = a_draft(OPEN, now=after(1), operations=[operation("go", OperationState.WAITING, stream="")])
    ask(draft, "finish", "U-TOM", OPEN)
    assert draft.of("s12", "go") == []


def test_another_show_on_the_same_stream_only_waits_for_its_turn() -> None:
    evening = service(id="s13", state=ShowState.OPEN)
    running = operation("go", OperationState.RUNNING, id="go-13", show="s13", fence=1)
    draft = a_draft(on_air(), evening, now=after(20), operations=[running])
    ask(draft, "finish", "U-TOM", on_air())
    (parked,) = draft.of("s13", "go")
    assert (parked.state, parked.fence) == (OperationState.WAITING, 2)


def test_another_stream_is_nobodys_business() -> None:
    elsewhere = operation("go", OperationState.RUNNING, show="s20", stream="102")
    draft = a_draft(on_air(), now=after(20), operations=[elsewhere])
    ask(draft, "finish", "U-TOM", on_air())
    assert written(draft, "go") == []


def test_without_a_stream_nothing_of_other_shows_is_pushed_aside() -> None:
    homeless = service(stream="")
    other = operation("go", OperationState.RUNNING, show="s20", stream="")
    draft = a_draft(homeless, now=TEN, operations=[other])
    push_aside(draft, operation("finish", stream=""))
    assert written(draft, "go") == []
