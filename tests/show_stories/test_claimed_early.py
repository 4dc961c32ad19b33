"""A cue is claimed a moment before its time, so that it can begin on time: whatever people do in that moment comes first."""

from __future__ import annotations

from datetime import timedelta

from tests.show_stories.gallery import Gallery


async def claimed(gallery: Gallery, *, end: bool = False) -> None:
    """The moment before the start or the end, in which the clock has claimed what is due then."""
    await gallery.at("10:19:59" if end else "9:59:59", step=30 if end else 1)
    bot, show = gallery.rehearsal.bot, await gallery.show()
    for operation in await bot.store.claim_due(show.end if end else show.start, "clock", bot.engine.alive):
        bot.engine.start(operation)
    await gallery.settle()


async def test_what_is_claimed_early_begins_on_time(gallery: Gallery) -> None:
    await gallery.ready()
    await claimed(gallery)
    assert gallery.count("broadcast live") == 0
    await gallery.passes(5)
    assert gallery.times("broadcast live") == ["10:00:00"]
    assert gallery.posted("*ON AIR") == 1


async def test_a_hold_in_that_moment_holds(gallery: Gallery) -> None:
    await gallery.ready()
    await claimed(gallery)
    await gallery.type("/live hold s1", gallery.ben)
    await gallery.at("10:01:30", step=5)
    assert gallery.count("broadcast live") == 0
    assert "HELD" in gallery.state


async def test_a_go_by_hand_in_that_moment_is_the_same_operation(gallery: Gallery) -> None:
    await gallery.ready()
    await claimed(gallery)
    await gallery.type("/live go s1", gallery.ben)
    await gallery.at("10:01", step=5)
    assert gallery.count("broadcast live") == 1
    assert gallery.posted("*ON AIR") == 1


async def test_a_move_in_that_moment_moves(gallery: Gallery) -> None:
    await gallery.ready()
    await claimed(gallery)
    await gallery.type("/live move s1 10:30", gallery.ben)
    await gallery.at("10:29", step=60)
    assert gallery.count("broadcast live") == 0
    await gallery.at("10:30:10", step=5)
    assert gallery.times("broadcast live") == ["10:30:00"]


async def test_a_cancel_in_that_moment_cancels(gallery: Gallery) -> None:
    await gallery.ready()
    await claimed(gallery)
    await gallery.type("/live cancel s1", gallery.ben)
    await gallery.submit(gallery.ben)
    await gallery.at("10:01", step=5)
    assert gallery.count("broadcast live") == 0


async def test_an_end_that_is_moved_in_that_moment_is_moved(gallery: Gallery) -> None:
    await gallery.on_air()
    await claimed(gallery, end=True)
    await gallery.type("/live extend 15 s1", gallery.ben)
    await gallery.at("10:30", step=30)
    assert gallery.count("broadcast finished") == 0
    assert gallery.posted("*OFF AIR") == 0


async def test_keep_on_in_that_moment_keeps_on(gallery: Gallery) -> None:
    await gallery.on_air()
    await claimed(gallery, end=True)
    await gallery.press("keep-on", gallery.ben, message=gallery.message("ends by itself"))
    await gallery.at("10:24", step=30)
    assert gallery.count("broadcast finished") == 0


async def test_a_bot_that_is_restarted_in_that_moment_goes_live_once_and_on_time(gallery: Gallery) -> None:
    await gallery.ready()
    await claimed(gallery)
    await gallery.rehearsal.stop_bot()
    await gallery.rehearsal.start_bot()
    await gallery.settle()
    assert gallery.count("broadcast live") == 0
    await gallery.passes(5)
    assert gallery.times("broadcast live") == ["10:00:00"]


async def test_by_a_clock_that_runs_it_is_never_early(gallery: Gallery) -> None:
    show = await gallery.ready()
    await gallery.at("9:59:58")
    gallery.rehearsal.clock.run_at(10.0)
    await gallery.cloud.until(lambda: gallery.count("broadcast live") == 1)
    gallery.rehearsal.clock.run_at(0.0)
    [effect] = gallery.cloud.ledger.of("broadcast live")
    assert timedelta(0) <= effect.at - show.start <= timedelta(seconds=10)
