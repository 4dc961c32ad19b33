"""What it means that viewers were let in, shown the pause text, or sent home: said once, and what led up to it is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import Alarm, FinishPolicy, Hold, OperationState, Show, ShowState, Source
from bot.operations.onair import opened, stopped, went_off_air, went_on_air, went_to_pause
from bot.providers.gcore.fields import CAPABILITIES
from bot.show.draft import Draft
from tests.operations.rundown import END, FIGURES, TEN, a_draft, after, off_air, on_air, operation, posts, service, texts, views


def goes_on_air(draft: Draft, show: Show, seconds: float = 2) -> Show:
    return went_on_air(draft, show, after(seconds=seconds), Source.LOOK, FIGURES)


# -- open
def test_opening_posts_a_fresh_card() -> None:
    draft = a_draft(service(), now=after(-30))
    show = opened(draft, service())
    assert (show.state, show.card) == (ShowState.OPEN, 2)
    (card,) = posts(draft)
    assert (card.view, card.key) == ("card", "card:s12:2")


@pytest.mark.parametrize("state", [state for state in ShowState if state is not ShowState.PLANNED])
def test_opening_again_changes_nothing(state: ShowState) -> None:
    show = service(state=state)
    draft = a_draft(show, now=after(-30))
    assert opened(draft, show) == show
    assert posts(draft) == []


# -- on air
def test_on_air_is_one_post_with_its_source_and_clock_time() -> None:
    show = service(state=ShowState.OPEN, on_air_by="U-TOM")
    draft = a_draft(show, now=after(seconds=3))
    live = goes_on_air(draft, show)
    assert (live.state, live.on_air_at) == (ShowState.LIVE, after(seconds=2))
    (said,) = posts(draft)
    assert said.thread == ""
    assert "*ON AIR — Sunday Service* (s12), seen by our look 10:00:02. Asked by <@U-TOM>." in said.text


def test_on_air_twice_is_said_once() -> None:
    show = service(state=ShowState.OPEN)
    draft = a_draft(show, now=after(seconds=3))
    goes_on_air(draft, goes_on_air(draft, show), seconds=3)
    assert len(posts(draft)) == 1
    assert draft.show("s12").on_air_at == after(seconds=2)


def test_what_led_up_to_the_air_is_over_and_the_end_is_on_the_schedule() -> None:
    show = service(state=ShowState.OPEN, hold=Hold("U-ANA", after(-10)))
    there = [
        operation("open"),
        operation("go", OperationState.WAITING),
        operation("remind", due=after(-5)),
        operation("finish", due=END),
    ]
    draft = a_draft(show, now=after(seconds=3), operations=there)
    assert goes_on_air(draft, show).hold is None
    assert {op.verb for op in draft.operations} == {"finish", "end_warning"}


def test_the_go_that_is_in_the_middle_of_its_step_ends_by_itself() -> None:
    show = service(state=ShowState.OPEN)
    running = operation("go", OperationState.RUNNING)
    draft = a_draft(show, now=after(seconds=3), operations=[running])
    goes_on_air(draft, show)
    assert running in draft.operations


def test_live_in_the_providers_portal_before_it_was_opened_brings_a_card() -> None:
    draft = a_draft(service(), now=after(-40))
    assert went_on_air(draft, service(), after(-40), Source.WEBHOOK, FIGURES).card == 2
    assert views(draft) == ["card"]
    assert "told by webhook" in texts(draft)


def test_a_show_that_is_closed_does_not_come_back_by_itself() -> None:
    for state in (ShowState.DONE, ShowState.CANCELLED):
        show = off_air(state=state)
        draft = a_draft(show, now=END + timedelta(hours=1))
        assert goes_on_air(draft, show) == show
        assert posts(draft) == []


def test_back_on_air_goes_on_where_it_was() -> None:
    show = off_air(stopped_at=END, tidied_at=END)
    draft = a_draft(show, now=END + timedelta(minutes=2))
    live = went_on_air(draft, show, END + timedelta(minutes=2), Source.LOOK, FIGURES)
    assert (live.on_air_at, live.off_at, live.stopped_at, live.tidied_at) == (TEN, None, None, None)


def test_going_live_after_the_planned_end_is_not_cut_at_once_but_asked_about() -> None:
    for show in (service(state=ShowState.OPEN), off_air()):
        draft = a_draft(show, now=END + timedelta(minutes=2), operations=[operation("finish", due=END)])
        live = went_on_air(draft, show, END + timedelta(minutes=2), Source.LOOK, FIGURES)
        assert live.keep_on
        assert [op.verb for op in draft.operations] == ["overrun"]


# -- pause
def test_pause_and_resume_are_lines_in_the_thread() -> None:
    draft = a_draft(on_air(), now=after(20))
    paused = went_to_pause(draft, on_air(), after(20), Source.LOOK)
    assert (paused.state, paused.paused_at) == (ShowState.PAUSED, after(20))
    resumed = went_on_air(draft, replace(paused, paused_by="U-TOM"), after(22), Source.LOOK, FIGURES)
    assert (resumed.state, resumed.paused_at, resumed.paused_by) == (ShowState.LIVE, None, "")
    assert resumed.on_air_at == TEN
    assert {post.thread for post in posts(draft)} == {"card:s12:1"}
    assert "*Paused*, seen by our look 10:20:00" in texts(draft)
    assert "*Resumed*, seen by our look 10:22:00" in texts(draft)


def test_pausing_while_it_goes_live_keeps_it_from_going_by_itself() -> None:
    show = service(state=ShowState.OPEN)
    draft = a_draft(show, now=after(seconds=1), operations=[operation("go"), operation("finish", due=END)])
    paused = went_to_pause(draft, show, after(seconds=1), Source.LOOK)
    assert paused.state is ShowState.PAUSED
    assert [op.verb for op in draft.operations] == ["finish"]
    live = went_on_air(draft, paused, after(5), Source.LOOK, FIGURES)
    assert (live.state, live.on_air_at) == (ShowState.LIVE, after(5))
    assert "*ON AIR" in texts(draft)


@pytest.mark.parametrize("state", [ShowState.PLANNED, ShowState.PAUSED, ShowState.OFF, ShowState.DONE, ShowState.CANCELLED])
def test_a_page_on_pause_says_nothing_of_a_show_that_is_not_on(state: ShowState) -> None:
    show = service(state=state)
    draft = a_draft(show, now=after(20))
    assert went_to_pause(draft, show, after(20), Source.WEBHOOK) == show
    assert posts(draft) == []


# -- off air
def test_off_air_is_one_post_and_ends_what_belonged_to_the_air() -> None:
    show = on_air(off_by="U-TOM", alarm=Alarm("signal", after(70), 1))
    there = [operation(verb) for verb in ("pause", "overrun", "end_warning", "finish", "remind")]
    draft = a_draft(show, now=END, operations=[*there, operation("record", OperationState.RUNNING)])
    off = went_off_air(draft, show, END, Source.LOOK)
    assert (off.state, off.off_at, off.ringing) == (ShowState.OFF, END, None)
    assert [op.verb for op in draft.operations] == ["record"]
    (said,) = posts(draft)
    assert "*OFF AIR — Sunday Service* (s12), seen by our look 11:15:00. Asked by <@U-TOM>." in said.text


@pytest.mark.parametrize("state", [OperationState.RUNNING, OperationState.WAITING])
def test_the_finish_that_is_under_way_goes_on_to_recording_and_ingest(state: OperationState) -> None:
    finish = operation("finish", state)
    draft = a_draft(on_air(), now=END, operations=[finish])
    went_off_air(draft, on_air(), END, Source.LOOK)
    assert draft.operations == [finish]


def test_off_air_twice_is_said_once_even_by_another_observer() -> None:
    draft = a_draft(on_air(), now=END)
    off = went_off_air(draft, on_air(), END, Source.WEBHOOK)
    assert went_off_air(draft, off, END + timedelta(seconds=1), Source.LOOK) == off
    assert len(posts(draft)) == 1


def test_a_show_that_never_was_on_air_goes_off_without_a_post() -> None:
    show = service(state=ShowState.OPEN, finish=FinishPolicy.AT_END)
    draft = a_draft(show, now=END)
    assert went_off_air(draft, show, END, Source.LOOK).state is ShowState.OFF
    assert posts(draft) == []


def test_stopped_is_said_once() -> None:
    draft = a_draft(off_air(), now=END + timedelta(seconds=21))
    off = stopped(draft, off_air(), CAPABILITIES)
    assert stopped(draft, off, CAPABILITIES) == off
    (said,) = posts(draft)
    assert "Gcore confirms that the stream is off (11:15:21)" in said.text
