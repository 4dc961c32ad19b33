"""The machine's wall clock is set in the middle of a show: what ran does not run again, what is skipped is asked about."""

from __future__ import annotations

from tests.show_stories.gallery import Gallery


async def test_a_cue_that_ran_does_not_run_again_when_the_clock_was_set_back_over_it(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.rehearsal.step(hours=-1)
    await gallery.at("9:29:50", step=60)
    await gallery.at("10:01", step=30)
    assert gallery.count("broadcast live") == 1
    assert gallery.posted("ON AIR —") == 1
    assert gallery.posted("I CANNOT SEE") == 0
    assert gallery.posted("NO SIGNAL") == 0
    assert "ON AIR since 09:00:0" in gallery.state
    await gallery.at("10:20:30", step=30)
    assert gallery.count("broadcast finished") == 1
    assert gallery.posted("OFF AIR —") == 1


async def test_what_a_step_forward_skips_by_minutes_is_done_late_and_said(gallery: Gallery) -> None:
    await gallery.ready()
    await gallery.at("9:59")
    await gallery.rehearsal.step(minutes=3)
    await gallery.passes(20)
    assert gallery.count("broadcast live") == 1
    assert gallery.said("Going live 2 min late") == 1


async def test_what_a_step_forward_skips_by_hours_is_asked(gallery: Gallery) -> None:
    await gallery.ready()
    await gallery.at("9:59")
    await gallery.rehearsal.step(minutes=18)
    await gallery.passes(20)
    assert gallery.count("broadcast live") == 0
    assert gallery.posted("missed its start by 17 min") == 1


async def test_a_steady_signal_is_not_made_of_the_time_that_was_jumped(gallery: Gallery) -> None:
    await gallery.opened()
    await gallery.at("9:59:58", step=120)
    gallery.connect()
    await gallery.passes(1)
    await gallery.rehearsal.step(seconds=60)
    await gallery.settle()
    assert gallery.count("broadcast live") == 0, "it has been there for a second"
    await gallery.passes(20)
    assert gallery.count("broadcast live") == 1


async def test_the_time_to_take_a_finish_back_is_what_it_was(gallery: Gallery) -> None:
    await gallery.on_air("Sunday Service 10:00-11:20")
    await gallery.type("/live finish s1")
    if gallery.slack.modals(gallery.ana):
        await gallery.submit()
    await gallery.passes(4)
    await gallery.rehearsal.step(hours=-1)
    await gallery.passes(4)
    assert gallery.count("disabled") == 0
    await gallery.passes(6)
    assert gallery.count("disabled") == 1


async def test_an_alarm_tells_how_long_it_really_lasted(gallery: Gallery) -> None:
    await gallery.on_air("Sunday Service 10:00-12:30")
    gallery.drop()
    await gallery.passes(30, step=5)
    await gallery.rehearsal.step(hours=1)
    await gallery.passes(10, step=5)
    gallery.connect()
    await gallery.passes(30, step=2)
    assert gallery.posted("gone for 0:37") == 1, gallery.everything
