"""The cues of a show move with it: none is lost, none is doubled, and nothing is cut by surprise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import (
    CLOCK,
    Dossier,
    FinishPolicy,
    Hold,
    Operation,
    OperationState,
    Show,
    ShowState,
    StepKind,
    StepRecord,
    StepState,
)
from bot.show.cues import CUES, cancel_all, cues, next_cue, schedule
from bot.show.defaults import Defaults
from bot.show.draft import Draft

TEN = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
"""Ten o'clock in Berlin."""

FIGURES = Defaults()


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def service(**more: Any) -> Show:
    said: dict[str, Any] = {
        "id": "s12",
        "title": "Sunday Service",
        "channel": "C-CHURCH",
        "provider": "gcore",
        "zone": "Europe/Berlin",
        "start": TEN,
        "end": TEN + minutes(75),
        "planned_by": "U-ANA",
        "planned_at": TEN - timedelta(days=7),
        "stream": "101",
        "page": "7",
    }
    return Show(**{**said, **more})


def a_draft(show: Show, now: datetime, *operations: Operation) -> Draft:
    return Draft(Dossier(show.key, None, (show,), operations), now)


def planned(show: Show, now: datetime, *operations: Operation) -> list[Operation]:
    """The unfinished cues after the show was put on the schedule."""
    draft = a_draft(show, now, *operations)
    schedule(draft, show, FIGURES)
    return draft.of(show.id, *CUES)


def due(operations: list[Operation], verb: str, mark: str = "") -> datetime | None:
    return next((op.due for op in operations if (op.verb, op.args.get("mark", "")) == (verb, mark)), None)


def verbs(operations: list[Operation]) -> set[str]:
    return {op.verb for op in operations}


# -- what a show has
def test_a_week_ahead_everything_is_on_the_schedule_by_the_clock() -> None:
    there = planned(service(), TEN - timedelta(days=7))
    assert due(there, "open") == TEN - minutes(30)
    assert due(there, "remind", "encoder") == TEN - minutes(15)
    assert due(there, "remind", "caller") == TEN - minutes(5)
    assert due(there, "remind", "check-86400") == TEN - timedelta(hours=24)
    assert due(there, "go") == TEN
    assert due(there, "end_warning", "600") == TEN + minutes(65)
    assert due(there, "end_warning", "120") == TEN + minutes(73)
    assert due(there, "finish") == TEN + minutes(75)
    assert {op.by for op in there} == {CLOCK}
    assert {op.stream for op in there if op.verb in ("open", "go", "finish")} == {"101"}
    assert {op.stream for op in there if op.verb in ("remind", "end_warning")} == {""}


def test_the_end_follows_the_policy() -> None:
    ends = {policy: {cue.verb for cue in cues(service(finish=policy), FIGURES)} for policy in FinishPolicy}
    assert {"end_warning", "finish"} <= ends[FinishPolicy.AT_END]
    assert {"end_warning", "overrun"} <= ends[FinishPolicy.ASK]
    assert "finish" not in ends[FinishPolicy.ASK]
    assert ends[FinishPolicy.BY_HAND] == {"open", "remind", "go", "overrun"}, "a moment to draw the card again, without a question"


def test_without_a_gate_nobody_asks_for_the_encoder_before_two_minutes_to_go() -> None:
    there = planned(service(wants_page=False, page=""), TEN - minutes(60))
    assert due(there, "remind", "encoder") == TEN - minutes(2)


# -- what has passed
def test_reminders_whose_moment_has_passed_are_not_scheduled_and_an_open_that_passed_is_due_now() -> None:
    there = planned(service(), TEN - minutes(10))
    assert [op.args["mark"] for op in there if op.verb == "remind"] == ["caller"]
    opening = due(there, "open")
    assert opening is not None
    assert opening <= TEN - minutes(10)


def test_a_reminder_that_is_due_this_very_moment_is_kept() -> None:
    there = planned(service(), TEN - minutes(60))
    kept = planned(service(), TEN - minutes(15) + timedelta(milliseconds=300), *there)
    assert due(kept, "remind", "encoder") == TEN - minutes(15)


def test_a_reminder_that_a_move_puts_into_the_past_is_dropped_and_not_called_late() -> None:
    there = planned(service(), TEN - minutes(120))
    earlier = service(start=TEN - minutes(90))
    kept = planned(earlier, TEN - minutes(100), *there)
    assert [op.args["mark"] for op in kept if op.verb == "remind"] == ["caller"]


# -- moving
def test_moving_keeps_the_ids_and_moves_every_moment() -> None:
    before = planned(service(), TEN - timedelta(days=2))
    moved = service(start=TEN + minutes(60), end=TEN + minutes(150))
    after = planned(moved, TEN - timedelta(days=2), *before)
    assert {op.id for op in after} == {op.id for op in before}
    assert due(after, "go") == TEN + minutes(60)
    assert due(after, "finish") == TEN + minutes(150)
    assert due(after, "remind", "caller") == TEN + minutes(55)


def test_a_go_that_was_asking_because_it_missed_its_moment_is_scheduled_again_by_a_move() -> None:
    missed = [
        replace(op, state=OperationState.ASKING, note="missed") if op.verb == "go" else op
        for op in planned(service(), TEN - minutes(60))
    ]
    go = next(op for op in missed if op.verb == "go")
    moved = service(start=TEN + minutes(30), state=ShowState.OPEN)
    after = planned(moved, TEN + minutes(12), *missed)
    again = next(op for op in after if op.verb == "go")
    assert (again.id, again.state, again.note) == (go.id, OperationState.SCHEDULED, "")
    assert again.fence > go.fence


def test_extending_while_the_go_is_waiting_for_the_signal_leaves_it_waiting() -> None:
    there = [
        replace(op, state=OperationState.WAITING, due=TEN + timedelta(seconds=31)) if op.verb == "go" else op
        for op in planned(service(), TEN - minutes(60))
    ]
    waiting = next(op for op in there if op.verb == "go")
    after = planned(service(state=ShowState.OPEN, end=TEN + minutes(90)), TEN + timedelta(seconds=30), *there)
    assert [op for op in after if op.verb == "go"] == [waiting]


def test_a_go_pressed_by_hand_stands_in_the_place_of_the_cue() -> None:
    by_hand = Operation(
        "go-1", "go", TEN - minutes(9), "U-TOM", TEN - minutes(9), show="s12", state=OperationState.RUNNING, rank=30
    )
    after = planned(service(state=ShowState.OPEN, end=TEN + minutes(90)), TEN - minutes(9), by_hand)
    assert [op.id for op in after if op.verb == "go"] == ["go-1"]


def test_two_cues_for_the_same_moment_become_one() -> None:
    there = planned(service(), TEN - minutes(60))
    twice = [*there, *(replace(op, id=f"{op.id}-again") for op in there)]
    after = planned(service(), TEN - minutes(60), *twice)
    assert sorted(op.id for op in after) == sorted(op.id for op in there)


# -- the end
def test_keep_on_turns_the_finish_into_a_question() -> None:
    on_air = service(state=ShowState.LIVE)
    there = planned(on_air, TEN + minutes(70))
    after = planned(replace(on_air, keep_on=True), TEN + minutes(70), *there)
    assert verbs(after) == {"end_warning", "overrun"}
    assert due(after, "overrun") == on_air.end


def test_keep_on_does_not_ask_again_at_once_when_it_was_asked_already() -> None:
    on_air = service(state=ShowState.LIVE, keep_on=True)
    asked = next(op for op in planned(on_air, TEN) if op.verb == "overrun")
    asked = replace(asked, due=on_air.end + minutes(5), args={**asked.args, "asked": 1, "answered": True})
    after = planned(on_air, on_air.end + minutes(1), asked)
    assert [op for op in after if op.verb == "overrun"] == [asked]


def test_a_new_end_starts_the_questions_afresh() -> None:
    on_air = service(state=ShowState.LIVE, finish=FinishPolicy.ASK)
    asked = next(op for op in planned(on_air, TEN) if op.verb == "overrun")
    asked = replace(asked, due=on_air.end + minutes(20), args={**asked.args, "asked": 2, "answered": True})
    later = replace(on_air, end=on_air.end + minutes(15))
    after = planned(later, on_air.end + minutes(6), asked)
    question = next(op for op in after if op.verb == "overrun")
    assert (question.id, question.due, question.args) == (asked.id, later.end, {"mark": ""})


def moved_while_it_finishes(step: StepRecord) -> list[OperationState]:
    """What becomes of a finish at work when the end moves; it has come as far as this step."""
    on_air = service(state=ShowState.LIVE)
    there = planned(on_air, TEN + minutes(70))
    finish = next(op for op in there if op.verb == "finish")
    others = [op for op in there if op is not finish]
    later = replace(on_air, end=on_air.end + minutes(15))
    at_work = replace(finish, state=OperationState.RUNNING)
    journal = {finish.id: (replace(step, operation=finish.id),)}
    draft = Draft(Dossier(later.key, None, (later,), (*others, at_work), steps=journal), on_air.end)
    schedule(draft, later, FIGURES)
    return [op.state for op in draft.of("s12", "finish")]


@pytest.mark.parametrize("state", [StepState.INTENT, StepState.DONE])
def test_a_finish_that_runs_is_not_scheduled_a_second_time(state: StepState) -> None:
    sent = StepRecord("", 0, "page-finished", "Broadcast finished", StepKind.SET, state=state)
    assert moved_while_it_finishes(sent) == [OperationState.RUNNING]


def test_a_finish_that_has_only_been_claimed_or_waits_moves_with_the_end() -> None:
    planned_only = StepRecord("", 0, "page-finished", "Broadcast finished", StepKind.SET)
    assert moved_while_it_finishes(planned_only) == [OperationState.SCHEDULED]
    assert moved_while_it_finishes(replace(planned_only, kind=StepKind.WAIT, state=StepState.INTENT)) == [OperationState.SCHEDULED]


# -- over
def test_nothing_is_scheduled_for_a_show_that_is_over() -> None:
    for state in (ShowState.OFF, ShowState.DONE, ShowState.CANCELLED):
        there = planned(service(), TEN - minutes(60))
        assert planned(service(state=state), TEN - minutes(50), *there) == []


def test_what_tidies_up_after_a_show_is_not_a_cue() -> None:
    tidy = Operation("finish-1", "finish", TEN, CLOCK, TEN, show="s12", args={"tidy": True, "now": True})
    assert planned(service(state=ShowState.OFF), TEN, tidy) == [tidy]


def test_on_air_only_the_end_is_left() -> None:
    there = planned(service(), TEN - minutes(60))
    after = planned(service(state=ShowState.LIVE), TEN + minutes(1), *there)
    assert verbs(after) == {"end_warning", "finish"}


def test_cancelling_takes_everything_off_but_the_operation_that_cancels() -> None:
    there = planned(service(), TEN - minutes(60))
    cancel = Operation("cancel-1", "cancel", TEN, "U-ANA", TEN, show="s12")
    draft = a_draft(service(), TEN - minutes(50), *there, cancel)
    cancel_all(draft, service(), "cancelled", but="cancel-1")
    assert [op.id for op in draft.of("s12")] == ["cancel-1"]


def test_the_next_cue_is_what_the_clock_will_do() -> None:
    there = tuple(planned(service(), TEN - minutes(60)))
    assert next_cue(there, "go") == TEN
    assert next_cue(there, "pause") is None


# -- any sequence
CHANGES = st.one_of(
    st.tuples(st.just("move"), st.integers(-300, 600)),
    st.tuples(st.just("extend"), st.integers(1, 120)),
    st.tuples(st.just("policy"), st.sampled_from(FinishPolicy)),
    st.tuples(st.just("keep on"), st.booleans()),
    st.tuples(st.just("hold"), st.booleans()),
    st.tuples(st.just("wait"), st.integers(1, 240)),
    st.tuples(st.just("state"), st.sampled_from((ShowState.PLANNED, ShowState.OPEN, ShowState.LIVE, ShowState.PAUSED))),
)


def changed(show: Show, what: str, by: Any, now: datetime) -> Show:
    match what:
        case "move":
            start = max(show.start + minutes(by), now + minutes(1))
            return replace(show, start=start, end=start + (show.end - show.start))
        case "extend":
            return replace(show, end=max(show.end, now) + minutes(by))
        case "policy":
            return replace(show, finish=by)
        case "keep on":
            return replace(show, keep_on=by)
        case "hold":
            return replace(show, hold=Hold("U-ANA", now) if by else None)
        case "state":
            return replace(show, state=by)
    return show


@settings(deadline=None)
@given(st.lists(CHANGES, max_size=12))
def test_whatever_is_changed_each_moment_has_exactly_one_cue_at_the_right_time(said: list[tuple[str, Any]]) -> None:
    show, now = service(), TEN - timedelta(days=2)
    draft = a_draft(show, now)
    schedule(draft, show, FIGURES)
    for what, by in said:
        now += minutes(by) if what == "wait" else timedelta(0)
        show = changed(show, what, by, now)
        draft = a_draft(show, now, *draft.operations)
        schedule(draft, show, FIGURES)
        there = {(op.verb, str(op.args.get("mark", ""))): op.due for op in draft.operations}
        assert len(there) == len(draft.operations), "two cues for one moment"
        wanted = {(cue.verb, cue.mark): cue.due for cue in cues(show, FIGURES)}
        assert there.items() <= wanted.items()
        missing = {slot for slot in wanted if slot not in there}
        on_air = show.state.on_air
        for verb, mark in missing:
            gone_by = verb in ("remind", "end_warning") and wanted[verb, mark] < now
            no_longer = (verb == "open" and show.state is not ShowState.PLANNED) or (verb in ("go", "remind") and on_air)
            assert gone_by or no_longer, (verb, mark)


def test_what_is_fetched_is_turned_on_later_and_asked_about_once_it_could_be_there() -> None:
    due = {(cue.verb, cue.mark): cue.due for cue in cues(service(fetched=True), FIGURES)}
    assert due["open", ""] == TEN - timedelta(minutes=15)
    assert due["remind", "encoder"] == TEN - timedelta(minutes=13)
    ungated = {(cue.verb, cue.mark): cue.due for cue in cues(service(fetched=True, wants_page=False), FIGURES)}
    assert ungated["remind", "encoder"] == TEN - timedelta(minutes=2)
