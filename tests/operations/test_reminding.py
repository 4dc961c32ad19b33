"""Cues that only speak: reminders that are never late without saying so, warnings on air, and the question after the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.context import Context
from bot.model import FinishPolicy, Hold, Operation, OperationState, Post, Show, ShowState
from bot.operations.reminding import verbs
from bot.show.draft import Draft
from tests.operations.rundown import (
    END,
    FIGURES,
    a_context,
    a_draft,
    after,
    on_air,
    operation,
    posts,
    seen,
    service,
    texts,
    views,
    written,
)

BEGIN: dict[str, Callable[[Context, Draft, Operation], Operation]] = {verb.name: verb.begin for verb in verbs(a_context())}
DARK = seen(signal=False)


def spoken(show: Show, now: datetime, *operations: Operation) -> Draft:
    """The draft after the first of these operations was due."""
    draft = a_draft(show, now=now, seen=DARK, operations=operations)
    first = operations[0]
    draft.operate(BEGIN[first.verb](a_context(), draft, replace(first, state=OperationState.RUNNING)))
    return draft


def reminder(what: str, due: datetime) -> Operation:
    return operation("remind", due=due, args={"what": what, "mark": what})


# -- before the show
def test_the_caller_is_told_that_it_goes_live_by_itself() -> None:
    draft = spoken(service(state=ShowState.OPEN), after(-5), reminder("caller", after(-5)))
    (said,) = posts(draft)
    assert said.thread == "card:s12:1"
    assert (
        "<@U-ANA>: “Sunday Service” goes live by itself at 10:00, unless somebody holds it. *There is no signal yet.*" in said.text
    )
    assert written(draft, "remind")[0].state is OperationState.DONE


def test_a_show_on_hold_is_not_said_to_go_live() -> None:
    draft = spoken(service(state=ShowState.OPEN, hold=Hold("U-TOM", after(-20))), after(-5), reminder("caller", after(-5)))
    assert "on hold, will not go live by itself" in texts(draft)


def test_the_encoder_is_asked_for_unless_it_is_there() -> None:
    assert "please connect the encoder" in texts(spoken(service(), after(-15), reminder("encoder", after(-15))))
    draft = a_draft(service(), now=after(-15), seen=seen())
    BEGIN["remind"](a_context(), draft, reminder("encoder", after(-15)))
    assert posts(draft) == []


def test_checks_tell_only_what_is_red() -> None:
    assert posts(spoken(service(), after(-60), reminder("check", after(-60)))) == []
    draft = spoken(service(stream="", page=""), after(-60), reminder("check", after(-60)))
    assert "before 10:00: there is no stream yet · there is no page yet" in texts(draft)


def test_a_reminder_a_little_late_says_so() -> None:
    assert "(45 s late)" in texts(spoken(service(), after(-5, seconds=45), reminder("caller", after(-5))))


def test_a_reminder_past_its_grace_is_one_line_that_says_why() -> None:
    draft = spoken(service(), after(-8), reminder("encoder", after(-15)))
    assert "_A reminder due 09:45 was missed: the bot was down._ :electric_plug:" in texts(draft)


def test_a_reminder_past_its_moment_does_not_announce_what_has_passed() -> None:
    draft = spoken(service(state=ShowState.OPEN), after(1), reminder("caller", after(-5)))
    assert texts(draft) == "_A reminder due 09:55 was missed: the bot was down._"


@pytest.mark.parametrize("state", [ShowState.LIVE, ShowState.OFF, ShowState.CANCELLED])
def test_nobody_is_reminded_of_what_has_happened(state: ShowState) -> None:
    assert posts(spoken(service(state=state), after(-5), reminder("caller", after(-5)))) == []


# -- warnings before the end
def test_the_end_is_warned_of_only_on_air() -> None:
    warning = operation("end_warning", due=END - timedelta(minutes=10))
    assert views(spoken(on_air(), warning.due, warning)) == ["prompt"]
    assert views(spoken(on_air(state=ShowState.PAUSED), warning.due, warning)) == ["prompt"]
    assert views(spoken(service(state=ShowState.OPEN), warning.due, warning)) == []
    assert views(spoken(on_air(), END, warning)) == []


def test_of_two_warnings_that_are_both_due_only_the_later_one_speaks() -> None:
    ten = operation("end_warning", id="w-10", due=END - timedelta(minutes=10))
    two = operation("end_warning", id="w-2", due=END - timedelta(minutes=2))
    now = END - timedelta(minutes=1)
    assert posts(spoken(on_air(), now, ten, two)) == []
    assert views(spoken(on_air(), now, two, ten)) == ["prompt"]


# -- the end is a question
class Overrunning:
    """A show that asks at its end, and a bot that is awake whenever its question is due."""

    def __init__(self, show: Show | None = None) -> None:
        self.show = show or on_air(finish=FinishPolicy.ASK)
        self.question = operation("overrun", due=self.show.end, stream="", args={"mark": ""})
        self.now = self.show.end
        self.posts: list[Post] = []
        self.finish: list[Operation] = []

    def runs_at(self, now: datetime) -> None:
        self.now = now
        draft = spoken(self.show, now, self.question)
        self.question = written(draft, "overrun")[-1]
        self.finish += written(draft, "finish")
        self.posts += posts(draft)

    def runs_until(self, until: datetime) -> None:
        while self.question.state is OperationState.SCHEDULED and self.question.due <= until:
            assert self.question.due >= self.now
            self.runs_at(self.question.due)

    def answer(self) -> None:
        self.question = replace(self.question, args={**self.question.args, "answered": True})

    def minutes(self, words: str) -> list[float]:
        """The minutes after the planned end at which this was said."""
        found = [post for post in self.posts if words == post.view or words in post.text]
        return [(post.at - self.show.end).total_seconds() / 60 for post in found]


def test_it_asks_at_the_end_after_five_minutes_and_then_every_quarter_of_an_hour() -> None:
    overrun = Overrunning()
    overrun.runs_until(END + timedelta(minutes=59))
    assert overrun.minutes("prompt") == [0, 5, 20, 35, 50]
    assert len({post.key for post in overrun.posts}) == len(overrun.posts)


def test_the_hard_limit_is_warned_of_with_the_group() -> None:
    overrun = Overrunning()
    overrun.runs_until(END + timedelta(minutes=59))
    assert overrun.minutes("nobody answered") == [45, 55, 59]
    warned = next(post for post in overrun.posts if "nobody answered" in post.text)
    assert warned.thread == ""
    assert "<@U-ANA> <!subteam^S-CREW> <@U-TOM>" in warned.text
    assert "At *12:15* it is finished" in warned.text


def test_at_the_hard_limit_it_finishes_only_because_nobody_answered() -> None:
    overrun = Overrunning()
    overrun.runs_until(END + timedelta(minutes=60))
    assert [op.args for op in overrun.finish] == [{"tidy": True}]
    assert overrun.question.state is OperationState.DONE
    assert overrun.minutes("finishing Sunday Service now") == [60]


def test_one_answer_keeps_it_on_past_the_limit_and_the_questions_go_on() -> None:
    overrun = Overrunning()
    overrun.runs_until(END + timedelta(minutes=6))
    overrun.answer()
    overrun.runs_until(END + timedelta(minutes=100))
    assert overrun.finish == []
    assert overrun.minutes("nobody answered") == []
    assert overrun.minutes("prompt") == [0, 5, 20, 35, 50, 65, 80, 95]


def test_the_limit_is_counted_from_the_first_question_when_that_came_late() -> None:
    late = END + timedelta(minutes=70)
    overrun = Overrunning(on_air(finish=FinishPolicy.ASK, keep_on=True))
    overrun.runs_at(late)
    assert overrun.finish == []
    assert overrun.minutes("prompt") == [70]
    overrun.runs_until(late + timedelta(minutes=60))
    assert overrun.minutes("finishing Sunday Service now") == [130]


def test_a_bot_that_slept_through_the_limit_asks_again_instead_of_cutting() -> None:
    overrun = Overrunning()
    overrun.runs_until(END + timedelta(minutes=20))
    overrun.runs_at(END + timedelta(minutes=90))
    assert overrun.finish == []
    assert overrun.minutes("prompt") == [0, 5, 20, 90]


def test_a_bot_that_slept_for_a_few_questions_asks_once() -> None:
    overrun = Overrunning()
    overrun.runs_at(END)
    overrun.runs_at(END + timedelta(minutes=36))
    assert overrun.minutes("prompt") == [0, 36]
    assert overrun.question.due == END + timedelta(minutes=45)


def test_a_show_that_went_off_is_not_asked_about() -> None:
    overrun = Overrunning(service(state=ShowState.OFF, finish=FinishPolicy.ASK))
    overrun.runs_at(END)
    assert (overrun.posts, overrun.question.state) == ([], OperationState.CANCELLED)


def test_when_the_end_is_no_question_any_more_the_policy_decides() -> None:
    by_itself = Overrunning(on_air())
    by_itself.runs_at(END)
    assert len(by_itself.finish) == 1
    by_hand = Overrunning(on_air(finish=FinishPolicy.BY_HAND))
    by_hand.runs_at(END)
    assert by_hand.finish == []
    assert by_hand.question.state is OperationState.CANCELLED


def test_the_hard_limit_is_a_setting() -> None:
    soon = replace(FIGURES, overrun_limit=timedelta(minutes=20))
    overrun = Overrunning()
    draft = a_draft(overrun.show, now=END + timedelta(minutes=20), operations=[overrun.question])
    asked = replace(overrun.question, args={"mark": "", "asked": 2, "first": int(END.timestamp() * 1000)})
    BEGIN["overrun"](a_context(soon), draft, asked)
    assert len(written(draft, "finish")) == 1
