"""The bot is stopped and started again in the middle of everything: the schedule survives, nothing is doubled, late is said."""

from __future__ import annotations

from tests.show_stories.gallery import Gallery


async def restart(gallery: Gallery) -> None:
    """The process ends and begins again on the same file."""
    await gallery.rehearsal.stop_bot()
    await gallery.rehearsal.start_bot()
    await gallery.settle()


async def away(gallery: Gallery, until: str, step: float = 60) -> None:
    """The bot is down until then, while the world goes on."""
    await gallery.rehearsal.stop_bot()
    await gallery.at(until, step=step)
    await gallery.rehearsal.start_bot()
    await gallery.settle()


async def test_in_every_phase_a_restart_changes_nothing(gallery: Gallery) -> None:
    await gallery.planned()
    await restart(gallery)
    await gallery.at("9:30:10", step=300)
    await restart(gallery)
    gallery.connect()
    await gallery.at("9:58:50", step=60)
    await gallery.at("9:59:15", step=5)
    await restart(gallery)
    await gallery.at("10:00:10", step=5)
    await restart(gallery)
    await gallery.at("10:20:05", step=60)
    await restart(gallery)
    await gallery.at("10:20:30", step=5)
    await restart(gallery)
    await gallery.at("10:45", step=60)
    for deed in ("stream created", "broadcast created", "enabled", "recording started", "broadcast live"):
        assert gallery.count(deed) == 1, deed
    for deed in ("broadcast finished", "recording stopped", "disabled"):
        assert gallery.count(deed) == 1, deed
    assert (gallery.posted("*ON AIR"), gallery.posted("*OFF AIR"), gallery.posted("RECORDINGS READY")) == (1, 1, 1)
    assert "DONE" in gallery.state


async def test_opened_late_after_an_absence(gallery: Gallery) -> None:
    await gallery.planned()
    await away(gallery, "9:50")
    assert gallery.times("enabled") == ["09:50:00"]
    assert "WAITING FOR ENCODER" in gallery.state


async def test_a_start_missed_by_a_minute_goes_with_a_steady_signal(gallery: Gallery) -> None:
    await gallery.ready()
    await away(gallery, "10:01", step=10)
    await gallery.passes(25, step=1)
    assert gallery.count("broadcast live") == 1
    assert gallery.posted("*ON AIR") == 1


async def test_a_start_missed_by_twelve_minutes_is_asked_about(gallery: Gallery) -> None:
    await gallery.ready()
    await away(gallery, "10:12")
    assert gallery.count("broadcast live") == 0
    question = gallery.message("missed its start by 12 min")
    assert "MISSED 10:00" in gallery.state
    await gallery.passes(10)
    await gallery.press("question:go", message=question)
    await gallery.passes(15)
    assert gallery.count("broadcast live") == 1


async def test_a_finish_missed_by_five_minutes_runs_and_says_that_it_is_late(gallery: Gallery) -> None:
    await gallery.on_air()
    await away(gallery, "10:25")
    await gallery.passes(20)
    assert gallery.times("broadcast finished") == ["10:25:00"]
    assert gallery.said("Finishing 5 min late.") == 1
    assert gallery.count("disabled") == 1


async def test_a_finish_asked_for_at_a_later_moment_says_as_well_that_it_is_late(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.type("/live finish s1 in 10m", gallery.ben)
    await away(gallery, "10:15:10")
    await gallery.passes(20)
    assert gallery.times("broadcast finished") == ["10:15:10"]
    assert gallery.said("Finishing 5 min late.") == 1
    assert gallery.posted("Asked by @ben") == 1


async def test_a_finish_missed_by_half_an_hour_is_asked_about_while_it_is_on_air(gallery: Gallery) -> None:
    await gallery.on_air()
    await away(gallery, "10:50")
    await gallery.passes(15)
    assert gallery.count("broadcast finished") == 0
    question = gallery.message("should have finished 30 min ago")
    await gallery.press("question:keep", message=question)
    await gallery.passes(30, step=5)
    assert gallery.count("broadcast finished") == 0


async def test_a_restart_within_the_ten_seconds_of_the_undo_loses_neither_them_nor_the_rest(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.at("10:19:55", step=60)
    await gallery.at("10:20:04", step=3)
    await restart(gallery)
    assert gallery.offers("undo-finish")
    await gallery.at("10:20:20", step=2)
    assert (gallery.count("broadcast finished"), gallery.count("recording stopped"), gallery.count("disabled")) == (1, 1, 1)


async def test_an_outage_during_the_absence_is_found_by_looking(gallery: Gallery) -> None:
    await gallery.on_air()
    await gallery.rehearsal.stop_bot()
    gallery.drop()
    await gallery.at("10:02", step=30)
    await gallery.rehearsal.start_bot()
    await gallery.passes(10)
    assert gallery.posted("NO SIGNAL ON AIR") == 1


async def test_what_happened_meanwhile_is_caught_up_without_webhooks(gallery: Gallery) -> None:
    await gallery.finished()
    await away(gallery, "10:45")
    await gallery.passes(30, step=10)
    assert gallery.said("is ready (") == 1
    assert gallery.posted("RECORDINGS READY") == 1


async def test_the_buttons_survive(gallery: Gallery) -> None:
    await gallery.on_air()
    card = gallery.card
    await restart(gallery)
    await gallery.slack.press(gallery.ana, card, "pause", even_if_old=True)
    await gallery.settle()
    assert "PAUSED" in gallery.state
    assert gallery.count("broadcast paused") == 1


async def test_the_alarm_goes_on_climbing(gallery: Gallery) -> None:
    await gallery.on_air()
    gallery.drop()
    await gallery.passes(10)
    await restart(gallery)
    await gallery.passes(70, step=5)
    assert gallery.posted("Taken by nobody") == 1
    assert gallery.posted("nobody has taken this yet") == 1


async def test_a_show_without_a_page_whose_start_was_slept_through_is_not_opened_but_asked_about(gallery: Gallery) -> None:
    await gallery.planned("Sunday Service 10:00-11:00 no page")
    await gallery.rehearsal.stop_bot()
    await gallery.at("10:05", step=600)
    await gallery.rehearsal.start_bot()
    await gallery.passes(30, step=10)
    assert gallery.posted("missed its start by 5 min") == 1
    assert gallery.count("enabled") == 0, "with the stream on, an encoder would be on air at once"
    await gallery.press("question:go", message=gallery.message("missed its start by 5 min"))
    assert gallery.count("enabled") == 1
    gallery.connect()
    await gallery.passes(20, step=5)
    assert gallery.posted("*ON AIR — Sunday Service*") == 1


async def test_a_show_whose_page_keeps_viewers_out_is_opened_however_late(gallery: Gallery) -> None:
    await gallery.planned("Sunday Service 10:00-11:00")
    await gallery.rehearsal.stop_bot()
    await gallery.at("10:05", step=600)
    await gallery.rehearsal.start_bot()
    await gallery.passes(30, step=10)
    assert gallery.posted("missed its start by 5 min") == 1
    assert gallery.said("late: it was due at 09:30") == 1
    assert gallery.count("enabled") == 1, "the encoder may connect while people answer"
    assert gallery.count("broadcast live") == 0
